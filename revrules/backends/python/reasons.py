"""The ways out of a stage into the text that builds ``NextStage`` values: the criteria not met, with what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python.code import CHOICE, FALSE, NONE, NOTHING, TRUE, Facts, Py, block
from revrules.backends.python.expressions import nullable, test, truth
from revrules.backends.python.missing import missing
from revrules.backends.python.ranges import keep_range, range_of
from revrules.backends.python.scope import deciding_field, is_boolean
from revrules.backends.python.walk import way_bits
from revrules.reads import reads
from revrules.types import EnumType, Scalar

KEPT = frozenset({Scalar.BOOLEAN, Scalar.INTEGER, Scalar.DATE})

if TYPE_CHECKING:
    from revrules.backends.python.graph import Way
    from revrules.backends.python.module import Module
    from revrules.backends.python.scope import Scope


def next_stage(scope: Scope, way: Way, mask: str, bit: int, facts: Facts) -> tuple[list[str], str, int]:
    """Return the lines that sort the criteria in ``mask`` into ``unmet`` and ``unknown``, the next stage, and the next bit."""
    lines = ["unmet = unknown = ()"]
    for criterion in way.asked:
        lines += block(f"if {mask} & {bit}", _sorted(scope, criterion, facts))
        bit *= 2
    new, kind = scope.module.constant("tuple.__new__", "NEW"), scope.module.use("NextStage", "results")
    owners = scope.module.constant(repr(way.target.owners), "OWNERS")
    outcome = way.target.outcome and way.target.outcome.value
    return lines, f"{new}({kind}, ({way.target.name!r}, {owners}, unmet, unknown, {outcome!r}))", bit


def _sorted(scope: Scope, criterion: ir.Criterion, facts: Facts) -> list[str]:
    """Return the lines for a criterion that is not met: false, or unknown."""
    before: list[str] = []
    if isinstance(criterion.condition, ir.RangedCompare):  # what is shown decides, too: it is worked out once
        before, facts = keep_range(scope, criterion.condition.left, facts)
    not_true = facts | {("not true", scope.module.key(criterion.condition))}
    deciding = deciding_field(criterion.condition)
    fails = test(scope, criterion.condition, False, not_true)
    unmet = f"unmet += ({_blocker(scope, criterion, '()', fails.if_true)},)"
    if fails.py == TRUE:
        return [*before, unmet]
    lacking = missing(scope, criterion.condition)
    absent = fails.if_false if deciding is None else fails.if_false | {("missing", deciding.name)}
    unknown = f"unknown += ({_blocker(scope, criterion, lacking, absent)},)"
    if fails.py == FALSE:
        return [*before, unknown]
    return [*before, f"if {fails.py.text}:", f"    {unmet}", "else:", f"    {unknown}"]


def _blocker(scope: Scope, criterion: ir.Criterion, lacking: str, facts: Facts) -> str:
    """Return the text of a blocker; one that looks the same for every record is a constant."""
    kind = scope.module.use("Blocker", "results")
    scope.module.use("Seen", "results")
    condition = criterion.condition
    if isinstance(condition, ir.Known) and isinstance(condition.operand, ir.Field) and not condition.operand.path:
        facts |= {("missing", condition.operand.name)}  # it is not met, so that the field is not known
    seen = [(name, _shown(scope, expr, facts)) for name, expr in reads(condition)]
    if all(py in (NONE, TRUE, FALSE) for _, py in seen) and lacking.endswith(")") and lacking.startswith("("):
        shown = "".join(f"Seen({name!r}, {py.text}), " for name, py in seen)
        return scope.module.constant(f"{kind}({criterion.name!r}, ({shown}), {lacking}, {criterion.doc!r})", "BLOCKER")
    kept = _kept_by(scope, condition, facts) if lacking == "()" else None
    if kept is not None:
        name, by, ranged = kept
        made = f"{scope.module.use('Blockers', 'answers')}({criterion.name!r}, {name!r}, {criterion.doc!r}, {ranged})"
        return f"{scope.module.constant(made, 'BLOCKERS')}[{by}]"
    new = scope.module.constant("tuple.__new__", "NEW")
    shown = "".join(f"{new}(Seen, ({name!r}, {py.at(CHOICE)})), " for name, py in seen)
    return f"{new}({kind}, ({criterion.name!r}, ({shown}), {lacking}, {criterion.doc!r}))"


def _kept_by(scope: Scope, condition: ir.Expr, facts: Facts) -> tuple[str, str, bool] | None:
    """Return the name of the only value that is seen, its text, and whether it is a range, where values are worth keeping.

    Equal values must look alike: numbers (0.0 and -0.0) and money do not, texts are too many.
    """
    seen = reads(condition)
    if len(seen) != 1:
        return None
    name, expr = seen[0]
    if isinstance(expr, ir.Ref) and expr.ranged and expr.type is Scalar.INTEGER:
        ends = range_of(scope, expr, facts).text
        return (name, ends, True) if ends.isidentifier() else None
    if isinstance(expr, ir.Field) and (isinstance(expr.type, EnumType) or expr.type in KEPT):
        text = nullable(scope, expr, facts).text
        return (name, text, False) if text.isidentifier() else None
    return None


def _shown(scope: Scope, expr: ir.Expr, facts: Facts) -> Py:
    """Return the value as it is shown, that of a count or score as one number or ``low..high``."""
    if isinstance(expr, ir.Count) or (isinstance(expr, ir.Ref) and expr.ranged):
        ends = range_of(scope, expr, facts).text
        if ends.isidentifier():
            return Py(f"{ends}[0] if {ends}[0] == {ends}[1] else f'{{{ends}[0]}}..{{{ends}[1]}}'", CHOICE)
        return Py(f"{scope.module.use('shown_range', 'ranges')}({ends})")
    if isinstance(expr, ir.Field) and not expr.path and ("missing", expr.name) in facts:
        return NONE
    if is_boolean(expr) and not isinstance(expr, ir.Field):
        return truth(scope, expr, facts)
    return nullable(scope, expr, facts)


def way_function(module: Module, scope: Scope, way: Way) -> str:
    """Return the text of a way as ``revrules.runtime.walks`` reads it: target, state, missing fields, what stands in its way."""
    state, new = module.function_name(("state", way.source, way.target.name, module.key(way.own)), "state")
    if new:
        inner = scope.alike()
        holds = test(inner, way.enabled, True, NOTHING)
        fails = test(inner, way.enabled, False, holds.if_false)
        body = [f"if {holds.py.text}:", "    return True", f"return False if {fails.py.text} else None"]
        module.define(state, "record, memo", body)
    lacking, new = module.function_name(("lacking", way.source, way.target.name, module.key(way.own)), "lacking")
    if new:
        module.define(lacking, "record, memo", [f"return {missing(scope.alike(), way.enabled)}"])
    blocked, new = module.function_name(("next", way.source, way.target.name, module.key(way.own)), "next")
    if new:
        inner = scope.alike()
        lines, _, _, _ = way_bits(inner, way, "m0", NOTHING, 1)
        sorted_, made, _ = next_stage(inner, way, "m0", 1, NOTHING)
        module.define(blocked, "record, memo", ["m0 = 0", *lines, *sorted_, f"return {made}"])
    return f"({way.target.name!r}, {state}, {lacking}, {blocked})"


def closed(scope: Scope, way: Way, facts: Facts) -> Py:
    """Return the condition that ``way`` is closed for sure."""
    return test(scope, way.enabled, False, facts).py


def only_all(way: Way) -> bool:
    """Return whether a way is closed exactly when one of its criteria is false."""
    return way.requires is None or _is_all(way.requires)


def _is_all(criteria: ir.Criteria) -> bool:
    if isinstance(criteria, ir.Criterion):
        return True
    return criteria.kind is ir.GroupKind.ALL and all(map(_is_all, criteria.members))
