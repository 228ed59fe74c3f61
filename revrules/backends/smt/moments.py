"""Calendar arithmetic into terms: days and fixed lengths exactly; months, zones and business time by their bounds.

What is said by bounds is made exact where a model looks: for the whole month, year or stretch of one zone offset around that
moment, so that a few rounds suffice (lazy instantiation; the facts hold of every record).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

import z3

from revrules import ir
from revrules.backends.smt.business import Business
from revrules.backends.smt.numbers import within
from revrules.backends.smt.terms import DAY, EPOCH_DAY, FIRST_DAY, LAST_DAY, Term, decode_instant, encode
from revrules.runtime import clock
from revrules.syntax import Unit
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.terms import Reading

    Region: TypeAlias = tuple[int, int, int | None, bool]
    """From the first to the last argument the result is this at the first one, and grows with it (True) or stays."""

SAMPLE = datetime.timedelta(hours=6)
"""No zone changes its offset twice within this time."""
SAMPLES = 800
CYCLE = range(4800)
"""Months after which the Gregorian calendar repeats itself."""
MOST_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Looked:
    """A function of one moment: ``known`` and ``term`` for ``argument``, worked out by ``regions`` around a model's moment."""

    argument: z3.ArithRef
    known: z3.BoolRef
    term: z3.ArithRef
    region: Callable[[int], Region]

    @property
    def arguments(self) -> tuple[z3.ArithRef, ...]:
        """The moment."""
        return (self.argument,)

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Say what the function is around the model's moment."""
        at = int(reading(self.argument))
        low, high, result, grows = self.region(at)
        if not low <= at <= high:
            return None  # of a value that is none: nothing rests on it
        here = None if result is None else result + (at - low if grows else 0)
        if bool(reading(self.known)) == (here is not None) and (here is None or int(reading(self.term)) == here):
            return None
        return self.around(at)

    def around(self, at: int) -> z3.BoolRef:
        """Return what the function is around a moment."""
        low, high, result, grows = self.region(at)
        inside = z3.And(self.argument >= low, self.argument <= high)
        if result is None:
            return z3.Implies(inside, z3.Not(self.known))
        value = self.argument + (result - low) if grows else z3.IntVal(result, self.argument.ctx)
        return z3.Implies(inside, z3.And(self.known, self.term == value))


class First(NamedTuple):
    """The first day of the period of ``length`` months in which ``day`` lies, some months later; periods start at ``phase``."""

    day: z3.ArithRef
    length: int
    phase: int
    later: int
    found: Looked

    def month_after(self, month: int) -> int:
        """Return the month of that first day, for a day in that month; months are numbered on and on."""
        return month - (month - self.phase) % self.length + self.later


class Clock:
    """The instant of the question, which could be any of the years 1000 to 9000, and functions of moments."""

    def __init__(self, problem: Problem, ruleset: ir.Ruleset) -> None:
        self.problem = problem
        self.ruleset = ruleset
        self.zone = clock.zone_of(ruleset.timezone)
        self.instant = int(encode(problem.noon, Scalar.DATETIME))
        """Today at noon."""
        self._pairs: dict[object, list[tuple[z3.ArithRef, z3.ArithRef]]] = {}
        self._stretches: list[Region] = []
        self._firsts: list[First] = []
        self.business = Business(problem, ruleset)

    @property
    def now(self) -> z3.ArithRef:
        """The as-of instant."""
        return self.problem.once("now", self._now)

    @property
    def today(self) -> z3.ArithRef:
        """Its day in the ruleset's zone."""
        return cast("z3.ArithRef", self.day_of(self.now).term)

    def _now(self) -> z3.ArithRef:
        now = z3.Int("now", self.problem.context)
        ends = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (1000, 9001))
        low, high = (int(encode(end, Scalar.DATETIME)) for end in ends)
        self.problem.fact(z3.And(now >= low, now < high))
        return now

    def looked(
        self,
        name: str,
        argument: z3.ArithRef,
        region: Callable[[int], Region],
        facts: Callable[[Looked], None],
        *,
        instants: bool = False,
    ) -> Looked:
        """Return the function ``name`` of a day or instant, the same for the same moment: exact near today.

        ``facts`` states what holds of it everywhere.
        """

        def make() -> Looked:
            known = z3.Bool(self.problem.name(f"{name}?"), self.problem.context)
            found = Looked(argument, known, z3.Int(self.problem.name(name), self.problem.context), region)
            self.problem.approximate(found)
            self.problem.fact(found.around(self.instant if instants else self.problem.today.toordinal()))
            facts(found)
            return found

        return self.problem.once(("looked", name, argument.get_id()), make)

    def rising(self, name: str, found: Looked) -> None:
        """State that the function never falls."""
        pairs = self._pairs.setdefault(name, [])
        for argument, term in pairs[-MOST_PAIRS:]:
            self.problem.fact(z3.Implies(argument <= found.argument, term <= found.term))
            self.problem.fact(z3.Implies(argument >= found.argument, term >= found.term))
        pairs.append((found.argument, found.term))

    def first(self, found: First) -> None:
        """State how far the first day of a period lies from those of other periods of the same day, and from the day itself."""
        for other in self._firsts:
            if other.day.eq(found.day):
                steps = [found.month_after(month) - other.month_after(month) for month in range(12)]
                least, most = (step and _days_in(step)[end] for end, step in enumerate((min(steps), max(steps))))
                days = found.found.term - other.found.term
                both = z3.And(found.found.known, other.found.known)
                self.problem.fact(z3.Implies(both, z3.And(days >= least, days <= most)))
        ahead = [found.month_after(month) - month for month in range(12)]
        side = found.found.term > found.day if min(ahead) > 0 else found.found.term <= found.day
        if min(ahead) > 0 or max(ahead) <= 0:
            self.problem.fact(z3.Implies(found.found.known, side))
        self._firsts.append(found)

    def first_at(self, term: z3.ArithRef) -> First | None:
        """Return the first day of a period that ``term`` is, None where it is none."""
        return next((first for first in self._firsts if first.found.term.eq(term)), None)

    def day_of(self, instant: z3.ArithRef) -> Term:
        """Return the day of an instant in the ruleset's zone."""
        return self.problem.once(("day of", instant.get_id()), lambda: self._day_of(instant))

    def _day_of(self, instant: z3.ArithRef) -> Term:
        if self.zone is datetime.UTC:
            return Term(z3.BoolVal(True, self.problem.context), instant / DAY + EPOCH_DAY)
        offset = self.looked("offset", instant, self._offset_around, self._offset_facts, instants=True)
        day = (instant + offset.term) / DAY + EPOCH_DAY
        return Term(z3.And(day >= FIRST_DAY, day <= LAST_DAY), day)

    def _offset_facts(self, offset: Looked) -> None:
        self.problem.fact(z3.And(offset.known, offset.term > -DAY, offset.term < DAY))

    def _offset_around(self, instant: int) -> Region:
        """Return how long before and after an instant the zone keeps its offset, as far as it is looked at."""
        for stretch in self._stretches:
            if stretch[0] <= instant <= stretch[1]:
                return stretch
        moment = decode_instant(instant)
        offset = _offset(moment, self.zone)
        first = last = moment
        for step in (-SAMPLE, SAMPLE):
            here = moment
            for _ in range(SAMPLES):
                there = clock.add_duration(here, step)
                if there is None or _offset(there, self.zone) != offset:
                    break
                here = there
            first, last = (here, last) if step < clock.NO_TIME else (first, here)
        low, high = (int(encode(end, Scalar.DATETIME)) for end in (first, last))
        self._stretches.append((low, high, offset // clock.MICROSECOND, False))
        return self._stretches[-1]


def moved(clock_: Clock, expr: ir.Shift | ir.BusinessShift | ir.StartOf | ir.DateOf, moment: Term) -> Term:
    """Return another moment, made from ``moment``."""
    argument = cast("z3.ArithRef", moment.term)
    match expr:
        case ir.DateOf():
            day = clock_.day_of(argument)
            return Term(z3.And(moment.known, day.known), day.term)
        case ir.StartOf(_, Unit.WEEK):
            return Term(moment.known, argument - (argument - 1) % 7)
        case ir.StartOf(_, unit, first_month):
            return _start(clock_, argument, moment.known, unit, first_month)
        case ir.BusinessShift(_, count, unit, calendar):
            shifted = clock_.business.shifted(argument, count, unit, calendar)
            return Term(z3.And(moment.known, shifted.known), shifted.term)
        case ir.Shift(_, count, unit) if unit.value in clock.MONTHS_IN:
            months = count * clock.MONTHS_IN[unit.value]
            if ir.type_of(expr) is Scalar.DATE:
                return _months_on_date(clock_, argument, moment.known, months)
            return _months_on_instant(clock_, argument, moment.known, months)
        case ir.Shift(_, count, unit):
            type_ = cast("Scalar", ir.type_of(expr))
            length = clock.LENGTH_OF[unit.value] * count
            step = length.days if type_ is Scalar.DATE else length // clock.MICROSECOND
            return within(type_, moment.known, argument + step)


def part(clock_: Clock, function: str, day: z3.ArithRef) -> z3.ArithRef:
    """Return the year, month, day or weekday of a day."""
    if function == "weekday":
        return (day - 1) % 7 + 1

    def facts(found: Looked) -> None:
        most = {"year": 9999, "month": 12, "day": 31}[function]
        clock_.problem.fact(z3.Implies(_is_day(day), z3.And(found.known, found.term >= 1, found.term <= most)))
        if function == "year":
            between = z3.And(day > 365 * (found.term - 1), day <= 366 * found.term)
            clock_.problem.fact(z3.Implies(_is_day(day), between))
            clock_.rising("year", found)

    return clock_.looked(function, day, lambda at: _part_around(function, decode_day(at)), facts).term


def decode_day(ordinal: int) -> datetime.date:
    """Return the day of that number; the nearest one there is."""
    return datetime.date.fromordinal(min(max(ordinal, FIRST_DAY), LAST_DAY))


def _is_day(day: z3.ArithRef) -> z3.BoolRef:
    return z3.And(day >= FIRST_DAY, day <= LAST_DAY)


def _part_around(function: str, day: datetime.date) -> Region:
    if function == "year":
        return datetime.date(day.year, 1, 1).toordinal(), datetime.date(day.year, 12, 31).toordinal(), day.year, False
    first, last = _month_of(day)
    return first, last, day.month if function == "month" else 1, function == "day"


def _month_of(day: datetime.date) -> tuple[int, int]:
    first = day.replace(day=1).toordinal()
    return first, first + clock.days_in_month(day.year, day.month) - 1


def _start(clock_: Clock, argument: z3.ArithRef, known: z3.BoolRef, unit: Unit, first_month: int) -> Term:
    def region(at: int) -> Region:
        start = clock.start_of(decode_day(at), unit.value, first_month)
        first, last = _month_of(decode_day(at))
        return first, last, None if start is None else start.toordinal(), False

    name = f"start of {unit.value} {first_month}"

    def facts(found: Looked) -> None:
        longest = {"month": 31, "quarter": 92, "year": 366}[unit.value]
        near = z3.And(found.term <= argument, found.term > argument - longest, found.term >= FIRST_DAY)
        clock_.problem.fact(z3.Implies(_is_day(argument), near))
        clock_.problem.fact(z3.Implies(argument > FIRST_DAY + 366, found.known))
        clock_.rising(name, found)
        clock_.first(First(argument, clock.MONTHS_IN[unit.value], first_month, 0, found))

    found = clock_.looked(name, argument, region, facts)
    return Term(z3.And(known, found.known), found.term)


def _months_on_date(clock_: Clock, argument: z3.ArithRef, known: z3.BoolRef, months: int) -> Term:
    def region(at: int) -> Region:
        day = decode_day(at)
        first, last = _month_of(day)
        start = clock.shift_months(day.replace(day=1), months)
        if start is None:
            return first, last, None, False
        kept = first + clock.days_in_month(start.year, start.month) - 1
        if at <= kept:
            return first, min(last, kept), start.toordinal(), True
        return kept + 1, last, _month_of(start)[1], False

    name = f"{months} months"

    def facts(found: Looked) -> None:
        least, most = _days_in(months)
        clock_.problem.fact(z3.And(found.term >= argument + least, found.term <= argument + most))
        clock_.problem.fact(found.known == z3.And(*_in_calendar(argument, months)))
        clock_.rising(name, found)
        start = clock_.first_at(argument)
        if start is not None:
            clock_.first(start._replace(later=start.later + months, found=found))

    found = clock_.looked(name, argument, region, facts)
    return Term(z3.And(known, found.known), found.term)


def _in_calendar(day: z3.ArithRef, months: int) -> list[z3.BoolRef]:
    """Return when ``day`` moved by ``months`` is still within the years 1 to 9999."""
    edge = clock.shift_months(datetime.date(9999, 12, 1) if months > 0 else datetime.date(1, 1, 1), -months)
    if edge is None:
        return [z3.BoolVal(False, day.ctx)]
    return [day <= _month_of(edge)[1]] if months > 0 else [day >= edge.toordinal()]


@lru_cache(maxsize=256)
def _days_in(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that a day moves when it moves by ``months``."""
    start = datetime.date(4000, 1, 1) if -30_000 < months < 60_000 else None
    if start is None:
        mean = months * 146_097 // 4800
        return mean - 10, mean + 10
    lengths: list[int] = []
    for month in CYCLE:
        first = clock.shift_months(start, month)
        moved_first = None if first is None else clock.shift_months(first, months)
        if first is None or moved_first is None:
            continue
        last = datetime.date.fromordinal(_month_of(first)[1])
        moved_last = clock.shift_months(last, months)
        assert moved_last is not None, "the same month as its first day's"
        lengths += [moved_first.toordinal() - first.toordinal(), moved_last.toordinal() - last.toordinal()]
    mean = months * 146_097 // 4800
    return min([*lengths, mean]), max([*lengths, mean + 1])


def _months_on_instant(clock_: Clock, argument: z3.ArithRef, known: z3.BoolRef, months: int) -> Term:
    def region(at: int) -> Region:
        moment = decode_instant(at)
        result = clock.shift_datetime(moment, months, "month", clock_.zone)
        return at, at, None if result is None else int(encode(result, Scalar.DATETIME)), False

    def facts(found: Looked) -> None:
        least, most = _days_in(months)
        clock_.problem.fact(z3.And(found.term >= argument + (least - 2) * DAY, found.term <= argument + (most + 2) * DAY))

    found = clock_.looked(f"{months} months on instants", argument, region, facts, instants=True)
    return Term(z3.And(known, found.known), found.term)


def _offset(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.timedelta:
    local = clock.to_local(moment, zone)
    return clock.NO_TIME if local is None else local - moment.replace(tzinfo=None)
