"""Suites into a script for a warehouse that nobody here can reach: statements that return no row where it agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.times import when_of
from revrules.reference import expressions
from revrules.reference.scope import Scope, World
from revrules.verify.flat import flatten, typed_records
from revrules.verify.run import ref_to
from revrules.verify.tables import ROW, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules import ir
    from revrules.backends.sql.sources import Source
    from revrules.verify.cases import Suite

HEAD = """-- The definition of the revrules language, asked of {dialect}. Nothing is written: records stand in the statements.
-- Every statement returns the records on which {dialect} says something else than the language: no row means that it holds."""


def script(dialect: str, suites: Iterable[Suite]) -> Iterator[str]:
    """Yield the lines of a script that asks for every definition of ``suites``; a comment tells what it cannot say."""
    said = Dialect(dialect)
    yield HEAD.format(dialect=dialect)
    for suite in suites:
        records = typed_records(suite.ruleset, suite.entity, suite.records)
        flat = flatten(suite.ruleset, suite.entity, records)
        source = source_of(suite.ruleset, flat, said)
        for definition in suite.ruleset.definitions:
            if definition.entity == suite.entity:
                title = " ".join(suite.sections.get(definition.id, definition.id).split())
                yield f"\n-- {suite.file}, {title}"
                yield _statement(suite, definition, source, records, said)


def _statement(
    suite: Suite, definition: ir.Definition, source: Source, records: Sequence[Mapping[str, object]], dialect: Dialect
) -> str:
    """Return the statement that returns the records for which a definition has another value than it should."""
    frame = Frame(suite.ruleset, source, dialect, when_of(suite.as_of, suite.ruleset, dialect))
    try:
        found = frame.select([(frame.passed(ROW), ROW), (frame.value(ref_to(definition)), "found")])
        meant = [expressions.value(definition.expr, Scope(World(suite.ruleset, suite.as_of), dict(record))) for record in records]
        rows = [(tree.whole(at), constant(value, definition.type, dialect)) for at, value in enumerate(meant)]
    except Unsayable as gap:
        return f"-- cannot be said: {gap.what}: {gap.reason}"
    expected = tree.known_as(tree.inline([ROW, "meant"], rows), "e")
    join = tree.inner_join(expected, tree.binary("=", tree.column(ROW, "f"), tree.column(ROW, "e")))
    columns = [tree.column(ROW, "e"), tree.column("meant", "e"), tree.column("found", "f")]
    differs = tree.negated(tree.same(columns[2], columns[1]))
    outer = tree.select(columns, tree.known_as(found, "f"), [join], where=differs)
    return f"{tree.printed(outer, dialect)};"
