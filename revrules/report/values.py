"""What a report tells: counts, a few records, the first faults of the data; however the records were placed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from revrules.ir import Ruleset
    from revrules.runtime.results import Placement
    from revrules.tables.issues import Issue
    from revrules.tables.summary import Summary

SAMPLES = 5
"""Records that are shown of a cell, and keys that are named of a subject: the first in the order of the file."""
CELLS = 300
"""Cells of which records are kept: a lifecycle of a hundred stages could have ten thousand."""
ISSUES = 50
"""Faults of the data that are listed."""


class Cell(NamedTuple):
    """Where records stand: the stage declared, the one that the evidence supports (None: nowhere), and the verdict."""

    declared: str | None
    stage: str | None
    verdict: str | None


class Sample(NamedTuple):
    """A record to show; ``key`` as written, None where it is missing."""

    line: int
    key: str | None
    placement: Placement


class Kind(StrEnum):
    """What records can be named for."""

    RULE = "rule"
    OVERDUE = "overdue"
    MISSING = "missing"
    PROBLEM = "problem"


class Subject(NamedTuple):
    """A rule that is broken, a stage in which records are overdue, a field that is missing or holds no value."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run over a table.

    ``cells`` count every record placed. ``samples`` are up to ``SAMPLES`` of a cell, ``names`` the keys (or lines) of as many of
    a subject, ``issues`` the first of ``issue_count`` faults of rows and cells. ``overdue`` counts by stage. ``related`` are the
    further tables by name, ``limit`` is set where only so many rows were read, ``unit`` says what the table is counted in.
    """

    ruleset: Ruleset
    summary: Summary
    as_of: datetime
    cells: Mapping[Cell, int]
    samples: Mapping[Cell, tuple[Sample, ...]]
    overdue: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[Subject, tuple[str, ...]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    issue_count: int = 0
    related: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    mode: str = "evidence"
    unit: str = "line"
