"""Danger gets its fixed text at once; who may know of it is asked after, and nothing is passed on before."""

from datetime import timedelta

import pytest

from handlers.cases import Library
from handlers.desk.tickets import Level
from handlers.messages import Kind
from handlers.outcomes import Decision
from handlers.residents import Resident, agree_to_advice, settle_in
from handlers.talk import phrases, safety
from handlers.talk.dialogue import Stage
from knowledge.engine import danger
from tests.handlers.shelf import NOW, Talk, found, inbound, text, values

BEATEN = "我被老公打了，现在还在打"
SUICIDE = "我想自杀，活不下去了"
CHILD = "我今年12岁，爸爸打我"
DETAINED = "我儿子被派出所拘留了，怎么办"


@pytest.mark.parametrize("words", [BEATEN, SUICIDE, CHILD, DETAINED])
def test_the_whole_fixed_text_comes_first_and_consent_is_asked_after(library: Library, words: str) -> None:
    alarm = danger.assess(words)
    assert alarm is not None
    outcome = Talk(library).say(words)
    assert text(outcome) == f"{alarm.words}\n\n{phrases.ASK_CONSENT_AFTER_DANGER}"
    assert values(outcome)[:2] == ["yes", "no"]
    assert (outcome.verdict.decision, outcome.verdict.level) == (Decision.URGENT, alarm.level)


@pytest.mark.parametrize("words", [BEATEN, SUICIDE, CHILD])
def test_a_p0_ticket_opens_at_once_with_kind_and_time_only(library: Library, words: str) -> None:
    known = settle_in(agree_to_advice(Resident("r", NOW)), 3)
    talk = Talk(library, {"老板欠钱": found(("wages", 0.9))}, resident=known)
    talk.say("老板欠钱")
    outcome = talk.say(words)
    (ticket,) = outcome.opened
    alarm = danger.assess(words)
    assert alarm is not None
    assert (ticket.level, ticket.kind, ticket.reason, ticket.opened_at) == (Level.P0, alarm.kind, "urgent", talk.now)
    assert (ticket.village, ticket.topic) == (None, None)
    assert (outcome.entries, outcome.placed) == ((), ())


def test_a_p1_message_opens_no_ticket_before_consent(library: Library) -> None:
    talk = Talk(library)
    assert talk.say(DETAINED).opened == ()
    agreed = talk.say("同意")
    assert (agreed.opened[0].level, agreed.opened[0].kind) == (Level.P1, "P1-a")
    assert agreed.entries[0].text == DETAINED


def test_after_consent_the_ticket_gets_the_words_and_then_the_village(library: Library) -> None:
    talk = Talk(library)
    receipt = talk.say(BEATEN).opened[0].receipt
    agreed = talk.say("同意")
    assert agreed.opened == ()
    assert [(e.receipt, e.text) for e in agreed.entries] == [(receipt, BEATEN)]
    assert receipt in text(agreed)
    placed = talk.say("安居镇示例一村")
    assert [(p.receipt, p.village) for p in placed.placed] == [(receipt, 1)]


def test_what_is_told_while_the_village_is_asked_goes_to_the_ticket(library: Library) -> None:
    talk = Talk(library)
    talk.say(BEATEN)
    receipt = talk.say("同意").entries[0].receipt
    told = talk.say("他才17岁")
    assert [(e.receipt, e.text) for e in told.entries] == [(receipt, "他才17岁")]
    assert text(told) == f"{phrases.ADDED_AFTER_DANGER}\n{phrases.ASK_VILLAGE}"
    assert [p.receipt for p in talk.say("六赢村").placed] == [receipt]


def test_without_consent_no_words_are_passed_on_and_the_ticket_stays(library: Library) -> None:
    talk = Talk(library)
    talk.say(BEATEN)
    refused = talk.say("不同意")
    assert (refused.entries, refused.opened, refused.placed) == ((), (), ())
    assert text(refused) == phrases.NO_CONSENT_IN_DANGER
    assert talk.dialogue.stage is Stage.FREE


def test_who_refused_may_still_ask_for_a_human_and_the_open_ticket_gets_the_words(library: Library) -> None:
    talk = Talk(library)
    receipt = talk.say(BEATEN).opened[0].receipt
    talk.say("不同意")
    assert text(talk.say("找人工")) == phrases.ASK_CONSENT_AFTER_DANGER
    agreed = talk.say("同意")
    assert (agreed.opened, [e.receipt for e in agreed.entries]) == ((), [receipt])


@pytest.mark.parametrize("between", [[], ["同意"], ["找人工"]])
def test_a_second_urgent_message_opens_no_second_ticket(library: Library, between: list[str]) -> None:
    talk = Talk(library)
    receipt = talk.say(BEATEN).opened[0].receipt
    for words in between:
        talk.say(words)
    again = talk.say(SUICIDE)
    assert again.opened == ()
    assert "120" in text(again)
    assert [e.receipt for e in talk.say("同意").entries] == [receipt]


def test_what_was_said_in_several_messages_is_passed_on_together(library: Library) -> None:
    talk = Talk(library)
    talk.say(BEATEN)
    talk.say(SUICIDE)
    assert talk.say("同意").entries[0].text == f"{BEATEN}\n{SUICIDE}"


def test_danger_of_another_day_opens_a_ticket_of_its_own(library: Library) -> None:
    talk = Talk(library)
    first = talk.say(BEATEN).opened[0].receipt
    later = talk.say(BEATEN, after=timedelta(hours=2).total_seconds())
    assert later.opened[0].receipt != first
    assert talk.say("同意").entries[0].text == BEATEN


def test_p0_opens_a_ticket_although_another_question_waits_for_its_village(library: Library) -> None:
    talk = Talk(library)
    for words in ("找人工", "老板欠钱"):
        talk.say(words)
    ordinary = talk.say("同意").opened[0]
    urgent = talk.say(BEATEN).opened[0]
    assert (ordinary.level, urgent.level) == (Level.P2, Level.P0)
    assert [e.receipt for e in talk.say("同意").entries] == [urgent.receipt]


def test_p0_after_p1_opens_its_ticket_and_p1_after_p0_does_not(library: Library) -> None:
    rising, falling = Talk(library), Talk(library)
    rising.say(DETAINED)
    assert rising.say(BEATEN).opened[0].level is Level.P0
    falling.say(BEATEN)
    assert falling.say(DETAINED).opened == ()
    assert falling.say("同意").opened == ()


def test_the_text_that_went_out_while_the_database_was_down_is_not_repeated(library: Library) -> None:
    outcome = Talk(library).say(BEATEN, told=True)
    assert text(outcome) == phrases.ASK_CONSENT_AFTER_DANGER
    assert outcome.opened[0].level is Level.P0


def test_a_question_in_between_is_answered_and_consent_asked_again(library: Library) -> None:
    talk = Talk(library, {"离婚要多久": found(("divorce", 0.9)), "我好怕": found(legal=0.1)})
    talk.say(BEATEN)
    answered = talk.say("离婚要多久")
    assert answered.verdict.decision is Decision.ANSWER
    assert [r.text.splitlines()[0] for r in answered.replies] == ["【离婚】", phrases.ASK_CONSENT_AFTER_DANGER]
    afraid = talk.say("我好怕")
    assert text(afraid) == phrases.ASK_CONSENT_AGAIN
    assert talk.say("同意").entries[0].text == f"{BEATEN}\n离婚要多久\n我好怕"


def test_an_hour_later_questions_are_answered_as_ever(library: Library) -> None:
    talk = Talk(library, {"离婚要多久": found(("divorce", 0.9))})
    talk.say(BEATEN)
    assert len(talk.say("离婚要多久", after=4000).replies) == 1


@pytest.mark.parametrize(
    ("said", "alarmed"),
    [
        (inbound(BEATEN), True),
        (inbound(BEATEN, Kind.EDITED), True),
        (inbound(BEATEN, Kind.CHOICE), False),
        (inbound(BEATEN, Kind.MEDIA), False),
        (inbound(BEATEN, Kind.GROUP), False),
        (inbound("法" * 5000 + "。" + BEATEN), True),
        (inbound(BEATEN + "。" + "法" * 5000), True),
        (inbound("我\u200b被老\u200b公打了，现在\u200d还在打"), True),
        (inbound("a\ud83d b"), False),
        (inbound("家暴的法律规定有哪些"), False),
    ],
)
def test_danger_is_looked_for_in_texts_and_at_both_ends_of_long_ones(said: object, alarmed: bool) -> None:
    assert isinstance(said, type(inbound("")))
    assert (safety.alarm(said) is not None) is alarmed
