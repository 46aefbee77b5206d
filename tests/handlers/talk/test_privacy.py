"""Residents hear what is held on them, and erase it after a word of warning; they may think better of it."""

from datetime import timedelta

import pytest

from handlers.cases import Library
from handlers.talk import phrases
from tests.handlers.shelf import NOW, Talk, text, values


@pytest.mark.parametrize("words", ["/mydata", "我的数据", "/我的数据"])
def test_what_is_held_is_told(library: Library, words: str) -> None:
    said = text(Talk(library).say(words))
    for piece in ("加密保存", "村（社区）：没有", "转给顾问：否", "工单：没有"):
        assert piece in said


@pytest.mark.parametrize("words", ["/deleteme", "删除我的数据"])
def test_nothing_is_erased_before_it_was_confirmed(library: Library, words: str) -> None:
    asked = Talk(library).say(words)
    assert values(asked) == ["erase", "keep"]
    assert asked.resident.erase_at is None


def test_it_is_erased_within_fifteen_days_of_the_word(library: Library) -> None:
    talk = Talk(library)
    talk.say("删除我的数据")
    confirmed = talk.press("erase")
    assert confirmed.resident.erase_at
    assert timedelta(days=6) < confirmed.resident.erase_at - NOW <= timedelta(days=15)
    assert "12月1日" in text(confirmed)


def test_asking_again_does_not_put_it_off(library: Library) -> None:
    talk = Talk(library)
    first = talk.say("确认删除").resident.erase_at
    assert talk.say("确认删除", after=86_400).resident.erase_at == first


def test_until_then_one_may_think_better_of_it(library: Library) -> None:
    talk = Talk(library)
    talk.say("确认删除")
    kept = talk.say("不删了", after=3_600)
    assert (kept.resident.erase_at, "照旧保留" in text(kept)) == (None, True)
    assert "没有要求过删除" in text(talk.say("不删了"))


def test_children_are_asked_to_come_with_a_guardian() -> None:
    for words in (phrases.ASK_CONSENT, phrases.PRIVACY):
        assert "未满14岁" in words
