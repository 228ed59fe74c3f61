"""Placements into the cells of placed files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules.runtime.values import without_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.runtime.results import Blocker, NextStage, Placement

Cell: TypeAlias = "str | bool | list[str] | None"
JOINT = "; "


class AnswerColumn(NamedTuple):
    """A column of a placed file: its name, its type in Parquet, and how to read it from a placement."""

    name: str
    type: str
    read: Callable[[Placement], Cell]


def unmet_criteria(placement: Placement) -> list[str]:
    """Return the names of the unmet criteria that keep the record from its next stages, lost ones aside, each once."""
    return _names(blocker for stage in _onward(placement) for blocker in stage.unmet)


def unknown_criteria(placement: Placement) -> list[str]:
    """Return the names of the criteria of the next stages that cannot be judged, lost ones aside, each once."""
    return _names(blocker for stage in _onward(placement) for blocker in stage.unknown)


def _onward(placement: Placement) -> list[NextStage]:
    return [stage for stage in placement.next if stage.outcome != "lost"]


def _names(blockers: Iterable[Blocker]) -> list[str]:
    return list(dict.fromkeys(blocker.criterion for blocker in blockers))


def _next_owners(placement: Placement) -> list[str]:
    return list(dict.fromkeys(owner for stage in _onward(placement) for owner in stage.owners))


def _problems(placement: Placement) -> list[str]:
    """Return what is no value, field by field; what a value looks like, which engines cannot say, is told in the rejects only."""
    return [f"{problem.field}: {without_suggestion(problem.reason)}" for problem in placement.problems]


def _moment(placement: Placement) -> str | None:
    return None if placement.due is None else placement.due.isoformat().replace("+00:00", "Z")


ANSWERS = (
    AnswerColumn("declared", "VARCHAR", lambda p: p.declared),
    AnswerColumn("stage", "VARCHAR", lambda p: p.stage),
    AnswerColumn("verdict", "VARCHAR", lambda p: p.verdict and p.verdict.value),
    AnswerColumn("certain", "BOOLEAN", lambda p: p.certain),
    AnswerColumn("path", "VARCHAR[]", lambda p: list(p.path)),
    AnswerColumn("next_stages", "VARCHAR[]", lambda p: [stage.stage for stage in p.next]),
    AnswerColumn("blockers", "VARCHAR[]", unmet_criteria),
    AnswerColumn("unknown_criteria", "VARCHAR[]", unknown_criteria),
    AnswerColumn("missing", "VARCHAR[]", lambda p: list(p.missing)),
    AnswerColumn("owners", "VARCHAR[]", lambda p: list(p.owners)),
    AnswerColumn("next_owners", "VARCHAR[]", _next_owners),
    AnswerColumn("violations", "VARCHAR[]", lambda p: [violation.rule for violation in p.violations]),
    AnswerColumn("data_problems", "VARCHAR[]", _problems),
    AnswerColumn("due", "VARCHAR", _moment),
    AnswerColumn("overdue", "BOOLEAN", lambda p: p.overdue),
)
"""Every column of an answer, in order; the key of the record stands before them."""

IN_A_TABLE = ("declared", "stage", "verdict", "blockers", "unknown_criteria", "violations")
"""The few that a table on a terminal shows."""


def flat(cell: object) -> str:
    """Return a cell as one text, as CSV and tables hold it; missing is empty."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list):
        return JOINT.join(map(flat, cell)) if cell else ""
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict) else str(cell)
