"""A question is answered when we are sure, asked back when we are not, and brought to a human when neither helps."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.cases import Library, Part, Rules
from handlers.outcomes import Decision, Outcome
from handlers.talk import consultation, phrases
from handlers.talk.dialogue import Dialogue, Stage
from knowledge.engine.match import Findings
from tests.handlers.shelf import TODAY, case, found, text, values

RULES = Rules(answer=0.75, clarify=0.2, legal=0.5)


def _decide(library: Library, *findings: Findings, held: Dialogue | None = None, day: date = TODAY) -> Outcome:
    parts = [Part(f"问题{n}", f) for n, f in enumerate(findings, 1)]
    return consultation.decide(case(library, "问题", dialogue=held, parts=parts, rules=RULES, day=day))


@pytest.mark.parametrize(
    ("findings", "decision"),
    [
        (found(("wages", 0.75)), Decision.ANSWER),
        (found(("wages", 0.9), legal=0.1), Decision.ANSWER),
        (found(("wages", 0.7499)), Decision.CLARIFY),
        (found(("wages", 0.2)), Decision.CLARIFY),
        (found(("wages", 0.1999)), Decision.ESCALATE),
        (found(), Decision.ESCALATE),
        (found(("wages", 0.61), legal=0.0), Decision.CLARIFY),
        (found(("wages", 0.5999), legal=0.4999), Decision.OUT_OF_SCOPE),
        (found(("wages", 0.1), legal=0.5), Decision.ESCALATE),
        (found(legal=0.0), Decision.OUT_OF_SCOPE),
        (replace(found(("divorce", 0.09)), bare=True), Decision.CLARIFY),
        (replace(found(("divorce", 0.06)), bare=True), Decision.ESCALATE),
        (replace(found(), bare=True), Decision.ESCALATE),
    ],
)
def test_the_thresholds_decide(library: Library, findings: Findings, decision: Decision) -> None:
    assert _decide(library, findings).verdict.decision is decision


def test_an_answer_gives_its_topic_its_law_and_what_can_be_asked_next(library: Library) -> None:
    outcome = _decide(library, found(("wages", 0.9), ("divorce", 0.05)))
    verdict = outcome.verdict
    assert verdict.topic is library.topics["wages"]
    assert [(c.law, c.article) for c in verdict.citations] == [
        ("保障农民工工资支付条例", "30"), ("保障农民工工资支付条例", "36"), ("民法典", "1"),
    ]  # fmt: skip
    assert [f.topic for f in verdict.options] == ["wages", "divorce"]
    assert verdict.why == "最接近的问法：“wages的问法”，对上的词：词（把握 90%）"
    assert values(outcome) == ["topic:divorce", "more", "articles", "why", "human"]
    assert outcome.dialogue.options == outcome.replies[0].options
    assert (outcome.dialogue.stage, outcome.dialogue.topic, outcome.dialogue.question) == (Stage.FREE, "wages", "问题1")


def test_at_most_two_neighbours_are_offered_beside_an_answer(library: Library) -> None:
    assert values(_decide(library, found(("dog", 0.9))))[:3] == ["topic:wages", "topic:divorce", "more"]


def test_at_most_three_topics_and_a_human_are_offered(library: Library) -> None:
    findings = found(("wages", 0.3), ("divorce", 0.2), ("dog", 0.15), ("long", 0.1))
    outcome = _decide(library, findings, held=Dialogue(topic="dog"))
    assert values(outcome) == ["topic:wages", "topic:divorce", "topic:dog", "human"]
    assert [f.topic for f in outcome.verdict.options] == ["wages", "divorce", "dog"]
    assert outcome.dialogue.stage is Stage.CHOOSING
    assert outcome.dialogue.topic is None
    assert text(outcome) == phrases.CLARIFY


def test_a_topic_that_is_most_unlikely_is_not_offered(library: Library) -> None:
    outcome = _decide(library, found(("wages", 0.7), ("divorce", 0.06)))
    assert values(outcome) == ["topic:wages", "human"]


def test_what_we_do_not_know_is_offered_to_a_human_with_what_came_nearest(library: Library) -> None:
    outcome = _decide(library, found(("wages", 0.1), ("divorce", 0.05)), held=Dialogue(topic="dog"))
    assert [f.topic for f in outcome.verdict.options] == ["wages", "divorce"]
    assert text(outcome).startswith(phrases.NOT_SURE)
    assert values(outcome) == ["yes", "no"]
    assert (outcome.dialogue.question, outcome.dialogue.topic) == ("问题1", None)


def test_what_is_out_of_scope_can_still_be_brought_to_a_human(library: Library) -> None:
    held = Dialogue(question="以前的问题", topic="dog")
    outcome = _decide(library, found(legal=0.02), held=held)
    assert "12345" in text(outcome)
    assert values(outcome) == ["human"]
    assert outcome.dialogue.options == (phrases.HUMAN,), "the number picks it too"
    assert (outcome.dialogue.question, outcome.dialogue.topic) == ("问题1", None)


@pytest.mark.parametrize(
    ("topic", "day", "decision"),
    [
        ("past", date(2025, 12, 31), Decision.ANSWER),
        ("past", date(2026, 1, 1), Decision.ESCALATE),
        ("coming", date(2026, 12, 31), Decision.ESCALATE),
        ("coming", date(2027, 1, 1), Decision.ANSWER),
    ],
)
def test_a_topic_answers_on_its_own_days_only(library: Library, topic: str, day: date, decision: Decision) -> None:
    decided = _decide(library, found((topic, 0.99)), day=day)
    picked = consultation.pick(case(library, "x", day=day), topic)
    assert decided.verdict.decision is picked.verdict.decision is decision
    assert (phrases.UPDATING in text(decided)) is (decision is Decision.ESCALATE)


@pytest.mark.parametrize(("day", "stands"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)])
def test_a_topic_whose_law_has_changed_since_its_review_goes_to_a_human(
    library: Library, day: date, stands: bool
) -> None:
    old = replace(library.topics["dog"], reviewed=date(2025, 12, 1))  # it cites 治安管理处罚法, new since 2026
    held = Library({**library.topics, "dog": old, "near": replace(old, id="near", related=("dog",))}, library.statutes)
    outcome = _decide(held, found(("dog", 0.99)), day=day)
    assert (outcome.verdict.decision is Decision.ANSWER) is stands
    assert (phrases.UPDATING in text(outcome)) is not stands
    assert (outcome.dialogue.reason == "SOURCE_CHANGED") is not stands
    assert ("《治安管理处罚法》第二条换了新条文" in outcome.verdict.why) is not stands
    fresh = replace(held.topics["near"], reviewed=day)
    beside = _decide(Library({**held.topics, "near": fresh}, library.statutes), found(("near", 0.99)), day=day)
    assert ("topic:dog" in values(beside)) is stands


def test_a_neighbour_that_does_not_hold_that_day_is_not_offered(library: Library) -> None:
    then, now = (_decide(library, found(("wages", 0.9)), day=day) for day in (date(2025, 6, 1), TODAY))
    assert values(then)[:2] == ["topic:divorce", "topic:past"]
    assert "topic:past" not in values(now)


def test_two_questions_get_two_answers_and_the_second_keeps_the_buttons(library: Library) -> None:
    outcome = _decide(library, found(("wages", 0.9)), found(("divorce", 0.8)))
    assert [reply.text.splitlines()[0] for reply in outcome.replies] == ["【欠薪】", "【离婚】"]
    assert [bool(reply.options) for reply in outcome.replies] == [False, True]
    assert [v.topic.id for v in outcome.verdict.parts if v.topic] == ["wages", "divorce"]
    assert outcome.verdict.topic is library.topics["wages"]
    assert outcome.dialogue.question == "问题1\n问题2"


def test_of_several_unclear_questions_one_is_asked_back_after_the_answers(library: Library) -> None:
    outcome = _decide(library, found(("wages", 0.5)), found(("divorce", 0.9)), found())
    decisions = [v.decision for v in outcome.verdict.parts]
    assert decisions == [Decision.CLARIFY, Decision.ANSWER, Decision.ESCALATE]
    assert outcome.verdict.decision is Decision.CLARIFY
    assert [reply.text.splitlines()[0] for reply in outcome.replies] == ["【离婚】", phrases.CLARIFY]
    assert (outcome.dialogue.stage, outcome.dialogue.question) == (Stage.CHOOSING, "问题1")


def test_questions_none_of_which_is_ours_get_one_reply(library: Library) -> None:
    outcome = _decide(library, found(legal=0.0), found(legal=0.1))
    assert text(outcome) == phrases.OUT_OF_SCOPE


def test_no_more_than_four_answers_come_at_once(library: Library) -> None:
    outcome = _decide(library, *[found(("wages", 0.9))] * 9)
    assert len(outcome.replies) == 4
    assert outcome.replies[0].text.startswith("一次最多答4件事")
    assert len(outcome.verdict.parts) == 9


def test_a_story_too_long_to_be_read_whole_is_answered_and_says_so(library: Library) -> None:
    long = case(library, "法" * 100_000, parts=[Part("法", found(("wages", 0.9)))], rules=RULES)
    assert text(consultation.decide(long)).startswith(f"{phrases.TOO_LONG}\n【欠薪】")


def test_picking_answers_surely_and_keeps_the_question(library: Library) -> None:
    asked = case(library, "1", dialogue=Dialogue(question="我的问题"))
    outcome = consultation.pick(asked, "divorce")
    assert (outcome.verdict.decision, outcome.verdict.confidence) == (Decision.ANSWER, 1.0)
    assert outcome.dialogue.question == "我的问题"
    assert consultation.pick(case(library, "1"), "divorce").dialogue.question == "离婚"
    assert text(consultation.pick(asked, "gone")) == phrases.EXPIRED


def test_more_and_articles_show_what_the_last_answer_left_out(library: Library) -> None:
    after = case(library, "more", dialogue=Dialogue(topic="wages", options=(phrases.WHY,)))
    assert "证据一" in text(consultation.more(after))
    assert "民法典第1条的内容" in text(consultation.articles(after))
    assert values(consultation.more(after)) == ["why"]


def test_before_any_answer_there_is_nothing_more_to_show(library: Library) -> None:
    nothing = case(library, "more")
    shown = [text(say(nothing)) for say in (consultation.more, consultation.articles, consultation.why)]
    assert shown == [phrases.NOTHING_TO_EXPLAIN] * 3


def test_why_shows_what_matched_and_what_each_article_is_for(library: Library) -> None:
    part = Part("老板欠钱", found(("divorce", 0.9), ("wages", 0.5)))
    said = text(consultation.why(case(library, "为什么", dialogue=Dialogue(topic="wages"), parts=[part])))
    assert said.startswith("最接近的问法：“wages的问法”，对上的词：词（把握 50%）\n\n这样回答的依据：")
    assert "· 《民法典》第一条：理由1" in said


def test_why_says_no_chance_of_a_topic_that_the_resident_picked(library: Library) -> None:
    part = Part("老板欠钱", found(("divorce", 0.9), ("wages", 0.0)))
    said = text(consultation.why(case(library, "为什么", dialogue=Dialogue(topic="wages"), parts=[part])))
    assert said.startswith("这样回答的依据：")


def test_why_after_being_asked_back_shows_the_nearest_topics(library: Library) -> None:
    held = Dialogue(question="老板欠钱", options=(phrases.NONE_OF_THESE,))
    part = Part("老板欠钱", found(("divorce", 0.4), ("wages", 0.3)))
    outcome = consultation.why(case(library, "为什么", dialogue=held, parts=[part]))
    assert text(outcome).splitlines()[:2] == [
        phrases.GUESSES,
        "· 离婚：最接近的问法：“divorce的问法”，对上的词：词（把握 40%）",
    ]
    assert values(outcome) == ["human"]
    assert outcome.dialogue == held
