"""What is wrong with single rows and cells of an export, as lines of a rejects file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.problems.data import DUPLICATE_KEY, MISSING_KEY, ROW, VALUE

if TYPE_CHECKING:
    from revrules.tables.rows import Refused, Row

REJECTED = "row rejected"
TREATED_AS_MISSING = "placed; the value counts as missing"
PLACED = "placed"
LONGEST_SHOWN = 200


class Issue(NamedTuple):
    """A line of a rejects file."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    happened: str
    code: str
    """The page that explains it: ``revrules explain CODE``."""


def refused(file: str, row: Refused) -> Issue:
    """Return the issue of a row that cannot be read."""
    return Issue(file, row.line, "", row.text, row.reason, REJECTED, ROW.code)


def treated_as_missing(file: str, row: Row, heading: str, position: int, fault: tuple[object, str]) -> Issue:
    """Return the issue of a cell that holds no value, on its own line; ``fault``: what stands there, why it is none."""
    value, reason = fault
    line = row.line
    if isinstance(row.cells, list):  # delimited text: cells before it may hold line breaks
        line += sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in row.cells[:position])
    return Issue(file, line, heading, str(value)[:LONGEST_SHOWN], reason, TREATED_AS_MISSING, VALUE.code)


def missing_key(file: str, line: int, heading: str) -> Issue:
    """Return the issue of a row without a key."""
    return Issue(file, line, heading, "", "the key is missing", PLACED, MISSING_KEY.code)


def repeated_key(file: str, line: int, heading: str, key: str, first: str) -> Issue:
    """Return the issue of a row whose key stood before, on ``first``, such as `line 7`."""
    return Issue(file, line, heading, key, f"the same key as on {first}", PLACED, DUPLICATE_KEY.code)
