"""Echo with python-telegram-bot, as its own examples do."""

import argparse
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message:
        await update.message.reply_text(update.message.text or "")


def build(base: str, token: str, concurrent: int, client: str) -> "Application[Any, Any, Any, Any, Any, Any]":
    """Build the application; `concurrent` 0 handles one update after the other."""
    builder = Application.builder().token(token).base_url(f"{base}/bot").concurrent_updates(concurrent or False)
    if client == "aiohttp":
        from bot.channels.http import AiohttpRequest

        request = AiohttpRequest()
        builder = builder.request(request).get_updates_request(request)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


def main() -> None:
    """Poll until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--concurrent", type=int, default=0)
    parser.add_argument("--client", choices=["httpx", "aiohttp"], default="httpx")
    options = parser.parse_args()
    build(options.base, options.token, options.concurrent, options.client).run_polling()


if __name__ == "__main__":
    main()
