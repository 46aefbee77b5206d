"""Answers name the law they rest on as far as it can be relied on that day, and no further."""

import re
from datetime import date

import pytest

from handlers.cases import Library
from handlers.talk import answers
from knowledge.citations import Citation
from knowledge.topics import Topic
from tests.handlers.shelf import DIVORCE, DOG, LAST_YEAR, LONG, TODAY, WAGES, cites, topic


def _rendered(library: Library, of: Topic, day: date = TODAY) -> str:
    return answers.render(of, answers.standings(of, library.statutes, day))


def _law(library: Library, of: Topic, day: date = TODAY) -> str:
    return next(line for line in _rendered(library, of, day).splitlines() if line.startswith("依据："))


@pytest.mark.parametrize(
    ("of", "day", "law"),
    [
        (DIVORCE, TODAY, "依据：《民法典》第二条。"),
        (
            WAGES,
            TODAY,
            "依据：《保障农民工工资支付条例》第三十条、第三十六条（原文未核）；《民法典》第一条。",
        ),
        (DOG, TODAY, "依据：《民法典》第四条、第五条；《治安管理处罚法》第二条。"),
        (
            DOG,
            LAST_YEAR,
            "依据：《民法典》第四条、第五条；《治安管理处罚法》（2026-01-01以前施行的文本本库没有，不列条号）。",
        ),
        (
            LONG,
            TODAY,
            "依据：《民法典》第一条、第二条、第四条、第五条、第六条、第七条等8条；《重庆市养犬管理条例》（条文以机构公布为准）。",
        ),
        (
            topic("t", "土地", "农村土地承包法#1", "农村土地承包法#2", "住房租赁条例#3"),
            TODAY,
            "依据：《农村土地承包法》第一条、第二条（以机构答复为准）；《住房租赁条例》第三条（原文未核，以机构答复为准）。",
        ),
        (topic("t", "错", "民法典#9999", "民法典#1"), TODAY, "依据：《民法典》第一条。"),
    ],
)
def test_the_law_under_an_answer_is_grouped_and_marked(library: Library, of: Topic, day: date, law: str) -> None:
    assert _law(library, of, day) == law


def test_no_answer_names_an_article_of_a_text_that_is_not_held(library: Library) -> None:
    """Story 5: in June 2025 the older 治安管理处罚法 was in force, of which no text is held."""
    for said in (
        _rendered(library, DOG, LAST_YEAR),
        answers.reasons(DOG, library.statutes, LAST_YEAR),
        answers.texts(DOG, library.statutes, LAST_YEAR),
    ):
        assert "《治安管理处罚法》（2026-01-01以前施行的文本本库没有，不列条号）" in said
        assert not re.search(r"《治安管理处罚法》第", said)


def test_an_amended_article_is_named_without_its_number(library: Library) -> None:
    said = answers.texts(topic("t", "改过", "民法典#3"), library.statutes, TODAY)
    assert said == "《民法典》（修正案修改后的文本本库没有，不列条号）"


def test_an_answer_none_of_whose_laws_held_that_day_claims_no_law(library: Library) -> None:
    said = _rendered(library, topic("t", "老", "民法典#9999"))
    assert "依据" not in said
    assert said.endswith(answers.NOTE)


def test_an_answer_says_rule_steps_time_and_place_first_and_the_rest_on_request(library: Library) -> None:
    short, rest = _rendered(library, WAGES), answers.rest(WAGES)
    order = ["【欠薪】", WAGES.rule, "怎么做：", "时间：", "去哪里：", "依据：", answers.NOTE]
    assert sorted(order, key=short.index) == order
    assert all(part in rest for part in (WAGES.evidence, WAGES.cost, WAGES.mistakes, WAGES.adviser))
    assert WAGES.evidence not in short


@pytest.mark.parametrize(("source", "cautious"), [("V", False), ("S", False), ("W", True), ("K", True)])
def test_what_the_district_has_not_confirmed_says_so(library: Library, source: str, cautious: bool) -> None:
    said = _rendered(library, topic("t", "题", "民法典#1", source=source))
    assert ("以机构答复为准" in said) is cautious


def test_the_texts_give_each_article_or_where_it_is_read(library: Library) -> None:
    said = answers.texts(WAGES, library.statutes, TODAY).split("\n\n")
    assert said == [
        "《民法典》第一条\n民法典第1条的内容",
        "《保障农民工工资支付条例》（国务院令第724号）第三十条、第三十六条：原文未核，请到中国政府网查看。",
    ]


def test_the_reasons_say_what_each_article_is_there_for(library: Library) -> None:
    assert "· 《民法典》第四条：理由4" in answers.reasons(DOG, library.statutes, TODAY)


def test_a_very_long_article_is_cut(library: Library) -> None:
    article = library.statutes.article("民法典", "1", TODAY)
    assert article is not None
    long = type(article)(article.law, "1", "", "", "长" * 5000, article.version)
    assert answers.article_text(long).endswith("……（下略）")
    assert len(answers.article_text(long)) < 500


def test_only_what_may_be_shown_with_its_number_is_citable(library: Library) -> None:
    mixed = topic("t", "混", "民法典#1", "民法典#9999", "治安管理处罚法#1", "保障农民工工资支付条例#5")
    shown = answers.citable(answers.standings(mixed, library.statutes, LAST_YEAR))
    assert shown == cites("民法典#1", "保障农民工工资支付条例#5")
    assert all(isinstance(c, Citation) for c in shown)
