"""The library is checked against the statutes and against itself."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import topics
from knowledge.check import check, stats
from knowledge.citations import Citation
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic, parse
from tests.knowledge import laws

TODAY = date(2026, 11, 24)
OFFICE = "具体以机构答复为准。"
QUESTIONS = (
    "老板欠我工资不给", "工前拖了三个月", "包工头人都找不到", "没签合同咋个要钱", "工资条没得还能告不",
    "在厂头干了半年一分没拿", "欠薪 劳动监察", "辞职了还能要回来吗", "年底说没钱发", "我老汉儿的血汗钱遭拖起",
)  # fmt: skip
PATH = Path("wages-unpaid.md")
GOOD = Topic(
    id="wages-unpaid", field="劳动", title="老板拖欠工资怎么要", questions=QUESTIONS,
    citations=(Citation("农业法", "1", "样例"), Citation("农业法", "2", "样例"), Citation("民法典", "1", "样例")),
    rule="工资一般要按约定的日子发。" * 6, steps="1. 先要。\n2. 再投诉。" + "先留好证据再去投诉。" * 10,
    evidence="- 工资条\n" * 10, time="一年内去申请。" * 8, cost="免费。", where="先找劳动监察大队。" * 8,
    mistakes="- 没签合同也可以要。\n" * 5, adviser="人跑了就马上来问。",
    region="全国", source="V", reviewed=TODAY, due=date(2027, 5, 24), related=("arbitration-how",), path=PATH,
)  # fmt: skip
OTHER = replace(
    GOOD, id="arbitration-how", title="劳动仲裁怎么申请", path=Path("arbitration-how.md"), related=("wages-unpaid",),
    questions=tuple(f"仲裁{word}" for word in ("去哪", "要多久", "要钱不", "咋写", "证据", "输了", "时效", "请律师")),
)  # fmt: skip
Found = Callable[..., list[str]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    statutes = laws.statutes(tmp_path_factory.mktemp("small"))
    yield statutes
    statutes.close()


@pytest.fixture
def found(small: Statutes) -> Found:
    """What the check says of GOOD with some fields changed, beside OTHER."""

    def of(*, day: date = TODAY, **changes: Any) -> list[str]:
        problems = check([replace(GOOD, **changes), OTHER], small, day)
        return [f"{problem.severity}: {problem.message}" for problem in problems if problem.path == PATH]

    return of


def cite(law: str, article: str) -> tuple[Citation, ...]:
    return (*GOOD.citations, Citation(law, article, "样例"))


def test_a_good_topic_has_only_the_warning_that_its_law_will_change(found: Found) -> None:
    assert found() == [
        "warning: 《农业法》第一条只到2026-12-31有效，要预备新文本",
        "warning: 《农业法》第二条只到2026-12-31有效，要预备新文本",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"citations": cite("民法典", "9999")}, "error: 《民法典》第九千九百九十九条不能引用：《民法典》没有这一条"),
        ({"citations": cite("瞎编法", "1")}, "error: 《瞎编法》第一条不能引用：库里和目录里都没有"),
        ({"citations": cite("民法典", "3")}, "error: 《民法典》第三条不能引用：《民法典》第三条已被修正案修改"),
        ({"citations": cite("噪声污染防治法", "1")}, "error: 《噪声污染防治法》第一条不能引用"),
        ({"citations": cite("住房租赁条例", "1")}, "error: 《住房租赁条例》的原文没有人读过，不能写条号"),
        ({"citations": cite("诉讼费用交纳办法", "57")}, "error: 《诉讼费用交纳办法》第五十七条不能引用"),
        ({"citations": cite("民法典", "1")}, "warning: 重复引用《民法典》第一条"),
        ({"citations": GOOD.citations[:1]}, "warning: 有1条引用"),
        ({"named": ("瞎编条例",), "cost": OFFICE}, "error: 库里和目录里都没有《瞎编条例》，请补进 listed.yaml"),
        ({"cost": "看《瞎编条例》。"}, "warning: 正文提到的《瞎编条例》库里和目录里都没有"),
        ({"named": ("住房租赁条例",)}, "error: 有未核实的内容"),
        ({"source": "W"}, "error: 有未核实的内容"),
        ({"related": ("no-such",)}, "error: 没有编号为 no-such 的主题"),
        ({"differs": {"no-such": "不同"}}, "error: 没有编号为 no-such 的主题"),
        ({"related": ("wages-unpaid",)}, "error: related 或 differs 指向自己"),
        ({"questions": QUESTIONS[:7]}, "error: 只有7个问法，至少8个"),
        ({"questions": (*QUESTIONS, "老板欠我工资，不给！")}, "error: 问法“老板欠我工资，不给！”与 wages-unpaid"),
        ({"due": date(2026, 11, 23), "reviewed": date(2026, 1, 1)}, "warning: 复核已于2026-11-23到期"),
        ({"due": TODAY}, "error: 复核到期日要晚于复核日"),
        ({"valid_from": TODAY, "valid_to": date(2025, 1, 1)}, "error: 失效日早于生效日"),
        ({"cost": "见第八十二条。"}, "error: 正文不写条号（第八十二条）"),
        ({"cost": "见劳动合同法82条。"}, "error: 正文不写条号（法82条）"),
        ({"cost": "你必须去。"}, "error: 不能这样写：“你必须”"),
        ({"cost": "我们律师保证胜诉。"}, "error: 不能这样写：“保证胜诉”"),
        ({"cost": "这一句话" * 13 + "。"}, "warning: 句子太长"),
        ({"rule": "工资要按时发。" * 18}, "warning: “规则”126字，最好不超过120字"),
        ({"steps": "".join(f"{n}. 走。\n" for n in range(6))}, "warning: 步骤多于5步"),
        ({"rule": "短。", "steps": "短。", "time": "短。", "where": "短。"}, "warning: 正文"),
    ],
)  # fmt: skip
def test_a_fault_is_found(found: Found, changes: dict[str, Any], message: str) -> None:
    assert any(line.startswith(message) for line in found(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"citations": cite("诉讼费用交纳办法", "13")},
        {"source": "W", "cost": OFFICE},
        {"source": "K", "cost": "以当地登记机关答复为准。"},
        {"named": ("住房租赁条例",), "cost": f"看《住房租赁条例》。{OFFICE}"},
        {"mistakes": "- 说“包赢”“保证胜诉”的，多留个心眼。\n" * 3},
    ],
)
def test_what_is_allowed_passes(found: Found, changes: dict[str, Any]) -> None:
    assert [line for line in found(**changes) if line.startswith("error")] == []


def test_a_law_that_begins_later_makes_the_old_citation_wrong_from_that_day(found: Found) -> None:
    citations = (*GOOD.citations[:2], Citation("农业法", "3", "新法才有"))
    assert any("没有这一条" in line for line in found(citations=citations))
    assert not any("error" in line for line in found(citations=citations, day=date(2027, 1, 2)))


def test_questions_alike_in_two_topics_are_named(small: Statutes) -> None:
    twin = replace(OTHER, questions=(*OTHER.questions, "在厂头干了半年，一分都没拿"))
    messages = [problem.message for problem in check([GOOD, twin], small, TODAY) if "太像" in problem.message]
    assert messages == ["问法“在厂头干了半年，一分都没拿”与 wages-unpaid 的“在厂头干了半年一分没拿”太像"]


def test_a_topic_nobody_links_to_is_an_orphan(small: Statutes) -> None:
    alone = [replace(GOOD, related=()), replace(OTHER, related=())]
    assert sum("没有别的主题与它相连" in problem.message for problem in check(alone, small, TODAY)) == 2


def test_a_problem_names_the_line_it_stands_on(small: Statutes, tmp_path: Path) -> None:
    from tests.knowledge.test_topics import TOPIC

    path = tmp_path / "wages-unpaid.md"
    path.write_text(TOPIC.replace("免费。", "你必须交钱。"), "utf-8")
    problems = check([parse(path.read_text("utf-8"), path)], small, TODAY)
    lines = {problem.message.split("：")[0]: problem.line for problem in problems if problem.severity == "error"}
    assert lines["不能这样写"] == 32
    assert lines["《劳动合同法》第三十条不能引用"] == 9
    assert lines["没有编号为 arbitration-how 的主题"] == 15


def test_figures_count_what_is_shipped() -> None:
    assert stats([GOOD, OTHER]) == {"topics": 2, "questions": 18, "citations": 6, "fields": {"劳动": 2}}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    path = tmp_path_factory.mktemp("real") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


def test_the_shipped_library_has_no_error(real: Statutes) -> None:
    errors = [problem for problem in check(topics.load(), real, TODAY) if problem.severity == "error"]
    assert errors == [], os.linesep.join(map(str, errors))


def test_three_hundred_topics_are_checked_in_five_seconds(real: Statutes) -> None:
    shipped = topics.load()
    many = [
        replace(topic, id=f"{topic.id}-{copy}", questions=tuple(f"{copy}{text}{copy}" for text in topic.questions))
        for copy in range(300 // len(shipped) + 1)
        for topic in shipped
    ]
    started = time.process_time()
    check(many[:300], real, TODAY)
    assert time.process_time() - started < 5.0
