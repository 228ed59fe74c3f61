"""Written names into the fields, definitions and members that they stand for, as values with types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.containing import collects, used_as_value
from revrules.check.literals import bare, is_flexible, member
from revrules.check.resolve import DefinitionFound, FieldFound, RelationFound, Unresolved, report_unresolved, resolve
from revrules.check.tables import Domain, Term
from revrules.problems import names, types
from revrules.types import EnumType

if TYPE_CHECKING:
    from revrules.check.resolve import Scope
    from revrules.check.tables import DefinitionInfo
    from revrules.types import Type


class NotYetChecked(Exception):  # noqa: N818  (a detour, not an error)
    """A definition is needed that was not checked so far: check ``info`` first, then this place again."""

    def __init__(self, info: DefinitionInfo) -> None:
        super().__init__(info.id)
        self.info = info


def plain_name(node: syntax.Expr) -> syntax.Name | None:
    """Return the name that an expression is, if it is just that."""
    inner = bare(node)
    return inner.path[0] if isinstance(inner, syntax.Reference) and len(inner.path) == 1 and inner.team is None else None


def reference(node: syntax.Reference, scope: Scope, expected: Type | None) -> Term | None:
    """Return the value of a reference; beside an enum a bare name is first a member of it."""
    name = plain_name(node)
    if isinstance(expected, EnumType) and name is not None and name.text in expected.member_names:
        return Term(ir.Literal(name.text, expected, span=node.span), expected)
    tables = scope.tables
    match resolve(node, scope):
        case FieldFound(decl, path, up):
            term = ir.Field(decl.name, decl.type, path, up, span=node.span)
            bounded = decl.low is not None or decl.high is not None
            domain = Domain(decl.name, decl.low, decl.high, decl.high_open) if bounded else None
            return Term(term, decl.type, domain=domain)
        case DefinitionFound(info, path, up):
            if not info.checked:
                raise NotYetChecked(info)
            if collects(info):
                tables.report.add(used_as_value(node, info))
            if info.term is None:
                return None
            value = info.term
            ref = ir.Ref(info.id, value.type, path, up, value.ranged, span=node.span)
            return Term(ref, value.type, value.ranged, value.domain)
        case RelationFound(relation):
            text = tables.text(node.span)
            tables.report.add(types.relation_as_value(node.span, text, relation.entity, relation.many))
            return None
        case Unresolved(problem) as found:
            if isinstance(expected, EnumType) and name is not None and problem is not None:
                member(name, expected, tables)
            else:
                report_unresolved(_no_value(found, name), tables.report)
            return None


def _no_value(found: Unresolved, name: syntax.Name | None) -> Unresolved:
    """Return why there is no value, where a bare name is all that stands there with what else it may have meant."""
    problem = found.problem
    if name is None or problem is None:
        return found
    return replace(found, problem=lambda: names.unknown_value(problem(), name.span, name.text))


def is_soft(node: syntax.Expr, scope: Scope) -> bool:
    """Return whether an expression takes its type from what stands beside it."""
    if is_flexible(node):
        return True
    inner = bare(node)
    if not isinstance(inner, syntax.Reference) or plain_name(inner) is None:
        return False
    return isinstance(resolve(inner, scope), Unresolved)


def as_member(name: syntax.Name, type_: EnumType) -> Term | None:
    """Return the member of an enum that a name is; None where it is none."""
    if name.text not in type_.member_names:
        return None
    return Term(ir.Literal(name.text, type_, span=name.span), type_)
