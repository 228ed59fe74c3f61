"""A ruleset and conditions into records tried one by one: the oracle of the prover.

What a condition says of a record comes from the reference interpreter alone. The oracle is *exact* where it tried every record
that there is: the fields that the conditions read have few values each (truth values, enums, domains like ``0..3``), no list of
related records is read, and no clock. Text fields count as having few values where texts are only compared for equality: then a
record's meaning does not change when texts that do not occur in the ruleset are exchanged for others, so the texts that do occur
and one strange text for each text field that a record can hold stand for all. Elsewhere it tries some records, and can only say
that there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

from near_values import USUAL, Near, constants_of, is_finite, nodes

from revrules import ir
from revrules.readers import record_spec
from revrules.reference.expressions import truth
from revrules.reference.scope import Scope, World
from revrules.runtime.records import RecordReader, RecordSpec, read_record, record_reader
from revrules.types import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from revrules.backends.smt import State, Want
    from revrules.runtime.values import FieldSpec

Raw = dict[str, object]
MOST_RELATED = 2
"""Records in a list."""


class Trial(NamedTuple):
    """A record, as handed to the library, at an instant."""

    record: Raw
    as_of: datetime.datetime


@dataclass(slots=True)
class Oracle:
    """Records that were tried, and which of them each condition says is true and false (as bits of an integer)."""

    ruleset: ir.Ruleset
    entity: str
    trials: list[Trial]
    exact: bool
    reader: RecordReader
    scopes: list[Scope] = field(default_factory=list)
    sides: dict[ir.Expr, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def over(cls, ruleset: ir.Ruleset, entity: str, conditions: Sequence[ir.Expr], r: Random, most: int) -> Oracle:
        """Return an oracle that tries all records as far as ``conditions`` read them, or ``most`` of them at random."""
        asked = only_about(ruleset, entity, conditions)
        near = Near.to(asked, conditions)
        spec = record_spec(asked, entity)
        space = Space.of(spec, near, strange_texts(asked, conditions, spec))
        clock = any(isinstance(node, ir.Now | ir.Today) for node in nodes(asked, conditions))
        whole = space.size <= most and not clock
        trials = [Trial(space.at(number), USUAL) for number in range(space.size)] if whole else []
        while len(trials) < most and not whole:
            as_of = near.instant(r)
            trials.append(Trial(space.some(r, as_of), as_of))
        return cls(asked, entity, trials, whole and space.is_whole, record_reader(spec))

    def find(self, wants: Iterable[Want]) -> Trial | None:
        """Return a record of which all is so, None where none was tried."""
        left = (1 << len(self.trials)) - 1
        for want in wants:
            left &= self.where(want)
        return self.trials[left.bit_length() - 1] if left else None

    def where(self, want: Want) -> int:
        """Return the records, as bits, for which a condition has a wanted state."""
        if want.condition not in self.sides:
            self.sides[want.condition] = self._sides(want.condition)
        true, false = self.sides[want.condition]
        unknown = ((1 << len(self.trials)) - 1) & ~(true | false)
        return sum(bits for state, bits in ((True, true), (False, false), (None, unknown)) if state in want.states)

    def _sides(self, condition: ir.Expr) -> tuple[int, int]:
        if not self.scopes:
            self.scopes += [scope_of(self.ruleset, self.reader, trial) for trial in self.trials]
        states = [truth(condition, scope) for scope in self.scopes]
        true = int("".join("1" if state else "0" for state in reversed(states)) or "0", 2)
        false = int("".join("1" if state is False else "0" for state in reversed(states)) or "0", 2)
        return true, false


def scope_of(ruleset: ir.Ruleset, reader: RecordReader, trial: Trial) -> Scope:
    """Return what the reference judges: the record as it is read."""
    typed, _ = read_record(reader, trial.record)
    return Scope(World(ruleset, trial.as_of), typed)


def judge(ruleset: ir.Ruleset, entity: str, conditions: Sequence[ir.Expr], trial: Trial) -> tuple[list[State], list[str]]:
    """Return what the reference says of one record, and what it finds wrong with the record's values."""
    asked = only_about(ruleset, entity, conditions)
    reader = record_reader(record_spec(asked, entity))
    _, problems = read_record(reader, trial.record)
    wrong = [f"{problem.field}: {problem.reason}" for problem in problems if problem.reason != "required, but missing"]
    scope = scope_of(asked, reader, trial)
    return [truth(condition, scope) for condition in conditions], wrong


def only_about(ruleset: ir.Ruleset, entity: str, conditions: Sequence[ir.Expr]) -> ir.Ruleset:
    """Return the ruleset with what ``conditions`` refer to and nothing else, the conditions as definitions: so these are read."""
    used = {node.definition for node in nodes(ruleset, conditions) if isinstance(node, ir.Ref)}
    asked = tuple(
        ir.Definition(f"{entity}.asked {n}", "asked", entity, ir.DefinitionKind.DEFINE, Scalar.BOOLEAN, condition)
        for n, condition in enumerate(conditions)
    )
    kept = tuple(definition for definition in ruleset.definitions if definition.id in used)
    return replace(ruleset, definitions=(*kept, *asked), rules=(), lifecycles=(), assertions=(), examples=(), allows=())


def strange_texts(ruleset: ir.Ruleset, conditions: Sequence[ir.Expr], spec: RecordSpec) -> tuple[str, ...] | None:
    """Return the texts that stand for all where texts are only compared for equality, else None."""
    texts: set[str] = set()
    for node in nodes(ruleset, conditions):
        match node:
            case ir.TextTest() | ir.Matches() | ir.OneOf(any_case=True) | ir.InList(any_case=True):
                return None
            case ir.Call(_, arguments) if any(ir.type_of(argument) is Scalar.TEXT for argument in arguments):
                return None
            case ir.Table(name) | ir.Collects(name):
                columns = next(table for table in ruleset.tables if table.name == name).columns
                if any(column.any_case for column in columns):
                    return None
                of_texts = (column.cells for column in columns if column.type is Scalar.TEXT)
                texts.update(cast("str", text) for cells in of_texts for text in constants_of(cells))
            case ir.Literal(str() as text, Scalar.TEXT):
                texts.add(text)
            case ir.OneOf(operand, values) if ir.type_of(operand) is Scalar.TEXT:
                texts.update(cast("tuple[str, ...]", values))
            case ir.InList(operand, name) if ir.type_of(operand) is Scalar.TEXT:
                texts.update(cast("tuple[str, ...]", ruleset.value_list(name).items))
    return (*sorted(texts), *(f"strange {n}" for n in range(text_fields(spec))))


def text_fields(spec: RecordSpec) -> int:
    """Return how many text fields a record can hold, its related records included."""
    own = sum(one.kind == "text" for one in spec.fields)
    return own + sum(text_fields(inner) * (MOST_RELATED if many else 1) for _, many, inner in spec.relations)


@dataclass(frozen=True)
class Space:
    """The records of one entity, as far as they are read: numbered, so that all or some can be made.

    ``values`` holds None for a field with more values than can be listed; such a space is not whole.
    """

    near: Near
    fields: tuple[tuple[FieldSpec, tuple[object, ...] | None], ...]
    relations: tuple[tuple[str, bool, Space], ...]

    @classmethod
    def of(cls, spec: RecordSpec, near: Near, texts: tuple[str, ...] | None) -> Space:
        """Return the records of ``spec``: those fields that are read, and the relations that are followed."""
        read = tuple((one, texts if one.kind == "text" else is_finite(one)) for one in spec.fields if one.name in near.fields)
        return cls(near, read, tuple((name, many, cls.of(inner, near, texts)) for name, many, inner in spec.relations))

    @cached_property
    def is_whole(self) -> bool:
        """Whether the numbered records are all there are."""
        finite = all(values is not None for _, values in self.fields)
        return finite and all(not many and inner.is_whole for _, many, inner in self.relations)

    @cached_property
    def size(self) -> int:
        """How many are numbered."""
        size = 1
        for _, values in self.fields:
            size *= 10**9 if values is None else len(values) + 1
        for _, many, inner in self.relations:
            size *= 1 + inner.size + (inner.size * (inner.size + 1) // 2 if many else 0)
        return size

    def at(self, number: int) -> Raw:
        """Return the record of that number."""
        record: Raw = {}
        for one, values in self.fields:
            number, place = divmod(number, len(values or ()) + 1)
            if place:
                record[one.name] = (values or ())[place - 1]
        for name, many, inner in self.relations:
            number, place = divmod(number, 1 + inner.size + (inner.size * (inner.size + 1) // 2 if many else 0))
            found = [inner.at(each) for each in numbers_of(place, inner.size)]
            if many:
                record[name] = found
            elif found:
                record[name] = found[0]
        return record

    def some(self, r: Random, as_of: datetime.datetime, missing: float | None = None) -> Raw:
        """Return one at random."""
        missing = r.choice((0.1, 0.3, 0.5)) if missing is None else missing
        record: Raw = {}
        for one, values in self.fields:
            if r.random() >= missing:
                record[one.name] = r.choice(values) if values else self.near.value(r, one, as_of)
        for name, many, inner in self.relations:
            if many:
                record[name] = [inner.some(r, as_of, missing) for _ in range(r.choice((0, 0, 1, 1, 2, 2, 3)))]
            elif r.random() >= missing:
                record[name] = inner.some(r, as_of, missing)
        return record


def numbers_of(place: int, size: int) -> tuple[int, ...]:
    """Return the records of the list of that number: none, then one, then two in ascending order."""
    if place <= size:
        return (place - 1,) if place else ()
    place -= size + 1
    second = int(((8 * place + 1) ** 0.5 - 1) / 2)
    while (second + 1) * (second + 2) // 2 <= place:
        second += 1
    while second * (second + 1) // 2 > place:
        second -= 1
    return place - second * (second + 1) // 2, second


def known_only(record: Mapping[str, object]) -> bool:
    """Return whether a record holds known values only, related ones included."""
    for value in record.values():
        if value is None:
            return False
        related = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        if not all(isinstance(one, dict) and known_only(one) for one in related):
            return False
    return True
