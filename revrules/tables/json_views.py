"""JSON lines and lists of JSON objects into views of DuckDB, where it surely finds what the careful reader finds.

Records bring their own names, and values of their own types: DuckDB is asked first which names the records have, and which types
stand under each. A column of one type is read as that type; its values then mean what those of a Parquet file mean.
"""

from __future__ import annotations

import os
from io import TextIOWrapper
from typing import TYPE_CHECKING, NamedTuple

from revrules.tables.columns import Columns
from revrules.tables.duck import TEXT, literal_path, quoted, quoted_text
from revrules.tables.json_rows import BLANK, LARGEST_DOCUMENT, json_line, parse_record
from revrules.tables.json_vetting import filled_lines, vet_json
from revrules.tables.rows import Refused
from revrules.tables.source import LONGEST_LINE, open_source
from revrules.tables.vetting import NotPushed, packing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from revrules.ir import FieldDecl
    from revrules.tables.columns import Reader
    from revrules.tables.opening import Reading
    from revrules.tables.rows import Row
    from revrules.tables.source import Source

MIXED = "MIXED"
"""The type of a column with whole numbers and others; DuckDB holds it as ``DOUBLE``."""
UNREAD = "JSON"
"""The type of a column with values of several types, lists or objects: no field is read from it."""
TYPES = {0: TEXT, 1: TEXT, 2: "BIGINT", 4: "BIGINT", 6: "BIGINT", 8: "DOUBLE", 10: MIXED, 32: "BOOLEAN"}
"""The type of a column by the sum of the kinds of its values (``KIND``)."""
DEEP = 128
KIND = """CASE json_type({0})
WHEN 'VARCHAR' THEN 1
WHEN 'UBIGINT' THEN if(length({0}) > 15, 4, 2)
WHEN 'BIGINT' THEN if(length({0}) > 15, 4, 2)
WHEN 'DOUBLE' THEN if(regexp_matches({0}, '[.eE]') AND isfinite(TRY_CAST({0} AS DOUBLE)), 8, 16)
WHEN 'BOOLEAN' THEN 32
WHEN 'ARRAY' THEN {1}
WHEN 'OBJECT' THEN {1}
END"""
"""What a value is: a text, an integer that a double holds, another one, a double, a number that is too large, a truth value, a
list or object.
"""
DEEPEST = 400
"""Brackets that a list or object may hold: with more it may be nested too deeply for the careful reader."""
NESTED = f"if(length(regexp_replace({{0}}, '[^\\[{{{{]', '', 'g')) > {DEEPEST}, {DEEP}, 64)"
MOST_NAMES = 1_000
MOST_SETS = 10_000
"""Sets of names that records have."""
TYPED = ("BIGINT", "DOUBLE", "BOOLEAN")
NUMERIC = ("integer", "number", "money", "duration")


class JsonRecords(NamedTuple):
    """What is known of the records of JSON files. ``select`` is the SQL that reads their columns by position.

    ``names`` are the sets of names of records, in the order in which they come. ``rows`` is how many records each file has.
    ``by_line``: these are JSON lines; ``plain``: each line is a record.
    """

    headings: tuple[str, ...]
    types: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    select: str
    rows: tuple[int, ...]
    by_line: bool
    plain: bool


def json_records(connection: DuckDBPyConnection, sources: Sequence[Source], format_: str, reading: Reading) -> JsonRecords:
    """Return the records of files in ``format_``, json or jsonl; raises ``NotPushed``, or what DuckDB raises."""
    if reading.encoding is not None and reading.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        raise NotPushed(f"it is read as {reading.encoding}")
    kinds = {format_ == "jsonl" or _begins_with_a_record(source) for source in sources}
    if len(kinds) > 1:
        raise NotPushed("some of its files are JSON lines, some are not")
    (by_line,) = kinds
    if sources[0].packed and not by_line:
        raise NotPushed("it is a packed list")
    rows, plain = [vet_json(source, lines=by_line) for source in sources], by_line
    files = _Files([source.path or "" for source in sources], by_line, packing(sources))
    names, count = _names(connection, files)
    headings = tuple(dict.fromkeys(name for each in names for name in each))
    if by_line and sum(rows) != count:
        if len(sources) > 1 or filled_lines(sources[0]) != count:
            raise NotPushed("DuckDB finds other records in it than it has lines")
        rows, plain = [count], False
    elif not by_line:
        rows = [count] if len(sources) == 1 else [_names(connection, files.one(path))[1] for path in files.paths]
    types = _types(connection, headings, files)
    return JsonRecords(headings, types, names, _select(headings, types, files), tuple(rows), by_line, plain)


def learn(reader: Reader, records: JsonRecords, key: str | None = None) -> None:
    """Let ``reader`` meet the names of all records; its columns then go by the position in ``headings``.

    Raises ``NotPushed`` where records write one field under several names, lack the ``key`` or hold related records,
    ``DataError`` where two names fit one field.
    """
    found: dict[str, str] = {}
    for names in records.names:
        plan = reader.plan(names)
        if plan.relations:
            raise NotPushed("it holds related records inside of its rows")
        for field, heading, _ in plan.fields:
            if found.setdefault(field, heading) != heading:
                raise NotPushed(f"its records write `{field}` as `{found[field]}` and as `{heading}`")
        if key is not None and plan.heading(key) is None:
            raise NotPushed(f"some of its records have no `{key}`")
    position = {heading: number for number, heading in enumerate(records.headings)}
    reader.columns = Columns(tuple((field, heading, position[heading]) for field, heading in found.items()))


def refuse_to_hand_on(types: Iterable[str], *, besides: Collection[str] = ()) -> None:
    """Raise ``NotPushed`` where a column that is handed on has another type than text, and than those ``besides``."""
    if not {TEXT, *besides}.issuperset(types):
        raise NotPushed("it hands on values of several types, or other values than texts to Parquet")


def type_for(type_: str, field: FieldDecl) -> str:
    """Return the type in DuckDB of a column that ``field`` is read from; raises ``NotPushed`` where it has none."""
    if type_ == UNREAD:
        raise NotPushed(f"the values of `{field.name}` are of several types in it, or lists, objects or very large numbers")
    if type_ != MIXED:
        return type_
    if str(field.type) not in NUMERIC or any(
        isinstance(each, str) and each.strip("-").isdecimal() for each in field.missing_when
    ):
        raise NotPushed(f"some values of `{field.name}` are whole numbers in it, some are not")
    return "DOUBLE"


def rows_at(paths: Sequence[str], wanted: Collection[int]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of JSON lines that have the numbers ``wanted``, counted from 1 over all files."""
    number, left = 0, set(wanted)
    for path in paths:
        with TextIOWrapper(open_source(path).open(), encoding="utf-8", newline="") as stream:
            for line, text in enumerate(stream, 1):
                if not left:
                    return
                filled = text.strip(BLANK)
                number += bool(filled)
                if filled and number in left:
                    left.discard(number)
                    row = json_line(filled, line)
                    assert not isinstance(row, Refused), "DuckDB has read this line"
                    yield number, row


class _Files:
    """Files of JSON as an argument of DuckDB's reader."""

    def __init__(self, paths: list[str], by_line: bool, packing: str) -> None:
        self.paths, self._by_line, self._packing = paths, by_line, packing

    def one(self, path: str) -> _Files:
        """Return one of them."""
        return _Files([path], self._by_line, self._packing)

    def read(self, columns: Mapping[str, str], *, records: bool = True) -> str:
        """Return the SQL that reads columns of these types, or each value as a whole."""
        files = ", ".join(quoted_text(literal_path(path)) for path in self.paths)
        form = "newline_delimited" if self._by_line else "array"
        typed = ", ".join(f"{quoted_text(name)}: {quoted_text(type_)}" for name, type_ in columns.items())
        options = f"format = '{form}', records = {str(records).lower()}, maximum_object_size = {LONGEST_LINE}"
        options += f", compression = {quoted_text(self._packing)}"
        return f"read_json([{files}], columns = {{{typed}}}, {options}, auto_detect = false, hive_partitioning = false)"


def _begins_with_a_record(source: Source) -> bool:
    """Return whether the first line that is filled is a record as a whole: then the file is JSON lines."""
    with source.open() as stream:
        first = stream.readline(LONGEST_LINE)
        while first and not first.strip(BLANK.encode()):
            first = stream.readline(LONGEST_LINE)
        rest = 0 if len(first) < LONGEST_LINE else LONGEST_LINE
    try:
        found = parse_record(first.decode()) is not None
    except UnicodeDecodeError as error:
        raise NotPushed("it is not UTF-8") from error
    if rest or (not found and os.stat(source.path or "").st_size > LARGEST_DOCUMENT):  # noqa: PTH116 - as above
        raise NotPushed("it is very large")
    return found


def _names(connection: DuckDBPyConnection, files: _Files) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return the sets of names that records have, in the order in which they come, and how many records there are."""
    each = f"SELECT json_keys(json) AS names, row_number() OVER () AS n FROM {files.read({'json': 'JSON'}, records=False)}"
    query = f"SELECT names, min(n), count(*) FROM ({each}) GROUP BY names ORDER BY 2 LIMIT {MOST_SETS + 1}"
    ((ordered,),) = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()
    connection.execute("SET preserve_insertion_order = true")
    found = connection.execute(query).fetchall()
    connection.execute(f"SET preserve_insertion_order = {str(ordered).lower()}")
    names = tuple(tuple(names or ()) for names, _, _ in found)
    if not all(names):
        raise NotPushed("some of its records are no objects, or empty ones")
    if any(len(set(each)) < len(each) for each in names):
        raise NotPushed("a name stands twice in one of its records")
    if len(names) > MOST_SETS or len({name for each in names for name in each}) > MOST_NAMES:
        raise NotPushed("its records have very many names")
    return names, sum(int(str(count)) for _, _, count in found)


def _types(connection: DuckDBPyConnection, headings: Sequence[str], files: _Files) -> tuple[str, ...]:
    """Return the types of the columns."""
    if not headings:
        raise NotPushed("it holds no records")
    kinds = ", ".join(f"bit_or({KIND.format(quoted(heading), NESTED.format(quoted(heading)))})" for heading in headings)
    (found,) = connection.execute(f"SELECT {kinds} FROM {files.read(dict.fromkeys(headings, 'JSON'))}").fetchall()
    sums = [int(str(kind or 0)) for kind in found]
    if any(kind & DEEP for kind in sums):
        raise NotPushed("its values are nested deeply")
    return tuple(TYPES.get(kind, UNREAD) for kind in sums)


def _select(headings: Sequence[str], types: Sequence[str], files: _Files) -> str:
    """Return the SQL that reads the columns by position."""
    held = {heading: "DOUBLE" if type_ == MIXED else type_ for heading, type_ in zip(headings, types, strict=True)}
    items = [
        f"CAST(NULL AS {TEXT}) AS c{position}" if held[heading] == UNREAD else f"{quoted(heading)} AS c{position}"
        for position, heading in enumerate(headings)
    ]
    read = {heading: type_ for heading, type_ in held.items() if type_ != UNREAD} or {headings[0]: UNREAD}
    return f"SELECT {', '.join(items)} FROM {files.read(read)}"
