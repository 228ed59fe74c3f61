"""Arguments into what git says: without a shell, a pager, a hook, a prompt, the network, and without end."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from revrules.problems import revisions as problems
from revrules.revisions.failure import RevisionError

SECONDS = 60
"""The longest that git may take for one answer."""
_ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_TRACE", "GIT_REDIRECT_STDIN",
    "GIT_REDIRECT_STDOUT", "GIT_REDIRECT_STDERR",
)  # fmt: skip
"""Variables, set inside hooks for one, that would lead git away from the folder that it is asked about."""
_QUIET = {
    "LC_ALL": "C",
    "LANGUAGE": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LITERAL_PATHSPECS": "1",
}
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "i18n.logOutputEncoding=UTF-8")


def command(*arguments: str) -> list[str]:
    """Return the whole command line of ``git`` with these arguments."""
    return [_program(), "--no-pager", *(part for setting in _SETTINGS for part in ("-c", setting)), *arguments]


def _program() -> str:
    """Return what starts git: on Windows by its whole path, since a plain name is looked for in the working folder first."""
    if os.name != "nt":
        return "git"
    folders = (Path(folder) for folder in os.get_exec_path() if Path(folder).is_absolute())
    found = next((folder / "git.exe" for folder in folders if (folder / "git.exe").is_file()), None)
    if found is None:
        raise RevisionError(problems.no_git())
    return str(found)


def environment() -> dict[str, str]:
    """Return the variables that git is run with."""
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | _QUIET


def run(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git in ``folder`` with ``given`` as its input, and return its output and exit code, whatever it is.

    Raises RevisionError where git is absent, cannot be started or takes too long.
    """
    try:
        return subprocess.run(
            command(*arguments), cwd=folder, env=environment(), input=given, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RevisionError(problems.unreadable_repository(str(folder), f"git took longer than {SECONDS} seconds")) from error
    except FileNotFoundError as error:
        raise RevisionError(problems.no_git()) from error
    except OSError as error:
        raise RevisionError(problems.unreadable_repository(str(folder), f"git cannot be started: {error.strerror}")) from error


def failed(folder: Path, said: bytes) -> RevisionError:
    """Return the error for what git wrote to its standard error."""
    text = said.decode("utf-8", "replace").strip()
    if "dubious ownership" in text or "unsafe repository" in text:
        named = re.search(r"repository (?:at )?\(?'([^'\n]+)'", text)
        return RevisionError(problems.foreign_repository(named[1] if named is not None else str(folder)))
    if "not a git repository" in text:
        return RevisionError(problems.no_repository(str(folder)))
    reason = next((line for line in text.splitlines() if line), "git gave no reason").removeprefix("fatal: ")
    return RevisionError(problems.unreadable_repository(str(folder), reason[:200]))
