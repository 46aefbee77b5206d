"""Echo with aiogram 3, as its own examples do."""
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportUntypedFunctionDecorator=false, reportUnknownParameterType=false
# aiogram is no dependency of the project: it lives in an environment of its own, see README.md.

import argparse
import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    """Say it back."""
    await message.answer(message.text or "")


async def run(base: str, token: str) -> None:
    """Poll until stopped."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    async with Bot(token, session=session).context() as bot:
        await dispatcher.start_polling(bot)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    asyncio.run(run(options.base, options.token))


if __name__ == "__main__":
    main()
