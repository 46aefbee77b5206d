"""Fail in every loop at once, in a process of its own, so that its logs can be read; run by test_log."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telegram import Bot

from bot import app, config, log, work
from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.signing import signer
from bot.work import Bell, Courier
from handlers.cases import Library, Part, Rules
from handlers.deliver import Dispatch
from handlers.deliveries import Delivery, Receipt
from handlers.messages import Address, Inbound, Kind
from handlers.receive import Reception
from storage.migrate import upgrade
from storage.store import Store
from tests.handlers import shelf


class Breaking:
    """An engine and a channel that fail with a message that quotes the words."""

    name = "web"

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        raise ValueError(f"cannot read {questions}")

    async def send(self, delivery: Delivery) -> Receipt:
        raise RuntimeError(f"cannot send {delivery.reply.text}")

    def room(self) -> int:
        return 10


async def _for_a_while(work: Coroutine[Any, Any, object]) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(work, 0.5)


def _inbound(number: int, words: str) -> Inbound:
    return Inbound(str(number), Address("web", str(number)), Kind.TEXT, words, datetime.now(UTC))


async def _handle(store: Store, folder: Path, words: str) -> None:
    """One message fails in the engine; the other is answered, and its answer fails in the channel."""
    breaking = Breaking()
    await store.inbox.put([_inbound(1, words), _inbound(2, "你好")], datetime.now(UTC))
    library = Library(shelf.TOPICS, shelf.statutes(folder / "shelf"))
    reception = Reception(
        store.inbox, store.records, breaking, library, Rules(), timedelta(seconds=30), 32, store.quizzes, signer(b"k")
    )
    await _for_a_while(work.receive_forever(reception, Bell(), Bell(), 0.1))
    dispatch = Dispatch(store.outbox, {"web": breaking}, 4, timedelta(seconds=60))
    await _for_a_while(Courier(dispatch, Bell(), 0.1).run())
    with contextlib.closing(sqlite3.connect(folder / "legalbot.db")) as other:
        other.execute("BEGIN IMMEDIATE")  # held for longer than the busy timeout
        await _for_a_while(work.receive_forever(reception, Bell(), Bell(), 0.1))


async def _poll(token: str, words: str) -> None:
    """Nobody answers where Telegram should be."""
    request = http.AiohttpRequest()
    bot: Bot = telegram.connect(token, "http://127.0.0.1:1", request)
    async with request:
        with contextlib.suppress(Exception):
            await bot.send_message(1, words)
        channel = telegram.Telegram(bot, Pace(25, 1), _nothing, 1)
        await _for_a_while(channel.poll())


async def _nothing(inbounds: Sequence[Inbound]) -> None:
    raise AssertionError(inbounds)


async def main(words: str, token: str) -> None:
    """Fail with these words and this token."""
    settings = config.load()
    log.configure("debug", "json")
    settings.folder.mkdir()
    await upgrade(settings.database_url)
    store = app.connect(settings)
    await _handle(store, settings.folder, words)
    await store.close()
    await _poll(token, words)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
