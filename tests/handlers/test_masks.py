"""Numbers of identity cards, phones and bank cards are hidden in any spelling; other numbers are left alone."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.masks import mask

ORDINARY = [
    "老板欠我3个月工资一共15000元，怎么办",
    "2026年11月20日递的离婚申请，能不能撤",
    "我电话13800138000，住安居镇示例一村",
    "身份证11010519491231002X，卡号6222021234567894",
    "（2023）渝0151民初12345号的判决什么时候生效",
    "被拖欠工资，想申请劳动仲裁" * 4,
]


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("１１０１０５１９４９１２３１００２Ｘ", "110***"),
        ("我身份证11010519491231002X", "我身份证110***"),
        ("id11010519491231002x", "id110***"),
        ("110105 19491231 002X，", "110***,"),
        ("138 0013-8000", "138****00"),
        ("138 001 38000", "138****00"),
        ("+8613800138000", "138****00"),
        ("+86 138-0013-8000", "138****00"),
        ("138\u200b00138000", "138****00"),
        ("卡号6222 0212 3456 7894", "卡号****7894"),
        ("卡号6222021234567894", "卡号****7894"),
        ("卡6222021234567894 300元", "卡****元"),  # where the card ends only its check digit tells
        ("3000 6222021234567894", "****"),
        ("卡6222021234567894，电话13800138000", "卡****7894,电话138****00"),
    ],
)
def test_a_number_of_one_person_is_hidden(said: str, masked: str) -> None:
    assert mask(said) == masked


@pytest.mark.parametrize(
    "said",
    [
        "卡号6222 0202 0000 0000 000",  # no bank gives this number: the check digit is wrong
        "（2023）京0105民初12345号",
        "（2024）渝0151民初12345号",
        "统一社会信用代码91110108MA01ABCD2X",
        "统一社会信用代码915001510000000018",
        "12348",
        "12348、12345、110",
        "民法典第1077条",
        "2026-11-24 13:00 到 2026-12-24 15:00",
        "2026-11-24 2026-12-24 2027-01-24",
        "1234567890",
        "工资15000.00元",
        "",
    ],
)
def test_a_number_of_no_person_is_left_alone(said: str) -> None:
    assert mask(said) in (said, said.replace("（", "(").replace("）", ")"))


BORN = st.dates(date(1920, 1, 1), date(2026, 11, 24))
BESIDE = st.sampled_from(["", "我的号码是", "id", "：", "，", " ", "x", "（", "、"])
AFTER = st.sampled_from(["", "，", "。", " ", "号", "、我", "\n"])


@st.composite
def identities(draw: st.DrawFn) -> str:
    region = str(draw(st.integers(110000, 829999)))
    born = draw(BORN).strftime("%Y%m%d")
    order = f"{draw(st.integers(0, 999)):03}"
    total = sum(int(d) * (2 ** (17 - n) % 11) for n, d in enumerate(region + born + order))
    check = "10X98765432"[total % 11]
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join((region, born, order + draw(st.sampled_from((check, check.lower())))))


@st.composite
def phones(draw: st.DrawFn) -> str:
    digits = str(draw(st.integers(13_000_000_000, 19_999_999_999)))
    gap, split = (
        draw(st.sampled_from(["", " ", "-", "·", "\u200b"])),
        draw(st.sampled_from([(3, 7), (3, 6), (4, 8), (5, 8)])),
    )
    before = draw(st.sampled_from(["", "+86", "86", "+86 ", "0086"[2:]]))
    return before + gap.join((digits[: split[0]], digits[split[0] : split[1]], digits[split[1] :]))


def _checked(digits: str) -> str:
    total = sum(d if n % 2 else (d * 2 - 9 if d > 4 else d * 2) for n, d in enumerate(map(int, reversed(digits))))
    return digits + str(-total % 10)


@st.composite
def cards(draw: st.DrawFn) -> str:
    issuer = draw(st.sampled_from(["62", "4", "5", "35"]))
    length = draw(st.integers(16, 19)) if issuer == "62" else 16
    rest = length - 1 - len(issuer)
    digits = _checked(f"{issuer}{draw(st.integers(0, 10**rest - 1)):0{rest}}")
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join(digits[n : n + 4] for n in range(0, length, 4))


@given(BESIDE, st.one_of(identities(), phones(), cards()), AFTER)
@settings(max_examples=400, deadline=None)
def test_no_identity_phone_or_card_is_missed(before: str, number: str, after: str) -> None:
    masked = mask(before + number + after)
    assert sum(c.isdigit() for c in masked) <= 5, masked


@given(st.integers(1990, 2030), st.sampled_from("京渝川"), st.integers(0, 9999), st.integers(1, 99999))
def test_case_numbers_are_left_alone(year: int, court: str, code: int, number: int) -> None:
    said = f"({year}){court}{code:04}民初{number}号"
    assert mask(said) == said


LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(
    st.sampled_from(["91", "92", "93", "51", "52", "12"]),
    st.integers(110000, 659999),
    st.text(LETTERS, min_size=7, max_size=7),
)
def test_credit_codes_are_left_alone(kind: str, region: int, rest: str) -> None:
    body = f"{kind}{region}MA{rest}"
    total = sum(LETTERS.index(c) * pow(3, n, 31) for n, c in enumerate(body))
    said = f"代码{body}{LETTERS[-total % 31]}"
    assert mask(said) == said


@pytest.mark.parametrize("said", ORDINARY)
def test_masking_costs_less_than_fifty_microseconds(said: str) -> None:
    mask(said)
    best = min(_timed(said) for _ in range(20))
    assert best < timedelta(microseconds=50)


def _timed(said: str) -> timedelta:
    started = time.thread_time()
    for _ in range(50):
        mask(said)
    return timedelta(seconds=(time.thread_time() - started) / 50)


@pytest.mark.parametrize("said", ["1 2 3 4 5 6 7 8 9 " * 200, "123 456 789 " * 200, "1" * 4000, "110105 1949" * 400])
def test_no_run_of_digits_stalls_the_mask(said: str) -> None:
    started = time.thread_time()
    mask(said)
    assert time.thread_time() - started < 0.05
