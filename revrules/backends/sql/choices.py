"""Classifications and decision tables into SQL: the branch that counts, as nested CASE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql.constants import constant
from revrules.backends.sql.tree import NULL, added, case, digits, is_null, negated, switch, text
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql


def choose(node: ir.Choose, conditions: Sequence[tuple[Sql, bool]], scope: Scope) -> Sql:
    """Return the member of the branch that counts. Beside each condition stands whether it can be unknown."""
    if node.mode is ir.ChooseMode.FIRST_MATCH:
        return _first(node, conditions, scope)
    kept = [scope.kept(condition, "branch") for condition, _ in conditions]
    one = case([(condition, text(member)) for condition, (_, member) in zip(kept, node.branches, strict=True)])
    return picked_one(kept, one, member(node.otherwise, scope))


def picked_one(conditions: Sequence[Sql], one: Sql, otherwise: Sql) -> Sql:
    """Return ``one`` where a single one of conditions, which are said twice, is not false; ``otherwise`` where all are."""
    open_ = added([case([(negated(condition), digits("0"))], digits("1")) for condition in conditions])
    return switch(open_, [(digits("0"), otherwise), (digits("1"), one)])


def member(name: str | None, scope: Scope) -> Sql:
    """Return the name of a member, or what is missing."""
    return constant(name, Scalar.TEXT, scope.dialect)


def _first(node: ir.Choose, conditions: Sequence[tuple[Sql, bool]], scope: Scope) -> Sql:
    """Return the member of the first branch that is not false, NULL where that one is unknown."""
    branches: list[tuple[Sql, Sql]] = []
    for (condition, can_be_unknown), (_, name) in zip(conditions, node.branches, strict=True):
        said = scope.kept(condition, "branch") if can_be_unknown else condition
        branches.append((said, text(name)))
        if can_be_unknown:
            branches.append((is_null(said), NULL))
    return case(branches, member(node.otherwise, scope))
