"""What each rule of the grammar becomes in the syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.parse import criteria, declarations, expressions, records

if TYPE_CHECKING:
    from collections.abc import Callable

BUILDERS: dict[str, Callable[..., object]] = {
    **expressions.BUILDERS,
    **criteria.BUILDERS,
    **declarations.BUILDERS,
    **records.BUILDERS,
}
