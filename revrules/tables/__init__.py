"""Files of records into files of placed records. ``evaluate_table`` is the library's door."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from revrules.problems import data as problems
from revrules.tables.arrow import GIVEN, PlacedStream, place_stream
from revrules.tables.database import UNLIMITED
from revrules.tables.engine import engine_for, push
from revrules.tables.failure import DataError
from revrules.tables.opening import AS_IT_SHOWS
from revrules.tables.placed import all_columns, cells, chosen_columns
from revrules.tables.rejects import Rejects
from revrules.tables.run import Job, Run
from revrules.tables.source import same_file
from revrules.tables.summary import Summary
from revrules.tables.writers import write_bits, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from revrules.ruleset import Ruleset
    from revrules.tables.arrow import ArrowStream
    from revrules.tables.database import Limits
    from revrules.tables.engine import Engine
    from revrules.tables.opening import Reading
    from revrules.tables.placed import OutputColumn
    from revrules.tables.pushed import Pushed
    from revrules.tables.run import Placed

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet"}
"""Formats of an output by the ending of its name."""


def evaluate_table(
    ruleset: Ruleset,
    data: str | Path | ArrowStream,
    out: str | Path,
    *,
    lifecycle: str | None = None,
    related: Mapping[str, str | Path] | None = None,
    as_of: datetime | None = None,
    columns: Sequence[str] | None = None,
    keep: bool = False,
    reading: Reading = AS_IT_SHOWS,
    engine: Engine = "auto",
    limits: Limits = UNLIMITED,
    sample: int | None = None,
    summary: bool = True,
) -> Summary:
    """Place every record of ``data`` and write the answers to ``out`` (CSV, TSV, JSON lines or Parquet by its name).

    ``data`` is a file, a pattern for several, a table of a database of DuckDB (``crm.duckdb::deals``), or an Arrow stream.

    ``related`` names further tables by relation or entity; ``columns`` those of the answer or of the data to write, ``keep`` adds
    all of the data. ``sample`` takes so many rows only, from all over the data, the same in every run. Rows that cannot be read
    and values that are none are listed in ``out`` + ``.rejects.csv``, if there are any, the meaning of bit sets in ``out`` +
    ``.bits.csv``. All are written whole or not at all. Many records are placed by the embedded DuckDB, with the same result
    (``engine``: `auto`, `duckdb` or `python`), which may use what ``limits`` say; without ``summary`` it counts rows and faults
    only. Raises ``DataError`` for data that cannot be read, OSError for a disk that refuses.
    """
    given = {name: str(path) for name, path in (related or {}).items()}
    job = _job(data, Job("", given, lifecycle, None, as_of, reading=reading, sample=sample))
    refuse_to_overwrite(str(out), job)
    target, format_ = Path(out), FORMATS.get(Path(out).suffix.lower(), "csv")

    def chosen(run: Run | Pushed) -> list[OutputColumn]:
        return all_columns(run, keep=keep) if columns is None else chosen_columns(run, columns)

    engine = engine_for(engine, job, columns or ())
    with Rejects() as rejects:
        pushed = None
        if engine != "python":
            written = lambda run: _written(run, target, format_, chosen(run))  # noqa: E731
            pushed = push(ruleset, job, engine, rejects, written, limits, full=summary)
        if isinstance(pushed, tuple):
            _, found = pushed
        else:
            with Run(ruleset, job, rejects.add) as run, _whole(target) as unfinished:
                write_file(unfinished, format_, chosen(run), run.placed())
                found = run.summary()
        if rejects.count:
            with _whole(Path(f"{out}.rejects.csv")) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
                rejects.write(stream)
    return found


def placed_stream(
    ruleset: Ruleset,
    data: str | Path | ArrowStream,
    *,
    lifecycle: str | None = None,
    related: Mapping[str, str | Path] | None = None,
    as_of: datetime | None = None,
    columns: Sequence[str] | None = None,
    keep: bool = False,
    limits: Limits = UNLIMITED,
    summary: bool = True,
) -> PlacedStream:
    """Place every record of ``data`` as ``evaluate_table`` does; return an Arrow stream of answers with summary and issues."""
    given = {name: str(path) for name, path in (related or {}).items()}
    job = _job(data, Job("", given, lifecycle, None, as_of))
    return place_stream(ruleset, job, columns, limits, keep=keep, full=summary)


def _job(data: str | Path | ArrowStream, job: Job) -> Job:
    """Return ``job`` over the data."""
    if isinstance(data, str | Path):
        return job._replace(data=str(data))
    return job._replace(data=GIVEN, stream=data)


@contextmanager
def _written(run: Pushed, target: Path, format_: str, columns: Sequence[OutputColumn]) -> Iterator[None]:
    """Write the records that DuckDB places; they take the place of ``target`` when the block ends well."""
    with _whole(target) as unfinished:
        run.write(str(unfinished), format_, columns)
        if run.bits:
            with _whole(Path(f"{target}.bits.csv")) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
                write_bits(stream, run.bits)
        yield


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Yield the name of a file beside ``target`` that takes its place when the block ends well, and is removed otherwise."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_to_overwrite(out: str, job: Job) -> None:
    """Raise ``DataError`` where ``out`` is one of the files that ``job`` reads."""
    for path in (job.data, *job.related.values()):
        if same_file(out, path):
            raise DataError(problems.output_is_input(out))


def write_file(path: Path, format_: str, columns: Sequence[OutputColumn], placed: Iterable[Placed]) -> None:
    """Write placed records to ``path``; raises OSError where the disk refuses."""
    rows = cells(placed, columns)
    if format_ == "parquet":
        from revrules.tables.duck import write_parquet

        write_parquet(str(path), [(column.name, column.type) for column in columns], rows)
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_text(stream, format_, [column.name for column in columns], rows)


__all__ = ["DataError", "PlacedStream", "Summary", "evaluate_table", "placed_stream", "write_text"]
