"""Bring a conversation to an open page as it happens, whichever process writes it."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from bot.app import App
from bot.channels.web import NAME
from bot.web import talk
from bot.web.downloads import Downloads
from bot.web.media import Media
from bot.web.pages import fragment
from bot.web.visitors import Visitors
from handlers.errors import StorageDown
from handlers.messages import Address
from storage.views import Said

LOOK = 2.0  # seconds between looks at the view, for replies that another process wrote
GLANCE = 0.3  # seconds between them while a page is held back for its answer
PING = 15  # seconds between signs of life on an open stream
_CURSOR = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")


class Live:
    """Looks at conversations for the pages that show them."""

    def __init__(self, app: App, visitors: Visitors, downloads: Downloads, media: Media) -> None:
        self._app = app
        self._visitors = visitors
        self._downloads = downloads
        self._media = media

    async def said(self, visitor: str, cursor: str = "") -> tuple[Said, ...]:
        """What was said, from the cursor on; raises StorageDown."""
        return tuple(await self._app.store.views.transcript(Address(NAME, visitor), cursor))

    def names(self) -> talk.Names:
        """What buttons are called."""
        return talk.Names(self._app.library.topics if self._app.library else {})

    def bubbles(self, visitor: str, said: Sequence[Said], names: talk.Names) -> Sequence[talk.Bubble]:
        """The conversation as the page of that visitor shows it."""
        return talk.bubbles(
            said,
            names,
            lambda number: self._downloads.link(visitor, number),
            lambda mark: self._media.to_visitor(visitor, mark),
        )

    async def answered(self, visitor: str) -> None:
        """Wait a little for the answer, so that a page without scripts shows it at once."""
        end = time.monotonic() + self._app.settings.file.web.wait_seconds
        async with self._app.web.looking(visitor) as news:
            while not _is_answered(await self._quietly(visitor)) and (left := end - time.monotonic()) > 0:
                await _either(news, min(left, GLANCE))

    async def events(self, request: Request) -> Response:
        """What is new, as it comes."""
        visitor = self._visitors.known(request)
        if visitor is None:
            return Response(status_code=204)  # which ends the browser's tries
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        frames = self._frames(visitor, after if _CURSOR.fullmatch(after) else "")
        return EventSourceResponse(frames, ping=PING, send_timeout=PING)

    async def _frames(self, visitor: str, cursor: str) -> AsyncIterator[ServerSentEvent]:
        names = self.names()
        async with self._app.web.looking(visitor) as news:
            for one in await self._quietly(visitor) if cursor else ():
                names.learn(one.options)
            while True:
                for bubble in self.bubbles(visitor, await self._quietly(visitor, cursor), names):
                    cursor = bubble.cursor
                    yield _frame(bubble)
                await _either(news, LOOK)

    async def _quietly(self, visitor: str, cursor: str = "") -> tuple[Said, ...]:
        """What was said; nothing while the database is down, since whoever looks goes on until it is back."""
        try:
            return await self.said(visitor, cursor)
        except StorageDown:
            return ()


def nonce() -> str:
    """A mark for one form, so that what is sent twice is known again."""
    return secrets.token_urlsafe(12)


def _frame(bubble: talk.Bubble) -> ServerSentEvent:
    # JSON has no line breaks of its own, so nothing that was said can begin a frame
    html = fragment("bubble.html", bubble=bubble, nonce=nonce)
    return ServerSentEvent(json.dumps({"ours": bubble.ours, "html": html}), id=bubble.cursor)


def _is_answered(said: tuple[Said, ...]) -> bool:
    return bool(said) and said[-1].ours


async def _either(news: asyncio.Event, seconds: float) -> None:
    """Until there is news, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return
    news.clear()
