"""A condition into those that it is true, and that it is false, where it does not matter whether it is unknown else.

Two values are worked out faster than three: ``CASE WHEN p THEN TRUE WHEN q THEN FALSE ELSE NULL END`` is true where ``p`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.tree.nodes import Kind
from revrules.backends.sql.tree.pieces import FALSE, NULL, TRUE, all_of, any_of, binary, negated

if TYPE_CHECKING:
    from revrules.backends.sql.tree.nodes import Sql

TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
"""What holds where a comparison does not; both are NULL where a side is."""


def where_true(condition: Sql) -> Sql:
    """Return what is true where a condition is true, and false or NULL elsewhere."""
    condition = _bare(condition)
    match condition.kind, condition.what:
        case Kind.NOT, _:
            return where_false(condition.parts[0])
        case Kind.BINARY, "AND":
            return all_of(map(where_true, condition.parts))
        case Kind.BINARY, "OR":
            return any_of(map(where_true, condition.parts))
    told = _told_apart(condition)
    return condition if told is None else told[0]


def where_false(condition: Sql) -> Sql:
    """Return what is true where a condition is false, and false or NULL elsewhere."""
    condition = _bare(condition)
    match condition.kind, condition.what:
        case Kind.NOT, _:
            return where_true(condition.parts[0])
        case Kind.BINARY, "AND":
            return any_of(map(where_false, condition.parts))
        case Kind.BINARY, "OR":
            return all_of(map(where_false, condition.parts))
        case Kind.BINARY, sign if sign in TURNED:
            return binary(TURNED[sign], *condition.parts)
    told = _told_apart(condition)
    return negated(condition) if told is None else all_of([negated(told[0]), told[1]])


def _told_apart(condition: Sql) -> tuple[Sql, Sql] | None:
    """Return the conditions of a CASE, never NULL, that say in turn that it is true and that it is false; None for all else."""
    if condition.kind is not Kind.CASE or len(condition.parts) != 3 or condition.parts[2] != NULL:
        return None
    (yes, one), (no, other) = (branch.parts for branch in condition.parts[:2])
    return (yes, no) if (one, other) == (TRUE, FALSE) and _is_never_null(yes) and _is_never_null(no) else None


def _is_never_null(condition: Sql) -> bool:
    condition = _bare(condition)
    return _is_never_null(condition.parts[0]) if condition.kind is Kind.NOT else condition.what == "IS"


def _bare(condition: Sql) -> Sql:
    """Return a condition without brackets around it."""
    while condition.kind is Kind.PAREN:
        (condition,) = condition.parts
    return condition
