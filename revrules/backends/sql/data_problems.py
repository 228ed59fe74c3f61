"""The values of a record that are none, and the classifications that clash, into the words for its data problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import lists, tree
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.waiting import states_of_rows, true_rows
from revrules.reads import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.backends.sql.frames import Frame
    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.tree import Sql


class Problem(NamedTuple):
    """A problem that a record can have: of which field or classification, when, and the words for it.

    ``shows``: there is a value that is none; a required one that is missing has none. ``clash``: it is of a classification.
    """

    subject: str
    when: Sql
    told: Sql
    shows: bool = True
    clash: bool = False


def data_problems(walk: Walk, frame: Frame) -> Sql:
    """Return the problems as an array of texts such as `employees: not a whole number`, in the order of the reference."""
    found = possible_problems(walk, frame)
    if not found:
        return lists.EMPTY(walk.dialect)
    told = lists.COMPACT(walk.dialect, *(tree.case([(problem.when, problem.told)]) for problem in found))
    return tree.case([(tree.any_of(problem.when for problem in found), told)], lists.EMPTY(walk.dialect))


def shown(walk: Walk, frame: Frame) -> Sql:
    """Return whether a record has a problem that shows: what ``possible_problems`` say, at less cost."""
    others = (tree.is_true(problem.when) for problem in _of_claim(walk))
    return tree.any_of([frame.faulty(), *others, *([clash] if (clash := clashes(walk)) != tree.FALSE else [])])


def clashes(walk: Walk) -> Sql:
    """Return whether a classification of a record that allows one branch or row finds several true."""
    found = [problem.when for problem in _clashes(walk)]
    return tree.is_true(tree.any_of(found)) if found else tree.FALSE


def possible_problems(walk: Walk, frame: Frame) -> list[Problem]:
    """Return the problems that a record can have, in the order of the reference."""
    return [*_of_reading(walk, frame), *_of_claim(walk), *_clashes(walk)]


def _of_reading(walk: Walk, frame: Frame) -> Iterator[Problem]:
    """Yield when a field holds no value, or lacks one that is required, and the words for it."""
    for field in walk.scope.ruleset.entity(walk.lifecycle.entity).fields:
        reason = frame.reason(field.name)
        missing = tree.is_null(walk.scope.field(ir.Field(field.name, field.type)))
        required = tree.text(f"{field.name}: required, but missing")
        if reason is not None:
            told = tree.binary("||", tree.text(f"{field.name}: "), reason)
            yield Problem(field.name, tree.is_known(reason), told)
            missing = tree.all_of([missing, tree.is_null(reason)])
        if field.required:
            yield Problem(field.name, missing, required, shows=False)


def _of_claim(walk: Walk) -> Iterator[Problem]:
    tracks = walk.lifecycle.tracks
    if tracks is not None:
        unknown = tree.all_of([tree.is_known(walk.claim), tree.is_null(walk.declared)])
        yield Problem(name_of(tracks), unknown, tree.text(f"{name_of(tracks)}: not a stage of {walk.lifecycle.name}"))


def _clashes(walk: Walk) -> Iterator[Problem]:
    """Yield when a classification that allows one branch or row finds several true, and the words for it."""
    for definition in walk.scope.ruleset.definitions:
        expr = definition.expr
        if definition.entity != walk.lifecycle.entity:
            continue
        if isinstance(expr, ir.Table):
            table = walk.scope.ruleset.table(expr.table)
            if table.mode is ir.ChooseMode.EXACTLY_ONE and len(table.rows) > 1:
                states = states_of_rows(table, list(table.rows), expr.inputs, walk.scope)
                told = tree.text(f"{definition.name}: more than one row is true")
                yield Problem(definition.name, _several(states), told, clash=True)
        elif isinstance(expr, ir.Choose) and expr.mode is ir.ChooseMode.EXACTLY_ONE and len(expr.branches) > 1:
            states = [lower(condition, walk.scope) for condition, _ in expr.branches]
            told = tree.text(f"{definition.name}: more than one branch is true")
            yield Problem(definition.name, _several(states), told, clash=True)


def _several(states: list[Sql]) -> Sql:
    return tree.binary(">", true_rows(states), tree.whole(1))
