"""Let the bureau look a ticket up, and hand out lists of tickets in which numbers of persons are masked."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import books
from bot.app import App
from bot.web import filters, wording
from bot.web.auth import HOME, Auth
from bot.web.pages import page
from bot.web.rows import Row, rows
from handlers import masks
from handlers.audit import Act, Deed
from handlers.desk.tickets import REFERRAL_NAMES, SOLVED_NAMES, TIER_NAMES
from handlers.hours import SHANGHAI
from handlers.staff import Role, scoped
from storage.people import Session
from storage.queue import Queued

BOOK = f"{HOME}/tickets.xlsx"
EXPORTERS = frozenset({Role.EXPERT, Role.ADMIN})
MOST = 5000  # tickets of one workbook
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = (
    "受理号", "紧急", "事情", "领域", "地方", "状态", "在哪一级", "顾问",
    "收到", "首次答复", "办结", "转介到", "评分", "办成了吗", "居民的话（号码已遮盖）",
)  # fmt: skip


class Exports:
    """The page to look tickets up, and the workbook."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/bureau/tickets", self._auth.staffed(self.look, only={Role.ADMIN})),
            Route(BOOK, self._auth.staffed(self.book, only=EXPORTERS)),
        ]

    async def look(self, request: Request, session: Session) -> Response:
        """The ticket of a receipt number, or the form to ask for one."""
        asked = filters.asked(request.query_params)
        if asked.receipt and await self._app.store.views.ticket(scoped(session.user, reading=True), asked.receipt):
            return RedirectResponse(f"{HOME}/{quote(asked.receipt)}", 303)
        problem = wording.NO_SUCH_TICKET if asked.receipt else ""
        return page("lookup.html", 404 if problem else 200, session=session, asked=asked, problem=problem, book=BOOK)

    async def book(self, request: Request, session: Session) -> Response:
        """The tickets that the filters ask for, those in scope; that they were taken is written down."""
        asked = filters.asked(request.query_params)
        wanted = filters.wanted(asked)
        found = await self._app.store.views.exported(scoped(session.user, reading=True), wanted, MOST)
        topics, now = self._app.library.topics if self._app.library else {}, datetime.now(UTC)
        shown = rows([queued for queued, _ in found], topics, self._app.office.targets, now)
        content = await asyncio.to_thread(_book, found, shown)
        deed = Deed(Act.EXPORTED, session.user.id, detail=f"{min(len(found), MOST)}件")
        await self._app.store.audit.note(deed, now)
        name = f"工单_{now.astimezone(SHANGHAI):%Y%m%d_%H%M}.xlsx"
        return Response(
            content, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}, media_type=KIND
        )


def _book(found: Sequence[tuple[Queued, str]], shown: Sequence[Row]) -> bytes:
    return books.written({"工单": _grid(found, shown)})


def _grid(found: Sequence[tuple[Queued, str]], shown: Sequence[Row]) -> Iterator[Sequence[Any]]:
    yield HEADERS
    for (queued, said), row in zip(found[:MOST], shown, strict=False):
        yield [masks.mask(cell) if isinstance(cell, str) else cell for cell in _cells(queued, row, said)]
    if len(found) > MOST:
        yield (f"只列出前{MOST}件，请用日期缩小范围再导出。",)


def _cells(queued: Queued, row: Row, said: str) -> Iterable[Any]:
    ticket = queued.ticket
    days = (_when(at) for at in (ticket.opened_at, ticket.answered_at, ticket.closed_at))
    return (
        row.receipt, f"{row.level} {row.urgency}", row.subject, ticket.field, row.place, row.state,
        TIER_NAMES[ticket.tier], row.who, *days, _named(REFERRAL_NAMES, ticket.referred_to), ticket.stars or "",
        _named(SOLVED_NAMES, ticket.solved), said,
    )  # fmt: skip


def _named(names: Mapping[Any, str], held: object) -> str:
    return names.get(held, "")


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""
