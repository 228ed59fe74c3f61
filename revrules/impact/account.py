"""What became of real records between two versions, as counts: stages, verdicts, rules, money, and the clauses that did it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules.tables.totals import Number, Total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.tables.twice import Books, Others

Broken: TypeAlias = "tuple[str, tuple[str, ...]]"
FIRST_KEYS = 3
"""Keys that are shown of a group."""


class Moved(NamedTuple):
    """A record that the two versions judge otherwise.

    Stages are named as each version names them, None for nowhere; rules as the new version does (the old one's that are gone).
    ``sums`` are what was asked to be summed, as either version reads it. ``because`` are the clauses that are responsible.
    """

    key: str | None
    line: int
    before: str | None
    after: str | None
    moved: bool
    verdicts: tuple[str, str]
    declared: bool
    """Whether the record is declared to be where it was."""
    begins: tuple[Broken, ...]
    """Rules and assertions that are broken now, each with the clauses that are responsible."""
    ceases: tuple[Broken, ...]
    sums: tuple[Number | None, Number | None]
    because: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether anything differs: the stage, the verdict, a rule."""
        return self.moved or self.verdicts[0] != self.verdicts[1] or bool(self.begins or self.ceases)


@dataclass(slots=True)
class Group:
    """Records that have something in common: how many, of how many the value to sum is missing, the sums, the first keys."""

    count: int = 0
    declared: int = 0
    totals: tuple[Total, Total] = field(default_factory=lambda: (Total(), Total()))
    missing: list[int] = field(default_factory=lambda: [0, 0])
    keys: list[str] = field(default_factory=list)

    @property
    def sums(self) -> tuple[Number, Number]:
        """The sums, by the old version and by the new one."""
        return self.totals[0].value, self.totals[1].value

    def add(self, moved: Moved) -> None:
        """Take in a record."""
        self.count += 1
        self.declared += moved.declared
        for at, value in enumerate(moved.sums):
            if value is None:
                self.missing[at] += 1
            else:
                self.totals[at].add(value)
        if len(self.keys) < FIRST_KEYS:
            self.keys.append(moved.key if moved.key is not None else f"line {moved.line}")

    def add_others(self, others: Others) -> None:
        """Take in records of which those whose keys are shown were taken in before."""
        self.count += others.records
        self.declared += others.records if others.declared else 0
        for at in (0, 1):
            self.missing[at] += others.missing[at]
            self.totals[at].add_total(others.sums[at])


Stages: TypeAlias = "tuple[str | None, str | None]"


@dataclass(slots=True)
class Account:
    """What came out of comparing two versions over data. Counts are those of the rows compared, never scaled up.

    ``cells``: every record by (old stage, new stage), also those that stay. ``stays``: which of these mean the same stage.
    ``moves``: those that move, by stages and clauses. ``rerouted``: same stage, another way there. ``touched``: by the title of
    a change, on how many records the thing itself differs.
    """

    data: str
    entity: str
    lifecycles: tuple[str, str]
    books: Books
    summed: str | None = None
    sampled: bool = False
    notes: tuple[str, ...] = ()
    stays: set[Stages] = field(default_factory=set)
    cells: dict[Stages, Group] = field(default_factory=dict)
    moves: dict[tuple[Stages, tuple[str, ...]], Group] = field(default_factory=dict)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    begins: Counter[Broken] = field(default_factory=Counter)
    ceases: Counter[Broken] = field(default_factory=Counter)
    rerouted: int = 0
    touched: Counter[tuple[str, str]] = field(default_factory=Counter)
    order: Mapping[str | None, int] = field(default_factory=dict)
    """The places of the new version's stages."""

    @property
    def moved(self) -> int:
        """How many records move."""
        return sum(group.count for group in self.moves.values())

    def sum_of(self, groups: Iterable[Group], at: int) -> Number:
        """Return what the values of all of ``groups`` sum up to, by the old version (0) or the new one (1)."""
        total = Total()
        for group in groups:
            total.add_total(group.totals[at])
        return total.value

    @property
    def judged_otherwise(self) -> int:
        """How many records keep their stage and get another verdict."""
        return sum(count for (old, new), count in self.verdicts.items() if old != new)

    def add(self, moved: Moved) -> None:
        """Take in a record."""
        stages = moved.before, moved.after
        self.cells.setdefault(stages, Group()).add(moved)
        if moved.moved:
            self.moves.setdefault((stages, moved.because), Group()).add(moved)
        else:
            self.stays.add(stages)
        self.verdicts[moved.verdicts] += 1
        self.begins.update(moved.begins)
        self.ceases.update(moved.ceases)

    def add_others(self, others: Others) -> None:
        """Take in records that both versions judge alike, where the first of their stages were taken in before."""
        stages = others.before, others.after
        self.cells[stages].add_others(others)
        self.verdicts[others.verdicts] += others.records
        self.rerouted += others.records if others.rerouted else 0
