"""A court confirms what people are to pay or do, when both ask within thirty days; never who owns or is whose."""

from datetime import date

import pytest

from knowledge.citations import Citation
from knowledge.clocks.deadlines import Due
from knowledge.guides import confirmation, interviews
from knowledge.guides.confirmation import COURT, NOBODY, OFFICE
from knowledge.results import Result

TODAY = date(2026, 11, 24)
READING = "最高人民法院关于适用民事诉讼法的解释"


def bars(clause: str) -> set[str]:
    return {one.bar.id for one in confirmation.obstacles((), (clause,))}


def words(result: Result) -> str:
    return "\n".join((str(result.value), *(step.words for step in result.steps), *result.notes))


@pytest.mark.parametrize(
    ("clause", "bar"),
    [
        ("以石坎为界，石坎以东归张三所有", "ownership"),
        ("确认该宅基地使用权属于李四", "ownership"),
        ("房屋归女方所有", "ownership"),
        ("争议的山林归甲方", "ownership"),
        ("双方确定地界在老槐树处", "ownership"),
        ("该商标归乙方享有", "ownership"),
        ("承包地的承包权归王五", "ownership"),
        ("对这块地进行确权", "ownership"),
        ("双方自愿离婚", "identity"),
        ("甲乙双方同意解除收养关系", "identity"),
        ("确认王某与李某的亲子关系", "identity"),
        ("夫妻关系终止", "identity"),
        ("孩子由舅舅收养", "identity"),
        ("申请宣告张三死亡", "special"),
        ("确认李某为无民事行为能力人", "special"),
        ("由长子担任遗产管理人", "special"),
        ("到期不还的，拍卖抵押的房屋", "special"),
        ("镇政府撤销行政处罚决定", "scope"),
        ("乙方偿还赌债两万元", "unlawful"),
        ("甲方收款后不再报警", "unlawful"),
        ("由案外人王某承担", "others"),
        ("乙方尽快付清", "vague"),
        ("赔偿款500元左右", "vague"),
        ("余款以后再商量", "vague"),
    ],
)
def test_a_clause_that_no_court_confirms_is_found(clause: str, bar: str) -> None:
    assert bars(clause) == {bar}


@pytest.mark.parametrize(
    "clause",
    [
        "乙方于2026年12月1日前归还借款三万元",
        "乙方返还占用的房屋",
        "甲方不得在地界处堆放杂物",
        "甲方将界石移回原处",
        "张三承认占用李四宅基地0.5米，于12月1日前拆除围墙",
        "双方不涉及土地归属，乙方赔偿甲方500元",
        "地界由政府另行处理，归属不在本协议里",
        "男方于每月5日支付孩子抚养费800元",
        "离婚后男方每月支付抚养费800元",
        "双方已经离婚，女方于12月1日前搬出",
        "土地租金归甲方，每年1000元",
        "甲方当面向乙方道歉，左右两侧的树枝由甲方修剪",
        "三兄弟每人每月给母亲赡养费500元",
    ],
)
def test_a_clause_about_paying_or_doing_passes(clause: str) -> None:
    assert bars(clause) == set()


def test_clauses_are_looked_at_one_by_one_and_the_faulty_one_is_quoted() -> None:
    found = confirmation.obstacles(("给钱",), ("乙方付甲方500元。以水沟为界。\n乙方12月1日前付清；双方和好",))
    assert [(one.clause, one.refuses) for one in found] == [("以水沟为界", True)]
    assert found[0].words.startswith("“以水沟为界”：")
    assert "第三百五十五条第一款第（五）项" in found[0].words


@pytest.mark.parametrize(
    ("settles", "item"),
    [("政府", "（一）"), ("身份", "（三）"), ("特别程序", "（四）"), ("归属", "（五）"), ("知识产权", "（五）")],
)
def test_an_agreement_about_what_no_court_confirms_is_refused_with_the_article(settles: str, item: str) -> None:
    result = confirmation.confirmation(settles=("给钱", settles), start=TODAY, today=TODAY)
    assert result.value == "不能申请：法院不受理"
    assert f"第三百五十五条第一款第{item}项" in words(result)
    assert Citation(READING, "355") in result.citations
    assert "起诉" in words(result)


def test_the_last_day_is_that_of_the_clock_with_its_reminders() -> None:
    result = confirmation.confirmation(settles=("给钱",), mediator="调委会", both=True, start=TODAY, today=TODAY)
    assert isinstance(result, Due)
    assert result.value == date(2026, 12, 24)
    assert [day.day for day in result.reminders] == [4, 14, 21, 23]
    laws = {(citation.law, citation.article) for citation in result.citations}
    assert {("人民调解法", "33"), ("民事诉讼法", "205"), ("民事诉讼法", "206"), (READING, "354")} <= laws
    assert ("诉讼费用交纳办法", "8") in laws


@pytest.mark.parametrize(
    ("today", "late"), [(date(2026, 12, 24), False), (date(2026, 12, 25), True), (date(2027, 3, 1), True)]
)
def test_on_day_thirty_one_suing_or_a_new_agreement_is_offered(today: date, late: bool) -> None:
    result = confirmation.confirmation(settles=("给钱",), mediator="调委会", both=True, start=TODAY, today=today)
    assert ("不能再申请" in str(result.value)) is late
    if late:
        assert "可以起诉；也可以重新达成一份协议" in words(result)
        assert isinstance(result, Due)
        assert result.reminders == ()


def test_a_last_day_off_moves_on_to_the_next_workday() -> None:
    result = confirmation.confirmation(settles=("给钱",), start=date(2026, 11, 20), today=date(2026, 12, 21))
    assert result.value == date(2026, 12, 21)


@pytest.mark.parametrize(
    ("mediator", "both", "value"),
    [(NOBODY, True, "没有调解组织主持"), ("调委会", False, "要双方一起"), (NOBODY, False, "没有调解组织主持")],
)
def test_nobody_confirms_what_was_not_mediated_or_is_asked_by_one_side(mediator: str, both: bool, value: str) -> None:
    result = confirmation.confirmation(settles=("给钱",), mediator=mediator, both=both, start=TODAY, today=TODAY)
    assert value in str(result.value)


@pytest.mark.parametrize(
    ("mediator", "said"),
    [(COURT, "向那家法院申请"), ("调委会", "调解组织所在地"), (OFFICE, "先问法院"), (None, "依法设立的调解组织")],
)
def test_where_to_go_depends_on_who_mediated(mediator: str | None, said: str) -> None:
    result = confirmation.confirmation(settles=("给钱",), mediator=mediator, both=True, today=TODAY)
    assert said in words(result)
    assert result.value == "可以，在协议生效起30日内"


def test_wording_that_would_be_dismissed_is_told_and_does_not_bar() -> None:
    result = confirmation.confirmation(settles=("给钱",), clause="乙方尽快付清", start=TODAY, today=TODAY)
    assert result.value == date(2026, 12, 24)
    assert "“乙方尽快付清”" in words(result)
    assert Citation(READING, "358") in result.citations


@pytest.mark.parametrize(
    ("sentence", "answers", "value"),
    [
        ("我们想申请司法确认", ("1", "1", "乙方12月1日前付清3000元", "是", "上周五"), date(2026, 12, 21)),
        ("这份调解协议能不能去法院确认", ("1", "1", "以水沟为界", "是", "上周五"), "不能申请：法院不受理"),
        ("帮我看看我们的地界协议能不能得到确认", (), "不能申请：法院不受理"),
        ("刚签的调解协议法院能不能确认，是还钱的", ("自己谈的",), "不能申请：没有调解组织主持"),
        ("我们想申请司法确认", ("1、2", "不清楚", "不清楚", "对方不去"), "不能申请：要双方一起"),
        ("我们想申请司法确认", ("1", "1", "不清楚", "不清楚", "不清楚"), "可以，在协议生效起30日内"),
    ],
)
def test_the_interview_asks_no_more_than_matters(sentence: str, answers: tuple[str, ...], value: str | date) -> None:
    one = interviews.opened(sentence, TODAY)
    assert one
    assert one.id == "confirmation_check"
    state = interviews.start(one, sentence, TODAY)
    for answer in answers:
        state = interviews.answer(one, state, answer, TODAY)
    assert interviews.screen(one, state) is None
    assert interviews.result(one, state, TODAY).value == value
