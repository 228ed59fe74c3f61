"""The paths of a command line into the rulesets that are meant, each with the settings of its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from revrules.cli.trouble import UserError
from revrules.config import Config, ConfigError, load_config

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIX = ".rev"


class Target(NamedTuple):
    """A ruleset's entry file and the settings that hold for it."""

    path: Path
    config: Config


def targets(paths: Sequence[str]) -> list[Target]:
    """Return the rulesets at or under ``paths`` (without any, the current folder), each once, in order, excluded ones left out.

    Raises ``UserError`` for a path that does not exist, for a file that is no ruleset and when there is no ruleset at all.
    """
    given_paths = [Path(path) for path in paths or ["."]]
    for given in given_paths:
        must_exist(given)
    from revrules.loading import find_rulesets

    found: dict[str, Target] = {}
    excluded = 0
    for given in given_paths:
        config = settings(given)
        for path in find_rulesets(given):
            if given.is_dir() and config.excludes(path):
                excluded += 1
            else:
                found.setdefault(real(path), Target(path, config))
    if not found:
        where = ", ".join(f"`{path}`" for path in paths or ["."])
        hint = f" ({excluded} excluded by the settings)" if excluded else ""
        raise UserError(
            f"no ruleset found in {where}{hint}: looked for files that end in `{SUFFIX}`, in subfolders, too\n"
            "`revrules init` writes a first one"
        )
    return list(found.values())


def settings(start: Path) -> Config:
    """Return the settings that hold for ``start``; raises ``UserError`` when their file has mistakes."""
    try:
        return load_config(start)
    except ConfigError as error:
        raise UserError(str(error)) from error


def real(path: Path) -> str:
    """Return what tells two paths of one file alike; unlike ``Path.resolve`` it takes links that run in a circle."""
    return os.path.realpath(path)


def must_exist(path: Path) -> None:
    """Raise ``UserError`` for a path that is not there, and for a file that is no ruleset."""
    if not path.exists():
        raise UserError(f"{path}: {_absent(path)}")
    if not path.is_dir() and path.suffix != SUFFIX:
        raise UserError(f"{path}: this is no ruleset; rulesets are files that end in `{SUFFIX}`, or folders that hold some")


def _absent(path: Path) -> str:
    if path.is_symlink():
        return "this link leads nowhere"
    from difflib import get_close_matches

    beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, beside, 1)
    return "there is no such file or folder" + (f"; did you mean `{path.with_name(near[0])}`?" if near else "")
