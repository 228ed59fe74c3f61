"""Characters of JSON (one object, an array of them) or JSON lines into rows with their lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.rows import Refused, Row, Table
from revrules.tables.source import LONGEST_LINE, read_line

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 200
LONGEST_INTEGER = 400
"""Digits; a longer number is no value of any type and is kept as text."""
LARGEST_DOCUMENT = 1 << 30
"""Characters of a document, which is held in memory."""
KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a truth value", type(None): "null"}
BLANK = " \t\r\n"
BYTE_ORDER_MARK = "\ufeff"


class Doubled(dict[str, object]):
    """A JSON object that holds some names twice with different values: these names are left out of it."""

    names: tuple[str, ...] = ()


def json_table(stream: TextIO, name: str, *, lines: bool | None) -> Table:
    """Return the rows of a JSON file; ``lines`` tells JSON lines from one document, None looks at the first line.

    Lines are read one by one; a document is held in memory as text, its records are parsed one by one.
    """
    line, first = 1, stream.readline(LONGEST_LINE)
    while first and not first.strip(BLANK + BYTE_ORDER_MARK):
        line, first = line + 1, stream.readline(LONGEST_LINE)
    if not first:
        raise DataError(problems.empty(name))
    if lines if lines is not None else parse_record(first) is not None:
        return Table(name, None, _from_lines(first, stream, name, line))
    document = first + stream.read(LARGEST_DOCUMENT)
    if len(document) > LARGEST_DOCUMENT:
        raise DataError(problems.unreadable(name, "it has more than a billion characters; JSON lines can be of any length"))
    return Table(name, None, _from_document(document, name, line))


def parse_record(text: str) -> dict[str, object] | None:
    """Return the JSON object that ``text`` is, None when it is none."""
    try:
        value = DECODER.decode(text.strip(BLANK + BYTE_ORDER_MARK))
    except (ValueError, RecursionError):
        return None
    return _mended(value, text) if isinstance(value, dict) else None


def _from_lines(first: str, stream: TextIO, name: str, line: int) -> Iterator[Row | Refused]:
    text = first
    while text:
        if text.strip(BLANK):
            yield json_line(text.strip(BLANK + BYTE_ORDER_MARK), line)
        line += 1
        text = read_line(stream, name, line)


def json_line(text: str, line: int) -> Row | Refused:
    """Return the row that a line is, without white space around it."""
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        return Refused(line, text[:SHOWN], f"not JSON from column {error.colno}: {error.msg.lower()}")
    except (ValueError, RecursionError):
        return Refused(line, text[:SHOWN], "JSON that is nested too deeply")
    if not isinstance(value, dict):
        return Refused(line, text[:SHOWN], f"{KINDS.get(type(value), 'a value')} instead of an object")
    return Row(line, _mended(value, text))


def _from_document(text: str, name: str, first_line: int) -> Iterator[Row | Refused]:
    text = text.lstrip(BYTE_ORDER_MARK)
    position, line, counted = _skip(text, 0), first_line, 0
    is_list = text.startswith("[", position)
    if is_list:
        position = _skip(text, position + 1)
        if text.startswith("]", position):
            _end(text, position + 1, name, first_line)
            return
    while True:
        line += text.count("\n", counted, position)
        counted = position
        value, end = _value(text, position, name, first_line)
        shown = text[position : min(end, position + SHOWN)]
        if isinstance(value, dict):
            yield Row(line, _mended(value, text[position:end]))
        else:
            yield Refused(line, shown, f"{KINDS.get(type(value), 'a value')} instead of an object")
        position = _skip(text, end)
        if not is_list:
            break
        if text.startswith("]", position):
            position += 1
            break
        if not text.startswith(",", position):
            raise _broken(text, position, name, first_line, "a comma or the end of the list is expected")
        position = _skip(text, position + 1)
    _end(text, position, name, first_line)


def _value(text: str, position: int, name: str, first_line: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, name, first_line, error.msg.lower()) from error
    except (ValueError, RecursionError) as error:
        raise _broken(text, position, name, first_line, "it is nested too deeply") from error


def _end(text: str, position: int, name: str, first_line: int) -> None:
    if (rest := _skip(text, position)) < len(text):
        raise _broken(text, rest, name, first_line, "something stands behind its end")


def _broken(text: str, position: int, name: str, first_line: int, reason: str) -> DataError:
    line = first_line + text.count("\n", 0, position)
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return DataError(problems.broken_json(name, line, column, reason))


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in BLANK:
        position += 1
    return position


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object; a name that stands twice with different values is left out and remembered."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    doubled = tuple(dict.fromkeys(name for name, value in pairs if made[name] != value))
    kept = Doubled((name, value) for name, value in made.items() if name not in doubled)
    kept.names = doubled
    return kept


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_INTEGER else digits


def _mended(value: dict[str, object], text: str) -> dict[str, object]:
    """Return ``value``, parsed from ``text``, with halves of surrogate pairs, which are no characters, replaced."""
    if "\\ud" not in text and "\\uD" not in text:
        return value
    plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    mended: dict[str, object] = DECODER.decode(plain)
    return mended


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)
