"""Call the HTTP APIs of the WeChat platforms. Their addresses hold tokens, so no address leaves this module."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    InvalidURL,
)

from handlers.deliveries import Closed, Later, Receipt, Refused

Json = dict[str, Any]
QUOTA_PAUSE = timedelta(minutes=10)
NO_FILE = -404
FILE_TIMEOUT = ClientTimeout(total=60)
_BUSY = -1
# raised before the first byte is written
_BEFORE_WRITING = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)


class Failed(Exception):
    """The platform answered that it did not do it; `code` is its errcode, or the HTTP status with a minus sign."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


class NotSent(Exception):
    """Nothing was written: the call may be repeated."""


class Unanswered(Exception):
    """The call was written and no answer came: it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What the error codes of a platform say of a message; each platform numbers its own."""

    out_of_calls: tuple[int, ...]
    gone: tuple[int, ...]  # nobody who can be written to
    ours_to_mend: tuple[int, ...]  # secret, rights or list of addresses

    def receipt(self, error: Failed) -> Receipt:
        """What becomes of the message that the platform did not take."""
        reason = str(error)
        if error.code in self.out_of_calls:
            return Later(QUOTA_PAUSE, reason)
        if error.code in self.gone:
            return Closed(reason)
        # a busy platform or a gateway did not carry it out; a secret or a right is the bureau's to mend
        is_later = error.code == _BUSY or error.code <= -500 or error.code in self.ours_to_mend
        return Later(reason=reason) if is_later else Refused(reason)


class Calls:
    """One session for all calls to one server."""

    def __init__(self, base: str, seconds: float) -> None:
        self._base = base.rstrip("/")
        self._timeout = ClientTimeout(total=seconds)
        self._session: ClientSession | None = None

    async def post(self, path: str, payload: Json, query: Mapping[str, str] | None = None) -> Json:
        """Give the answer whose errcode is 0; raises Failed, NotSent, Unanswered."""
        # written out in UTF-8: the platform shows escapes as they stand
        body = json.dumps(payload, ensure_ascii=False).encode(errors="replace")
        status, text = await self._ask("POST", path, body, query or {})
        if status >= 300:
            raise Failed(-status)
        return _read(text)

    async def get(self, path: str, query: Mapping[str, str]) -> Json:
        """The same for what is only asked for."""
        status, text = await self._ask("GET", path, None, query)
        if status >= 300:
            raise Failed(-status)
        return _read(text)

    async def fetch(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        """A file, of which at most one byte more than `most` is read; raises Failed also where there is none."""
        try:
            async with self._opened().get(
                f"{self._base}{path}", params=query, allow_redirects=False, timeout=FILE_TIMEOUT
            ) as answer:
                content = b""
                while len(content) <= most and (more := await answer.content.read(most + 1 - len(content))):
                    content += more
                status = answer.status
        except _BEFORE_WRITING as error:
            raise NotSent(type(error).__name__) from None
        except (TimeoutError, ClientError, OSError) as error:
            raise Unanswered(type(error).__name__) from None
        if status >= 300:
            raise Failed(-status)
        if content.startswith(b"{"):
            _read(content)
            raise Failed(NO_FILE)  # an answer in words, perhaps with an address; it is not followed
        return content

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout, cookie_jar=DummyCookieJar())
        return self._session

    async def _ask(self, method: str, path: str, body: bytes | None, query: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if body else {}
        url = f"{self._base}{path}"
        try:
            async with self._opened().request(
                method, url, params=query, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except _BEFORE_WRITING as error:
            raise NotSent(type(error).__name__) from None
        except (TimeoutError, ClientError, OSError) as error:
            raise Unanswered(type(error).__name__) from None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _read(text: bytes) -> Json:
    try:
        answer = json.loads(text)
        code = int(answer.get("errcode", 0))
    except (ValueError, AttributeError, TypeError):
        raise Failed(-1) from None  # a gateway's page
    if code:
        raise Failed(code)
    return answer
