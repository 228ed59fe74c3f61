"""What a question is made of besides its conditions: facts that hold of every record, and what was said too widely.

Lowering collects both. A fact belongs to what was being lowered when it was stated, so that a question takes only the facts of
what it reads.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

import z3

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from revrules.backends.smt.terms import Reading

T = TypeVar("T")


class Approximation(Protocol):
    """Something that was said too widely, and can be said exactly where a model looks."""

    @property
    def arguments(self) -> tuple[z3.ArithRef, ...]:
        """The terms on which it rests."""

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Return a fact of every record that this model breaks; None where the model is right."""


class Weight(StrEnum):
    """What an aggregate asks of the related records: how many of them have to be told apart."""

    COUNT = "count"
    SURE = "sure count"
    """It is never open whether a record counts."""
    ALL = "count of all"
    """All records count, or perhaps count, or none does: nothing of the single record is asked."""
    ANY = "any"
    END = "end"
    PICK = "pick"
    SUM = "sum"


@dataclass(slots=True)
class Needs:
    """What a lowered expression rests on: facts, approximations and related records by number, aggregates over these.

    ``reads`` are the fields and relations that it reads, each with the name of the record that could be any.
    """

    facts: set[int] = field(default_factory=set)
    approximations: set[int] = field(default_factory=set)
    collections: set[int] = field(default_factory=set)
    aggregates: set[tuple[int, Hashable, Weight]] = field(default_factory=set)
    reads: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: Needs) -> None:
        """Take in what another expression rests on."""
        self.facts |= other.facts
        self.approximations |= other.approximations
        self.collections |= other.collections
        self.aggregates |= other.aggregates
        self.reads |= other.reads


class Problem:
    """The facts and approximations of everything lowered so far, and what rests on which."""

    def __init__(self, context: z3.Context, width: int, today: datetime.date) -> None:
        self.context = context
        self.today = today
        self.noon = datetime.datetime.combine(today, datetime.time(12), datetime.UTC)
        self.preferences = tuple(z3.Bool(name, context) for name in ("plausible", "once", "few", "written", "today"))
        """What is assumed of a witness where it can be: plausible values, each related record once, or few times, or no more
        often than is written out, that it is today."""
        self.plausible, self.once_each, self.few_of_each, self.written_out, self.is_today = self.preferences
        self.width = width
        """How many kinds of related records are told apart."""
        self.more: list[z3.BoolRef] = []
        """For each collection of related records: whether it has others than those."""
        self.facts: list[z3.BoolRef] = []
        self.approximations: list[Approximation] = []
        self.needs = Needs()
        self._kept: dict[Hashable, tuple[object, Needs]] = {}
        self._names = 0

    def name(self, hint: str) -> str:
        """Return a name that no other variable has."""
        self._names += 1
        return f"{hint}#{self._names}"

    def fact(self, formula: z3.BoolRef) -> None:
        """State what holds of every record."""
        self.needs.facts.add(len(self.facts))
        self.facts.append(formula)

    def approximate(self, approximation: Approximation) -> None:
        """State that something was said too widely."""
        self.needs.approximations.add(len(self.approximations))
        self.approximations.append(approximation)

    def collection(self, more: z3.BoolRef) -> int:
        """Return the number of a new collection of related records."""
        self.more.append(more)
        return len(self.more) - 1

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` returned for ``key``, made once; whoever asks rests on what it rests on."""
        found = self._kept.get(key)
        if found is None:
            around, self.needs = self.needs, Needs()
            try:
                found = self._kept[key] = (make(), self.needs)
            finally:
                self.needs = around
        self.needs.add(found[1])
        return found[0]  # type: ignore[return-value]  # what was kept under the key is what its maker returned

    def collect(self, make: Callable[[], T]) -> tuple[T, Needs]:
        """Return what ``make`` returns and what it rests on."""
        around, self.needs = self.needs, Needs()
        try:
            return make(), self.needs
        finally:
            self.needs = around
