"""Expressions and a record into their values: what many expressions say of many records, read as far as they read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, TypeGuard, cast

from revrules import ir
from revrules.readers import field_spec
from revrules.reads import used
from revrules.reference.expressions import value
from revrules.reference.scope import Scope, World
from revrules.runtime.cells import field_reader
from revrules.runtime.records import read_field
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from revrules.ir import Expr, Ruleset, Value
    from revrules.runtime.results import DataProblem
    from revrules.runtime.values import Reader

MOST_LEVELS = 16
"""Definitions of definitions that are worked out one inside another; more are worked out in order, one after another."""


class Judge:
    """Expressions about the records of one entity, ready to be worked out for one record after another."""

    def __init__(self, ruleset: Ruleset, entity: str, exprs: Sequence[Expr]) -> None:
        self._exprs = tuple(exprs)
        self._bench = Bench(ruleset, entity)

    def values(self, record: Mapping[str, object], as_of: datetime) -> tuple[Value | None, ...]:
        """Return the value of each expression for ``record`` at ``as_of``, None where it is missing or unknown."""
        judged = self._bench.judged(record, as_of)
        return tuple(judged.value(expr) for expr in self._exprs)


class Bench:
    """The records of one entity of a ruleset, ready for any expression about them."""

    def __init__(self, ruleset: Ruleset, entity: str) -> None:
        self.ruleset = ruleset
        self.definitions = {definition.id: definition for definition in ruleset.definitions}
        self._entity = entity
        self._entities = {each.name: each for each in ruleset.entities}
        self._readers: dict[tuple[str, str], Reader] = {}
        self._relations = {each.name: {one.name: one for one in each.relations} for each in ruleset.entities}
        self._first: dict[int, tuple[Expr, tuple[Expr, ...]]] = {}

    def judged(self, record: Mapping[str, object], as_of: datetime) -> Judged:
        """Return ``record`` at ``as_of``, to be asked. Raises ``TypeError`` for what is no mapping."""
        if not hasattr(record, "get"):
            raise TypeError(f"a record is a mapping of field names to values, not {type(record).__name__}")
        return Judged(self, self._entity, record, as_of)

    def first(self, expr: Expr) -> tuple[Expr, ...]:
        """Return what is to be worked out before ``expr``, so that however long a chain of definitions is, nothing goes deep."""
        found = self._first.get(id(expr))
        if found is None:
            chain = used(self.definitions, (expr,))
            own = [each for each in chain if each.type is Scalar.BOOLEAN and each.entity == self._entity]
            first = tuple(ir.Ref(each.id, each.type) for each in own) if len(chain) > MOST_LEVELS else ()
            found = self._first[id(expr)] = (expr, first)
        return found[1]

    def reader(self, entity: str, name: str) -> Reader:
        """Return what reads a field."""
        if (entity, name) not in self._readers:
            declared = self._entities[entity].field(name)
            assert declared is not None, "the checker found the field"
            self._readers[entity, name] = field_reader(field_spec(declared, self.ruleset.timezone))
        return self._readers[entity, name]

    def relation(self, entity: str, name: str) -> ir.Relation | None:
        """Return the relation of that name, None for a field."""
        return self._relations[entity].get(name)


class Judged:
    """One record at one instant: what is said of it, worked out when it is asked for."""

    def __init__(self, bench: Bench, entity: str, record: Mapping[str, object], as_of: datetime) -> None:
        self._bench = bench
        world = World(bench.ruleset, as_of.astimezone(UTC), by_id=bench.definitions)
        self._scope = Scope(world, Typed(bench, entity, record))

    def value(self, expr: Expr) -> Value | None:
        """Return the value of ``expr``, None where it is missing or unknown."""
        for condition in self._bench.first(expr):
            value(condition, self._scope)
        return value(expr, self._scope)


class Typed(dict[str, object]):
    """A raw record as a typed one (as ``read_record`` makes it), each field and relation read when it is asked for."""

    __slots__ = ("_bench", "_entity", "_raw")

    def __init__(self, bench: Bench, entity: str, raw: Mapping[str, object]) -> None:
        super().__init__()
        self._bench = bench
        self._entity = entity
        self._raw = raw

    def __missing__(self, name: str) -> object:
        """Read one field or relation."""
        relation = self._bench.relation(self._entity, name)
        problems: list[DataProblem] = []
        if relation is None:
            found = read_field((name, self._bench.reader(self._entity, name), False), self._raw, problems)
        else:
            found = self._related(relation)
        self[name] = found
        return found

    def _related(self, relation: ir.Relation) -> Typed | list[Typed] | None:
        given = self._raw.get(relation.name)
        if not relation.many:
            return Typed(self._bench, relation.entity, given) if _is_record(given) else None
        listed = cast("Sequence[object]", given) if isinstance(given, list | tuple) else ()
        return [Typed(self._bench, relation.entity, each) for each in listed if _is_record(each)]


def _is_record(given: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(given, Mapping)
