"""The name of a shipped folder (``grammar``, ``rulesets``) into the place where this installation keeps it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def resource_root() -> Path:
    """Return the folder that holds ``grammar/`` and ``rulesets/``.

    A wheel carries them inside the package, under ``_resources``; a checkout (also installed editable) and an unpacked
    sdist have them beside the package.
    """
    inside = _PACKAGE / "_resources"
    return inside if inside.is_dir() else _PACKAGE.parent


def resource(*parts: str) -> Path:
    """Return the path of one shipped file or folder, as in ``resource("grammar", "revrules.lark")``."""
    return resource_root().joinpath(*parts)
