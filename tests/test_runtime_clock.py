"""Time: against the definition spelled out minute by minute, at the ends of the calendar and where clocks change."""

from __future__ import annotations

import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from revrules.runtime import clock
from revrules.runtime.clock import business_shift, shift_date, shift_datetime, start_of, working_time

UTC = datetime.UTC
BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")
MINUTE = datetime.timedelta(minutes=1)


def test_a_month_is_clamped_at_its_end_and_never_past_it() -> None:
    r = Random(3)
    for _ in range(2_000):
        day = datetime.date.fromordinal(r.randint(1, datetime.date.max.toordinal()))
        count = r.randint(-500, 500)
        moved = shift_date(day, count, "month")
        months = day.year * 12 + day.month - 1 + count
        if not 12 <= months < 120_000:
            assert moved is None
        else:
            assert moved is not None
            assert (moved.year * 12 + moved.month - 1) == months
            next_day = moved + datetime.timedelta(days=1) if moved < datetime.date.max else None
            assert moved.day == day.day or (moved.day < day.day and (next_day is None or next_day.day == 1))


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("count", [10**12, -(10**12), 2**63, 4_000_000, -4_000_000])
def test_leaving_the_calendar_is_missing(unit: str, count: int) -> None:
    assert shift_date(datetime.date(2026, 11, 21), count, unit) is None
    assert shift_datetime(datetime.datetime(2026, 11, 21, tzinfo=UTC), count, unit, BERLIN) is None


@pytest.mark.parametrize("unit", ["week", "month", "quarter", "year"])
def test_a_period_starts_on_a_day_of_its_own(unit: str) -> None:
    r = Random(5)
    for _ in range(500):
        day = datetime.date.fromordinal(r.randint(800, 3_000_000))
        first_month = 1 if unit == "week" else r.randint(1, 12)
        start = start_of(day, unit, first_month)
        assert start is not None and start <= day
        after = shift_date(start, 1, unit)
        assert after is not None and day < after
        assert start_of(start, unit, first_month) == start
        assert unit == "week" or start.day == 1


def test_the_local_day_is_the_one_on_the_wall() -> None:
    assert clock.date_of(datetime.datetime(2011, 12, 30, 9, 59, tzinfo=UTC), APIA) == datetime.date(2011, 12, 29)
    assert clock.date_of(datetime.datetime(2011, 12, 30, 10, tzinfo=UTC), APIA) == datetime.date(2011, 12, 31)
    assert clock.date_of(datetime.datetime.max.replace(tzinfo=UTC), BERLIN) is None


def test_whole_units_are_cut_towards_zero() -> None:
    day = datetime.timedelta(days=1)
    assert [clock.whole_units(MINUTE * minutes, day) for minutes in (2879, 2880, -2879, -2880)] == [1, 2, -1, -2]


def is_open(calendar: clock.WorkingTime, moment: datetime.datetime) -> bool:
    """Return whether ``moment`` is in working hours: the definition, spelled out."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    if local.isoweekday() not in calendar.days or local.toordinal() in calendar.holidays:
        return False
    return calendar.opens <= local.time() and (calendar.closes == datetime.time(0) or local.time() < calendar.closes)


def hours_by_counting(calendar: clock.WorkingTime, moment: datetime.datetime, minutes: int) -> datetime.datetime:
    """Return the first instant with so many minutes of working time after ``moment``, found minute by minute."""
    while minutes:
        minutes -= is_open(calendar, moment)
        moment += MINUTE
    return moment


CALENDARS = (
    working_time((1, 2, 3, 4, 5), datetime.time(9), datetime.time(17), "Europe/Berlin", (datetime.date(2026, 10, 26),)),
    working_time((6, 7), datetime.time(1), datetime.time(5), "Europe/Berlin", ()),
    working_time((1, 7), datetime.time(0), datetime.time(0), "Europe/Berlin", (datetime.date(2026, 10, 25),)),
    working_time((3,), datetime.time(12), datetime.time(12, 30), "UTC", ()),
)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_business_hours_are_what_counting_minutes_gives(calendar: clock.WorkingTime) -> None:
    r = Random(9)
    for _ in range(25):
        moment = datetime.datetime(2026, 10, 20, tzinfo=UTC) + MINUTE * r.randint(0, 9 * 24 * 60)
        minutes = r.randint(1, 600)
        moved = business_shift(calendar, moment, minutes, "minute")
        assert moved == hours_by_counting(calendar, moment, minutes), (moment, minutes)
        back = business_shift(calendar, moved, -minutes, "minute")
        assert back is not None and back >= moment, "back over the same working time, at most over idle time less"
        assert business_shift(calendar, back, minutes, "minute") == moved


@pytest.mark.parametrize("calendar", CALENDARS[:2])
def test_business_days_are_what_counting_days_gives(calendar: clock.WorkingTime) -> None:
    r = Random(13)
    zone = ZoneInfo(calendar.zone)
    for _ in range(50):
        moment = datetime.datetime(2026, 10, 1, tzinfo=UTC) + MINUTE * r.randint(0, 60 * 24 * 60)
        count = r.randint(0, 12)
        opened = moment
        while not is_open(calendar, opened):
            opened = opened.replace(second=0) + MINUTE
        local = opened.astimezone(zone)
        day = local.date()
        for _ in range(count):
            day += datetime.timedelta(days=1)
            while day.isoweekday() not in calendar.days or day.toordinal() in calendar.holidays:
                day += datetime.timedelta(days=1)
        expected = datetime.datetime.combine(day, local.time(), zone).astimezone(UTC)
        assert business_shift(calendar, moment, count, "day") == expected, (moment, count)


@pytest.mark.parametrize("unit", ["day", "hour", "minute"])
@pytest.mark.parametrize("count", [10**9, -(10**9), 10**30])
def test_business_time_ends_with_the_calendar(unit: str, count: int) -> None:
    never = working_time((), datetime.time(9), datetime.time(17), "UTC", ())
    empty = working_time((1,), datetime.time(9), datetime.time(9), "UTC", ())
    moment = datetime.datetime(9998, 12, 1, tzinfo=UTC) if count > 0 else datetime.datetime(2, 1, 1, tzinfo=UTC)
    for calendar in (*CALENDARS[:1], never, empty):
        assert business_shift(calendar, moment, count, unit) is None


def test_a_large_number_of_business_days_is_found_at_once() -> None:
    moved = business_shift(CALENDARS[0], datetime.datetime(2026, 11, 20, 10, tzinfo=UTC), 1_000_000, "day")
    assert moved is not None and moved.year == 5859
