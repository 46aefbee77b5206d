"""Serve the resident's page: ask, see the answers, live where the browser can and by plain forms where it cannot."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import metrics
from bot.app import App
from bot.channels.web import NAME
from bot.web import talk, wording
from bot.web.downloads import Downloads
from bot.web.guards import Gate, caller
from bot.web.live import Live, nonce
from bot.web.pages import FIRST_AID, page, refusal, wants_json
from bot.web.visitors import Visitors
from handlers.errors import StorageDown
from handlers.messages import Address, Inbound, Kind
from handlers.talk import phrases
from knowledge import text
from knowledge.engine import danger
from storage.views import Said

STILL = timedelta(minutes=1)  # after that nobody is told to wait for an answer any more
CHOICE_LIMIT = 100  # characters; a value has at most 64 bytes
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Chat:
    """The resident's pages."""

    def __init__(self, app: App, visitors: Visitors, downloads: Downloads) -> None:
        self._app = app
        self._visitors = visitors
        self._live = Live(app, visitors, downloads)
        self._posts = Gate(app.settings.file.web.posts_per_minute, 60)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/", self.show),
            Route("/ask", self.ask, methods=["POST"]),
            Route("/events", self._live.events),
            Route("/privacy", self.privacy),
            Route("/leave", self.leave, methods=["GET", "POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The conversation so far."""
        visitor = self._visitors.of(request)
        said = await self._live.said(visitor)
        response = page(
            "chat.html",
            bubbles=self._live.bubbles(visitor, said, self._live.names()),
            cursor=said[-1].cursor if said else "",
            waiting=_is_waiting(said),
            loading=self._app.library is None,
            welcome=talk.welcome(),
            nonce=nonce,
            limit=text.LIMIT,
            human=phrases.HUMAN,
        )
        self._visitors.remember(request, response, visitor)
        return response

    async def ask(self, request: Request) -> Response:
        """Keep what was said, then show what is answered to it."""
        visitor = self._visitors.of(request)
        form = await request.form(max_files=0, max_fields=8)
        given = str(form.get("nonce", ""))
        mark = given if _NONCE.fullmatch(given) else nonce()
        inbound = _inbound(visitor, form, mark)
        response = await self._take(request, inbound, mark) if inbound else _back()
        self._visitors.remember(request, response, visitor)
        return response

    async def _take(self, request: Request, inbound: Inbound, mark: str) -> Response:
        wait = await self._posts.wait(caller(request, self._app.settings))
        if wait:
            return _too_many(request, inbound, wait)
        try:
            await self._app.accept([inbound])
        except StorageDown:
            return self._not_kept(request, inbound, mark)
        self._app.web.wake(inbound.address.external)
        if wants_json(request):
            return JSONResponse({"kept": True})
        await self._live.answered(inbound.address.external)
        return _back()

    def _not_kept(self, request: Request, inbound: Inbound, mark: str) -> Response:
        """Say so, and what to do in danger; the same form sent again is the same message."""
        metrics.STORAGE_DOWN.inc()
        told = self._app.emergency.told(inbound)
        headers = {"Retry-After": "5"}
        if wants_json(request):
            safety = told.text if told else None
            body = {"kept": False, "safety": safety, "error": wording.NOT_KEPT, "hotlines": FIRST_AID}
            return JSONResponse(body, 503, headers)
        field = "choice" if inbound.kind is Kind.CHOICE else "text"
        return page("notkept.html", 503, headers, told=told, nonce=mark, field=field, words=inbound.text)

    async def privacy(self, request: Request) -> Response:
        """What becomes of what residents say."""
        return page("privacy.html", words=phrases.PRIVACY)

    async def leave(self, request: Request) -> Response:
        """Let this browser forget the conversation, for those who share it with others."""
        if request.method != "POST":
            return page("leave.html")
        response = page("left.html", headers={"Clear-Site-Data": '"cache"'})
        self._visitors.forget(request, response)
        return response


def _inbound(visitor: str, form: FormData, mark: str) -> Inbound | None:
    """The message of a form; None if there is none. The same form sent twice is one message."""
    kind = Kind.CHOICE if form.get("choice") else Kind.TEXT
    words = str(form.get("choice") or "")[:CHOICE_LIMIT] if kind is Kind.CHOICE else str(form.get("text") or "")
    if not words:
        return None
    # the words count too: a page that a browser kept may be sent again with others
    external = hashlib.sha256("\0".join((visitor, mark, kind, words)).encode(errors="replace")).hexdigest()
    return Inbound(external, Address(NAME, visitor), kind, words, datetime.now(UTC))


def _back() -> Response:
    return RedirectResponse("/#newest", 303)


def _too_many(request: Request, inbound: Inbound, wait: int) -> Response:
    """Not kept, but whoever is in danger is told what to do all the same."""
    alarm = danger.assess(text.clean(inbound.text)) if inbound.kind is Kind.TEXT else None
    message = wording.too_many(wait)
    words = f"{alarm.words}\n\n{message}" if alarm else message
    return refusal(request, 429, words, {"Retry-After": str(wait)})


def _is_waiting(said: tuple[Said, ...]) -> bool:
    return bool(said) and not said[-1].ours and datetime.now(UTC) - said[-1].at < STILL
