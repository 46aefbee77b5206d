"""A message is counted in, its route is picked, and each route ends in what should be said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import turns
from handlers.cases import Library, Rules, Situation
from handlers.messages import Arrived, Kind
from handlers.outcomes import Decision
from handlers.residents import Resident
from handlers.talk import phrases
from handlers.talk.commands import Command
from handlers.talk.dialogue import Dialogue
from tests.handlers.shelf import NOW, Talk, found, inbound, text, values

BEATEN = "我被老公打了，现在还在打"


def test_what_waited_while_we_were_down_is_no_flood(library: Library) -> None:
    held, decisions = Dialogue(), list[str]()
    for minute in range(8):  # sent a minute apart, all handled in the same second
        said = replace(inbound("你好"), sent_at=NOW + timedelta(minutes=minute))
        situation = Situation(Arrived(1, said, 1), Resident("r", NOW), held)
        case, route = turns.prepare(situation, library, Rules(), NOW + timedelta(hours=1), NOW.date())
        held = turns.outcome(case, route).dialogue
        decisions.append(route.to)
    assert decisions == ["smalltalk"] * 8


def test_editing_an_old_message_is_writing_now(library: Library) -> None:
    edited = replace(inbound("你好", Kind.EDITED), sent_at=NOW - timedelta(days=1))
    situation = Situation(Arrived(1, edited, 1), Resident("r", NOW), Dialogue())
    case, _ = turns.prepare(situation, library, Rules(), NOW, NOW.date())
    assert case.dialogue.recent == (int(NOW.timestamp()),)


def test_a_clock_ahead_of_ours_buys_no_room(library: Library) -> None:
    ahead = replace(inbound("你好"), sent_at=NOW + timedelta(days=1))
    situation = Situation(Arrived(1, ahead, 1), Resident("r", NOW), Dialogue())
    case, _ = turns.prepare(situation, library, Rules(), NOW, NOW.date())
    assert case.dialogue.recent == (int(NOW.timestamp()),)


def test_a_flood_gets_one_notice_and_then_nothing(library: Library) -> None:
    talk = Talk(library)
    said = [text(talk.say("你好", after=1)) for _ in range(8)]
    assert said[5:] == [phrases.FLOODED, "", ""]
    assert text(talk.say("你好", after=20)) == phrases.SMALLTALK["greeting"]
    assert text(talk.say(BEATEN, after=0)).startswith("先顾安全")


@pytest.mark.parametrize(
    ("kind", "words", "reply"),
    [
        (Kind.MEDIA, "voice", phrases.MEDIA["voice"]),
        (Kind.MEDIA, "photo", phrases.MEDIA["photo"]),
        (Kind.MEDIA, "dice", phrases.MEDIA_OTHER),
        (Kind.GROUP, "", phrases.GROUP),
        (Kind.TEXT, "", phrases.EMPTY),
        (Kind.TEXT, "🀄🀄🀄", phrases.EMPTY),
        (Kind.CHOICE, "topic:wages", phrases.EXPIRED),
        (Kind.TEXT, "/start", phrases.WELCOME),
        (Kind.TEXT, "帮助", phrases.HELP),
        (Kind.TEXT, "隐私", phrases.PRIVACY),
        (Kind.TEXT, "谢谢", phrases.SMALLTALK["thanks"]),
        (Kind.TEXT, "你是谁", phrases.SMALLTALK["who"]),
    ],
)
def test_what_asks_nothing_gets_its_fixed_reply_and_changes_nothing(
    library: Library, kind: Kind, words: str, reply: str
) -> None:
    situation = Situation(Arrived(1, inbound(words, kind), 1), Resident("r", NOW), Dialogue(question="问", topic="dog"))
    case, route = turns.prepare(situation, library, Rules(), NOW, NOW.date())
    outcome = turns.outcome(case, route)
    assert (text(outcome), outcome.verdict.decision) == (reply, Decision.SMALLTALK)
    assert (outcome.dialogue.question, outcome.dialogue.topic, outcome.opened) == ("问", "dog", ())


@pytest.mark.parametrize("command", list(Command))
def test_every_order_is_answered(library: Library, command: Command) -> None:
    assert text(Talk(library).press(command.value)) != ""
    assert text(Talk(library).say(f"/{command.value}")) != ""


def test_a_channel_abroad_asks_first_and_answers_the_kept_question_after(library: Library) -> None:
    talk = Talk(library, {"老板欠钱": found(("wages", 0.9))}, channel="telegram")
    asked = talk.say("老板欠钱")
    assert (text(asked), values(asked)) == (phrases.CHANNEL_CONSENT, ["yes", "no"])
    talk.say("你好")
    assert text(talk.say("同意")).startswith("【欠薪】")
    assert talk.resident.channel_consent == 1
    assert text(talk.say("你好")) == phrases.SMALLTALK["greeting"]


def test_a_start_before_consent_is_welcomed_after(library: Library) -> None:
    talk = Talk(library, channel="telegram")
    assert text(talk.say("/start")) == phrases.CHANNEL_CONSENT
    assert text(talk.press("yes")) == phrases.WELCOME


def test_who_does_not_accept_the_channel_is_told_of_other_ways_and_may_change_their_mind(library: Library) -> None:
    talk = Talk(library, {"老板欠钱": found(("wages", 0.9))}, channel="telegram")
    talk.say("老板欠钱")
    assert text(talk.say("不同意")) == phrases.CHANNEL_DECLINED
    assert talk.resident.channel_consent == 0
    assert text(talk.say("同意")).startswith("【欠薪】")


def test_an_urgent_text_goes_out_before_the_channel_is_accepted_and_help_can_be_had(library: Library) -> None:
    talk = Talk(library, channel="telegram")
    assert text(talk.say("我想问个事")) == phrases.CHANNEL_CONSENT
    urgent = talk.say(BEATEN)
    assert urgent.verdict.decision is Decision.URGENT
    agreed = talk.press("yes")
    assert agreed.entries[0].text == BEATEN
    assert talk.say("六赢村").placed[0].receipt == urgent.opened[0].receipt
    assert talk.resident.channel_consent == 0
    assert text(talk.say("离婚要多久")) == phrases.CHANNEL_CONSENT


def test_danger_kept_for_later_is_still_danger_after_consent(library: Library) -> None:
    talk = Talk(library, channel="telegram")
    talk.say(BEATEN)
    talk.say("不同意")
    assert text(talk.say("找人工")) == phrases.CHANNEL_CONSENT
    assert talk.say("同意").verdict.decision is Decision.URGENT
