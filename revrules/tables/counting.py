"""What an engine counted of placed records into the tally that a summary is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.bits import WORD
from revrules.runtime.results import Verdict
from revrules.tables.summary import Tally, ways_to

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.backends.sql.tallies import Tallies
    from revrules.outline import Lifecycle

GROUPS = ("missing", "lacks", "violations", "problems")


class Counted:
    """Counts rows of ``Tallies``, grouped: first by where they stand and what is in the way, then by each set of ``GROUPS``."""

    def __init__(self, tallies: Tallies, lifecycle: Lifecycle) -> None:
        self.tally = Tally(lifecycle)
        self.shown = 0
        """Rows with a problem of a value that can be shown."""
        self.clashes = 0
        """Rows whose classifications clash."""
        self.lost = [0] * len(tallies.lost)
        """Rows whose key finds no related record, by relation."""
        self._tallies = tallies
        self._ways = ways_to(lifecycle)
        place = ("spot", "verdict", "claimed", *tallies.sets["unmet"], *tallies.sets["unknown"])
        self._groups = {"place": place, **{key: tallies.sets[key] for key in GROUPS}}
        self._columns = tuple(name for columns in self._groups.values() for name in columns)

    def statement(self, rows: str) -> str:
        """Return the statement that counts ``rows``, a statement: which group of columns, the columns, counts."""
        sets = ", ".join(f"({', '.join(columns)})" for columns in self._groups.values())
        lost = [f"count(lost_{n})" for n in range(len(self._tallies.lost))]
        late = "coalesce(sum(overdue::INT), 0)"
        firsts = reversed([columns[0] for columns in self._groups.values()])
        which = " + ".join(f"{1 << power} * grouping({name})" for power, name in enumerate(firsts))
        told = ", ".join([which, *self._columns, "count(*)", late, *lost])
        return f"SELECT {told} FROM ({rows}) AS t GROUP BY GROUPING SETS ({sets})"

    def take(self, rows: Iterable[Sequence[object]]) -> None:
        """Count the rows of that statement."""
        keys = list(self._groups)
        for number, *cells in rows:
            absent = _int(number)  # a bit for each group, the last one's first: set where the row is of another
            key = keys[len(keys) - 1 - ((1 << len(keys)) - 1 & ~absent).bit_length() + 1]
            values = dict(zip(self._columns, cells, strict=False))
            count, overdue, *lost = map(_int, cells[len(self._columns) :])
            if key == keys[0]:
                self.tally.placed += count
                self.tally.overdue += overdue
                self.lost = [had + more for had, more in zip(self.lost, lost, strict=True)]
            if key == "place":
                self._placed(values, count)
            else:
                self._told(key, values, count)

    def _placed(self, values: dict[str, object], count: int) -> None:
        tally, sets = self.tally, self._tallies.sets
        stage, pairs = self._tallies.spots[_int(values["spot"])]
        verdict, claimed = values["verdict"], values["claimed"]
        tally.stages[stage, None if verdict is None else str(verdict)] += count
        unmet = [pairs[bit] for bit in _bits(values, sets["unmet"])]
        unknown = [pairs[bit] for bit in _bits(values, sets["unknown"])]
        for counter, found in ((tally.blockers, unmet), (tally.unknown, unknown)):
            for pair in found:
                if not pair.lost:
                    counter[pair.stage, pair.criterion] += count
        if verdict == Verdict.AHEAD.value:
            way = self._ways.get(str(claimed), frozenset())
            for criterion in {pair.criterion for pair in (*unmet, *unknown) if pair.stage in way}:
                tally.ahead_blockers[criterion] += count

    def _told(self, key: str, values: dict[str, object], count: int) -> None:
        counters: dict[str, Counter[str]] = {
            "missing": self.tally.missing, "lacks": self.tally.ahead_lacks, "violations": self.tally.violations,
            "problems": self.tally.problems,
        }  # fmt: skip
        found = list(_bits(values, self._tallies.sets[key]))
        for bit in found:
            counters[key][self._tallies.names[key][bit]] += count
        if key == "problems":
            told = [self._tallies.problems[bit] for bit in found]
            self.shown += count if any(problem.shows for problem in told) else 0
            self.clashes += count if any(problem.clash for problem in told) else 0


def _bits(values: dict[str, object], columns: Sequence[str]) -> Iterator[int]:
    """Yield the positions of the bits that are set."""
    for number, column in enumerate(columns):
        word = _int(values[column])
        while word:
            lowest = word & -word
            yield number * WORD + lowest.bit_length() - 1
            word ^= lowest


def _int(value: object) -> int:
    assert isinstance(value, int), "counts and bit sets are integers"
    return value
