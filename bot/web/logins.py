"""Show members of staff where they are logged in and reached, and let them end it."""

import secrets
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web.auth import Auth
from bot.web.pages import page
from handlers.deliveries import CHANNEL_NAMES
from handlers.desk import links
from handlers.messages import Address
from handlers.staff import ANSWERING, ROLE_NAMES
from storage.people import Session, digest

ACCOUNT = "/desk/account"


class Logins:
    """The page of one's own sessions."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._accounts, self._links = app.store.accounts, app.store.links
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where it is."""
        staffed = self._auth.staffed
        return [
            Route(ACCOUNT, staffed(self.show)),
            Route(f"{ACCOUNT}/end", staffed(self.end), methods=["POST"]),
            Route(f"{ACCOUNT}/link", staffed(self.link, only=ANSWERING), methods=["POST"]),
            Route(f"{ACCOUNT}/unlink", staffed(self.unlink, only=ANSWERING), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Where I am logged in and reached."""
        return await self._shown(request, session)

    async def _shown(self, request: Request, session: Session, code: str = "") -> Response:
        user = session.user
        return page(
            "account.html",
            session=session,
            logins=await self._accounts.logins(user.id, datetime.now(UTC)),
            mine=digest(self._auth.token(request)),
            role_names=ROLE_NAMES,
            answers=user.role in ANSWERING,
            links=await self._links.of(user.id),
            channels=CHANNEL_NAMES,
            code=code,
            minutes=int(links.LIFE.total_seconds() // 60),
        )

    async def link(self, request: Request, session: Session) -> Response:
        """A code to be typed where one wants to be reached, shown once."""
        code = links.code(secrets.randbits(64))
        await self._links.issue(session.user.id, links.digest(code, self._app.chat.sign), datetime.now(UTC))
        return await self._shown(request, session, code)

    async def unlink(self, request: Request, session: Session) -> Response:
        """One is not reached there any more."""
        form = await request.form()
        address = Address(str(form.get("channel", "")), str(form.get("external", "")))
        await self._links.close(session.user.id, address, datetime.now(UTC))
        return RedirectResponse(ACCOUNT, 303)

    async def end(self, request: Request, session: Session) -> Response:
        """End one of them, or all but this."""
        mark, now = str((await request.form()).get("mark", "")), datetime.now(UTC)
        if mark:
            await self._accounts.end(session.user.id, mark, now)
        else:
            await self._accounts.end_others(session.user.id, self._auth.token(request), now)
        return RedirectResponse(ACCOUNT, 303)
