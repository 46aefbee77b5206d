"""A village is known by any name people give it, and guessed at only with their consent."""

import pytest

from handlers import residents
from handlers.residents import Resident, Village
from tests.handlers.shelf import NOW, VILLAGES


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("安居镇示例一村", ["安居镇示例一村"]),
        ("安居镇 示例一村", ["安居镇示例一村"]),
        ("安居镇示例1村", ["安居镇示例一村"]),
        ("安居示例一村", ["安居镇示例一村"]),
        ("我住在安居镇示例一村5组", ["安居镇示例一村"]),
        ("重庆市铜梁区土桥镇六赢村3社", ["土桥镇六赢村"]),
        ("六赢村", ["土桥镇六赢村"]),
        ("我是六赢村的。", ["土桥镇六赢村"]),
        ("六赢", ["土桥镇六赢村"]),
        ("土桥六赢", ["土桥镇六赢村"]),
        ("中兴示例社区", ["巴川街道中兴示例社区"]),
        ("示例一村", ["安居镇示例一村", "旧县街道示例一村"]),
        ("旧县示例一村", ["旧县街道示例一村"]),
        ("示列一村", []),
        ("六营村", []),
        ("安居镇", []),
        ("村", []),
        ("不知道", []),
        ("", []),
    ],
)
def test_a_village_is_found_by_what_people_call_it(said: str, named: list[str]) -> None:
    assert [residents.place(v) for v in residents.find_villages(said, VILLAGES)] == named


@pytest.mark.parametrize(
    ("said", "likeliest"),
    [("示列一村", "安居镇示例一村"), ("六营村", "土桥镇六赢村"), ("古城社区", "安居镇古城示例社区")],
)
def test_a_misspelt_village_is_only_proposed(said: str, likeliest: str) -> None:
    assert residents.place(residents.villages_like(said, VILLAGES)[0]) == likeliest


@pytest.mark.parametrize("said", ["安居镇", "村", "哈哈", "", "老板欠我工资"])
def test_nothing_is_proposed_for_what_is_like_no_village(said: str) -> None:
    assert residents.villages_like(said, VILLAGES) == ()


@pytest.mark.parametrize(
    ("said", "town"),
    [("安居镇", "安居镇"), ("安居", "安居镇"), ("铜梁旧县街道", "旧县街道"), ("安居镇示例一村", None), ("", None)],
)
def test_a_town_alone_is_known_as_a_town(said: str, town: str | None) -> None:
    assert residents.find_town(said, VILLAGES) == town


def test_a_district_without_villages_finds_none() -> None:
    nowhere: tuple[Village, ...] = ()
    assert residents.find_villages("安居镇", nowhere) == residents.villages_like("安居镇", nowhere) == ()


def test_consent_counts_for_the_text_that_was_agreed_to() -> None:
    asked = Resident("r", NOW)
    assert not residents.agreed_to_advice(asked)
    assert not residents.agreed_to_channel(asked)
    assert residents.agreed_to_advice(residents.agree_to_advice(asked))
    assert residents.agreed_to_channel(residents.agree_to_channel(asked))
    assert not residents.agreed_to_channel(residents.agree_to_advice(asked))
    assert residents.settle_in(asked, 3).village == 3
