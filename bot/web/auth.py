"""Let members of staff in, and nobody else: login, lock-out, what a login still owes, logout."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Set
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.log import logger
from bot.web import passwords, uploads, wording
from bot.web.guards import SAFE, Gate, caller, is_https
from bot.web.pages import page, refusal
from bot.web.rooms import EVERYBODY, home
from bot.web.visitors import cookie_name
from handlers.staff import Role
from knowledge import text
from storage.people import Session

log = logger(__name__)
NAME = "desk"
HOME = "/desk"
PASSWORD = "/desk/password"  # noqa: S105 - the address of a page
ENROL, CODE = "/desk/enrol", "/desk/code"
ACCOUNT_TRIES, ACCOUNT_SPAN = 10, 15 * 60  # failed logins of one account within so many seconds
LONGEST = 128  # characters of a password
FIELDS = 600  # of a form at most: an adviser may have every village of a district
_NEXT = re.compile(r"/desk(/[A-Za-z0-9-]{1,20}){0,2}|/bureau(/[a-z0-9-]{1,20}){0,2}")

Staffed = Callable[[Request, Session], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Auth:
    """Sessions of staff; every page of theirs stands behind `staffed`."""

    def __init__(self, app: App) -> None:
        self._settings = app.settings
        self._people = app.store.people
        web = app.settings.file.web
        self._asks_second = web.second_factor
        self._age = int(web.session_hours * 3600)
        self._by_address = Gate(web.logins_per_5_minutes, 5 * 60)
        self._by_account = Gate(ACCOUNT_TRIES, ACCOUNT_SPAN)

    def routes(self) -> list[Route]:
        """Where one logs in and out."""
        return [
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.staffed(self.logout, early=True), methods=["POST"]),
            Route(PASSWORD, self.staffed(self.password, early=True), methods=["GET", "POST"]),
        ]

    def staffed(self, endpoint: Staffed, *, only: Set[Role] = EVERYBODY, early: bool = False) -> Endpoint:
        """Only with a living session of these roles; what changes anything only with its token.

        `early`: also for a login that still owes something.
        """

        async def guarded(request: Request) -> Response:
            try:
                return await let_in(request)
            finally:
                await request.close()  # an upload is a file until then

        async def let_in(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                return _turned_away(request)
            if request.method not in SAFE:
                given = str((await request.form(max_files=uploads.MOST, max_fields=FIELDS)).get("csrf", ""))
                if not hmac.compare_digest(given.encode(), session.csrf.encode()):
                    raise HTTPException(403, wording.FORM_EXPIRED)
            if not early and (owed := self.owed(session)):
                return RedirectResponse(owed, 303)
            if session.user.role not in only:
                raise HTTPException(403, wording.NOT_FOR_ROLE)
            return await endpoint(request, session)

        return guarded

    def owed(self, session: Session) -> str | None:
        """The page where this login has still to do something before any other opens."""
        if self._asks_second and session.is_enrolled and not session.is_whole:
            return CODE
        if session.user.one_time:
            return PASSWORD
        return ENROL if self._asks_second and not session.is_enrolled else None

    async def session(self, request: Request) -> Session | None:
        """Who is logged in."""
        token = self.token(request)
        return await self._people.session(token, datetime.now(UTC)) if token else None

    async def login(self, request: Request) -> Response:
        """The page to log in with, and what becomes of it."""
        onward = request.query_params.get("next", "")
        if request.method in SAFE:
            return page("login.html", onward=onward, problem="", login="")
        form = await request.form(max_files=0, max_fields=8)
        name = text.clean(str(form.get("login", "")), 64)
        if wait := await self._locked(request, name):
            log.warning("login refused after too many failures")
            headers = {"Retry-After": str(wait)}
            return page("login.html", 429, headers, onward=onward, problem=wording.locked(wait), login=name)
        secret = await self._people.secret(name)
        if not await passwords.matches(str(form.get("password", ""))[:LONGEST], secret and secret.password):
            log.info("login failed")
            return page("login.html", 401, onward=onward, problem=wording.WRONG_LOGIN, login=name)
        assert secret is not None
        await self._forgive(request, name)
        onward = onward if _NEXT.fullmatch(onward) else home(secret.user)
        return await self.enter(request, secret.user.id, onward, whole=not self._asks_second)

    async def _locked(self, request: Request, name: str) -> int:
        """Count the try before it is checked, or many at once would all be checked; seconds to wait, or 0."""
        by_address = await self._by_address.wait(caller(request, self._settings))
        return by_address or await self._by_account.wait(name.lower())

    async def _forgive(self, request: Request, name: str) -> None:
        await self._by_address.forget(caller(request, self._settings))
        await self._by_account.forget(name.lower())

    async def enter(self, request: Request, user: int, onward: str, *, whole: bool) -> Response:
        """Open a session; `whole` if nothing of a second factor is owed."""
        token = secrets.token_urlsafe(32)
        await self._people.open_session(user, token, secrets.token_urlsafe(32), datetime.now(UTC), whole=whole)
        response = RedirectResponse(onward, 303)
        https = is_https(request, self._settings)
        response.set_cookie(self._name(request), token, max_age=self._age, secure=https, httponly=True, samesite="lax")
        return response

    async def password(self, request: Request, session: Session) -> Response:
        """The one-time password gives way to one of the person's own."""
        if self.owed(session) != PASSWORD:
            return RedirectResponse(self.owed(session) or home(session.user), 303)
        if request.method in SAFE:
            return page("password.html", session=session, problem="", shortest=passwords.SHORTEST)
        form = await request.form()
        if problem := await self._problem(session, form):
            return page("password.html", 400, session=session, problem=problem, shortest=passwords.SHORTEST)
        await self._people.set_password(session.user.id, await passwords.digest(str(form["new"])), datetime.now(UTC))
        log.info("one-time password changed", user=session.user.id)
        return await self.enter(request, session.user.id, home(session.user), whole=session.is_whole)

    async def _problem(self, session: Session, form: FormData) -> str:
        new, again = str(form.get("new", "")), str(form.get("again", ""))
        if not passwords.SHORTEST <= len(new) <= LONGEST:
            return wording.NEW_LENGTH.format(least=passwords.SHORTEST, most=LONGEST)
        if new != again:
            return wording.NEW_DIFFERS
        if session.user.login.lower() in new.lower():
            return wording.NEW_HAS_NAME
        secret = await self._people.secret(session.user.login)
        return wording.NEW_IS_OLD if secret and await passwords.matches(new, secret.password) else ""

    async def logout(self, request: Request, _session: Session) -> Response:
        """End the session."""
        name = self._name(request)
        await self.end(request)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(name, secure=is_https(request, self._settings), httponly=True, samesite="lax")
        return response

    async def end(self, request: Request) -> None:
        """The request's session is no more."""
        await self._people.close_session(self.token(request))

    def token(self, request: Request) -> str:
        """What the cookie holds."""
        return request.cookies.get(self._name(request), "")

    def _name(self, request: Request) -> str:
        return cookie_name(NAME, https=is_https(request, self._settings))


def _turned_away(request: Request) -> Response:
    """To the login and back again, where a page was wanted; else 401."""
    if request.method not in SAFE:
        return refusal(request, 401, wording.REFUSALS[401])
    onward = request.url.path if _NEXT.fullmatch(request.url.path) else ""
    return RedirectResponse(f"/login?next={onward}" if onward else "/login", 303)
