"""Working time is counted on workdays between the hours, holidays and make-up workdays included."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers import hours
from handlers.hours import Hours
from tests.handlers.times import HOURS, at

MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=some.just(UTC))  # noqa: DTZ001 — the zone is given beside it
SPANS = some.timedeltas(timedelta(microseconds=1), timedelta(hours=100))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("03-10 10:00", "03-10 11:30", 90),
        ("03-10 08:00", "03-10 09:30", 30),
        ("03-10 17:00", "03-10 23:00", 30),
        ("03-10 20:00", "03-11 10:00", 60),
        ("03-13 17:00", "03-16 09:30", 60),  # over a weekend
        ("03-14 10:00", "03-15 18:00", 0),  # a weekend
        ("09-30 16:00", "10-08 10:00", 150),  # over the National Day holiday
        ("02-14 17:00", "02-24 09:15", 45),  # from a made-up Saturday over the Spring Festival
        ("10-10 09:00", "10-11 18:00", 510),  # a made-up Saturday
        ("03-09 00:00", "03-14 00:00", 5 * 510),
        ("03-10 10:00", "03-10 10:00", 0),
        ("03-10 11:00", "03-10 10:00", 0),
    ],
)
def test_the_working_time_between_two_moments(start: str, end: str, minutes: int) -> None:
    assert hours.between(HOURS, at(start), at(end)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("03-10 10:00", 90, "03-10 11:30"),
        ("03-10 20:00", 510, "03-11 17:30"),  # a whole day ends in the evening, not on the next morning
        ("03-10 10:00", 510, "03-11 10:00"),
        ("03-10 17:30", 1, "03-11 09:01"),
        ("09-30 17:00", 60, "10-08 09:30"),
        ("03-14 10:00", 0, "03-14 10:00"),
        ("03-14 10:00", -5, "03-14 10:00"),
    ],
)
def test_the_moment_by_which_a_working_time_has_passed(start: str, minutes: int, end: str) -> None:
    assert hours.later(HOURS, at(start), timedelta(minutes=minutes)) == at(end)


def test_a_working_day_is_as_long_as_the_hours_say() -> None:
    assert hours.working_days(HOURS, 2) == timedelta(hours=17)
    assert hours.working_days(Hours(lambda _: True, time(10), time(12)), 3) == timedelta(hours=6)


@given(MOMENTS, SPANS)
def test_just_so_much_working_time_lies_before_the_moment(start: datetime, span: timedelta) -> None:
    end = hours.later(HOURS, start, span)
    assert hours.between(HOURS, start, end) == span
    assert hours.between(HOURS, start, end - timedelta(microseconds=1)) < span


@given(some.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_working_times_add_up(moments: list[datetime]) -> None:
    first, middle, last = moments
    parts = hours.between(HOURS, first, middle) + hours.between(HOURS, middle, last)
    assert parts == hours.between(HOURS, first, last)


@given(some.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_day_off_has_no_working_time(day: date) -> None:
    start, end = at(f"{day:%m-%d} 00:00"), at(f"{day:%m-%d} 23:59")
    spent = hours.between(HOURS, start, end)
    assert spent == (timedelta(hours=8, minutes=30) if HOURS.is_workday(day) else timedelta(0))
