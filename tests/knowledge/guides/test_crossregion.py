"""It is always said who receives, who decides, how often one goes and with what; what nobody knows is said to be so."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import regions
from knowledge.citations import Citation
from knowledge.guides import crossregion, interviews
from knowledge.guides.crossregion import Fit
from knowledge.regions import Item
from knowledge.results import Result
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes

TODAY = date(2026, 11, 24)
ITEMS = tuple(regions.items().values())
PLACES = [("绵阳", "铜梁"), ("广东", "铜梁"), ("铜梁区", "铜梁"), ("永川", "铜梁"), (None, None)]


def words(result: Result) -> str:
    return "\n".join((str(result.value), *(step.words for step in result.steps), *result.notes))


def assert_all_is_said(result: Result) -> None:
    starts = {step.words.split("：")[0] for step in result.steps}
    assert {"谁收", "谁定", "跑几趟", "带什么"} <= starts
    assert not [step.words for step in result.steps if "：。" in step.words]
    assert "找人工" in words(result)


@pytest.mark.parametrize(("person", "matter"), PLACES)
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_all_is_said_of_every_item_wherever_one_is(item: Item, person: str | None, matter: str | None) -> None:
    result = crossregion.cross_region(item=item.words[0], person=person, matter=matter)
    assert item.name in result.title
    assert_all_is_said(result)
    assert "以机构答复为准" in str(result.value)
    assert item.source in words(result)


@pytest.mark.parametrize("item", ["办个养鱼证", "", "打官司立案"])
def test_an_item_that_nobody_knows_is_said_to_be_unknown_and_a_ticket_is_offered(item: str) -> None:
    result = crossregion.cross_region(item=item, person="成都", matter="铜梁")
    assert str(result.value).startswith("不清楚")
    assert "不能猜" in words(result)
    assert_all_is_said(result)


def test_who_works_in_mianyang_is_told_who_receives_and_who_decides_on_legal_aid_in_tongliang() -> None:
    sentence = "人在绵阳打工，案子在铜梁法院，能在绵阳申请法律援助吗"
    one = interviews.opened(sentence, TODAY)
    assert one
    assert one.id == "cross_region"
    state = interviews.start(one, sentence, TODAY)
    assert interviews.screen(one, state) is None
    result = interviews.result(one, state, TODAY)
    assert result.value == "可以不回去办（以机构答复为准）"
    assert "谁收：就近的重庆或四川法律援助机构（您说人在绵阳）。" in words(result)
    assert "谁定：有管辖的法律援助机构（就近收件的，转给它）（您说事情归铜梁）。" in words(result)
    assert "公开的网页" in words(result)
    assert Citation("法律援助法", "38") in result.citations
    assert "单独征得您同意" in words(result)
    assert "铜梁和绵阳等9地" in words(result)


@pytest.mark.parametrize(
    ("item", "person", "matter", "fit"),
    [
        ("legal-aid", "绵阳", "铜梁", Fit.YES),
        ("legal-aid", "铜梁", "成都市", Fit.YES),
        ("legal-aid", "铜梁区", "铜梁", Fit.HERE),
        ("legal-aid", "永川", "铜梁", Fit.INSIDE),
        ("legal-aid", "广东", "铜梁", Fit.OUTSIDE),
        ("legal-aid", "绵阳", "深圳", Fit.OUTSIDE),
        ("legal-aid", None, "铜梁", Fit.OPEN),
        ("legal-aid", None, "广东", Fit.OUTSIDE),
        ("legal-aid", None, None, Fit.OPEN),
        ("id-card", "广东", "铜梁", Fit.YES),
        ("id-card", None, None, Fit.YES),
        ("agreement-nine", "绵阳", "铜梁", Fit.UNKNOWN),
    ],
)
def test_an_item_of_two_provinces_is_for_those_between_them(
    item: str, person: str | None, matter: str | None, fit: Fit
) -> None:
    assert crossregion.suits(regions.items()[item], person, matter) is fit


def test_outside_the_two_provinces_nobody_promises_a_near_window() -> None:
    result = crossregion.cross_region(item="户口迁移", person="广东", matter="铜梁")
    assert "您身边的收不收，不清楚" in words(result)
    assert "跑几趟：不清楚" in words(result)


def test_marriage_is_decided_where_one_goes_and_not_where_one_is_registered() -> None:
    decides = next(
        step.words
        for step in crossregion.cross_region(item="结婚登记", person="绵阳", matter="铜梁").steps
        if step.words.startswith("谁定")
    )
    assert "铜梁" not in decides


def test_an_article_in_a_source_is_cited_and_exists(tmp_path: Path) -> None:
    path = tmp_path / "statutes.db"
    build.ensure(path)
    statutes = Statutes(path)
    cited = {citation for item in ITEMS for citation in crossregion.cited(item)}
    assert len(cited) > 5
    assert {statutes.standing(citation, TODAY).kind for citation in cited} == {Kind.VERIFIED}
    statutes.close()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_word_for_an_item_is_heard_in_the_opening_sentence(item: Item) -> None:
    one = interviews.find("cross_region")
    assert one
    for word in item.words:
        heard = interviews.facts(one, interviews.start(one, f"我在绵阳，想就近办{word}", TODAY))
        assert item in regions.find(str(heard["item"]))


@pytest.mark.parametrize(
    ("sentence", "answers", "title"),
    [
        ("我在成都上班，户口在铜梁，能在成都补身份证吗", (), "身份证"),
        ("我在成都上班，想就近换驾照", ("铜梁",), "驾驶证"),
        ("人在成都，身份证丢了能不能在成都补", ("铜梁",), "身份证"),
        ("我在绵阳，户口在铜梁，能在绵阳补身份证吗", (), "身份证"),
        ("查一下川渝通办", ("公积金提取", "成都", "不清楚"), "公积金"),
        ("川渝通办", ("4", "绵阳", "铜梁"), "公积金"),
    ],
)
def test_ordinary_talk_opens_it_and_only_what_is_missing_is_asked(
    sentence: str, answers: tuple[str, ...], title: str
) -> None:
    one = interviews.opened(sentence, TODAY)
    assert one
    assert one.id == "cross_region"
    state = interviews.start(one, sentence, TODAY)
    for answer in answers:
        state = interviews.answer(one, state, answer, TODAY)
    assert interviews.screen(one, state) is None
    assert title in interviews.result(one, state, TODAY).title
