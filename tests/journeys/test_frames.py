"""Every bad frame of the catalogue, on every channel that takes frames, gets what is stated and does nothing else."""

import io
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.engine import bare
from handlers.desk import links
from handlers.talk import phrases
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wechat.platform import xml
from tests.fakes.wecom import FakeWeCom
from tests.journeys.conftest import Opens
from tests.journeys.house import SECRET, House, receipt_in

ANNA, LI, CHAT = "oAnna-of-the-frames", "LiGuWen", 4711
CODE = "81234567"
POSTED = {"telegram": {"mode": "webhook"}}
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;">]>'

pytestmark = pytest.mark.slow


@dataclass
class Ground:
    """A house with every channel that others post to, and who may post."""

    house: House
    wechat: FakeWeChat
    wecom: FakeWeCom
    session: ClientSession

    def kept(self) -> int:
        """How many messages were taken in."""
        return self.house.count("inbox")

    async def telegram(self, body: Any, secret: str = SECRET) -> int:
        """Post an update as it is, or what is written out already."""
        assert self.house.app.telegram
        data = body if isinstance(body, str) else json.dumps(body)
        url = f"{self.house.url}{self.house.app.telegram.path}"
        head = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with self.session.post(url, data=io.BytesIO(data.encode()), headers=head) as answer:
            return answer.status

    async def official(self, body: str, **given: str) -> int:
        """Post a frame to the official account, signed but for what is given."""
        query, _ = self.wechat.platform.envelope("<xml/>", **given)
        return await self.posted("/wechat", query, body)

    async def app(self, fields: Mapping[str, object], **given: str) -> int:
        """Post a frame to the app, sealed and signed but for what is given."""
        return await self.posted("/wecom", *self.wecom.envelope(fields, **given))

    async def posted(self, path: str, query: Mapping[str, str], body: str) -> int:
        data = io.BytesIO(body.encode())
        async with self.session.post(f"{self.house.url}{path}", params=query, data=data) as answer:
            return answer.status

    async def twice(self, path: str, query: Mapping[str, str], body: str) -> list[int]:
        """The same call again."""
        return [await self.posted(path, query, body) for _ in range(2)]

    def text(self, **fields: object) -> dict[str, object]:
        """A text to the official account."""
        return self.wechat.frame(ANNA, "text", {"Content": "你好", "MsgId": 1} | fields)

    def order(self, **fields: object) -> dict[str, object]:
        """A text to the app."""
        return self.wecom.frame(LI, "text", {"Content": "你好", "MsgId": 1} | fields)

    def update(self, number: Any = 9, **message: Any) -> dict[str, Any]:
        """A text to the bot."""
        person = {"id": CHAT, "is_bot": False, "first_name": "甲"}
        chat = {"id": CHAT, "type": "private"}
        held = {"message_id": 1, "date": int(time.time()), "chat": chat, "from": person, "text": "你好"}
        return {"update_id": number, "message": held | message}

    def press(self, number: int, value: str, who: int = CHAT) -> dict[str, Any]:
        """A button of the bot's that is pressed."""
        person = {"id": who, "is_bot": False, "first_name": "乙"}
        query = {"id": str(number), "from": person, "chat_instance": "1", "data": value}
        return {"update_id": number, "callback_query": query | {"message": self.update()["message"]}}


@pytest.fixture
async def ground(opens: Opens) -> AsyncGenerator[Ground]:
    async with (
        FakeWeChat(patience=60) as wechat,
        FakeWeCom(LI, patience=60) as wecom,
        opens(books=bare(), wechat=wechat, wecom=wecom, served=True, changes=POSTED) as house,
        ClientSession() as session,
    ):
        await house.telegram.until(lambda: bool(house.telegram.webhook.hook), within=20)
        yield Ground(house, wechat, wecom, session)


Check = Callable[[Ground], Awaitable[None]]


async def signature_not_ascii(on: Ground) -> None:
    assert await on.telegram(on.update(), secret="签名") == 403
    assert await on.official(xml(on.text()), signature="签名") == 403
    assert await on.app(on.order(), msg_signature="签名") == 403
    assert on.kept() == 0


async def ten_minutes_old(on: Ground) -> None:
    old = str(int(time.time()) - 601)
    assert await on.official(xml(on.text()), timestamp=old) == 403
    assert await on.app(on.order(), timestamp=old) == 403
    assert on.kept() == 0


async def nonce_replayed(on: Ground) -> None:
    query, _ = on.wechat.platform.envelope("<xml/>")
    assert await on.twice("/wechat", query, xml(on.text())) == [200, 403]
    assert await on.twice("/wecom", *on.wecom.envelope(on.order())) == [200, 403]
    assert on.kept() == 2


async def number_repeated(on: Ground) -> None:
    follower = on.house.follower(ANNA)
    await follower.say("找人工")
    await follower.say("墙倒了，谁来赔？")
    await follower.say("同意")
    before = on.kept()
    asked = [await on.wechat.say(ANNA, "跳过", MsgId=77) for _ in range(3)]
    assert len({one.reply for one in asked}) == 1
    assert asked[0].reply
    assert len(await on.house.tickets()) == 1
    assert [await on.app(on.order(MsgId=8)) for _ in range(2)] == [200, 200]
    assert [await on.telegram(on.update(12)) for _ in range(2)] == [200, 200]
    assert on.kept() == before + 3


async def for_another_account(on: Ground) -> None:
    assert await on.official(xml(on.text(ToUserName="gh_ffffffffffff"))) == 403
    assert await on.app(on.order(ToUserName="ww" + "f" * 16)) == 403
    assert on.kept() == 0


async def content_missing(on: Ground) -> None:
    bare_ = {name: said for name, said in on.text().items() if name != "Content"}
    assert await on.official(xml(bare_)) == 200
    assert await on.app({name: said for name, said in on.order().items() if name != "Content"}) == 200
    empty = on.update()
    del empty["message"]["text"]
    assert await on.telegram(empty) == 200
    await on.house.settled()
    assert on.wechat.texts(ANNA)[-1:] in ([phrases.EMPTY], [])
    assert on.house.count("inbox", "state = 'dead'") == 0


async def kind_unknown(on: Ground) -> None:
    pushed = await on.wechat.send(ANNA, "hologram")
    assert pushed.reply == phrases.MEDIA_OTHER
    assert await on.app(on.order(MsgType="hologram")) == 200
    odd = on.update(hologram={})
    del odd["message"]["text"]
    assert await on.telegram(odd) == 200
    assert await on.telegram({"update_id": 10, "hologram": {}}) == 200
    assert on.house.count("inbox", "state = 'dead'") == 0


async def two_megabytes(on: Ground) -> None:
    much = "x" * 2_000_000
    assert await on.telegram(much) == 413
    assert await on.official(much) == 413
    assert await on.posted("/wecom", {}, much) == 413
    assert on.kept() == 0


def with_entities(head: str) -> Check:
    async def check(on: Ground) -> None:
        frame = xml(on.text())
        inner = frame.replace("你好", "]]>&e;<![CDATA[")
        assert await on.official(head + inner) == 400
        query, outer = on.wecom.envelope(on.order())
        assert await on.posted("/wecom", query, head + outer) == 400
        assert on.kept() == 0

    return check


async def keys_twice(on: Ground) -> None:
    body = json.dumps(on.update())
    assert await on.telegram(body.replace('{"update_id"', '{"update_id": 1, "update_id"')) == 400
    assert await on.telegram(body.replace('"text"', '"text": "a", "text"')) == 400
    assert await on.official(xml(on.text()).replace("</xml>", "<MsgId>2</MsgId></xml>")) == 400
    assert on.kept() == 0


async def number_that_is_none(on: Ground) -> None:
    for number in ("7", -1, 2**63, 1.5, None, True):
        assert await on.telegram(on.update(number)) == 400, number
    assert on.kept() == 0


async def without_message(on: Ground) -> None:
    assert await on.telegram({"update_id": 5}) == 200
    assert on.kept() == 0


async def edited(on: Ground) -> None:
    changed = on.update()
    changed["edited_message"] = changed.pop("message") | {"edit_date": int(time.time())}
    assert await on.telegram(changed) == 200
    await on.house.settled()
    assert on.house.rows("SELECT kind, state FROM inbox") == [("edited", "done")]


async def in_a_group(on: Ground) -> None:
    group = {"id": -5, "type": "group", "title": "村里"}
    assert await on.telegram(on.update(chat=group, text="我被打了，怎么办")) == 200
    assert on.kept() == 0, "the words of a group are never read"


async def of_a_bot(on: Ground) -> None:
    own = {"id": 1, "is_bot": True, "first_name": "机器人"}
    assert await on.telegram(on.update(**{"from": own})) == 200
    assert on.kept() == 0


async def pressed_by_forgers(on: Ground) -> None:
    """Forged, expired, another's: told so, and nothing is done."""
    phone = on.house.phone(CHAT)
    on.house.telegram.say(CHAT, "/start")
    await on.house.settled()
    await phone.pick("同意")
    await phone.say("找人工")
    await phone.say("墙倒了，谁来赔？")
    receipt = receipt_in(await phone.pick("同意"))
    before = on.house.rows("SELECT state, revision FROM tickets")
    assert await on.telegram(on.press(900001, f"ticket:{receipt}:nonsense")) == 200
    assert await on.telegram(on.press(900002, "topic:unknown")) == 200, "not on offer"
    assert await on.telegram(on.press(900003, "yes", who=99)) == 200, "another's"
    await on.house.settled()
    assert phrases.EXPIRED in phone.texts
    assert on.house.rows("SELECT state, revision FROM tickets") == before
    await _pressed_in_the_app(on)


async def _pressed_in_the_app(on: Ground) -> None:
    adviser, sign = on.house.staff["adviser1"], on.house.app.chat.sign
    await on.house.app.store.links.issue(adviser.id, links.digest(CODE, sign), datetime.now(UTC))
    await on.wecom.say(LI, CODE)
    await on.house.settled()
    key = {"Event": "template_card_event", "EventKey": "s:c:TL261124-ABCDEF:1:00|接单", "TaskId": "t"}
    await on.wecom.push(LI, "event", key)
    await on.house.settled()
    assert "已过期" in on.wecom.texts(LI)[-1]


# the frames of section 2, in its order; what a channel has no such thing for is not asked of it
FRAMES: dict[str, Check] = {
    "signature non-ASCII": signature_not_ascii,
    "timestamp 10 min old": ten_minutes_old,
    "nonce replay": nonce_replayed,
    "MsgId repeated": number_repeated,
    "other ToUserName": for_another_account,
    "Content missing": content_missing,
    "MsgType unknown": kind_unknown,
    "2 MB body": two_megabytes,
    "XXE": with_entities(XXE),
    "billion laughs": with_entities(LAUGHS),
    "JSON with duplicate keys": keys_twice,
    "update_id as string, negative, 2^63": number_that_is_none,
    "update without message": without_message,
    "edited message": edited,
    "group message": in_a_group,
    "the bot's own message": of_a_bot,
    "callback_data forged, expired, of another user": pressed_by_forgers,
}


@pytest.mark.parametrize("name", [*FRAMES])
async def test_each_bad_frame_gets_what_is_stated(ground: Ground, name: str) -> None:
    await FRAMES[name](ground)
