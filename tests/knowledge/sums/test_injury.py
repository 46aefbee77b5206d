"""What an injury is paid with, worked out by hand from 工伤保险条例 35 to 39, 64 and 人身损害赔偿解释 12 to 17."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from knowledge.citations import Citation
from knowledge.results import Result, Unclear
from knowledge.sums import injury


@pytest.mark.parametrize(
    ("grade", "months", "article"),
    [
        (1, 27, "35"), (2, 25, "35"), (3, 23, "35"), (4, 21, "35"), (5, 18, "36"), (6, 16, "36"), (7, 13, "37"),
        (8, 11, "37"),
        (9, 9, "37"), (10, 7, "37"),
    ],
)  # fmt: skip
def test_each_grade_is_worth_its_months_of_wages(grade: int, months: int, article: str) -> None:
    result = injury.work_injury(grade=grade, wage=5_000)
    assert result.value == 5_000 * months
    assert result.steps[1].basis == (Citation("工伤保险条例", article),)


@pytest.mark.parametrize(
    ("wage", "average", "base"),
    [
        (3_000, 5_000, 3_000), (Decimal("2999.99"), 5_000, 3_000), (1_000, 5_000, 3_000), (5_000, 5_000, 5_000),
        (15_000, 5_000, 15_000), (Decimal("15000.01"), 5_000, 15_000), (40_000, 5_000, 15_000),
    ],
)  # fmt: skip
def test_the_wage_counts_between_sixty_and_three_hundred_percent(wage: int | Decimal, average: int, base: int) -> None:
    assert injury.work_injury(grade=10, wage=wage, average=average).value == base * 7


@pytest.mark.parametrize(
    ("grade", "monthly"),
    [
        (1, "3,600元"),
        (2, "3,400元"),
        (3, "3,200元"),
        (4, "3,000元"),
        (5, "2,800元"),
        (6, "2,400元"),
        (7, None),
        (10, None),
    ],
)
def test_heavy_grades_have_a_monthly_allowance(grade: int, monthly: str | None) -> None:
    words = "\n".join(step.words for step in injury.work_injury(grade=grade, wage=4_000).steps)
    assert f"= {monthly}" in words if monthly else "每月领伤残津贴" not in words
    assert ("一次性工伤医疗补助金" in words) == (grade >= 5)


def test_without_the_local_average_the_limits_are_said() -> None:
    assert "以机构答复为准" in injury.work_injury(grade=9, wage=5_000).notes[0]
    assert "60%" not in injury.work_injury(grade=9, wage=5_000, average=5_000).notes[0]


def test_a_death_at_work_is_worth_twenty_incomes_and_six_wages() -> None:
    assert injury.work_death(income=50_000, average=8_000).value == 50_000 * 20 + 8_000 * 6
    assert injury.work_death(income=Decimal("49283.5"), average=7_777).value == Decimal("1032332")  # 985,670 + 46,662


@pytest.mark.parametrize(
    ("age", "years"),
    [
        (0, 20),
        (18, 20),
        (59, 20),
        (60, 20),
        (61, 19),
        (65, 15),
        (66, 14),
        (70, 10),
        (74, 6),
        (75, 5),
        (76, 5),
        (100, 5),
    ],
)
def test_the_years_fall_from_sixty_to_seventy_five(age: int, years: int) -> None:
    assert injury.death_compensation(income=40_000, age=age).value == 40_000 * years
    assert injury.disability_compensation(income=40_000, age=age, grade=10).value == 4_000 * years


@pytest.mark.parametrize(
    ("income", "age", "grade", "value"),
    [
        (47_000, 40, 1, "940000"), (47_000, 40, 5, "564000"), (47_000, 40, 10, "94000"), (47_000, 66, 9, "131600"),
        (Decimal("45678.9"), 72, 8, "109629.36"),  # 45,678.9 × 8 × 30%
        (Decimal("33333.33"), 80, 7, "66666.66"),
    ],
)  # fmt: skip
def test_disability_is_paid_by_grade(income: int | Decimal, age: int, grade: int, value: str) -> None:
    result = injury.disability_compensation(income=income, age=age, grade=grade)
    assert result.value == Decimal(value)
    assert any("以法院为准" in note for note in result.notes)


def test_a_funeral_is_six_months_of_wages_and_lost_income_goes_by_the_day() -> None:
    assert injury.funeral_expenses(average=Decimal("8123.45")).value == Decimal("48740.70")
    assert injury.lost_income(wage=4_500, days=60).value == 9_000
    assert injury.lost_income(wage=5_000, days=7).value == Decimal("1166.67")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: injury.work_injury(grade=0, wage=5_000),
        lambda: injury.work_injury(grade=11, wage=5_000),
        lambda: injury.work_injury(grade=Decimal("2.5"), wage=5_000),
        lambda: injury.work_injury(grade=5, wage=0),
        lambda: injury.disability_compensation(income=0, age=30, grade=5),
        lambda: injury.death_compensation(income=40_000, age=-1),
        lambda: injury.death_compensation(income=40_000, age=131),
        lambda: injury.funeral_expenses(average=-1),
        lambda: injury.lost_income(wage=5_000, days=0),
    ],
)
def test_what_makes_no_sense_is_asked_again(ask: Callable[[], Result]) -> None:
    with pytest.raises(Unclear):
        ask()
