"""Records in a database into a list of what is wrong with them: values that are none, keys that are missing or not alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple, TextIO, cast

from revrules.backends.sql import tree
from revrules.backends.sql.data_problems import possible_problems
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.outputs import Answers, Kind
from revrules.backends.sql.statements import TYPES
from revrules.engines.accounts import key_texts
from revrules.problems.data import DUPLICATE_KEY, MISSING_KEY, VALUE
from revrules.tables.issues import LONGEST_SHOWN, PLACED, TREATED_AS_MISSING
from revrules.tables.rejects import CHUNK, FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.tree import Sql
    from revrules.engines.placing import Order, Prepared, Warehouse
    from revrules.ruleset import Ruleset
    from revrules.tables.summary import Summary

KEY = "key of the record"


class Fault(NamedTuple):
    """A line of a list of rejects: which record, by its key, which column, what stands there, why that is no value."""

    table: str
    key: str
    column: str
    value: str
    reason: str
    happened: str
    code: str
    """The page that explains it: ``revrules explain CODE``."""


class Faults:
    """Collects faults in a temporary file until it is known where they go. A context manager."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Fault] = []
        self._file = cast("TextIO", TemporaryFile("w+", encoding="utf-8", newline=""))  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, fault: Fault) -> None:
        """Take one fault."""
        self.count += 1
        if len(self.first) < FIRST:
            self.first.append(fault)
        csv.writer(self._file, lineterminator="\n").writerow(fault)

    def write(self, stream: TextIO) -> None:
        """Write all faults as CSV, with headings."""
        csv.writer(stream, lineterminator="\n").writerow(Fault._fields)
        self._file.seek(0)
        while chunk := self._file.read(CHUNK):
            stream.write(chunk)


def faults(ruleset: Ruleset, order: Order, prepared: Prepared, warehouse: Warehouse, summary: Summary) -> Iterator[Fault]:
    """Yield what is wrong with the records of an order that has been placed, those of related tables first."""
    seen = {tree.printed(prepared.source.table, warehouse.dialect)}
    for name, source in _related(prepared.source):
        table = tree.printed(source.table, warehouse.dialect)
        if table not in seen:
            seen.add(table)
            given = prepared.tables.get(name) or prepared.tables[source.entity]
            yield from _of_related(ruleset, prepared, source, given.name, warehouse)
    yield from _of_keys(ruleset, order, prepared, warehouse, summary)
    if summary.problems:
        yield from _of_records(ruleset, order, prepared, warehouse)


class _Wrong(NamedTuple):
    """What can be wrong with a record: of which column (empty: of a classification), when, and why."""

    column: str
    when: Sql
    reason: Sql


def _related(source: Source) -> Iterator[tuple[str, Source]]:
    for name, link in source.links.items():
        yield name, link.source
        yield from _related(link.source)


def _of_records(ruleset: Ruleset, order: Order, prepared: Prepared, warehouse: Warehouse) -> Iterator[Fault]:
    """Yield the values of the records themselves that are none."""
    source = _handing_on(ruleset, prepared.source)
    frame = Frame(ruleset.ir, source, warehouse.dialect, prepared.when)
    lifecycle = ruleset.ir.lifecycle(prepared.lifecycle.name)
    walk = Answers(lifecycle, frame, (), advance=order.mode == "advance").walk
    found = []
    for problem in possible_problems(walk, frame):
        column = source.columns.get(problem.subject)
        heading = problem.subject if column is None else column.name
        reason = tree.case([(problem.when, tree.call("SUBSTR", problem.told, tree.whole(len(problem.subject) + 3)))])
        if problem.shows:
            found.append(_Wrong(heading, problem.when, reason))
    yield from _asked(frame, source, found, order.table, warehouse)


def _of_related(ruleset: Ruleset, prepared: Prepared, source: Source, table: str, warehouse: Warehouse) -> Iterator[Fault]:
    """Yield the values of the records of a related table that are none."""
    alone = replace(_handing_on(ruleset, source), links={})
    frame = Frame(ruleset.ir, alone, warehouse.dialect, prepared.when)
    found = []
    for name, column in alone.columns.items():
        reason = frame.reason(name)
        if reason is not None:
            found.append(_Wrong(column.name, tree.is_known(reason), reason))
    if found:
        yield from _asked(frame, alone, found, table, warehouse)


def _handing_on(ruleset: Ruleset, source: Source) -> Source:
    """Return a source that passes on its key, and every column under its own name."""
    key = source.columns.get(ruleset.ir.entity(source.entity).key or "")
    passed = {_value(column.name): column.name for column in source.columns.values()}
    return replace(source, passed=passed | ({} if key is None else {KEY: key.name}))


def _value(column: str) -> str:
    return f"value of {column}"


def _asked(frame: Frame, source: Source, found: list[_Wrong], table: str, warehouse: Warehouse) -> Iterator[Fault]:
    """Yield the faults that the engine finds, with the values that stand there."""
    dialect = warehouse.dialect
    text = TYPES[dialect][Kind.TEXT]
    known = {column.name for column in source.columns.values()}
    outputs = [(frame.passed(KEY) if KEY in source.passed else tree.NULL, "k")]
    for number, one in enumerate(found):
        outputs.append((frame.passed(_value(one.column)) if one.column in known else tree.text(""), f"v{number}"))
        outputs.append((one.reason, f"r{number}"))
    if not found:
        return
    statement = tree.printed(frame.select(outputs), dialect)
    cells = chain.from_iterable((f"CAST(v{number} AS {text})", f"r{number}") for number in range(len(found)))
    wrong = " OR ".join(f"r{number} IS NOT NULL" for number in range(len(found)))
    for key, *told in warehouse.each(f"SELECT CAST(k AS {text}), {', '.join(cells)} FROM ({statement}) AS t WHERE {wrong}"):
        for one, value, reason in zip(found, told[::2], told[1::2], strict=True):
            if reason is not None:
                value_shown = "" if value is None else str(value)[:LONGEST_SHOWN]
                shown = "" if key is None else str(key)[:LONGEST_SHOWN]
                yield Fault(table, shown, one.column, value_shown, str(reason), TREATED_AS_MISSING, VALUE.code)


def _of_keys(ruleset: Ruleset, order: Order, prepared: Prepared, warehouse: Warehouse, summary: Summary) -> Iterator[Fault]:
    """Yield the keys that several records have, and how many records have none."""
    field = ruleset.outline.entity(prepared.lifecycle.entity).key
    if field is None:
        return
    heading = prepared.source.columns[field].name
    if summary.missing_keys:
        number = "1 record has" if summary.missing_keys == 1 else f"{summary.missing_keys:,} records have"
        yield Fault(order.table, "", heading, "", f"{number} no key", PLACED, MISSING_KEY.code)
    if summary.duplicate_keys:
        texts = key_texts(ruleset, prepared, prepared.source, field, warehouse)
        twice = f"SELECT key, count(*) FROM ({texts}) AS t WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1 ORDER BY key"
        for key, count in warehouse.each(twice):
            yield Fault(order.table, str(key), heading, str(key), f"{count:,} records have this key", PLACED, DUPLICATE_KEY.code)
