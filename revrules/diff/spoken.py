"""Two expressions into the parts in which they differ, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.proofs.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.ir import Expr

LONGEST = 80
"""Characters that are told in full."""
Pair = tuple[str, str]


def in_short(expr: Expr | None) -> str:
    """Return what an expression says, if that is short."""
    return _bounded("" if expr is None else phrase(expr))


def differing(one: Expr | None, other: Expr | None) -> Pair:
    """Return what the two say, empty where that is long.

    Of scores and classifications these are the lines that only one of them has, of conditions the part that differs.
    """
    match one, other:
        case ir.Points(_, old), ir.Points(_, new):
            return _apart([_line(line) for line in old], [_line(line) for line in new])
        case ir.Choose(_, old, rest), ir.Choose(_, new, other_rest):
            return _apart(_branches(old, rest), _branches(new, other_rest))
        case (ir.And(old), ir.And(new)) | (ir.Or(old), ir.Or(new)):
            lone = [each for each in old if each not in new], [each for each in new if each not in old]
            if len(lone[0]) == len(lone[1]) == 1:
                return differing(lone[0][0], lone[1][0])
    return in_short(one), in_short(other)


def _apart(old: Sequence[str], new: Sequence[str]) -> Pair:
    lone = [line for line in old if line not in new], [line for line in new if line not in old]
    told = tuple(_bounded(", ".join(lines)) or ("" if lines else "nothing") for lines in lone)
    return ("", "") if told == ("nothing", "nothing") or "" in told else (told[0], told[1])


def _line(line: ir.Line) -> str:
    sign = "+" if line.points >= 0 else ""
    per = f" per {phrase(line.per)}" if line.per is not None else ""
    return f"{sign}{line.points}{per} when {phrase(line.condition)}"


def _branches(branches: Sequence[tuple[Expr, str]], otherwise: str | None) -> list[str]:
    last = [f"{otherwise} otherwise"] if otherwise is not None else []
    return [*(f"{member} when {phrase(condition)}" for condition, member in branches), *last]


def _bounded(words: str) -> str:
    return words if len(words) <= LONGEST else ""
