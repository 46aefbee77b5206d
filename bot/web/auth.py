"""Let members of staff in, and nobody else: login, lock-out, the change of the one-time password, logout."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.log import logger
from bot.web import passwords, wording
from bot.web.guards import SAFE, Gate, caller, is_https
from bot.web.pages import page, refusal
from bot.web.visitors import cookie_name
from knowledge import text
from storage.people import Session

log = logger(__name__)
NAME = "desk"
HOME = "/desk"
PASSWORD = "/desk/password"  # noqa: S105 - the address of a page
ACCOUNT_TRIES, ACCOUNT_SPAN = 10, 15 * 60  # failed logins of one account within so many seconds
FIELDS = 32  # of a form at most
LONGEST = 128  # characters of a password
_NEXT = re.compile(r"/desk(/[A-Z0-9-]{1,20})?")

Staffed = Callable[[Request, Session], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Auth:
    """Sessions of staff; every page of theirs stands behind `staffed`."""

    def __init__(self, app: App) -> None:
        self._settings = app.settings
        self._people = app.store.people
        web = app.settings.file.web
        self._age = int(web.session_hours * 3600)
        self._by_address = Gate(web.logins_per_5_minutes, 5 * 60)
        self._by_account = Gate(ACCOUNT_TRIES, ACCOUNT_SPAN)

    def routes(self) -> list[Route]:
        """Where one logs in and out."""
        return [
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.staffed(self.logout, one_time=True), methods=["POST"]),
            Route(PASSWORD, self.staffed(self.password, one_time=True), methods=["GET", "POST"]),
        ]

    def staffed(self, endpoint: Staffed, *, one_time: bool = False) -> Endpoint:
        """Only with a living session; what changes anything only with its token; `one_time`: also before the change."""

        async def guarded(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                return _turned_away(request)
            if request.method not in SAFE:
                given = str((await request.form(max_files=0, max_fields=FIELDS)).get("csrf", ""))
                if not hmac.compare_digest(given.encode(), session.csrf.encode()):
                    raise HTTPException(403, wording.FORM_EXPIRED)
            if session.user.one_time and not one_time:
                return RedirectResponse(PASSWORD, 303)
            return await endpoint(request, session)

        return guarded

    async def session(self, request: Request) -> Session | None:
        """Who is logged in."""
        token = request.cookies.get(self._name(request), "")
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
        return await self._enter(request, secret.user.id, onward if _NEXT.fullmatch(onward) else HOME)

    async def _locked(self, request: Request, name: str) -> int:
        """Count the try before it is checked, or many at once would all be checked; seconds to wait, or 0."""
        by_address = await self._by_address.wait(caller(request, self._settings))
        return by_address or await self._by_account.wait(name.lower())

    async def _forgive(self, request: Request, name: str) -> None:
        await self._by_address.forget(caller(request, self._settings))
        await self._by_account.forget(name.lower())

    async def _enter(self, request: Request, user: int, onward: str) -> Response:
        token = secrets.token_urlsafe(32)
        await self._people.open_session(user, token, secrets.token_urlsafe(32), datetime.now(UTC))
        response = RedirectResponse(onward, 303)
        https = is_https(request, self._settings)
        response.set_cookie(self._name(request), token, max_age=self._age, secure=https, httponly=True, samesite="lax")
        return response

    async def password(self, request: Request, session: Session) -> Response:
        """The one-time password gives way to one of the person's own."""
        if not session.user.one_time:
            return RedirectResponse(HOME, 303)
        if request.method in SAFE:
            return page("password.html", session=session, problem="", shortest=passwords.SHORTEST)
        form = await request.form()
        if problem := await self._problem(session, form):
            return page("password.html", 400, session=session, problem=problem, shortest=passwords.SHORTEST)
        await self._people.set_password(session.user.id, await passwords.digest(str(form["new"])))
        log.info("one-time password changed", user=session.user.id)
        return await self._enter(request, session.user.id, HOME)

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
        await self._people.close_session(request.cookies[name])
        response = RedirectResponse("/login", 303)
        response.delete_cookie(name, secure=is_https(request, self._settings), httponly=True, samesite="lax")
        return response

    def _name(self, request: Request) -> str:
        return cookie_name(NAME, https=is_https(request, self._settings))


def _turned_away(request: Request) -> Response:
    """To the login and back again, where a page was wanted; else 401."""
    if request.method not in SAFE:
        return refusal(request, 401, wording.REFUSALS[401])
    onward = request.url.path if _NEXT.fullmatch(request.url.path) else ""
    return RedirectResponse(f"/login?next={onward}" if onward else "/login", 303)
