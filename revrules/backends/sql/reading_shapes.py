"""Shapes of cells and their parts, as engines say them that have regular expressions of their own: Postgres and Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, operator
from revrules.runtime.cells import marked_shape

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

LACKING = "its cells are not read exactly in SQL: load the table with types"
GAPS = {Dialect.DUCKDB: "its cells are read in a way of its own", Dialect.SNOWFLAKE: LACKING, Dialect.BIGQUERY: LACKING}
MOST_GROUPS = 9
"""Postgres names no more."""

MATCHED = operator(
    "whether a whole text has a shape",
    gaps=GAPS,
    postgres=lambda text, shape: tree.has_match(text, f"^(?:{shape.name})$"),
    spark=lambda text, shape: tree.has_match(text, f"\\A(?:{shape.name})\\z"),
)
GROUP = operator(
    "a part of a text that has a shape as a whole, empty where the text lacks it",
    gaps=GAPS,
    postgres=lambda text, shape, number: tree.call(
        "REGEXP_REPLACE", text, tree.text(f"^(?:{shape.name})$"), tree.text(f"\\{number.name}")
    ),
    spark=lambda text, shape, number: tree.call("REGEXP_EXTRACT", text, tree.text(f"\\A(?:{shape.name})\\z"), number),
)
WITHOUT = operator(
    "a text without what matches an expression",
    gaps=GAPS,
    postgres=lambda text, shape: tree.call("REGEXP_REPLACE", text, shape, tree.text(""), tree.text("g")),
    spark=lambda text, shape: tree.call("REGEXP_REPLACE", text, shape, tree.text("")),
)


def matched(text: Sql, shape: str, dialect: Dialect) -> Sql:
    """Return whether the whole of ``text`` has a shape."""
    return MATCHED(dialect, text, tree.text(shape))


def group(text: Sql, shape: str, number: int, dialect: Dialect) -> Sql:
    """Return a part of a text that has a shape as a whole, the groups of which are numbered from 1."""
    assert number <= MOST_GROUPS, "shapes have no more groups"
    return GROUP(dialect, text, tree.text(shape), tree.whole(number))


def without(text: Sql, shape: str, dialect: Dialect) -> Sql:
    """Return a text without all that matches an expression."""
    return WITHOUT(dialect, text, tree.text(shape))


def spelled_plainly(spec: FieldSpec) -> bool:
    """Return whether numbers are written with a point and no other mark."""
    return spec.decimal_mark == "." and not spec.group_mark


def without_marks(text: Sql, spec: FieldSpec, dialect: Dialect) -> Sql:
    """Return a number with marks in plain digits with a point; what stands twice in it makes it none."""
    shape, mark = marked_shape(spec.decimal_mark, spec.group_mark)
    integral = group(text, shape, 3, dialect)
    if spec.group_mark:
        integral = without(integral, mark, dialect)
    signs = tree.binary("||", group(text, shape, 1, dialect), group(text, shape, 2, dialect))
    fraction = tree.binary("||", tree.text("."), group(text, shape, 4, dialect))
    return tree.case([(matched(text, shape, dialect), tree.binary("||", tree.binary("||", signs, integral), fraction))])
