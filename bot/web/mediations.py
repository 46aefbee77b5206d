"""Serve the mediator's pages: the mediations in scope, one of them with its acts and its papers, a new one."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import files
from bot.app import App
from bot.web import minutes, wording
from bot.web.auth import HOME, Auth
from bot.web.guards import SAFE
from bot.web.pages import page
from handlers import residents
from handlers.desk import tickets
from handlers.errors import Refused
from handlers.hours import SHANGHAI
from handlers.mediations import agreements, mediate, mediation, writings
from handlers.mediations.agreements import Agreement
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import ACT_NAMES, BOUND, MOVES, STATE_NAMES, Act, State
from handlers.messages import Document
from handlers.residents import Village
from handlers.staff import ROLE_NAMES, Scope, User, scoped
from knowledge import regions
from knowledge.clocks.reckoning import written
from knowledge.guides import forms
from knowledge.guides.disputes import disputes
from storage.people import Session

PLACE = f"{HOME}/mediations"
NOTICED = 20  # days before the last day from which on the list speaks of it
_NUMBER = re.compile(r"TJ\d{6}-[A-Z0-9]{6}")
_PAPERS = {"agreement": "人民调解协议书", "application": "司法确认申请书"}


@dataclass(frozen=True, slots=True)
class Row:
    """A mediation as the list shows it; `left` is how many days are left to ask a court, None where no clock runs."""

    case: Case
    parties: str
    subject: str
    state: str
    place: str
    left: int | None


class Mediations:
    """The pages of those who mediate."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._store = app.store.mediations
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed = self._auth.staffed
        return [
            Route(PLACE, staffed(self.listed)),
            Route(f"{PLACE}/new", staffed(self.new), methods=["GET", "POST"]),
            Route(f"{PLACE}/{{number}}", staffed(self.one)),
            Route(f"{PLACE}/{{number}}/{{paper}}.docx", staffed(self.paper)),
            Route(f"{PLACE}/{{number}}/{{act}}", staffed(self.act), methods=["POST"]),
        ]

    async def listed(self, request: Request, session: Session) -> Response:
        """Those that go on, the nearest last days above them; or those that ended."""
        ended = request.query_params.get("tab") == "ended"
        found = await self._store.listed(_scope(session.user), ended=ended)
        villages, today = await self._app.store.records.villages(), _today()
        rows = [_row(case, villages, today) for case in found]
        near = sorted(
            (row for row in rows if row.left is not None and row.left <= NOTICED), key=lambda row: row.left or 0
        )
        return page("mediations.html", session=session, rows=rows, near=near, ended=ended)

    async def one(self, request: Request, session: Session) -> Response:
        """One mediation with all that can be done on it now."""
        case = await self._case(request, session)
        done = request.query_params.get("done", "")
        said = f"{ACT_NAMES[Act(done)]}：已登记。" if done in list(Act) else "已登记。" if done else ""
        return await self._shown(session, case, said=said)

    async def _shown(
        self,
        session: Session,
        case: Case,
        status: int = 200,
        *,
        said: str = "",
        problem: str = "",
        typed: Agreement | None = None,
    ) -> Response:
        villages, today = await self._app.store.records.villages(), _today()
        draft = typed or case.agreement or Agreement()
        due = mediation.window(case) if case.state is State.IN_FORCE else None
        return page(
            "mediation.html",
            status,
            session=session,
            case=case,
            row=_row(case, villages, today),
            centre=regions.centres()[case.level].name if case.level else "",
            open_acts={act.value for act in minutes.ON_THE_PAGE if case.state in MOVES[act]},
            buttons=[(act, ACT_NAMES[act]) for act in minutes.BUTTONS if case.state in MOVES[act]],
            draft=draft,
            missing=agreements.missing(draft, case.parties),
            obstacles=agreements.obstacles(draft),
            settles=disputes().settles,
            elements=disputes().elements,
            last=written(mediation.last_day(case)) if due else "",
            safe=written(due.safe) if due and due.safe and due.safe != due.value else "",
            is_bound=case.state in BOUND,
            ways=mediation.ways(case),
            today=today,
            said=said,
            problem=problem,
        )

    async def new(self, request: Request, session: Session) -> Response:
        """The form for two who come in person, and what becomes of it; sent twice it opens one."""
        villages = await self._villages(session.user)
        number = tickets.number(datetime.now(UTC), secrets.randbits(64), "TJ")
        if request.method in SAFE:
            return _form(session, villages, number)
        form = await request.form()
        given = str(form.get("number", ""))
        try:
            village = _among(villages, str(form.get("village", "")))
            case = minutes.opened(form, given if _NUMBER.fullmatch(given) else number, village, _today())
        except Refused as refused:
            return _form(session, villages, given, 409, problem=str(refused), form=form)
        await self._store.write(case, (), datetime.now(UTC))
        return RedirectResponse(f"{PLACE}/{case.number}?done=new", 303)

    async def _villages(self, user: User) -> Sequence[Village]:
        scope = _scope(user)
        every = await self._app.store.records.villages()
        return [village for village in every if scope.is_expert or village.id in scope.villages]

    async def act(self, request: Request, session: Session) -> Response:
        """Do it; what cannot be is said on the page, and what was written stays there."""
        case = await self._case(request, session)
        name = request.path_params["act"]
        if name not in minutes.ON_THE_PAGE:
            raise HTTPException(404)
        act, form = Act(name), await request.form()
        done = RedirectResponse(f"{PLACE}/{quote(case.number)}?done={act}", 303)
        try:
            if str(form.get("revision")) != str(case.revision):
                raise Refused("这件调解刚刚被改过，请看过再办。")
            after = minutes.moved(case, act, form, session.user.id, _today())
            await mediate.record(self._store, case, after, datetime.now(UTC))
        except Refused as refused:
            return await self._refused(request, session, str(refused), act, form)
        self._app.waiting.ring()
        return done

    async def _refused(self, request: Request, session: Session, why: str, act: Act, form: FormData) -> Response:
        fresh = await self._case(request, session)
        typed = minutes.agreement(form) if act in (Act.SKETCH, Act.DRAFT) else None
        return await self._shown(session, fresh, 409, problem=why, typed=typed)

    async def paper(self, request: Request, session: Session) -> Response:
        """The agreement, or the application to confirm it, as a Word file."""
        case = await self._case(request, session)
        kind = request.path_params["paper"]
        if kind not in _PAPERS:
            raise HTTPException(404)
        committee = writings.committee(case, await self._app.store.records.villages())
        drawn = writings.agreement if kind == "agreement" else writings.application
        try:
            draft = drawn(case, committee)
        except Refused as refused:
            return await self._shown(session, case, 409, problem=str(refused))
        file = await files.drawn(Document(f"{_PAPERS[kind]}_{case.number}.docx", draft))
        disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return Response(file.content, headers={"Content-Disposition": disposition}, media_type=file.kind)

    async def _case(self, request: Request, session: Session) -> Case:
        number = request.path_params["number"]
        found = await self._store.find(_scope(session.user), number) if _NUMBER.fullmatch(number) else None
        if found is None:
            raise HTTPException(404, wording.NO_SUCH_MEDIATION)
        return found


def _form(
    session: Session,
    villages: Sequence[Village],
    number: str,
    status: int = 200,
    *,
    problem: str = "",
    form: FormData | None = None,
) -> Response:
    return page(
        "mediation_new.html",
        status,
        session=session,
        kinds=[(kind.id, kind.label) for kind in disputes().disputes.values() if kind.takes],
        reaches=_choices("reach"),
        tries=_choices("tried"),
        villages=[(str(village.id), residents.place(village)) for village in villages],
        number=number,
        problem=problem,
        form=form or FormData(),
        sides=((minutes.FIRST, "甲方"), (minutes.SECOND, "乙方")),
    )


def _choices(name: str) -> list[tuple[str, str]]:
    """What residents are asked to choose from, for the mediator's form as well."""
    slots = (slot for group in forms.interviews()["mediation"].groups for slot in group.slots)
    return [(choice.value, choice.label) for slot in slots if slot.name == name for choice in slot.choices]


def _row(case: Case, villages: Sequence[Village], today: date) -> Row:
    place = next((residents.place(village) for village in villages if village.id == case.village), "未说明村（社区）")
    runs = case.state is State.IN_FORCE and not agreements.barred(case.agreement or Agreement())
    left = (mediation.last_day(case) - today).days if runs else None
    parties = "、".join(party.name for party in case.parties)
    return Row(case, parties, writings.subject(case), STATE_NAMES[case.state], place, left)


def _among(villages: Sequence[Village], number: str) -> int | None:
    return next((village.id for village in villages if str(village.id) == number), None)


def _scope(user: User) -> Scope:
    scope = scoped(user)
    if scope.nothing:
        raise HTTPException(403, wording.NO_MEDIATIONS.format(role=ROLE_NAMES[user.role]))
    return scope


def _today() -> date:
    return datetime.now(SHANGHAI).date()
