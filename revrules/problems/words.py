"""The small words of messages: lists of names, numbers with their noun, percentages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


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

    >>> from decimal import Decimal
    >>> percent(Decimal("0.125"))
    '12.5%'
    """
    hundredfold = (share * 100).normalize()
    return f"{hundredfold:f}%"
