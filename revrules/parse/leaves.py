"""Tokens into the leaves of the syntax tree: names, numbers, texts, dates."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.problems import syntax as problems
from revrules.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.lexer import Token
    from revrules.parse.site import Site

MOST_DIGITS = 100
_ESCAPE = re.compile(r"\\(u\{([0-9A-Fa-f]{1,6})\}|.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def name(site: Site, token: Token) -> syntax.Name:
    """Return the name, in Unicode form NFC, without its backticks."""
    text = token.text
    quoted = text[0] == "`"
    if quoted:
        text = text[1:-1]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return syntax.Name(text, quoted, span=Span(site.path, token.start, token.end))


def text(site: Site, token: Token) -> syntax.Text:
    """Return the text with its escapes resolved; an unknown escape is a problem and stands for itself."""
    value = token.text[1:-1]
    if "\\" in value:
        value = _ESCAPE.sub(lambda match: _unescaped(site, token, match), value)
    return syntax.Text(value, span=Span(site.path, token.start, token.end))


def _unescaped(site: Site, token: Token, match: re.Match[str]) -> str:
    if match[2] is not None:
        code = int(match[2], 16)
        if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
            return chr(code)
    elif match[1] in _ESCAPES:
        return _ESCAPES[match[1]]
    start = token.start + 1 + match.start()
    site.problems.append(problems.unknown_escape(site.span(start, start + len(match[0])), match[0]))
    return match[0]


def number(site: Site, token: Token) -> syntax.Number:
    """Return the number; ``20%`` is 0.2 with ``percent`` set."""
    span = Span(site.path, token.start, token.end)
    written = token.text
    percent = written.endswith("%")
    digits = written.removesuffix("%").replace("_", "")
    if len(digits) > MOST_DIGITS:
        site.problems.append(problems.too_long_number(span, MOST_DIGITS))
        digits = "0"
    if percent:
        return syntax.Number(_whole_if_possible(Decimal(f"{digits}e-2")), True, span=span)
    return syntax.Number(Decimal(digits) if "." in digits else int(digits), span=span)


def _whole_if_possible(value: Decimal) -> int | Decimal:
    return int(value) if value == int(value) else value


def date(site: Site, token: Token) -> syntax.Date:
    """Return the date; one that does not exist is a problem."""
    span = Span(site.path, token.start, token.end)
    try:
        value = datetime.date.fromisoformat(token.text)
    except ValueError as error:
        site.problems.append(problems.no_such_date(span, token.text, _reason(error)))
        value = datetime.date(2000, 1, 1)
    return syntax.Date(value, span=span)


def date_time(site: Site, token: Token) -> syntax.DateTime:
    """Return the date and time, naive where no offset is written; one that does not exist is a problem."""
    span = Span(site.path, token.start, token.end)
    written = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", token.text)
    try:
        value = datetime.datetime.fromisoformat(written)
    except ValueError as error:
        site.problems.append(problems.no_such_date(span, token.text, _reason(error)))
        value = datetime.datetime(2000, 1, 1)
    return syntax.DateTime(value, span=span)


def time(site: Site, token: Token) -> datetime.time:
    """Return the time of day; one that does not exist is a problem."""
    try:
        return datetime.time.fromisoformat(token.text)
    except ValueError as error:
        site.problems.append(problems.no_such_date(site.span(token.start, token.end), token.text, _reason(error)))
        return datetime.time(0)


def truth(site: Site, token: Token) -> syntax.Boolean:
    """Return true or false."""
    return syntax.Boolean(token.text == "true", span=Span(site.path, token.start, token.end))


def clock(site: Site, token: Token) -> syntax.Clock:
    """Return ``today`` or ``now``."""
    return syntax.Clock(token.text, span=Span(site.path, token.start, token.end))


def _reason(error: ValueError) -> str:
    """Why there is no such date, in words, from what the standard library says."""
    said = str(error)
    if "day" in said:
        return "the month has fewer days"
    if "month" in said:
        return "months go from 01 to 12"
    if "year" in said:
        return "years go from 0001 to 9999"
    if "offset" in said or "timedelta" in said:
        return "offsets stay below 24 hours"
    return "hours go from 00 to 23, minutes and seconds from 00 to 59"


LEAVES: dict[str, Callable[[Site, Token], object]] = {
    "NAME": name,
    "CRITERION_NAME": name,
    "FIELD_NAME": name,
    "BRANCH_NAME": name,
    "GIVEN_NAME": name,
    "TEXT": text,
    "INT": number,
    "DECIMAL": number,
    "PERCENT": number,
    "DATE": date,
    "DATETIME": date_time,
    "TIME": time,
    "TRUTH": truth,
    "CLOCK": clock,
}
"""What a token of each kind becomes; one of another kind stays a token."""
