"""What several test files are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from place import Place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder to work in, with an export, its ruleset and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "cache"))
    return Place(tmp_path, capfd)
