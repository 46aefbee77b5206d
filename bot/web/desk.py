"""Serve the adviser's desk: the queue, a ticket, and the three things that can be done with it."""

import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web import wording
from bot.web.auth import HOME, Auth
from bot.web.pages import page
from handlers import advise, masks
from handlers.errors import NotYours, Refused, StorageDown
from handlers.staff import ROLE_NAMES, Scope, User, scoped
from handlers.tickets import STATE_NAMES, Author, State, Ticket
from knowledge.engine import danger
from knowledge.topics import Topic
from storage.people import Session
from storage.views import File, Queued

ACTS = ("claim", "reply", "close")
FORMS = 1000  # forms remembered, so that a second press of the same button does nothing
_RECEIPT = re.compile(r"[A-Z0-9-]{1,20}")


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as the queue shows it."""

    receipt: str
    level: str
    urgency: str
    place: str
    subject: str
    state: str
    waited: str
    is_open: bool


class Desk:
    """The pages of advisers and experts."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._auth = auth
        self._sent: OrderedDict[tuple[str, str], None] = OrderedDict()

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed = self._auth.staffed
        acts = [Route(f"{HOME}/{{receipt}}/{act}", staffed(self.act), methods=["POST"], name=act) for act in ACTS]
        return [Route(HOME, staffed(self.queue)), Route(f"{HOME}/{{receipt}}", staffed(self.ticket)), *acts]

    async def queue(self, request: Request, session: Session) -> Response:
        """The tickets that wait, or those that are done."""
        closed = request.query_params.get("tab") == "closed"
        found = await self._app.store.views.queue(_scope(session.user), closed=closed)
        now = datetime.now(UTC)
        rows = [self._row(q, now) for q in found]
        waiting = sum(row.is_open for row in rows)
        return page("queue.html", session=session, rows=rows, closed=closed, waiting=waiting)

    def _row(self, queued: Queued, now: datetime) -> Row:
        ticket = queued.ticket
        return Row(
            receipt=ticket.receipt,
            level=ticket.level,
            urgency=wording.URGENCY[ticket.level],
            place=queued.place or "未说明村（社区）",
            subject=self._subject(ticket),
            state=STATE_NAMES[ticket.state],
            waited=_waited(ticket, now),
            is_open=ticket.state is State.OPEN,
        )

    def _subject(self, ticket: Ticket) -> str:
        """What it is about, in a few words that are ours."""
        if ticket.kind:
            return wording.KINDS.get(ticket.kind, ticket.kind)
        topic = self._topic(ticket)
        return topic.title if topic else wording.REASONS.get(ticket.reason, wording.ASKED)

    def _topic(self, ticket: Ticket) -> Topic | None:
        """What the engine found for the resident, if it found anything."""
        library = self._app.library
        return library.topics.get(ticket.topic) if library and ticket.topic else None

    async def ticket(self, request: Request, session: Session) -> Response:
        """One ticket with everything said on it."""
        file = await self._file(request, session)
        return self._shown(session, file, said=wording.DONE.get(request.query_params.get("done", ""), ""))

    def _shown(
        self, session: Session, file: File, status: int = 200, *, said: str = "", problem: str = "", draft: str = ""
    ) -> Response:
        ticket = file.ticket
        return page(
            "ticket.html",
            status,
            session=session,
            ticket=ticket,
            row=self._row(Queued(ticket, file.place), datetime.now(UTC)),
            reason=wording.REASONS.get("urgent" if ticket.kind else ticket.reason, wording.ASKED),
            duty=next((k.duty for k in danger.load().kinds if k.name == ticket.kind), ""),
            topic=self._topic(ticket),
            lines=[
                (line, line.text if line.author is Author.ADVISER else masks.mask(line.text)) for line in file.lines
            ],
            undelivered=file.undelivered,
            ways=[(wording.CHANNELS[way.channel], way) for way in file.ways],
            mine=ticket.adviser == session.user.id,
            states=State,
            advisers=Author.ADVISER,
            limit=advise.ANSWER_LIMIT,
            said=said,
            problem=problem,
            draft=draft,
            nonce=secrets.token_urlsafe(12),
        )

    async def _file(self, request: Request, session: Session) -> File:
        receipt = request.path_params["receipt"]
        scope = _scope(session.user)
        file = await self._app.store.views.ticket(scope, receipt) if _RECEIPT.fullmatch(receipt) else None
        if file is None:
            raise HTTPException(404, wording.NO_SUCH_TICKET)
        return file

    async def act(self, request: Request, session: Session) -> Response:
        """Claim, reply or close; what cannot be is said on the page, and what was written stays there."""
        file = await self._file(request, session)
        act = request.url.path.rsplit("/", 1)[-1]
        form = await request.form()
        words, once = str(form.get("words", "")), (session.csrf, str(form.get("nonce", "")))
        back = RedirectResponse(f"{HOME}/{quote(file.ticket.receipt)}?done={act}", 303)
        if once in self._sent:
            return back
        self._remember(once)
        try:
            await self._do(act, file.ticket.receipt, session.user, words)
        except Refused as refused:
            fresh = await self._file(request, session)
            return self._shown(session, fresh, 409, problem=str(refused), draft=words)
        except NotYours:
            raise HTTPException(404, wording.NO_SUCH_TICKET) from None
        except StorageDown:
            self._sent.pop(once, None)  # nothing was done, so the same form may be sent again
            raise
        return back

    def _remember(self, once: tuple[str, str]) -> None:
        if once[1]:
            self._sent[once] = None
        if len(self._sent) > FORMS:
            self._sent.popitem(last=False)

    async def _do(self, act: str, receipt: str, user: User, words: str) -> None:
        office, now = self._app.office, datetime.now(UTC)
        match act:
            case "claim":
                await advise.claim(office, user, receipt, now)
            case "reply":
                await advise.answer(office, user, receipt, words, now)
            case _:
                await advise.close(office, user, receipt, now)
        self._app.waiting.ring()


def _scope(user: User) -> Scope:
    scope = scoped(user)
    if scope.nothing:
        raise HTTPException(403, wording.NO_TICKETS.format(role=ROLE_NAMES[user.role]))
    return scope


def _waited(ticket: Ticket, now: datetime) -> str:
    """How long the resident has been waiting, or how long the wait was."""
    if ticket.answered_at:
        return f"等了{wording.span(ticket.answered_at - ticket.opened_at)}"
    return f"已等{wording.span(now - ticket.opened_at)}"
