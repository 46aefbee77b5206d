"""Advisers order by words, by answering a card, and by buttons that work for nobody else and not for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.signing import desk
from handlers.desk import orders
from handlers.desk.orders import Do, Order
from handlers.messages import Address

RECEIPT = "TL261124-ABC234"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SIGN = desk(b"a secret of the tests")
HERE = Address("telegram", "7000000001")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("/queue", Order(Do.QUEUE)),
        ("/queue@tongliang_bot", Order(Do.QUEUE)),
        ("/MINE", Order(Do.MINE)),
        ("／帮助", Order(Do.HELP)),
        ("待接单。", Order(Do.QUEUE)),
        ("/leave 2026-12-01 2026-12-03", Order(Do.LEAVE, words="2026-12-01 2026-12-03")),
        (f"接单 {RECEIPT}", Order(Do.CLAIM, RECEIPT)),
        (f"接单{RECEIPT.lower()}", Order(Do.CLAIM, RECEIPT)),
        (f"回复 {RECEIPT} 先去劳动监察", Order(Do.REPLY, RECEIPT, "先去劳动监察")),
        (f"回复：{RECEIPT}：第一行\n第二行", Order(Do.REPLY, RECEIPT, "第一行\n第二行")),
        (f"答复 {RECEIPT}", Order(Do.REPLY, RECEIPT)),
        (f"转交 {RECEIPT} 王顾问", Order(Do.TRANSFER, RECEIPT, "王顾问")),
        (f"转专家 {RECEIPT} 劳动", Order(Do.EXPERT, RECEIPT, "劳动")),
        ("回复 先去劳动监察", Order(Do.REPLY, "", "回复 先去劳动监察")),
        ("2", Order(Do.PICK, words="2")),
        ("取消", Order(Do.CANCEL)),
        ("看看他怎么说", Order(Do.UNCLEAR, words="看看他怎么说")),
        ("", Order(Do.UNCLEAR)),
    ],
)
def test_words_are_read_as_they_are_typed(words: str, order: Order) -> None:
    assert orders.read(words, "") == order


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("先去劳动监察", Order(Do.REPLY, RECEIPT, "先去劳动监察")),
        ("2", Order(Do.REPLY, RECEIPT, "2")),
        ("接单", Order(Do.CLAIM, RECEIPT)),
        ("办结", Order(Do.CLOSE, RECEIPT)),
        ("办结 要带身份证", Order(Do.REPLY, RECEIPT, "办结 要带身份证")),
        ("回复 TL261124-ZZZZZZ 另一张", Order(Do.REPLY, "TL261124-ZZZZZZ", "另一张")),
        ("/queue", Order(Do.QUEUE)),
    ],
)
def test_what_answers_a_card_is_an_answer_to_its_resident_unless_it_is_an_order(words: str, order: Order) -> None:
    assert orders.read(words, RECEIPT) == order


def test_a_card_is_about_the_ticket_at_its_head() -> None:
    assert orders.only_receipt(f"【查看】{RECEIPT}\n居民：上次是 TL261101-ZZZZZZ") == RECEIPT
    assert orders.only_receipt(f"已转交 {RECEIPT}") == RECEIPT
    assert orders.only_receipt(f"1. {RECEIPT}\n2. TL261101-ZZZZZZ") == ""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2026-12-01 2026-12-03", (date(2026, 12, 1), date(2026, 12, 3))),
        ("12月1日到12月3日", (date(2026, 12, 1), date(2026, 12, 3))),
        ("11-20", (date(2027, 11, 20), date(2027, 11, 20))),
        ("今天", (TODAY, TODAY)),
        ("2026-02-30", None),
        ("过几天", None),
        ("", None),
    ],
)
def test_days_are_read(words: str, found: tuple[date, date] | None) -> None:
    assert orders.days(words, TODAY) == found


ORDER = Order(Do.EXPERT, RECEIPT, "人身损害与交通")
VALUE = orders.button(ORDER, HERE, NOW + timedelta(hours=1), SIGN)


def test_a_button_fits_into_64_bytes_and_gives_its_order_back() -> None:
    assert len(VALUE.encode()) <= 64
    assert orders.pressed(VALUE, HERE, NOW, SIGN) == ORDER


@pytest.mark.parametrize(
    "forged",
    [
        VALUE.replace(RECEIPT, "TL261124-ZZZZZZ"),
        VALUE.replace("人身损害与交通", "劳动"),
        "s:c:" + VALUE.split(":", 2)[2],
        VALUE[:-1] + ("A" if VALUE[-1] != "A" else "B"),
        f"s:c:{RECEIPT}:ffffffff:AAAAAAAAAAAAAAAA",
        "topic:wages",
        ":",
        "",
        "s:c:é\ud800",
    ],
)
def test_a_forged_button_opens_nothing(forged: str) -> None:
    assert orders.pressed(forged, HERE, NOW, SIGN) is None


def test_a_button_opens_nothing_later_elsewhere_or_under_another_key() -> None:
    assert orders.pressed(VALUE, HERE, NOW + timedelta(hours=1), SIGN) is None
    assert orders.pressed(VALUE, replace(HERE, external="7000000002"), NOW, SIGN) is None
    assert orders.pressed(VALUE, replace(HERE, channel="wecom"), NOW, SIGN) is None
    assert orders.pressed(VALUE, HERE, NOW, desk(b"another secret")) is None
