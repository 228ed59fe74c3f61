"""An expression (or any node of a ruleset) into one with some parts replaced."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar, cast

from revrules import ir
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[object], object]

Part = TypeVar("Part")


def rewritten(part: Part, change: Change) -> Part:
    """Return ``part`` with ``change`` made to every node and enum type in it, innermost first.

    ``change`` gets each of them with its own parts changed already, and returns what takes its place.
    """
    return cast("Part", _rewritten(part, change))


def _rewritten(part: object, change: Change) -> object:
    match part:
        case tuple():
            return _members(part, change)
        case EnumType():
            return change(part)
        case ir.Node():
            changed: dict[str, object] = {}
            for field in dataclasses.fields(part):
                if field.name != "span":
                    old = getattr(part, field.name)
                    new = _rewritten(old, change)
                    if new is not old:
                        changed[field.name] = new
            return change(dataclasses.replace(cast("Any", part), **changed) if changed else part)
        case _:
            return part


def _members(parts: tuple[object, ...], change: Change) -> tuple[object, ...]:
    new = tuple(_rewritten(each, change) for each in parts)
    return new if any(one is not other for one, other in zip(new, parts, strict=True)) else parts
