"""Prove that calls to Telegram tell what was not sent from what may have been, and never show the token."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncGenerator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.channels.http import AiohttpRequest, NotSent, Timeouts, Unanswered, pause
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.meet([1])
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncGenerator[Bot]:
    request = AiohttpRequest(timeouts=Timeouts(read=2))
    async with Bot(telegram.token, f"{telegram.base}/bot", request=request, get_updates_request=request) as ready:
        yield ready


async def test_a_message_arrives_with_its_buttons(telegram: FakeTelegram, bot: Bot) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("是", callback_data="yes")]])
    message = await bot.send_message(1, "<b>你好</b>😀", parse_mode="HTML", reply_markup=markup)
    assert message.text == "你好😀"
    assert telegram.sent[0].buttons == [{"text": "是", "callback_data": "yes"}]


async def test_a_file_arrives_whole(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_document(1, b"x" * 2_000_000, filename="答复.pdf", caption="见附件")
    file = telegram.sent[0].file
    assert file
    assert (file.name, len(file.content), telegram.sent[0].text) == ("答复.pdf", 2_000_000, "见附件")


async def test_updates_are_polled_and_confirmed(telegram: FakeTelegram, bot: Bot) -> None:
    said = telegram.say(1, "问")["update_id"]
    assert [update.update_id for update in await bot.get_updates(timeout=5)] == [said]
    assert await bot.get_updates(offset=said + 1, timeout=0) == ()
    assert telegram.confirmed == {said}


async def test_a_long_poll_may_last_longer_than_an_answer(telegram: FakeTelegram) -> None:
    request = AiohttpRequest(timeouts=Timeouts(read=0.2))
    async with Bot(telegram.token, f"{telegram.base}/bot", request=request, get_updates_request=request) as bot:
        assert await bot.get_updates(timeout=1) == ()


async def test_what_telegram_refuses_keeps_its_kind(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.fault("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as slowed:
        await bot.send_message(1, "x")
    assert pause(slowed.value) == 7
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "x")
    telegram.block(1)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(1, "x")
    telegram.fault("getUpdates", status=409, description="Conflict: terminated by other getUpdates request")
    with pytest.raises(Conflict):
        await bot.get_updates()
    telegram.fault("sendMessage", status=401)
    with pytest.raises(InvalidToken):
        await bot.send_message(1, "x")


@pytest.mark.parametrize("status", [500, 502])
async def test_a_failing_server_is_neither_unsent_nor_unanswered(telegram: FakeTelegram, bot: Bot, status: int) -> None:
    telegram.fault("sendMessage", status=status)
    with pytest.raises(NetworkError) as failed:
        await bot.send_message(1, "x")
    assert type(failed.value) is NetworkError


async def test_a_refused_connection_means_nothing_was_sent(telegram: FakeTelegram, bot: Bot) -> None:
    await telegram.refuse(60)
    with pytest.raises(NotSent):
        await bot.send_message(1, "x")
    await telegram.accept()
    await bot.send_message(1, "x")
    assert telegram.texts() == ["x"]


async def test_a_connection_that_is_never_made_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        async with AiohttpRequest(timeouts=Timeouts(connect=0.1, pool=0.1)) as request:
            full = [socket.socket() for _ in range(8)]  # the kernel takes in a few connections by itself
            for one in full:
                one.setblocking(False)
                one.connect_ex(silent.getsockname())
            with pytest.raises(NotSent):
                await request.do_request(f"http://127.0.0.1:{silent.getsockname()[1]}/", "POST")
            for one in full:
                one.close()


async def test_no_free_connection_means_nothing_was_sent(telegram: FakeTelegram) -> None:
    telegram.fault("sendMessage", delay=0.5)
    request = AiohttpRequest(connections=1, timeouts=Timeouts(pool=0.05, connect=0.05))
    async with Bot(telegram.token, f"{telegram.base}/bot", request=request, get_updates_request=request) as bot:
        first = asyncio.create_task(bot.send_message(1, "一"))
        await asyncio.sleep(0.05)
        with pytest.raises(NotSent):
            await bot.send_message(1, "二")
        await first
    assert telegram.texts() == ["一"]


async def test_no_answer_in_time_leaves_it_open_whether_it_was_sent(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.fault("sendMessage", lost="hang")
    with pytest.raises(Unanswered) as failed:
        await bot.send_message(1, "x", read_timeout=0.1)
    assert isinstance(failed.value, TimedOut)
    assert telegram.texts() == ["x"]


@pytest.mark.parametrize("fault", ["lost", "unheard"])
async def test_a_dropped_connection_leaves_it_open_whether_it_was_sent(
    telegram: FakeTelegram, bot: Bot, fault: str
) -> None:
    telegram.fault("sendMessage", **({"lost": "drop"} if fault == "lost" else {"unheard": True}))
    with pytest.raises(Unanswered):
        await bot.send_message(1, "x")
    assert len(telegram.sent) == (fault == "lost")


async def test_it_can_be_closed_twice_and_opened_again(telegram: FakeTelegram) -> None:
    request = AiohttpRequest()
    with pytest.raises(RuntimeError):
        await request.do_request(telegram.base, "GET")
    for _ in range(2):
        async with request:
            status, _ = await request.do_request(f"{telegram.base}/bot{telegram.token}/getMe", "GET")
            assert status == 200
        await request.shutdown()


@pytest.mark.parametrize("fault", ["refuse", "hang", "drop", "500", "url"])
async def test_no_error_and_no_log_line_shows_the_token(
    telegram: FakeTelegram, bot: Bot, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    base = telegram.base
    if fault == "refuse":
        await telegram.refuse(60)
    elif fault == "url":
        base = "nowhere:"
    elif fault == "500":
        telegram.fault(status=500)
    else:
        telegram.fault(lost=fault)
    with pytest.raises(NetworkError) as failed:
        await bot.request.post(f"{base}/bot{telegram.token}/getMe", read_timeout=0.1)
    shown = "".join(traceback.format_exception(failed.value))
    assert telegram.token not in shown + caplog.text
