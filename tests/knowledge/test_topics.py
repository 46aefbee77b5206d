"""Topic files are read whole, or every fault in them is named with file and line."""

import time
from datetime import date
from pathlib import Path

import pytest

from knowledge.citations import Citation
from knowledge.topics import Edit, Problem, TopicError, load, overlay, parse

TOPIC = """---
id: wages-unpaid
field: 劳动
title: 老板拖欠工资怎么要
questions:
  - 老板欠我三个月工资不给
  - 老板差我工前，人都找不到
citations:
  - {law: 劳动合同法, article: "30", why: 工资要足额发}
  - {law: 刑法, article: "276之一", why: 恶意欠薪}
region: 全国
source: V
reviewed: 2026-11-24
due: 2027-05-24
related: [arbitration-how]
differs: {wages-site: 那一篇讲工地}
---
## 规则
工资要按约定发。

## 怎么做
1. 先要。
2. 再投诉。

## 证据
- 工资条

## 时间
一年内。

## 费用
免费。

## 去哪里
劳动监察。

## 常见误区
- 没合同就不算。

## 马上找顾问
人跑了。
"""


def problems(text: str, name: str = "wages-unpaid") -> list[tuple[int, str]]:
    with pytest.raises(TopicError) as caught:
        parse(text, Path(f"{name}.md"))
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_a_topic_is_read_as_written() -> None:
    topic = parse(TOPIC, Path("wages-unpaid.md"))
    assert (topic.id, topic.field, topic.region, topic.source) == ("wages-unpaid", "劳动", "全国", "V")
    assert topic.citations == (Citation("劳动合同法", "30"), Citation("刑法", "276之一"))
    assert topic.citations[0].why == "工资要足额发"
    assert (topic.rule, topic.steps, topic.adviser) == ("工资要按约定发。", "1. 先要。\n2. 再投诉。", "人跑了。")
    assert (topic.due, topic.valid_to, topic.named) == (date(2027, 5, 24), None, ())
    assert dict(topic.differs) == {"wages-site": "那一篇讲工地"}
    assert next(iter(topic.sections())) == ("规则", "工资要按约定发。")
    assert {topic: 1}  # it can be a key


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: wages-unpaid", "id: Wages", 2, "编号只能用小写英文"),
        ("id: wages-unpaid", "id: other-topic", 2, "与文件名 wages-unpaid 不一致"),
        ("field: 劳动", "field: 天文", 3, "不认识的领域 天文"),
        ("title: 老板拖欠工资怎么要\n", "", 2, "缺少 title"),
        ("region: 全国", "region: 火星", 11, "region 只能是"),
        ("source: V", "source: X", 12, "source 只能是"),
        ("due: 2027-05-24", "due: 明年", 14, "due 要写成"),
        ('article: "30"', "article: 30", 8, "条号加引号"),
        ('article: "30"', 'article: "三十"', 8, "要写成"),
        (", why: 恶意欠薪", "", 8, "要有 law、article、why"),
        ("related: [arbitration-how]", "related: arbitration-how", 15, "related 要是文字列表"),
        ("related:", "relatd:", 15, "不认识的键 relatd"),
        ("questions:", "questions: [", 6, "不是有效的 YAML"),
        ("---\nid", "--\nid", 1, "文件要以 --- 开头"),
        ("## 费用\n免费。\n\n", "", 18, "缺少或空白的部分：费用"),
        ("免费。", "", 18, "缺少或空白的部分：费用"),
        ("## 费用", "## 收费", 31, "多余或写错的标题“收费”"),
        ("## 费用", "### 费用", 31, "多余或写错的标题“费用”"),
        ("## 规则\n", "开场白\n## 规则\n", 18, "正文要从"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    assert any(line == at and message in said for at, said in problems(TOPIC.replace(old, new, 1)))


def test_sections_out_of_order_are_refused() -> None:
    swapped = TOPIC.replace("## 时间", "## X").replace("## 费用", "## 时间").replace("## X", "## 费用")
    assert any("要按这个顺序" in message for _, message in problems(swapped))


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "wages-unpaid.md").write_text(TOPIC.replace("source: V", "source: X"), "utf-8")
    (tmp_path / "broken.md").write_text("nothing", "utf-8")
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe")
    with pytest.raises(TopicError) as caught:
        load(tmp_path)
    assert {problem.path.name for problem in caught.value.problems} == {"wages-unpaid.md", "broken.md", "binary.md"}
    assert f"{tmp_path / 'broken.md'}:1: error:" in str(caught.value)


def test_the_same_id_in_two_folders_is_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "wages-unpaid.md").write_text(TOPIC, "utf-8")
    with pytest.raises(TopicError, match="重复"):
        load(tmp_path)


def test_a_topic_holds_only_within_its_own_days() -> None:
    topic = parse(TOPIC.replace("due:", "valid_from: 2026-01-01\nvalid_to: 2026-12-31\ndue:"), Path("wages-unpaid.md"))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [topic.holds(day) for day in days] == [False, True, True, False]


def test_problems_read_as_tools_expect_them() -> None:
    assert str(Problem(Path("a.md"), 3, "error", "错")) == "a.md:3: error: 错"


def test_the_shipped_library_loads_quickly() -> None:
    load()  # the disk's share
    started = time.thread_time()
    topics = load()
    assert len(topics) >= 60
    assert time.thread_time() - started < 1.0


def test_edits_are_laid_over_the_files(tmp_path: Path) -> None:
    (tmp_path / "wages-unpaid.md").write_text(TOPIC, "utf-8")
    (tmp_path / "old-rule.md").write_text(TOPIC.replace("wages-unpaid", "old-rule"), "utf-8")
    shelf = load(tmp_path)
    changed = TOPIC.replace("免费。", "按表收费。").replace("\n", "\r\n")
    edits = [
        Edit("wages-unpaid", "never read: a later edit of the same topic follows"),
        Edit("wages-unpaid", changed),
        Edit("old-rule", None),
        Edit("new-rule", TOPIC.replace("wages-unpaid", "new-rule")),
        Edit("never-was", None),
    ]
    laid = overlay(shelf, edits)
    assert [(t.id, t.cost, t.path.name) for t in laid] == [
        ("wages-unpaid", "按表收费。", "wages-unpaid.md"),
        ("new-rule", "免费。", "new-rule.md"),
    ]
    assert overlay(shelf, []) == shelf


def test_edits_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "wages-unpaid.md").write_text(TOPIC, "utf-8")
    edits = [
        Edit("wages-unpaid", TOPIC.replace("source: V", "source: X")),
        Edit("new-rule", TOPIC),
        Edit("empty", ""),
    ]
    with pytest.raises(TopicError) as caught:
        overlay(load(tmp_path), edits)
    assert [(p.path.name, p.line) for p in caught.value.problems] == [
        ("wages-unpaid.md", 12), ("new-rule.md", 2), ("empty.md", 1),
    ]  # fmt: skip
