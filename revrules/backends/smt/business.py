"""Business time into terms: in which order an instant and those so much working time away from it lie, exact where it is tried.

Whole days lead further the more of them there are, in every zone. The rest is said of calendars of UTC only, where no local time
is left out or comes twice: that more hours lead no less far, and that a later instant does.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import z3

from revrules.backends.smt.formulas import both
from revrules.backends.smt.terms import FIRST_INSTANT, LAST_INSTANT, decode_instant, encode
from revrules.runtime import clock
from revrules.syntax import Unit
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules import ir
    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.terms import Reading

MOST_PAIRS = 8
"""Instants whose order is compared, of one length of business time."""


class Length(NamedTuple):
    """Business time: whole working days, or so many working minutes."""

    in_days: bool
    amount: int


@dataclass(frozen=True, slots=True)
class Shifted:
    """An instant moved by business time: ``known`` and ``term`` for ``argument``, worked out by ``exactly``."""

    argument: z3.ArithRef
    known: z3.BoolRef
    term: z3.ArithRef
    exactly: Callable[[int], int | None]
    rises: bool
    """Whether of two instants the later one is never moved to before the other."""

    @property
    def arguments(self) -> tuple[z3.ArithRef, ...]:
        """The instant."""
        return (self.argument,)

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Say where the model's instant is moved to; where the model's result is passed over, that too."""
        at = int(reading(self.argument))
        if not FIRST_INSTANT <= at <= LAST_INSTANT:
            return None  # of a value that is none: nothing rests on it
        result, claimed = self.exactly(at), int(reading(self.term))
        if bool(reading(self.known)) == (result is not None) and (result is None or claimed == result):
            return None
        return z3.And(self.around(at), *self._around_result(claimed)) if self.rises else self.around(at)

    def around(self, at: int) -> z3.BoolRef:
        """Return where one instant is moved to."""
        result = self.exactly(at)
        here = self.argument == at
        return z3.Implies(here, z3.Not(self.known) if result is None else both(self.known, self.term == result))

    def _around_result(self, claimed: int) -> list[z3.BoolRef]:
        """Return which instants are moved to before ``claimed``, at most so far, and which are not."""
        low, high = FIRST_INSTANT, LAST_INSTANT
        while high - low > 1:
            middle = (low + high) // 2
            result = self.exactly(middle)
            if result < claimed if result is not None else middle < claimed:
                low = middle
            else:
                high = middle
        before, after = self.exactly(low), self.exactly(high)
        ends = []
        if before is not None:
            ends.append(z3.Implies(both(self.known, self.argument <= low), self.term <= before))
        if after is not None:
            ends.append(z3.Implies(both(self.known, self.argument >= high), self.term >= after))
        return ends


class Business:
    """Instants that lie so much business time from others."""

    def __init__(self, problem: Problem, ruleset: ir.Ruleset) -> None:
        self.problem = problem
        self.ruleset = ruleset
        self._made: dict[str, list[tuple[Length, Shifted]]] = {}

    def shifted(self, argument: z3.ArithRef, count: int, unit: Unit, calendar: str) -> Shifted:
        """Return where ``argument`` is moved to, the same for the same instant: exact today at noon."""
        length = Length(True, count) if unit is Unit.DAY else Length(False, count * (60 if unit is Unit.HOUR else 1))
        key = ("business", length, calendar, argument.get_id())
        return self.problem.once(key, lambda: self._shifted(argument, length, calendar))

    def _shifted(self, argument: z3.ArithRef, length: Length, calendar: str) -> Shifted:
        declared = self.ruleset.calendar(calendar)
        times = clock.working_time(declared.days, declared.opens, declared.closes, declared.timezone, declared.holidays)
        unit = "day" if length.in_days else "minute"

        def exactly(at: int) -> int | None:
            result = clock.business_shift(times, decode_instant(at), length.amount, unit)
            return None if result is None else int(encode(result, Scalar.DATETIME))

        in_order = clock.zone_of(declared.timezone) is datetime.UTC
        known, term = z3.Bool(self.problem.name("business?"), self.problem.context), self._variable()
        found = Shifted(argument, known, term, exactly, in_order)
        self.problem.approximate(found)
        self.problem.fact(found.around(int(encode(self.problem.noon, Scalar.DATETIME))))
        self._beside_itself(found, length, in_order=in_order)
        for other_length, other in self._made.setdefault(calendar, []):
            if other.argument.eq(argument) and other_length.in_days == length.in_days:
                shorter, longer = ((other_length, other), (length, found))[:: 1 if other_length.amount < length.amount else -1]
                self._beside_longer(shorter, longer, in_order=in_order)
        same = [other for other_length, other in self._made[calendar] if other_length == length]
        if in_order:
            for other in same[-MOST_PAIRS:]:
                self._in_order(other, found)
        self._made[calendar].append((length, found))
        return found

    def _variable(self) -> z3.ArithRef:
        return cast("z3.ArithRef", z3.Int(self.problem.name("business"), self.problem.context))

    def _beside_itself(self, found: Shifted, length: Length, *, in_order: bool) -> None:
        """State on which side of the instant itself it lies.

        A local time that comes twice is the first of the two, and one that is left out lies behind: no day, or one back, may lead
        to the wrong side.
        """
        sure = in_order or not length.in_days or length.amount > 0 or length.amount < -1
        if sure and length.amount >= 0:
            self.problem.fact(z3.Implies(found.known, found.term >= found.argument))
        elif sure:
            self.problem.fact(z3.Implies(found.known, found.term <= found.argument))
        if length == Length(False, 0):
            self.problem.fact(z3.Implies(found.known, found.term == found.argument))

    def _beside_longer(self, shorter: tuple[Length, Shifted], longer: tuple[Length, Shifted], *, in_order: bool) -> None:
        """State that more time leads no less far from the same instant, and exists only where less of the same direction does."""
        (less, one), (more, other) = shorter, longer
        known = both(one.known, other.known)
        if in_order or less.in_days:
            self.problem.fact(z3.Implies(known, one.term <= other.term))
        if less.amount >= 0:
            self.problem.fact(z3.Implies(other.known, one.known))
        elif more.amount < 0:
            self.problem.fact(z3.Implies(one.known, other.known))

    def _in_order(self, one: Shifted, other: Shifted) -> None:
        """State that of two instants the later one is moved no less far."""
        known = both(one.known, other.known)
        self.problem.fact(z3.Implies(both(known, one.argument <= other.argument), one.term <= other.term))
        self.problem.fact(z3.Implies(both(known, one.argument >= other.argument), one.term >= other.term))
