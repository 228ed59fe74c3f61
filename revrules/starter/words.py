"""Words of an export into names and texts of a ruleset."""

from __future__ import annotations

import re
from unicodedata import category, normalize

_WORDS = """
after ago allow and any as assert at back base because before blocked boolean business by calendar case classify collect
column contains currency date datetime day days define duration earliest else end ends entity entry enum every exactly
example expect false first fiscal for forecast from given gives has have holidays hour hours if ignore import in integer
is key known last latest least leave less lifecycle list lost many match matches max means message min minute missing
money month more most narrows next no none not now number of on one or ordered otherwise owner per probability quarter
require required requires review rule ruleset same score second some stage stamped start starts steward sum system team
text than then this timezone title to today tracks true unknown until up verdict violates was week when where widens
with within won year years
"""
LANGUAGE = frozenset(_WORDS.split())
"""Words that a name is never written as without backticks: more than the grammar needs, so that no place needs a thought."""
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
LONGEST_NAME = 60


class Names:
    """Gives out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, text: str, otherwise: str) -> str:
        """Return a name made from ``text`` (from ``otherwise`` where nothing is left of it) that was not given out before."""
        base = plain_name(text) or otherwise
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name)
        return name


def plain_name(text: str) -> str:
    """Return ``text`` as a name: small letters, digits and underscores, not beginning with a digit.

    >>> [plain_name(text) for text in ("Deal Stage", "TotalVisits", "customerID", "% won", "2nd call", "Größe (m²)", "?!")]
    ['deal_stage', 'total_visits', 'customer_id', 'won', 'n_2nd_call', 'größe_m', '']
    """
    spaced = CAMEL.sub(" ", normalize("NFC", text))
    letters = "".join(character if _belongs(character) else " " for character in spaced.lower())
    name = normalize("NFC", "_".join(letters.replace("_", " ").split()))[:LONGEST_NAME].strip("_")
    return f"n_{name}" if name[:1].isdecimal() else name


def written(name: str) -> str:
    """Return ``name`` as a ruleset writes it: in backticks where it is a word of the language."""
    return f"`{name}`" if name in LANGUAGE else name


def quoted(text: str) -> str:
    """Return ``text`` as a text literal."""
    return '"' + "".join(map(_escaped, text)) + '"'


def comment(text: str) -> str:
    """Return ``text`` for a comment: on one line."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _belongs(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum()) or category(character) in ("Ll", "Lo", "Nd")


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character == "\t":
        return "\\t"
    return character if character.isprintable() or character == "\u00a0" else f"\\u{{{ord(character):X}}}"
