"""Serve the adviser's desk: the queue, a ticket and all that can be done with it, leave."""

import asyncio
import re
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App, limits
from bot.web import dossier, filters, uploads, wording
from bot.web.acts import ACTS, GONE, SPEAKING
from bot.web.auth import HOME, Auth
from bot.web.exports import BOOK, EXPORTERS
from bot.web.guards import Roomy, upload_limit
from bot.web.media import Media
from bot.web.pages import page
from bot.web.rows import Row, rows
from handlers import masks
from handlers.deliveries import CHANNEL_NAMES
from handlers.desk import advise, cards, states
from handlers.desk.routing import Leave
from handlers.desk.tickets import REFERRAL_NAMES, SOLVED_NAMES, TIER_NAMES, Author
from handlers.enclosures import NAMELESS, State
from handlers.errors import NotYours, Refused, StorageDown
from handlers.staff import ROLE_NAMES, Scope, User, scoped
from storage.enclosures import DESK
from storage.people import Session
from storage.queue import PAGE, Queued
from storage.views import File, Line

FORMS = 1000  # forms remembered, so that a second press of the same button does nothing
LOOK = 2.0  # seconds between looks at what changed
STREAM = 150  # looks until the browser has to ask again, and prove that its session still lives
PING = 15  # seconds between signs of life on an open stream
NOTES = {State.NEW: "", State.WANTED: "（正在取）", State.KEPT: "", State.REFUSED: "（取不到，没有收下）"}
_RECEIPT = re.compile(r"[A-Z0-9-]{1,20}")
_STEPS = re.compile(r"[；;。]")


class Desk:
    """The pages of advisers and experts."""

    def __init__(self, app: App, auth: Auth, media: Media) -> None:
        self._app = app
        self._auth = auth
        self._media = media
        self._sent: OrderedDict[tuple[str, str], None] = OrderedDict()

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed = self._auth.staffed
        roomy = Middleware(Roomy, most=upload_limit(self._app.settings))
        acts = [Route(f"{HOME}/{{receipt}}/{act}", staffed(self.act), methods=["POST"], name=act) for act in ACTS]
        acts += [
            Route(f"{HOME}/{{receipt}}/{act}", staffed(self.act), methods=["POST"], name=act, middleware=[roomy])
            for act in SPEAKING
        ]
        return [
            Route(HOME, staffed(self.queue)),
            Route(f"{HOME}/events", staffed(self.events)),
            Route(f"{HOME}/leave", staffed(self.leave), methods=["GET", "POST"]),
            Route(f"{HOME}/{{receipt}}", staffed(self.ticket)),
            *acts,
        ]

    async def queue(self, request: Request, session: Session) -> Response:
        """The tickets that wait, or those that are done."""
        scope, views = _scope(session.user), self._app.store.views
        asked = filters.asked(request.query_params)
        found = await views.queue(scope, filters.wanted(asked))
        shown = self._rows(found[:PAGE])
        topics = self._app.library.topics if self._app.library else {}
        return page(
            "queue.html",
            session=session,
            rows=shown,
            closed=asked.tab == "closed",
            waiting=sum(row.is_open for row in shown),
            said=wording.DONE.get(request.query_params.get("done", ""), ""),
            asked=asked,
            exports=session.user.role in EXPORTERS and filters.link(asked, 0, BOOK),
            filtered=filters.is_filtered(asked),
            before=filters.link(asked, -1) if asked.page else "",
            after=filters.link(asked, 1) if len(found) > PAGE else "",
            places=await views.places(scope),
            colleagues=await views.colleagues(),
            fields=[(one, one) for one in _fields(self._app)],
            topics=sorted((t.id, t.title) for t in topics.values() if not asked.field or t.field == asked.field),
            states=filters.STATES,
            levels=filters.LEVELS,
        )

    def _rows(self, found: Sequence[Queued]) -> list[Row]:
        topics = self._app.library.topics if self._app.library else {}
        return rows(found, topics, self._app.office.targets, datetime.now(UTC))

    async def events(self, _request: Request, session: Session) -> Response:
        """A word whenever something in scope has changed; what changed is read from the page itself."""
        return EventSourceResponse(self._changes(_scope(session.user)), ping=PING, send_timeout=PING)

    async def _changes(self, scope: Scope) -> AsyncIterator[ServerSentEvent]:
        last = await self._pulse(scope, "")
        for _ in range(STREAM):
            await asyncio.sleep(LOOK)
            if (pulse := await self._pulse(scope, last)) != last:
                last = pulse
                yield ServerSentEvent("changed")

    async def _pulse(self, scope: Scope, last: str) -> str:
        try:
            return await self._app.store.views.pulse(scope)
        except StorageDown:  # whoever looks goes on until it is back
            return last

    async def ticket(self, request: Request, session: Session) -> Response:
        """One ticket with everything said on it."""
        file = await self._file(request, session, reading=True)
        return await self._shown(session, file, said=wording.DONE.get(request.query_params.get("done", ""), ""))

    async def _shown(
        self, session: Session, file: File, status: int = 200, *, said: str = "", problem: str = "", draft: str = ""
    ) -> Response:
        ticket, me = file.ticket, session.user
        [row], earlier = self._rows([file.queued]), self._rows(file.earlier)
        mine = ticket.adviser == me.id and ticket.state in states.HELD
        acts = not scoped(me).nothing
        duty = cards.duty(ticket)
        alive = {q.ticket.receipt for q in file.earlier if q.ticket.state in states.ALIVE}
        return page(
            "ticket.html",
            status,
            session=session,
            ticket=ticket,
            row=row,
            tier=TIER_NAMES[ticket.tier],
            reason=wording.REASONS.get("urgent" if ticket.kind else ticket.reason, wording.ASKED),
            duties=[step.strip() for step in _STEPS.split(duty) if step.strip()],
            acts=acts,
            lines=[self._line(session, ticket.receipt, line, acts=acts) for line in file.lines],
            covered=acts and any(line.enclosed for line in file.lines if line.author is Author.RESIDENT),
            accept=uploads.ACCEPT,
            in_short=dossier.in_short(file.lines),
            found=await dossier.found(self._app, file.lines, ticket.topic, advise.today(datetime.now(UTC))),
            ready=dossier.ready(self._app, ticket.field, advise.today(datetime.now(UTC))) if mine else (),
            undelivered=file.undelivered,
            ways=[(CHANNEL_NAMES[way.channel], way) for way in file.ways],
            free=ticket.state in states.UNHELD,
            mine=mine,
            over=ticket.state in states.DONE,
            notes=file.notes if acts else [replace(note, text=masks.mask(note.text)) for note in file.notes],
            earlier=earlier,
            mergeable=[one for one in earlier if one.receipt in alive],
            colleagues=[one for one in await self._app.store.views.colleagues() if one[0] != me.id] if mine else (),
            fields=_fields(self._app),
            referrals=REFERRAL_NAMES.items(),
            solved=SOLVED_NAMES,
            advisers=Author.ADVISER,
            limit=advise.ANSWER_LIMIT,
            said=said,
            problem=problem,
            draft=draft or file.draft,
            nonce=_nonce,
        )

    def _line(
        self, session: Session, receipt: str, line: Line, *, acts: bool
    ) -> tuple[Line, str, Sequence[tuple[str, str]]]:
        """What was said, masked, and what goes with it: a resident's is named, an adviser's can be opened."""
        ours = acts and line.author is Author.ADVISER
        files = [
            (masks.mask(one.name or NAMELESS) + NOTES[one.state], self._media.to_staff(session, receipt, one.mark))
            for one in line.enclosed
        ]
        shown = line.text if ours else masks.mask(line.text)
        return line, shown, files if ours else [(name, "") for name, _ in files]

    async def _file(self, request: Request, session: Session, *, reading: bool = False) -> File:
        receipt = request.path_params["receipt"]
        scope = _scope(session.user, reading=reading)
        known = _RECEIPT.fullmatch(receipt)
        file = await self._app.store.views.ticket(scope, receipt, session.user.id) if known else None
        if file is None:
            raise HTTPException(404, wording.NO_SUCH_TICKET)
        return file

    async def act(self, request: Request, session: Session) -> Response:
        """Do what the form says; what cannot be is said on the page, and what was written stays there."""
        file = await self._file(request, session)
        act, receipt = request.url.path.rsplit("/", 1)[-1], file.ticket.receipt
        form = await request.form()
        once = (session.csrf, str(form.get("nonce", "")))
        back = RedirectResponse(HOME + ("" if act in GONE else f"/{quote(receipt)}") + f"?done={act}", 303)
        if once in self._sent:
            return back
        self._remember(once)
        try:
            await self._do(act, session, receipt, form)
        except Refused as refused:
            fresh = await self._file(request, session)
            return await self._shown(session, fresh, 409, problem=str(refused), draft=str(form.get("words", "")))
        except NotYours:
            raise HTTPException(404, wording.NO_SUCH_TICKET) from None
        except StorageDown:
            self._sent.pop(once, None)  # nothing was done, so the same form may be sent again
            raise
        self._app.waiting.ring()
        return back

    async def _do(self, act: str, session: Session, receipt: str, form: FormData) -> None:
        office, now = self._app.office, datetime.now(UTC)
        if act not in SPEAKING:
            await ACTS[act](office, session.user, receipt, form, now)
            return
        of = f"{session.csrf}:{form.get('nonce') or _nonce()}"
        enclosed = await uploads.taken(form, limits(self._app.settings.file), DESK, of)
        await SPEAKING[act](office, session.user, receipt, str(form.get("words", "")), now, enclosed=enclosed)

    def _remember(self, once: tuple[str, str]) -> None:
        if once[1]:
            self._sent[once] = None
        if len(self._sent) > FORMS:
            self._sent.popitem(last=False)

    async def leave(self, request: Request, session: Session) -> Response:
        """Say when one is away."""
        _scope(session.user)
        now = datetime.now(UTC)
        today, problem = advise.today(now), ""
        if request.method == "POST":
            form = await request.form()
            try:
                away = Leave(date.fromisoformat(str(form["first"])), date.fromisoformat(str(form["last"])))
                await advise.leave(self._app.office, session.user, away, now)
            except (KeyError, ValueError):
                problem = wording.NO_SUCH_DAY
            except Refused as refused:
                problem = str(refused)
            else:
                self._app.waiting.ring()
                return RedirectResponse(f"{HOME}?done=leave", 303)
        return page("away.html", 409 if problem else 200, session=session, today=today, problem=problem)


def _nonce() -> str:
    return secrets.token_urlsafe(12)


def _fields(app: App) -> list[str]:
    return sorted({topic.field for topic in app.library.topics.values()}) if app.library else []


def _scope(user: User, *, reading: bool = False) -> Scope:
    scope = scoped(user, reading=reading)
    if scope.nothing:
        raise HTTPException(403, wording.NO_TICKETS.format(role=ROLE_NAMES[user.role]))
    return scope
