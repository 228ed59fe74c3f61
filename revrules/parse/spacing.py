"""Words into text on one line, and into the pieces between which a line may be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.parse.outline import OPERAND_ENDS, Block, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NONE_BEFORE = frozenset(["COMMA", "COLON", "RPAR", "RSQB", "DOT", "_FINDING_DASH"])
_NONE_AFTER = frozenset(["LPAR", "LSQB", "DOT", "NEGATIVE", "POINT_SIGN", "_FINDING_DASH"])
_CALLED = frozenset(["NAME", "TALLY", "TOTAL", "PICK", "_EVERY"])
_OPERAND_STARTS = frozenset(
    [
        "NAME",
        "INT",
        "DECIMAL",
        "PERCENT",
        "TEXT",
        "DATE",
        "DATETIME",
        "TIME",
        "CLOCK",
        "LPAR",
        "NEGATIVE",
        "_START",
        "_DATE_WORD",
        "TOTAL",
        "PICK",
        "TALLY",
    ]
)
_BREAK_BEFORE = frozenset(
    [
        "AND",
        "OR",
        "_OR_ELSE",
        "THEN",
        "ELSE",
        "WHERE",
        "BY",
        "HAS",
        "HAVE",
        "BECAUSE",
        "UNTIL",
        "WHEN",
        "AS",
        "FROM",
        "OWNER",
        "MISSING",
        "REQUIRED",
        "NARROWS",
        "WIDENS",
        "SAME",
        "PER",
        "VBAR",
        "ALLOW",
        "WAS",
    ]
)
_LONG_RUN = 80
"""A run of words that is longer may be broken inside parentheses too."""


def needs_space(before: Word, word: Word) -> bool:
    """Whether a space stands between two words on one line."""
    if word.reading in _NONE_BEFORE or before.reading in _NONE_AFTER:
        return False
    if word.text in ("..", "..<"):
        return before.reading not in OPERAND_ENDS
    if before.text in ("..", "..<"):
        return word.reading not in _OPERAND_STARTS
    return not (word.reading == "LPAR" and before.reading in _CALLED)


def flat(parts: Sequence[Word | Block], pads: Mapping[int, int] | None = None) -> str | None:
    """Return ``parts`` on one line; None where a comment or a block that was written on several lines forbids it.

    ``pads`` gives for a part, by its index, the column at which it starts. Comments before the first part do not count.
    """
    text = ""
    before: Word | None = None
    for n, part in enumerate(parts):
        opening, piece = (part, part.text) if isinstance(part, Word) else (part.opening, flat_block(part))
        if piece is None or (n and opening.comments):
            return None
        if before is not None and needs_space(before, opening):
            text += " "
        if pads and n in pads:
            text = padded(text, pads[n])
        text += piece
        before = part if isinstance(part, Word) else part.closing
    return text


def flat_block(block: Block) -> str | None:
    """Return ``block`` on one line, where it was written on one and holds no comment."""
    if not block.one_line or block.closing.comments:
        return None
    texts = []
    for item in block.items:
        text = None if item.first.comments else flat(item.parts)
        if text is None:
            return None
        texts.append(text)
    gap = "   " if any(item.kind in ("criterion", "named_group") for item in block.items) else "  "
    return f"{{ {gap.join(texts)} }}"


def chunks(words: Sequence[Word]) -> list[list[Word]]:
    """Return ``words`` in the runs between which a line may be broken; a word with comments before it starts a run.

    What stands in parentheses is broken only where it is long.
    """
    runs: list[list[Word]] = []
    for run in _split(words, outside_only=True):
        text = flat(run)
        runs += [run] if text is not None and len(text) <= _LONG_RUN else _split(run, outside_only=False)
    return runs


def _split(words: Sequence[Word], *, outside_only: bool) -> list[list[Word]]:
    runs: list[list[Word]] = []
    depth = 0
    for n, word in enumerate(words):
        may_break = word.reading in _BREAK_BEFORE or words[n - 1].reading == "COMMA"
        if n == 0 or (may_break and not (depth and outside_only)) or (word.comments and not outside_only):
            runs.append([])
        runs[-1].append(word)
        depth += (word.text in ("(", "{", "[")) - (word.text in (")", "}", "]"))
    return runs


def padded(text: str, column: int) -> str:
    """Return ``text`` with white space up to ``column``; two spaces where it is longer."""
    text = text.rstrip()
    return text.ljust(column) if len(text) < column else text + "  "
