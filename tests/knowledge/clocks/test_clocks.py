"""The interviews of the clocks open where somebody asks for a day, ask what is needed, and end on it."""

from datetime import date

import pytest

from knowledge import topics
from knowledge.clocks.deadlines import every
from knowledge.guides import forms, interviews
from knowledge.guides.forms import Interview
from knowledge.guides.interviews import State

TODAY = date(2026, 11, 24)


def clocks() -> dict[str, Interview]:
    return {key: one for key, one in forms.interviews().items() if one.result in {"deadline", *every()}}


def limits(one: Interview) -> set[str]:
    """The time limits that the interview can end in."""
    named = {c.value for group in one.groups for slot in group.slots if slot.name == "name" for c in slot.choices}
    return named or {one.result}


def talk(sentence: str, *answers: str) -> tuple[Interview, State]:
    one = interviews.opened(sentence, TODAY)
    assert one
    state = interviews.start(one, sentence, TODAY)
    for answer in answers:
        state = interviews.answer(one, state, answer, TODAY)
    return one, state


def test_every_clock_has_an_interview() -> None:
    reached = {name for one in clocks().values() for name in limits(one)}
    seen_with_another = {"divorce_after_separation", "payment_order_acceptance"}
    assert set(every()) - reached == seen_with_another


@pytest.mark.parametrize("one", clocks().values(), ids=clocks())
def test_every_choice_is_a_clock_and_every_case_is_one_of_its_own(one: Interview) -> None:
    assert limits(one) <= set(every())
    asked = {slot.name for group in one.groups for slot in group.slots if slot.kind == "yesno"}
    asked |= {c.value for group in one.groups for slot in group.slots if slot.name == "cases" for c in slot.choices}
    before = {after for name in limits(one) if (after := every()[name].after)}
    assert asked <= {case.name for name in limits(one) | before for case in every()[name].cases}


@pytest.mark.parametrize(
    ("sentence", "answers", "name", "last"),
    [
        ("我们上周五递了离婚申请，老公反悔了能撤不", (), "divorce_cooling_off", "2026-12-21"),
        ("帮我算下离婚冷静期最后一天是哪天", ("上周五",), "divorce_cooling_off", "2026-12-21"),
        ("11月24号递的离婚申请，离婚证最迟哪天领", (), "divorce_certificate", "2027-01-25"),
        ("法院判决不准离，算一下哪天可以再起诉不准离的那个期限", ("不是", "没有", "2026年5月24日"),
        "divorce_again", "2026-11-24"),
        ("帮我算劳动仲裁的时效", ("不是", "2025年11月24日"), "labour_arbitration", "2026-11-24"),
        ("11月3号收到仲裁裁决书，几天内起诉", (), "award_litigation", "2026-11-18"),
        ("算一下工伤认定的期限", ("1", "2026年8月15日"), "injury_worker", "2027-08-16"),
        ("城管罚我200，说是违停，我不服", ("是", "上周五"), "reconsideration", "2027-01-19"),
        ("城管罚我200，说是违停，我不服", ("不清楚", "上周五"), "reconsideration", "2027-01-19"),  # the safe way
        ("城管罚我200，说是违停，我不服", ("不是", "不是", "上周五"), "administrative_litigation", "2027-05-20"),
        ("11月2号收到决定，行政复议最迟哪天", ("1", "不是"), "reconsideration", "2027-01-04"),
        ("判决书上周五收到的，最迟哪天上诉", ("民事、行政案件的判决书",), "appeal_judgment", "2026-12-07"),
        ("帮我算一下上诉期限", ("3", "11月12号"), "criminal_appeal_judgment", "2026-11-23"),
        ("帮我算答辩的期限", ("11月9号",), "defence", "2026-11-24"),
        ("算一下申请强制执行的期限", ("2024年11月22日",), "enforcement", "2026-11-23"),
        ("去年8月15号借的钱，诉讼时效到期没", ("都没有",), "civil_limitation", "2028-08-15"),
        ("调解协议11月24号签的，司法确认最迟哪天", ("都没有",), "judicial_confirmation", "2026-12-24"),
        ("11月20号申请的保护令，好久下来，是哪天截止", ("1", "是"), "protection_order", "2026-11-21"),
        ("11月24号被拘留的，最迟好久晓得批不批捕", ("是",), "arrest_decision", "2026-12-31"),
        ("11月24号交的信息公开申请，最迟哪天答复", (), "disclosure", "2026-12-22"),
        ("上周五收到听证告知书，要求听证最迟哪天", (), "hearing", "2026-11-27"),
        ("上周五收到事故认定书，复核还来得及不", (), "accident_review", "2026-11-25"),
        ("昨天收到的货，七天无理由退货来得及不", (), "no_reason_return", "2026-11-30"),
        ("昨天办了张健身卡，退款期限哪天到", ("没有",), "prepaid_refund", "2026-11-30"),
        ("算一下外嫁女告村里的期限", ("2026年3月1日", "2025年12月1日"), "collective_decision", "2027-03-01"),
    ],
)  # fmt: skip
def test_a_talk_ends_on_the_last_day(sentence: str, answers: tuple[str, ...], name: str, last: str) -> None:
    one, state = talk(sentence, *answers)
    assert interviews.screen(one, state) is None
    result = interviews.result(one, state, TODAY)
    assert (result.kind, result.value) == (name, date.fromisoformat(last))


@pytest.mark.parametrize(
    ("sentence", "answers", "value"),
    [
        ("帮我算劳动仲裁的时效", ("是",), "不受期限限制"),
        ("算一下欠条的时效", ("1",), "不受期限限制"),
        ("算一下司法确认的期限", ("2",), "不适用"),
    ],
)  # fmt: skip
def test_where_no_limit_applies_no_day_is_asked(sentence: str, answers: tuple[str, ...], value: str) -> None:
    one, state = talk(sentence, *answers)
    assert interviews.screen(one, state) is None
    assert interviews.result(one, state, TODAY).value == value


def test_a_fine_is_first_asked_whether_it_was_handed_out_on_the_spot() -> None:
    screen = interviews.screen(*talk("城管罚我200，说是违停，我不服"))
    assert screen
    assert "当场" in screen.text


def test_questions_that_the_library_answers_open_no_clock() -> None:
    asked = [question for topic in topics.load() for question in topic.questions]
    assert not [question for question in asked if (one := interviews.opened(question, TODAY)) and one.id in clocks()]
