"""Amounts and counts are read as people type them, or asked again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.results import Unclear
from knowledge.sums import spoken
from knowledge.sums.amounts import amount, count, find_amount, is_rough

TYPED = [
    ("35000", 35_000), ("35,000元", 35_000), ("３５０００", 35_000), ("35，000", 35_000),
    ("1,234,567.89", "1234567.89"),
    ("¥3,500.50", "3500.50"), ("￥800", 800), ("3500.", 3_500), ("三万 五千", 35_000), ("RMB 3500", 3_500),
    ("三万五", 35_000), ("3万5", 35_000), ("3.5w", 35_000), ("3.5W", 35_000), ("3w5", 35_000), ("3k", 3_000),
    ("5千", 5_000),
    ("一万二", 12_000), ("一百八", 180), ("二百五", 250), ("三千五", 3_500), ("一亿二", 120_000_000),
    ("1.2亿", 120_000_000),
    ("三千零五十", 3_050), ("三千零五", 3_005), ("一万零五", 10_005), ("两万零三百", 20_300), ("两千", 2_000),
    ("廿五", 25),
    ("十", 10), ("十五", 15), ("三百五十", 350), ("一百一十五", 115), ("五百块", 500), ("5千块钱", 5_000),
    ("两万半", 25_000),
    ("12万3456", 123_456), ("3万500", 30_500), ("三点五万", 35_000), ("一亿两千万", 120_000_000),
    ("叁万伍仟元整", 35_000), ("人民币壹佰贰拾元", 120), ("三萬五", 35_000), ("三五零零", 3_500),
    ("1.234567万", "12345.67"),
    ("三块五", "3.5"), ("3块5毛2", "3.52"), ("两毛五", "0.25"), ("100块零5分", "100.05"), ("3元5角", "3.5"),
    ("一万二千三百四十五块六毛七", "12345.67"), ("一共三万五", 35_000), ("月薪5000", 5_000), ("一个月5000块", 5_000),
    ("0", 0), ("零元", 0), ("1000000000000", 10**12),
]  # fmt: skip
ROUGH = [
    ("两千多", 2_000), ("两千多块", 2_000), ("2000余元", 2_000), ("十来万", 100_000), ("十几万", 100_000),
    ("20多万", 200_000),
    ("10w+", 100_000), ("上万块", 10_000), ("千把块", 1_000), ("三万几千", 30_000), ("三万左右", 30_000),
    ("大概三万", 30_000),
    ("3万以上", 30_000), ("三万出头", 30_000),
]  # fmt: skip
UNCLEAR = [
    "", " ", "一堆钱", "好多", "很多钱", "半个月", "-500", "－５００", "负五百", "几万", "几百块", "两三千",
    "三五万", "3到5万",
    "3-5万", "十五六万", "3万50", "1,2345", "3500.505", "1e5", "05", "不到三万", "百万", "万一", "五分", "三年",
    "一头牛",
    "1000000000001", "3万2万", "半", "多少", "nan", "inf", "五十百",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "yuan"), TYPED)
def test_an_amount_is_read_to_the_fen(typed: str, yuan: int | str) -> None:
    assert amount(typed) == Decimal(yuan)
    assert not is_rough(typed)


@pytest.mark.parametrize(("typed", "least"), ROUGH)
def test_a_rough_amount_is_read_as_its_lower_bound_and_marked(typed: str, least: int) -> None:
    assert amount(typed) == least
    assert is_rough(typed)


@pytest.mark.parametrize("typed", UNCLEAR)
def test_what_is_no_single_sum_is_asked_again_with_an_example(typed: str) -> None:
    with pytest.raises(Unclear, match="例如 35000 或 三万五"):
        amount(typed)


@pytest.mark.parametrize(
    ("sentence", "yuan"),
    [
        ("打5万的官司要多少钱", 50_000), ("2023年5月借了3万", 30_000), ("欠我三千五不还", 3_500),
        ("三个月工资1.2万", 12_000),
        ("欠我5000不还", 5_000), ("工资3500一个月", 3_500), ("3万年底还", 30_000), ("借了三万人民币", 30_000),
        ("13812345678借我3万", 30_000), ("3万，就是3万块", 30_000), ("借2000，2023年还", 2_000),
        ("2024-05-01欠的8000块", 8_000),
        ("买了500块的鞋", 500), ("押金1500不退", 1_500), ("老板差我工钱一万八", 18_000),
        ("借出去30000元，每月2%", 30_000),
        ("3.5w的货款", 35_000), ("赔我12000.50", "12000.50"), ("花了两千多块买手机", 2_000), ("一百八的衣服", 180),
    ],
)  # fmt: skip
def test_the_one_amount_in_a_sentence_is_found(sentence: str, yuan: int | str) -> None:
    assert find_amount(sentence) == Decimal(yuan)


@pytest.mark.parametrize(
    "sentence",
    [
        "", "我17岁的儿子被抓了", "民法典第1077条", "他借了3万到5万", "打12348没人接", "我们公司996", "一千人闹事",
        "两万亩地",
        "3到5万", "给了彩礼88000，又给了三金2万", "万一他不还", "千万别", "几万块钱", "两三千块", "欠我-500",
        "我房子一百平",
        "十分着急", "年利率24%", "干了三百六十五天", "2024年1月借的", "退休3年了", "欠我一堆钱",
    ],
)  # fmt: skip
def test_no_amount_or_more_than_one_gives_none(sentence: str) -> None:
    assert find_amount(sentence) is None


def test_a_rough_amount_in_a_sentence_is_marked_too() -> None:
    assert is_rough("花了两千多块买手机")
    assert is_rough("欠我3万左右，不还")
    assert not is_rough("欠我三千五不还")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3", 3), ("3年", 3), ("两年半", "2.5"), ("三个人", 3), ("半年", "0.5"), ("6个月", "0.5"),
        ("三年零六个月", "3.5"),
        ("一个半月", "0.125"), ("20天", 20), ("十级", 10), ("10级伤残", 10), ("45岁", 45), ("两个孩子", 2),
        ("2个娃儿", 2),
        ("俩娃", 2), ("三个半", "3.5"), ("20%", 20), ("百分之三十", 30), ("2分", 2), ("2.5小时", "2.5"),
        ("两个半小时", "2.5"),
        ("干了3年", 3), ("10年了", 10), ("三年多", 3), ("5次", 5), ("一", 1), ("十二年", 12),
    ],
)  # fmt: skip
def test_years_and_counts_are_read(typed: str, number: int | str) -> None:
    assert count(typed) == Decimal(number)


def test_months_are_parts_of_a_year() -> None:
    assert count("三年四个月") == 3 + Decimal(4) / 12
    assert count("8个月") == Decimal(8) / 12
    assert count("1年2个月10天") == 1 + Decimal(2) / 12 + Decimal(10) / 365


@pytest.mark.parametrize("typed", ["", "一堆", "一些", "-3", "好几年", "三四年", "几个", "很久", "半天不到", "3到5年"])
def test_what_is_no_number_is_asked_again(typed: str) -> None:
    with pytest.raises(Unclear, match="例如 3 或 三年半"):
        count(typed)


@pytest.mark.parametrize("piece", ["3万", "一", "0", "零", "大概", "半年", "多", "借5"])
def test_a_page_of_numbers_is_no_number(piece: str) -> None:
    for read in (amount, count):
        with pytest.raises(Unclear):
            read(piece * 1000)
    assert find_amount(piece * 1000) is None


@given(st.integers(0, 10**10))
def test_every_whole_number_is_read_as_it_is_written(number: int) -> None:
    assert amount(str(number)) == amount(f"{number:,}") == amount(f"{number}元") == number


@given(st.integers(1, 99_999_999))
def test_every_number_is_read_as_it_is_said(number: int) -> None:
    assert amount(said(number)) == number


@given(st.text(alphabet="零一二两三五九十百千万亿半点多来几.,0123456789wk元块毛分到-", max_size=12))
def test_whatever_is_typed_gives_a_sum_or_is_asked_again(typed: str) -> None:
    try:
        assert amount(typed) == round(amount(typed), 2) >= 0
    except Unclear:
        assert spoken.parse("") is None
    find_amount(typed)


def said(number: int) -> str:
    """The number in full, as it is read aloud."""
    high, low = divmod(number, 10_000)
    if not high:
        return _below(low)
    gap = "零" if 0 < low < 1000 else ""
    return f"{_below(high)}万{gap}{_below(low)}"


def _below(number: int) -> str:
    text = ""
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += "零一二三四五六七八九"[digit] + unit
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")
