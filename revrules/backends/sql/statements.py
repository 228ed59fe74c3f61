"""A source and a lifecycle into the statement that places every record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.members import as_members
from revrules.backends.sql.outputs import ANSWERS, MASKS, Answers, Bit, Kind
from revrules.backends.sql.tallies import fault_columns
from revrules.backends.sql.type_names import sql_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.backends.sql.scope import When
    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.tree import Sql

TYPES: dict[Dialect, dict[Kind, str]] = {
    Dialect.DUCKDB: {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.TEXTS: "VARCHAR[]", Kind.BITS: "BIGINT"},
    Dialect.POSTGRES: {Kind.TEXT: "TEXT", Kind.BOOLEAN: "BOOLEAN", Kind.TEXTS: "TEXT[]", Kind.BITS: "BIGINT"},
    Dialect.SPARK: {Kind.TEXT: "STRING", Kind.BOOLEAN: "BOOLEAN", Kind.TEXTS: "ARRAY<STRING>", Kind.BITS: "BIGINT"},
    Dialect.SNOWFLAKE: {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.TEXTS: "ARRAY", Kind.BITS: "BIGINT"},
    Dialect.BIGQUERY: {Kind.TEXT: "STRING", Kind.BOOLEAN: "BOOL", Kind.TEXTS: "ARRAY<STRING>", Kind.BITS: "INT64"},
}
"""The types of the columns of a result, ``PASSED`` aside: these have those of the table."""


class Column(NamedTuple):
    """A column of a result."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Query:
    """The statement that places every record of a source: as many rows as there are records, in any order."""

    tree: Sql
    dialect: Dialect
    columns: tuple[Column, ...]
    bits: tuple[Bit, ...] = ()
    """What the bits of the columns that hold bit sets mean."""

    def text(self, *, pretty: bool = True) -> str:
        """Return the statement as text of its dialect."""
        return tree.printed(self.tree, self.dialect, pretty=pretty)


def placed(
    ruleset: ir.Ruleset,
    lifecycle: ir.Lifecycle,
    source: Source,
    dialect: Dialect,
    when: When,
    columns: Sequence[str],
    mode: str = "evidence",
    passed: Sequence[str] = (),
    *,
    values: Mapping[str, ir.Expr] | None = None,
    with_faults: bool = False,
    members: bool = False,
) -> Query:
    """Return the query for ``columns`` (names of ``ANSWERS`` and ``MASKS``) of every record, after the columns ``passed``.

    ``mode`` is `evidence` or `advance`; ``passed`` are names of ``Source.passed``. ``values`` of the entity come next, by the
    names of their columns, then ``with_faults`` the columns of ``tallies.faults`` (neither is in ``Query.columns``). With
    ``members``, names are members of enums (``as_members``; DuckDB only), which are faster than texts and the same in a file.
    Raises ``Unsayable`` where the dialect lacks a word for something that the columns need.
    """
    frame = Frame(ruleset, source, dialect, when)
    answers = Answers(lifecycle, frame, columns, advance=mode == "advance")
    outputs = [(frame.passed(name), name) for name in passed]
    made = [Column(name, Kind.PASSED) for name in passed]
    for column in columns:
        kind = Kind.BITS if column in MASKS else ANSWERS[column].kind
        for value, name in answers.column(column):
            said = as_members(value) if members else value
            outputs.append((_typed(said, kind, dialect), name))
            made.append(Column(name, kind))
    outputs += [(_value(expr, frame), name) for name, expr in (values or {}).items()]
    if with_faults:
        outputs += fault_columns(ruleset, frame, source, answers.walk)
    statement = frame.select(outputs)
    if dialect is Dialect.SPARK and (odd := tree.name_with_variable(statement)) is not None:
        raise Unsayable(f"the name `{odd}`", dialect, "it takes what stands in `${}`, even in a name, for a variable of its own")
    return Query(statement, dialect, tuple(made), tuple(answers.bits))


def _value(expr: ir.Expr, frame: Frame) -> Sql:
    """Return the value of an expression, with its type said where it is nothing."""
    value = lower(expr, frame)
    return tree.cast(value, sql_type(ir.type_of(expr), frame.dialect)) if value == tree.NULL else value


def _typed(value: Sql, kind: Kind, dialect: Dialect) -> Sql:
    """Return a column with its type said, where that is not plain from what it is made of."""
    if kind is Kind.BITS or value == tree.NULL:
        return tree.cast(value, TYPES[dialect][kind])
    return value
