"""A lifecycle into a picture: Mermaid, DOT or SVG, with teams as lanes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from revrules.pictures.dot import dot
from revrules.pictures.mermaid import mermaid
from revrules.pictures.plan import plan
from revrules.pictures.svg import svg

if TYPE_CHECKING:
    from revrules.ir import Lifecycle, Ruleset


class Style(StrEnum):
    """The kinds of pictures."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


def draw(ruleset: Ruleset, lifecycle: Lifecycle, style: Style) -> str:
    """Return a picture of ``lifecycle`` as text that ends with a line end: the same text for the same ruleset."""
    shown = plan(ruleset, lifecycle)
    match style:
        case Style.MERMAID:
            return mermaid(shown)
        case Style.DOT:
            return dot(shown)
        case Style.SVG:
            return svg(shown)
        case _:
            assert_never(style)
