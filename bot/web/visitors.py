"""Recognise a resident by a signed cookie that holds a random id and nothing else."""

import hmac
import secrets
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from bot.config import Settings
from bot.web.guards import is_https

AGE = 180 * 24 * 3600  # seconds a browser keeps the cookie after the last visit
NAME = "resident"


class Visitors:
    """Signs and reads the cookie; one that we did not sign belongs to nobody."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._settings = settings
        self._key = key

    def known(self, request: Request) -> str | None:
        """The id in the cookie, if we signed it."""
        visitor, _, signature = request.cookies.get(self._name(request), "").partition(".")
        return visitor if visitor and hmac.compare_digest(signature.encode(), self._sign(visitor).encode()) else None

    def of(self, request: Request) -> str:
        """The id in the cookie, or one for a new visitor."""
        return self.known(request) or secrets.token_urlsafe(18)

    def remember(self, request: Request, response: Response, visitor: str) -> None:
        """Let the browser keep the id."""
        response.set_cookie(
            self._name(request),
            f"{visitor}.{self._sign(visitor)}",
            max_age=AGE,
            secure=is_https(request, self._settings),
            httponly=True,
            samesite="lax",
        )

    def forget(self, request: Request, response: Response) -> None:
        """Let the browser forget it."""
        secure = is_https(request, self._settings)
        response.delete_cookie(self._name(request), secure=secure, httponly=True, samesite="lax")

    def _name(self, request: Request) -> str:
        return cookie_name(NAME, https=is_https(request, self._settings))

    def _sign(self, visitor: str) -> str:
        return hmac.new(self._key, f"visitor:{visitor}".encode(), sha256).hexdigest()


def cookie_name(name: str, *, https: bool) -> str:
    """With the prefix by which browsers refuse one that another host or plain HTTP has set."""
    return f"__Host-{name}" if https else name
