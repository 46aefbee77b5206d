"""Periods are counted as the Civil Code counts them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.clocks import periods
from knowledge.clocks.periods import Period

day = date.fromisoformat
PERIODS = st.builds(Period, st.integers(0, 36), st.sampled_from(["小时", "日", "个工作日", "个月", "年"]))
DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize("text", ["30日", "6个月", "2年", "5个工作日", "72小时"])
def test_a_period_is_read_as_it_is_written(text: str) -> None:
    assert str(periods.parse(text)) == text


@pytest.mark.parametrize("text", ["30", "30天", "三十日", "半年", "-3日"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        periods.parse(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-02-28", 1, "2026-03-28"),
        ("2024-02-29", 12, "2025-02-28"), ("2024-02-29", 48, "2028-02-29"), ("2026-08-31", 6, "2027-02-28"),
        ("2026-10-31", 1, "2026-11-30"), ("2026-11-30", 1, "2026-12-30"), ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-24", -1, "2026-10-24"), ("2026-03-31", -1, "2026-02-28"), ("2026-01-15", -13, "2024-12-15"),
        ("2026-11-24", 0, "2026-11-24"),
    ],
)  # fmt: skip
def test_a_month_ends_on_its_corresponding_day_or_its_last(start: str, count: int, end: str) -> None:
    assert periods.add_months(day(start), count) == day(end)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("30日", "2026-12-20"), ("6个月", "2027-05-20"), ("3年", "2029-11-20"), ("1个工作日", "2026-11-23"),
        ("24小时", "2026-11-21"), ("48小时", "2026-11-22"), ("72小时", "2026-11-23"), ("0日", "2026-11-20"),
    ],
)  # fmt: skip
def test_the_start_is_not_counted(text: str, end: str) -> None:
    assert periods.end(date(2026, 11, 20), periods.parse(text)) == day(end)


@given(DAYS, PERIODS, st.booleans())
def test_the_last_day_is_not_before_the_start_nor_the_safe_day_after_it(
    start: date, period: Period, shifts: bool
) -> None:
    term = periods.term(start, period, shifts=shifts)
    assert start <= term.last <= term.counted <= term.legal
    assert term.safe <= term.legal


@given(DAYS, PERIODS, PERIODS)
def test_a_second_period_ends_after_the_first(start: date, first: Period, second: Period) -> None:
    before = periods.term(start, first, shifts=True)
    term = periods.term(start, second, shifts=True, after=before)
    assert before.legal <= term.legal
    assert term.last <= term.counted
    assert term.safe <= term.legal


@given(DAYS, PERIODS, st.integers(0, 40))
def test_a_longer_period_never_ends_earlier(start: date, period: Period, more: int) -> None:
    longer = Period(period.count + more, period.unit)
    assert periods.term(start, period, shifts=True).legal <= periods.term(start, longer, shifts=True).legal
