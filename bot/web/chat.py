"""Serve the resident's page: ask, see the answers, live where the browser can and by plain forms where it cannot."""

from datetime import UTC, datetime, timedelta

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.web import talk, uploads
from bot.web.guards import Roomy, upload_limit
from bot.web.intake import Intake
from bot.web.live import Live, nonce
from bot.web.pages import page
from bot.web.visitors import Visitors
from handlers.talk import phrases
from knowledge import text
from storage.views import Said

STILL = timedelta(minutes=1)  # after that nobody is told to wait for an answer any more


class Chat:
    """The resident's pages."""

    def __init__(self, app: App, visitors: Visitors, live: Live, intake: Intake) -> None:
        self._app = app
        self._visitors = visitors
        self._live = live
        self._intake = intake

    def routes(self) -> list[Route]:
        """Where they are."""
        settings = self._app.settings
        return [
            Route("/", self.show),
            Route("/ask", self.ask, methods=["POST"], middleware=[Middleware(Roomy, most=upload_limit(settings))]),
            Route("/events", self._live.events),
            Route("/privacy", self.privacy),
            Route("/leave", self.leave, methods=["GET", "POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The conversation so far."""
        visitor = self._visitors.of(request)
        said = await self._live.said(visitor)
        response = page(
            "chat.html",
            bubbles=self._live.bubbles(visitor, said, self._live.names()),
            cursor=said[-1].cursor if said else "",
            waiting=_is_waiting(said),
            loading=self._app.library is None,
            welcome=talk.welcome(),
            nonce=nonce,
            limit=text.LIMIT,
            accept=uploads.ACCEPT,
            human=phrases.HUMAN,
        )
        self._visitors.remember(request, response, visitor)
        return response

    async def ask(self, request: Request) -> Response:
        """Keep what was said, then show what is answered to it."""
        visitor = self._visitors.of(request)
        response = await self._intake.take(request, visitor, back="/#newest")
        self._visitors.remember(request, response, visitor)
        return response

    async def privacy(self, request: Request) -> Response:
        """What becomes of what residents say."""
        return page("privacy.html", words=phrases.PRIVACY)

    async def leave(self, request: Request) -> Response:
        """Let this browser forget the conversation, for those who share it with others."""
        if request.method != "POST":
            return page("leave.html")
        response = page("left.html", headers={"Clear-Site-Data": '"cache"'})
        self._visitors.forget(request, response)
        return response


def _is_waiting(said: tuple[Said, ...]) -> bool:
    return bool(said) and not said[-1].ours and datetime.now(UTC) - said[-1].at < STILL
