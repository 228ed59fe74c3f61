"""Classifications by tables into terms, and those that collect into a condition for each of their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.containing import part_id
from revrules.check.decision_tables import decision_table
from revrules.check.expressions import condition
from revrules.check.old_names import earlier
from revrules.check.schema import enum_type
from revrules.check.tables import Term
from revrules.problems import decisions as problems
from revrules.problems import names
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules import syntax
    from revrules.check.resolve import Scope
    from revrules.check.tables import DefinitionInfo


def table_term(id_: str, decl: syntax.Classify, scope: Scope) -> Term | None:
    """Return the value of a classification by a table, or None (reported)."""
    found = decision_table(id_, decl, scope)
    if found is None:
        return None
    table, inputs = found
    scope.tables.decisions[id_] = table
    return Term(ir.Table(id_, inputs, table.type, span=decl.name.span), table.type)


def collect(info: DefinitionInfo, decl: syntax.Classify, scope: Scope) -> None:
    """Enter into ``info`` what a classification that collects can contain, and when; nothing where something was reported."""
    if decl.otherwise is not None:
        scope.tables.report.add(problems.nothing_otherwise(decl.otherwise.span, info.name))
        return
    if decl.table is None:
        _collect_branches(info, decl, scope)
        return
    found = decision_table(info.id, decl, scope)
    if found is None:
        return
    table, inputs = found
    scope.tables.decisions[info.id] = table
    info.outputs = table.type
    info.collected = {name: ir.Collects(info.id, inputs, name, span=decl.name.span) for name in table.type.member_names}


def _collect_branches(info: DefinitionInfo, decl: syntax.Classify, scope: Scope) -> None:
    """Enter the outputs of written branches; several may name the same one."""
    first: dict[str, syntax.Member] = {}
    members = [b.member for b in decl.branches if first.setdefault(b.member.name.text, b.member) is b.member]
    outputs = enum_type(info.id, members, scope.tables)
    conditions = [condition(branch.condition, scope) for branch in decl.branches]
    if not decl.branches:
        scope.tables.report.lacking(names.needs_clause(decl.name.span, f"`{info.name}`", "at least one branch: `name when …`"))
        return
    if any(found is None for found in conditions):
        return
    by_output: dict[str, list[ir.Expr]] = {name: [] for name in outputs.member_names}
    for branch, found in zip(decl.branches, conditions, strict=True):
        if found is not None:
            by_output[branch.member.name.text].append(found)
    info.outputs = outputs
    info.collected = {
        name: each[0] if len(each) == 1 else ir.Or(tuple(each), span=decl.name.span) for name, each in by_output.items()
    }


def parts(info: DefinitionInfo) -> tuple[ir.Definition, ...]:
    """Return the definitions of a classification that collects: for each output, whether it is contained."""
    assert info.collected is not None, "only classifications without problems are finished"
    return tuple(
        ir.Definition(
            part_id(info, name),
            f"{info.name} contains {name}",
            info.entity,
            ir.DefinitionKind.CLASSIFY,
            Scalar.BOOLEAN,
            expr,
            label=f"{info.name} contains {name}",
            owners=info.owners,
            doc=info.decl.doc or "",
            was=_earlier_parts(info, name),
            span=info.decl.name.span,
        )
        for name, expr in info.collected.items()
    )


def _earlier_parts(info: DefinitionInfo, output: str) -> tuple[str, ...]:
    """Return what the definition for one output was called before: by old names of the classification, of the output, of both."""
    outputs = info.outputs.members if info.outputs is not None else ()
    members = (output, *(old for member in outputs if member.name == output for old in member.was))
    found = tuple(f"{name} contains {member}" for name in (info.name, *earlier(info.decl.was)) for member in members)
    return found[1:]
