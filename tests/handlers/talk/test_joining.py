"""One person at several addresses becomes one resident by a code that works once, soon, and not by guessing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import joining
from handlers.cases import Library
from handlers.education.subscriptions import Frequency, Subscription
from handlers.joining import Join, Offer, Other, Part
from handlers.messages import Address
from handlers.residents import Resident
from handlers.talk import phrases
from handlers.talk.dialogue import Dialogue, Stage
from tests.handlers.shelf import NOW, Talk, text, values

HERE, THERE = Address("web", "7"), Address("wechat", "oAnna")
OTHER = Other(
    Resident("o", NOW - timedelta(days=9), village=3, advice_consent=1),
    Dialogue(question="老板欠我钱", topic="wages"),
    (THERE,),
)


@pytest.mark.parametrize("words", ["合并", "/join", "换个地方接着聊。"])
def test_a_code_is_given_for_ten_minutes(library: Library, words: str) -> None:
    said = Talk(library).say(words)
    assert isinstance(said.joining, Offer)
    assert timedelta(minutes=9) < said.joining.expires_at - NOW < timedelta(minutes=11)
    shown = text(said).replace(" ", "")
    assert f"合并{said.joining.code}" in shown
    assert len(said.joining.code) == 8


@pytest.mark.parametrize("words", ["合并 1234 5678", "合并12345678", "合并码：１２３４５６７８。", "/join 12345678"])
def test_the_code_is_read_however_it_is_typed(words: str) -> None:
    assert joining.typed(words) == "12345678"


@pytest.mark.parametrize("words", ["12345678", "合并 1234", "公司合并了，欠薪找谁", "合并 123456789", "20261124"])
def test_nothing_else_is_taken_for_one(words: str) -> None:
    assert joining.typed(words) is None


def test_a_good_code_makes_one_of_both_and_the_talk_goes_on_where_it_was(library: Library) -> None:
    said = Talk(library, other=OTHER).say("合并 1234 5678")
    assert said.joining == Join("12345678", "o", phrases.JOINED_ELSEWHERE.format(channel="网页"))
    assert "微信" in text(said)
    assert (said.resident.id, said.resident.village, said.resident.advice_consent) == ("r", 3, 1)
    assert said.resident.created_at == OTHER.resident.created_at
    assert (said.dialogue.question, said.dialogue.topic) == ("老板欠我钱", "wages")


def test_what_is_under_way_here_stays(library: Library) -> None:
    here = Dialogue(Stage.TELLING, question="我的问题")
    assert joining.talk(here, OTHER.dialogue).question == "我的问题"


def test_after_five_wrong_codes_none_is_tried_for_an_hour(library: Library) -> None:
    talk = Talk(library)
    for _ in range(joining.TRIES):
        assert text(talk.say("合并 00000000")) == phrases.JOIN_WRONG
    talk.other = OTHER
    shut = talk.say("合并 12345678")
    assert (text(shut), shut.joining) == (phrases.JOIN_SHUT, None)
    assert isinstance(talk.say("合并 12345678", after=3700).joining, Join)


def test_the_same_resident_is_not_joined_again(library: Library) -> None:
    said = Talk(library, other=replace(OTHER, resident=Resident("r", NOW))).say("合并 12345678")
    assert (text(said), said.joining) == (phrases.JOINED_ALREADY, None)


def test_an_erasure_that_either_asked_for_stands() -> None:
    soon = NOW + timedelta(days=1)
    assert joining.person(Resident("a", NOW), Resident("b", NOW, erase_at=soon)).erase_at == soon


@pytest.mark.parametrize(
    ("here", "other", "expected"),
    [
        (None, None, None),
        (None, Subscription("o", NOW), Subscription("r", NOW)),
        (Subscription("r", NOW, ended_at=NOW), Subscription("o", NOW), Subscription("r", NOW)),
        (
            Subscription("r", NOW, frozenset({"劳动"})),
            Subscription("o", NOW, frozenset({"土地"}), Frequency.MONTHLY),
            Subscription("r", NOW, frozenset({"劳动", "土地"}), Frequency.MONTHLY),
        ),
        (Subscription("r", NOW, frozenset({"劳动"})), Subscription("o", NOW), Subscription("r", NOW)),
        (
            Subscription("r", NOW, ended_at=NOW),
            Subscription("o", NOW, ended_at=NOW),
            Subscription("r", NOW, ended_at=NOW),
        ),
    ],
)
def test_no_subscription_is_lost_and_the_rarer_holds(
    here: Subscription | None, other: Subscription | None, expected: Subscription | None
) -> None:
    assert joining.wishes(here, other, "r") == expected


def test_another_address_is_taken_away_and_this_one_stays(library: Library) -> None:
    talk = Talk(library, addresses=(HERE, THERE))
    asked = talk.say("解除合并")
    assert [option.label for option in asked.replies[0].options] == ["断开微信"]
    said = talk.press(values(asked)[0])
    assert said.joining == Part(THERE)
    assert "微信" in text(said)


def test_whoever_has_one_address_is_told_so(library: Library) -> None:
    assert text(Talk(library, addresses=(HERE,)).say("解除合并")) == phrases.NOTHING_JOINED
