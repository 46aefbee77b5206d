"""Every theme of the year can be adopted as it stands: its date comes, and what it cites is in force that day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from handlers.education import obstacles
from handlers.education.campaigns import Limits, Plan
from knowledge import topics
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes
from knowledge.themes import Theme, themes

NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def statutes(pytestconfig: pytest.Config) -> Statutes:
    path: Path = pytestconfig.cache.mkdir("shelf") / "statutes.db"
    build.ensure(path)
    return Statutes(path)


@pytest.mark.parametrize("theme", themes().values(), ids=themes())
def test_it_runs_as_it_stands(theme: Theme, statutes: Statutes) -> None:
    plan = Plan(theme.title, theme.body, theme.when, date(2027, 12, 31), theme.citations, field=theme.field)
    assert obstacles.obstacles(plan, statutes, Limits(), NEW_YEAR, 1) == ()
    kinds = {statutes.standing(c, date(2027, 1, 1)).kind for c in theme.citations}
    assert kinds == {Kind.VERIFIED}
    assert obstacles.obstacles(replace(plan, citations=()), statutes, Limits(), NEW_YEAR, 1)


def test_every_field_is_one_of_the_knowledge_base() -> None:
    fields = {topic.field for topic in topics.load()}
    assert {theme.field for theme in themes().values()} - {""} <= fields
