"""Talk in a terminal."""

import asyncio
import codecs
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TextIO
from uuid import uuid4

from bot import files
from handlers.deliveries import Delivery, Receipt, Sent, wording
from handlers.errors import StorageDown
from handlers.messages import Address, Attachment, Inbound, Kind

NAME = "console"
ME = Address(NAME, "me")
NOT_KEPT = "这句话没有存下来，请稍后再发一次。有危险请马上打110。"
ERASED = "（这个文件已经删除）"
CHUNK = 64 * 1024  # bytes read at once
Accept = Callable[[Sequence[Inbound]], Awaitable[None]]


class Console:
    """The channel; `heard` is what it reads as a file descriptor, `said` what it writes to, files go to `folder`."""

    name = NAME

    def __init__(
        self,
        accept: Accept,
        folder: Path,
        heard: int = 0,
        said: TextIO = sys.stdout,
        kept: files.Find = files.none,
    ) -> None:
        self._accept = accept
        self._kept = kept
        self._folder = folder
        self._heard = heard
        self._said = said

    def room(self) -> int:
        """A terminal takes anything."""
        return 1000

    async def send(self, delivery: Delivery) -> Receipt:
        """Print it."""
        options = (f"  {number}. {option.label}" for number, option in enumerate(delivery.reply.options, 1))
        kept = [await self._keep(delivery.reply.attachment)] if delivery.reply.attachment else []
        link = [delivery.reply.link.href] if delivery.reply.link else []
        self._print("\n".join(("", wording(delivery), *link, *kept, *options, "", "> ")))
        return Sent()

    async def _keep(self, attachment: Attachment) -> str:
        """Write the file where only its owner reads it, and say where; one of the same name is replaced."""
        file = await files.made(attachment, self._kept)
        if file is None:
            return ERASED
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / file.name
        path.touch(mode=0o600)
        path.write_bytes(file.content)
        return str(path)

    async def listen(self) -> None:
        """Take lines until the input ends."""
        self._print("> ")
        async for line in _lines(self._heard):
            await self.take(line)

    async def take(self, line: str) -> None:
        """Keep one line; where that is not possible, say so."""
        if not line:
            self._print("> ")
            return
        try:
            await self._accept([Inbound(uuid4().hex, ME, Kind.TEXT, line, datetime.now(UTC))])
        except StorageDown:
            self._print(f"\n{NOT_KEPT}\n\n> ")

    def _print(self, words: str) -> None:
        print(words, end="", file=self._said, flush=True)


async def _lines(heard: int) -> AsyncGenerator[str]:
    """Lines as they are typed."""
    # a thread of its own that holds no lock: one of the pool, or one that reads sys.stdin, would keep the process
    # from ending until somebody presses Enter
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        for line in _read(heard):
            loop.call_soon_threadsafe(queue.put_nowait, line)
        loop.call_soon_threadsafe(queue.put_nowait, None)

    Thread(target=read, name="terminal", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def _read(heard: int) -> Iterator[str]:
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    while chunk := os.read(heard, CHUNK):
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (line.rstrip("\r") for line in whole)
    if rest := rest + decoder.decode(b"", final=True):
        yield rest
