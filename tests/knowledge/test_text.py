"""What residents type becomes clean, and one form for matching."""

import time

import pytest

from knowledge.text import LIMIT, clean, normalise, smalltalk, tokens, unfilled


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" \t\n\u3000\u00a0", ""),
        ("\u200b\u200c\u200d\ufeff", ""),
        ("离\u200b婚\u200b怎\u200b么\u200b办", "离婚怎么办"),
        ("a\x00b", "ab"),
        ("\x01\x02\x0b\x1f\x7f问题", "问题"),
        ("a\ud83d b", "a\ufffd b"),
        ("a\ud83d\ude00", "a😀"),
        ("\u202e钱还不人别\u202c", "钱还不人别"),
        ("\n" * 4000 + "问", "问"),
        ("一\n\n\n\n二", "一\n\n二"),
        ("e\u0301", "é"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_what_people_see_is_kept_and_nothing_else(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_at_most_two_marks_stay_on_a_letter() -> None:
    assert clean("Z" + "\u0316\u0317\u0318\u0319" * 400) == "Z\u0316\u0317"


@pytest.mark.parametrize("char", ["a", "法", "\n", "\u200b", "e\u0301", "\ud83d", "😀"])
def test_a_million_characters_are_cut_before_they_cost_time(char: str) -> None:
    started = time.perf_counter()
    assert len(clean(char * 1_000_000)) <= LIMIT
    assert len(normalise(char * 1_000_000)) <= LIMIT
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("老板差我三个月工前", "老板欠我三个月工钱"),
        ("勞動爭議", "劳动争议"),
        ("ＬＩＨＵＮ", "lihun"),
        ("你好，请问离婚怎么办？谢谢", "离婚怎么办"),
        ("娃儿遭狗咬了咋个办", "孩子被狗咬了怎么办"),
        ("遭受家暴", "遭受家暴"),
        ("我们和同事打架", "我们和同事打架"),
        ("开工前受伤", "开工前受伤"),
        ("救命啊啊啊啊啊啊", "救命啊啊"),
        ("赔100000元", "赔100000元"),
        ("/START", "/start"),
    ],
)
def test_one_form_for_matching(typed: str, meant: str) -> None:
    assert normalise(typed).replace("啊", "") == meant.replace("啊", "")


def test_a_message_of_fillers_alone_is_kept() -> None:
    assert normalise("你好") == "你好"
    assert unfilled("你好，谢谢") == ""


def test_words_that_tell_subjects_apart_are_kept() -> None:
    assert tokens("老板欠我工资怎么办") == ["老板", "欠", "工资"]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("你好", "greeting"),
        ("谢谢，再见！", "bye"),
        ("好的，謝謝", "thanks"),
        ("Hello!", "greeting"),
        ("你是哪个？", "who"),
        ("你好，离婚怎么办", None),
        ("", None),
        ("🀄🀄", None),
        ("好", "agree"),
    ],
)
def test_smalltalk_is_what_asks_nothing(typed: str, kind: str | None) -> None:
    assert smalltalk(typed) == kind
