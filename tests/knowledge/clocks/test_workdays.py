"""Workdays follow the yearly notice, and the law alone where no notice is known."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.clocks import workdays

day = date.fromisoformat
DAYS = st.dates(date(2004, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("text", "works"),
    [
        # the notice for 2026
        ("2026-01-01", False), ("2026-01-02", False), ("2026-01-03", False), ("2026-01-04", True),
        ("2026-02-14", True), ("2026-02-15", False), ("2026-02-23", False), ("2026-02-24", True), ("2026-02-28", True),
        ("2026-04-03", True), ("2026-04-04", False), ("2026-04-06", False), ("2026-04-07", True),
        ("2026-05-01", False), ("2026-05-05", False), ("2026-05-06", True), ("2026-05-09", True), ("2026-05-10", False),
        ("2026-06-19", False), ("2026-06-22", True), ("2026-09-20", True), ("2026-09-25", False), ("2026-09-28", True),
        ("2026-10-01", False), ("2026-10-07", False), ("2026-10-08", True), ("2026-10-10", True), ("2026-10-11", False),
        ("2026-11-20", True), ("2026-11-21", False), ("2026-11-22", False), ("2026-11-24", True),
        # no notice yet: weekends and the days the law names
        ("2027-01-01", False), ("2027-01-04", True), ("2027-02-05", False), ("2027-02-06", False),
        ("2027-02-08", False), ("2027-02-09", True), ("2027-04-05", False), ("2027-05-01", False),
        ("2027-05-03", True), ("2027-06-09", False), ("2027-09-15", False), ("2027-10-01", False),
        ("2027-10-03", False), ("2027-10-04", True), ("2028-05-02", False), ("2028-10-03", False),
        ("2031-05-01", False), ("2031-05-02", False), ("2031-05-05", True), ("2031-10-02", False),
        # long ago: 2 May was no holiday by law
        ("2003-05-01", False), ("2003-05-02", True), ("2003-01-01", False),
    ],
)  # fmt: skip
def test_a_day_is_worked_or_not(text: str, works: bool) -> None:
    assert workdays.is_workday(day(text)) is works
    assert workdays.is_legal_holiday(day(text)) is not works


@pytest.mark.parametrize(
    ("text", "estimated"),
    [("2003-12-31", True), ("2004-01-01", False), ("2026-12-31", False), ("2027-01-01", True), ("2035-06-01", True)],
)
def test_a_year_without_a_notice_is_an_estimate(text: str, estimated: bool) -> None:
    assert workdays.is_estimate(day(text)) is estimated


@pytest.mark.parametrize(
    ("text", "following", "previous"),
    [
        ("2026-11-24", "2026-11-24", "2026-11-24"), ("2026-11-21", "2026-11-23", "2026-11-20"),
        ("2026-10-01", "2026-10-08", "2026-09-30"), ("2026-02-15", "2026-02-24", "2026-02-14"),
        ("2026-01-01", "2026-01-04", "2025-12-31"), ("2027-02-06", "2027-02-09", "2027-02-04"),
    ],
)  # fmt: skip
def test_the_workdays_around_a_day_are_found(text: str, following: str, previous: str) -> None:
    assert workdays.next_workday(day(text)) == day(following)
    assert workdays.previous_workday(day(text)) == day(previous)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-24", 0, "2026-11-24"), ("2026-11-21", 0, "2026-11-21"), ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-24", 5, "2026-12-01"), ("2026-09-30", 1, "2026-10-08"), ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"), ("2026-02-13", 2, "2026-02-24"), ("2026-12-31", 1, "2027-01-04"),
        ("2027-02-04", 1, "2027-02-09"), ("2026-11-24", 20, "2026-12-22"),
    ],
)  # fmt: skip
def test_workdays_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert workdays.add_workdays(day(start), count) == day(end)


def test_no_workdays_can_be_taken_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        workdays.add_workdays(date(2026, 11, 24), -1)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-11-24", "2026-11-24", 0), ("2026-11-20", "2026-11-23", 1), ("2026-11-23", "2026-11-20", -1),
        ("2026-09-30", "2026-10-08", 1), ("2026-12-31", "2027-01-04", 1), ("2026-02-01", "2026-02-28", 16),
    ],
)  # fmt: skip
def test_the_workdays_between_two_days_are_counted(first: str, last: str, count: int) -> None:
    assert workdays.workdays_between(day(first), day(last)) == count


def test_our_table_does_not_contradict_the_notices_the_package_holds() -> None:
    ours = workdays.calendar()
    noticed = {holiday.year for holiday in chinese_calendar.holidays}
    assert all(chinese_calendar.is_holiday(holiday) for holiday in ours.holidays if holiday.year in noticed)
    assert all(chinese_calendar.is_workday(made_up) for made_up in ours.workdays if made_up.year in noticed)


def test_only_weekend_days_are_made_up() -> None:
    assert all(made_up.weekday() >= 5 for made_up in workdays.calendar().workdays)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_more_workdays_never_end_earlier(start: date, count: int, more: int) -> None:
    assert workdays.add_workdays(start, count) <= workdays.add_workdays(start, count + more)


@given(DAYS, st.integers(0, 60), st.integers(0, 30))
def test_a_later_start_never_ends_earlier(start: date, count: int, later: int) -> None:
    assert workdays.add_workdays(start, count) <= workdays.add_workdays(start + timedelta(days=later), count)


@given(DAYS, st.integers(0, 60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    assert workdays.workdays_between(start, workdays.add_workdays(start, count)) == count


@given(DAYS)
def test_the_nearest_workdays_lie_around_the_day(start: date) -> None:
    before, after = workdays.previous_workday(start), workdays.next_workday(start)
    assert before <= start <= after
    assert (before == after) is workdays.is_workday(start)
