"""Take in what residents send by the forms of our pages: keep it, or say why it was not kept."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot import metrics
from bot.app import App, limits
from bot.channels.web import NAME
from bot.web import uploads, wording
from bot.web.guards import Gate, caller
from bot.web.live import Live, nonce
from bot.web.pages import FIRST_AID, page, refusal, wants_json
from handlers.errors import Refused, StorageDown
from handlers.messages import Address, Inbound, Kind
from knowledge import text
from knowledge.engine import danger

CHOICE_LIMIT = 100  # characters; a value has at most 64 bytes
FIELDS = 8  # of a form at most
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Intake:
    """The way in for all pages of residents."""

    def __init__(self, app: App, live: Live) -> None:
        self._app = app
        self._live = live
        self._limits = limits(app.settings.file)
        self._posts = Gate(app.settings.file.web.posts_per_minute, 60)
        self._uploads = Gate(app.settings.file.enclosures.uploads_per_hour, 3600)

    async def take(self, request: Request, visitor: str, *, back: str, answers: str = "") -> Response:
        """Keep what the form says, wait a little for its answer, and lead back; `{}` in `back` names the message."""
        async with request.form(max_files=uploads.MOST, max_fields=FIELDS) as form:
            files = uploads.given(form)
            given = str(form.get("nonce", ""))
            mark = given if _NONCE.fullmatch(given) else nonce()
            inbound = replace(_inbound(visitor, form, mark), answers=answers)
            if not inbound.text and not files:
                return RedirectResponse(back.replace("{}", ""), 303)
            if wait := await self._wait(request, len(files)):
                return _refused(request, inbound, wording.too_many(wait), 429, wait)
            try:
                enclosed = await uploads.taken(form, self._limits, NAME, inbound.external_id)
            except Refused as refused:
                return _refused(request, inbound, str(refused), 400)
        kind = Kind.MEDIA if enclosed and not inbound.text else inbound.kind
        whole = replace(inbound, enclosed=enclosed, kind=kind, text=inbound.text or "photo")
        return await self._keep(request, whole, mark, back)

    async def _wait(self, request: Request, files: int) -> int:
        who = caller(request, self._app.settings)
        waits = [await self._posts.wait(who)] + [await self._uploads.wait(who) for _ in range(files)]
        return max(waits)

    async def _keep(self, request: Request, inbound: Inbound, mark: str, back: str) -> Response:
        try:
            await self._app.accept([inbound])
        except StorageDown:
            return self._not_kept(request, inbound, mark)
        self._app.web.wake(inbound.address.external)
        if wants_json(request):
            return JSONResponse({"kept": True})
        await self._live.answered(inbound.address.external)
        return RedirectResponse(back.replace("{}", inbound.external_id), 303)

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
        words = "" if inbound.kind is Kind.MEDIA else inbound.text
        shown = {
            "told": told,
            "nonce": mark,
            "field": field,
            "words": words,
            "again": bool(inbound.enclosed),
            "action": request.url.path,
        }
        return page("notkept.html", 503, headers, **shown)


def _inbound(visitor: str, form: FormData, mark: str) -> Inbound:
    """The message of a form. The same form sent twice is one message."""
    kind = Kind.CHOICE if form.get("choice") else Kind.TEXT
    words = str(form.get("choice") or "")[:CHOICE_LIMIT] if kind is Kind.CHOICE else str(form.get("text") or "")
    files = [f"{one.filename}:{one.size}" for one in uploads.given(form)]
    # the words count too: a page that a browser kept may be sent again with others
    external = hashlib.sha256("\0".join((visitor, mark, kind, words, *files)).encode(errors="replace")).hexdigest()
    return Inbound(external, Address(NAME, visitor), kind, words, datetime.now(UTC))


def _refused(request: Request, inbound: Inbound, message: str, status: int, wait: int = 0) -> Response:
    """Not kept, but whoever is in danger is told what to do all the same."""
    alarm = danger.assess(text.clean(inbound.text)) if inbound.kind is Kind.TEXT else None
    words = f"{alarm.words}\n\n{message}" if alarm else message
    return refusal(request, status, words, {"Retry-After": str(wait)} if wait else None)
