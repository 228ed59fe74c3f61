"""A path into what was kept of its last compilation: generated code and the IR, as long as no file has changed.

What is kept is code, trusted because ``revrules.cache`` reads only what this user alone can write. Nothing here imports what
compiles.
"""

from __future__ import annotations

import hashlib
import marshal
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from revrules import __version__, cache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

    from revrules import ir
    from revrules.outline import Outline

Stamp = tuple[tuple[str, str], ...]
"""Files and what they held: (path, digest), for a folder the names of the rulesets in it."""


class Kept(NamedTuple):
    """A ruleset as it was kept. The parts that cost time are unpacked when they are asked for."""

    name: str
    lifecycles: tuple[str, ...]
    entities: tuple[str, ...]
    codes: bytes
    packed: bytes
    shape: bytes

    def code(self, lifecycle: str) -> CodeType:
        """Return the generated code of a lifecycle."""
        found: dict[str, CodeType] = marshal.loads(self.codes)  # our own, see the module
        return found[lifecycle]

    def outline(self) -> Outline:
        """Return what a run over data asks of the ruleset."""
        found: Outline = pickle.loads(self.shape)  # our own, see the module
        return found

    def meaning(self) -> ir.Ruleset:
        """Return the IR."""
        found: ir.Ruleset = pickle.loads(self.packed)  # our own, see the module
        return found


def recall(path: Path) -> Kept | None:
    """Return what was kept of the ruleset at ``path``, None where nothing was or a file has changed."""
    content = cache.read(_key(path))
    if content is None:
        return None
    try:
        stamp, *parts = marshal.loads(content)
    except (ValueError, EOFError, TypeError):
        return None
    return Kept(*parts) if stamp == _stamp(path, (file for file, _ in stamp[1:])) else None


def keep(path: Path, ruleset: ir.Ruleset, files: Iterable[str]) -> None:
    """Keep ``ruleset``, which was compiled from ``files`` (as named from where the command was started)."""
    from revrules.backends.program import compiled
    from revrules.backends.python import generate_lifecycle
    from revrules.outline import outline

    codes = {found.name: compiled(generate_lifecycle(ruleset, found.name)) for found in ruleset.lifecycles}
    kept = Kept(
        ruleset.name,
        tuple(found.name for found in ruleset.lifecycles),
        tuple(found.name for found in ruleset.entities),
        marshal.dumps(codes),
        pickle.dumps(ruleset, protocol=5),
        pickle.dumps(outline(ruleset), protocol=5),
    )
    cache.write(_key(path), marshal.dumps((_stamp(path, (str(Path(file).absolute()) for file in files)), *kept)))


def _key(path: Path) -> str:
    return f"ruleset {__version__} {sys.implementation.cache_tag} {path.absolute()}"


def _stamp(path: Path, files: Iterable[str]) -> Stamp:
    """Return what the ruleset at ``path`` is made of now; first which files could be its entry, and this program itself."""
    names = "/".join(sorted(found.name for found in path.glob("*.rev"))) if path.is_dir() else ""
    return ((names, _program()), *((file, _digest(file)) for file in files))


def _digest(file: str) -> str:
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - cheaper than a Path for many files
            return hashlib.sha256(opened.read()).hexdigest()
    except OSError:
        return ""


def _program() -> str:
    """Return what tells this installation of revrules from one with other code."""
    here = Path(__file__).parent
    rooms = (here, here / "backends" / "python", here / "check", here / "runtime")
    return " ".join(str(max(file.stat().st_mtime_ns for file in room.glob("*.py"))) for room in rooms)
