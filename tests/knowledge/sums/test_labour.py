"""What an employer owes, worked out by hand from 劳动合同法 40, 47, 82, 87, 劳动法 44 and the rules on leave."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.results import Result, Unclear
from knowledge.sums import labour
from knowledge.sums.amounts import count


@pytest.mark.parametrize(
    ("worked", "months"),
    [
        ("1个月", "0.5"), ("5个月", "0.5"), ("5个月29天", "0.5"), ("6个月", "1"), ("11个月", "1"), ("1年", "1"),
        ("1年1个月", "1.5"),
        ("1年5个月", "1.5"), ("1年6个月", "2"), ("两年半", "3"), ("3年", "3"), ("3年4个月", "3.5"),
        ("3年零6个月", "4"),
        ("十年", "10"), ("12年5个月", "12.5"), ("20年", "20"),
    ],
)  # fmt: skip
def test_severance_counts_half_years_up(worked: str, months: str) -> None:
    assert labour.severance(wage=4_000, years=count(worked)).value == 4_000 * Decimal(months)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 1, 1), date(2025, 6, 29), "0.5"), (date(2025, 1, 1), date(2025, 6, 30), "1"),  # half a year is full
        (date(2025, 1, 1), date(2025, 12, 31), "1"), (date(2025, 1, 1), date(2026, 1, 1), "1.5"),
        (date(2024, 2, 29), date(2025, 2, 28), "1"), (date(2024, 2, 29), date(2025, 3, 1), "1.5"),
        (date(2023, 8, 31), date(2024, 2, 28), "0.5"), (date(2023, 8, 31), date(2024, 2, 29), "1"),
        (date(2020, 3, 16), date(2026, 9, 15), "7"), (date(2020, 3, 16), date(2026, 9, 14), "6.5"),
        (date(2007, 1, 1), date(2010, 12, 31), "3"),  # N from 2008 only (劳动合同法 97), 2N from the first day
    ],
)  # fmt: skip
def test_severance_counts_from_the_first_day_to_the_last(start: date, end: date, months: str) -> None:
    assert labour.severance(wage=4_000, start=start, end=end).value == 4_000 * Decimal(months)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ({"wage": 5_000, "years": 3, "way": "N+1"}, "20000"),
        ({"wage": 5_000, "years": 3, "way": "N+1", "last_wage": 6_000}, "21000"),
        ({"wage": 5_000, "years": 3, "way": "2N"}, "30000"),
        ({"wage": 5_000, "years": Decimal("3.2"), "way": "2N"}, "35000"),  # 3.5 months, twice
        ({"wage": 24_000, "years": 15, "average": 8_000}, "360000"),  # exactly three times: no limit
        ({"wage": Decimal("24000.01"), "years": 15, "average": 8_000}, "288000"),  # 24,000 × 12
        ({"wage": 30_000, "years": 15, "average": 8_000}, "288000"),
        ({"wage": 30_000, "years": 5, "average": 8_000}, "120000"),
        ({"wage": 30_000, "years": 15, "average": 8_000, "way": "2N"}, "576000"),
        ({"wage": 30_000, "years": 15, "average": 8_000, "way": "N+1"}, "318000"),  # the notice is paid in full
        ({"wage": 1_500, "years": 2, "minimum": 2_000}, "4000"),
        ({"wage": 2_500, "years": 2, "minimum": 2_000}, "5000"),
        ({"wage": Decimal("4321.09"), "years": Decimal("2.3")}, "10802.73"),  # 4,321.09 × 2.5 = 10,802.725
        ({"wage": 4_000, "start": date(2007, 1, 1), "end": date(2010, 12, 31), "way": "2N"}, "32000"),
    ],
)  # fmt: skip
def test_severance_with_notice_with_damages_and_within_its_limits(arguments: dict[str, Any], value: str) -> None:
    assert labour.severance(**arguments).value == Decimal(value)


def test_without_the_local_average_the_limit_is_said() -> None:
    assert "以机构答复为准" in labour.severance(wage=5_000, years=3).notes[0]
    assert (
        Citation("劳动合同法", "97") in labour.severance(wage=1, start=date(2007, 1, 1), end=date(2009, 1, 1)).citations
    )


def test_the_formula_of_severance_shows_the_persons_numbers() -> None:
    words = [
        step.words for step in labour.severance(wage=5_000, years=Decimal("3.5"), way="N+1", last_wage=5_200).steps
    ]
    assert "经济补偿 N：5,000元 × 4个月 = 20,000元" in words
    assert "没有提前30天书面通知的，再加上个月的工资：20,000元 + 5,200元 = 25,200元" in words


@pytest.mark.parametrize(
    ("start", "arguments", "value"),
    [
        (date(2025, 3, 1), {"signed": date(2025, 3, 31)}, "0"), (date(2025, 3, 1), {"signed": date(2025, 4, 1)}, "0"),
        (date(2025, 3, 1), {"signed": date(2025, 4, 2)}, "200"),  # 6,000 × 1 ÷ 30
        (date(2025, 3, 1), {"signed": date(2025, 5, 1)}, "6000"),
        (date(2025, 3, 1), {"signed": date(2025, 6, 1)}, "12000"),
        (date(2025, 3, 1), {"left": date(2025, 5, 31)}, "12000"),  # the last day counts
        (date(2025, 3, 1), {"signed": date(2025, 10, 16)}, "38903.23"),  # 6 months, 15 of 31 days: 2,903.2258
        (date(2025, 3, 1), {"signed": date(2026, 2, 28)}, "65785.71"),  # 10 months, 27 of 28 days: 5,785.714
        (date(2025, 3, 1), {"signed": date(2026, 3, 1)}, "66000"),
        (date(2025, 3, 1), {"signed": date(2028, 1, 1)}, "66000"),
        (date(2025, 3, 1), {}, "66000"), (date(2025, 3, 1), {"today": date(2025, 5, 31)}, "12000"),
        (date(2025, 1, 31), {"signed": date(2025, 3, 31)}, "5806.45"),  # from 1 March: 30 of 31 days
        (date(2024, 2, 29), {}, "66000"),
    ],
)  # fmt: skip
def test_double_pay_runs_from_the_second_month_to_the_end_of_the_first_year(
    start: date, arguments: dict[str, date], value: str
) -> None:
    assert labour.double_pay(wage=6_000, start=start, **arguments).value == Decimal(value)


@pytest.mark.parametrize(
    ("wage", "hours", "rest", "holidays", "value"),
    [
        (4_350, 1, 0, 0, "37.5"),  # 4,350 ÷ 21.75 = 200 a day, 25 an hour
        (4_350, 20, 0, 0, "750"), (4_350, 0, 1, 0, "400"), (4_350, 0, 4, 0, "1600"), (4_350, 0, 0, 1, "600"),
        (4_350, 20, 4, 1, "2950"), (4_350, 0, Decimal("0.5"), 0, "200"), (4_350, Decimal("2.5"), 0, 0, "93.75"),
        (5_000, 10, 0, 0, "431.03"),  # 5,000 ÷ 21.75 ÷ 8 × 1.5 × 10 = 431.034
        (5_000, 0, 2, 0, "919.54"), (5_000, 0, 0, 3, "2068.97"),  # 919.540, 2,068.965
        (5_000, 10, 2, 3, "3419.54"),
    ],
)  # fmt: skip
def test_overtime_is_paid_by_the_kind_of_day(
    wage: int, hours: int | Decimal, rest: int | Decimal, holidays: int, value: str
) -> None:
    result = labour.overtime_pay(wage=wage, weekday_hours=hours, rest_days=rest, holidays=holidays)
    assert result.value == Decimal(value)


@pytest.mark.parametrize(
    ("years", "taken", "employed", "days"),
    [
        ("0.5", 0, None, "0"), ("0.99", 0, None, "0"), ("1", 0, None, "5"), ("9.99", 0, None, "5"),
        ("10", 0, None, "10"),
        ("19.9", 0, None, "10"), ("20", 0, None, "15"), ("40", 0, None, "15"), ("12", 3, None, "7"),
        ("12", 10, None, "0"),
        ("12", 12, None, "0"), ("12", Decimal("0.5"), None, "9.5"),
        ("5", 0, 72, "0"), ("5", 0, 73, "1"), ("5", 0, 182, "2"), ("5", 0, 365, "5"), ("5", 0, 366, "5"),
        ("12", 2, 200, "3"),  # 200 × 10 ÷ 365 = 5.48: 5 days
        ("20", 0, 243, "9"),  # 243 × 15 ÷ 365 = 9.99
    ],
)  # fmt: skip
def test_leave_not_taken_is_paid_three_times(years: str, taken: int | Decimal, employed: int | None, days: str) -> None:
    result = labour.annual_leave(wage=4_350, years=Decimal(years), taken=taken, employed=employed)
    assert result.value == 600 * Decimal(days)  # 4,350 ÷ 21.75 × 3


def test_two_of_the_three_times_are_left_where_the_wage_was_paid() -> None:
    words = "\n".join(step.words for step in labour.annual_leave(wage=4_350, years=3).steps)
    assert "还差200%：2,000元" in words


@pytest.mark.parametrize(
    "ask",
    [
        lambda: labour.severance(wage=0, years=3),
        lambda: labour.severance(wage=5_000),
        lambda: labour.severance(wage=5_000, years=0),
        lambda: labour.severance(wage=5_000, years=3, way="3N"),
        lambda: labour.severance(wage=5_000, start=date(2025, 1, 2), end=date(2025, 1, 1)),
        lambda: labour.severance(wage=5_000, start=date(2001, 1, 1), end=date(2007, 1, 1)),
        lambda: labour.double_pay(wage=-1, start=date(2025, 1, 1)),
        lambda: labour.double_pay(wage=1, start=date(2025, 1, 1), signed=date(2024, 1, 1)),
        lambda: labour.overtime_pay(wage=5_000),
        lambda: labour.overtime_pay(wage=5_000, rest_days=-1),
        lambda: labour.annual_leave(wage=5_000, years=-1),
        lambda: labour.annual_leave(wage=5_000, years=5, employed=367),
    ],
)
def test_what_makes_no_sense_is_asked_again(ask: Callable[[], Result]) -> None:
    with pytest.raises(Unclear, match="例如"):
        ask()


@given(st.dates(date(2008, 1, 1), date(2026, 12, 31)), st.integers(1, 9_000))
def test_a_day_more_of_work_never_lowers_severance(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    less = labour.severance(wage=100, start=start, end=end).value
    more = labour.severance(wage=100, start=start, end=end + timedelta(days=1)).value
    assert isinstance(less, Decimal)
    assert isinstance(more, Decimal)
    assert 0 <= more - less <= 50


@given(st.dates(date(2008, 1, 1), date(2026, 12, 31)), st.integers(0, 800))
def test_double_pay_never_passes_eleven_months(start: date, days: int) -> None:
    value = labour.double_pay(wage=100, start=start, signed=start + timedelta(days=days)).value
    assert isinstance(value, Decimal)
    assert 0 <= value <= 1_100
