"""Serve the admin's pages: who works here, in which role, for which villages; and what staff did."""

import secrets
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.people import LOGIN
from bot.web import passwords, wording
from bot.web.auth import Auth, Staffed
from bot.web.pages import page
from bot.web.rooms import home
from handlers.audit import ACT_NAMES
from handlers.residents import place
from handlers.staff import ROLE_NAMES, Role, User
from knowledge import text
from storage.accounts import Account
from storage.people import Session

USERS = "/bureau/users"
NAME_LIMIT = 40  # characters
NOBODY = Account(0, "", "", Role.ADVISER, is_active=True, one_time=True, is_enrolled=False, seen_at=None)


class Bureau:
    """The pages under /bureau that only an admin opens."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._store = app.store
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        admin = {Role.ADMIN}
        one = f"{USERS}/{{number:int}}"

        def route(path: str, endpoint: Staffed, *methods: str) -> Route:
            return Route(path, self._auth.staffed(endpoint, only=admin), methods=methods or ("GET",))

        return [
            Route("/bureau", self._auth.staffed(self.begin)),
            route(f"{USERS}/new", self.new, "GET", "POST"),
            route(one, self.user, "GET", "POST"),
            route(f"{one}/password", self.password, "POST"),
            route(f"{one}/second", self.second, "POST"),
            route("/bureau/audit", self.audit),
        ]

    async def begin(self, _request: Request, session: Session) -> Response:
        """The first page that is open to whoever asks."""
        return RedirectResponse(home(session.user), 303)

    async def new(self, request: Request, session: Session) -> Response:
        """Somebody who begins; the one-time password is shown once."""
        if request.method != "POST":
            return await self._shown(session, NOBODY)
        form = await request.form()
        login = text.clean(str(form.get("login", "")), NAME_LIMIT)
        wanted = await self._wanted(form, NOBODY, login)
        if problem := await self._problem(session, wanted, fresh=True):
            return await self._shown(session, wanted, 400, problem=problem)
        password = secrets.token_urlsafe(9)
        user = User(0, wanted.login, wanted.name, wanted.role, one_time=True, villages=wanted.villages)
        digest = await passwords.digest(password)
        number = await self._store.people.add(user, digest, datetime.now(UTC), session.user.id)
        return await self._shown(session, await self._account(number), given=password)

    async def user(self, request: Request, session: Session) -> Response:
        """One of them, and what is to be different."""
        account = await self._account(request.path_params["number"])
        if request.method != "POST":
            return await self._shown(session, account, said="已保存。" if "saved" in request.query_params else "")
        wanted = await self._wanted(await request.form(), account, account.login)
        if problem := await self._problem(session, wanted):
            return await self._shown(session, wanted, 400, problem=problem)
        await self._store.accounts.change(wanted, session.user.id, datetime.now(UTC))
        return RedirectResponse(f"{USERS}/{account.id}?saved", 303)

    async def password(self, request: Request, session: Session) -> Response:
        """A new one-time password, shown once."""
        account = await self._account(request.path_params["number"])
        password = secrets.token_urlsafe(9)
        digest = await passwords.digest(password)
        await self._store.accounts.reset_password(account.id, digest, session.user.id, datetime.now(UTC))
        return await self._shown(session, await self._account(account.id), given=password)

    async def second(self, request: Request, session: Session) -> Response:
        """The second factor was lost: the next login enrols another."""
        account = await self._account(request.path_params["number"])
        await self._store.accounts.reset_second(account.id, session.user.id, datetime.now(UTC))
        return await self._shown(session, await self._account(account.id), said=wording.SECOND_FORGOTTEN)

    async def audit(self, request: Request, session: Session) -> Response:
        """What staff did, the newest first."""
        given = request.query_params.get("before", "")
        before = int(given) if given.isdecimal() and len(given) <= 18 else 0
        lines = await self._store.audit.page(before)
        names = {account.id: account.name for account in await self._store.accounts.all()}
        return page("audit.html", session=session, lines=lines, names=names, act_names=ACT_NAMES)

    async def _account(self, number: int) -> Account:
        found = next((a for a in await self._store.accounts.all() if a.id == number), None)
        if found is None:
            raise HTTPException(404, wording.NO_SUCH_ACCOUNT)
        return found

    async def _wanted(self, form: FormData, account: Account, login: str) -> Account:
        """The account as the form would have it; villages only an adviser has."""
        known = {str(v.id): v.id for v in await self._store.records.villages()}
        given = str(form.get("role", ""))
        role = Role(given) if given in list(Role) else account.role
        chosen = frozenset(known[v] for v in map(str, form.getlist("village")) if v in known)
        return Account(
            id=account.id,
            login=login,
            name=text.clean(str(form.get("name", "")), NAME_LIMIT),
            role=role,
            is_active=account.id == 0 or "active" in form,
            one_time=account.one_time,
            is_enrolled=account.is_enrolled,
            seen_at=account.seen_at,
            villages=chosen if role is Role.ADVISER else frozenset(),
        )

    async def _problem(self, session: Session, wanted: Account, *, fresh: bool = False) -> str:
        if not wanted.name:
            return wording.NO_NAME
        if fresh and not LOGIN.fullmatch(wanted.login):
            return wording.BAD_LOGIN
        if fresh and wanted.login.lower() in {a.login.lower() for a in await self._store.accounts.all()}:
            return wording.LOGIN_TAKEN
        if wanted.id == session.user.id and (wanted.role is not session.user.role or not wanted.is_active):
            return wording.NOT_YOURSELF
        return ""

    async def _shown(
        self,
        session: Session,
        account: Account,
        status: int = 200,
        *,
        said: str = "",
        problem: str = "",
        given: str = "",
    ) -> Response:
        towns: dict[str, list[tuple[int, str]]] = {}
        for village in await self._store.records.villages():
            towns.setdefault(village.town, []).append((village.id, place(village)))
        return page(
            "user.html",
            status,
            session=session,
            account=account,
            towns=towns,
            role_names=ROLE_NAMES,
            said=said,
            problem=problem,
            given=given,
        )
