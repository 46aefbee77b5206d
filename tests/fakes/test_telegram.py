"""Hold the fake Bot API to what is known of the real one, over real HTTP."""

import asyncio
import json
import time
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from telegram import Bot, Update

from tests.fakes.conftest import Call, Json, ids
from tests.fakes.telegram import FakeTelegram, launch


class TestWire:
    async def test_a_bot_knows_itself(self, call: Call) -> None:
        me = await call("getMe")
        assert me["ok"]
        assert me["result"]["is_bot"]

    async def test_a_wrong_token_is_unauthorized(self, telegram: FakeTelegram, session: ClientSession) -> None:
        async with session.get(f"{telegram.base}/bot1:wrong/getMe") as answer:
            assert (answer.status, (await answer.json())["error_code"]) == (401, 401)

    async def test_an_unknown_method_is_not_found(self, call: Call) -> None:
        assert (await call("sendNothing"))["error_code"] == 404

    @pytest.mark.parametrize("form", ["json", "form", "multipart", "query"])
    async def test_parameters_may_come_in_any_form(
        self, telegram: FakeTelegram, session: ClientSession, form: str
    ) -> None:
        markup = {"inline_keyboard": [[{"text": "是", "callback_data": "yes"}]]}
        nested = markup if form == "json" else json.dumps(markup)
        values: Json = {"chat_id": "1", "text": "你好", "reply_markup": nested}
        body: Json = {
            "json": {"json": values},
            "form": {"data": values},
            "multipart": {"data": _multipart(values)},
            "query": {"params": values},
        }[form]
        async with session.post(f"{telegram.base}/bot{telegram.token}/SENDMESSAGE", **body) as answer:
            assert (await answer.json())["result"]["text"] == "你好"
        assert (telegram.sent[0].chat, telegram.sent[0].markup) == (1, markup)

    async def test_a_broken_body_is_refused(self, telegram: FakeTelegram, session: ClientSession) -> None:
        url, headers = f"{telegram.base}/bot{telegram.token}/sendMessage", {"Content-Type": "application/json"}
        async with session.post(url, data=b"{", headers=headers) as answer:
            assert answer.status == 400


def _multipart(values: Json) -> FormData:
    form = FormData(default_to_multipart=True)
    for name, value in values.items():
        form.add_field(name, value)
    return form


class TestPolling:
    async def test_updates_come_in_order(self, telegram: FakeTelegram, call: Call) -> None:
        said = [telegram.say(1, "一"), telegram.say(2, "二"), telegram.say(1, "三")]
        found = await ids(call)
        assert found == [update["update_id"] for update in said] == sorted(found)
        assert [update["message"]["message_id"] for update in said] == [1001, 1002, 1003]

    async def test_an_update_comes_again_until_a_higher_offset_confirms_it(
        self, telegram: FakeTelegram, call: Call
    ) -> None:
        first, second = telegram.say(1, "一")["update_id"], telegram.say(1, "二")["update_id"]
        assert await ids(call) == await ids(call) == await ids(call, offset=first) == [first, second]
        assert telegram.confirmed == set()
        assert await ids(call, offset=second) == [second]
        assert await ids(call) == [second]
        assert await ids(call, offset=second + 1) == []
        assert telegram.confirmed == {first, second}
        assert telegram.feed.handed[second] == 5

    async def test_an_offset_far_ahead_confirms_nothing(self, telegram: FakeTelegram, call: Call) -> None:
        first = telegram.say(1, "一")["update_id"]
        assert await ids(call, offset=first + 1000) == [first]

    async def test_a_negative_offset_forgets_what_comes_before(self, telegram: FakeTelegram, call: Call) -> None:
        last = [telegram.say(1, str(number))["update_id"] for number in range(3)][-1]
        assert await ids(call, offset=-1) == [last]
        assert telegram.counters()["dropped"] == 2

    async def test_a_limit_is_kept(self, telegram: FakeTelegram, call: Call) -> None:
        for number in range(120):
            telegram.say(1, str(number))
        assert len(await ids(call, limit=7)) == 7
        assert len(await ids(call)) == len(await ids(call, limit=1000)) == 100

    async def test_a_long_poll_ends_with_the_first_update(self, telegram: FakeTelegram, call: Call) -> None:
        poll = asyncio.create_task(ids(call, timeout=10))
        await telegram.wait_ready()
        await asyncio.sleep(0.02)
        said = telegram.say(1, "一")
        assert await asyncio.wait_for(poll, 1) == [said["update_id"]]

    async def test_a_long_poll_ends_empty_when_its_time_is_up(self, call: Call) -> None:
        before = time.monotonic()
        assert await ids(call, timeout=1) == []
        assert 0.9 < time.monotonic() - before < 2

    async def test_a_second_poller_sends_the_first_away(self, telegram: FakeTelegram, call: Call) -> None:
        first = asyncio.create_task(call("getUpdates", timeout=10))
        await telegram.until(lambda: telegram.feed.polls == 1)
        await asyncio.sleep(0.02)
        second = asyncio.create_task(call("getUpdates", timeout=10))
        refused = await asyncio.wait_for(first, 1)
        assert refused["error_code"] == 409
        assert "terminated by other getUpdates request" in refused["description"]
        telegram.say(1, "一")
        assert len((await asyncio.wait_for(second, 1))["result"]) == 1

    async def test_what_a_dead_poller_was_given_comes_again(self, telegram: FakeTelegram, call: Call) -> None:
        poll = asyncio.create_task(call("getUpdates", timeout=10))
        await telegram.until(lambda: telegram.feed.polls == 1)
        await asyncio.sleep(0.02)
        poll.cancel()
        said = telegram.say(1, "一")["update_id"]
        await telegram.until(lambda: telegram.feed.handed[said] == 1)
        assert await ids(call, timeout=10) == [said]

    async def test_only_wanted_kinds_come(self, telegram: FakeTelegram, call: Call) -> None:
        await call("getUpdates", allowed_updates=["message"])
        telegram.forge(1, "data")
        said = telegram.say(1, "一")
        assert await ids(call) == [said["update_id"]]
        assert telegram.counters()["unwanted"] == 1


class TestResidents:
    @pytest.mark.parametrize("medium", ["photo", "voice", "sticker", "location", "contact", "document", "video"])
    async def test_every_medium_is_one_that_clients_can_read(self, telegram: FakeTelegram, medium: Any) -> None:
        update = Update.de_json(telegram.post(1, medium), None)
        assert update.message
        assert getattr(update.message, medium)

    async def test_commands_are_marked(self, telegram: FakeTelegram) -> None:
        message = telegram.say(1, "😀 /start@bot 你好 a/b")["message"]
        assert message["entities"] == [{"type": "bot_command", "offset": 3, "length": 10}]

    async def test_an_edit_keeps_the_number(self, telegram: FakeTelegram) -> None:
        said = telegram.say(1, "/旧")["message"]
        edited = telegram.edit(1, said["message_id"], "新")["edited_message"]
        assert (edited["message_id"], edited["text"]) == (said["message_id"], "新")
        assert edited["edit_date"] >= said["date"]

    async def test_a_group_has_its_own_kind_and_numbers(self, telegram: FakeTelegram) -> None:
        small, large = telegram.say(-5, "一", sender=1)["message"], telegram.say(-1005, "二", sender=1)["message"]
        assert (small["chat"]["type"], small["message_id"]) == ("group", 1001)
        assert (large["chat"]["type"], large["message_id"], large["from"]["id"]) == ("supergroup", 1, 1)

    async def test_the_bot_may_hear_itself(self, telegram: FakeTelegram) -> None:
        assert telegram.from_bot(-5, "我自己")["message"]["from"]["is_bot"]

    async def test_leaving_and_joining_are_told(self, telegram: FakeTelegram) -> None:
        for update, status in ((telegram.block(1), "kicked"), (telegram.join(-9), "member")):
            member = Update.de_json(update, None).my_chat_member
            assert member
            assert member.new_chat_member.status == status

    async def test_a_reply_carries_what_it_replies_to(self, telegram: FakeTelegram, call: Call) -> None:
        number = (await call("sendMessage", chat_id=1, text="工单"))["result"]["message_id"]
        assert telegram.say(1, "答", reply_to=number)["message"]["reply_to_message"]["text"] == "工单"


class TestWaiting:
    async def test_waiting_ends_with_the_message(self, telegram: FakeTelegram, call: Call) -> None:
        waiting = asyncio.create_task(telegram.wait_sent(2, chat=1))
        for chat in (1, 2, 1):
            await call("sendMessage", chat_id=chat, text="x")
        assert len(await asyncio.wait_for(waiting, 1)) == 2

    async def test_waiting_in_vain_says_what_came(self, telegram: FakeTelegram, call: Call) -> None:
        await call("sendMessage", chat_id=1, text="只有一条")
        with pytest.raises(TimeoutError, match=r"1 of 2 messages .*只有一条"):
            await telegram.wait_sent(2, within=0.05)


class TestOwnProcess:
    async def test_everything_can_be_driven_from_outside(self) -> None:
        async with launch() as remote:
            said = await remote("say", chat=1, text="问")
            async with Bot(remote.token, base_url=f"{remote.base}/bot") as bot:
                updates = await bot.get_updates()
                assert [update.update_id for update in updates] == [said["update_id"]]
                await bot.send_message(1, "答")
            sent = await remote("wait_sent", count=1, chat=1)
            assert [message["text"] for message in sent] == ["答"]
            assert (await remote("counters"))["sent"] == 1
            with pytest.raises(RuntimeError, match="no button"):
                await remote("press", chat=1, button="是")
            with pytest.raises(RuntimeError, match="no control"):
                await remote("stop")
