"""Mediation is for those who both want it: who mediates, what it costs, what comes after, and where else to go."""

from datetime import date
from decimal import Decimal

import pytest

from knowledge import regions, topics
from knowledge.citations import Citation
from knowledge.guides import disputes, interviews, mediation
from knowledge.results import Result

TODAY = date(2026, 11, 24)
INTERVIEWS = {"mediation", "confirmation_check", "cross_region"}


def words(result: Result) -> str:
    return "\n".join((str(result.value), *(step.words for step in result.steps), *result.notes))


def asked(sentence: str, *answers: str) -> Result:
    one = interviews.opened(sentence, TODAY)
    assert one
    assert one.id == "mediation"
    state = interviews.start(one, sentence, TODAY)
    for answer in answers:
        state = interviews.answer(one, state, answer, TODAY)
    assert interviews.screen(one, state) is None
    return interviews.result(one, state, TODAY)


def test_two_neighbours_who_both_want_it_are_told_who_mediates_for_free_and_what_comes_after() -> None:
    result = asked("两家地界吵了半年，双方愿意调", "没有", "同村", "没有", "3个人")
    assert result.value == "可以调，找村（社区）人民调解委员会"
    assert "不收任何费用" in words(result)
    assert "30日内双方一起去法院申请司法确认" in words(result)
    assert "土地归谁" in words(result)
    laws = {(citation.law, citation.article) for citation in result.citations}
    assert {("人民调解法", number) for number in ("4", "8", "17", "23", "29", "31", "33")} <= laws
    assert ("最高人民法院关于适用民事诉讼法的解释", "355") in laws


@pytest.mark.parametrize(
    "sentence",
    ["想申请人民调解", "我要申请调解", "帮我登记一下调解", "两家扯皮，对方也愿意调", "双方都同意请人调解，是欠款的事"],
)
def test_ordinary_talk_opens_it(sentence: str) -> None:
    one = interviews.opened(sentence, TODAY)
    assert one
    assert one.id == "mediation"


def test_questions_that_the_library_answers_open_none_of_these_interviews() -> None:
    listed = [question for topic in topics.load() for question in topic.questions]
    opened = [(question, one.id) for question in listed if (one := interviews.opened(question, TODAY))]
    assert not [pair for pair in opened if pair[1] in INTERVIEWS]


def test_a_clear_refusal_ends_it_and_the_other_ways_are_told() -> None:
    result = asked("想申请人民调解", "邻里", "没有", "对方明确不愿意")
    assert result.value == "对方不愿意，不能调"
    assert Citation("人民调解法", "17") in result.citations
    assert "向法院起诉" in words(result)


@pytest.mark.parametrize("consent", ["没问对方", None])
def test_who_has_not_asked_the_other_side_may_apply_all_the_same(consent: str | None) -> None:
    result = mediation.mediation_intake(kind="欠款", consent=consent)
    assert str(result.value).startswith("可以调")
    assert "还没问过对方也可以先去申请" in words(result)


@pytest.mark.parametrize(("kind", "way"), [("政府", "行政复议"), ("犯罪", "公安机关报案")])
def test_what_is_no_dispute_between_people_is_sent_elsewhere(kind: str, way: str) -> None:
    result = mediation.mediation_intake(kind=kind)
    assert result.value == "人民调解不收"
    assert way in words(result)


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("劳动", "劳动仲裁"),
        ("承包地", "农村土地承包仲裁委员会"),
        ("地界", "乡镇政府或者县级以上政府处理"),
        ("离婚", "婚姻登记处"),
        ("欠款", "申请仲裁"),
        ("消费", "12315"),
        ("医疗", "行政调解"),
    ],
)
def test_the_ways_after_a_failure_are_those_of_the_dispute(kind: str, way: str) -> None:
    assert way in "".join(step.words for step in mediation.steps(mediation.ways(kind)))
    assert way in words(mediation.mediation_intake(kind=kind, consent=mediation.WILLING))


@pytest.mark.parametrize(
    ("reach", "tried", "amount", "people", "level"),
    [
        (None, None, None, None, "village"),
        ("同村", "没有", "99999.99", "9", "village"),
        ("同村", "没有", "100000", "2", "town"),
        ("同村", "没有", "0", "10", "town"),
        ("跨村", "没有", None, None, "town"),
        ("同村", "村社", None, None, "town"),
        ("同村", "镇街", None, None, "district"),
        ("跨镇街", "没有", None, None, "district"),
        ("跨区县", "村社", "100000", "10", "district"),
    ],
)
def test_a_dispute_goes_as_high_as_the_rules_send_it(
    reach: str | None, tried: str | None, amount: str | None, people: str | None, level: str
) -> None:
    numbers = [None if one is None else Decimal(one) for one in (amount, people)]
    assert mediation.route(reach=reach, tried=tried, amount=numbers[0], people=numbers[1]).level == level


def test_what_is_only_a_parameter_of_ours_says_so() -> None:
    result = mediation.mediation_intake(kind="欠款", amount=Decimal(100_000))
    assert "暂定10万元" in words(result)
    assert "以机构答复为准" in words(result)


@pytest.mark.parametrize(
    ("kind", "centre"), [("医疗", "medical"), ("交通", "traffic"), ("劳动", "labour"), ("物业", "property")]
)
def test_a_special_mediator_is_named_beside_the_committee(kind: str, centre: str) -> None:
    special = regions.centres()[centre]
    said = next(s.words for s in mediation.mediation_intake(kind=kind).steps if s.words.startswith("也可以找"))
    assert special.name in said
    assert ("以机构答复为准" in said) is (special.mark != "V")


def test_violence_comes_first_and_at_home_it_is_not_for_mediation_alone() -> None:
    result = mediation.mediation_intake(kind="家庭", consent=mediation.WILLING, violent=True)
    assert "110" in result.steps[0].words
    assert result.steps[0].basis == (Citation("人民调解法", "25"),)
    assert "人身安全保护令" in result.steps[1].words
    assert "保护令" not in words(mediation.mediation_intake(kind="邻里", violent=True))


@pytest.mark.parametrize("kind", disputes.disputes().disputes)
def test_every_dispute_gets_an_answer_with_its_articles(kind: str) -> None:
    result = mediation.mediation_intake(kind=kind, consent=mediation.WILLING)
    assert result.value
    assert result.citations
    assert "12348" in words(result)
