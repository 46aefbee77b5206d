"""Of every matter that can be done away from home it is said who receives, who decides and how many trips it takes."""

from dataclasses import fields

import pytest

from knowledge import regions
from knowledge.regions import Centre, Item, Partnership

ITEMS = tuple(regions.items().values())
REGIONS = {"全国", "川渝"}
UNSURE = {"W", "K", "U"}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_item_says_who_receives_who_decides_how_often_one_goes_and_with_what(item: Item) -> None:
    said = [getattr(item, field.name) for field in fields(item) if field.name not in ("checked", "words")]
    assert all(said)
    assert set(item.modes) <= set(regions.MODES)
    assert item.region in REGIONS
    assert all(paper.strip() for paper in item.papers)
    assert any(word in item.trips for word in ("一趟", "不用跑", regions.UNKNOWN))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_item_names_its_evidence_and_claims_no_more(item: Item) -> None:
    assert item.mark in {"V", "S", *UNSURE}
    assert item.checked or item.mark in {"K", "U"}
    if item.mark == "U":
        assert item.decides.startswith(regions.UNKNOWN)
    assert not item.confirmed  # no office has confirmed any of them yet


def test_a_window_that_only_receives_does_not_decide() -> None:
    only = [item for item in ITEMS if item.modes == ["异地代收代办"]]
    assert len(only) > 2
    assert all(item.receives != item.decides for item in only)


def test_marriage_is_registered_anywhere_in_the_country_and_is_no_matter_of_two_provinces() -> None:
    assert regions.items()["marriage"].region == "全国"
    assert "婚姻登记处" in regions.items()["marriage"].decides


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("人在绵阳、户口铜梁，身份证丢了咋个补", "id-card"),
        ("我想把户口从南充迁户口到铜梁", "hukou"),
        ("我在成都打工，社保转回重庆要跑几趟", "pension-transfer"),
        ("在成都查社保", "social-security-query"),
        ("车在成都上的牌，電子眼违章能就近处理不", "traffic-camera"),
        ("公积金提取，我退休了人在成都", "fund-retire"),
        ("在四川住院报医保，异地就医要不要备案", "medical-filing"),
        ("外地能领结婚证不", "marriage"),
        ("在潼南能申请法律援助吗", "legal-aid"),
        ("驾照过期了人在外地", "driving-licence"),
        ("残疾证在外地换得到不", "disability-card"),
        ("九地通办是哪些", "agreement-nine"),
    ],
)
def test_what_people_say_finds_the_item(words: str, first: str) -> None:
    assert regions.find(words)[0].id == first


@pytest.mark.parametrize("words", ["", "老板欠我工资", "想在成都办个养鱼证", "打官司能不能在外地立案"])
def test_an_item_that_nobody_here_knows_is_not_guessed(words: str) -> None:
    assert regions.find(words) == ()


def test_every_item_is_found_by_its_own_words() -> None:
    lost = [(item.id, word) for item in ITEMS for word in item.words if item not in regions.find(f"人在绵阳，{word}")]
    assert lost == []


@pytest.mark.parametrize("partnership", regions.partnerships(), ids=lambda p: p.name)
def test_places_that_nobody_can_name_are_counted_and_not_invented(partnership: Partnership) -> None:
    assert partnership.count == 9
    assert partnership.unnamed == 9 - len(partnership.places) > 0
    assert set(partnership.places) <= {"铜梁", "潼南", "绵阳"}


def test_mediation_stands_at_three_levels() -> None:
    assert [c.level for c in regions.centres().values()][:3] == ["村社", "镇街", "区"]


@pytest.mark.parametrize("centre", regions.centres().values(), ids=lambda c: c.id)
def test_a_centre_says_what_it_takes_and_on_what_evidence(centre: Centre) -> None:
    assert centre.takes
    assert centre.source
    assert centre.mark in {"V", "S", *UNSURE}
    assert centre.where or centre.mark != "V" or centre.phone
