"""Prove that the load driver counts every answer once, in the right process, and says when a bot is down."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncGenerator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from benchmarks.crowd import Crowd, Load
from benchmarks.load import Result, cpu_seconds, filled, run, table
from tests.fakes.telegram import FakeTelegram

ECHO = "{python} -m benchmarks.echo_bare --base {base} --token {token}"
AGREE = InlineKeyboardMarkup([[InlineKeyboardButton("同意", callback_data="yes")]])


async def answer(bot: Bot, update: Update) -> None:
    """Ask for consent at /start; answer anything else in two parts."""
    if update.callback_query:
        await bot.send_message(update.callback_query.from_user.id, "谢谢")
    elif update.message and update.message.text == "/start":
        await bot.send_message(update.message.chat_id, "同意吗", reply_markup=AGREE)
    elif update.message:
        await bot.send_message(update.message.chat_id, "一")
        await bot.send_message(update.message.chat_id, "二")


async def polling(telegram: FakeTelegram) -> None:
    async with Bot(telegram.token, f"{telegram.base}/bot") as bot:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                await answer(bot, update)


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram() as fake:
        bot = asyncio.create_task(polling(fake))
        yield fake
        bot.cancel()
        await asyncio.wait([bot])


async def test_every_question_is_timed_once(telegram: FakeTelegram) -> None:
    latencies = await Crowd(telegram, Load(in_flight=4, questions=["甲", "乙"])).ask(30)
    assert len(latencies) == 30
    assert all(0 < latency < 5 for latency in latencies)
    asked = [update["text"] for update in telegram.ledger.heard.values()]
    assert {asked.count("甲"), asked.count("乙")} == {15}


async def test_residents_may_introduce_themselves_first(telegram: FakeTelegram) -> None:
    load = Load(in_flight=4, before=["/start", "press:同意"])
    assert len(await Crowd(telegram, load).ask(10)) == 10
    assert telegram.texts().count("谢谢") == 10


async def test_a_silent_bot_is_not_waited_for_forever() -> None:
    async with FakeTelegram() as silent:
        with pytest.raises(TimeoutError):
            await Crowd(silent, Load(patience=0.05)).ask(1)


async def test_a_bot_is_measured_in_its_own_process() -> None:
    result = await run(ECHO, Load(messages=100, warm=10))
    assert result.answered_per_s > 10
    assert 0 < result.p50_ms <= result.p99_ms


async def test_a_bot_that_ends_at_once_is_shown_with_its_words() -> None:
    with pytest.raises(RuntimeError, match="no token"):
        await run("{python} -c 'raise SystemExit(\"no token\")'", Load())


async def test_a_command_gets_its_places_filled() -> None:
    async with FakeTelegram() as fake:
        command = filled('{python} -c "x {y}" {base} {token} {data} {port}', fake, "/d", "py")
    assert command == ["py", "-c", "x {y}", fake.base, fake.token, "/d", str(fake.port)]


def test_processor_time_includes_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.35: pass\n"
    command = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {burn!r}]).wait(); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", command]) as process:
        until = time.monotonic() + 20
        while (used := cpu_seconds(process.pid)) < 0.3 and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
    assert used >= 0.3


def test_the_table_gives_ratios_to_the_one_named() -> None:
    rows = {"甲": Result(100, 10, 20, 2, 0.2), "乙": Result(250, 4, 8, 1, 0.2)}
    assert table(rows, "甲").splitlines()[2].split() == ["乙", "250", "2.50", "4.0", "8.0", "1.00", "0.50", "0.20"]
