"""Stand before every page: who calls from where, what is too big, what browsers must not do."""

import ipaddress
import re
import time
from math import ceil
from urllib.parse import urlsplit

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config import Settings
from bot.log import failure, logger
from bot.web.pages import refusal
from bot.web.wording import REFUSALS, TOO_MUCH

log = logger(__name__)
BODY_LIMIT = 64 * 1024  # bytes
UPLOAD_LIMIT = 1024 * 1024  # bytes, where staff hand in a picture or a workbook
_UPLOADS = re.compile(r"/bureau/(pushes/\d{1,18}/picture|people/(look|import)|topics/import)")
_ENCLOSING = re.compile(r"/ask|/tickets/[A-Z0-9-]{1,20}/say|/desk/[A-Z0-9-]{1,20}/(?:reply|ask)")
AT_ONCE = 3  # of the largest files that one form may bring
SAFE = {"GET", "HEAD", "OPTIONS"}
POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers would then send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
}
NOT_KEPT = "no-store"


def is_https(request: HTTPConnection, settings: Settings) -> bool:
    """Does the resident's browser speak HTTPS with us, perhaps through a proxy?"""
    server = settings.file.server
    forwarded = request.headers.get("x-forwarded-proto", "") if server.trust_proxy else ""
    return "https" in (request.url.scheme, forwarded) or server.public_url.startswith("https://")


def caller(request: HTTPConnection, settings: Settings) -> str:
    """The network address that a limit counts; of IPv6 the network, since one household has all of it."""
    forwarded = request.headers.get("x-forwarded-for", "") if settings.file.server.trust_proxy else ""
    # the last entry is the one that our own proxy wrote; those before it are the caller's to invent
    given = forwarded.rsplit(",", 1)[-1].strip() or (request.client.host if request.client else "")
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    return str(ipaddress.ip_network(f"{given}/64", strict=False)) if address.version == 6 else given


def is_foreign(request: HTTPConnection, settings: Settings) -> bool:
    """Was the request made by a page of another site? Browsers say so; a plain HTTP client says nothing."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), urlsplit(settings.file.server.public_url).netloc}
    return origin is not None and (urlsplit(origin).netloc or origin) not in ours - {""}


class Gate:
    """Lets so many through within a span that begins with the first."""

    def __init__(self, most: int, seconds: int) -> None:
        self._item = RateLimitItemPerSecond(most, seconds)
        # not the moving window: in memory it never drops the addresses it has seen
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def wait(self, key: str) -> int:
        """Count one in: 0 if it may pass, else the seconds until the next may."""
        if await self._limiter.hit(self._item, key):
            return 0
        stats = await self._limiter.get_window_stats(self._item, key)
        return max(1, ceil(stats.reset_time - time.time()))

    async def forget(self, key: str) -> None:
        """Begin anew for this one."""
        await self._limiter.clear(self._item, key)


class Guard:
    """The outermost layer: headers on every answer, refusals, and Chinese words for what went wrong."""

    def __init__(self, app: ASGIApp, settings: Settings, unguarded: tuple[str, ...]) -> None:
        self._app = app
        self._settings = settings
        self._unguarded = unguarded  # paths that begin so are called by other servers, not by browsers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        dressed = _Dressed(send, scope["path"])
        if refused := self._refuse(request):
            await refusal(request, *refused)(scope, receive, dressed)
            return
        try:
            await self._app(scope, receive, dressed)
        except Exception as error:  # the server would log its message, which may quote what a resident wrote
            log.error("page failed", route=_route(scope), error=failure(error))
            if dressed.started:
                raise ConnectionAbortedError from None
            await refusal(request, 500, REFUSALS[500])(scope, receive, dressed)

    def _refuse(self, request: Request) -> tuple[int, str] | None:
        length = request.headers.get("content-length", "0")
        most = self._most(request)
        if length.isdecimal() and int(length) > most:
            return 413, REFUSALS[413] if most == BODY_LIMIT else TOO_MUCH
        if request.method in SAFE or request.url.path.startswith(self._unguarded):
            return None
        return (403, REFUSALS[403]) if is_foreign(request, self._settings) else None

    def _most(self, request: Request) -> int:
        """How long a body may be."""
        if _UPLOADS.fullmatch(request.url.path):
            return UPLOAD_LIMIT
        enclosing = _ENCLOSING.fullmatch(request.url.path) and _brings_files(request)
        return upload_limit(self._settings) if enclosing else BODY_LIMIT


def upload_limit(settings: Settings) -> int:
    """Bytes of a form that brings pictures and files."""
    return BODY_LIMIT + int(AT_ONCE * settings.file.enclosures.size_mb * 1_000_000)


def _brings_files(request: HTTPConnection) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


class Roomy:
    """Lets a form be longer where it brings files; stands around one route."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._larger = RequestBodyLimitMiddleware(app, most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        app = self._larger if _brings_files(HTTPConnection(scope)) else self._app
        await app(scope, receive, send)


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path", "?"))


class _Dressed:
    """Puts the headers on; what may be personal is kept by no cache."""

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", NOT_KEPT)
        await self._send(message)
