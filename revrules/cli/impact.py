"""What `diff` makes of real records: the options about data, the run over them, the list of those that move."""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import click

from revrules.cli import records
from revrules.cli.output import atomic_writer
from revrules.cli.waiting import waiting
from revrules.tables.engine import ENGINES
from revrules.tables.opening import FORMATS
from revrules.tables.rejects import Rejects

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator

    from revrules.diff import Difference
    from revrules.impact import Account, Moved
    from revrules.ruleset import Mode
    from revrules.tables.engine import Engine

Command = TypeVar("Command", bound="Callable[..., object]")
COLUMNS = ("key", "line", "before", "after", "verdict_before", "verdict_after", "begins_to_break", "no_longer_breaks", "because")
JSON_LINES = (".jsonl", ".ndjson")
MOVED = re.compile(r"moved>(\d{1,12})")


class Options(NamedTuple):
    """What the command line says about data."""

    given: tuple[str, ...]
    summed: str | None
    list_path: str | None
    sample: int | None
    rejects_path: str | None
    lifecycle: str | None
    mode: Mode
    input_format: str | None
    encoding: str | None
    delimiter: str | None
    engine: Engine


@dataclass(frozen=True, slots=True)
class Counted:
    """What came out, and what to say of it on standard error."""

    account: Account
    told: tuple[str, ...]


class FailOn(click.ParamType):  # type: ignore[type-arg]  # generic in the stubs only
    """One of the ``choices`` or `moved>N`."""

    name = "choice"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what help shows."""
        return f"[{'|'.join((*self.choices, 'moved>N'))}]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, if it is one of them."""
        text = str(value).replace(" ", "")
        if text not in self.choices and not MOVED.fullmatch(text):
            self.fail(f"`{value}` is none of {', '.join(self.choices)} and moved>N (such as moved>100).", param, ctx)
        return text


def too_many(fail_on: str, account: Account | None) -> bool | None:
    """Return whether more records move than ``fail_on`` allows; None where it says nothing about records."""
    found = MOVED.fullmatch(fail_on)
    if found is None:
        return None
    if account is None:
        raise click.UsageError("`--fail-on moved>N` counts real records: name them with --data FILE.")
    return account.moved > int(found[1])


def data_options(command: Command) -> Command:
    """Add the options about real records; the command takes them as one, ``data``."""

    @wraps(command)
    def packed(*args: object, **given: object) -> object:
        options = Options(*(given.pop(f"data_{name}") for name in Options._fields))  # type: ignore[arg-type]  # as declared below
        return command(*args, data=options, **given)

    found: Callable[..., object] = packed
    for option in reversed(
        (
            click.option("--data", "data_given", multiple=True, metavar="FILE", help="Count what becomes of the records of FILE;"
                         " related tables as NAME=FILE."),
            click.option("--sum", "data_summed", metavar="FIELD", help="Also sum this field (or definition) of the records."),
            click.option("--list", "data_list_path", metavar="FILE", help="List who moves, and why: .csv or .jsonl."),
            click.option("--sample", "data_sample", type=click.IntRange(min=1), metavar="N", help="Judge only N, picked evenly."),
            click.option("--rejects", "data_rejects_path", metavar="FILE", help="List rows and cells that cannot be used here."),
            click.option("--lifecycle", "data_lifecycle", metavar="NAME", help="The lifecycle, where there are several."),
            click.option("--mode", "data_mode", type=click.Choice(["evidence", "advance"]), default="evidence",
                         help="evidence: where records stand. advance: where they may go from the stage they declare."),
            click.option("--input-format", "data_input_format", type=click.Choice(FORMATS), help="What FILE is."),
            click.option("--encoding", "data_encoding", metavar="NAME", help="The encoding of FILE, where it does not show it."),
            click.option("--delimiter", "data_delimiter", metavar="MARK", help="What separates the cells of FILE."),
            click.option("--engine", "data_engine", type=click.Choice(ENGINES), default="auto",
                         help="Who looks for the records that move.  [default: DuckDB if many]"),
        )
    ):  # fmt: skip
        found = option(found)
    return cast("Command", found)


def count(difference: Difference, data: Options, as_of: datetime.date | None) -> Counted | None:
    """Return what becomes of the records that the command line names; None where it names none.

    Writes the lists that were asked for. Shows what stands in the way and ends with exit code 2 where nothing can be done.
    """
    if not data.given:
        for option, value in (("--sum", data.summed), ("--list", data.list_path), ("--sample", data.sample)):
            if value is not None:
                raise click.UsageError(f"{option} is about real records: name them with --data FILE.")
        return None
    from revrules.impact import Data, Impact

    path, related = _files(data.given)
    _refuse_bad_targets(data, (path, *related.values()))
    with records.data_errors(), Rejects() as rejects:
        moment = records.moment(None if as_of is None else as_of.isoformat(), difference.new.timezone)
        reading = records.reading(data.input_format, data.encoding, data.delimiter)
        job = Data(path, related, data.lifecycle, moment, data.mode, reading, data.sample, data.summed, data.engine)
        changes = [change for change in difference.changed if not change.inherited]
        with (
            waiting("both versions judge the records"),
            Impact(difference.old, difference.new, changes, job, rejects.add) as impact,
        ):
            with _listing(data.list_path, data.summed) as write:
                for moved in impact.records():
                    write(moved)
            warnings = impact.warnings
            account = impact.account
        if data.rejects_path is not None:
            with atomic_writer(data.rejects_path) as stream:
                rejects.write(stream)
    if warnings:
        records.show(warnings)
    return Counted(account, tuple(_told(account, data, rejects)))


def with_records(text: str, account: Account, output_format: str) -> str:
    """Return what a change means, ``text``, together with what it does to real records."""
    from html import escape

    from revrules.render.changes import impact
    from revrules.render.github import escaped, escaped_property

    match output_format:
        case "json":
            whole = {**json.loads(text), "impact": impact.impact_json(account)}
            return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        case "markdown":  # holds it already, where a reviewer looks first
            return text
        case "html":
            section = f"<h2>What it does to real records</h2>\n<pre>{escape(impact.impact_text(account))}</pre>\n"
            head, first, tail = text.partition("<h2>")
            return f"{head}{section}{first}{tail}" if first else text.replace("</body>", f"{section}</body>")
        case "github":
            lines = escaped("\n".join(impact.impact_lines(account)))
            return f"{text}::notice title={escaped_property(impact.impact_brief(account))}::{lines}\n"
        case _:
            return f"{text}\n{impact.impact_text(account)}"


def _told(account: Account, data: Options, rejects: Rejects) -> Iterator[str]:
    yield from (f"note: {note}" for note in account.notes)
    if data.list_path not in (None, "-"):
        yield f"every record that is judged otherwise is listed in {data.list_path}"
    if rejects.count and data.rejects_path is None:
        yield f"{rejects.count:,} rows or cells cannot be used as declared; `--rejects FILE` lists them"


def _files(given: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return the file whose records are judged, and the related tables by name."""
    named = [text for text in given if re.match(r"\s*[^\W\d][\w-]*\s*=.", text)]
    plain = [text for text in given if text not in named]
    if len(plain) != 1:
        told = (
            "one file at a time; say what the others are: --data NAME=FILE" if plain else "name the file itself, too: --data FILE"
        )
        raise click.UsageError(f"{told}.")
    return plain[0], records.related_tables(named)


def _refuse_bad_targets(data: Options, read: tuple[str, ...]) -> None:
    from revrules.cli.output import spare_ruleset
    from revrules.problems import data as problems
    from revrules.tables.source import same_file

    spare_ruleset("", data.list_path, data.rejects_path)
    if data.list_path is not None and data.list_path == data.rejects_path:
        raise click.UsageError("the list and the rejects need a file each.")
    for target in (data.list_path, data.rejects_path):
        if target not in (None, "-") and any(same_file(str(target), path) for path in read):
            records.show([problems.output_is_input(str(target))])
            raise click.exceptions.Exit(2)


@contextmanager
def _listing(path: str | None, summed: str | None) -> Iterator[Callable[[Moved], object]]:
    """Yield what writes a record to the list at ``path``, which is written whole or not at all."""
    with nullcontext() if path is None else atomic_writer(path) as stream:
        if stream is None or path is None:
            yield lambda _: None
            return
        names = (*COLUMNS, *((f"{summed}_before", f"{summed}_after") if summed is not None else ()))
        if path.lower().endswith(JSON_LINES):
            yield lambda moved: stream.write(json.dumps(_object(names, moved), ensure_ascii=False) + "\n")
            return
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        yield lambda moved: writer.writerow(_cells(moved)[: len(names)])


def _cells(moved: Moved) -> tuple[object, ...]:
    begins, ceases = ("; ".join(rule for rule, _ in rules) for rules in (moved.begins, moved.ceases))
    sums = ("" if value is None else str(value) for value in moved.sums)
    return (moved.key or "", moved.line, moved.before or "", moved.after or "", *moved.verdicts, begins, ceases,
            "; ".join(_because(moved)), *sums)  # fmt: skip


def _object(names: tuple[str, ...], moved: Moved) -> dict[str, object]:
    sums = (None if value is None else str(value) for value in moved.sums)
    rules = ([rule for rule, _ in broken] for broken in (moved.begins, moved.ceases))
    verdicts = (verdict or None for verdict in moved.verdicts)
    values = (moved.key, moved.line, moved.before, moved.after, *verdicts, *rules, list(_because(moved)), *sums)
    return dict(zip(names, values, strict=False))


def _because(moved: Moved) -> tuple[str, ...]:
    """Return the clauses that moved the record, then those of rules."""
    rules = (clause for _, because in (*moved.begins, *moved.ceases) for clause in because)
    return tuple(dict.fromkeys((*moved.because, *rules)))
