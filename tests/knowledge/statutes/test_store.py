"""Which text of which article holds on which day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from knowledge.citations import Citation
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes
from tests.knowledge import laws

TODAY = date(2026, 11, 24)
NEXT_YEAR = date(2027, 1, 2)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    statutes = laws.statutes(tmp_path_factory.mktemp("small"))
    yield statutes
    statutes.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    """The installed package's laws with our own tables."""
    path = tmp_path_factory.mktemp("real") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


@pytest.mark.parametrize(
    ("cited", "day", "kind", "reason"),
    [
        (Citation("民法典", "1"), TODAY, Kind.VERIFIED, ""),
        (Citation("民法典", "9999"), TODAY, Kind.WRONG, "《民法典》没有这一条（最后一条是第3条）"),
        (Citation("民法典", "1之一"), TODAY, Kind.WRONG, "没有这一条"),
        (Citation("民法典", "3"), TODAY, Kind.UNHELD, "已被修正案修改，库里没有修改后的原文"),
        (Citation("民法典", "3"), date(2024, 2, 29), Kind.VERIFIED, ""),
        (Citation("治安管理处罚法", "1"), TODAY, Kind.VERIFIED, ""),
        (
            Citation("治安管理处罚法", "1"),
            date(2025, 6, 1),
            Kind.UNHELD,
            "库里没有《治安管理处罚法》在2025-06-01有效",
        ),
        (Citation("医疗保障法", "1"), TODAY, Kind.WRONG, "要到2027-01-01才施行"),
        (Citation("医疗保障法", "1"), NEXT_YEAR, Kind.VERIFIED, ""),
        (Citation("噪声污染防治法", "1"), date(2026, 8, 14), Kind.VERIFIED, ""),
        (Citation("噪声污染防治法", "1"), TODAY, Kind.WRONG, "自2026-08-15起已不再适用，由《生态环境法典》取代"),
        (Citation("合同法", "94"), TODAY, Kind.WRONG, "自2021-01-01起已不再适用，由《民法典》取代"),
        (Citation("合同法", "94"), date(2019, 5, 1), Kind.UNHELD, "库里没有《合同法》的原文"),
        (Citation("诉讼费用交纳办法", "13"), TODAY, Kind.LISTED, "原文未核"),
        (Citation("诉讼费用交纳办法", "57"), TODAY, Kind.WRONG, "没有这一条（最后一条是第56条）"),
        (Citation("诉讼费用交纳办法", "13"), date(2006, 1, 1), Kind.WRONG, "要到2007-04-01才施行"),
        (Citation("住房租赁条例", "1"), TODAY, Kind.LISTED, "原文未核"),
        (Citation("瞎编法", "1"), TODAY, Kind.WRONG, "库里和目录里都没有《瞎编法》"),
        (Citation("治安法", "1"), TODAY, Kind.WRONG, "请写全称《治安管理处罚法》"),
    ],
)
def test_a_citation_stands_as_its_law_does_that_day(
    small: Statutes, cited: Citation, day: date, kind: Kind, reason: str
) -> None:
    standing = small.standing(cited, day)
    assert (standing.kind, reason in standing.reason) == (kind, True)
    assert (standing.article is not None) == (kind is Kind.VERIFIED)


def test_the_day_picks_the_version_whatever_the_status_flag_says(small: Statutes) -> None:
    texts = {day: article.text for day in (TODAY, NEXT_YEAR) if (article := small.article("农业法", "1", day))}
    assert texts == {TODAY: "旧一", NEXT_YEAR: "新一"}
    assert [version.valid_to for version in small.versions("农业法")] == [date(2026, 12, 31), None]


def test_a_version_holds_through_its_last_day(small: Statutes) -> None:
    last = small.version("农业法", date(2026, 12, 31))
    assert last is not None
    assert last.version == date(2012, 12, 28)


def test_only_articles_in_force_are_handed_out_for_indexing(small: Statutes) -> None:
    held = {(article.law, article.number) for article in small.articles(TODAY)}
    assert ("农业法", "2") in held
    assert not {("农业法", "3"), ("民法典", "3"), ("噪声污染防治法", "1"), ("医疗保障法", "1")} & held


def test_neighbours_and_chapter_surround_the_article(small: Statutes) -> None:
    before_2024 = date(2024, 1, 1)
    assert [article.number for article in small.neighbours("民法典", "2", before_2024)] == ["1", "3"]
    assert [article.number for article in small.chapter("民法典", "2", before_2024)] == ["1", "2", "3"]
    assert small.neighbours("农业法", "1", TODAY)[0].number == "2"  # and not the last article of the law before it
    assert small.neighbours("民法典", "77", TODAY) == small.chapter("瞎编法", "1", TODAY) == ()


def test_headings_lose_the_spaces_that_printing_put_in(small: Statutes) -> None:
    article = small.article("民法典", "1", TODAY)
    assert article is not None
    assert article.chapter == "第一章 总则"


def test_names_cover_what_is_held_listed_and_gone(small: Statutes) -> None:
    assert [small.resolve(name) for name in ("治安法", "住房租赁条例", "合同法")] == [
        "治安管理处罚法", "住房租赁条例", "合同法",
    ]  # fmt: skip
    assert "合同法" not in small.titles()
    assert small.find("治安法2条") == (Citation("治安管理处罚法", "2"),)
    assert small.laws_in("治安法养狗那条") == ("治安管理处罚法",)


def test_an_old_number_leads_to_the_new_one(small: Statutes) -> None:
    assert [moved.new for moved in small.moved("治安管理处罚法", "75")] == ["2"]
    assert small.moved("治安管理处罚法", "1") == ()


def test_what_residents_must_be_told_comes_with_the_law(small: Statutes) -> None:
    assert small.note("住房租赁条例", TODAY) == "以机构答复为准"
    assert small.note("民法典", TODAY) == ""


def test_one_store_serves_many_threads(small: Statutes) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [task.result() for task in [pool.submit(small.article, "民法典", "1", TODAY) for _ in range(400)]]
    assert {article.text for article in found if article} == {"第一条的内容"}
    assert None not in found


@pytest.mark.parametrize(
    ("law", "article", "day", "kind"),
    [
        ("民法典", "1077", TODAY, Kind.VERIFIED),
        ("民法典", "9999", TODAY, Kind.WRONG),
        ("刑法", "133之一", TODAY, Kind.VERIFIED),
        ("刑法", "390", TODAY, Kind.UNHELD),
        ("治安管理处罚法", "89", date(2025, 6, 1), Kind.UNHELD),
        ("治安管理处罚法", "89", date(2025, 12, 31), Kind.UNHELD),
        ("治安管理处罚法", "89", TODAY, Kind.VERIFIED),
        ("民事诉讼法", "205", date(2023, 12, 31), Kind.UNHELD),
        ("民事诉讼法", "205", TODAY, Kind.VERIFIED),
        ("社会救助法", "1", date(2026, 6, 30), Kind.WRONG),
        ("社会救助法", "1", date(2026, 7, 1), Kind.VERIFIED),
        ("噪声污染防治法", "64", date(2026, 8, 14), Kind.VERIFIED),
        ("噪声污染防治法", "64", date(2026, 8, 15), Kind.WRONG),
        ("生态环境法典", "599", date(2026, 8, 15), Kind.VERIFIED),
        ("生态环境法典", "1120", TODAY, Kind.UNHELD),
        ("村民委员会组织法", "35", date(2025, 12, 31), Kind.UNHELD),
        ("村民委员会组织法", "35", TODAY, Kind.VERIFIED),
        ("网络安全法", "1", date(2025, 12, 31), Kind.UNHELD),
        ("公司法", "1", date(2024, 6, 30), Kind.UNHELD),
        ("公司法", "1", date(2024, 7, 1), Kind.VERIFIED),
        ("农村土地承包法", "5", TODAY, Kind.VERIFIED),
        ("医疗保障法", "1", TODAY, Kind.WRONG),
        ("耕地保护和质量提升法", "1", NEXT_YEAR, Kind.VERIFIED),
    ],
)
def test_the_known_changes_of_law_fall_on_their_days(
    real: Statutes, law: str, article: str, day: date, kind: Kind
) -> None:
    assert real.standing(Citation(law, article), day).kind is kind


@pytest.mark.parametrize(("law", "old"), [("农业法", date(2012, 12, 28)), ("商标法", date(2019, 4, 23))])
def test_the_old_text_holds_until_the_new_one_begins(real: Statutes, law: str, old: date) -> None:
    today, after = real.version(law, TODAY), real.version(law, NEXT_YEAR)
    assert today is not None
    assert after is not None
    assert (today.version, today.valid_to) == (old, date(2026, 12, 31))
    assert (after.version.year, after.valid_from) == (2026, date(2027, 1, 1))


def test_rural_land_law_comes_with_its_warning(real: Statutes) -> None:
    assert real.note("农村土地承包法", TODAY) == "以机构答复为准"


def test_no_article_of_the_package_ends_in_a_heading(real: Statutes) -> None:
    glued = [article.citation for article in real.articles(TODAY) if article.text.split("\n")[-1].startswith("第五编")]
    assert glued == []
    last = real.article("民法典", "1039", TODAY)
    first = real.article("民法典", "1040", TODAY)
    assert last is not None
    assert first is not None
    assert last.text.endswith("不得泄露或者向他人非法提供。")
    assert first.chapter == "第五编 婚姻家庭 第一章 一般规定"


def test_every_renumbered_article_exists_today(real: Statutes) -> None:
    laws_moved = ("民事诉讼法", "治安管理处罚法", "村民委员会组织法", "公司法")
    moved = [move for law in laws_moved for number in range(1, 300) for move in real.moved(law, str(number))]
    assert len(moved) > 30
    assert all(real.article(move.law, move.new, TODAY) for move in moved)
