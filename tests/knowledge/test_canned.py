"""Answers that advisers often give stand in the law of the day; one that does not is barred, and the check says so."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge import canned
from knowledge.canned import Canned
from knowledge.citations import Citation
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.topics import FIELDS

TODAY = date(2026, 11, 24)
WAGES = canned.canned()["wages"]


@pytest.fixture(scope="module")
def statutes(pytestconfig: pytest.Config) -> Statutes:
    path: Path = pytestconfig.cache.mkdir("shelf") / "statutes.db"
    build.ensure(path)
    return Statutes(path)


def test_all_of_them_may_be_sent_today(statutes: Statutes) -> None:
    assert list(canned.check(statutes, TODAY)) == []
    assert {one.field for one in canned.canned().values()} - {""} <= set(FIELDS)
    assert WAGES.words.endswith("依据：《劳动合同法》第三十条。")


@pytest.mark.parametrize(
    ("one", "day", "why"),
    [
        (replace(WAGES, citations=(Citation("劳动合同法", "9999"),)), TODAY, "没有这一条"),
        (replace(WAGES, citations=(Citation("没有的法", "1"),)), TODAY, "没有的法"),
        (WAGES, date(2000, 1, 1), "劳动合同法"),
    ],
    ids=["no such article", "no such law", "not in force yet"],
)
def test_what_the_law_does_not_hold_is_barred_and_says_why(
    statutes: Statutes, one: Canned, day: date, why: str
) -> None:
    assert canned.barred(WAGES, statutes, TODAY) == ""
    assert why in canned.barred(one, statutes, day)


def test_the_check_names_file_and_line(statutes: Statutes) -> None:
    problems = list(canned.check(statutes, date(2000, 1, 1)))
    assert {problem.line for problem in problems} < set(range(1, 200))
    assert any("工资要足额按时发" in problem.message for problem in problems)
