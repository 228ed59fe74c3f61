"""A ``revrules.toml``, or ``[tool.revrules]`` in a ``pyproject.toml``, into the settings of a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping

    from revrules.config_model import FailOn, LevelName, OutputFormat
    from revrules.diagnostics import Diagnostic

OWN_FILE = "revrules.toml"
PROJECT_FILE = "pyproject.toml"


class ConfigError(ValueError):
    """A settings file cannot be used; each line of the text is a mistake with its place."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings; None where the file says nothing. ``path`` is the file, None without one.

    ``levels`` gives findings (by code, ``REV401``) another severity; ``exclude`` are patterns of paths beside the file;
    ``proofs``: whether the prover is asked; ``strict``: whether what it leaves undecided fails; ``baseline``: a file of accepted
    findings.
    """

    path: Path | None = None
    levels: Mapping[str, LevelName] = field(default_factory=dict)
    fail_on: FailOn | None = None
    output_format: OutputFormat | None = None
    exclude: tuple[str, ...] = ()
    as_of: datetime.date | None = None
    proofs: bool | None = None
    strict: bool | None = None
    baseline: Path | None = None

    def excludes(self, path: Path) -> bool:
        """Return whether a pattern fits ``path`` or a folder that it lies in, seen from the settings file's folder."""
        if self.path is None or not self.exclude:
            return False
        try:
            inside = Path(os.path.realpath(path)).relative_to(os.path.realpath(self.path.parent))
        except ValueError:
            return False
        names = [inside.as_posix(), *(parent.as_posix() for parent in inside.parents if parent != Path())]
        return any(fnmatch(name, pattern.rstrip("/")) for name in names for pattern in self.exclude)


def load_config(start: Path) -> Config:
    """Return the settings for ``start`` (a file or folder) from the nearest folder upward that has some, else empty ones.

    Raises ``ConfigError`` with every mistake of the file, and OSError when it cannot be read.
    """
    here = Path(os.path.realpath(start))
    for folder in [here, *here.parents]:
        for name in (OWN_FILE, PROJECT_FILE):
            path = folder / name
            if path.is_file() and (config := _read(path)) is not None:
                return config
    return Config()


def with_levels(diagnostics: Iterable[Diagnostic], config: Config) -> list[Diagnostic]:
    """Return ``diagnostics`` with the severities that the settings give them, without those that are off."""
    from revrules.diagnostics import Severity

    result: list[Diagnostic] = []
    for diagnostic in diagnostics:
        level = config.levels.get(diagnostic.code)
        if level is None:
            result.append(diagnostic)
        elif level != "off":
            result.append(replace(diagnostic, severity_override=Severity(level)))
    return result


def _read(path: Path) -> Config | None:
    """Return the settings in ``path``, None for a project file that has none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        if path.name == PROJECT_FILE:
            return None
        raise ConfigError(f"{path}: this is not UTF-8 text; save the file as UTF-8") from error
    if path.name == PROJECT_FILE and "revrules" not in text:
        return None
    import tomllib

    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: this is not TOML: {str(error)[:1].lower()}{str(error)[1:]}") from error
    if path.name == PROJECT_FILE:
        for key in ("tool", "revrules"):
            table = table.get(key) if isinstance(table, dict) else None
    return None if table is None else _validated(path, text, table)


def _validated(path: Path, text: str, table: object) -> Config:
    from revrules.config_model import mistakes_in, settings_of

    settings, mistakes = settings_of(table)
    if settings is not None:
        mistakes += mistakes_in(settings)
    if settings is None or mistakes:
        raise ConfigError("\n".join(f"{path}{_place(text, key)}: {words}" for key, words in mistakes))
    return Config(
        path,
        settings.levels_by_code(),
        settings.fail_on,
        settings.output_format,
        tuple(settings.exclude),
        settings.as_of,
        settings.proofs,
        settings.strict,
        path.parent / settings.baseline if settings.baseline is not None else None,
    )


def _place(text: str, key: str) -> str:
    """Return ``:line:column`` of the first mention of ``key`` as a key (TOML's reader keeps no places)."""
    for part in (
        rf"^[ \t]*(?P<key>[\"']?{re.escape(key)}[\"']?)[ \t]*[.=]",
        rf"(?P<key>[\"']?\b{re.escape(key)}\b[\"']?)[ \t]*=",
    ):
        if key and (found := re.search(part, text, re.MULTILINE)):
            start = found.start("key")
            return f":{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"
    return ""
