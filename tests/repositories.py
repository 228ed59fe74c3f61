"""Small git repositories for tests: commits made of texts by path, by an identity of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Grace",
    "GIT_COMMITTER_EMAIL": "grace@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Repo:
    """A repository in ``folder`` with the branch main. Its days are counted from 2026-01-01, one for each commit."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.days = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, given: bytes = b"", **variables: str) -> str:
        """Return what git prints, without the line end; it must not fail."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | WHO | variables
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environment, input=given, capture_output=True, check=True)
        return done.stdout.decode().removesuffix("\n")

    def write(self, files: dict[str, str | bytes | None]) -> None:
        """Write files of the work tree; None removes one."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: dict[str, str | bytes | None], subject: str = "a change") -> str:
        """Write files, commit all that is there, and return the id of the commit."""
        self.write(files)
        self.git("add", "-A")
        return self.record(subject)

    def record(self, subject: str) -> str:
        """Commit what is in the index."""
        self.days += 1
        date = f"2026-{1 + self.days // 28:02}-{1 + self.days % 28:02}T12:00:00+01:00"
        self.git("commit", "-q", "--allow-empty", "-m", subject, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
        return self.git("rev-parse", "HEAD")

    def blob(self, content: bytes) -> str:
        """Store a blob and return its id."""
        return self.git("hash-object", "-w", "--stdin", given=content)

    def raw_tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Store a folder of (mode, name, id), which git itself would not make, and return its id."""
        content = b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries)
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=content)

    def branch_of(self, tree: str, name: str) -> None:
        """Make a branch whose one commit holds a stored folder."""
        self.git("update-ref", f"refs/heads/{name}", self.git("commit-tree", tree, "-m", name))

    def state(self) -> dict[str, tuple[int, bytes]]:
        """Return all files of the folder with their times and contents, those of git too: what reading must not change."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file() and not path.is_symlink())
        return {path.as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


HAS_GIT = shutil.which("git") is not None
