"""Show the picture of a push, and lead on from its link, counting that it was followed."""

from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from handlers.errors import StorageDown

KEPT = "public, max-age=31536000, immutable"
DIGITS = 18  # of a row number at most; the databases count to 2**63


class Ways:
    """The pages under /go and /pictures."""

    def __init__(self, app: App) -> None:
        self._effects = app.store.effects
        self._pictures = app.store.pictures

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/go/{number:int}/{signature}", self.follow), Route("/pictures/{digest}", self.picture)]

    async def picture(self, request: Request) -> Response:
        """What pushes show; it is named by what it holds, so browsers may keep it."""
        found = await self._pictures.find(request.path_params["digest"])
        if found is None:
            raise HTTPException(404)
        return Response(found.content, headers={"Cache-Control": KEPT}, media_type=found.kind)

    async def follow(self, request: Request) -> Response:
        """On to the page that the push named; 404 if we did not sign it, so that nobody is led elsewhere by us."""
        number, signature = request.path_params["number"], request.path_params["signature"]
        if len(str(number)) > DIGITS:
            raise HTTPException(404)
        href = await self._follow(number, signature, counts=_is_person(request))
        if href is None:
            raise HTTPException(404)
        return RedirectResponse(href, 302, {"Referrer-Policy": "no-referrer"})

    async def _follow(self, number: int, signature: str, *, counts: bool) -> str | None:
        now = datetime.now(UTC)
        try:
            return await self._effects.follow(number, signature, now, counts=counts)
        except StorageDown:
            # while nothing can be written a page can still be read
            return await self._effects.follow(number, signature, now, counts=False)


def _is_person(request: Request) -> bool:
    """Programs look ahead: to draw a preview, or to have the page ready."""
    purpose = request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    agent = request.headers.get("user-agent", "").lower()
    return request.method == "GET" and "prefetch" not in purpose and "bot" not in agent
