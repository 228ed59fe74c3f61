"""The items of a block into the columns at which their parts start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.parse.outline import Item, Word
from revrules.parse.spacing import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Pads = dict[int, int]
"""The column of a part, by its index in the item."""
_WIDEST_NAME = 32
_WIDEST_TYPE = 64
_WIDEST_SOURCE = 84


def columns(items: Sequence[Item], kind: str) -> list[Pads]:
    """Return the columns of each of ``items``, which stand in a block of ``kind``. What is very wide moves no column."""
    pads: list[Pads] = [{} for _ in items]
    if kind in ("ruleset", "calendar"):
        _align(items, pads, _single_key, _WIDEST_NAME)
        _align_two_words(items, pads)
    elif kind == "entity":
        _align(items, pads, _type, _WIDEST_NAME)
        _align(items, pads, _systems, _WIDEST_TYPE)
        _align(items, pads, _owners, _WIDEST_SOURCE)
    elif kind == "classify":
        _align(items, pads, _when, _WIDEST_TYPE)
    elif kind == "file":
        _align_runs(items, pads)
    elif sum(item.kind == "criterion" for item in items) > 1:
        _align(items, pads, _condition, _WIDEST_NAME)
    return pads


def _align(
    items: Sequence[Item], pads: Sequence[Pads], index_of: Callable[[Item], int | None], widest: int, gap: int = 2
) -> None:
    """Let the parts that ``index_of`` names start at one column, ``gap`` after the widest of what stands before them."""
    indexes = [index_of(item) for item in items]
    before = [flat(item.parts[:n], pads[k]) if n else None for k, (item, n) in enumerate(zip(items, indexes, strict=True))]
    widths = [len(text) for text in before if text is not None and len(text) <= widest]
    for n, text, pad in zip(indexes, before, pads, strict=True):
        if n is not None and text is not None and widths:
            pad[n] = max(widths) + gap


def _align_runs(items: Sequence[Item], pads: Sequence[Pads]) -> None:
    """Teams and systems that follow each other without a blank line have their labels in one column."""
    start = 0
    for n in range(1, len(items) + 1):
        if n < len(items) and _continues(items[n - 1], items[n]):
            continue
        if items[start].kind in ("team", "system"):
            _align(items[start:n], pads[start:n], lambda item: 2 if len(item.parts) > 2 else None, _WIDEST_NAME, gap=1)
        start = n


def _continues(item: Item, following: Item) -> bool:
    first = following.first
    if flat(item.parts) is None or flat(following.parts) is None:
        return False
    return item.kind == following.kind and not first.after_blank and not any(comment.alone for comment in first.comments)


def _align_two_words(items: Sequence[Item], pads: Sequence[Pads]) -> None:
    """``review by`` has its date in the column of the others, where it is wide enough."""
    column = max((pad[1] for pad in pads if 1 in pad), default=0)
    for item, pad in zip(items, pads, strict=True):
        if item.kind == "review_by" and column > len("review by"):
            pad[2] = column


def _single_key(item: Item) -> int | None:
    return None if item.kind in ("review_by", "fiscal_year", "allow") else 1


def _type(item: Item) -> int | None:
    return 1 if item.kind in ("field", "relation") else None


def _condition(item: Item) -> int | None:
    return 2 if item.kind == "criterion" else None


def _when(item: Item) -> int | None:
    return _index(item, "WHEN") if item.kind == "branch" else None


def _systems(item: Item) -> int | None:
    source, owner = _index(item, "FROM"), _index(item, "OWNER")
    return None if source is not None and owner is not None and owner < source else source


def _owners(item: Item) -> int | None:
    source, owner = _index(item, "FROM"), _index(item, "OWNER")
    return None if source is not None and owner is not None and owner < source else owner


def _index(item: Item, reading: str) -> int | None:
    """The index of the first word that was read so."""
    return next((n for n, part in enumerate(item.parts) if isinstance(part, Word) and part.reading == reading and n), None)
