"""Hand pictures and files to whoever may see their ticket, by addresses that are signed for one reader and soon end."""

import hmac
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.channels.web import NAME
from bot.web import wording
from bot.web.auth import Auth
from bot.web.visitors import Visitors
from bot.work import now
from handlers.enclosures import Content
from handlers.messages import Address
from handlers.staff import Role, scoped
from storage.people import Session

# byte for byte as it came: nothing in it may run, whatever it is
POLICY = "default-src 'none'; sandbox"


class Media:
    """Signs addresses and serves them until they end; each time the scope is asked anew."""

    def __init__(self, app: App, visitors: Visitors, auth: Auth, key: bytes) -> None:
        self._app = app
        self._visitors = visitors
        self._auth = auth
        self._key = key
        self._life = timedelta(minutes=app.settings.file.enclosures.link_minutes)

    def routes(self) -> list[Route]:
        """Where they are."""
        seen = self._auth.staffed(self.seen, only={Role.ADVISER, Role.EXPERT})
        return [
            Route("/media/{mark}/{until:int}/{signature}", self.own),
            Route("/desk/{receipt}/media/{mark}/{until:int}/{signature}", seen),
        ]

    def to_visitor(self, visitor: str, mark: str) -> str:
        """The address of one of the resident's own, for this visitor and a while."""
        until = self._until()
        return f"/media/{mark}/{until}/{self._sign(f'visitor:{visitor}', mark, until)}"

    def to_staff(self, session: Session, receipt: str, mark: str) -> str:
        """The address of one of a ticket, for this login and a while."""
        until = self._until()
        return f"/desk/{quote(receipt)}/media/{mark}/{until}/{self._sign(_reader(session), mark, until)}"

    def _until(self) -> int:
        return int((now() + self._life).timestamp())

    async def own(self, request: Request) -> Response:
        """A resident's own; 404 for anybody else, 410 when the address has ended."""
        visitor = self._visitors.known(request)
        mark = self._signed(request, f"visitor:{visitor}" if visitor else "")
        return _handed(await self._app.store.enclosures.own(Address(NAME, visitor or ""), mark))

    async def seen(self, request: Request, session: Session) -> Response:
        """One of a ticket in scope."""
        mark, receipt = self._signed(request, _reader(session)), request.path_params["receipt"]
        return _handed(await self._app.store.enclosures.seen(scoped(session.user), receipt, mark))

    def _signed(self, request: Request, reader: str) -> str:
        given = request.path_params
        signed = self._sign(reader, given["mark"], given["until"])
        if not reader or not hmac.compare_digest(signed.encode(), given["signature"].encode()):
            raise HTTPException(404)
        if given["until"] <= now().timestamp():
            raise HTTPException(410, wording.LINK_EXPIRED)
        return given["mark"]

    def _sign(self, reader: str, mark: str, until: int) -> str:
        return hmac.new(self._key, f"media:{reader}:{mark}:{until}".encode(), sha256).hexdigest()


def _reader(session: Session) -> str:
    return f"staff:{session.user.id}:{session.csrf}"


def _handed(found: Content | None) -> Response:
    if found is None:
        raise HTTPException(404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(found.content, headers=headers, media_type=found.kind)
