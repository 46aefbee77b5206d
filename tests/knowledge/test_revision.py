"""An import says what it would change before anything is changed, and what would be wrong afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.citations import Citation
from knowledge.intake import Intake
from knowledge.revision import Revision, faults, revise
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic
from tests.knowledge import laws
from tests.knowledge.test_check import GOOD, OTHER, TODAY

ROOT = Path("held")
HELD = (replace(GOOD, path=ROOT / "labour" / "wages-unpaid.md"), replace(OTHER, path=ROOT / "arbitration-how.md"))
BOOK = Path("a.xlsx")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    statutes = laws.statutes(tmp_path_factory.mktemp("small"))
    yield statutes
    statutes.close()


def revised(*incoming: Topic) -> Revision:
    return revise(HELD, ROOT, Intake(BOOK, Path(), incoming, {}))


def test_what_is_new_what_changes_and_what_stays_is_told_apart() -> None:
    new = replace(GOOD, id="wages-site", title="工地欠薪", path=Path("labour/wages-site.md"))
    why = (replace(GOOD.citations[0], why="另一个理由"), *GOOD.citations[1:])
    changed = replace(GOOD, citations=why, cost="要钱。", due=date(2028, 1, 1), path=Path("elsewhere/wages-unpaid.md"))
    found = revised(changed, new, OTHER)
    assert str(found).splitlines() == [
        "新增 wages-site：工地欠薪", "修改 wages-unpaid：复核到期、引用、费用", "新增 1，修改 1，不变 1",
    ]  # fmt: skip
    assert [topic.path for topic in found.topics] == [ROOT / "labour/wages-site.md", HELD[0].path]


def test_the_same_again_changes_nothing() -> None:
    assert revised(*HELD) == Revision((), (), 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"citations": (*GOOD.citations, Citation("民法典", "9999", "样例"))}, "没有这一条"),
        ({"related": ("no-such",)}, "没有编号为 no-such 的主题"),
        ({"questions": GOOD.questions[:3]}, "只有3个问法"),
    ],
)
def test_what_the_check_would_find_is_named_at_its_row(small: Statutes, changes: dict[str, Any], message: str) -> None:
    bad = replace(GOOD, **changes)
    taken = Intake(BOOK, Path(), (bad, OTHER), {GOOD.id: 2, OTHER.id: 3})
    (problem,) = faults(revise(HELD, ROOT, taken), taken, HELD, small, TODAY)
    assert (problem.path, problem.line) == (BOOK, 2)
    assert problem.message.startswith(f"主题!A2（{GOOD.id}）：")
    assert message in problem.message


def test_what_was_wrong_before_and_does_not_change_is_no_fault_of_the_import(small: Statutes) -> None:
    bad = replace(HELD[0], related=("no-such",))
    taken = Intake(BOOK, Path(), (bad, replace(OTHER, cost="要钱。")), {})
    assert faults(revise((bad, HELD[1]), ROOT, taken), taken, HELD, small, TODAY) == []
