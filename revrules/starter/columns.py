"""The values of one column into a guess: its type, how it is written, what stands in for missing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from revrules.starter.dates import guess_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

STAND_INS = frozenset(
    ("Select", "select", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "nan", "NaN", "-", "--", "?", "(blank)", "(none)")
)
FAR_AWAY = frozenset(("9999-12-31", "2050-01-01", "1900-01-01", "1970-01-01"))
"""Days that systems write where there is none; the first ten characters of a time count, too."""
MOST_MEMBERS = 12
LONGEST_MEMBER = 60
FEWEST_ROWS = 20
"""Fewer values say too little about an enum or a truth value."""
TOLERATED = 0.02
"""The part of the values that may not fit a type in a long column: faults of the data, to be reported by an evaluation."""
TOLERANT_FROM = 50
INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
ENGLISH = re.compile(r"[+-]?(?:[$€£¥]|[A-Z]{3} )?[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]+)?(?: ?%)?")
EUROPEAN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]+)?(?: ?(?:[€$£%]|[A-Z]{3}))?")
MONEY_WORDS = re.compile(
    r"amount|value|price|revenue|\barr\b|\bmrr\b|\bacv\b|\btcv\b|cost|budget|charge|spend|salary", re.IGNORECASE
)
ID_WORDS = re.compile(
    r"(?:^|[^a-z])(?:id|ids|key|guid|uuid|code|number|no|nr|nummer|kennung|phone|fax|mobile|zip|postal|postcode|plz)\.?$",
    re.IGNORECASE,
)
BOOLEANS = (({"yes"}, {"no"}), ({"true"}, {"false"}), ({"y"}, {"n"}), ({"t"}, {"f"}))


class Guess(NamedTuple):
    """What a column seems to hold. ``type`` is a word of the language; ``form`` what follows ``in``, ``members`` the distinct
    texts of an enum in order of appearance, ``stand_ins`` texts for missing, ``why`` a few words, ``ask`` a question."""

    type: str
    form: str = ""
    members: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    why: str = ""
    ask: str = ""


def guess_column(heading: str, cells: Sequence[str], *, day_first: bool | None = None) -> Guess:
    """Return what ``cells`` (as written) seem to hold. ``day_first`` is how other columns write dates, if that is known."""
    counts = Counter(text for cell in cells if (text := cell.strip()))
    stand_ins = _stand_ins(counts)
    values = {text: count for text, count in counts.items() if text not in stand_ins}
    if not values:
        return Guess("text", stand_ins=stand_ins, why="no value in the sample")
    guess = _typed(heading, values, day_first)
    if guess.type not in ("date", "datetime"):
        stand_ins = tuple(text for text in stand_ins if text[:10] not in FAR_AWAY)
    return guess._replace(stand_ins=stand_ins)


def _stand_ins(counts: Counter[str]) -> tuple[str, ...]:
    """Return the texts that stand for missing, where something else remains."""
    found = [text for text in counts if text in STAND_INS or text[:10] in FAR_AWAY]
    return tuple(found) if len(found) < len(counts) else ()


def _typed(heading: str, values: dict[str, int], day_first: bool | None) -> Guess:
    total = sum(values.values())
    if (truth := _boolean(values, total)) is not None:
        return truth
    moment = guess_moment(values, day_first)
    if moment is not None:
        return Guess(moment.type, moment.form, why=moment.why, ask=moment.ask)
    if (number := _number(heading, values)) is not None:
        return number
    members = tuple(values)
    few = 1 < len(members) <= MOST_MEMBERS and total >= FEWEST_ROWS and len(members) * 4 <= total
    if few and max(map(len, members)) <= LONGEST_MEMBER and not ID_WORDS.search(heading):
        return Guess("enum", members=members, why=f"{len(members)} different values")
    return Guess("text", why=f"{len(members):,} different values" if len(members) > 1 else "one value")


def _boolean(values: dict[str, int], total: int) -> Guess | None:
    seen = {text.lower() for text in values}
    if any(seen <= true | false for true, false in BOOLEANS):
        return Guess("boolean", why="written " + " and ".join(sorted(values)))
    if seen == {"0", "1"} and total >= FEWEST_ROWS:
        return Guess("boolean", why="only 0 and 1")
    return None


def _number(heading: str, values: dict[str, int]) -> Guess | None:
    if ID_WORDS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)):
        return None
    money = bool(MONEY_WORDS.search(heading.replace("_", " ")))
    if fits(values, INTEGER):
        return Guess("money", why="whole amounts") if money else Guess("integer", why="whole numbers")
    if fits(values, NUMBER):
        exact = all(len(text.partition(".")[2]) <= 4 and "e" not in text.lower() for text in values)
        return Guess("money", why="amounts") if money and exact else Guess("number", why="numbers with decimals")
    for pattern, form in ((ENGLISH, '"1,234.56"'), (EUROPEAN, '"1.234,56"')):
        if fits(values, pattern):
            percent = any("%" in text for text in values)
            why = f"numbers written like {next(iter(values))}"
            return Guess("number" if percent else "money", form, why=why)
    return None


def fits(values: dict[str, int], pattern: re.Pattern[str]) -> bool:
    """Return whether the values have that form, in a long column but for a few."""
    total = sum(values.values())
    strangers = sum(count for text, count in values.items() if not pattern.fullmatch(text))
    return strangers <= (total * TOLERATED if total >= TOLERANT_FROM else 0)
