"""The machine where it stands still into answers: what could stand here, how far a repair would lead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from revrules.parse.lexer import Token
from revrules.parse.tables import END
from revrules.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.parse.machine import Entry, Machine

FAR = 12
"""So many tokens are tried after a repair; one that leads further is not better."""


class Repair(NamedTuple):
    """Replace ``drop`` tokens from ``at`` on by ``insert``, go on there, and report ``problem``."""

    problem: Diagnostic
    at: int
    drop: int
    insert: tuple[Token, ...] = ()


@dataclass
class View:
    """The place where ``machine`` is stuck. ``floor`` is the first token that it may go back to."""

    machine: Machine
    floor: int

    @property
    def at(self) -> int:
        """The number of the token that cannot stand here."""
        return self.machine.position

    @property
    def token(self) -> Token:
        """The token that cannot stand here."""
        return self.machine.tokens[self.machine.position]

    def ahead(self, n: int) -> Token:
        """The token ``n`` after it; the end where there are fewer."""
        tokens = self.machine.tokens
        return tokens[min(self.at + n, len(tokens) - 1)]

    @property
    def previous(self) -> Token | None:
        """The token before it, if one may go back to it."""
        return self.machine.tokens[self.at - 1] if self.at > self.floor else None

    @property
    def previous_reading(self) -> str:
        """How the token before it was read."""
        return self.machine.readings[self.at - 1] if self.at > self.floor else ""

    def span(self, first: Token, last: Token | None = None) -> Span:
        """The span of ``first``, or from it to ``last``."""
        return Span(self.machine.site.path, first.start, (last or first).end)

    def accepts(self, terminal: str) -> bool:
        """Whether a token read as ``terminal`` can stand here."""
        return self.machine.after(self.machine.stack, terminal) is not None

    @cached_property
    def accepted(self) -> frozenset[str]:
        """All terminals that can stand here."""
        row = self.machine.tables.actions[self.machine.stack[0]]
        return frozenset(terminal for terminal in row if self.accepts(terminal))

    def accepted_before(self) -> frozenset[str]:
        """All terminals that could stand in the place of the token before."""
        stack = self.machine.history[self.at - 1]
        row = self.machine.tables.actions[stack[0]]
        return frozenset(terminal for terminal in row if self.machine.after(stack, terminal) is not None)

    def reach(self, at: int, drop: int, insert: Sequence[Token]) -> int:
        """How many tokens after the mistake can be read with this repair: at most ``FAR``; -1 if not even the repair itself."""
        machine = self.machine
        if at + drop >= len(machine.tokens):
            return -1
        stack: Entry | None = machine.stack if at == self.at else machine.history[at]
        for token in insert:
            stack = take(machine, stack, token) if stack else None
        rest = at + drop
        for token in machine.tokens[rest : self.at]:
            stack = take(machine, stack, token) if stack else None
        if stack is None:
            return -1
        return ahead(machine, stack, max(rest, self.at))

    def leads_on(self, at: int, drop: int, insert: Sequence[Token], least: int = 2) -> bool:
        """Whether ``least`` tokens (or the end) can be read after this repair."""
        return self.reach(at, drop, insert) >= least


def take(machine: Machine, stack: Entry, token: Token) -> Entry | None:
    """The stack after ``token`` in the first of its readings that can stand on ``stack``; None where none can."""
    for reading in token.readings:
        after = machine.after(stack, reading)
        if after is not None:
            return after
    return None


def ahead(machine: Machine, stack: Entry, start: int) -> int:
    """How many tokens from ``start`` on can be read from ``stack``, at most ``FAR``; reading the end counts as ``FAR``."""
    for n, token in enumerate(machine.tokens[start : start + FAR]):
        after = take(machine, stack, token)
        if after is None:
            return n
        if token.readings[0] is END:
            return FAR
        stack = after
    return FAR


def invented(readings: str | tuple[str, ...], place: int) -> Token:
    """A token that is not in the text: of no width, so its value is a hole."""
    return Token((readings,) if isinstance(readings, str) else readings, "", place, place)
