"""Hold the advisers' app of WeCom to its promises, over real HTTP, with a platform that keeps the real one's limits."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection
from wechatpy.enterprise.crypto import WeChatCrypto

from bot import work
from bot.channels.envelope import Envelope, Unsealable, is_signed, signature
from bot.channels.wecom import cards
from bot.engine import bare
from handlers.deliveries import Lane
from handlers.desk import chat
from handlers.errors import StorageDown
from handlers.messages import Address, Option, Reply
from storage.outbox import enqueue
from tests.fakes.wechat import APP_ID
from tests.fakes.wechat.platform import xml
from tests.fakes.wecom import AES_KEY, AGENT, CORP, TOKEN, FakeWeCom
from tests.journeys.house import House, open_house

LI = "LiGuWen"
SEND = "/cgi-bin/message/send"
OURS, THEIRS = Envelope(AES_KEY, CORP), WeChatCrypto(TOKEN, AES_KEY, CORP)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PAUSE", 0.05)


@pytest.fixture
async def wecom() -> AsyncGenerator[FakeWeCom]:
    async with FakeWeCom(LI, patience=60) as fake:
        yield fake


@pytest.fixture
async def house(tmp_path: Path, migrated: Path, wecom: FakeWeCom) -> AsyncGenerator[House]:
    async with open_house(tmp_path / "data", migrated, books=bare(), wecom=wecom, served=True) as opened:
        yield opened


async def told(house: House, *replies: Reply, lane: Lane = Lane.TICKET) -> None:
    """Something is to be sent to her."""
    rows = [(f"t{datetime.now(UTC)}{n}", Address("wecom", LI), lane, [reply]) for n, reply in enumerate(replies)]

    async def write(connection: AsyncConnection) -> None:
        await enqueue(connection, house.app.store.vault, datetime.now(UTC), rows)

    await house.app.store.writer.write(write)
    house.app.waiting.ring()


def state(house: House) -> list[tuple[str, str]]:
    return [(s, r) for s, r in house.rows("SELECT state, reason FROM outbox ORDER BY id")]


# -- the crypto


@given(WORDS)
def test_what_we_seal_for_a_company_wechatpy_opens(words: str) -> None:
    sealed = OURS.seal(words)
    signed = signature(TOKEN, "1700000000", "nonce", sealed)
    opened = THEIRS.decrypt_message(f"<xml><Encrypt>{sealed}</Encrypt></xml>", signed, "1700000000", "nonce")
    assert (opened.decode() if isinstance(opened, bytes) else opened) == words


@given(WORDS)
def test_what_wechatpy_seals_for_a_company_we_open(words: str) -> None:
    frame = THEIRS.encrypt_message(words, "nonce", "1700000000")
    sealed = frame.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signed = frame.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    assert OURS.open(sealed) == words
    assert is_signed(signed, TOKEN, "1700000000", "nonce", sealed)


def test_what_was_sealed_for_another_company_is_not_opened() -> None:
    with pytest.raises(Unsealable):
        OURS.open(Envelope(AES_KEY, "ww" + "f" * 16).seal("好"))


# -- what comes in


async def test_the_platform_is_shown_that_we_can_read_what_is_sealed(house: House, wecom: FakeWeCom) -> None:
    assert await wecom.verify() == (200, "5837397520665436492")
    async with ClientSession() as session:
        for query in ({}, {"msg_signature": "签名", "timestamp": "1", "nonce": "n", "echostr": "x"}):
            async with session.get(f"{house.url}/wecom", params=query) as answer:
                assert answer.status == 403


async def test_somebody_unknown_is_told_how_to_link_and_becomes_no_resident(house: House, wecom: FakeWeCom) -> None:
    assert (await wecom.say(LI, "你好")).asked[-1].status == 200
    await house.settled()
    assert wecom.texts(LI) == [chat.TO_LINK]
    assert (house.count("residents"), house.count("inbox")) == (0, 1)


async def test_three_deliveries_of_one_message_are_one(house: House, wecom: FakeWeCom) -> None:
    frame = wecom.frame(LI, "text", {"Content": "你好", "MsgId": 7})
    asked = await asyncio.gather(*(wecom.post(*wecom.envelope(frame)) for _ in range(3)))
    await house.settled()
    assert [one.status for one in asked] == [200, 200, 200]
    assert len(wecom.texts(LI)) == 1


async def test_bad_frames_are_refused(house: House, wecom: FakeWeCom) -> None:
    now, fine = int(datetime.now(UTC).timestamp()), wecom.frame(LI, "text", {"Content": "好", "MsgId": 1})
    query, body = wecom.envelope(fine)
    sealed_elsewhere = WeChatCrypto(TOKEN, AES_KEY, APP_ID).encrypt_message(xml(fine), "n", str(now))
    cases = {
        "forged": (query | {"msg_signature": "0" * 40}, body, 403),
        "signature non-ASCII": (query | {"msg_signature": "签名"}, body, 403),
        "unsigned": ({}, body, 403),
        "ten minutes old": (*wecom.envelope(fine, timestamp=str(now - 601)), 403),
        "another company": (*wecom.envelope(fine | {"ToUserName": "ww" + "0" * 16}), 403),
        "another app": (*wecom.envelope(fine | {"AgentID": AGENT + 1}), 403),
        "sealed for another": (query, sealed_elsewhere, 403),
        "in the open": (query, xml(fine), 403),
        "no XML": (query, "你好", 400),
        "entities": (
            query,
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
            400,
        ),
        "too long": (query, "x" * 2**17, 413),
    }
    for name, (asked, sent, status) in cases.items():
        assert (await wecom.post(asked, sent)).status == status, name
    assert house.count("inbox") == 0
    assert (await wecom.post(query, body)).status == 200
    assert (await wecom.post(query, body)).status == 403, "once it was answered, the same call is a replay"


async def test_what_cannot_be_stored_comes_again(
    house: House, wecom: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StorageDown("test")

    with monkeypatch.context() as patched:
        patched.setattr(house.app.wecom, "_accept", down)
        pushed = await wecom.say(LI, "你好")
    assert [one.status for one in pushed.asked] == [503, 503, 503]
    assert house.count("inbox") == 0


# -- what goes out


async def test_a_short_reply_with_options_is_a_card_and_a_press_brings_its_value(
    house: House, wecom: FakeWeCom
) -> None:
    await told(house, Reply("新工单 TL261124-ABCDEF\n安居镇：工资没发", (Option("接单", "a:1"), Option("查看", "a:2"))))
    await house.settled()
    [card] = wecom.told(LI)
    assert list(card.buttons) == ["接单", "查看"]
    await wecom.press(LI, "接单")
    await wecom.until(lambda: bool(card.replaced))
    assert card.replaced == "已收到：接单"
    await house.settled()
    assert house.rows("SELECT kind, answers FROM inbox") == [("choice", card.task)]
    assert house.rows("SELECT reference FROM outbox ORDER BY id LIMIT 1") == [(card.task,)], "by which it is found"


async def test_what_no_card_can_hold_goes_before_it_as_a_text(house: House, wecom: FakeWeCom) -> None:
    words = "答" * 500
    await told(house, Reply(words, (Option("接单", "a:1"),)))
    await house.settled()
    text, card = wecom.told(LI)
    assert (text.text, list(card.buttons)) == (words, ["接单"])


async def test_no_more_is_sent_to_one_member_than_would_arrive(house: House, wecom: FakeWeCom) -> None:
    await told(house, *(Reply(f"第{n}条") for n in range(33)))
    await wecom.until(lambda: len(wecom.told(LI)) == 30)
    await wecom.until(lambda: house.count("outbox", "reason LIKE 'as many%'") > 0)
    assert wecom.members.dropped == 0


@pytest.mark.parametrize(
    ("fault", "state_", "reason"),
    [
        ({"code": 81013}, "closed", "errcode 81013"),
        ({"code": 45009}, "ready", "errcode 45009"),
        ({"code": 60020}, "ready", "errcode 60020"),
        ({"code": 40058}, "dead", "errcode 40058"),
        ({"status": 502}, "ready", "errcode -502"),
    ],
)
async def test_what_the_api_answers_decides_what_becomes_of_a_message(
    house: House, wecom: FakeWeCom, fault: dict[str, int], state_: str, reason: str
) -> None:
    wecom.fault(SEND, times=100, **fault)
    await told(house, Reply("好"))
    await wecom.until(lambda: state(house) == [(state_, reason)])


async def test_a_lost_answer_is_repeated_once_and_marked(house: House, wecom: FakeWeCom) -> None:
    wecom.fault(SEND, lost="drop")
    await told(house, Reply("好"))
    await house.settled()
    assert wecom.texts(LI) == ["好", "（这条可能重复）\n好"]


async def test_a_token_that_ended_early_is_fetched_anew_once(house: House, wecom: FakeWeCom) -> None:
    await told(house, Reply("一"))
    await house.settled()
    wecom.revoke()
    await told(house, Reply("二"))
    await house.settled()
    assert wecom.texts(LI) == ["一", "二"]
    assert (wecom.asked, wecom.calls(SEND, 42001)) == (2, 1)


def test_a_button_keeps_its_label_in_its_key() -> None:
    shown = cards.card("标题\n正文", (Option("接单", "a|b:c"),), "t")
    assert cards.pressed(shown["button_list"][0]["key"]) == ("a|b:c", "接单")
    assert cards.pressed("bare") == ("bare", "")
