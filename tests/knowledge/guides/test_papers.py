"""A paper holds what was told and leaves a blank for what was not, and its law stands in the statutes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.guides import forms, interviews, layouts, papers
from knowledge.guides.conditions import Value
from knowledge.guides.layouts import Paper
from knowledge.guides.parties import BLANK
from knowledge.results import Unclear
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes

TODAY = date(2026, 11, 24)
FILE = """\
id: trial
title: 样书
where: 交到窗口
copies: 一份
basis: [{law: 民法典, article: "679"}]
notes: [看清楚再签]
elements:
  - {name: lender, label: 出借人, kind: party, person: [姓名, 住所], organisation: [名称], required: yes}
  - {name: amount, label: 金额, kind: amount, required: yes, basis: [{law: 民法典, article: "668", part: 数额}]}
  - {name: claims, label: 请求, kind: lines, required: yes}
  - {name: rate, label: 利息, kind: rate}
  - {name: witness, label: 证人}
  - {name: due, label: 还款日期}
"""


@pytest.fixture
def trial(tmp_path: Path) -> Paper:
    return written(tmp_path)


def written(folder: Path, text: str = FILE) -> Paper:
    (folder / "trial.yaml").write_text(text, encoding="utf-8")
    (folder / "trial.docx").touch()
    return layouts.load(folder)["trial"]


def test_there_are_the_ten_papers_that_residents_ask_for() -> None:
    assert {paper.title for paper in papers.papers().values()} == {
        "民事起诉状", "劳动人事争议仲裁申请书", "法律援助申请表", "人民调解申请书", "人民调解协议书", "司法确认申请书",
        "行政复议申请书", "人身安全保护令申请书", "借条", "还款协议",
    }  # fmt: skip


def test_nothing_told_is_all_blanks_and_all_of_it_is_named(trial: Paper) -> None:
    drawn = papers.draft(trial, {})
    assert drawn.missing == ("出借人", "金额", "请求")
    assert dict(drawn.fields) == {
        "出借人": f"姓名{BLANK}，住所{BLANK}", "出借人_姓名": BLANK, "出借人_住所": BLANK, "出借人_名称": "",
        "出借人_其他": "", "金额": BLANK, "金额_大写": BLANK, "请求": BLANK, "利息": "", "证人": "", "还款日期": "",
    }  # fmt: skip


def test_a_part_of_a_party_that_was_not_told_is_named(trial: Paper) -> None:
    drawn = papers.draft(trial, {"lender": "李四", "amount": Decimal(5), "claims": "还钱"})
    assert drawn.missing == ("出借人的住所",)
    assert dict(drawn.fields)["出借人"] == f"李四，住所{BLANK}"
    assert "出借人的住所" not in papers.draft(trial, {"lender": "春风有限公司"}).missing


@pytest.mark.parametrize(
    ("name", "value", "field", "words"),
    [
        ("amount", Decimal("50000"), "金额", "50,000.00元"), ("amount", Decimal("50000"), "金额_大写", "伍万元整"),
        ("rate", Decimal(6), "利息", "年利率6%"), ("rate", Decimal(0), "利息", "不计利息"),
        ("due", date(2027, 1, 31), "还款日期", "2027年1月31日"),
        ("claims", "还钱；付利息", "请求", "1．还钱\n2．付利息"),
        ("claims", "1、还钱 2、付利息", "请求", "1．还钱\n2．付利息"),
        ("claims", "还本金3.5万元", "请求", "还本金3.5万元"), ("claims", ("修墙", "赔钱"), "请求", "1．修墙\n2．赔钱"),
        ("witness", ("甲", "乙"), "证人", "甲；乙"), ("witness", "没有", "证人", ""), ("witness", True, "证人", "是"),
        ("claims", "没有", "请求", "没有"), ("claims", None, "请求", BLANK), ("claims", "；", "请求", "；"),
    ],
)  # fmt: skip
def test_an_answer_becomes_words(trial: Paper, name: str, value: Value, field: str, words: str) -> None:
    assert dict(papers.draft(trial, {name: value}).fields)[field] == words


@pytest.mark.parametrize("amount", ["-1", "0.001", "1e12"])
def test_a_sum_that_cannot_be_written_down_is_asked_again(trial: Paper, amount: str) -> None:
    with pytest.raises(Unclear, match="请再说一次"):
        papers.draft(trial, {"amount": Decimal(amount)})


def test_an_answer_without_a_place_is_refused(trial: Paper) -> None:
    with pytest.raises(TypeError, match="colour"):
        papers.draft(trial, {"colour": "红"})


def test_the_result_says_what_is_filled_in_what_is_missing_and_where_it_goes() -> None:
    result = papers.paper(paper="iou", lender="李四", amount=Decimal(50_000))
    words = [step.words for step in result.steps]
    assert (result.kind, result.value, result.paper) == ("paper", "借条", "iou")
    assert "借款金额：50,000.00元" in words
    assert "借款日期" in result.leaves_out
    assert not any(word.startswith("借款日期") for word in words)
    assert any("身份证号、银行卡号不要发在这里" in note for note in result.notes)
    assert papers.drafted(result) == papers.Draft("iou", result.fields)


@pytest.mark.parametrize("paper", papers.papers().values(), ids=papers.papers())
def test_the_interview_asks_for_every_element_and_nothing_else(paper: Paper) -> None:
    interview = forms.interviews()[f"paper_{paper.id}"]
    slots = [slot for group in interview.groups for slot in group.slots]
    assert interview.fixed == {"paper": paper.id}
    assert {slot.name for slot in slots} == {element.name for element in paper.elements}
    assert all(slot.optional for slot in slots)  # whoever does not know goes on
    assert not any(word in slot.ask for slot in slots for word in ("身份证", "银行卡号"))


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


def test_every_citation_stands_in_the_statutes(statutes: Statutes) -> None:
    cited = {c for paper in papers.papers().values() for c in paper.basis}
    cited |= {c for paper in papers.papers().values() for element in paper.elements for c in element.basis}
    for citation in cited:
        standing = statutes.standing(citation, TODAY)
        read = standing.kind is Kind.LISTED and standing.listed and standing.listed.articles
        assert standing.kind is Kind.VERIFIED or read, f"{citation}: {standing.reason}"


# --- when an interview opens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "paper"),
    [
        ("帮我写起诉状", "civil_complaint"), ("你能给我写个起诉状不", "civil_complaint"),
        ("借条怎么写 给我一份", "iou"), ("帮我写个5万块的借条", "iou"),
        ("给我一份劳动仲裁申请书", "arbitration_application"),
        ("帮忙填法律援助申请表", "legal_aid_application"), ("代写一份还款协议", "repayment_agreement"),
        ("帮我写份调解协议书", "mediation_agreement"), ("生成一份调解申请书", "mediation_application"),
        ("要一份司法确认申请书", "confirmation_application"), ("帮我写个行政复议申请", "reconsideration_application"),
        ("我想写一份人身安全保护令申请书", "protection_order_application"),
    ],
)  # fmt: skip
def test_whoever_asks_for_a_paper_is_led_to_it(said: str, paper: str) -> None:
    opened = interviews.opened(said, TODAY)
    assert opened
    assert opened.id == f"paper_{paper}"


@pytest.mark.parametrize(
    "said",
    [
        "借条怎么写", "他给我写了借条不还钱", "对方给我写借条的时候没写日期", "借条他没有给我写一张",
        "帮我写起诉状多少钱", "律师帮我写的起诉状法院不收", "帮我看看我写的起诉状", "我要申请人身安全保护令",
    ],
)  # fmt: skip
def test_whoever_only_speaks_of_a_paper_is_not(said: str) -> None:
    opened = interviews.opened(said, TODAY)
    assert not (opened and opened.id.startswith("paper_"))


def test_a_sum_said_at_the_start_is_not_asked_again() -> None:
    interview = forms.interviews()["paper_iou"]
    known = interviews.facts(interview, interviews.start(interview, "帮我写个5万块的借条", TODAY))
    assert known == {"amount": Decimal(50_000)}


# --- files that cannot be used ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: trial", "id: other", 1, "与文件名 trial 不一致"), ("title: 样书\n", "", 1, "缺少 title"),
        ("copies: 一份", "copys: 一份", 4, "不认识的键 copys"),
        ("notes: [看清楚再签]", "notes: 看清楚", 6, "notes 要是文字的列表"),
        ('article: "679"', "article: 679", 5, "条号 679"), ("kind: rate", "kind: percent", 11, "kind 只能是"),
        ("label: 证人", "label: 证人、住所", 12, "不要标点"), ("name: witness", "name: 证人", 12, "name 用小写英文"),
        ("label: 证人", "label: 利息", 12, "写了两次"), ("[姓名, 住所]", "[姓名, 生肖]", 8, "没有 生肖 这一项"),
        ("kind: lines", "kind: party", 10, "要有 person 或 organisation"),
        ("required: yes}", "required: 要}", 8, "只能是 yes 或 no"),
        ('{law: 民法典, article: "668", part: 数额}', "民法典668", 9, "basis 要是列表"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in FILE
    with pytest.raises(RuleError) as caught:
        written(tmp_path, FILE.replace(old, new, 1))
    found = [(problem.line, problem.message) for problem in caught.value.problems]
    assert any(at == line and message in words for at, words in found), found


def test_a_paper_without_its_layout_is_named(tmp_path: Path) -> None:
    (tmp_path / "trial.yaml").write_text(FILE, encoding="utf-8")
    with pytest.raises(RuleError, match=r"没有版式文件 trial\.docx"):
        layouts.load(tmp_path)
