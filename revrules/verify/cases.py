"""The conformance files into rulesets with records: every expression of a file is asked of every record of the same entity.

The files (``tests/conformance/*.toml``, in a wheel ``conformance/``) say of each expression what it means for a few records, and
the tests hold the reference interpreter to that. An engine is held to the reference, on all records alike.
"""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from revrules.compiler import compile_text
from revrules.resources import resource_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from revrules import ir

ASIDE = ("setup", "entity", "as_of", "files")
"""What stands in a file besides its sections."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Definitions and records of one entity at one instant. ``sections`` tells for each definition, by its id, whence it is."""

    file: str
    ruleset: ir.Ruleset
    entity: str
    as_of: datetime.datetime
    records: tuple[Mapping[str, object], ...]
    sections: Mapping[str, str]


def conformance_folder() -> Path:
    """Return the folder with the files: shipped in a wheel, among the tests of a checkout."""
    shipped = resource_root() / "conformance"
    return shipped if shipped.is_dir() else resource_root() / "tests" / "conformance"


def suites() -> Iterator[Suite]:
    """Yield the suites of all files that have expressions."""
    for path in sorted(conformance_folder().glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        if "setup" in content:
            yield from _of_file(path.name, content)


def _of_file(name: str, content: dict[str, Any]) -> Iterator[Suite]:
    """Yield a suite for each entity and instant that the cases of a file are about."""
    lines, sections = [content["setup"]], {}
    asked: dict[tuple[str, datetime.datetime], list[Mapping[str, object]]] = {}
    for section, number, case in _cases(content):
        entity = case.get("entity") or (content["entity"] if "lifecycle" not in case else None)
        if "expr" in case:
            lines.append(f"define {section}_{number} of {entity} {{ means {case['expr']} }}")
            sections[f"{entity}.{section}_{number}"] = f"{section}: {case['expr']}"
        about = entity or content["entity"]
        records = asked.setdefault((about, case.get("as_of") or content["as_of"]), [])
        records += [record for record in _records(case) if record not in records]
    compiled = compile_text("\n".join(lines), path=name, files=content.get("files"), today=datetime.date(2026, 11, 21))
    assert compiled.ruleset is not None, f"{name} compiles: the tests see to that"
    for (entity, as_of), records in asked.items():
        yield Suite(name, compiled.ruleset, entity, as_of.astimezone(datetime.UTC), tuple(records), sections)


def _cases(content: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for section, cases in content.items():
        if section not in ASIDE and isinstance(cases, list):
            for number, case in enumerate(cases, 1):
                if "expr" in case or "lifecycle" in case:
                    yield section, number, case


def _records(case: dict[str, Any]) -> list[Mapping[str, object]]:
    if "rows" in case:
        return [record for record, _ in case["rows"]]
    return [case.get("record", {})]
