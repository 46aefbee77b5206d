"""Hand over files to residents on WeChat, by the links that were sent to them there."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.channels.wechat.inbounds import NAME
from bot.channels.wechat.links import PATH, Links
from bot.web import wording
from bot.web.downloads import handed
from handlers.messages import Address


class Handouts:
    """Serves what was linked to, until the link ends."""

    def __init__(self, app: App, links: Links) -> None:
        self._app = app
        self._links = links

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route(f"{PATH}/{{openid}}/{{number:int}}/{{until:int}}/{{signature}}", self.file)]

    async def file(self, request: Request) -> Response:
        """The file; 404 if we did not sign the link, 410 when it has ended."""
        given = request.path_params
        openid, number, until = given["openid"], given["number"], given["until"]
        if not self._links.is_ours(openid, number, until, given["signature"]):
            raise HTTPException(404)
        if self._links.is_over(until):
            raise HTTPException(410, wording.LINK_EXPIRED)
        return await handed(self._app, Address(NAME, openid), number)
