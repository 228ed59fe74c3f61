"""Builds the parser's tables into the wheel, so that a fresh installation starts without compiling the grammar."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GrammarTables(BuildHookInterface[Any]):
    """Adds ``_resources/grammar/tables.json`` to a wheel; a checkout compiles its grammar when it is first needed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the grammar of this source tree and name the file to take along."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from revrules.parse.tables import shipped

        self.folder = Path(mkdtemp())
        tables = self.folder / "tables.json"
        tables.write_bytes(shipped(Path(self.root) / "grammar" / "revrules.lark"))
        build_data["force_include"][str(tables)] = "revrules/_resources/grammar/tables.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was only needed while building."""
        if version != "editable":
            (self.folder / "tables.json").unlink()
            self.folder.rmdir()
