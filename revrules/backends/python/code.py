"""Pieces of Python text, with what is needed to put them together rightly: how tightly they bind, what is known once they ran."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.ir import Value

# How tightly a piece binds, loosest first.
CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, ATOM = range(8)

DEEPEST = 24
"""Brackets inside one another in one Python expression; CPython's parser takes 200."""
LONGEST = 4_000
"""Characters of one Python expression that stands inside another."""

Facts: TypeAlias = frozenset[tuple[str, object]]
"""What is sure at a place in the generated text: ("bound", local), ("some", local: not None), ("true", expr), ("false", expr)."""

NOTHING: Facts = frozenset()


TURNED = re.compile(r"(\w+) (in|not in|==|!=) (.*)", re.DOTALL)
OPPOSITE = {"in": "not in", "not in": "in", "==": "!=", "!=": "=="}


class Py(NamedTuple):
    """A Python expression and how tightly it binds."""

    text: str
    level: int = ATOM

    def at(self, level: int) -> str:
        """Return the text, in parentheses where it binds less tightly than ``level``."""
        return self.text if self.level >= level else f"({self.text})"


class Cond(NamedTuple):
    """A Python condition, and what is known after it held or did not."""

    py: Py
    if_true: Facts
    if_false: Facts


class Val(NamedTuple):
    """A value: ``py`` may be read once all ``guards`` held, in order; ``facts`` are known then. One that fails means missing."""

    guards: tuple[Cond, ...]
    py: Py
    facts: Facts


TRUE, FALSE, NONE = Py("True"), Py("False"), Py("None")


def all_of(conditions: Iterable[Cond], facts: Facts) -> Cond:
    """Return the condition that every one of ``conditions`` holds; each was made knowing that those before it did."""
    kept: list[Py] = []
    if_true = if_false = facts
    for condition in conditions:
        if condition.py == FALSE:
            return Cond(FALSE, facts, facts)
        if_true = condition.if_true
        if condition.py != TRUE:
            if_false = if_false & condition.if_false if kept else condition.if_false
            kept.append(condition.py)
    return Cond(joined(" and ", AND, kept), if_true, if_false) if kept else Cond(TRUE, if_true, facts)


def any_of(conditions: Iterable[Cond], facts: Facts) -> Cond:
    """Return the condition that one of ``conditions`` holds; each was made knowing that those before it did not."""
    kept: list[Py] = []
    if_true = if_false = facts
    for condition in conditions:
        if condition.py == TRUE:
            return Cond(TRUE, facts, facts)
        if_false = condition.if_false
        if condition.py != FALSE:
            if_true = if_true & condition.if_true if kept else condition.if_true
            kept.append(condition.py)
    return Cond(joined(" or ", OR, kept), if_true, if_false) if kept else Cond(FALSE, facts, if_false)


def joined(operator: str, level: int, parts: list[Py]) -> Py:
    """Return the parts joined by an operator that groups either way."""
    return parts[0] if len(parts) == 1 else Py(operator.join(part.at(level) for part in parts), level)


def negated(py: Py) -> Py:
    """Return ``not py``, in the words that a person would choose."""
    if py == TRUE:
        return FALSE
    if py == FALSE:
        return TRUE
    if py.level == COMPARISON and py.text.endswith(" is not None"):
        return Py(py.text.removesuffix(" is not None") + " is None", COMPARISON)
    if py.level == COMPARISON and py.text.endswith(" is None"):
        return Py(py.text.removesuffix(" is None") + " is not None", COMPARISON)
    turned = TURNED.match(py.text) if py.level == COMPARISON else None
    if turned:
        return Py(f"{turned[1]} {OPPOSITE[turned[2]]} {turned[3]}", COMPARISON)
    if py.level == NOT and py.text.startswith("not "):
        return Py(py.text.removeprefix("not "), COMPARISON)
    return Py(f"not {py.at(NOT)}", NOT)


def call(function: str, *arguments: Py) -> Py:
    """Return a call."""
    return Py(f"{function}({', '.join(argument.text for argument in arguments)})")


def block(head: str, body: Iterable[str]) -> list[str]:
    """Return the lines of a compound statement: ``head`` without its colon, ``body`` below it."""
    return [f"{head}:", *(f"    {line}" for line in body)]


def nesting(text: str) -> int:
    """Return how deep the brackets of ``text`` nest (those in quotes count too: the answer is never too small)."""
    deepest = depth = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth = max(0, depth - 1)
    return deepest


def literal(value: Value) -> str | None:
    """Return the text of a constant that Python writes as a literal, None for the others (money, dates, times)."""
    match value:
        case bool() | str():
            return repr(value)
        case int() | float() if value == value and abs(value) != float("inf"):
            return repr(value)
    return None


def constructed(value: Value) -> str:
    """Return the text that makes ``value`` anew."""
    match value:
        case Decimal():
            return f"Decimal({str(value)!r})"
        case datetime.datetime():
            at = value.astimezone(datetime.UTC)
            return f"datetime({at.year}, {at.month}, {at.day}, {at.hour}, {at.minute}, {at.second}, {at.microsecond}, UTC)"
        case datetime.date():
            return f"date({value.year}, {value.month}, {value.day})"
        case datetime.timedelta():
            return f"timedelta({value.days}, {value.seconds}, {value.microseconds})"
        case _:
            text = literal(value)
            assert text is not None, "NaN and infinity are no values of the language"
            return text
