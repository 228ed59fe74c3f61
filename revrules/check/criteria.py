"""Turn written criteria into named conditions that count together, and into one condition with the same meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.expressions import MAX_LEVEL, condition
from revrules.problems import names
from revrules.source import Span

if TYPE_CHECKING:
    from revrules.check.resolve import Scope

RESERVED = {"when": "the condition of an edge, after `from`"}


def criteria(written: syntax.Criteria, name: str, scope: Scope) -> ir.Criteria | None:
    """Return what ``written`` means, or None (reported). ``name`` is that of a condition that stands alone."""
    return _criteria(written, name, scope, 0)


def check_names(scope: Scope, *written: syntax.Criteria | None) -> None:
    """Report names that stand twice in one stage, definition or rule, and the reserved ones."""
    taken: dict[str, Span] = {}
    waiting = [part for part in reversed(written) if part is not None]
    while waiting:
        part = waiting.pop()
        if isinstance(part, syntax.CriteriaGroup):
            waiting += reversed(part.members)
        if part.name is None:
            continue
        text, span = part.name.text, part.name.span
        if text in RESERVED:
            scope.tables.report.add(names.reserved_name(span, text, RESERVED[text]))
        first = taken.setdefault(text, span)
        if first is not span:
            scope.tables.report.add(names.duplicate_name(span, "criterion", text, first))


def meaning(group: ir.Criteria) -> ir.Expr:
    """Return criteria as one condition."""
    match group:
        case ir.Criterion(_, expr):
            return expr
        case ir.Group(_, (single,)):
            return meaning(single)
        case ir.Group(kind, members, count):
            operands = tuple(meaning(member) for member in members)
            if kind is ir.GroupKind.AT_LEAST:
                return ir.AtLeast(count, operands, span=group.span)
            return (ir.And if kind is ir.GroupKind.ALL else ir.Or)(operands, span=group.span)


def _criteria(written: syntax.Criteria, name: str, scope: Scope, depth: int) -> ir.Criteria | None:
    report = scope.tables.report
    if isinstance(written, syntax.Criterion):
        found = condition(written.condition, scope)
        own = written.name.text if written.name is not None else name
        if written.name is None and depth:
            report.lacking(names.needs_name(written.span))
        return None if found is None else ir.Criterion(own, found, written.doc or "", span=written.span)
    scope.tables.level += 1
    try:
        if scope.tables.level > MAX_LEVEL:
            report.add(names.too_large(written.span))
            return None
        members = [_criteria(member, name, scope, depth + 1) for member in written.members]
    finally:
        scope.tables.level -= 1
    count = _count(written, scope)
    fine = tuple(member for member in members if member is not None)
    if count is None or len(fine) < len(members):
        return None
    if written.kind is syntax.GroupKind.BARE and written.name is None:
        return fine[0]
    kind = _KINDS[written.kind]
    own_name = written.name.text if written.name is not None else None
    return ir.Group(kind, fine, count, own_name, written.doc or "", span=written.span)


_KINDS = {
    syntax.GroupKind.ALL: ir.GroupKind.ALL,
    syntax.GroupKind.ANY: ir.GroupKind.ANY,
    syntax.GroupKind.AT_LEAST: ir.GroupKind.AT_LEAST,
    syntax.GroupKind.BARE: ir.GroupKind.ALL,
}


def _count(group: syntax.CriteriaGroup, scope: Scope) -> int | None:
    """Return how many members a group asks for (0 unless `at least`), or None (reported) where it says nothing sound."""
    report, size = scope.tables.report, len(group.members)
    if not size:
        report.lacking(names.empty_criteria(group.span))
        return None
    if group.kind is syntax.GroupKind.BARE and size > 1:
        report.add(names.unclear_criteria(group.span, size, _brace(group, scope)))
        return None
    if group.kind is not syntax.GroupKind.AT_LEAST:
        return 0
    count = group.count or 0
    if 1 <= count <= size:
        return count
    (report.add if count < 1 else report.lacking)(names.at_least_count(group.span, count, size))
    return None


def _brace(group: syntax.CriteriaGroup, scope: Scope) -> Span:
    """Return the place before the opening brace of a group."""
    source = scope.tables.sources.get(group.span.path)
    offset = source.text.find("{", group.span.start, group.span.end) if source is not None else -1
    start = offset if offset >= 0 else group.span.start
    return Span(group.span.path, start, start)
