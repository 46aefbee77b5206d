"""A question reaches a human with consent, asked once, for the right village, asked once."""

import re

import pytest

from handlers.cases import Library
from handlers.desk.cards import duty, subject
from handlers.desk.tickets import CHILD, Author, Level
from handlers.outcomes import Decision
from handlers.residents import Resident, agree_to_advice, settle_in
from handlers.talk import phrases
from handlers.talk.dialogue import Stage
from tests.handlers.shelf import NOW, Talk, found, text, values

RECEIPT = re.compile(r"TL261124-[23456789A-HJKMNP-Z]{6}")
OWED = "老板欠钱三个月"


def test_asking_for_a_human_before_any_question_asks_for_the_question(library: Library) -> None:
    talk = Talk(library)
    assert text(talk.say("找人工")) == phrases.NO_QUESTION_YET
    assert talk.dialogue.stage is Stage.TELLING
    told = talk.say(OWED)
    assert text(told) == phrases.ASK_CONSENT
    assert (told.opened, told.entries) == ((), ())


def test_consent_opens_the_ticket_with_the_words_and_gives_a_receipt_number(library: Library) -> None:
    talk = Talk(library, {OWED: found(("wages", 0.9))})
    talk.say(OWED)
    talk.say("找人工")
    outcome = talk.say("同意")
    (ticket,), (entry,) = outcome.opened, outcome.entries
    assert RECEIPT.fullmatch(ticket.receipt)
    assert (ticket.level, ticket.kind, ticket.reason, ticket.topic) == (Level.P2, "", "asked", "wages")
    assert (entry.receipt, entry.author, entry.text) == (ticket.receipt, Author.RESIDENT, OWED)
    assert ticket.receipt in text(outcome)
    assert phrases.ASK_VILLAGE in text(outcome)
    assert values(outcome) == ["skip"]


def test_a_question_we_cannot_answer_is_offered_and_goes_with_its_reason(library: Library) -> None:
    talk = Talk(library, {"难题": found(("wages", 0.1)), OWED: found(("wages", 0.9))})
    talk.say(OWED)
    assert talk.say("难题").verdict.decision is Decision.ESCALATE
    outcome = talk.press("yes")
    assert (outcome.opened[0].reason, outcome.opened[0].topic) == ("low confidence", None)
    assert outcome.entries[0].text == "难题"


def test_declining_passes_nothing_on(library: Library) -> None:
    talk = Talk(library, {"难题": found(("wages", 0.1))})
    talk.say("难题")
    outcome = talk.say("不同意")
    assert (outcome.opened, outcome.entries, text(outcome)) == ((), (), phrases.NO_CONSENT)
    assert outcome.resident.advice_consent == 0
    assert talk.dialogue.stage is Stage.FREE


def test_consent_and_village_are_asked_once(library: Library) -> None:
    talk = Talk(library)
    for words in ("找人工", OWED, "同意", "六赢村"):
        talk.say(words)
    assert talk.say("找人工").replies[0].text == phrases.NO_QUESTION_YET
    second = talk.say("还有一件事")
    assert len(second.opened) == 1
    assert second.opened[0].village == 8
    assert [p.village for p in second.placed] == [8]
    assert values(second) == []
    assert talk.dialogue.stage is Stage.FREE


def test_who_agreed_once_is_only_asked_whether_it_is_to_go_to_a_human(library: Library) -> None:
    known = settle_in(agree_to_advice(Resident("r", NOW)), 2)
    talk = Talk(library, {"难题": found(("wages", 0.1))}, resident=known)
    assert text(talk.say("难题")) == f"{phrases.NOT_SURE}\n{phrases.ASK_WHETHER}"
    assert talk.say("不用").opened == ()
    talk.say("难题")
    assert len(talk.say("要得").opened) == 1


def test_a_second_request_while_the_village_is_open_makes_a_ticket_of_its_own(library: Library) -> None:
    talk = Talk(library)
    for words in ("找人工", OWED):
        talk.say(words)
    first = talk.say("同意").opened[0].receipt
    talk.say("找人工")
    second = talk.say("还有一件事").opened[0].receipt
    assert first != second
    assert [p.receipt for p in talk.say("六赢村").placed] == [second]


def test_the_village_is_named_and_the_ticket_placed(library: Library) -> None:
    talk = Talk(library)
    for words in ("找人工", OWED):
        talk.say(words)
    receipt = talk.say("同意").opened[0].receipt
    outcome = talk.say("我住六赢村3社")
    assert [(p.receipt, p.village) for p in outcome.placed] == [(receipt, 8)]
    assert text(outcome) == f"好的，由土桥镇六赢村的法律顾问来答复（受理号 {receipt}）。急的事可以打12348。"
    assert outcome.resident.village == 8


@pytest.mark.parametrize("words", ["skip", "不说", "不知道", "1", "不说/找不到"])
def test_the_village_may_be_left_out(library: Library, words: str) -> None:
    talk = Talk(library)
    for said in ("找人工", OWED, "同意"):
        talk.say(said)
    outcome = talk.say(words)
    assert [placed.village for placed in outcome.placed] == [None]  # so that nobody waits for one
    assert "区里值班的法律顾问" in text(outcome)
    assert (talk.dialogue.stage, outcome.resident.village) == (Stage.FREE, None)


@pytest.mark.parametrize(
    ("words", "offered", "pick", "village"),
    [
        ("示例一村", ["village:1", "village:4", "skip"], "2", 4),
        ("示列一村", ["village:1", "village:4", "village:2", "skip"], "village:1", 1),
        ("六营村", ["village:8", "skip"], "1", 8),
    ],
)
def test_an_unclear_village_is_picked_from_a_few(
    library: Library, words: str, offered: list[str], pick: str, village: int
) -> None:
    talk = Talk(library)
    for said in ("找人工", OWED, "同意"):
        talk.say(said)
    asked = talk.say(words)
    assert text(asked) == phrases.CHOOSE_VILLAGE
    assert values(asked)[:2] == offered[:2]
    assert values(asked)[-1] == "skip"
    assert talk.say(pick).resident.village == village


@pytest.mark.parametrize(
    ("words", "reply"),
    [("火星上的村", phrases.ASK_VILLAGE_AGAIN), ("安居镇", phrases.WHICH_OF_TOWN.format(town="安居镇"))],
)
def test_what_names_no_village_is_asked_again(library: Library, words: str, reply: str) -> None:
    talk = Talk(library)
    for said in ("找人工", OWED, "同意"):
        talk.say(said)
    assert text(talk.say(words)) == reply
    assert talk.say("六赢村").resident.village == 8


def test_a_forged_village_places_nothing(library: Library) -> None:
    talk = Talk(library)
    for said in ("找人工", OWED, "同意"):
        talk.say(said)
    assert text(talk.press("village:2")) == phrases.EXPIRED
    assert talk.dialogue.stage is Stage.PLACING


def test_consent_pressed_twice_opens_one_ticket(library: Library) -> None:
    talk = Talk(library)
    for said in ("找人工", OWED):
        talk.say(said)
    assert len(talk.press("yes").opened) == 1
    again = talk.press("yes")
    assert (again.opened, again.entries, text(again)) == ((), (), phrases.EXPIRED)


def test_a_resident_known_to_agree_gets_the_ticket_at_once(library: Library) -> None:
    known = settle_in(agree_to_advice(Resident("r", NOW)), 2)
    talk = Talk(library, {OWED: found(("wages", 0.9))}, resident=known)
    talk.say(OWED)
    outcome = talk.press("human")
    assert (len(outcome.opened), len(outcome.entries), outcome.placed[0].village) == (1, 1, 2)


def test_a_question_after_the_consent_was_asked_is_simply_answered(library: Library) -> None:
    talk = Talk(library, {"难题": found(("wages", 0.1)), OWED: found(("wages", 0.9))})
    talk.say("难题")
    assert talk.say(OWED).verdict.decision is Decision.ANSWER
    assert talk.say("同意").opened == ()


def test_starting_again_forgets_the_question(library: Library) -> None:
    talk = Talk(library, {OWED: found(("wages", 0.9))})
    talk.say(OWED)
    talk.say("找人工")
    assert text(talk.say("重来")) == phrases.CANCELLED
    assert (talk.dialogue.stage, talk.dialogue.question, talk.dialogue.topic) == (Stage.FREE, "", None)
    assert text(talk.say("找人工")) == phrases.NO_QUESTION_YET


CHILD_ASKS = "我是小学生，同学借我钱不还"


def test_who_seems_to_be_a_child_is_asked_to_fetch_a_grown_up_and_goes_to_whoever_helps_children(
    library: Library,
) -> None:
    talk = Talk(library, {CHILD_ASKS: found(("wages", 0.1))})
    asked = talk.say(CHILD_ASKS)
    assert text(asked).endswith(phrases.ASK_CONSENT_OF_CHILD)
    assert "12355" in text(asked)
    (ticket,) = talk.say("同意").opened
    assert (ticket.level, ticket.kind) == (Level.P1, CHILD)
    assert "未成年人保护法第十一条" in duty(ticket)
    assert subject(ticket) == "未成年人来问"


def test_a_grown_up_who_speaks_of_a_child_is_no_child(library: Library) -> None:
    talk = Talk(library)
    for words in ("找人工", "我女儿12岁充游戏花了5000"):
        asked = talk.say(words)
    assert text(asked) == phrases.ASK_CONSENT
    (ticket,) = talk.say("同意").opened
    assert (ticket.level, ticket.kind, duty(ticket)) == (Level.P2, "", "")
