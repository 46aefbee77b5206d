"""Read the question banks of law education, and check that each answer stands in the law of the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from knowledge import rows
from knowledge.citations import ARTICLE, Citation
from knowledge.rows import Row, RuleError
from knowledge.statutes.store import Kind, Statutes
from knowledge.topics import Problem

FOLDER = Path(__file__).parent / "quizzes"
DRAWN = 5  # questions a sitting, unless the file says otherwise
MOST = 10
PASS_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what can be picked, which pick (from 1) is right, why, and where that stands."""

    ask: str
    choices: tuple[str, ...]
    answer: int
    why: str
    basis: tuple[Citation, ...]
    line: int = 0

    @property
    def right(self) -> str:
        """The right choice."""
        return self.choices[self.answer - 1]


@dataclass(frozen=True, slots=True)
class Quiz:
    """One bank: `drawn` of its questions are asked; with `certificate`, who passes is given a signed code."""

    id: str
    title: str
    field: str
    questions: tuple[Question, ...]
    drawn: int = DRAWN
    pass_percent: int = PASS_PERCENT
    certificate: bool = False


@cache
def quizzes(folder: Path = FOLDER) -> Mapping[str, Quiz]:
    """Every bank by its id; raises RuleError with every fault, by file and line."""
    readers = [_Reader(path) for path in sorted(folder.glob("*.yaml"))]
    read = [reader.quiz() for reader in readers]
    if problems := [problem for reader in readers for problem in reader.problems]:
        raise RuleError(problems)
    return {quiz.id: quiz for quiz in read if quiz}


def check(statutes: Statutes, day: date, folder: Path = FOLDER) -> Iterator[Problem]:
    """The answers that do not stand in the law of that day."""
    for quiz in quizzes(folder).values():
        for question in quiz.questions:
            for citation in question.basis:
                standing = statutes.standing(citation, day)
                if standing.kind is not Kind.VERIFIED:
                    reason = standing.reason or "原文没有"
                    yield Problem(folder / f"{quiz.id}.yaml", question.line, "error", f"《{citation.law}》：{reason}")


class _Reader(rows.Reader):
    def quiz(self) -> Quiz | None:
        try:
            table = rows.read(self._path)
        except RuleError as error:
            self.problems += error.problems
            return None
        optional = {"drawn", "pass_percent", "certificate"}
        self._keys(table, {"title", "field", "questions"} | optional, ("title", "field", "questions"))
        listed = cast("Any", table.get("questions"))
        if not rows.rows(listed):
            self._wrong(table.lines.get("questions", table.line), "questions 要写成一题一段的列表")
            return None
        questions = tuple(question for row in listed if (question := self._question(row)))
        drawn = self._number(table, "drawn", min(DRAWN, len(questions)), 1, min(MOST, len(questions)))
        percent = self._number(table, "pass_percent", PASS_PERCENT, 1, 100)
        is_certified = table.get("certificate") is True
        return Quiz(
            self._path.stem, self._text(table, "title"), self._text(table, "field"), questions, drawn, percent,
            is_certified,
        )  # fmt: skip

    def _question(self, row: Row) -> Question | None:
        keys = ("ask", "choices", "answer", "why", "basis")
        before = len(self.problems)
        self._keys(row, set(keys), keys)
        choices = self._list(row, "choices")
        answer = self._number(row, "answer", 0, 1, len(choices))
        basis = tuple(self._citation(row, words) for words in self._list(row, "basis"))
        if len(self.problems) > before:
            return None
        return Question(self._text(row, "ask"), choices, answer, self._text(row, "why"), basis, row.line)

    def _list(self, row: Row, key: str) -> tuple[str, ...]:
        value: object = row.get(key)
        if rows.texts(value):
            return tuple(value)
        self._wrong(row.lines.get(key, row.line), f"{key} 要写成一项一项的文字")
        return ()

    def _number(self, row: Row, key: str, default: int, least: int, most: int) -> int:
        value: object = row.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._wrong(row.lines.get(key, row.line), f"{key} 要是 {least} 到 {most} 的数")
        return least

    def _citation(self, row: Row, words: str) -> Citation:
        law, _, article = words.rpartition(" ")
        if not law or not ARTICLE.fullmatch(article):
            self._wrong(row.lines["basis"], f"“{words}”要写成“法律名 条号”")
        return Citation(law, article)
