"""What is asked of the placements of two versions into SQL, and its rows back into counts and judgements."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.runtime.results import Verdict
from revrules.tables.duck import quoted, quoted_text
from revrules.tables.relating import LINE
from revrules.tables.totals import FINEST, Total
from revrules.tables.twice import Judgement, Others
from revrules.tables.vetting import NotPushed
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules.backends.sql.outputs import Bit
    from revrules.tables.pushed import Pushed
    from revrules.tables.twice import Judging

COLUMNS = ("declared", "stage", "verdict", "path", "violations_mask")
ALIKE = (Scalar.BOOLEAN, Scalar.TEXT, Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.DATE, Scalar.DATETIME)
"""Types whose values are the same to DuckDB exactly where they are to Python."""
SIDES = ("before", "after")
JUDGEMENT = ("stage", "verdict", "path", "declared")
LEAST, MOST = -900, 900
"""Powers of two between which doubles are summed by DuckDB."""
JUDGED, LOOKED = "judged", "looked"
OTHERS = f"{JUDGED} ANTI JOIN {LOOKED} USING ({LINE})"
VERDICTS = ("", *(verdict.value for verdict in Verdict))
GROUPED = ("stage_before", "stage_after", "verdict_before", "verdict_after", "at_declared", "rerouted")


class Found(NamedTuple):
    """What DuckDB knows of a record: whether there is something to tell of its cells, and what ``both`` versions make of it."""

    told: bool
    both: tuple[Judgement, Judgement] | None


class Comparison:
    """What is asked of both placements, as SQL. In it ``old`` and ``new`` are rows with what the versions say of one record."""

    def __init__(self, judging: Judging, old: Pushed, new: Pushed) -> None:
        self.firsts = judging.firsts
        self._judging = judging
        self._stages = tuple([stage.name for stage in run.lifecycle.stages] for run in (old, new))
        self._bits: list[Sequence[Bit]] = [(), ()]
        self._values = range(len(judging.values))
        self._judgements: dict[tuple[object, ...], Judgement] = {}

    def statement(self, run: Pushed, side: int) -> str:
        """Return the statement that places every record by one version (0 is the old one)."""
        asked = {f"value_{n}": self._judging.values[n][side] for n in self._values}
        summed = (self._judging.sums or (None, None))[side]
        if summed is not None:
            asked["summed"] = summed
        query = run.judged(COLUMNS, asked)
        self._bits[side] = query.bits
        return query.text(pretty=False)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield what is kept of every record: name, SQL. Both statements have been made."""
        stages = self._judging.stages
        gone = {name: stages.get(name, "") for name in self._stages[0] if stages.get(name) != name}
        yield "stage_before", _member("old.stage", self._stages[0])
        yield "stage_after", _member("new.stage", self._stages[1])
        yield "verdict_before", _member("coalesce(old.verdict, '')", VERDICTS)
        yield "verdict_after", _member("coalesce(new.verdict, '')", VERDICTS)
        yield "at_declared", "coalesce(old.declared = old.stage, false)"
        path = f"list_transform(old.path, lambda passed: {_renamed('passed', gone)})" if gone else "old.path"
        yield "rerouted", f"{path} IS DISTINCT FROM new.path"
        yield "told", "old.shown OR new.shown"
        for n in self._values:
            yield f"touched_{n}", f"old.value_{n} IS DISTINCT FROM new.value_{n}"
        for name, side, summed in zip(("sum_before", "sum_after"), ("old", "new"), self._judging.sums or (), strict=False):
            yield name, "NULL::BIGINT" if summed is None else f"{side}.summed"
        moved = f"{_renamed('old.stage', gone)} IS DISTINCT FROM new.stage"
        yield "differs", " OR ".join([moved, "old.verdict IS DISTINCT FROM new.verdict", *self._rules()])
        for side, version in zip(SIDES, ("old", "new"), strict=True):
            yield f"path_{side}", f"CASE WHEN differs THEN {version}.path END"
            yield f"declared_{side}", f"CASE WHEN differs THEN {version}.declared END"
        for name, value in self._broken.items():
            yield name, f"CASE WHEN differs THEN {value} END"

    @property
    def beside(self) -> list[str]:
        """What is kept of a record that is looked at; ``judged`` takes it."""
        return ["told", *(f"{name}_{side}" for side in SIDES for name in JUDGEMENT), *self._broken]

    @cached_property
    def _broken(self) -> dict[str, str]:
        """The columns that hold which rules are broken: their names when they are kept, and their SQL."""
        columns = [(n, bit.column) for n in (0, 1) for bit in self._bits[n]]
        return {f"{column}_{SIDES[n]}": f"{('old', 'new')[n]}.{column}" for n, column in dict.fromkeys(columns)}

    def judged(self, beside: Sequence[object]) -> Found:
        """Return what was kept of a record."""
        told, *rest = beside
        size = len(JUDGEMENT)
        words = tuple(rest[2 * size :])
        old, new = self._judgement(0, rest[:size], words), self._judgement(1, rest[size : 2 * size], words)
        return Found(bool(told), None if old is None or new is None else (old, new))

    def _judgement(self, side: int, values: Sequence[object], words: tuple[object, ...]) -> Judgement | None:
        """Return what one version makes of a record; None where that was not kept."""
        stage, verdict, path, declared = values
        if not isinstance(path, list):
            return None
        key = side, stage, verdict, tuple(path), declared, words
        if key not in self._judgements:
            masks = dict(zip(self._broken, words, strict=True))
            bits = ((bit.name, int(str(masks[f"{bit.column}_{SIDES[side]}"])) >> bit.bit & 1) for bit in self._bits[side])
            broken = frozenset(name for name, is_set in bits if is_set)
            said = None if stage is None else str(stage), str(verdict), tuple(map(str, path))
            self._judgements[key] = Judgement(*said, None if declared is None else str(declared), broken)
        return self._judgements[key]

    def _rules(self) -> Iterator[str]:
        """Yield conditions, one of which is true where another rule is broken."""
        old: dict[str, dict[str, int]] = {}
        new: dict[str, dict[str, int]] = {}
        for found, bits, names in ((old, self._bits[0], self._judging.rules), (new, self._bits[1], {})):
            for bit in bits:
                words = found.setdefault(names.get(bit.name, bit.name), {})
                words[bit.column] = words.get(bit.column, 0) | 1 << bit.bit
        alike: dict[str, int] = {}
        for name in {**old, **new}:
            before, after = old.get(name, {}), new.get(name, {})
            if before == after and len(before) == 1 and sum(before.values()).bit_count() == 1:
                for column, mask in before.items():
                    alike[column] = alike.get(column, 0) | mask
            else:
                yield f"({_broken('old', before)}) <> ({_broken('new', after)})"
        yield from (f"(xor(old.{column}, new.{column}) & {mask}) <> 0" for column, mask in alike.items())

    def others(self, rows: Callable[[str], list[tuple[object, ...]]]) -> list[Others]:
        """Return the counts of the records that are not looked at; ``rows`` gives those of a statement."""
        summed = [side for side in SIDES if self._judging.sums is not None]
        told = ", ".join([*GROUPED, "count(*)", *(f"count(sum_{side})" for side in summed)])
        totals = [self._totals(side, rows) for side in summed] or [{}, {}]
        found = []
        for *group, count, one, two in rows(
            f"SELECT {told}{', 0, 0' * (not summed)} FROM {OTHERS} GROUP BY {', '.join(GROUPED)}"
        ):
            before, after, verdict, other, declared, rerouted = group
            records, key = int(str(count)), tuple(group)
            missing = (records - int(str(one)), records - int(str(two)))
            stages = None if before is None else str(before), None if after is None else str(after)
            sums = totals[0].get(key, Total()), totals[1].get(key, Total())
            verdicts = str(verdict), str(other)
            found.append(Others(*stages, verdicts, bool(declared), bool(rerouted), records, sums, missing))
        return found

    def _totals(self, side: str, rows: Callable[[str], list[tuple[object, ...]]]) -> dict[tuple[object, ...], Total]:
        """Return what a side's values sum up to, by group.

        A double is an integer times a power of two: so these are summed exactly, in any order, for each power of its own.
        """
        expr = (self._judging.sums or (None, None))[SIDES.index(side)]
        grouped = ", ".join(GROUPED)
        value = f"sum_{side}"
        if expr is None or ir.type_of(expr) is not Scalar.NUMBER:
            found = rows(f"SELECT {grouped}, sum({value}) FROM {OTHERS} GROUP BY {grouped}")
            return {tuple(group): _total(amount) for *group, amount in found}
        power = f"CASE WHEN {value} = 0 THEN 0 ELSE CAST(floor(log2(abs({value}))) AS INTEGER) END"
        split = f"SELECT {grouped}, {value}, {power} AS power FROM {OTHERS} WHERE {value} IS NOT NULL"
        times = f"SELECT *, CAST({value} * pow(2, 53 - power) AS HUGEINT) AS times FROM ({split})"
        exact = f"bool_and(power BETWEEN {LEAST} AND {MOST} AND CAST(times AS DOUBLE) * pow(2, power - 53) = {value})"
        totals: dict[tuple[object, ...], Total] = {}
        for *group, shift, amount, is_exact in rows(
            f"SELECT {grouped}, power, sum(times), {exact} FROM ({times}) GROUP BY {grouped}, power"
        ):
            if not is_exact:
                raise NotPushed("its numbers are too large or too small to be summed")
            totals.setdefault(tuple(group), Total(doubles=0)).add_doubles(int(str(amount)) << int(str(shift)) - 53 + FINEST)
        return totals

    def touching(self) -> str | None:
        """Return the statement that counts, value by value, the records not looked at of which the versions say another one."""
        if not self._values:
            return None
        counts = ", ".join(f"count(*) FILTER (touched_{n})" for n in self._values)
        return f"SELECT {counts} FROM {OTHERS}"


def refuse(judging: Judging) -> None:
    """Raise ``NotPushed`` for values that DuckDB does not compare as Python does."""
    for old, new in judging.values:
        types = {Scalar.TEXT if isinstance(type_, EnumType) else type_ for type_ in (ir.type_of(old), ir.type_of(new))}
        if len(types) > 1 or not types.issubset(ALIKE):
            raise NotPushed("values of other types are compared")


def _member(value: str, names: Sequence[str]) -> str:
    """Return a text as a member of an enum, which takes a byte or two."""
    return f"CAST({value} AS ENUM({', '.join(map(quoted_text, dict.fromkeys(names)))}))"


def _renamed(stage: str, names: Mapping[str, str]) -> str:
    """Return the new name of an old stage; an empty text for one that is gone."""
    if not names:
        return stage
    cases = " ".join(f"WHEN {quoted_text(old)} THEN {quoted_text(new)}" for old, new in names.items())
    return f"CASE {stage} {cases} ELSE {stage} END"


def _broken(side: str, words: Mapping[str, int]) -> str:
    return " OR ".join(f"({side}.{quoted(column)} & {mask}) <> 0" for column, mask in words.items()) or "false"


def _total(value: object) -> Total:
    assert value is None or isinstance(value, int | Decimal), "integers and money sum up to such"
    return Total() if value is None else Total(value)
