"""Orders to the bot are read in every way people type them."""

import pytest

from handlers.talk import commands
from handlers.talk.commands import Command


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("/start", Command.START),
        ("/START", Command.START),
        ("/start@tongliang_bot", Command.START),
        ("/start from_a_link", Command.START),
        ("／帮助", Command.HELP),
        ("/help", Command.HELP),
        ("帮助！", Command.HELP),
        ("?", Command.HELP),
        ("？", Command.HELP),
        ("  找人工  ", Command.HUMAN),
        ("转人工。", Command.HUMAN),
        ("都不是，找人工", Command.HUMAN),
        ("ＨＵＭＡＮ", Command.HUMAN),
        ("为什么", Command.WHY),
        ("为什么？", Command.WHY),
        ("为啥?", Command.WHY),
        ("重来", Command.RESTART),
        ("算了", Command.LEAVE),
        ("/隐私", Command.PRIVACY),
        ("证据和误区", Command.MORE),
        ("看法条原文", Command.ARTICLES),
        ("为什么老板不给钱", None),
        ("我要找人工作", None),
        ("/settings", None),
        ("", None),
    ],
)
def test_an_order_is_the_whole_message_in_any_spelling(words: str, command: Command | None) -> None:
    assert commands.recognise(words) is command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("同意", True),
        ("我同意。", True),
        ("好的", True),
        ("要得", True),
        ("ＹＥＳ", True),
        ("不同意", False),
        ("不同意！", False),
        ("不用了", False),
        ("N", False),
        ("同意了会怎样", None),
        ("我同意离婚", None),
        ("", None),
    ],
)
def test_yes_and_no_are_whole_messages(words: str, meant: bool | None) -> None:
    assert commands.agreement(words) is meant


def test_not_knowing_is_skipping_and_none_of_them_is_refusing() -> None:
    assert [commands.skips(w) for w in ("不知道", "跳过。", "不用", "安居镇")] == [True, True, True, False]
    assert [commands.refuses_all(w) for w in ("都不是", "不是！", "第一个")] == [True, True, False]
