"""Hand residents all that is held on them, as a file, with the pictures and files that go with it."""

import asyncio
import json
import zipfile
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.app import App
from bot.channels.web import NAME
from bot.web.visitors import Visitors
from handlers.enclosures import NAMELESS, State
from handlers.messages import Address

FILE, ARCHIVE = "我的数据.json", "我的数据.zip"
IN_MEMORY = 4_000_000  # bytes of an archive; what is larger lies in a file until it is handed out
CHUNK = 64 * 1024  # bytes


class MyData:
    """The file of whoever holds the cookie; there is no number in its address that could be guessed."""

    def __init__(self, app: App, visitors: Visitors) -> None:
        self._app = app
        self._visitors = visitors

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/mydata", self.file)]

    async def file(self, request: Request) -> Response:
        """All of it, as an archive where there are pictures or files; 404 for somebody on whom nothing is held."""
        visitor = self._visitors.known(request)
        held = await self._app.store.privacy.held(Address(NAME, visitor)) if visitor else None
        if visitor is None or held is None:
            raise HTTPException(404)
        told = json.dumps(held, ensure_ascii=False, indent=1).encode()
        archive = await self._archive(Address(NAME, visitor), told)
        if archive is None:
            return Response(told, headers=_named(FILE), media_type="application/json")
        return StreamingResponse(_read(archive), headers=_named(ARCHIVE), media_type="application/zip")

    async def _archive(self, address: Address, told: bytes) -> IO[bytes] | None:
        """The archive, one file after another; None if there is none."""
        store = self._app.store.enclosures
        kept = [one for one in await store.of_resident(address) if one.state is State.KEPT]
        if not kept:
            return None
        archive: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it was handed out
        with zipfile.ZipFile(archive, "w") as inside:
            inside.writestr(FILE, told)
            for number, one in enumerate(kept, 1):
                if found := await store.own(address, one.mark):
                    name = f"{NAMELESS}/{number:02}_{found.name}"
                    await asyncio.to_thread(inside.writestr, name, found.content)
        return archive


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def _read(archive: IO[bytes]) -> Iterator[bytes]:
    with archive:
        archive.seek(0)
        while chunk := archive.read(CHUNK):
            yield chunk
