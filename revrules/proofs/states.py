"""Expressions and a record into their values, by the reference: what many expressions say of many records, each read once."""

from __future__ import annotations

import dataclasses
from datetime import UTC
from typing import TYPE_CHECKING, cast

from revrules import ir
from revrules.readers import record_spec
from revrules.reference.expressions import value
from revrules.reference.scope import Scope, World
from revrules.runtime.records import read_record, record_reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from revrules.backends.smt.answers import State, Witness
    from revrules.ir import Expr, Ruleset, Value


class Judge:
    """Expressions about the records of one entity, ready to be worked out for one record after another."""

    def __init__(self, ruleset: Ruleset, entity: str, exprs: Sequence[Expr]) -> None:
        # Records are read as far as the ruleset follows their relations: the expressions take part in it as definitions.
        added = (
            ir.Definition(f"{entity}.\0{n}", f"\0{n}", entity, ir.DefinitionKind.DEFINE, ir.type_of(expr), expr)
            for n, expr in enumerate(exprs)
        )
        self._exprs = tuple(exprs)
        self._ruleset = dataclasses.replace(ruleset, definitions=(*ruleset.definitions, *added))
        self._reader = record_reader(record_spec(self._ruleset, entity))

    def values(self, record: Mapping[str, object], as_of: datetime) -> tuple[Value | None, ...]:
        """Return the value of each expression for ``record`` at ``as_of``, None where it is missing or unknown."""
        typed, _ = read_record(self._reader, record)
        scope = Scope(World(self._ruleset, as_of.astimezone(UTC)), typed)
        return tuple(value(expr, scope) for expr in self._exprs)


def state_of(ruleset: Ruleset, condition: Expr, witness: Witness) -> State:
    """Return whether ``condition`` is true, false or unknown for ``witness``."""
    (state,) = Judge(ruleset, witness.entity, (condition,)).values(witness.record, witness.as_of)
    return cast("State", state)
