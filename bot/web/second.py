"""Ask for the second factor: a code of an authenticator app, enrolled at the first login, accepted once."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.log import logger
from bot.web import codes, wording
from bot.web.auth import CODE, ENROL, Auth
from bot.web.guards import SAFE, Gate
from bot.web.pages import page
from bot.web.rooms import home
from storage.people import Session

log = logger(__name__)
TRIES, SPAN = 5, 15 * 60  # wrong codes of one account within so many seconds: a code has six digits


class Second:
    """The pages between the password and the desk."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._accounts = app.store.accounts
        self._auth = auth
        self._by_account = Gate(TRIES, SPAN)

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed = self._auth.staffed
        return [
            Route(ENROL, staffed(self.enrol, early=True), methods=["GET", "POST"]),
            Route(CODE, staffed(self.code, early=True), methods=["GET", "POST"]),
        ]

    async def enrol(self, request: Request, session: Session) -> Response:
        """Show the secret to the app; it is kept once the app has shown that it has it."""
        if self._auth.owed(session) != ENROL:
            return self._onward(session)
        if request.method in SAFE:
            return _enrolment(session, codes.fresh())
        form = await request.form()
        # the page brings the secret back: whoever made up one would weaken nobody's account but their own
        secret, now = str(form.get("secret", "")), datetime.now(UTC)
        if not codes.is_secret(secret):
            return _enrolment(session, codes.fresh(), wording.WRONG_CODE)
        if wait := await self._by_account.wait(str(session.user.id)):
            return _enrolment(session, secret, wording.locked(wait), 429)
        step = codes.step(secret, str(form.get("code", "")), now)
        if step is None:
            return _enrolment(session, secret, wording.WRONG_CODE)
        if not await self._accounts.enrol(session.user.id, secret, step, now):
            return RedirectResponse(CODE, 303)
        return await self._let_in(request, session)

    async def code(self, request: Request, session: Session) -> Response:
        """Ask for the code of now."""
        if self._auth.owed(session) != CODE:
            return self._onward(session)
        if request.method in SAFE:
            return _asked(session)
        if wait := await self._by_account.wait(str(session.user.id)):
            log.warning("code refused after too many failures", user=session.user.id)
            return _asked(session, wording.locked(wait), 429)
        given = str((await request.form()).get("code", ""))
        secret = await self._accounts.second(session.user.id)
        step = codes.step(secret, given, datetime.now(UTC)) if secret else None
        if step is None:
            log.info("code failed", user=session.user.id)
            return _asked(session, wording.WRONG_CODE, 401)
        if not await self._accounts.use(session.user.id, step):
            log.warning("code used again", user=session.user.id)
            return _asked(session, wording.USED_CODE, 401)
        return await self._let_in(request, session)

    async def _let_in(self, request: Request, session: Session) -> Response:
        """A session of its own: one that was stolen half way is worth nothing."""
        await self._by_account.forget(str(session.user.id))
        await self._auth.end(request)
        return await self._auth.enter(request, session.user.id, home(session.user), whole=True)

    def _onward(self, session: Session) -> Response:
        return RedirectResponse(self._auth.owed(session) or home(session.user), 303)


def _enrolment(session: Session, secret: str, problem: str = "", status: int = 0) -> Response:
    picture, typed = codes.picture(secret, session.user.login), codes.grouped(secret)
    code = status or (400 if problem else 200)
    return page("enrol.html", code, session=session, secret=secret, picture=picture, typed=typed, problem=problem)


def _asked(session: Session, problem: str = "", status: int = 200) -> Response:
    return page("code.html", status, session=session, problem=problem)
