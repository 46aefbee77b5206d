"""What is named outright is shown as it stands, or it is said that it does not exist."""

import pytest

from handlers.cases import Library
from handlers.outcomes import Decision
from handlers.talk import lookups, phrases
from handlers.talk.dialogue import Dialogue, Stage
from knowledge.hotlines import hotlines
from tests.handlers.shelf import LAST_YEAR, TODAY, case, text, values


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("民法典1", "《民法典》第一条\n民法典第1条的内容"),
        ("民法典第二条", "《民法典》第二条\n民法典第2条的内容"),
        ("民法典9999", "《民法典》没有这一条（最后一条是第10条）。"),
        (
            "治安法75条",
            "《治安管理处罚法》没有这一条（最后一条是第2条）。旧条号的内容现在看《治安管理处罚法》第2条。",
        ),
        (
            "保障农民工工资支付条例30条",
            "《保障农民工工资支付条例》（国务院令第724号）第三十条：原文未核，请到中国政府网查看。",
        ),
        ("保障农民工工资支付条例65条", "《保障农民工工资支付条例》没有这一条（最后一条是第64条）。"),
        ("农村土地承包法1条", "《农村土地承包法》第一条（以机构答复为准）\n承包一"),
        ("民法典", "您要看《民法典》的第几条？可以这样发：民法典第1条。"),
    ],
)
def test_an_article_is_shown_or_said_not_to_exist(library: Library, words: str, said: str) -> None:
    outcome = lookups.law(case(library, words), words)
    assert outcome.verdict.decision is Decision.LOOKUP
    assert text(outcome).split("\n\n")[0] == said


def test_an_article_is_shown_with_its_chapter_and_its_neighbours(library: Library) -> None:
    outcome = lookups.law(case(library, "x"), "民法典5条")
    assert text(outcome).endswith("它在：第一章 总则（第1条到第10条）")
    assert [o.label for o in outcome.replies[0].options][-2:] == ["上一条：第4条", "下一条：第6条"]


def test_an_article_can_be_described_by_what_it_says_within_its_law(library: Library) -> None:
    outcome = lookups.law(case(library, "x"), "民法典第4条的内容那条")
    assert text(outcome).startswith("《民法典》第四条")
    for words in ("治安法治二那条", "治安法狗伤人那条"):
        assert text(lookups.law(case(library, words), words)).startswith("《治安管理处罚法》第二条"), words


def test_several_articles_are_shown_but_not_more_than_three(library: Library) -> None:
    outcome = lookups.law(case(library, "x"), "民法典1条、2条、4条、5条")
    assert [c.article for c in outcome.verdict.citations] == ["1", "2", "4"]


def test_a_law_of_another_day_is_named_without_a_text(library: Library) -> None:
    then = lookups.law(case(library, "x", day=LAST_YEAR), "治安法1条")
    now = lookups.law(case(library, "x", day=TODAY), "治安法1条")
    assert text(now).startswith("《治安管理处罚法》第一条\n治一\n\n")
    assert now.verdict.citations
    assert "没有《治安管理处罚法》在2025-06-01有效的文本" in text(then)
    assert then.verdict.citations == ()


def test_topics_that_rest_on_the_article_can_be_picked(library: Library) -> None:
    outcome = lookups.law(case(library, "x"), "民法典2条")
    assert values(outcome) == ["topic:divorce", "topic:long", "law:民法典#1"]
    assert outcome.dialogue.options == outcome.replies[0].options


def test_a_lookup_ends_what_was_being_arranged(library: Library) -> None:
    busy = Dialogue(stage=Stage.CONSENTING, question="问", ticket="TL1", reason="asked")
    after = lookups.law(case(library, "x", dialogue=busy), "民法典1").dialogue
    assert (after.stage, after.question, after.topic, after.ticket) == (Stage.FREE, "", None, None)


@pytest.mark.parametrize("number", sorted(hotlines()))
def test_every_hotline_says_what_it_is_for_and_when_it_answers(library: Library, number: str) -> None:
    line = hotlines()[number]
    outcome = lookups.hotline(case(library, number), number)
    said = text(outcome)
    assert outcome.verdict.decision is Decision.LOOKUP
    assert said.startswith(f"{number} {line.name}：{line.purpose}。")
    assert line.hours in said
    assert line.checked in said
    assert ("尚未拨测" in said) is (not line.checked)
    assert said.count(lookups.UNSETTLED) <= 1
    assert outcome.dialogue.options == (phrases.HUMAN,)


def test_a_hotline_leaves_open_what_was_asked(library: Library) -> None:
    placing = Dialogue(stage=Stage.PLACING, ticket="TL1", options=(phrases.SKIP,))
    outcome = lookups.hotline(case(library, "12348", dialogue=placing), "12348")
    assert outcome.dialogue == placing
    assert outcome.replies[0].options == placing.options
