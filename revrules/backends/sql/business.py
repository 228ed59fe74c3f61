"""Business time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Unsayable

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.syntax import Unit


def business_shift(moment: Sql, count: int, unit: Unit, calendar: str, scope: Scope) -> Sql:
    """Refuse."""
    raise Unsayable(f"business time on `{calendar}`", scope.dialect, "it is counted elsewhere")
