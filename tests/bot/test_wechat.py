"""Hold the WeChat channel to its promises, over real HTTP, with a platform that does all that the real one may do."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import wechat as wiring
from bot import work
from bot.channels.wechat import channel
from bot.engine import Blind, bare
from handlers import allowances
from handlers.deliveries import MY_TICKETS, Lane
from handlers.messages import Address, Calendar, Reply
from handlers.talk import phrases
from storage.outbox import enqueue
from tests.fakes.wechat import TOKEN, FakeWeChat, Pushed
from tests.fakes.wechat.platform import signature, xml
from tests.journeys.house import House, locked, open_house, receipt_in

ANNA, BO = "oAnna-0001", "oBo_0002"
CUSTOM, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
TOKENS = "/cgi-bin/stable_token"
Opens = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PAUSE", 0.05)


@pytest.fixture(params=["plain", "safe"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def wechat() -> AsyncGenerator[FakeWeChat]:
    async with FakeWeChat(patience=60) as fake:
        yield fake


@pytest.fixture
def opens(tmp_path: Path, migrated: Path, wechat: FakeWeChat) -> Opens:
    """A house without books: what is said here needs none."""

    def opened(**given: Any) -> AbstractAsyncContextManager[House]:
        given.setdefault("books", bare())
        given.setdefault("wechat", wechat)
        return open_house(tmp_path / "data", migrated, served=True, **given)

    return opened


class Slow(Blind):
    """Takes its time, like an engine that is stalled."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def find(self, questions: Any) -> Any:
        await asyncio.sleep(self._seconds)
        return await super().find(questions)


# -- server verification


async def test_the_platform_is_shown_that_we_know_the_token(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        assert await wechat.platform.verify() == (200, "5837397520665436492")
        async with ClientSession() as session:
            for query in ({}, wechat.platform.query(signature="0" * 40), wechat.platform.query(signature="签名")):
                async with session.get(f"{house.url}/wechat", params=query | {"echostr": "1"}) as answer:
                    assert answer.status == 403


# -- answers in the request


async def test_an_answer_that_is_ready_goes_back_in_the_request(
    opens: Opens, tmp_path: Path, migrated: Path, mode: str
) -> None:
    async with FakeWeChat(safe=mode == "safe", patience=60) as wechat, opens(wechat=wechat) as house:
        pushed = await wechat.say(ANNA, "你好")
        assert pushed.reply == phrases.SMALLTALK["greeting"]
        await house.settled()
        assert [sent.way for sent in wechat.sent] == ["passive"]
        assert wechat.calls(CUSTOM) == 0
        assert house.rows("SELECT state, reference FROM outbox") == [("sent", "passive")]


async def test_the_end_of_cdata_in_a_text_ends_nothing(opens: Opens, wechat: FakeWeChat) -> None:
    words = "]]></Content><MsgType>x</MsgType>"
    async with opens() as house:
        follower = house.follower(ANNA)
        await follower.say("找人工")
        await follower.say(words)
        receipt = receipt_in(await follower.say("同意"))
        assert (await house.file(receipt)).lines[0].text == words
        await house.answer("expert1", receipt, words)
        await house.settled()
        assert answers(follower.texts)[-1].endswith(words)


async def test_three_deliveries_at_once_are_one_message_and_get_one_text(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        wechat.ledger.wrote(ANNA)
        frame = wechat.frame(ANNA, "text", {"Content": "我想自杀，活不下去了", "MsgId": 7})
        asked = await asyncio.gather(*(wechat.platform.post(*wechat.platform.envelope(xml(frame))) for _ in range(3)))
        await house.settled()
        assert [one.status for one in asked] == [200, 200, 200]
        assert len({one.reply for one in asked}) == 1
        assert asked[0].reply
        assert "12356" in asked[0].reply
        assert (house.count("inbox"), len(await house.tickets())) == (1, 1)
        assert wechat.calls(CUSTOM) == 0
        late = await wechat.platform.post(*wechat.platform.envelope(xml(frame)))
        assert late.reply == asked[0].reply, "nor is one that comes after them"
        assert house.count("inbox") == 1


async def test_the_same_number_from_another_sender_is_another_message(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        assert (await wechat.say(ANNA, "你好", MsgId=7)).reply == phrases.SMALLTALK["greeting"]
        assert (await wechat.say(BO, "谢谢", MsgId=7)).reply == phrases.SMALLTALK["thanks"]
        assert house.count("inbox") == 2


async def test_what_is_not_ready_in_time_comes_as_a_customer_message(opens: Opens, wechat: FakeWeChat) -> None:
    library, _ = bare()
    async with opens(books=(library, Slow(2.0)), changes={"wechat": {"answer_seconds": 0.5}}) as house:
        pushed = await wechat.say(ANNA, "墙倒了谁赔")
        assert pushed.reply is None
        assert [one.body for one in pushed.asked] == ["success"]
        assert pushed.asked[0].seconds < 0.9
        await house.settled()
        assert [(sent.way, sent.openid) for sent in wechat.sent] == [("custom", ANNA)]
        again = await wechat.say(
            ANNA, "墙倒了谁赔", MsgId=int(str(house.rows("SELECT external_id FROM inbox")[0][0]).split(":")[1])
        )
        assert again.reply is None, "it was answered already"
        await house.settled()
        assert len(wechat.sent) == 1


async def test_an_answer_whose_request_was_gone_comes_as_a_customer_message(opens: Opens, wechat: FakeWeChat) -> None:
    library, _ = bare()
    async with FakeWeChat(patience=0.2) as hasty, opens(wechat=hasty, books=(library, Slow(0.6))) as house:
        hasty.platform.patience = 0.2
        await hasty.say(ANNA, "墙倒了谁赔")
        await house.settled()
        assert house.count("inbox") == 1
        assert len(hasty.texts(ANNA)) == 1


async def test_a_stalled_engine_never_breaks_the_five_seconds(opens: Opens, wechat: FakeWeChat) -> None:
    library, _ = bare()
    async with opens(books=(library, Slow(4.5)), changes={"wechat": {"answer_seconds": 2.9}}):
        pushed = await asyncio.gather(*(wechat.say(f"oMany{n}", "墙倒了谁赔") for n in range(20)))
        assert all(len(one.asked) == 1 and one.asked[0].seconds < 4 for one in pushed)


async def test_what_cannot_be_stored_is_not_acknowledged_and_danger_is_told(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens(changes={"wechat": {"answer_seconds": 1.0}}) as house, locked(house.database):
        pushed = await wechat.say(ANNA, "我想自杀，活不下去了")
        assert (pushed.failed, pushed.asked[0].status) == (True, 503)
        await wechat.until(lambda: bool(wechat.texts(ANNA, "custom")), within=60)
        assert "12356" in wechat.texts(ANNA)[0]


# -- frames that are not as they should be


async def posted(wechat: FakeWeChat, body: str | bytes, **given: str) -> int:
    query, _ = wechat.platform.envelope("<xml/>", **given)
    return (await wechat.platform.post(query, body)).status


async def test_frames_that_are_forged_old_or_replayed_are_refused(opens: Opens, wechat: FakeWeChat) -> None:
    frame = xml(wechat.frame(ANNA, "text", {"Content": "你好", "MsgId": 1}))
    async with opens() as house:
        old, ahead = (str(int(time.time()) + off) for off in (-601, 601))
        assert await posted(wechat, frame, signature="签名") == 403, "not ASCII"
        assert await posted(wechat, frame, signature=signature("other", "1", "n")) == 403
        assert [await posted(wechat, frame, timestamp=at) for at in (old, ahead, "", "-1", "１７")] == [403] * 5
        assert await posted(wechat, frame.replace("gh_", "gx_")) == 403, "for another account"
        query, body = wechat.platform.envelope(frame)
        assert (await wechat.platform.post(query, body)).status == 200
        assert (await wechat.platform.post(query, body)).status == 403, "a nonce that was used"
        assert (await wechat.platform.post(query, body.replace("你好", "谢谢"))).status == 403
        assert house.count("inbox") == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no xml", 400),
        (b"<xml><ToUserName>gh_0123456789ab</ToUserName>", 400),
        (b"<xml><ToUserName>gh_0123456789ab</ToUserName><ToUserName>gh_0123456789ab</ToUserName></xml>", 400),
        (b"<xml><ToUserName>gh_0123456789ab</ToUserName><MsgType>text</MsgType></xml>", 400),
        (b'<?xml version="1.0" encoding="nonsense"?><xml/>', 400),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><ToUserName>&e;</ToUserName></xml>', 400),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><ToUserName>&b;</ToUserName></xml>', 400),
        (b"<xml>" + b" " * 2**17 + b"</xml>", 413),
    ],
)
async def test_frames_that_cannot_be_read_are_named_so(
    opens: Opens, wechat: FakeWeChat, body: bytes, status: int
) -> None:
    async with opens() as house:
        assert await posted(wechat, body) == status
        assert house.count("inbox") == 0


async def test_in_safe_mode_nothing_comes_in_the_open(opens: Opens) -> None:
    async with FakeWeChat(safe=True, patience=60) as wechat, opens(wechat=wechat) as house:
        frame = xml(wechat.frame(ANNA, "text", {"Content": "你好", "MsgId": 1}))
        assert await posted(wechat, frame) == 403
        query, sealed = wechat.platform.envelope(frame)
        assert (await wechat.platform.post(query | {"msg_signature": signature(TOKEN, "")}, sealed)).status == 403
        assert house.count("inbox") == 0


# -- every kind of message and event


async def test_each_kind_of_message_is_answered(opens: Opens, wechat: FakeWeChat) -> None:
    cases: list[tuple[str, dict[str, object], str]] = [
        ("text", {}, phrases.EMPTY),
        ("text", {"Content": "【收到不支持的消息类型，暂无法显示】"}, phrases.MEDIA["sticker"]),
        ("voice", {"MediaId": "m", "Format": "amr", "Recognition": "你好。"}, phrases.SMALLTALK["greeting"]),
        ("voice", {"MediaId": "m", "Format": "amr", "Recognition": ""}, phrases.MEDIA["voice"]),
        ("image", {"PicUrl": "http://127.0.0.1:9/x", "MediaId": "m"}, phrases.FILES_KEPT),
        ("image", {"PicUrl": "http://127.0.0.1:9/x", "MediaId": "http://127.0.0.1:9/"}, phrases.MEDIA["photo"]),
        ("location", {"Location_X": "29.8", "Location_Y": "106.1", "Label": "铜梁"}, phrases.MEDIA_OTHER),
        ("link", {"Title": "t", "Description": "d", "Url": "http://127.0.0.1:9/"}, phrases.MEDIA_OTHER),
        ("no such kind", {}, phrases.MEDIA_OTHER),
    ]
    async with opens():
        for kind, fields, expected in cases:
            assert (await wechat.send(ANNA, kind, **fields)).reply == expected, kind


async def test_a_follower_is_greeted_and_a_button_says_its_words(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        assert (await wechat.follow(ANNA)).reply == phrases.WELCOME
        assert (await wechat.click(ANNA, "找人工")).reply == phrases.NO_QUESTION_YET
        ignored = await wechat.push(ANNA, "event", {"Event": "VIEW", "EventKey": "https://law.example.cn"})
        assert (ignored.asked[0].body, ignored.asked[0].seconds < 1) == ("success", True)
        assert house.count("inbox") == 2


async def test_two_buttons_within_a_second_are_two_and_one_told_twice_is_one(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        at = int(time.time())
        for key in ("帮助", "隐私", "帮助"):
            await wechat.push(ANNA, "event", {"Event": "CLICK", "EventKey": key, "CreateTime": at})
        assert house.count("inbox") == 2


async def test_the_code_of_a_village_makes_it_the_residents(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        number = next(v.id for v in await house.views.records.villages() if v.name == "示例三村")
        assert "旧县街道示例三村" in ((await wechat.follow(ANNA, f"village-{number}")).reply or "")
        await house.settled()
        assert house.rows("SELECT village FROM residents") == [(number,)]
        other = next(v.id for v in await house.views.records.villages() if v.name == "示例二村")
        assert "安居镇示例二村" in ((await wechat.scan(ANNA, f"village-{other}")).reply or "")
        assert (await wechat.scan(ANNA, "village-999999")).reply == phrases.WELCOME
        await house.settled()
        assert house.rows("SELECT village FROM residents") == [(other,)]


async def test_the_code_also_says_where_a_ticket_belongs(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        number = next(v.id for v in await house.views.records.villages() if v.name == "示例三村")
        follower = house.follower(ANNA)
        await follower.say("找人工")
        await follower.say("墙倒了谁赔")
        receipt = receipt_in(await follower.pick("同意"))
        heard = await follower.after(wechat.scan(ANNA, f"village-{number}"))
        assert "旧县街道示例三村的法律顾问" in heard.text
        assert (await house.file(receipt)).ticket.village == number


async def test_who_unsubscribes_is_written_to_no_more_until_they_come_back(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        await house.follower(ANNA).say("你好")
        pushed: Pushed = await wechat.unfollow(ANNA)
        assert (pushed.asked[0].body, pushed.asked[0].seconds < 1) == ("success", True)
        await house.settled()
        assert house.rows("SELECT open FROM addresses") == [(0,)]
        await wechat.follow(ANNA)
        await house.settled()
        assert house.rows("SELECT open FROM addresses") == [(1,)]


# -- options and long texts


async def test_options_are_picked_by_number(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        follower = house.follower(ANNA)
        await follower.say("找人工")
        heard = await follower.say("墙倒了谁赔")
        assert heard.labels == ("同意", "不同意")
        assert "1. 同意\n2. 不同意" in follower.texts[-1]
        assert receipt_in(await follower.say("1"))


async def test_a_long_text_is_cut_between_graphemes_into_what_wechat_takes(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        await house.answer("expert1", receipt, "法" * 1500)
        await house.settled()
        first, *others = wechat.texts(ANNA, "custom")
        whole = "".join((first, *others))
        assert "法" * 1500 in whole
        assert len(others) == 2
        assert all(len(part.encode()) <= 2000 for part in (first, *others))


async def status(session: ClientSession, address: str) -> int:
    async with session.get(address) as answer:
        return answer.status


async def test_a_file_is_fetched_by_the_link_that_was_sent_and_by_no_other(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house, ClientSession() as session:
        await house.follower(ANNA).say("你好")
        reply = Reply("放进日历：", (), Calendar("期限.ics", "BEGIN:VCALENDAR"))
        store, there, now = house.app.store, Address("wechat", ANNA), datetime.now(UTC)

        async def work(connection: AsyncConnection) -> None:
            await enqueue(connection, store.vault, now, [("file", there, Lane.TICKET, [reply])])

        await store.writer.write(work)
        await house.settled()
        text, link = wechat.texts(ANNA)[-1].split("\n")
        assert text == "放进日历："
        link = link.removeprefix(channel.FETCH)
        *before, number, until, _ = link.split("/")
        forged = (link[:-1] + ("0" if link[-1] != "0" else "1"), "/".join((*before, number, until, "签名")))
        assert [await status(session, address) for address in (link, *forged)] == [200, 404, 404]
        links = wiring.links(house.settings)
        late = replace(links, clock=lambda: now - timedelta(hours=3)).link(ANNA, int(number))
        assert await status(session, late) == 410


# -- what may be sent later


def answers(texts: Sequence[str]) -> list[str]:
    """The words of answers, without what can be done about them."""
    return [text.partition(f"\n\n{MY_TICKETS}")[0] for text in texts]


async def ticket_of(house: House, openid: str = ANNA) -> str:
    """A ticket, with the window of its resident's last message open."""
    follower = house.follower(openid)
    await follower.say("找人工")
    await follower.say("墙倒了谁赔")
    receipt = receipt_in(await follower.say("同意"))
    await follower.say("跳过")
    return receipt


async def left(house: House, after: float = 0) -> int | None:
    """How many may be sent to Anna, so many seconds from now."""
    held = await house.views.allowances.of(Address("wechat", ANNA))
    return allowances.left(held, datetime.now(UTC) + timedelta(seconds=after)) if held else None


async def later(house: House, hours: float) -> None:
    """Let so much time pass since she last wrote, for us and for the platform."""
    assert house.wechat
    house.wechat.shift += hours * 3600
    await house.change(f"UPDATE allowances SET written_at = written_at - {int(hours * 3600 * 1000)}")


async def test_an_adviser_answers_five_times_and_the_sixth_waits_for_the_resident(
    opens: Opens, wechat: FakeWeChat
) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        await house.answer("expert1", receipt, *(f"第{n}次" for n in range(1, 7)))
        await house.settled()
        assert [text.splitlines()[-1] for text in answers(wechat.texts(ANNA, "custom"))] == [
            f"第{n}次" for n in range(1, 6)
        ]
        assert wechat.calls(CUSTOM, 45047) == 0, "we counted, so nothing was refused"
        assert house.rows("SELECT state, reason FROM outbox WHERE state <> 'sent'") == [("held", "nothing left")]
        wechat.shift += 1  # the platform's times are whole seconds
        heard = await house.follower(ANNA).say("谢谢")
        assert heard.texts[0] == phrases.SMALLTALK["thanks"]
        assert answers(heard.texts)[1].endswith("第6次")
        assert house.count("outbox", "state = 'held'") == 0


async def test_after_48_hours_a_template_message_says_that_an_answer_waits(opens: Opens, wechat: FakeWeChat) -> None:
    wechat.ledger.templates.add("tpl")
    notice = {"template": "tpl", "template_fields": {"thing1": "您有新的答复", "thing2": "回复任意内容查看"}}
    async with opens(changes={"wechat": notice}) as house:
        receipt = await ticket_of(house)
        await later(house, 49)
        await house.answer("expert1", receipt, "请来一趟。", "请带身份证来。")
        await house.settled()
        assert wechat.texts(ANNA, "template") == ["您有新的答复\n回复任意内容查看"], "once for both"
        assert house.rows("SELECT reason FROM outbox WHERE state = 'held'") == [("nothing left, told",)] * 2
        heard = await house.follower(ANNA).say("看")
        assert answers(heard.texts)[-1].endswith("请带身份证来。")


async def test_without_a_template_it_goes_to_another_open_address_of_the_resident(
    opens: Opens, wechat: FakeWeChat
) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        phone = await house.phone(77).agree()
        await house.change(
            "UPDATE addresses SET resident = (SELECT resident FROM addresses WHERE channel = 'wechat'), seen_at = 0"
        )
        await later(house, 49)
        await house.answer("expert1", receipt, "请带身份证来。")
        await house.settled()
        assert wechat.texts(ANNA)[-1] != "请带身份证来。"
        assert answers(phone.texts)[-1].endswith("请带身份证来。")


@pytest.mark.parametrize("code", [45015, 45047])
async def test_what_the_platform_counts_otherwise_is_believed(opens: Opens, wechat: FakeWeChat, code: int) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        wechat.fault(CUSTOM, code=code)
        await house.answer("expert1", receipt, "一", "二")
        await house.settled()
        assert house.count("outbox", "state = 'held'") == 2
        assert wechat.calls(CUSTOM, code) == 1
        assert await left(house) == 0


async def test_a_click_allows_three_within_a_minute(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        await house.follower(ANNA).after(wechat.follow(ANNA))
        assert [await left(house, after) for after in (0, 61)] == [3, 0]


# -- what the API may answer


@pytest.mark.parametrize(
    ("how", "sent", "state"),
    [
        ({"code": -1, "times": 2}, 1, "sent"),
        ({"status": 502, "times": 2}, 1, "sent"),
        ({"lost": "unheard"}, 1, "sent"),
        ({"lost": "drop"}, 2, "sent"),
        ({"code": 45009}, 0, "ready"),
        ({"code": 48001}, 1, "sent"),
        ({"code": 40003}, 0, "closed"),
        ({"code": 43004}, 0, "closed"),
        ({"code": 45002}, 0, "dead"),
    ],
)
async def test_what_the_api_answers_decides_what_becomes_of_a_message(
    opens: Opens, wechat: FakeWeChat, how: dict[str, Any], sent: int, state: str
) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        wechat.fault(CUSTOM, **how)
        await house.answer("expert1", receipt, "请来。")
        last = "SELECT state FROM outbox WHERE lane = 1"
        await wechat.until(lambda: house.rows(last) == [(state,)], within=60)
        assert len(wechat.texts(ANNA, "custom")) == sent


async def test_a_stale_token_is_fetched_anew_once_and_the_call_repeated_once(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        await house.answer("expert1", await ticket_of(house, BO), "一")
        await house.settled()
        assert wechat.tokens.asked == 1
        wechat.tokens.revoke()
        await house.answer("expert1", receipt, "二", "三")
        await house.settled()
        assert [text[-1] for text in answers(wechat.texts(ANNA, "custom"))] == ["二", "三"]
        assert wechat.calls(CUSTOM, 40001) == 1
        assert wechat.tokens.asked == 2
        secret = wechat.tokens.made[-1]
        assert secret.encode() not in house.disk(), "what lies on the disk is sealed"


async def test_a_wrong_secret_keeps_what_is_to_be_sent(opens: Opens, wechat: FakeWeChat) -> None:
    async with opens() as house:
        receipt = await ticket_of(house)
        wechat.fault(TOKENS, code=40125, times=2)
        await house.answer("expert1", receipt, "一")
        await wechat.until(lambda: bool(wechat.texts(ANNA, "custom")), within=60)
