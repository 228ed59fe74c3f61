"""Problems of databases on which a ruleset runs, REV75x."""

from __future__ import annotations

from revrules.diagnostics import Diagnostic, Problem, Severity

DRIVER = Problem("REV750", "lacking-driver", Severity.ERROR, "the package that reaches a database is not installed")
CONNECTION = Problem("REV751", "no-connection", Severity.ERROR, "a database cannot be reached")
TABLE = Problem("REV752", "no-such-table", Severity.ERROR, "a database has no table of that name")
REFUSED = Problem("REV753", "statement-refused", Severity.ERROR, "a database refuses a statement")
TAKEN = Problem("REV754", "table-exists", Severity.ERROR, "the table for the results exists already")
NOT_SAID = Problem("REV740", "not-said-in-sql", Severity.ERROR, "a dialect of SQL cannot say exactly what a ruleset says")
OTHERWISE = Problem("REV756", "not-on-spark", Severity.ERROR, "Spark would read a file otherwise than it is meant")
NESTED = Problem("REV757", "records-inside-rows", Severity.ERROR, "a column holds related records inside of its rows")
DIFFERS = Problem("REV755", "engine-differs", Severity.ERROR, "an engine means something else by a part of the language")


def lacking_driver(engine: str, extra: str) -> Diagnostic:
    """The extra that brings the driver is not installed."""
    return Diagnostic(DRIVER, f"{engine} needs a package that is not installed", help=(f"pip install 'revrules[{extra}]'",))


def no_connection(url: str, reason: str) -> Diagnostic:
    """The server does not answer, or does not let the user in; ``url`` without its password."""
    return Diagnostic(CONNECTION, f"cannot reach `{url}`: {reason}")


def unknown_database(url: str) -> Diagnostic:
    """The address is not one of a database that is reached; ``url`` without its password."""
    told = f"`{url}` is not the address of a Postgres database"
    return Diagnostic(
        CONNECTION,
        told,
        help=("such as `postgresql://user@host/name`", "for other databases `revrules sql` prints the statement to run there"),
    )


def wrong_setting(name: str, value: str) -> Diagnostic:
    """A session on a server is set so that its answers would be others."""
    return Diagnostic(CONNECTION, f"the session has to be set to `{name}` = `{value}`: other settings give other answers")


def not_on_spark(name: str, reason: str) -> Diagnostic:
    """Spark would read other values out of a file, or none; ``reason`` is a clause."""
    return Diagnostic(
        OTHERWISE,
        f"`{name}` cannot be read by Spark as it is meant: {reason}",
        help=("without `--engine spark` it can be read; or hand Spark a Parquet file or a table",),
    )


def nested_records(table: str, relation: str) -> Diagnostic:
    """Related records stand in a column of arrays, documents or structs; a statement joins tables."""
    told = f"`{table}` holds the records of `{relation}` inside of its rows, where no statement looks for them"
    return Diagnostic(NESTED, told, help=(f"name a table of them: `--data {relation}=TABLE`", "files of JSON are read with them"))


def no_table(name: str, where: str) -> Diagnostic:
    """There is no such table, or the user may not see it."""
    told = f"no table or view `{name}` can be seen in `{where}`"
    return Diagnostic(
        TABLE, told, help=("name it as in SQL there, with its schema where it is not on the search path: `crm.accounts`",)
    )


def not_a_table_name(name: str) -> Diagnostic:
    """Something else was given where the name of a table belongs."""
    return Diagnostic(
        TABLE, f"`{name}` is not the name of a table", help=('such as `accounts`, `crm.accounts`, `crm."Accounts"`',)
    )


def refused(engine: str, reason: str) -> Diagnostic:
    """The database ended a statement with an error."""
    return Diagnostic(REFUSED, f"{engine} refuses: {reason}")


def table_exists(name: str) -> Diagnostic:
    """The results would overwrite a table."""
    return Diagnostic(TAKEN, f"`{name}` exists already", help=("choose another name for the results, or `--replace` it",))


def not_replaced(name: str, what: str) -> Diagnostic:
    """What stands under the name is not a table of results: a view, a sequence, …"""
    told = f"`{name}` is {what}, which `--replace` leaves alone"
    return Diagnostic(TAKEN, told, help=("choose another name for the results",))


def reads_itself(name: str) -> Diagnostic:
    """The results would take the place of a table that they are made from."""
    return Diagnostic(TAKEN, f"`{name}` is read for the results", help=("choose another name for the results",))


def engine_differs(engine: str, what: str, expected: str, found: str) -> Diagnostic:
    """A case of the language's definition comes out otherwise on an engine."""
    return Diagnostic(DIFFERS, f"{engine} says {found} where the language says {expected}: {what}")


def not_said(what: str, dialect: str, reason: str) -> Diagnostic:
    """The dialect has no exact equal of something in the ruleset; an approximation would be a wrong answer without a word."""
    told = f"{dialect} cannot say {what} exactly: {reason}"
    return Diagnostic(
        NOT_SAID, told, help=("`revrules evaluate` on files says all of the language; export the table and run it there",)
    )
