"""The small words of messages: lists of names, numbers with their noun, percentages, values."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.ir import Value


def names(items: Sequence[str], *, mark: str = "`") -> str:
    """Return ``items`` as a list in words.

    >>> names(["a", "b", "c"])
    '`a`, `b` and `c`'
    """
    marked = [f"{mark}{item}{mark}" for item in items]
    return " and ".join(filter(None, [", ".join(marked[:-1]), *marked[-1:]]))


def among(items: Sequence[str], most: int = 4) -> str:
    """Return ``items`` as a list in words, those beyond ``most`` as a number.

    >>> among(["a", "b", "c", "d", "e", "f"])
    '`a`, `b`, `c`, `d` and 2 more'
    """
    if len(items) <= most + 1:
        return names(items)
    return f"{', '.join(f'`{item}`' for item in items[:most])} and {len(items) - most} more"


def owns(teams: Sequence[str]) -> str:
    """Return the teams as the subject of a sentence about what they own.

    >>> owns(["sales"]), owns(["sales", "marketing"])
    ('sales owns', 'sales and marketing own')
    """
    return f"{names(teams, mark='')} {'owns' if len(teams) == 1 else 'own'}"


def plural(count: int, noun: str) -> str:
    """Return the noun for ``count`` things.

    >>> plural(2, "stage")
    'stages'
    """
    return noun if count == 1 else f"{noun}s"


def percent(share: Decimal) -> str:
    """Return a share of one as the language writes percentages.

    >>> percent(Decimal("0.125"))
    '12.5%'
    """
    hundredfold = (share * 100).normalize()
    return f"{hundredfold:f}%"


def spelled(value: Value) -> str:
    """Return a value as the language writes it.

    >>> spelled("a"), spelled(True), spelled(Decimal("0.50")), spelled(60)
    ('"a"', 'true', '0.5', '60')
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Decimal():
            return f"{value.normalize():f}"
        case float():
            return f"{value:g}"
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case _:
            return str(value)
