"""Push what is due and deliver it, in a process that a test may kill: the loops of the App without its library."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import app, config, pushing
from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.work import Bell, Courier, now
from handlers.deliver import Dispatch
from knowledge.statutes.store import Statutes

LOOK = 0.2  # seconds between looks at what is due, and at leases that ended


async def run(folder: Path, statutes: Path, token: str) -> None:
    """Until killed."""
    settings = config.load(folder / "config.toml")
    store, held = app.connect(settings), Statutes(statutes)
    bot = telegram.connect(token, settings.file.telegram.api_url, http.AiohttpRequest())
    await bot.initialize()
    channel = telegram.Telegram(bot, Pace(settings.file.telegram.rate, 0), _accept, 1, public_url="", secret="")
    courier = Courier(Dispatch(store.outbox, {channel.name: channel}, 8, timedelta(seconds=60)), Bell(), 0.05)
    delivering = asyncio.create_task(courier.run())
    while not delivering.done():
        await pushing.push(store, held, settings.file, now())
        await store.outbox.expire(now())
        await asyncio.sleep(LOOK)


async def _accept(_inbounds: Any) -> None:
    """Nobody writes to the bot here."""


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
