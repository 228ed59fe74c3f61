"""A table of settings into checked values (the door to pydantic for the settings file)."""

from __future__ import annotations

import datetime  # noqa: TC003 - pydantic reads the annotations when the class is made
from difflib import get_close_matches
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from revrules.diagnostics import Severity
from revrules.problems import catalogue

LevelName: TypeAlias = Literal["error", "warning", "info", "off"]
FailOn: TypeAlias = Literal["error", "warning"]
OutputFormat: TypeAlias = Literal["full", "concise", "json", "sarif", "github"]

Mistake: TypeAlias = tuple[str, str]
"""The key that is wrong, and the words for it."""


class Settings(BaseModel):
    """What a settings file may hold; keys are written with hyphens."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    levels: dict[str, LevelName] = Field(default_factory=dict)
    fail_on: FailOn | None = Field(default=None, alias="fail-on")
    output_format: OutputFormat | None = Field(default=None, alias="output-format")
    exclude: list[str] = Field(default_factory=list)
    as_of: datetime.date | None = Field(default=None, alias="as-of")
    proofs: bool | None = None
    strict: bool | None = None
    baseline: str | None = None

    def levels_by_code(self) -> dict[str, LevelName]:
        """Return the levels by code; those that are written by name first, so that a code has the last word."""
        codes = {problem.name: problem.code for problem in catalogue().values()}
        ordered = sorted(self.levels.items(), key=lambda item: item[0].upper() in codes.values())
        return {codes.get(key, key.upper()): level for key, level in ordered}


def settings_of(table: object) -> tuple[Settings | None, list[Mistake]]:
    """Return the settings, or None with every mistake of the table."""
    try:
        return Settings.model_validate(table), []
    except ValidationError as error:
        return None, [_words(detail["type"], [str(part) for part in detail["loc"]], detail) for detail in error.errors()]


def mistakes_in(settings: Settings) -> list[Mistake]:
    """Return what is wrong with the findings that ``levels`` names."""
    problems = catalogue()
    names = {problem.name: problem for problem in problems.values()}
    mistakes: list[Mistake] = []
    for key, level in settings.levels.items():
        problem = names.get(key) or problems.get(key.upper())
        if problem is None:
            near = _near(key, [*names, *problems])
            mistakes.append((key, f"there is no finding `{key}`{near or '; `revrules explain` lists them all'}"))
        elif problem.severity is Severity.ERROR and level != "error":
            mistakes.append((key, f"`{key}` is an error that keeps a ruleset from having a meaning; it cannot be `{level}`"))
    return mistakes


def _words(kind: str, path: list[str], detail: object) -> Mistake:
    key = path[-1] if path else ""
    known = [field.alias or name for name, field in Settings.model_fields.items()]
    match kind:
        case "extra_forbidden":
            return key, f"there is no setting `{key}`{_near(key, known) or f'; there are {_list(known)}'}"
        case "literal_error":
            return key, f"`{key}` cannot be {_seen(detail)}; it is one of {_list(_choices(path))}"
        case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return key, f"`{key}` is a date without quotes, such as 2026-11-21"
        case "bool_type":
            return key, f"`{key}` is true or false"
        case "string_type" if path == ["baseline"]:
            return key, '`baseline` is a text, the path of a file beside this one, such as "accepted.toml"'
        case "list_type" | "string_type":
            return path[0], f'`{path[0]}` is a list of texts, such as ["old/*"]'
        case _:
            return key, f'`{key or "revrules"}` is a table, such as {{ unused-definition = "off" }}'


def _choices(path: list[str]) -> list[str]:
    return {
        "levels": ["error", "warning", "info", "off"],
        "fail-on": ["error", "warning"],
        "output-format": ["full", "concise", "json", "sarif", "github"],
    }[path[0]]


def _seen(detail: object) -> str:
    value = detail.get("input") if isinstance(detail, dict) else None
    return f"`{value}`" if isinstance(value, str | int | float) else "that"


def _near(key: str, known: list[str]) -> str:
    found = get_close_matches(key.replace("_", "-"), known, 4)
    return f"; did you mean {' or '.join(f'`{name}`' for name in found)}?" if found else ""


def _list(items: list[str]) -> str:
    return ", ".join(f"`{item}`" for item in items[:-1]) + f" and `{items[-1]}`"
