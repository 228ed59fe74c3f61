"""What git says of commits into values, newest first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.problems import revisions as problems
from revrules.revisions import git
from revrules.revisions.failure import RevisionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path, PurePath

MAX_COMMITS = 100_000
_FORMAT = "%H%x00%P%x00%cI%x00%aI%x00%an%x00%s"
_LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that changed something at the paths that were asked about.

    ``content`` has for each of these paths the id of what was there (of a folder: of all that is in it), None where nothing
    was. Commits with the same content hold the same ruleset. ``parents`` are those of the whole history.
    """

    hash: str
    parents: tuple[str, ...]
    date: datetime.datetime
    authored: datetime.datetime
    author: str
    subject: str
    content: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """Which commits: back from ``start`` (a full id), not those before ``since``, none that ``beyond`` reaches."""

    start: str
    since: datetime.datetime | None = None
    first_parent: bool = False
    limit: int = MAX_COMMITS
    beyond: str | None = None


def commits(folder: Path, paths: Sequence[PurePath], walk: Walk) -> tuple[Commit, ...]:
    """Return the commits that changed something at ``paths`` of the repository at ``folder``, newest first.

    By the parents that git follows for these paths: a merge that takes one side as it is does not appear, and no commit
    comes before one that it is the parent of. Raises RevisionError.
    """
    chosen = ["--topo-order", f"--max-count={walk.limit}", f"--format={_FORMAT}"]
    if walk.since is not None:
        chosen.append(f"--since={int(walk.since.timestamp())}")
    if walk.first_parent:
        chosen.append("--first-parent")
    if walk.beyond is not None:
        chosen.append(f"^{walk.beyond}")
    done = git.run(folder, "rev-list", *chosen, walk.start, "--", *(_pathspec(path) for path in paths))
    if done.returncode != 0:
        raise git.failed(folder, done.stderr)
    lines = [line.split("\0") for line in done.stdout.decode("utf-8", "replace").split("\n") if "\0" in line]
    found = [parts for parts in lines if len(parts) == 6]
    contents = _contents(folder, [parts[0] for parts in found], paths)
    return tuple(_commit(parts, content) for parts, content in zip(found, contents, strict=True))


def _commit(parts: list[str], content: tuple[str | None, ...]) -> Commit:
    hash_, parents, committed, authored, author, subject = parts
    return Commit(hash_, tuple(parents.split()), _moment(committed), _moment(authored), author, subject, content)


def _moment(text: str) -> datetime.datetime:
    """Return a moment as git writes it; the beginning of its time for what is none."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return moment if moment.tzinfo is not None else _LONG_AGO


def _contents(folder: Path, hashes: list[str], paths: Sequence[PurePath]) -> list[tuple[str | None, ...]]:
    """Return for each commit the ids of what is at ``paths``, in one go."""
    asked = "".join(f"{hash_}:{_pathspec(path, top='')}\n" for hash_ in hashes for path in paths)
    done = git.run(folder, "cat-file", "--batch-check=%(objectname)", "--buffer", given=asked.encode("utf-8", "surrogateescape"))
    if done.returncode != 0:
        raise git.failed(folder, done.stderr)
    lines = done.stdout.split(b"\n")[:-1]
    if len(lines) != len(hashes) * len(paths):
        raise RevisionError(problems.unreadable_repository(str(folder), "git did not answer for every commit"))
    ids = [None if b" " in line else line.decode("ascii") for line in lines]
    width = len(paths)
    return [tuple(ids[at : at + width]) for at in range(0, len(ids), width)]


def _pathspec(path: PurePath, *, top: str = ".") -> str:
    return path.as_posix() if path.parts else top
