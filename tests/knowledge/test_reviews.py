"""A topic is looked at again when its review is due, and stands still from the day on which a law under it changes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from knowledge import reviews, topics
from knowledge.citations import Citation
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic
from tests.knowledge import laws
from tests.knowledge.test_check import GOOD

TODAY = date(2026, 11, 24)
NEXT_YEAR = date(2027, 1, 2)
LAST_YEAR = date(2025, 12, 31)
MARRIAGE = "婚姻登记条例"
NEW_RULES = date(2025, 5, 10)
LISTED = """
listed:
  - {law: 诉讼费用交纳办法, issuer: 国务院, from: 2007-04-01, where: 中国政府网, articles: 56, evidence: V}
  - {law: 婚姻登记条例, number: 国务院令第804号, issuer: 国务院, from: 2025-05-10, where: 中国政府网, evidence: W,
     note: 以机构答复为准}
"""
SAME: laws.Law = ("中华人民共和国同法", "2020-01-01", "2020-01-01", ["一样", "不一样"])
AGAIN: laws.Law = ("中华人民共和国同法", "2026-06-01", "2026-06-01", ["一 样", "改了"])


def citing(*names: str, reviewed: date = date(2025, 12, 1), **changes: Any) -> Topic:
    cited = tuple(Citation(law, number, "样例") for law, number in (name.split("#") for name in names))
    return replace(GOOD, citations=cited, reviewed=reviewed, **changes)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    """The laws of the tests, with 婚姻登记条例 (2003) imported and (2025) listed."""
    folder = tmp_path_factory.mktemp("reviews")
    ours = laws.tables(folder / "tables")
    (ours / "listed.yaml").write_text(LISTED, "utf-8")
    ended = f"versions:\n  - {{law: {MARRIAGE}, to: 2025-05-09, evidence: W, reason: 修订, imported: true}}"
    (ours / "versions.yaml").write_text(laws.VERSIONS.replace("versions:", ended, 1), "utf-8")
    rows = ({"law": MARRIAGE, "article": n, "text": f"旧{n}", "version": "2003-08-08"} for n in range(1, 12))
    (folder / "extra.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    package = laws.package(folder / "package" / "laws.db", (*laws.LAWS, SAME, AGAIN))
    build.import_jsonl(folder / "statutes.db", folder / "extra.jsonl", package, ours)
    statutes = Statutes(folder / "statutes.db", ours)
    yield statutes
    statutes.close()


@pytest.mark.parametrize(
    ("cited", "on", "what"),
    [
        ("农业法#1", date(2027, 1, 1), "《农业法》第一条换了新条文"),
        ("农业法#3", date(2027, 1, 1), "《农业法》第三条开始施行"),
        ("医疗保障法#1", date(2027, 1, 1), "《医疗保障法》第一条开始施行"),
        ("治安管理处罚法#1", date(2026, 1, 1), "《治安管理处罚法》第一条换了新条文"),
        ("噪声污染防治法#1", date(2026, 8, 15), "《噪声污染防治法》自2026-08-15起已不再适用，由《生态环境法典》取代"),
        ("同法#2", date(2026, 6, 1), "《同法》第二条换了新条文"),
    ],
)
def test_a_topic_stands_still_from_the_day_on_which_its_law_changes(
    small: Statutes, cited: str, on: date, what: str
) -> None:
    topic = citing("民法典#1", cited)
    (change,) = reviews.changes([topic], small)
    assert (change.on, change.topic, f"{change.law}#{change.article}", change.what) == (on, topic.id, cited, what)
    assert reviews.stale(topic, small, date.fromordinal(on.toordinal() - 1)) == ()
    assert reviews.stale(topic, small, on) == (change,)
    assert reviews.stale(replace(topic, reviewed=on), small, NEXT_YEAR) == ()


@pytest.mark.parametrize("cited", ["民法典#1", "民法典#3", "同法#1", "诉讼费用交纳办法#13"])
def test_what_reads_as_it_did_is_no_change(small: Statutes, cited: str) -> None:
    assert reviews.stale(citing(cited), small, NEXT_YEAR) == ()


def test_an_amendment_whose_wording_is_not_held_is_a_change_too(small: Statutes) -> None:
    topic = citing("民法典#3", reviewed=date(2024, 1, 1))
    assert [change.what for change in reviews.stale(topic, small, TODAY)] == [
        "《民法典》第三条已被修正案修改，库里没有修改后的原文"
    ]


@pytest.mark.parametrize(
    "changes",
    [{"named": ("医疗保障法",)}, {"cost": "看《医疗保障法》。"}, {"cost": "看《中华人民共和国医疗保障法》。"}],
)
def test_a_law_that_is_only_named_counts_as_well(small: Statutes, changes: dict[str, Any]) -> None:
    topic = citing("民法典#1", **changes)
    assert [(c.on, c.law, c.article, c.what) for c in reviews.stale(topic, small, NEXT_YEAR)] == [
        (date(2027, 1, 1), "医疗保障法", "", "《医疗保障法》开始施行")
    ]


@pytest.mark.parametrize(
    ("law", "what"),
    [
        ("同法", "《同法》换了新文本"),
        ("治安管理处罚法", "《治安管理处罚法》换了新文本"),
        ("噪声污染防治法", "《噪声污染防治法》自2026-08-15起已不再适用，由《生态环境法典》取代"),
    ],
)
def test_what_became_of_a_law_that_is_only_named_is_said(small: Statutes, law: str, what: str) -> None:
    assert [change.what for change in reviews.stale(citing("民法典#1", named=(law,)), small, TODAY)] == [what]


def test_a_law_that_is_cited_by_article_counts_by_its_articles_alone(small: Statutes) -> None:
    assert reviews.stale(citing("同法#1", named=("同法",), cost="看《同法》。"), small, TODAY) == ()


def test_a_text_prepared_ahead_answers_from_its_first_day(small: Statutes) -> None:
    ahead = citing("农业法#3", reviewed=TODAY, valid_from=date(2027, 1, 1))
    assert reviews.stale(ahead, small, NEXT_YEAR) == ()
    assert reviews.changes([ahead], small) == ()


@pytest.mark.parametrize(
    ("cited", "stands"),
    [
        ("治安管理处罚法#1", True),  # its old text is not held: named, without a number
        ("同法#1", True),
        ("同法#2", False),
        ("医疗保障法#1", False),
    ],
)
def test_of_a_day_before_it_was_written_a_topic_answers_only_where_its_law_read_the_same(
    small: Statutes, cited: str, stands: bool
) -> None:
    assert (reviews.stale(citing(cited, reviewed=NEXT_YEAR), small, LAST_YEAR) == ()) is stands


def test_a_new_regulation_freezes_every_item_that_cites_the_old_one_on_its_day(small: Statutes) -> None:
    """Story 17: loaded ahead with its day, nine items are listed, answered through the day before, then frozen."""
    nine = [citing(f"{MARRIAGE}#{n}", reviewed=date(2025, 3, 1), id=f"marriage-{n}") for n in range(1, 10)]
    others = [citing("民法典#1", reviewed=date(2025, 3, 1), id=f"other-{n}") for n in range(5)]
    shelf = [*nine, *others]
    listed = reviews.changes(shelf, small)
    assert [(c.topic, c.on, c.what) for c in listed if c.law == MARRIAGE] == [
        (topic.id, NEW_RULES, f"《{MARRIAGE}》换了新文本，原文未核") for topic in nine
    ]
    assert [t for t in shelf if reviews.stale(t, small, date(2025, 5, 9))] == []
    assert [t for t in shelf if reviews.stale(t, small, NEW_RULES)] == nine
    approved = [replace(topic, reviewed=NEW_RULES) for topic in nine]
    assert [t for t in approved if reviews.stale(t, small, TODAY)] == []


def test_due_are_first_those_that_a_law_has_stopped_then_the_overdue(small: Statutes) -> None:
    shelf = [
        citing("民法典#1", id="fresh", due=date(2027, 6, 1)),
        citing("民法典#1", id="late", due=date(2026, 11, 24)),
        citing("民法典#1", id="later", due=date(2026, 6, 1)),
        citing("噪声污染防治法#1", id="noise", due=date(2027, 6, 1)),
        citing("农业法#1", id="farm", due=date(2027, 6, 1)),
    ]
    found = [(r.topic.id, r.overdue, len(r.changes)) for r in reviews.due(shelf, small, TODAY)]
    assert found == [("noise", False, 1), ("later", True, 0), ("late", True, 0)]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    path = tmp_path_factory.mktemp("real") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


def _stale(shelf: tuple[Topic, ...], statutes: Statutes, day: date) -> set[str]:
    return {change.law for topic in shelf for change in reviews.stale(topic, statutes, day)}


def test_the_shipped_topics_stand_today_and_flip_with_their_laws(real: Statutes) -> None:
    shelf = topics.load()
    assert [t.id for t in shelf if reviews.stale(t, real, TODAY)] == []
    assert {"trademark-copyright", "medical-insurance"} <= {t.id for t in shelf if reviews.stale(t, real, NEXT_YEAR)}
    then = [t for t in shelf if t.holds(LAST_YEAR) and reviews.stale(t, real, LAST_YEAR)]
    assert {"fumes-smell", "public-housing", "prison-term"} <= {t.id for t in then}
    assert "dog-bite" not in {t.id for t in then}  # its law of 2025 is not held: named, without a number


@pytest.mark.slow
def test_topics_written_in_2025_stop_one_by_one_on_the_known_days(real: Statutes) -> None:
    shelf = tuple(replace(t, reviewed=date(2025, 12, 1), valid_from=None) for t in topics.load())
    assert _stale(shelf, real, LAST_YEAR) == set()
    by_today = {"治安管理处罚法", "村民委员会组织法", "社会救助法", "生态环境法典"}
    assert by_today <= _stale(shelf, real, TODAY)
    assert not {"商标法", "医疗保障法"} & _stale(shelf, real, TODAY)
    assert {*by_today, "商标法", "医疗保障法"} <= _stale(shelf, real, NEXT_YEAR)


def test_farm_law_flips_on_new_years_day_of_2027(real: Statutes) -> None:
    topic = citing("农业法#10", reviewed=TODAY)
    days = [date(2026, 12, 31), date(2027, 1, 1)]
    assert [bool(reviews.stale(topic, real, day)) for day in days] == [False, True]
