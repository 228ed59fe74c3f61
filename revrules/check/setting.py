"""Turn the header, teams, systems, lists and calendars into their IR: what everything else in a ruleset stands on."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from revrules import ir, syntax
from revrules.check.literals import natural
from revrules.problems import names, types
from revrules.runtime.clock import zone_of
from revrules.source import Span
from revrules.types import Scalar, Type, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.check.report import Report
    from revrules.check.tables import Tables
    from revrules.loading import Loaded

MAX_ITEMS = 1_000_000
MIDNIGHT = datetime.time(0)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Named = TypeVar(
    "Named",
    syntax.Team, syntax.System, syntax.ListDecl, syntax.EnumDecl, syntax.Calendar, syntax.Rule, syntax.Lifecycle,
)  # fmt: skip


def first_of_each(declarations: Iterable[Named], what: str, report: Report) -> list[Named]:
    """Return the first declaration of each name; a second one is reported."""
    found: dict[str, Named] = {}
    for declaration in declarations:
        first = found.setdefault(declaration.name.text, declaration)
        if first is not declaration:
            report.add(names.duplicate_name(declaration.name.span, what, declaration.name.text, first.name.span))
    return list(found.values())


def only_header(headers: tuple[syntax.Header, ...], report: Report) -> syntax.Header | None:
    """Return the header; a second one is reported."""
    for again in headers[1:]:
        report.add(names.repeated(again.name.span, "`ruleset`", headers[0].name.span))
    return headers[0] if headers else None


def time_zone(text: syntax.Text | None, report: Report) -> ZoneInfo | None:
    """Return the time zone that a text names; UTC without one; None (reported) if there is none by that name."""
    name = text.value if text is not None else "UTC"
    try:
        zone_of(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        if text is not None:
            report.add(names.unknown_time_zone(text.span, name, sorted(available_timezones())))
        return None


def fiscal_start(header: syntax.Header | None, report: Report) -> int:
    """Return the number of the month in which the fiscal year starts."""
    if header is None or header.fiscal_year_start is None:
        return 1
    name = header.fiscal_year_start
    if name.text.lower() in MONTHS:
        return MONTHS.index(name.text.lower()) + 1
    report.add(names.unknown_word(name.span, "month", name.text, MONTHS))
    return 1


def check_header(header: syntax.Header | None, tables: Tables) -> None:
    """Check what the header names."""
    if header is None:
        return
    steward, currency = header.steward, header.currency
    if steward is not None and steward.text not in tables.teams:
        tables.report.absent(names.unknown_team(steward.span, steward.text, tables.teams))
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency.text):
        tables.report.add(names.bad_currency(currency.span, currency.text))


# --- lists -------------------------------------------------------------------------------------------------------


def add_list(decl: syntax.ListDecl, loaded: Loaded, tables: Tables) -> None:
    """Enter a list, its items written out or read from a file."""
    name = decl.name.text
    items = _items(decl.items, tables) if decl.items is not None else _file_items(decl, loaded, tables)
    if items is None:
        tables.broken_lists.add(name)
        return
    type_, values = items
    path = decl.path.value if decl.path is not None else None
    tables.lists[name] = ir.ValueList(name, type_, tuple(dict.fromkeys(values)), path, span=decl.name.span)


def _items(items: tuple[syntax.Literal, ...], tables: Tables) -> tuple[Type, list[ir.Value]] | None:
    """Return the type and values of items that are written out."""
    values: list[ir.Value] = []
    type_: Type = Scalar.TEXT
    fine = True
    numbers = any(isinstance(item, syntax.Number) and (item.percent or not isinstance(item.value, int)) for item in items)
    for position, item in enumerate(items[: MAX_ITEMS + 1]):
        term = natural(item, tables)
        if position == MAX_ITEMS:
            tables.report.add(names.too_many_items(item.span))
            return None
        if term is None or not isinstance(term.expr, ir.Literal) or term.expr.value is None:
            fine = False
            continue
        value, kind = term.expr.value, term.type
        if numbers and kind is Scalar.INTEGER and isinstance(value, int):
            value, kind = float(value), Scalar.NUMBER
        if values and kind != type_:
            tables.report.add(types.mixed_list(item.span, type_name(type_), type_name(kind)))
            return None
        type_ = kind
        values.append(value)
    return (type_, values) if fine else None


def _file_items(decl: syntax.ListDecl, loaded: Loaded, tables: Tables) -> tuple[Type, list[ir.Value]] | None:
    """Return the texts of a list file: one a line, blank lines and those that start with ``#`` skipped."""
    values: list[ir.Value] = []
    for shown, start, line in _lines(decl, decl.path, loaded):
        if len(values) >= MAX_ITEMS:
            tables.report.add(names.too_many_items(Span(shown, start, start + len(line))))
            return None
        values.append(line)
    attached = decl.path is not None and (decl.span.path, decl.path.value) in loaded.attached
    return (Scalar.TEXT, values) if attached else None


def _lines(decl: syntax.Node, path: syntax.Text | None, loaded: Loaded) -> Iterator[tuple[str, int, str]]:
    """Yield the lines of an attached file that hold something: the file's display path, where the text starts, the text."""
    shown = loaded.attached.get((decl.span.path, path.value)) if path is not None else None
    if shown is None:
        return
    offset = 0
    for line in loaded.sources[shown].text.split("\n"):
        text = line.strip()
        if text and not text.startswith("#"):
            yield shown, offset + line.index(text), text
        offset += len(line) + 1


# --- calendars ---------------------------------------------------------------------------------------------------


def add_calendar(decl: syntax.Calendar, loaded: Loaded, tables: Tables) -> None:
    """Enter a calendar, or report what it lacks."""
    name, report = decl.name.text, tables.report
    before = len(report.diagnostics)
    zone = time_zone(decl.timezone, report) if decl.timezone is not None else tables.timezone
    days = [number for day in decl.days for number in _weekday(day, report)]
    holidays = {date.value for date in decl.holidays} | _holidays(decl, loaded, tables)
    what = f"calendar `{name}`"
    if not decl.days:
        report.lacking(names.needs_clause(decl.name.span, what, "`days`, as in `days monday..friday`"))
    if decl.opens is None or decl.closes is None:
        report.lacking(names.needs_clause(decl.name.span, what, "`hours`, as in `hours 09:00..17:00`"))
    elif decl.opens >= decl.closes > MIDNIGHT:  # 00:00 closes a day at its end
        report.add(names.empty_range(decl.span, f"{decl.opens:%H:%M}", f"{decl.closes:%H:%M}"))
    incomplete = zone is None or not days or decl.opens is None or decl.closes is None
    if incomplete or len(report.diagnostics) > before:
        tables.broken_calendars.add(name)
        return
    assert zone is not None and decl.opens is not None and decl.closes is not None, "complete"
    tables.calendars[name] = ir.Calendar(
        name, tuple(sorted(set(days))), decl.opens, decl.closes, zone.key, tuple(sorted(holidays)), span=decl.name.span
    )


def _weekday(name: syntax.Name, report: Report) -> list[int]:
    if name.text.lower() in WEEKDAYS:
        return [WEEKDAYS.index(name.text.lower()) + 1]
    report.add(names.unknown_word(name.span, "day of the week", name.text, WEEKDAYS))
    return []


def _holidays(decl: syntax.Calendar, loaded: Loaded, tables: Tables) -> set[datetime.date]:
    """Return the dates of a holiday file: one a line; what follows a date and white space is for people."""
    found = set()
    for shown, start, line in _lines(decl, decl.holidays_path, loaded):
        try:
            found.add(datetime.date.fromisoformat(line.split()[0].rstrip(",;")))
        except ValueError:
            span = Span(shown, start, start + len(line))
            tables.report.add(names.bad_holiday(span, line if len(line) <= 40 else f"{line[:37]}…"))
    return found
