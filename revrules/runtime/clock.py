"""Moments into other moments: shifts, starts of periods, local days, business time (grammar/language.md, section 5).

Datetimes are aware and in UTC. Whatever leaves the years 0001 to 9999 is None (missing).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
LENGTH_OF = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
MICROSECOND = timedelta(microseconds=1)
DURATION_LIMIT = timedelta(microseconds=2**63 - 1)
NO_TIME = timedelta(0)
EARLIEST, LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))
NOT_THE_SAME_EVERYWHERE = frozenset({"localtime", "posixrules", "posix", "right", "Factory"})
"""What a machine's folder of time zones may hold besides the zones: its own zone, zones with leap seconds."""


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return the time zone of that IANA name. Raises ``ZoneInfoNotFoundError`` or ``ValueError`` where there is none."""
    if name.split("/")[0] in NOT_THE_SAME_EVERYWHERE:
        raise ValueError(f"{name} is not the same zone on every machine")
    return UTC if name in ("UTC", "Etc/UTC") else ZoneInfo(name)


def from_local(local: datetime, zone: tzinfo) -> datetime | None:
    """Return the instant of a local time; one that is skipped or repeated has the offset before the change (PEP 495, fold 0)."""
    try:
        return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError:
        return None


def to_local(moment: datetime, zone: tzinfo) -> datetime | None:
    """Return the local time of an instant, naive."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        return None


def date_of(moment: datetime, zone: tzinfo) -> date | None:
    """Return the day of an instant in ``zone``."""
    local = to_local(moment, zone)
    return None if local is None else local.date()


def shift_date(day: date, count: int, unit: str) -> date | None:
    """Return ``day`` moved by calendar days, weeks, months, quarters or years; months are clamped at their end."""
    months = MONTHS_IN.get(unit)
    if months is not None:
        return shift_months(day, count * months)
    try:
        return day + LENGTH_OF[unit] * count
    except OverflowError:
        return None


def shift_datetime(moment: datetime, count: int, unit: str, zone: tzinfo) -> datetime | None:
    """Return ``moment`` moved; days and weeks are 24 and 168 hours, months keep the local time in ``zone``."""
    months = MONTHS_IN.get(unit)
    if months is None:
        try:
            return moment + LENGTH_OF[unit] * count
        except OverflowError:
            return None
    local = to_local(moment, zone)
    if local is None:
        return None
    day = shift_months(local.date(), count * months)
    return None if day is None else from_local(datetime.combine(day, local.time()), zone)


def shift_months(day: date, months: int) -> date | None:
    """Return the same day of another month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month of the Gregorian calendar."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def start_of(day: date, unit: str, first_month: int = 1) -> date | None:
    """Return the first day of the week (Monday), month, quarter or year that holds ``day``; years start in ``first_month``."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    into_period = (day.month - first_month) % MONTHS_IN[unit]
    return shift_months(day.replace(day=1), -into_period)


def add_duration(moment: datetime, length: timedelta) -> datetime | None:
    """Return the instant ``length`` later."""
    try:
        return moment + length
    except OverflowError:
        return None


def checked_duration(length: timedelta) -> timedelta | None:
    """Return ``length`` where its microseconds fit 64 bits."""
    return length if -DURATION_LIMIT - MICROSECOND <= length <= DURATION_LIMIT else None


def multiply_duration(length: timedelta, count: int) -> timedelta | None:
    """Return ``count`` times ``length``."""
    try:
        return checked_duration(length * count)
    except OverflowError:
        return None


def whole_units(length: timedelta, unit: timedelta) -> int:
    """Return how many whole units are in ``length``, cut towards zero."""
    return length // unit if length >= NO_TIME else -(-length // unit)


# --- business time -----------------------------------------------------------------------------------------------


class WorkingTime(NamedTuple):
    """A calendar: ISO weekdays (Monday is 1), local opening and closing (00:00: the end of the day), time zone, holidays.

    ``holidays`` are the ordinals of the holidays that fall on working days, ascending.
    """

    days: tuple[int, ...]
    opens: time
    closes: time
    zone: str
    holidays: tuple[int, ...]


def working_time(days: tuple[int, ...], opens: time, closes: time, zone: str, holidays: tuple[date, ...]) -> WorkingTime:
    """Return the calendar that a declaration describes."""
    on_working_days = {day.toordinal() for day in holidays if day.isoweekday() in days}
    return WorkingTime(tuple(sorted(set(days))), opens, closes, zone, tuple(sorted(on_working_days)))


def business_shift(calendar: WorkingTime, moment: datetime, count: int, unit: str) -> datetime | None:
    """Return ``moment`` moved by business days, hours or minutes.

    Hours: to the nearest instant that has that much working time between it and ``moment``. Days: into working hours first,
    then whole working days at the same local time. None where the calendar has no working time.
    """
    if calendar.closes <= calendar.opens and _before_midnight(calendar.closes):
        return None
    if unit == "day":
        return _shift_working_days(calendar, moment, count)
    try:
        return _shift_working_hours(calendar, moment, LENGTH_OF[unit] * abs(count), backwards=count < 0)
    except OverflowError:
        return None


def _shift_working_days(calendar: WorkingTime, moment: datetime, count: int) -> datetime | None:
    zone = zone_of(calendar.zone)
    local = to_local(moment, zone)
    if local is None:
        return None
    before_closing = not _before_midnight(calendar.closes) or local.time() < calendar.closes
    open_now = _is_working_day(calendar, local.toordinal()) and calendar.opens <= local.time() and before_closing
    if not open_now:
        late = local.time() >= calendar.opens
        opening = _nth_working_day(calendar, _working_days_before(calendar, local.toordinal() + late))
        if opening is None:
            return None
        local = datetime.combine(opening, calendar.opens)
    day = _nth_working_day(calendar, _working_days_before(calendar, local.toordinal()) + count)
    return None if day is None else from_local(datetime.combine(day, local.time()), zone)


def _shift_working_hours(calendar: WorkingTime, moment: datetime, length: timedelta, *, backwards: bool) -> datetime | None:
    local = to_local(moment, zone_of(calendar.zone))
    if local is None or length == NO_TIME:
        return None if local is None else moment
    index = _working_days_before(calendar, local.toordinal() + (1 if backwards else 0)) - (1 if backwards else 0)
    while True:
        day = _nth_working_day(calendar, index)
        if day is None:
            return None
        opening, closing = _session(calendar, day)
        if backwards:
            end = min(moment, closing)
            if end - opening >= length:
                return end - length
            length -= max(end - opening, NO_TIME)
            index -= 1
        else:
            begin = max(moment, opening)
            if closing - begin >= length:
                return begin + length
            length -= max(closing - begin, NO_TIME)
            index += 1


def _session(calendar: WorkingTime, day: date) -> tuple[datetime, datetime]:
    """Return when the working hours of ``day`` begin and end, as far as they lie within the years 1 to 9999 of UTC."""
    zone = zone_of(calendar.zone)
    last = day if _before_midnight(calendar.closes) else shift_date(day, 1, "day")
    opening = from_local(datetime.combine(day, calendar.opens), zone)
    closing = None if last is None else from_local(datetime.combine(last, calendar.closes), zone)
    end = EARLIEST if day.year == 1 else LATEST
    return end if opening is None else opening, end if closing is None else closing


def _before_midnight(closes: time) -> bool:
    return closes != time(0)


def _is_working_day(calendar: WorkingTime, ordinal: int) -> bool:
    return _working_days_before(calendar, ordinal + 1) > _working_days_before(calendar, ordinal)


def _working_days_before(calendar: WorkingTime, ordinal: int) -> int:
    """Return how many working days precede the day ``ordinal`` (1 is 0001-01-01, a Monday)."""
    weeks, rest = divmod(ordinal - 1, 7)
    of_the_week = weeks * len(calendar.days) + bisect_right(calendar.days, rest)
    return of_the_week - bisect_left(calendar.holidays, ordinal)


def _nth_working_day(calendar: WorkingTime, index: int) -> date | None:
    """Return the working day that ``index`` others precede."""
    last = date.max.toordinal()
    if index < 0 or _working_days_before(calendar, last + 1) <= index:
        return None
    found = bisect_left(range(1, last + 2), index + 1, key=lambda ordinal: _working_days_before(calendar, ordinal + 1))
    return date.fromordinal(found + 1)
