"""The time after a stamp within which a stage is to be left into when a record is due, and whether that is past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import operator
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.ways import Spot
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.tree import Sql

_WITHOUT_FRACTION = tree.text(".000000")

DATE_TEXT = operator(
    "a date in ISO 8601",
    duckdb=lambda day: tree.call("strftime", day, tree.text("%Y-%m-%d")),
    postgres=lambda day: tree.call("to_char", day, tree.text("YYYY-MM-DD")),
    spark=lambda day: tree.call("date_format", day, tree.text("yyyy-MM-dd")),
    snowflake=lambda day: tree.call("TO_CHAR", day, tree.text("YYYY-MM-DD")),
    bigquery=lambda day: tree.call("FORMAT_DATE", tree.text("%F"), day),
)
MOMENT_TEXT = operator(
    "an instant in ISO 8601, with six digits after the seconds",
    duckdb=lambda moment: tree.call("strftime", moment, tree.text("%Y-%m-%dT%H:%M:%S.%f")),
    postgres=lambda moment: tree.call("to_char", moment, tree.text('YYYY-MM-DD"T"HH24:MI:SS.US')),
    spark=lambda moment: tree.call("date_format", moment, tree.text("yyyy-MM-dd'T'HH:mm:ss.SSSSSS")),
    snowflake=lambda moment: tree.call("TO_CHAR", moment, tree.text('YYYY-MM-DD"T"HH24:MI:SS.FF6')),
    bigquery=lambda moment: tree.call("FORMAT_DATETIME", tree.text("%FT%H:%M:%E6S"), moment),
)


def due(walk: Walk) -> Sql:
    """Return when a record should have left its stage, as a text in ISO 8601; NULL where nothing is said."""
    branches: list[tuple[Sql, Sql]] = []
    for stage, moment in _dues(walk):
        at = walk.at([Spot(stage.name), Spot(stage.name, True)])
        branches.append((at, _text(moment, stage, walk)))
    return tree.case(branches)


def overdue(walk: Walk) -> Sql:
    """Return whether a record is in its stage for too long; never NULL."""
    late: list[Sql] = []
    for stage, moment in _dues(walk):
        at = walk.at([Spot(stage.name), Spot(stage.name, True)])
        now: ir.Expr = ir.Now() if _is_moment(stage) else ir.Today()
        late.append(tree.all_of([at, tree.is_true(tree.binary(">", lower(now, walk.scope), moment))]))
    return tree.any_of(late)


def _dues(walk: Walk) -> Iterator[tuple[ir.Stage, Sql]]:
    """Yield the stages that are to be left in time, each with when."""
    for stage in walk.lifecycle.stages:
        within, stamp = stage.leave_within, stage.stamped_by
        if within is None or stamp is None:
            continue
        moved: ir.Expr = ir.Shift(stamp, within.count, within.unit)
        if within.calendar is not None and _is_moment(stage):
            moved = ir.BusinessShift(stamp, within.count, within.unit, within.calendar)
        yield stage, walk.scope.kept(lower(moved, walk.scope), f"due in {stage.name}")


def _is_moment(stage: ir.Stage) -> bool:
    return stage.stamped_by is not None and stage.stamped_by.type is Scalar.DATETIME


def _text(moment: Sql, stage: ir.Stage, walk: Walk) -> Sql:
    if not _is_moment(stage):
        return DATE_TEXT(walk.dialect, moment)
    digits = tree.call("REPLACE", MOMENT_TEXT(walk.dialect, moment), _WITHOUT_FRACTION, tree.text(""))
    return tree.binary("||", digits, tree.text("Z"))
