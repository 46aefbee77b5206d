"""Hand over the files that went with answers, to the browser they were meant for."""

import hmac
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import files
from bot.app import App
from bot.channels.web import NAME
from bot.web import wording
from bot.web.visitors import Visitors
from bot.work import now
from handlers.messages import Address


class Downloads:
    """Signs the addresses of files, and serves them until they expire."""

    def __init__(self, app: App, visitors: Visitors, key: bytes) -> None:
        self._app = app
        self._visitors = visitors
        self._key = key
        self._life = timedelta(hours=app.settings.file.web.file_hours)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/files/{number:int}/{until:int}/{signature}", self.file)]

    def link(self, visitor: str, number: int) -> str:
        """The address of a delivery's file, for this visitor and a while."""
        until = int((now() + self._life).timestamp())
        return f"/files/{number}/{until}/{self._sign(visitor, number, until)}"

    async def file(self, request: Request) -> Response:
        """The file; 404 for anybody else, 410 when the link has expired."""
        number, until = request.path_params["number"], request.path_params["until"]
        visitor = self._visitors.known(request)
        signed = self._sign(visitor, number, until) if visitor else ""
        if visitor is None or not hmac.compare_digest(signed.encode(), request.path_params["signature"].encode()):
            raise HTTPException(404)
        if until <= now().timestamp():
            raise HTTPException(410, wording.LINK_EXPIRED)
        return await handed(self._app, Address(NAME, visitor), number)

    def _sign(self, visitor: str, number: int, until: int) -> str:
        return hmac.new(self._key, f"file:{visitor}:{number}:{until}".encode(), sha256).hexdigest()


async def handed(app: App, address: Address, number: int) -> Response:
    """The file that went to that address in that delivery."""
    attachment = await app.store.views.attachment(address, number)
    if attachment is None:
        raise HTTPException(404)
    file = await files.made(attachment, app.store.enclosures.sent)
    if file is None:
        raise HTTPException(404)
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, headers={"Content-Disposition": disposition}, media_type=file.kind)
