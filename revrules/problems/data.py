"""Problems of the data that a ruleset is run over, REV7xx."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.words import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNREADABLE = Problem("REV701", "unreadable-data", Severity.ERROR, "a data file cannot be opened or read")
EMPTY = Problem("REV702", "empty-data", Severity.ERROR, "a data file holds nothing, not even headings")
FORMAT = Problem("REV703", "unknown-format", Severity.ERROR, "a data file is of a kind that is not read")
ENCODING = Problem("REV704", "unknown-encoding", Severity.ERROR, "the characters of a data file cannot be told")
NOT_TEXT = Problem("REV705", "not-text", Severity.ERROR, "a data file holds bytes that no text has")
DELIMITER = Problem("REV706", "wrong-delimiter", Severity.ERROR, "the cells of an export are separated by another mark")
HEADINGS = Problem("REV707", "ambiguous-heading", Severity.ERROR, "two headings of an export fit one declared column")
LACKING = Problem("REV708", "lacking-column", Severity.WARNING, "an export lacks a column that the ruleset declares")
KEY_COLUMN = Problem("REV709", "lacking-key-column", Severity.ERROR, "an export lacks the column of the key")
TRACKED_COLUMN = Problem("REV710", "lacking-stage-column", Severity.ERROR, "an export lacks the column that a lifecycle tracks")
ROW = Problem("REV711", "unreadable-row", Severity.WARNING, "a row of an export cannot be read")
VALUE = Problem("REV712", "value-problem", Severity.WARNING, "a cell does not fit the type that the ruleset declares")
DUPLICATE_KEY = Problem("REV713", "duplicate-key", Severity.WARNING, "two rows have the same key")
MISSING_KEY = Problem("REV714", "missing-key", Severity.WARNING, "a row has no key")
PARTNER = Problem("REV715", "no-partner", Severity.WARNING, "a record points to a related record that is not there")
DATA_NAME = Problem("REV716", "unknown-data-name", Severity.ERROR, "a related table is named after nothing in the ruleset")
NOT_GIVEN = Problem("REV717", "relation-without-data", Severity.WARNING, "a relation is used for which no table was given")
UNWRITABLE = Problem("REV718", "unwritable-output", Severity.ERROR, "the result cannot be written")
SAME_FILE = Problem("REV719", "output-is-input", Severity.ERROR, "the result would overwrite the data that it is made from")
LIFECYCLE = Problem("REV720", "which-lifecycle", Severity.ERROR, "the lifecycle or entity to evaluate is not clear")
NO_RECORD = Problem("REV721", "unknown-record", Severity.ERROR, "no record has the key that was asked for")
JSON = Problem("REV722", "unreadable-json", Severity.ERROR, "a JSON document is broken")
UNACCOUNTED = Problem("REV723", "unaccounted-rows", Severity.ERROR, "rows read are not rows placed and rows rejected")
AS_OF = Problem("REV724", "unknown-moment", Severity.ERROR, "the moment of an evaluation is not a date or a date and time")
EXISTS = Problem("REV725", "file-exists", Severity.ERROR, "a starter would overwrite a file")
COLUMN_CHOICE = Problem("REV726", "unknown-output-column", Severity.ERROR, "a column was asked for that a result does not have")
STARTER = Problem("REV727", "unknown-starter", Severity.ERROR, "a starter was asked for that does not exist")
NO_STAGE = Problem("REV730", "no-such-stage", Severity.ERROR, "the way to a stage was asked for that the lifecycle does not have")
NO_LIFECYCLE = Problem("REV728", "nothing-to-evaluate", Severity.ERROR, "a ruleset without a lifecycle places nothing")

READ_FORMATS = "CSV, TSV, JSON, JSON lines and Parquet are read"


def unreadable(name: str, reason: str) -> Diagnostic:
    """The file cannot be opened; ``reason`` in plain words."""
    return Diagnostic(UNREADABLE, f"cannot read `{name}`: {reason}")


def empty(name: str) -> Diagnostic:
    """The file has no heading row (or no JSON value)."""
    return Diagnostic(EMPTY, f"`{name}` is empty: not even a row of headings is there")


def not_read(name: str, what: str, help_: str) -> Diagnostic:
    """The file is of a known kind that is not read."""
    return Diagnostic(FORMAT, f"`{name}` is {what}; {READ_FORMATS}", help=(help_,))


def broken_parquet(name: str, reason: str) -> Diagnostic:
    """The Parquet file cannot be read."""
    return Diagnostic(FORMAT, f"`{name}` cannot be read as Parquet: {reason}")


def encoding(name: str, line: int, tried: str) -> Diagnostic:
    """Some bytes are no characters in the encoding that was tried."""
    return Diagnostic(
        ENCODING,
        f"`{name}` cannot be read as {tried}: line {line} holds bytes that are no characters there",
        help=("export it as UTF-8, or name the encoding, such as `--encoding windows-1252`",),
    )


def unknown_encoding_name(name: str) -> Diagnostic:
    """``--encoding`` names nothing that Python knows."""
    return Diagnostic(ENCODING, f"`{name}` is not an encoding that is known; usual ones are utf-8, utf-16 and windows-1252")


def not_text(name: str) -> Diagnostic:
    """The file is binary."""
    return Diagnostic(NOT_TEXT, f"`{name}` is not a text file: it holds NUL bytes or bytes of no encoding; {READ_FORMATS}")


def wrong_delimiter(name: str, used: str, other: str) -> Diagnostic:
    """One column was found, and another mark stands in the heading."""
    return Diagnostic(
        DELIMITER,
        f"`{name}` has one column when split at {used}, but its first line holds {other}",
        help=(f"say how its cells are separated, such as `--delimiter '{other}'`",),
    )


def ambiguous_heading(name: str, column: str, headings: Sequence[str]) -> Diagnostic:
    """Several headings of the export fit one declared column equally well."""
    shown = ", ".join(f"`{heading}`" for heading in headings[:4])
    return Diagnostic(
        HEADINGS,
        f"`{name}` has {len(headings)} columns that fit `{column}`: {shown}",
        help=("rename or drop all but one of them in the export, or name one exactly with `as` in the ruleset",),
    )


def lacking_column(name: str, field: str, columns: Sequence[str], headings: Iterable[str]) -> Diagnostic:
    """A declared column is not in the export: its field is missing in every record."""
    return Diagnostic(
        LACKING,
        f"`{name}` has no column {_wanted(columns)}: `{field}` is missing in every record{_near(columns, headings)}",
        subjects=(field,),
    )


def lacking_key_column(name: str, columns: Sequence[str], headings: Iterable[str]) -> Diagnostic:
    """The column of the key is not in the export."""
    return Diagnostic(
        KEY_COLUMN,
        f"`{name}` has no column {_wanted(columns)}, which is the key{_near(columns, headings)}",
        help=('name the column in the ruleset: `… as "Heading in the export"`',),
    )


def lacking_relating_column(name: str, relation: str, columns: Sequence[str], headings: Iterable[str]) -> Diagnostic:
    """A related table has no column by which its records are found."""
    return Diagnostic(
        KEY_COLUMN,
        f"`{name}` has no column {_wanted(columns)}, by which `{relation}` finds its records{_near(columns, headings)}",
        help=('name the column in the ruleset: `… as "Heading in the export"`',),
    )


def lacking_tracked_column(name: str, lifecycle: str, columns: Sequence[str], headings: Iterable[str]) -> Diagnostic:
    """The column of the declared stage is not in the export."""
    return Diagnostic(
        TRACKED_COLUMN,
        f"`{name}` has no column {_wanted(columns)}, which `{lifecycle}` tracks{_near(columns, headings)}",
        help=('name the column in the ruleset: `… as "Heading in the export"`, or drop `tracks`',),
    )


def unknown_data_name(name: str, known: Sequence[str]) -> Diagnostic:
    """``--data name=file`` names neither a relation nor an entity."""
    choices = ", ".join(f"`{choice}`" for choice in known[:6]) or "none: this entity has no relations"
    return Diagnostic(
        DATA_NAME, f"`{name}` is neither a relation nor an entity of the ruleset; to be given: {choices}{_near([name], known)}"
    )


def relation_without_data(relation: str, entity: str, many: bool) -> Diagnostic:
    """A relation of the ruleset for which no table was given."""
    effect = "no record has any" if many else "its fields are missing in every record"
    return Diagnostic(
        NOT_GIVEN,
        f"no table was given for `{relation}`: {effect}",
        help=(f"give it with `--data {entity}=FILE`",),
        subjects=(relation,),
    )


def no_partner(relation: str, table: str, lost: Mapping[str, int], candidates: Sequence[str]) -> Diagnostic:
    """Some records point to partners that the related table does not have; ``lost`` counts them by key."""
    worst = max(lost, key=lost.__getitem__)
    others = f" and {len(lost) - 1:,} more" if len(lost) > 1 else ""
    near = _near([worst], candidates)
    total = sum(lost.values())
    return Diagnostic(
        PARTNER,
        f"{total:,} {'record finds' if total == 1 else 'records find'} no `{relation}` in `{table}`: "
        f"`{worst}` ({lost[worst]:,} {'time' if lost[worst] == 1 else 'times'}){others}{near}",
        subjects=(relation,),
    )


def which_table(data: str, name: str, tables: Sequence[str]) -> Diagnostic:
    """A database does not have the table that was named, or several where none was."""
    there = f"it has {names(tables)}" if tables else "it has none"
    wanted = f"no table `{name}`" if name else f"{len(tables)} tables"
    example = f"{data.partition('::')[0]}::{next(iter(tables), 'table')}"
    return Diagnostic(UNREADABLE, f"`{data}` has {wanted}: {there}", help=(f"name one, such as `{example}`",))


def unwritable(name: str, reason: str) -> Diagnostic:
    """The output cannot be written; ``reason`` in plain words, ``name`` that of a file or `-` for standard output."""
    if name == "-":
        return Diagnostic(UNWRITABLE, f"cannot write to standard output: {reason}")
    return Diagnostic(UNWRITABLE, f"cannot write `{name}`: {reason}; nothing was changed")


def output_is_input(name: str) -> Diagnostic:
    """The output names a file that is read."""
    return Diagnostic(SAME_FILE, f"`{name}` is read by this run and would be overwritten", help=("write to another file",))


def unknown_lifecycle(name: str, known: Sequence[str]) -> Diagnostic:
    """No lifecycle has that name."""
    return Diagnostic(LIFECYCLE, f"there is no lifecycle `{name}`; {_choices(known)}{_near([name], known)}")


def which_lifecycle(known: Sequence[str]) -> Diagnostic:
    """Several lifecycles could be meant."""
    return Diagnostic(
        LIFECYCLE,
        f"the ruleset has {len(known)} lifecycles, and the data fit more than one: {_choices(known)}",
        help=(f"say which one: `--lifecycle {known[0]}`",),
    )


def no_lifecycle(entity: str | None) -> Diagnostic:
    """The ruleset (or the entity) has no lifecycle."""
    of = f" of `{entity}`" if entity else ""
    return Diagnostic(NO_LIFECYCLE, f"the ruleset has no lifecycle{of}: there are no stages to place records in")


def unknown_record(key: str, name: str, near: Sequence[str]) -> Diagnostic:
    """No record has that key."""
    padded = [one for one in near if one.strip().lstrip("0") == key.strip().lstrip("0")] if key.strip("0 ") else []
    if padded:
        message = f"`{name}` has no record with the key `{key}`, but one with `{padded[0]}`: the zeros before it count"
        return Diagnostic(NO_RECORD, message)
    return Diagnostic(NO_RECORD, f"`{name}` has no record with the key `{key}`{_near([key], near)}")


def unknown_stage(goal: str, lifecycle: str, stages: Sequence[str]) -> Diagnostic:
    """``why --to`` names no stage."""
    there = _near([goal], stages) or f": it has {names(stages)}"
    return Diagnostic(NO_STAGE, f"lifecycle `{lifecycle}` has no stage `{goal}`{there}")


def which_record(name: str, example: str) -> Diagnostic:
    """``why`` needs a key."""
    return Diagnostic(
        NO_RECORD,
        f"`{name}` has several records: say which one by its key",
        help=(f"for instance `revrules why RULESET {name} {example}`",),
    )


def no_record(name: str) -> Diagnostic:
    """``why`` was given a file without a record that can be read."""
    return Diagnostic(NO_RECORD, f"`{name}` has no record that can be read")


def broken_json(name: str, line: int, column: int, reason: str) -> Diagnostic:
    """A JSON document that is not JSON from some place on."""
    return Diagnostic(JSON, f"`{name}` is not JSON from line {line}, column {column}: {reason}")


def unaccounted(read: int, placed: int, rejected: int) -> Diagnostic:
    """The books do not balance: a fault of revrules, never of the data."""
    return Diagnostic(
        UNACCOUNTED, f"{read:,} rows were read but {placed:,} placed and {rejected:,} rejected; nothing was written"
    )


def unknown_moment(text: str) -> Diagnostic:
    """``--as-of`` is not a moment."""
    return Diagnostic(AS_OF, f"`{text}` is not a date such as 2026-11-21 or a date and time such as 2026-11-21T09:00Z")


def file_exists(name: str) -> Diagnostic:
    """``init`` would overwrite a file."""
    return Diagnostic(EXISTS, f"`{name}` is already there and was left alone", help=("choose another folder, or add `--force`",))


def unknown_output_column(name: str, known: Sequence[str]) -> Diagnostic:
    """``--columns`` names no column of a result."""
    return Diagnostic(COLUMN_CHOICE, f"a result has no column `{name}`; {_choices(known)}{_near([name], known)}")


def unknown_starter(name: str, known: Sequence[str]) -> Diagnostic:
    """``init --from`` names no standard ruleset."""
    return Diagnostic(STARTER, f"there is no standard ruleset `{name}`; {_choices(known)}{_near([name], known)}")


def _wanted(columns: Sequence[str]) -> str:
    return " or ".join(f"`{column}`" for column in columns[:4])


def _choices(known: Sequence[str]) -> str:
    return "to choose from: " + ", ".join(f"`{name}`" for name in known)


def near_misses(wanted: Iterable[str], candidates: Iterable[str]) -> list[str]:
    """Return at most four candidates that look like one of ``wanted``, case, blanks and underscores not counting."""
    plain: dict[str, str] = {}
    for candidate in candidates:
        plain.setdefault(_plain(candidate), candidate)
    found = [name for want in wanted for name in get_close_matches(_plain(want), plain, n=4, cutoff=0.72)]
    return [plain[name] for name in dict.fromkeys(found)][:4]


def _near(wanted: Iterable[str], candidates: Iterable[str]) -> str:
    near = near_misses(wanted, candidates)
    return f"; it looks like {' or '.join(f'`{name}`' for name in near)}" if near else ""


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
