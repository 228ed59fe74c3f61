"""A condition into one that is in another state wherever it is in a given one; a type into a value of it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules.types import Type


def forced(condition: ir.Expr, state: bool | None, to: bool | None) -> ir.Expr:
    """Return the condition that is ``to`` where ``condition`` is in ``state``, and what ``condition`` is elsewhere."""
    instead = ir.Literal(to, Scalar.BOOLEAN)
    if state is None:
        return ir.OrElse(condition, instead)
    if state:
        return ir.If(ir.OrElse(condition, ir.Literal(False, Scalar.BOOLEAN)), instead, condition)
    return ir.If(ir.OrElse(condition, ir.Literal(True, Scalar.BOOLEAN)), condition, instead)


def anything(type_: Type) -> ir.Literal:
    """Return some value of a type, to stand where there is none."""
    if isinstance(type_, EnumType):
        return ir.Literal(type_.member_names[0], type_)
    values: dict[Scalar, ir.Value] = {
        Scalar.BOOLEAN: False,
        Scalar.INTEGER: 0,
        Scalar.NUMBER: 0.0,
        Scalar.MONEY: Decimal(0),
        Scalar.TEXT: "x",
        Scalar.DATE: datetime.date(2000, 1, 1),
        Scalar.DATETIME: datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
        Scalar.DURATION: datetime.timedelta(),
    }
    return ir.Literal(values[type_], type_)
