"""The parts of groups of criteria into their nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.syntax import GroupKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.site import Site
    from revrules.source import Span
    from revrules.syntax import Criteria, CriteriaGroup, Criterion, Expr, Name, Number


def alone(site: Site, span: Span, condition: Expr) -> Criterion:
    """A condition without braces: it takes its name from what it stands in."""
    return syntax.Criterion(None, condition, span=span)


def criterion(site: Site, span: Span, name: Name, condition: Expr) -> Criterion:
    """``reachable: domain is known``."""
    return syntax.Criterion(name, condition, site.doc(span), span=span)


def bare_group(site: Site, span: Span, *members: Criteria) -> CriteriaGroup:
    """``{ … }``."""
    return syntax.CriteriaGroup(GroupKind.BARE, members, doc=site.doc(span), span=span)


def all_of(site: Site, span: Span, *members: Criteria) -> CriteriaGroup:
    """``all of { … }``."""
    return syntax.CriteriaGroup(GroupKind.ALL, members, doc=site.doc(span), span=span)


def any_of(site: Site, span: Span, *members: Criteria) -> CriteriaGroup:
    """``any of { … }``."""
    return syntax.CriteriaGroup(GroupKind.ANY, members, doc=site.doc(span), span=span)


def at_least_of(site: Site, span: Span, count: Number, *members: Criteria) -> CriteriaGroup:
    """``at least 2 of { … }``."""
    return syntax.CriteriaGroup(GroupKind.AT_LEAST, members, int(count.value), doc=site.doc(span), span=span)


def named_group(site: Site, span: Span, name: Name, group: CriteriaGroup) -> CriteriaGroup:
    """``commercial: any of { … }``."""
    return replace(group, name=name, doc=site.doc(span), span=span)


BUILDERS: dict[str, Callable[..., object]] = {
    builder.__name__: builder for builder in (alone, criterion, bare_group, all_of, any_of, at_least_of, named_group)
}
"""What each rule of the grammar about criteria becomes."""
