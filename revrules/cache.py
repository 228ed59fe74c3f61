"""Bytes by name, kept between runs in a folder that only this user can read and write.

Whatever stands in the way (no home, a full disk, a folder that others may write) means that nothing is kept: never an error.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

_OURS_ALONE = 0o700
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def read(name: str) -> bytes | None:
    """Return what was last written under ``name``; None where there is nothing, or nothing that can be trusted."""
    folder = _folder()
    if folder is None or not _is_private(folder):
        return None
    try:
        with (folder / _file_name(name)).open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _owned_and_closed(status):
                return None
            checksum, content = file.read(32), file.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == checksum else None


def write(name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, whole or not at all; do nothing where that is not possible."""
    folder = _folder()
    if folder is None:
        return
    try:
        folder.mkdir(mode=_OURS_ALONE, parents=True, exist_ok=True)
        if not _is_private(folder):
            return
        handle, temporary = tempfile.mkstemp(dir=folder)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(temporary).replace(folder / _file_name(name))
    except OSError:
        Path(temporary).unlink(missing_ok=True)


def _folder() -> Path | None:
    """The folder of the cache: ``REVRULES_CACHE_DIR``, or the platform's place; None when the cache is off."""
    if os.environ.get("REVRULES_NO_CACHE", "") not in ("", "0"):
        return None
    chosen = os.environ.get("REVRULES_CACHE_DIR")
    if chosen:
        return Path(chosen)
    try:
        return _platform_folder() / "revrules"
    except RuntimeError:  # no home
        return None


def _platform_folder() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if Path(chosen).is_absolute() else Path.home() / ".cache"


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and _owned_and_closed(status)


def _owned_and_closed(status: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & _OTHERS_WRITE
