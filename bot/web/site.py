"""Put the pages together into one site."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot import metrics
from bot.app import App
from bot.config import key
from bot.web.auth import Auth
from bot.web.bureau import Bureau
from bot.web.chat import Chat
from bot.web.desk import Desk
from bot.web.downloads import Downloads
from bot.web.exports import Exports
from bot.web.guards import BODY_LIMIT, Guard
from bot.web.health import Health
from bot.web.intake import Intake
from bot.web.law import Law
from bot.web.live import Live
from bot.web.logins import Logins
from bot.web.media import Media
from bot.web.mediations import Mediations
from bot.web.mine import Mine
from bot.web.mydata import MyData
from bot.web.pages import STATIC, refusal
from bot.web.people import People
from bot.web.pushes import Pushes
from bot.web.reports import Reports
from bot.web.reveal import Reveal
from bot.web.scores import Scores
from bot.web.second import Second
from bot.web.topics import Topics
from bot.web.visitors import Visitors
from bot.web.ways import Ways
from bot.web.wording import REFUSALS
from bot.web.workbooks import Workbooks
from handlers.errors import StorageDown

CALLED = ("/telegram/", "/wechat", "/wecom")  # by other servers, not by browsers
STATIC_AGE = 7 * 24 * 3600  # seconds; the address of a file changes with it


def site(app: App) -> Starlette:
    """The ASGI application; its life is the App's."""

    @asynccontextmanager
    async def life(_site: Starlette) -> AsyncGenerator[None]:
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    return Starlette(
        routes=_routes(app),
        middleware=[
            Middleware(Guard, settings=app.settings, unguarded=CALLED),
            Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT),  # for bodies that do not say their length
        ],
        exception_handlers={HTTPException: _refused, StorageDown: _down},
        lifespan=life,
    )


def _routes(app: App) -> list[BaseRoute]:
    cookies = key(app.settings, "cookie_key")
    visitors = Visitors(app.settings, cookies)
    downloads = Downloads(app, visitors, cookies)
    auth = Auth(app)
    media = Media(app, visitors, auth, cookies)
    live = Live(app, visitors, downloads, media)
    intake = Intake(app, live)
    residents = (
        Chat(app, visitors, live, intake),
        Mine(app, visitors, media, intake),
        downloads,
        Law(app),
        Ways(app),
        MyData(app, visitors),
    )
    desk = (
        Mediations(app, auth),
        Scores(app, auth),
        media,
        Reveal(app, auth, media),
        Exports(app, auth),
        Desk(app, auth, media),
    )  # in this order: a ticket is found by anything after /desk/
    staff = (
        auth,
        Second(app, auth),
        Logins(app, auth),
        *desk,
        People(app, auth),
        Bureau(app, auth),
        Pushes(app, auth, visitors),
        Workbooks(app, auth),
        Topics(app, auth),
        Reports(app, auth),
        Health(app, auth),
    )
    pages = [route for part in (*residents, *staff) for route in part.routes()]
    return [*pages, *_called(app), Mount("/static", Files(directory=STATIC))]


def _called(app: App) -> list[Route]:
    """Where the servers of channels post what residents say, if they were told to."""
    routes: list[Route] = []
    if app.telegram is not None and app.settings.file.telegram.mode == "webhook":
        routes.append(Route(app.telegram.path, app.telegram.posted, methods=["POST"]))
    if app.wechat is not None:
        from bot.web.handouts import Handouts
        from bot.wechat import links

        routes += Handouts(app, links(app.settings)).routes()
        routes.append(Route(app.wechat.path, app.wechat.verify, methods=["GET"]))
        routes.append(Route(app.wechat.path, app.wechat.posted, methods=["POST"]))
    if app.wecom is not None:
        routes.append(Route(app.wecom.path, app.wecom.verify, methods=["GET"]))
        routes.append(Route(app.wecom.path, app.wecom.posted, methods=["POST"]))
    return routes


class Files(StaticFiles):
    """Our files, which browsers keep."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or what there is instead."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={STATIC_AGE}"
        return response


async def _refused(request: Request, error: Exception) -> Response:
    """Why not, in Chinese: in the words of ours that came with it, else in those for its status."""
    assert isinstance(error, HTTPException)
    fitting = REFUSALS.get(error.status_code, REFUSALS[400])
    return refusal(request, error.status_code, fitting if error.detail.isascii() else error.detail, error.headers)


async def _down(request: Request, _error: Exception) -> Response:
    """The database is away."""
    metrics.STORAGE_DOWN.inc()
    return refusal(request, 503, REFUSALS[503], {"Retry-After": "5"})
