"""Problems of git, of repositories and of revisions in them, REV790 to REV792."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.names import near, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_REPOSITORY = Problem(
    "REV790", "no-repository", Severity.ERROR, "a revision is asked for where there is no git repository, or no git"
)
UNKNOWN_REVISION = Problem("REV791", "unknown-revision", Severity.ERROR, "a revision is named that the repository does not have")
UNREADABLE_REPOSITORY = Problem("REV792", "unreadable-repository", Severity.ERROR, "git cannot read a repository, or refuses to")


def no_git() -> Diagnostic:
    """The program git is not there."""
    return Diagnostic(
        NO_REPOSITORY,
        "revisions are read with git, and there is no program `git` here",
        help=("install git, or compare two folders instead",),
    )


def no_repository(folder: str) -> Diagnostic:
    """A folder lies in no repository."""
    return Diagnostic(
        NO_REPOSITORY,
        f"`{folder}` does not lie in a git repository",
        help=("start in the folder of the ruleset, or compare two folders instead",),
    )


def outside_repository(path: str, root: str) -> Diagnostic:
    """A path leads out of the repository."""
    return Diagnostic(NO_REPOSITORY, f"`{path}` lies outside the repository `{root}`")


def foreign_repository(folder: str) -> Diagnostic:
    """A repository belongs to another user, which git refuses to read."""
    return Diagnostic(
        UNREADABLE_REPOSITORY,
        f"git does not read the repository of `{folder}`, because it belongs to another user",
        help=(f"if you trust it: `git config --global --add safe.directory {shlex.quote(folder)}`",),
    )


def unreadable_repository(folder: str, reason: str) -> Diagnostic:
    """Git failed; ``reason`` is what it said, or a clause such as "git took longer than 30 seconds"."""
    return Diagnostic(
        UNREADABLE_REPOSITORY, f"the repository of `{folder}` cannot be read: {reason}", help=("`git fsck` says what is broken",)
    )


def malformed_revision(text: str) -> Diagnostic:
    """What is written can be no revision; it may look like an option."""
    shown = text if text.isprintable() and len(text) <= 80 else ascii(text[:80])[1:-1]
    return Diagnostic(
        UNKNOWN_REVISION,
        f"`{shown}` is not a revision",
        help=("write a branch, tag or commit, as in `main`, `HEAD~3` or `v1:rules/`",),
    )


def path_from_elsewhere(text: str) -> Diagnostic:
    """The path after the colon begins at the top of the disk."""
    revision, _, path = text.partition(":")
    return Diagnostic(
        UNKNOWN_REVISION,
        f"`{text}` names a path that does not count from the top of the repository",
        help=(f"write `{revision}:{path.strip('/')}`, or with `./` from the working folder",),
    )


def no_commit_yet(text: str) -> Diagnostic:
    """The repository has no commit."""
    return Diagnostic(UNKNOWN_REVISION, f"there is no revision `{text}`: the repository has no commit yet")


def unknown_revision(text: str, candidates: Iterable[str], *, shallow: bool) -> Diagnostic:
    """No commit is called that; ``shallow``: the clone holds the last commits only."""
    known = tuple(candidates)
    close = tuple(name for name in known if name.endswith(f"/{text}")) or near(text, known)
    help_ = [f"did you mean {one_of(close[:4])}?"] if close else []
    if shallow:
        help_.append("this clone is shallow: `git fetch --unshallow` (or `fetch-depth: 0` of a checkout in CI) brings the rest")
    return Diagnostic(UNKNOWN_REVISION, f"the repository has no revision `{text}`", help=tuple(help_))


def too_large(what: str) -> Diagnostic:
    """An object of git is over what is read; ``what`` is such as "a folder"."""
    return Diagnostic(UNREADABLE_REPOSITORY, f"{what} of the repository is larger than is read")
