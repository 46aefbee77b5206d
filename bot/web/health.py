"""Tell machines how we are: whether we can answer, and what was counted."""

import asyncio
import ipaddress

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web import wording
from bot.web.auth import Auth
from handlers.errors import StorageDown
from handlers.staff import Role

PATIENCE = 2.0  # seconds; a database that takes longer to say how many work here cannot be used


class Health:
    """The pages for machines."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/healthz", self.healthz), Route("/metrics", self.metrics)]

    async def healthz(self, request: Request) -> Response:
        """200 once messages are kept and answered; 503 before that, and while the database is away."""
        library, database = self._app.library is not None, await self._reachable()
        status = "down" if not database else "ok" if library else "starting"
        return JSONResponse(
            {"status": status, "library": library, "database": database}, 200 if status == "ok" else 503
        )

    async def _reachable(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._app.store.people.count()
        except (StorageDown, TimeoutError):
            return False
        return True

    async def metrics(self, request: Request) -> Response:
        """Counts for Prometheus: to a collector on this machine, or to an admin who is logged in."""
        if not _is_local(request):
            session = await self._auth.session(request)
            if session is None:
                raise HTTPException(401, wording.REFUSALS[401])
            if session.user.role is not Role.ADMIN or self._auth.owed(session):
                raise HTTPException(403, wording.ADMINS_ONLY)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    """From this machine and not through a proxy on it, which would make all the world local."""
    forwarded = {"x-forwarded-for", "forwarded", "x-real-ip"} & set(request.headers)
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return address.is_loopback and not forwarded
