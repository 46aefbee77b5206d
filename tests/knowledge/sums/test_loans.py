"""Interest, worked out by hand from 民间借贷规定 25 to 31 and 法释〔2014〕8号; the rates are invented for the tests."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.results import Result, Unclear
from knowledge.sums import loans
from knowledge.sums.lpr import Rate

LENT = date(2024, 3, 25)
YEAR = date(2025, 3, 25)  # 365 days later
RATES = (
    Rate(date(2024, 2, 20), Decimal("3.5"), "样例"),
    Rate(date(2024, 3, 20), Decimal("3.0"), "样例"),
    Rate(date(2024, 4, 22), Decimal("2.5"), "样例"),
)


def cap(principal: int = 10_000, lent: date = LENT, end: date = YEAR, **more: Any) -> Result:
    arguments: dict[str, Any] = {"principal": principal, "lent": lent, "end": end, "rates": RATES, **more}
    return loans.interest_cap(**arguments)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ({}, "1200"),  # 10,000 × 3% × 4
        ({"agreed": 10}, "1000"),  # below 12%
        ({"agreed": 12}, "1200"), ({"agreed": Decimal("12.01")}, "1200"), ({"agreed": 24}, "1200"),
        ({"agreed": 1, "per": "月"}, "1200"),  # 1% a month is 12% a year
        ({"agreed": Decimal("0.5"), "per": "月"}, "600"), ({"agreed": 2, "per": "月"}, "1200"),
        ({"agreed": 0}, "0"), ({"promised": False}, "0"), ({"promised": False, "agreed": 24}, "0"),
        ({"withheld": 1_000}, "1080"),  # 9,000 × 12%
        ({"withheld": None}, "1200"),
        ({"end": date(2024, 3, 26)}, "3.29"),  # 1,200 ÷ 365 = 3.2877
        ({"end": date(2024, 6, 6)}, "240"),  # 73 days are a fifth of 365
        ({"lent": date(2024, 3, 19), "end": date(2025, 3, 19)}, "1400"),  # the day before publication: 3.5%
        ({"lent": date(2024, 3, 20), "end": date(2025, 3, 20)}, "1200"),
        ({"lent": date(2024, 4, 21), "end": date(2025, 4, 21)}, "1200"),  # the rate of March until the 22nd
        ({"lent": date(2024, 4, 22), "end": date(2025, 4, 22)}, "1000"),
        ({"lpr": Decimal("3.85")}, "1540"), ({"lpr": 4}, "1600"),
        ({"principal": 33_333}, "3999.96"), ({"principal": 1}, "0.12"),
    ],
)  # fmt: skip
def test_interest_is_granted_up_to_four_times_the_rate_of_the_day(arguments: dict[str, Any], value: str) -> None:
    assert cap(**arguments).value == Decimal(value)


@pytest.mark.parametrize("lent", [date(2024, 2, 19), date(2024, 5, 20), date(2024, 6, 1), date(2026, 1, 1)])
def test_without_the_rate_of_that_time_no_sum_is_told_but_where_to_find_it(lent: date) -> None:
    result = cap(lent=lent, end=lent + timedelta(days=100))
    assert result.value is None
    assert result.unit == ""
    assert "还没有借款那天有效的一年期LPR" in result.steps[-1].words


def test_a_rate_holds_until_the_day_of_the_next_publication_at_least() -> None:
    assert cap(lent=date(2024, 5, 19), end=date(2025, 5, 19)).value == 1_000


def test_the_shipped_table_is_empty_so_no_sum_is_told() -> None:
    assert loans.interest_cap(principal=10_000, lent=LENT, end=YEAR).value is None
    assert loans.overdue_interest(principal=10_000, due=LENT, end=YEAR).value is None


def test_a_loan_older_than_the_reform_is_not_reckoned_in_one_piece() -> None:
    result = cap(lent=date(2020, 8, 19))
    assert result.value is None
    assert Citation("最高人民法院关于审理民间借贷案件适用法律若干问题的规定", "31") in result.citations
    assert cap(lent=date(2020, 8, 20), end=date(2021, 8, 20), lpr=3).value == 1_200


def test_the_formula_shows_the_rate_its_source_and_the_persons_numbers() -> None:
    words = "\n".join(step.words for step in cap(agreed=24, withheld=1_000).steps)
    assert "10,000元 - 1,000元 = 9,000元" in words
    assert "2024年3月20日公布的一年期LPR是 3%（来源：样例），4倍是一年 3% × 4 = 12%" in words
    assert "约定的利率是一年 24%，超过 12% 的部分，法院不支持" in words
    assert "9,000元 × 12% × 365天 ÷ 365天 = 1,080元" in words


@pytest.mark.parametrize(
    ("principal", "days", "percent", "value"),
    [
        (10_000, 365, 3, "300"), (10_000, 1, 3, "0.82"),  # 300 ÷ 365 = 0.8219
        (50_000, 73, 3, "300"), (88_888, 100, Decimal("3.45"), "840.17"),  # 88,888 × 3.45% × 100 ÷ 365 = 840.174…
    ],
)  # fmt: skip
def test_overdue_interest_without_any_agreed_rate(principal: int, days: int, percent: Decimal, value: str) -> None:
    result = loans.overdue_interest(principal=principal, due=LENT, end=LENT + timedelta(days=days), lpr=percent)
    assert result.value == Decimal(value)


@pytest.mark.parametrize(
    ("unpaid", "days", "value"),
    [
        (10_000, 1, "1.75"), (100_000, 1, "17.5"), (100_000, 40, "700"), (50_000, 365, "3193.75"),  # 8.75 × 365
        (12_345, 30, "64.81"),  # 12,345 × 0.000175 × 30 = 64.81125
        (100, 1, "0.02"),  # 0.0175
        (1, 1, "0"), (300_000, 180, "9450"), (88_888, 77, "1197.77"),  # 15.5554 × 77 = 1,197.7658
    ],
)  # fmt: skip
def test_delay_after_a_judgment_costs_one_point_seven_five_in_ten_thousand_a_day(
    unpaid: int, days: int, value: str
) -> None:
    result = loans.doubled_interest(unpaid=unpaid, due=LENT, end=LENT + timedelta(days=days))
    assert result.value == Decimal(value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cap(principal=0),
        lambda: cap(principal=-1),
        lambda: cap(end=LENT),
        lambda: cap(end=LENT - timedelta(days=1)),
        lambda: cap(withheld=10_000),
        lambda: cap(withheld=-5),
        lambda: cap(agreed=-1),
        lambda: cap(lpr=0),
        lambda: cap(lpr=25),
        lambda: loans.doubled_interest(unpaid=1_000, due=date(2014, 7, 31), end=YEAR),
        lambda: loans.doubled_interest(unpaid=1_000, due=YEAR, end=YEAR),
        lambda: loans.overdue_interest(principal=0, due=LENT, end=YEAR, lpr=3),
    ],
)
def test_what_makes_no_sense_is_asked_again(ask: Callable[[], Result]) -> None:
    with pytest.raises(Unclear):
        ask()


@given(st.integers(1, 10**8), st.integers(1, 5_000), st.decimals(0, 100, places=2))
def test_interest_never_passes_the_cap_and_never_falls_with_time(principal: int, days: int, agreed: Decimal) -> None:
    end = LENT + timedelta(days=days)
    value, limit = cap(principal, end=end, agreed=agreed).value, cap(principal, end=end).value
    later = cap(principal, end=end + timedelta(days=1), agreed=agreed).value
    assert isinstance(value, Decimal)
    assert isinstance(limit, Decimal)
    assert isinstance(later, Decimal)
    assert value <= limit
    assert value <= later


def test_a_loan_that_is_denied_shows_proof_the_most_interest_and_what_a_suit_costs() -> None:
    result = loans.unpaid_loan(principal=30_000, lent=date(2024, 3, 1), rates=RATES)
    assert result.value == Decimal("4200.00")  # 4 × 3.5 % of 30,000
    assert "14%" in result.steps[2].words
    assert "550元" in result.steps[3].words
    assert "275元" in result.steps[3].words
    named = {(citation.law[-12:], citation.article) for citation in result.citations}
    assert {article for _, article in named} >= {"13", "16", "24", "25"}


@pytest.mark.parametrize(
    "lent", [date(2026, 3, 1), date(2019, 3, 1)], ids=["no rate of that month", "before the reform"]
)
def test_without_the_rate_of_that_month_no_number_is_told(lent: date) -> None:
    result = loans.unpaid_loan(principal=30_000, lent=lent, rates=RATES)
    assert result.value is None
    assert not any("%" in step.words for step in result.steps[:3])
    assert "550元" in result.steps[3].words
