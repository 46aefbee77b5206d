"""Echo with python-telegram-bot's `Bot` alone over our own HTTP client, one task a message."""

import argparse
import asyncio
import signal

from telegram import Bot, Update

from bot.channels.http import AiohttpRequest


async def echo(bot: Bot, update: Update) -> None:
    """Say it back."""
    if update.message:
        await bot.send_message(update.message.chat_id, update.message.text or "")


async def run(base: str, token: str) -> None:
    """Poll until stopped."""
    request = AiohttpRequest()
    tasks: set[asyncio.Task[None]] = set()
    async with Bot(token, base_url=f"{base}/bot", request=request, get_updates_request=request) as bot:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=10):
                offset = update.update_id + 1
                task = asyncio.create_task(echo(bot, update))
                tasks.add(task)
                task.add_done_callback(tasks.discard)


async def until_stopped(base: str, token: str) -> None:
    """Run until SIGTERM."""
    running = asyncio.create_task(run(base, token))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    await asyncio.wait([running])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    asyncio.run(until_stopped(options.base, options.token))


if __name__ == "__main__":
    main()
