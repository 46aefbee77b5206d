"""Hand residents all that is held on them, as a file."""

import json
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.channels.web import NAME
from bot.web.visitors import Visitors
from handlers.messages import Address

FILE = "我的数据.json"


class MyData:
    """The file of whoever holds the cookie; there is no number in its address that could be guessed."""

    def __init__(self, app: App, visitors: Visitors) -> None:
        self._app = app
        self._visitors = visitors

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/mydata", self.file)]

    async def file(self, request: Request) -> Response:
        """All of it; 404 for somebody on whom nothing is held."""
        visitor = self._visitors.known(request)
        held = await self._app.store.privacy.held(Address(NAME, visitor)) if visitor else None
        if held is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(FILE)}"}
        return Response(json.dumps(held, ensure_ascii=False, indent=1), headers=headers, media_type="application/json")
