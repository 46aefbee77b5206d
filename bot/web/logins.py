"""Show members of staff where they are logged in, and let them end it."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web.auth import Auth
from bot.web.pages import page
from handlers.staff import ROLE_NAMES
from storage.people import Session, digest

ACCOUNT = "/desk/account"


class Logins:
    """The page of one's own sessions."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._accounts = app.store.accounts
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where it is."""
        staffed = self._auth.staffed
        return [Route(ACCOUNT, staffed(self.show)), Route(f"{ACCOUNT}/end", staffed(self.end), methods=["POST"])]

    async def show(self, request: Request, session: Session) -> Response:
        """Where I am logged in."""
        held = await self._accounts.logins(session.user.id, datetime.now(UTC))
        mine = digest(self._auth.token(request))
        return page("account.html", session=session, logins=held, mine=mine, role_names=ROLE_NAMES)

    async def end(self, request: Request, session: Session) -> Response:
        """End one of them, or all but this."""
        mark, now = str((await request.form()).get("mark", "")), datetime.now(UTC)
        if mark:
            await self._accounts.end(session.user.id, mark, now)
        else:
            await self._accounts.end_others(session.user.id, self._auth.token(request), now)
        return RedirectResponse(ACCOUNT, 303)
