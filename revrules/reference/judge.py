"""Expressions and a record into their values: what many expressions say of many records, each record read once."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from revrules import ir
from revrules.readers import spec_for
from revrules.reads import used
from revrules.reference.expressions import value
from revrules.reference.scope import Scope, World
from revrules.runtime.records import read_record, record_reader
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from revrules.ir import Expr, Ruleset, Value


class Judge:
    """Expressions about the records of one entity, ready to be worked out for one record after another."""

    def __init__(self, ruleset: Ruleset, entity: str, exprs: Sequence[Expr]) -> None:
        self._exprs = tuple(exprs)
        self._ruleset = ruleset
        used_ones = used({definition.id: definition for definition in ruleset.definitions}, self._exprs)
        self._first = tuple(ir.Ref(each.id, each.type) for each in used_ones if _is_condition(each, entity))
        self._reader = record_reader(spec_for(ruleset, entity, (*self._exprs, *self._first)))

    def values(self, record: Mapping[str, object], as_of: datetime) -> tuple[Value | None, ...]:
        """Return the value of each expression for ``record`` at ``as_of``, None where it is missing or unknown."""
        typed, _ = read_record(self._reader, record)
        scope = Scope(World(self._ruleset, as_of.astimezone(UTC)), typed)
        for condition in self._first:  # each rests on those before it: however long the chain, no evaluation goes deep
            value(condition, scope)
        return tuple(value(expr, scope) for expr in self._exprs)


def _is_condition(definition: ir.Definition, entity: str) -> bool:
    return definition.type is Scalar.BOOLEAN and definition.entity == entity
