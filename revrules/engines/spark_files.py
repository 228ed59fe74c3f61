"""Files into tables of a Spark session that hold what the careful readers of this package find in them."""

from __future__ import annotations

import os
import re
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from revrules.backends.sql import tree
from revrules.engines.sources import TableAt
from revrules.engines.spark import Spark, columns_of, refusals
from revrules.problems import data as data_problems
from revrules.problems import engines as problems
from revrules.tables.delimited import DELIMITERS, delimited
from revrules.tables.failure import DataError
from revrules.tables.opening import format_of, is_pattern
from revrules.tables.source import open_source, open_text
from revrules.tables.vetting import NotPushed, vet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pyspark.sql import DataFrame, SparkSession

    from revrules.tables.source import Source

BROKEN = "revrules broken row"
"""The column in which Spark keeps the text of a row that it cannot read."""
CELLS = {"header": "true", "quote": '"', "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": BROKEN,
         "multiLine": "true", "columnPruning": "false", "nullValue": "", "emptyValue": "", "encoding": "UTF-8",
         "maxCharsPerColumn": "-1", "enforceSchema": "true"}  # fmt: skip
LINES = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": BROKEN, "prefersDecimal": "true", "encoding": "UTF-8"}


class Opened(NamedTuple):
    """A table out of files: all its rows, and those of them that cannot be read (None: every row can be)."""

    name: str
    view: str
    frame: DataFrame
    broken: DataFrame | None

    @property
    def at(self) -> TableAt:
        """The table as a statement reads it."""
        return TableAt(self.name, tree.table(self.view), columns_of(self.frame))


class SparkFiles(Spark):
    """A session to which paths and patterns of files are names of tables. ``expected`` headings tell the mark between cells."""

    def __init__(self, session: SparkSession, expected: Collection[str]) -> None:
        super().__init__(session)
        self._expected = expected
        self._opened: dict[str, Opened] = {}

    def table(self, name: str) -> TableAt:
        """Return the table in a file or in the files of a pattern or folder, else the one of that name in the catalog."""
        if name not in self._opened:
            files = files_of(name)
            if files is None:
                return super().table(name)
            self._opened[name] = self._open(name, files)
        return self._opened[name].at

    def broken(self) -> Iterator[tuple[str, str]]:
        """Yield the rows that cannot be read: table, text."""
        for opened in self._opened.values():
            if opened.broken is not None:
                with refusals():
                    for text, *_ in opened.broken.toLocalIterator():
                        yield opened.name, str(text)

    def close(self) -> None:
        """Forget the tables."""
        for opened in self._opened.values():
            self.session.catalog.dropTempView(opened.view)

    def files(self) -> list[str]:
        """Return the files that were opened."""
        return [path for name in self._opened for path in files_of(name) or ()]

    def _open(self, name: str, files: list[str]) -> Opened:
        if not files:
            raise DataError(data_problems.unreadable(name, "there is no such file"))
        remote = "://" in name
        sources = [] if remote else [open_source(path) for path in files]
        formats = {"parquet"} if remote else {format_of(source) for source in sources}
        if len(formats) > 1:
            raise DataError(problems.not_on_spark(name, f"its files are {' and '.join(sorted(formats))}"))
        for source in sources:
            if source.packed:
                raise DataError(problems.not_on_spark(source.name, "it is packed"))
        with refusals():
            match formats.pop():
                case "parquet":
                    frame, broken = self.session.read.parquet(*map(_address, files)), None
                case "csv" | "tsv":
                    frame, broken = self._cells(name, sources)
                case "jsonl":
                    frame, broken = self._split(self.session.read.options(**LINES).json([*map(_address, files)]))
                case _:
                    raise DataError(problems.not_on_spark(name, "it is one document of JSON"))
            view = f"revrules_{uuid4().hex}"
            frame.createOrReplaceTempView(view)
            return Opened(name, view, frame, broken)

    def _cells(self, name: str, sources: list[Source]) -> tuple[DataFrame, DataFrame | None]:
        """Return the rows of delimited files, all cells texts."""
        found = {self._headings(source) for source in sources}
        if len(found) > 1:
            raise DataError(problems.not_on_spark(name, "its files have different headings"))
        headings, mark = found.pop()
        if len({heading.casefold() for heading in headings}) < len(headings) or not all(headings):
            raise DataError(problems.not_on_spark(name, "two of its headings are the same but for case, or one is empty"))
        columns = [f"c{position}" for position in range(len(headings))]
        schema = ", ".join(f"`{column}` STRING" for column in [*columns, BROKEN])
        reader = self.session.read.options(**CELLS, sep=mark).schema(schema)
        frame, broken = self._split(reader.csv([_address(source.path or "") for source in sources]))
        return frame.toDF(*headings), broken

    def _headings(self, source: Source) -> tuple[tuple[str, ...], str]:
        """Return the headings of a file and the mark between its cells; raises ``DataError`` where Spark reads otherwise."""
        stream, encoding = open_text(source, None)
        with stream:
            if encoding not in ("utf-8", "utf-8-sig"):
                raise DataError(problems.not_on_spark(source.name, f"it is {encoding.upper()}"))
            given = "\t" if format_of(source) == "tsv" else None
            table = delimited(stream, source.name, delimiter=given, expected=self._expected)
        mark = given or next((mark for mark, words in DELIMITERS.items() if any(words in note for note in table.notes)), ",")
        headings = table.headings or ()
        first = source.head.decode("utf-8-sig", "replace").split("\n", 1)[0].lower()
        if len(headings) < 2 or first.startswith("sep=") or not first.strip():
            raise DataError(problems.not_on_spark(source.name, "its headings are of a rare form"))
        try:
            vet(source, mark)
        except NotPushed as reason:
            raise DataError(problems.not_on_spark(source.name, str(reason))) from reason
        return headings, mark

    def _split(self, every: DataFrame) -> tuple[DataFrame, DataFrame | None]:
        """Return the rows that could be read, and those that could not."""
        names = [name for name in every.columns if name != BROKEN]
        if len(names) == len(every.columns):
            return every, None
        text, first = every[BROKEN], every[f"`{names[0]}`"]
        cell = ~first.cast("string").eqNullSafe(f"revrules {uuid4().hex}")  # always true, but Spark wants a cell read
        return every.filter(text.isNull() & cell).drop(BROKEN), every.filter(text.isNotNull() & cell).select(text, first)


def files_of(name: str) -> list[str] | None:
    """Return the files that a path, a pattern or a folder names; None for what is the name of a table."""
    if "://" in name:
        return [name]
    if os.path.isdir(name):  # noqa: PTH112 - as the user wrote it
        return sorted(str(path) for path in Path(name).rglob("*") if _is_data(str(path)))
    if os.path.exists(name):  # noqa: PTH110
        return [name]
    if is_pattern(name):
        return sorted(path for path in glob(name, recursive=True) if _is_data(path))  # noqa: PTH207
    known = name.lower().endswith((".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"))
    return [] if known or "/" in name else None


def _address(path: str) -> str:
    """Return a path as Spark takes it for this file and no other: its own working folder may be another one."""
    if "://" in path:
        return path
    return "file://" + re.sub(r"([\\\\*?\[\]{}])", r"\\\1", os.path.abspath(path))  # noqa: PTH100 - links stay as they are


def _is_data(path: str) -> bool:
    """Return whether a file in a folder is one of its data: Spark leaves out those that begin with a dot or an underscore."""
    return os.path.isfile(path) and not os.path.basename(path).startswith((".", "_"))  # noqa: PTH113, PTH119


OUTPUT: Mapping[str, str] = {
    "header": "true", "quote": '"', "escape": '"', "nullValue": "", "emptyValue": "", "encoding": "UTF-8",
    "ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false",
}  # fmt: skip


def write_folder(frame: DataFrame, folder: str, format_: str) -> int:
    """Write a frame as files in a new folder, an absolute path; return how many rows it has, read again. Raises ``DataError``."""
    session, written, there = frame.sparkSession, f"file://{folder}", _address(folder)
    with refusals():
        match format_:
            case "parquet":
                frame.write.parquet(written)
                return session.read.parquet(there).count()
            case "jsonl":
                frame.write.option("ignoreNullFields", "false").json(written)
                return session.read.text(there).count()
            case _:
                mark = "\t" if format_ == "tsv" else ","
                _flat(frame).write.options(**OUTPUT, sep=mark).csv(written)
                return session.read.options(**CELLS, sep=mark).csv(there).count()


def _flat(frame: DataFrame) -> DataFrame:
    """Return a frame whose lists are texts, as delimited files hold them."""
    items = []
    for name, type_ in columns_of(frame):
        column = "`" + name.replace("`", "``") + "`"
        items.append(f"array_join({column}, '; ') AS {column}" if type_ == "array<string>" else column)
    return frame.selectExpr(*items)
