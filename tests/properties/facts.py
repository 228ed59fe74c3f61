"""A record into what is so of it, by the reference: wants that no prover may call impossible together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brute_force import only_about, scope_of
from strategies import is_ranged

from revrules import ir
from revrules.backends.smt import MET, UNMET, Want
from revrules.readers import record_spec
from revrules.reference.expressions import bounds, truth, value
from revrules.runtime.records import RecordSpec, record_reader
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brute_force import Trial
    from questions import Case

    from revrules.reference.scope import Scope
    from revrules.types import Type


def facts(case: Case, trial: Trial) -> list[Want]:
    """Return what is so of ``trial``: states of the case's conditions, values of its expressions and of the definitions."""
    own = [definition for definition in case.ruleset.definitions if definition.entity == case.entity]
    refs = tuple(ir.Ref(one.id, one.type, ranged=is_ranged(one.expr)) for one in own)
    scope = asked_scope(case, (*case.conditions, *case.values, *refs), trial)
    states = [Want(condition, frozenset({truth(condition, scope)})) for condition in case.conditions]
    values = [want for expr in case.values for want in of_value(expr, ir.type_of(expr), value(expr, scope))]
    return [*states, *values, *(want for ref in refs for want in of_definition(ref, scope))]


def of_definition(ref: ir.Ref, scope: Scope) -> Iterator[Want]:
    """Yield what the value of a definition is; between which ends it lies, where it is a range."""
    yield from of_value(ref, ref.type, value(ref, scope))
    ends = bounds(ref, scope) if ref.ranged else None
    if ends is not None:
        low, high = (ir.Literal(end, ref.type) for end in ends)
        yield Want(ir.RangedCompare(ir.CompareOp.GE, ref, low))
        yield Want(ir.RangedCompare(ir.CompareOp.LE, ref, high))
        if ends[0] != ends[1]:
            yield Want(ir.RangedCompare(ir.CompareOp.EQ, ref, low), frozenset({None}))


def of_value(expr: ir.Expr, type_: Type, found: ir.Value | None) -> Iterator[Want]:
    """Yield that ``expr`` has this value, or none."""
    if found is None:
        yield Want(ir.Known(expr), UNMET)
    elif type_ is Scalar.BOOLEAN:
        yield Want(expr, MET if found else UNMET)
    else:
        yield Want(ir.Compare(ir.CompareOp.EQ, expr, ir.Literal(found, type_)))


def pins(case: Case, wants: list[Want], trial: Trial) -> list[Want]:
    """Return that a record is this one as far as ``wants`` read it, lists of related records aside: nothing else is open then."""
    scope = asked_scope(case, tuple(want.condition for want in wants), trial)
    found = [Want(ir.Compare(ir.CompareOp.EQ, ir.Now(), ir.Literal(trial.as_of, Scalar.DATETIME)))]
    waiting: list[tuple[tuple[str, ...], str, RecordSpec]] = [((), case.entity, record_spec(scope.world.ruleset, case.entity))]
    for path, name, spec in waiting:
        entity = case.ruleset.entity(name)
        if path:
            found.append(Want(ir.Related(path), frozenset({truth(ir.Related(path), scope)})))
        for one in entity.fields:
            read = ir.Field(one.name, one.type, path)
            found += of_value(read, one.type, value(read, scope))
        related = {relation.name: relation.entity for relation in entity.relations}
        waiting += [((*path, one), related[one], inner) for one, many, inner in spec.relations if not many]
    return found


def asked_scope(case: Case, conditions: tuple[ir.Expr, ...], trial: Trial) -> Scope:
    """Return the record as it is read for ``conditions``."""
    ruleset = only_about(case.ruleset, case.entity, conditions)
    return scope_of(ruleset, record_reader(record_spec(ruleset, case.entity)), trial)
