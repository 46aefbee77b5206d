"""Serve the admin's page of who works here, and take in a workbook of villages and staff on it."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import staffing
from bot.app import App
from bot.staffing import Intake
from bot.web import wording
from bot.web.auth import Auth
from bot.web.guards import UPLOAD_LIMIT
from bot.web.pages import page
from bot.web.scores import TYPE
from handlers.desk.advise import today
from handlers.desk.personnel import Person, said_of
from handlers.desk.routing import Leave
from handlers.errors import Stale
from handlers.staff import ROLE_NAMES, Role
from knowledge.sheets import SheetError
from storage.accounts import Account
from storage.people import Session

PLACE = "/bureau/people"
MOST = 500_000  # bytes of a workbook: a district has a fifth of that
SOON = timedelta(days=30)  # so long before its end a licence is to be looked after
_HEADERS = {"Content-Disposition": "attachment; filename*=UTF-8''%E6%9D%91%E5%B1%85%E5%92%8C%E4%BA%BA%E5%91%98.xlsx"}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who works here, with what decides whether they are given tickets."""

    account: Account
    person: Person
    leaves: Sequence[Leave]  # that are not over
    duties: str  # days at the district's desk that are not over
    is_always_on_duty: bool
    today: date

    @property
    def licence(self) -> str:
        """How the licence stands, where it is to be looked after."""
        until = self.person.licensed_until
        if until is None or until > self.today + SOON:
            return ""
        return "已过期" if until < self.today else "快到期"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a workbook would change, and the workbook, which comes back with the button."""

    intake: Intake
    book: str

    @property
    def mark(self) -> str:
        """Tells these changes from others, so that nobody agrees to what they have not read."""
        return hashlib.sha256("\n".join(self.intake.words).encode()).hexdigest()[:16]


class People:
    """The pages under /bureau/people."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._store = app.store
        self._duty = app.settings.file.tickets.duty
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        admin = {Role.ADMIN}
        larger = [Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT)]
        look, bring = (self._auth.staffed(act, only=admin) for act in (self.look, self.bring))
        return [
            Route(PLACE, self._auth.staffed(self.listed, only=admin)),
            Route(f"{PLACE}/template.xlsx", self._auth.staffed(self.template, only=admin)),
            Route(f"{PLACE}/look", look, methods=["POST"], middleware=larger),
            Route(f"{PLACE}/import", bring, methods=["POST"], middleware=larger),
        ]

    async def listed(self, _request: Request, session: Session) -> Response:
        """Everybody, and the form for a workbook."""
        return await self._shown(session)

    async def template(self, _request: Request, _session: Session) -> Response:
        """An empty workbook."""
        return Response(staffing.template(), headers=_HEADERS, media_type=TYPE)

    async def look(self, request: Request, session: Session) -> Response:
        """What the workbook would change; nothing is changed yet."""
        file = (await request.form(max_files=1)).get("file")
        content = await file.read(MOST + 1) if isinstance(file, UploadFile) else b""
        if not content:
            return await self._shown(session, faults=[wording.NO_WORKBOOK])
        if len(content) > MOST:
            return await self._shown(session, faults=[wording.LARGE_WORKBOOK])
        return await self._looked(session, content)

    async def _looked(self, session: Session, content: bytes, problem: str = "") -> Response:
        try:
            intake = await staffing.look(self._store, content)
        except SheetError as error:
            return await self._shown(session, faults=error.faults)
        if _turns_out(session, intake):
            return await self._shown(session, faults=[wording.NOT_YOURSELF])
        book = base64.b64encode(content).decode()
        return await self._shown(session, looked=Looked(intake, book), problem=problem)

    async def bring(self, request: Request, session: Session) -> Response:
        """Change what was shown, and show the new passwords once; if it would be otherwise by now, show it again."""
        form = await request.form()
        try:
            content = base64.b64decode(str(form.get("book", "")), validate=True)
        except binascii.Error:
            content = b""
        try:
            intake = await staffing.look(self._store, content)
            if form.get("mark") != Looked(intake, "").mark:
                return await self._looked(session, content, wording.STAFF_CHANGED)
            if _turns_out(session, intake):
                return await self._shown(session, faults=[wording.NOT_YOURSELF])
            given = await staffing.take_in(self._store, intake, session.user.id, datetime.now(UTC))
        except SheetError as error:
            return await self._shown(session, faults=error.faults)
        except Stale:
            return await self._looked(session, content, wording.STAFF_CHANGED)
        return await self._shown(session, given=given, said=wording.BROUGHT_IN.format(what=intake.difference))

    async def _shown(
        self,
        session: Session,
        *,
        faults: Sequence[str] = (),
        looked: Looked | None = None,
        given: Mapping[str, str] | None = None,
        said: str = "",
        problem: str = "",
    ) -> Response:
        return page(
            "people.html",
            409 if faults or problem else 200,
            session=session,
            people=await self._people(),
            towns=await self._towns(),
            role_names=ROLE_NAMES,
            faults=faults,
            looked=looked,
            given=given or {},
            said=said,
            problem=problem,
        )

    async def _people(self) -> Sequence[Known]:
        day = today(datetime.now(UTC))
        register = await self._store.personnel.register()
        roster = await self._store.rosters.roster((), day)
        away = {number: adviser.leaves for number, adviser in roster.by_id.items()}
        return [
            Known(
                account,
                register.people[account.login],
                [leave for leave in away.get(account.id, ()) if leave.last >= day],
                said_of(days for days in register.duties.get(account.login, ()) if days[1] >= day),
                account.login in self._duty,
                day,
            )
            for account in await self._store.accounts.all()
            if account.login in register.people
        ]

    async def _towns(self) -> Mapping[str, Sequence[str]]:
        towns: dict[str, list[str]] = {}
        for village in await self._store.records.villages():
            towns.setdefault(village.town, []).append(village.name)
        return towns


def _turns_out(session: Session, intake: Intake) -> bool:
    """Would whoever takes it in be no admin any more?"""
    listed = intake.listed.people.get(session.user.login)
    return listed is not None and listed.role is not session.user.role
