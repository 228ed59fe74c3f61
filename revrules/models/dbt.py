"""A ruleset into a dbt model: its SQL, and beside it a page of properties with what dbt tests and documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.type_names import sql_type
from revrules.engines.sources import TableAt, parts_of
from revrules.models.statements import CURRENT_TIME, model
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.engines.placing import Order
    from revrules.models.statements import Columns, Model
    from revrules.ruleset import Ruleset

VERDICTS = ("undeclared", "in_stage", "ahead", "behind", "elsewhere", "nowhere", "cannot_tell")
DOCS = {
    "declared": "The stage that the record claims.",
    "stage": "The stage that the evidence supports; null: not even the entry criteria are met.",
    "verdict": "How the declared stage lies to the supported one.",
    "certain": "Whether no missing field could change the stage.",
    "path": "The stages that the record has passed.",
    "next_stages": "The stages that can follow.",
    "blockers": "The criteria that are not met and keep the record from its next stages.",
    "unknown_criteria": "The criteria of the next stages that cannot be judged, for want of data.",
    "missing": "The missing fields that could change the stage.",
    "owners": "The teams that own the stage.",
    "next_owners": "The teams that own the next stages.",
    "violations": "The rules and assertions that the record breaks.",
    "data_problems": "Values that are none, and why; each counts as missing.",
    "due": "When the record should have left its stage.",
    "overdue": "Whether that is past.",
}
AS_OF = "revrules_as_of"
"""The variable of a dbt project that sets the instant of an evaluation."""


def dbt_files(
    ruleset: Ruleset, order: Order, dialect: Dialect, name: str, *, columns: Columns | None = None
) -> tuple[dict[str, str], Model]:
    """Return the files of a model called ``name``, by their paths in a dbt project, and what they are made of.

    A table named `accounts` is read by ``ref``, one named `crm.accounts` by ``source``. Without ``order.as_of`` the variable
    `revrules_as_of` is the instant, by default the time of the run.
    """
    jinja = _Jinja()
    tables = {
        key: TableAt(text, jinja.hole(_table(text)), None if columns is None else columns.get(text.lower()))
        for key, text in _names(ruleset, order).items()
    }
    told = tree.cast(jinja.hole("'{{ var(\"" + AS_OF + "\") }}'"), sql_type(Scalar.DATETIME, dialect))
    now = jinja.hole("".join((
        "{% if var('", AS_OF, "', none) is none %}", tree.printed(CURRENT_TIME(dialect), dialect),
        "{% else %}", jinja.filled(tree.printed(told, dialect)), "{% endif %}",
    )))  # fmt: skip
    made = model(ruleset, order, dialect, columns=columns, now=now, tables=tables)
    body = jinja.filled(made.query.text(pretty=True))
    config = "{{ config(materialized='table') }}"
    declared = ruleset.ir.lifecycle(made.lifecycle.name)
    base = _table(made.table.name)
    rows = (
        f"-- Every record of the table is placed, none is lost.\nSELECT placed.n AS placed, given.n AS given\n"
        f"FROM (SELECT COUNT(*) AS n FROM {{{{ ref('{name}') }}}}) AS placed\n"
        f"CROSS JOIN (SELECT COUNT(*) AS n FROM {base}) AS given\nWHERE placed.n <> given.n\n"
    )
    return {
        f"models/{name}.sql": f"{config}\n{body}\n",
        f"models/{name}.yml": "\n".join(_properties(name, declared, made)) + "\n",
        f"tests/{name}_has_every_row.sql": rows,
    }, made


class _Jinja:
    """Pieces of a template inside SQL: a hole while the SQL is made, filled in its text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def hole(self, piece: str) -> tree.Sql:
        """Return a name that stands for a piece."""
        self._pieces.append(piece)
        return tree.bare(f"revrules_hole_{len(self._pieces) - 1}_")

    def filled(self, text: str) -> str:
        """Return a text of SQL with its holes filled; what else looks like a template in it is a text of the ruleset."""
        for mark in ("{{", "{%", "{#"):
            text = text.replace(mark, "{{ '" + mark + "' }}" if mark != "{{" else "\0")
        text = text.replace("\0", "{{ '{{' }}")
        for at, piece in enumerate(self._pieces):
            text = text.replace(f"revrules_hole_{at}_", piece)
        return text


def _names(ruleset: Ruleset, order: Order) -> Mapping[str, str]:
    from revrules.engines.placing import choose_lifecycle

    lifecycle = choose_lifecycle(ruleset, order)
    names = {entity.name: entity.name for entity in ruleset.ir.entities} | dict(order.related)
    return names | ({lifecycle.entity: order.table} if order.table else {})


def _table(text: str) -> str:
    """Return how a dbt model names a table."""
    *before, name = (json.dumps(part) for part in parts_of(text))
    return f"{{{{ source({before[-1]}, {name}) }}}}" if before else f"{{{{ ref({name}) }}}}"


def _properties(name: str, lifecycle: ir.Lifecycle, made: Model) -> Iterator[str]:
    """Yield the lines of the page of properties."""
    yield "version: 2"
    yield "models:"
    yield f"  - name: {name}"
    yield f"    description: {_said(_about(lifecycle, made))}"
    yield "    columns:"
    for column in made.query.columns:
        yield f"      - name: {_said(column.name)}"
        if column.name == made.key:
            yield f"        description: {_said('The key of the record.')}"
            yield "        data_tests: [unique, not_null]"
            continue
        yield f"        description: {_said(DOCS.get(column.name, f'`{column.name}` as the table has it.'))}"
        if values := _values(column.name, lifecycle):
            yield "        data_tests:"
            yield "          - accepted_values:"
            yield "              arguments:"
            yield f"                values: {json.dumps(values, ensure_ascii=False)}"


def _about(lifecycle: ir.Lifecycle, made: Model) -> str:
    head = (
        lifecycle.doc or f"Where every record of {made.table.name} stands in the lifecycle {lifecycle.label or lifecycle.name}."
    )
    lines = [head, ""]
    for stage in lifecycle.stages:
        label = f" ({stage.labels[0]})" if stage.labels else ""
        owned = f", owned by {' and '.join(stage.owners)}" if stage.owners else ""
        lines.append(f"* {stage.name}{label}{owned}{': ' + stage.doc if stage.doc else ''}")
    return "\n".join(lines)


def _values(column: str, lifecycle: ir.Lifecycle) -> list[str]:
    """Return the values that a column can have, where these are few."""
    if column in ("stage", "declared"):
        return [stage.name for stage in lifecycle.stages]
    return list(VERDICTS) if column == "verdict" and lifecycle.tracks is not None else []


def _said(text: str) -> str:
    """Return a text as YAML holds it: as JSON does, with templates of dbt's docs disarmed."""
    return json.dumps(text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #"), ensure_ascii=False)
