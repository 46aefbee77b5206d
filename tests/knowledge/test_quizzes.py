"""Every quiz can be asked, its answers stand in the law of the day, and a broken file is named by line."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import topics
from knowledge.quizzes import MOST, check, quizzes
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Statutes

GOOD = """\
title: 样题
field: 劳动
questions:
  - {ask: 一加一, choices: ["一", "二"], answer: 2, why: 算出来的, basis: [民法典 188]}
"""


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Statutes:
    path = tmp_path_factory.mktemp("law") / "statutes.db"
    build.ensure(path)
    return Statutes(path)


def test_there_are_enough_questions_in_every_field() -> None:
    held = quizzes()
    assert sum(len(quiz.questions) for quiz in held.values()) >= 100
    assert {quiz.field for quiz in held.values()} <= {topic.field for topic in topics.load()}
    assert all(1 <= quiz.drawn <= min(MOST, len(quiz.questions)) for quiz in held.values())


def test_no_question_is_asked_twice() -> None:
    asked = [question for quiz in quizzes().values() for question in quiz.questions]
    assert len({question.ask for question in asked}) == len(asked)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 1, 2)])
def test_every_answer_stands_in_the_law_of_the_day(statutes: Statutes, day: date) -> None:
    assert list(check(statutes, day)) == []


def test_an_article_that_is_not_there_is_named_with_its_line(statutes: Statutes, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD.replace("188", "1999"), encoding="utf-8")
    (problem,) = check(statutes, date(2026, 11, 24), tmp_path)
    assert (problem.path.name, problem.line) == ("one.yaml", 4)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("answer: 2", "answer: 3"), ("answer: 2", "answer: 二"), ("why: 算出来的, ", ""), ("民法典 188", "民法典"),
        ("field: 劳动", "feld: 劳动"), ("ask: 一加一", "ask: []"), ('["一", "二"]', "一"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_line(old: str, new: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(RuleError) as broken:
        quizzes(tmp_path)
    assert all(problem.path.name == "one.yaml" and problem.line for problem in broken.value.problems)
