"""Open the pages that answers rest on."""

import pytest

from bot.web.links import law_page
from tests.bot.web.person import Person


async def test_an_article_is_shown_with_its_chapter_and_neighbours(resident: Person) -> None:
    page = await resident.get("/law/民法典/1077")
    assert page.status == 200
    assert "《民法典》第一千零七十七条" in page.words
    assert "第五编 婚姻家庭 第四章 离婚" in page.words
    assert "任何一方不愿意离婚的" in page.words
    assert law_page("民法典", "1076") in page.text
    assert law_page("民法典", "1078") in page.text


async def test_the_first_and_the_last_article_have_one_neighbour(resident: Person) -> None:
    for number, words, absent in (("1", "下一条", "上一条"), ("1260", "上一条", "下一条")):
        page = await resident.get(f"/law/民法典/{number}")
        assert words in page.words
        assert absent not in page.words


@pytest.mark.parametrize(
    "path", ["/law/民法典/第一千零七十七条", "/law/中华人民共和国民法典/1077", "/law/民法典/第1077条"]
)
async def test_an_article_is_found_by_any_of_its_names(resident: Person, path: str) -> None:
    assert "任何一方不愿意离婚的" in (await resident.get(path)).words


async def test_the_text_is_that_of_the_day_asked(resident: Person) -> None:
    before = await resident.get("/law/仲裁法/20?on=2026-01-01")
    assert "自 2018-01-01 起施行，到 2026-02-28 为止" in before.words
    assert "这是 2026-01-01 有效的文本" in before.words
    assert "/19?on=2026-01-01" in before.text, "its neighbours are those of that day"
    after = await resident.get("/law/仲裁法/20?on=2026-04-01")
    assert "自 2026-03-01 起施行" in after.words


async def test_an_older_number_leads_to_where_its_content_stands_now(resident: Person) -> None:
    page = await resident.get("/law/治安管理处罚法/75?on=2025-06-01")
    assert law_page("治安管理处罚法", "89") in page.text


async def test_a_day_whose_text_is_not_held_shows_no_other_days_text(resident: Person) -> None:
    page = await resident.get("/law/民法典/1077?on=2020-06-01")
    assert "2021-01-01" in page.words
    assert "任何一方不愿意离婚的" not in page.words


@pytest.mark.parametrize("day", ["gestern", "2026-13-01", "<script>"])
async def test_a_day_that_is_none_is_refused(resident: Person, day: str) -> None:
    page = await resident.get(f"/law/民法典/1077?on={day}")
    assert page.status == 400
    assert "日期请写成" in page.words


async def test_an_article_that_is_only_listed_says_where_to_read_it(resident: Person) -> None:
    page = await resident.get(law_page("最高人民法院关于适用民法典时间效力的若干规定", "1"))
    assert page.status == 200
    assert "原文未核" in page.words
    assert "法释〔2020〕15号" in page.words
    assert "最高人民法院网站" in page.words


async def test_an_article_that_does_not_exist_is_said_so(resident: Person) -> None:
    page = await resident.get("/law/民法典/2000")
    assert page.status == 404
    assert "没有这一条（最后一条是第1260条）" in page.words
    assert "没有《没有的法》" in (await resident.get("/law/没有的法/3")).words
    assert "这不是一个条号" in (await resident.get("/law/民法典/abc")).words


async def test_markup_in_an_address_is_text(resident: Person) -> None:
    page = await resident.get(law_page("<script>alert(1)</script>", "1"))
    assert page.status == 404
    assert "<script>alert" not in page.text


async def test_a_topic_is_shown_as_a_whole(resident: Person) -> None:
    page = await resident.get("/topic/passage-drainage")
    assert page.status == 200
    assert "常见误区" in page.words
    assert "/law/" in page.text
    assert (await resident.get("/topic/nonsense")).status == 404


@pytest.mark.parametrize(
    ("words", "article"),
    [("民典1077", "第一千零七十七条"), ("治安法养狗", "第八十九条"), ("民诉法205", "第二百零五条")],
)
async def test_what_a_person_types_leads_to_the_article(resident: Person, words: str, article: str) -> None:
    page = await resident.get(f"/law?q={words}")
    if page.status == 303:
        page = await resident.get(page.headers["Location"])
    assert article in page.words


async def test_what_names_no_law_says_how_to_ask(resident: Person) -> None:
    assert "没有认出是哪部法律" in (await resident.get("/law?q=狗")).words


async def test_an_article_lists_its_chapter_and_the_topics_that_cite_it(resident: Person) -> None:
    page = await resident.get("/law/民法典/1077")
    assert "本章共" in page.words
    assert law_page("民法典", "1076") in page.text
    assert "/topic/divorce-agreed" in page.text
