"""Citations as people type them, and as residents read them."""

import pytest

from knowledge.citations import Citation, canonical, display, find, laws_in, order
from knowledge.names import Names

LOANS = "最高人民法院关于审理民间借贷案件适用法律若干问题的规定"
FAMILY = "最高人民法院关于适用民法典婚姻家庭编的解释(一)"
NAMES = Names(
    ["民法典", "民事诉讼法", "劳动法", "劳动合同法", "刑法", "合同法", "公司法", "消费者权益保护法", "治安管理处罚法",
     LOANS, FAMILY],
    {"民诉法": "民事诉讼法", "消法": "消费者权益保护法", "治安法": "治安管理处罚法", "民间借贷规定": LOANS},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "law", "articles"),
    [
        ("《民法典》第一千零七十七条", "民法典", ["1077"]),
        ("《中华人民共和国民法典》第1077条第一款", "民法典", ["1077"]),
        ("民法典1077", "民法典", ["1077"]),
        ("民法典1077条", "民法典", ["1077"]),
        ("民法典第１０７７条", "民法典", ["1077"]),
        ("民法典 第 1077 条 是啥子意思", "民法典", ["1077"]),
        ("民法典一千零七十七", "民法典", ["1077"]),
        ("民法典的第1077条", "民法典", ["1077"]),
        ("民法典婚姻家庭编第1077条", "民法典", ["1077"]),
        ("民法典第9999条", "民法典", ["9999"]),
        ("民诉法205", "民事诉讼法", ["205"]),
        ("劳动合同法第82条怎么说", "劳动合同法", ["82"]),
        ("劳动合同法第三十九条、第四十条和第四十一条", "劳动合同法", ["39", "40", "41"]),
        ("劳动合同法39、40、41条", "劳动合同法", ["39", "40", "41"]),
        ("刑法133条之一", "刑法", ["133之一"]),
        ("刑法第133条之1", "刑法", ["133之一"]),
        ("刑法133-1", "刑法", ["133之一"]),
        ("刑法第一百三十三条之一第一款", "刑法", ["133之一"]),
        ("合同法第九十四条", "合同法", ["94"]),
        ("治安法89条", "治安管理处罚法", ["89"]),
        ("民间借贷规定25条", LOANS, ["25"]),
        ("最高人民法院关于审理民间借贷案件适用法律若干问题的规定（2020修正）第二十五条", LOANS, ["25"]),
        ("婚姻家庭编解释一第5条", FAMILY, ["5"]),
        ("《民法典婚姻家庭编的解释（一）》第五条", FAMILY, ["5"]),
        ("劳动和同法第82条", "劳动合同法", ["82"]),
    ],
)
def test_every_form_a_person_types_is_read(text: str, law: str, articles: list[str]) -> None:
    assert find(text, NAMES) == tuple(Citation(law, article) for article in articles)


@pytest.mark.parametrize(
    "text",
    ["民法典2021年施行", "劳动法30天", "刑法第一章", "合同法一方违约", "被判刑法院怎么通知", "公司法人3个",
     "取消法10条", "我有3个娃儿要离婚", "第1077条", "公司法第二款", "民法典0条", ""],
)  # fmt: skip
def test_numbers_that_are_no_articles_are_left_alone(text: str) -> None:
    assert find(text, NAMES) == ()


def test_two_laws_in_one_sentence_keep_their_numbers() -> None:
    found = find("劳动合同法82条和劳动法第44条", NAMES)
    assert found == (Citation("劳动合同法", "82"), Citation("劳动法", "44"))


def test_a_law_without_a_number_is_still_recognised() -> None:
    assert laws_in("治安法养狗那条", NAMES) == ("治安管理处罚法",)
    assert laws_in("劳动合同法有什么规定", NAMES) == ("劳动合同法",)
    assert laws_in("婚姻法定年龄是多少", NAMES) == ()


def test_residents_read_chinese_numerals() -> None:
    assert display(Citation("民法典", "1077")) == "《民法典》第一千零七十七条"
    assert display(Citation("刑法", "133之一")) == "《刑法》第一百三十三条之一"
    assert display(Citation("国籍法的解释", "全文")) == "《国籍法的解释》全文"


def test_the_reason_does_not_make_it_another_citation() -> None:
    assert Citation("民法典", "1", "甲") == Citation("民法典", "1", "乙")


@pytest.mark.parametrize(
    ("text", "article"),
    [("第一千零七十七条", "1077"), ("1077", "1077"), ("133-1", "133之一"), ("133条之一", "133之一"), ("养狗", None)],
)
def test_a_number_alone_is_brought_to_the_stores_form(text: str, article: str | None) -> None:
    assert canonical(text) == article


def test_articles_between_two_numbers_sort_between_them() -> None:
    assert sorted(["134", "133之二", "133", "133之一"], key=order) == ["133", "133之一", "133之二", "134"]


@pytest.mark.parametrize(
    ("name", "law"),
    [("中华人民共和国刑法", "刑法"), ("民诉法", "民事诉讼法"), ("劳动合通法", "劳动合同法"),
     ("审理民间借贷案件适用法律若干问题的规定", LOANS), ("动物法", None), ("法", None)],
)  # fmt: skip
def test_names_resolve_by_alias_by_rule_and_by_likeness(name: str, law: str | None) -> None:
    assert NAMES.resolve(name) == law


def test_a_derived_name_that_fits_two_laws_names_neither() -> None:
    names = Names(["最高人民法院关于审理甲乙纠纷案件的规定", "最高人民法院关于适用甲乙若干问题的规定"], {})
    assert names.exact("甲乙规定") is None
