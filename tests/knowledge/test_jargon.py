"""A word that residents do not understand is explained once, in brackets or in its sentence."""

from dataclasses import replace

import pytest

from knowledge import jargon, topics
from knowledge.text import lexicon
from tests.knowledge.test_check import GOOD


def said(cost: str, title: str = GOOD.title) -> list[str]:
    return [message for _, _, message in jargon.findings(replace(GOOD, title=title, cost=cost))]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("申请支付令。", "支付令"),
        ("会造成诉讼时效中断。", "诉讼时效中断"),
        ("举证责任在单位。举证责任要分清。", "举证责任"),
        ("按标的额交。", "标的额"),
        ("有既判力。", "既判力"),
    ],
)
def test_a_hard_word_is_named_once(text: str, word: str) -> None:
    assert said(text) == [f"“{word}”居民不一定懂，第一次用时在括号里说明"]


@pytest.mark.parametrize(
    "text",
    [
        "申请支付令（法院直接下的还钱通知），支付令不收律师费。",
        "申请法院直接下的还钱通知（支付令）。支付令15日内提异议。",
        "单方写好的条款叫格式条款。",
        "LPR是每月公布的贷款利率。",
        "是一般保证：先告借款人。",
        "说“一裁终局不能告”的，别信。",
        "看《最高人民法院关于举证期限的规定》。",
        "诉讼时效一般三年。",
    ],
)
def test_a_word_that_is_explained_quoted_or_everyday_passes(text: str) -> None:
    assert said(text) == []


def test_a_topic_whose_title_holds_the_word_explains_it_as_a_whole() -> None:
    assert said("申请支付令。", title="支付令怎么申请") == []


def test_the_word_is_found_at_its_line() -> None:
    topic = replace(GOOD, questions=("支付令咋个申请",), where="先问12348。\n再申请支付令。\n支付令很快。")
    assert [words for _, words, _ in jargon.findings(topic)] == ["再申请支付令。"]


def test_the_list_holds_each_word_once() -> None:
    words = [word for group in lexicon("jargon").values() for word in group]
    assert len(words) == len(set(words)) >= 60


def test_hardly_a_shipped_topic_leaves_a_hard_word_unexplained() -> None:
    shelf = topics.load()
    left = [(topic.id, message) for topic in shelf for _, _, message in jargon.findings(topic)]
    assert len(left) < 0.02 * len(shelf), left
