"""A reminder speaks at a decent hour on the days of its rule, says how much is left, and then falls silent."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.hours import SHANGHAI
from handlers.talk import reminders
from knowledge.clocks.deadlines import Due, deadline

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HOUR = 9


def clock(name: str = "divorce_cooling_off", start: date = date(2026, 11, 20)) -> Due:
    """Safe on Friday, 18 December, legal on Monday the 21st."""
    return deadline(name, start)


def at(day: int, hour: int = HOUR) -> datetime:
    """An hour of December here."""
    return datetime(2026, 12, day, hour, tzinfo=SHANGHAI)


def test_it_speaks_seven_three_and_one_day_before_the_safe_day() -> None:
    reminder = reminders.of(clock(), NOW, HOUR)
    assert reminder
    assert reminder.times == (at(11), at(15), at(17))
    assert reminders.days(reminder) == "12月11日、12月15日、12月17日"


def test_it_says_the_day_what_is_left_what_to_do_and_the_way_out() -> None:
    reminder = reminders.of(clock(), NOW, HOUR)
    assert reminder
    words, left = reminders.rung(reminder, at(11))
    assert "2026年12月21日（周一），还有10天。" in words
    assert "最稳妥请在2026年12月18日（周五）当天或之前" in words
    assert reminders.STOP in words
    assert left
    assert left.times == (at(15), at(17))
    assert reminders.rung(left, at(17))[1] is None


@pytest.mark.parametrize(
    ("now", "says"),
    [(at(21), "就是今天"), (at(20, 23), "还有1天"), (at(22), "已经过了")],
    ids=["on", "before", "after"],
)
def test_times_that_went_by_are_said_once_with_what_is_left_now(now: datetime, says: str) -> None:
    reminder = reminders.of(clock(), NOW, HOUR)
    assert reminder
    words, left = reminders.rung(reminder, now)
    assert says in words
    assert left is None


@pytest.mark.parametrize("hour", [8, 9, 20])
def test_the_hour_is_that_of_the_clock_on_the_wall(hour: int) -> None:
    reminder = reminders.of(clock(), NOW, hour)
    assert reminder
    assert {time.astimezone(SHANGHAI).hour for time in reminder.times} == {hour}


def test_what_is_past_is_not_promised() -> None:
    reminder = reminders.of(clock(), at(11) + timedelta(minutes=1), HOUR)
    assert reminder
    assert reminder.times == (at(15), at(17))
    assert reminders.of(clock(), at(17), HOUR) is None


def test_where_the_other_side_must_act_it_speaks_when_the_time_has_passed() -> None:
    reminder = reminders.of(clock("court_filing", date(2026, 11, 20)), NOW, HOUR)
    assert reminder
    assert [time.date() > reminder.last for time in reminder.times] == [True]


def test_without_a_day_there_is_nothing_to_remind_of() -> None:
    assert reminders.of(deadline("civil_limitation", cases=["stop_harm"]), NOW, HOUR) is None


def test_the_same_day_of_the_same_limit_is_one() -> None:
    one, other = reminders.of(clock(), NOW, HOUR), reminders.of(clock(), at(12), HOUR)
    later = reminders.of(clock(start=date(2026, 11, 23)), NOW, HOUR)
    assert one
    assert other
    assert later
    assert reminders.is_same(one, other)
    assert not reminders.is_same(one, later)
