"""Words of a ruleset into names of columns and queries that are readable and unique on every engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 60
"""Characters, all of them ASCII; Postgres cuts names after 63 bytes."""
_OTHER = re.compile(r"[^A-Za-z0-9]+")


class Namer:
    """Gives out names, each once: lower-case words of ASCII letters, digits and underscores."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def reserve(self, name: str) -> None:
        """Never give out ``name``."""
        self._taken.add(name.lower())

    def name(self, hint: str) -> str:
        """Return a new name that is like ``hint``."""
        words = _OTHER.sub("_", hint.lower()).strip("_")[: LONGEST - 6].rstrip("_") or "x"
        start = f"_{words}" if words[0].isdigit() else words
        found, number = start, 2
        while found in self._taken:
            found = f"{start}_{number}"
            number += 1
        self._taken.add(found)
        return found


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one statement: of columns, of tables where they are joined, of named queries beside the real tables."""

    columns: Namer = field(default_factory=Namer)
    aliases: Namer = field(default_factory=Namer)
    tables: Namer = field(default_factory=Namer)
