"""Show visitors their own tickets: where each stands, what was said, and all that they can do with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.channels.web import NAME
from bot.web import uploads, wording
from bot.web.guards import Roomy, upload_limit
from bot.web.intake import Intake
from bot.web.live import nonce
from bot.web.media import Media
from bot.web.pages import clock, page
from bot.web.visitors import Visitors
from handlers.desk import clocks, notices, tickets
from handlers.desk.states import MOVES, Act
from handlers.desk.tickets import SOLVED_NAMES, STARS, STATE_NAMES, Author, Ticket
from handlers.enclosures import Enclosure, State
from handlers.messages import Address
from handlers.talk.enclosing import TICKET
from knowledge import text
from storage.queue import Queued
from storage.views import Line

HOME = "/tickets"
_RECEIPT = re.compile(r"[A-Z0-9-]{1,20}")
_MESSAGE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as its resident reads of it."""

    receipt: str
    subject: str
    state: str
    holder: str
    due: str
    opened: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or file on the page; without an address it is not there."""

    name: str
    href: str
    is_picture: bool
    note: str


NOTES = {State.NEW: "", State.WANTED: "正在取", State.KEPT: "", State.REFUSED: "没有收下"}


class Mine:
    """The pages of a visitor's own tickets; another's are not there."""

    def __init__(self, app: App, visitors: Visitors, media: Media, intake: Intake) -> None:
        self._app = app
        self._visitors = visitors
        self._media = media
        self._intake = intake

    def routes(self) -> list[Route]:
        """Where they are."""
        roomy = Middleware(Roomy, most=upload_limit(self._app.settings))
        return [
            Route(HOME, self.all),
            Route(f"{HOME}/{{receipt}}", self.one),
            Route(f"{HOME}/{{receipt}}/say", self.say, methods=["POST"], middleware=[roomy]),
            Route(f"{HOME}/{{receipt}}/do", self.do, methods=["POST"]),
        ]

    async def all(self, request: Request) -> Response:
        """All of them, the newest first."""
        visitor = self._visitors.known(request)
        held = await self._app.store.views.mine(Address(NAME, visitor)) if visitor else ()
        return page("mine.html", tickets=[self._standing(one) for one in held])

    async def one(self, request: Request) -> Response:
        """One, with all that was said."""
        visitor, queued, lines = await self._own(request)
        ticket = queued.ticket
        doable = notices.doable(ticket)
        return page(
            "receipt.html",
            one=self._standing(queued),
            lines=[(line, self._shown(visitor, line.enclosed)) for line in lines],
            residents=Author.RESIDENT,
            said=await self._answered(request),
            adds="add" in doable,
            closes="done" in doable,
            reopens="reopen" in doable,
            rates=ticket.state in MOVES[Act.RATE],
            stars=[(star, star == ticket.stars) for star in STARS],
            solved=[(value, name, value is ticket.solved) for value, name in SOLVED_NAMES.items()],
            into=ticket.merged_into,
            limit=text.LIMIT,
            accept=uploads.ACCEPT,
            nonce=nonce,
            prefix=f"{TICKET}{ticket.receipt}:",
        )

    async def say(self, request: Request) -> Response:
        """Words, pictures and files for the ticket; danger in the words is heard first, as everywhere."""
        visitor, queued, _ = await self._own(request)
        receipt = queued.ticket.receipt
        return await self._intake.take(request, visitor, back=_back(receipt), answers=f"{TICKET}{receipt}")

    async def do(self, request: Request) -> Response:
        """Close it, judge the answer, open it again: what a button of the chat does."""
        visitor, queued, _ = await self._own(request)
        receipt = queued.ticket.receipt
        choice = str((await request.form(max_files=0, max_fields=8)).get("choice", ""))
        if choice.removeprefix(f"{TICKET}{receipt}:") not in notices.LABELS:
            raise HTTPException(400)
        return await self._intake.take(request, visitor, back=_back(receipt))

    async def _own(self, request: Request) -> tuple[str, Queued, Sequence[Line]]:
        visitor, receipt = self._visitors.known(request), request.path_params["receipt"]
        known = visitor and _RECEIPT.fullmatch(receipt)
        found = await self._app.store.views.own(Address(NAME, visitor), receipt) if visitor and known else None
        if visitor is None or found is None:
            raise HTTPException(404, wording.NO_SUCH_RECEIPT)
        return visitor, *found

    async def _answered(self, request: Request) -> str:
        """What was answered to the form that was sent last."""
        given = request.query_params.get("said", "")
        return await self._app.store.views.answered(NAME, given, "") or "" if _MESSAGE.fullmatch(given) else ""

    def _standing(self, queued: Queued) -> Standing:
        ticket, targets, now = queued.ticket, self._app.office.targets, datetime.now(UTC)
        readings = clocks.readings(queued.clock, ticket, targets, now) if queued.clock else ()
        owes = clocks.side(ticket.state) is clocks.Side.US
        return Standing(
            receipt=ticket.receipt,
            subject=self._subject(ticket),
            state=STATE_NAMES[ticket.state],
            holder=notices.holder(ticket, queued.who),
            due=clock(readings[0].due_at) if readings and owes else "",
            opened=clock(ticket.opened_at),
            is_done=tickets.is_done(ticket),
        )

    def _subject(self, ticket: Ticket) -> str:
        """What it is about. Of a danger nothing is said: somebody may look over the shoulder."""
        topic = self._app.library.topics.get(ticket.topic or "") if self._app.library else None
        return topic.title if topic else wording.ASKED

    def _shown(self, visitor: str, enclosed: Sequence[Enclosure]) -> list[Shown]:
        return [
            Shown(
                one.name or "图片",
                self._media.to_visitor(visitor, one.mark) if one.state is State.KEPT else "",
                one.is_picture,
                NOTES[one.state],
            )
            for one in enclosed
        ]


def _back(receipt: str) -> str:
    return f"{HOME}/{quote(receipt)}?said={{}}#newest"
