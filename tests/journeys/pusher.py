"""Push what is due and deliver it, in a process that a test may kill: the loops of the App without its library."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import app, config, pushing, work
from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.work import Bell, Courier
from handlers.deliver import Dispatch
from handlers.education import obstacles
from knowledge.statutes.store import Statutes

LOOK = 0.2  # seconds between looks at what is due, and at leases that ended


async def run(folder: Path, statutes: Path, token: str) -> None:
    """Until killed."""
    settings = config.load(folder / "config.toml")
    limits = pushing.limits(settings.file)
    store, held = app.connect(settings), Statutes(statutes)
    bot = telegram.connect(token, settings.file.telegram.api_url, http.AiohttpRequest())
    await bot.initialize()
    channel = telegram.Telegram(bot, Pace(settings.file.telegram.rate, 0), _accept, 1, public_url="", secret="")
    window, resend = settings.file.outbox.window, timedelta(seconds=60)
    dispatch = Dispatch(
        store.outbox, {channel.name: channel}, window, resend, lambda now: obstacles.is_quiet_at(limits, now)
    )
    courier = Courier(dispatch, Bell(), 0.05)
    delivering = asyncio.create_task(courier.run())
    while not delivering.done():
        await pushing.push(store, held, settings.file, work.now())
        await store.outbox.expire(work.now())
        await asyncio.sleep(LOOK)


async def _accept(_inbounds: Any) -> None:
    """Nobody writes to the bot here."""


def shift(clock: str) -> None:
    """Let the clock of this process show that time from now on."""
    by = datetime.fromisoformat(clock) - datetime.now(UTC)
    work.now = lambda: datetime.now(UTC) + by


if __name__ == "__main__":
    if len(sys.argv) > 4:
        shift(sys.argv[4])
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
