"""`flags contains emea` into a reference to the condition that this output of a collecting classification has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.literals import bare, member
from revrules.check.resolve import DefinitionFound, resolve
from revrules.problems import decisions as problems
from revrules.problems import types
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.check.resolve import Scope
    from revrules.check.tables import DefinitionInfo
    from revrules.diagnostics import Diagnostic
    from revrules.types import EnumType


def collecting(node: syntax.Expr, scope: Scope) -> DefinitionFound | None:
    """Return the classification that collects which ``node`` names, None where it is anything else."""
    inner = bare(node)
    found = resolve(inner, scope) if isinstance(inner, syntax.Reference) else None
    return found if isinstance(found, DefinitionFound) and collects(found.info) else None


def collects(info: DefinitionInfo) -> bool:
    """Return whether a definition is a classification that collects."""
    return isinstance(info.decl, syntax.Classify) and info.decl.mode == "collect"


def contains(node: syntax.TextTest, found: DefinitionFound, scope: Scope) -> ir.Expr | None:
    """Return whether a classification contains the output that ``node`` tests it for, or None (reported)."""
    report = scope.tables.report
    pattern = bare(node.pattern)
    if node.test != "contains" or node.any_case:
        report.add(used_as_value(node.operand, found.info))
        return None
    if isinstance(pattern, syntax.Reference) and len(pattern.path) == 1 and pattern.team is None:
        return output_of(pattern.path[0], found, scope)
    if isinstance(pattern, syntax.Text):
        return output_of(pattern, found, scope)
    report.add(types.constant_needed(pattern.span, "a classification that collects"))
    return None


def output_of(written: syntax.Text | syntax.Name, found: DefinitionFound, scope: Scope) -> ir.Expr | None:
    """Return the condition that a classification contains an output, or None (reported)."""
    outputs = found.info.outputs
    name = member(written, outputs, scope.tables) if outputs is not None else None
    if name is None:
        return None
    return ir.Ref(part_id(found.info, name), Scalar.BOOLEAN, found.path, found.up, span=written.span)


def part_id(info: DefinitionInfo, name: str) -> str:
    """Return the id of the definition that says whether a classification contains an output."""
    return f"{info.id} contains {name}"


def used_as_value(node: syntax.Expr, info: DefinitionInfo) -> Diagnostic:
    """Return the problem of a classification that collects, where a value is needed."""
    outputs = info.outputs
    return problems.collected_value(node.span, info.name, spelled(outputs) if outputs is not None else "…")


def spelled(outputs: EnumType) -> str:
    """Return the first output as an expression writes it."""
    name = outputs.member_names[0]
    return name if name.isidentifier() else f'"{name}"'
