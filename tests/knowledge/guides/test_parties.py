"""Who somebody is, is made out of one line as people type it, and nothing typed is lost."""

import pytest

from knowledge.guides import parties
from knowledge.guides.parties import BLANK, WORDS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("张三，男，45岁，汉族，农民，住铜梁区巴川街道民主路1号，电话13800000000",
        {"姓名": "张三", "性别": "男", "年龄": "45岁", "民族": "汉族", "职业": "农民",
         "住所": "铜梁区巴川街道民主路1号", "联系方式": "13800000000"}),
        ("我叫王五 女 铜梁区 南城街道 3号 023-45600000",
        {"姓名": "王五", "性别": "女", "住所": "铜梁区南城街道3号", "联系方式": "023-45600000"}),
        ("原告张路，男，电话：138 0000 0000，在建筑公司上班",
        {"姓名": "张路", "性别": "男", "联系方式": "13800000000", "工作单位": "建筑公司"}),
        ("对方是李二狗，今年50，住在隔壁村三组", {"姓名": "李二狗", "年龄": "50岁", "住所": "隔壁村三组"}),
        ("赵六,男,1980年5月6日出生,土家族,退休,单位无",
        {"姓名": "赵六", "性别": "男", "年龄": "1980年5月6日出生", "民族": "土家族", "职业": "退休", "工作单位": "无"}),
        ("李四", {"姓名": "李四"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_person_is_read_part_by_part(text: str, parts: dict[str, str]) -> None:
    party = parties.read(text)
    assert not party.is_organisation
    assert (party.parts, party.rest) == (parts, ())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("重庆某某建筑有限公司，法定代表人王五，总经理，地址铜梁区工业园区1号",
        {"名称": "重庆某某建筑有限公司", "法定代表人": "王五", "职务": "总经理", "住所": "铜梁区工业园区1号"}),
        ("铜梁区市场监督管理局", {"名称": "铜梁区市场监督管理局"}),
        ("公司名称：春风超市，负责人：赵六", {"名称": "春风超市", "法定代表人": "赵六"}),
    ],
)  # fmt: skip
def test_an_organisation_is_known_by_its_name(text: str, parts: dict[str, str]) -> None:
    party = parties.read(text)
    assert party.is_organisation
    assert party.parts == parts


@pytest.mark.parametrize("odd", ["{{ 7*7 }}", "{% for %}", "<w:p/>", "身份证500224198001010011", "外号老幺"])
def test_what_fits_no_part_stands_as_it_was_typed(odd: str) -> None:
    party = parties.read(f"张三，男，{odd}")
    assert party.rest == (odd,)
    assert parties.words(party, ["姓名"]) == f"张三，男，{odd}"


def test_a_second_answer_to_the_same_part_is_kept_beside_the_first() -> None:
    party = parties.read("张三，电话13800000000，电话13900000000")
    assert (party.parts["联系方式"], party.rest) == ("13800000000", ("13900000000",))


def test_a_required_part_that_was_not_told_is_a_blank_and_one_that_may_be_told_is_nothing() -> None:
    assert parties.words(parties.read("张三"), ["姓名", "住所"], ["民族"]) == f"张三，住所{BLANK}"


def test_every_part_can_be_named_in_so_many_words() -> None:
    for part in set(WORDS) - {"姓名", "名称"}:
        assert parties.read(f"甲某，{part}：某某").parts[part] == "某某"
    assert parties.read("姓名：某某").parts == {"姓名": "某某"}


def test_a_form_with_cells_has_what_they_have_no_place_for() -> None:
    party = parties.read("张三，男，住隔壁村三组，外号老幺")
    assert parties.others(party, ["姓名", "性别"]) == "住所：隔壁村三组，外号老幺"
