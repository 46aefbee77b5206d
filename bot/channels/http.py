"""Carry python-telegram-bot's calls over aiohttp, for about a third of the processor time its own client takes.

An address of the Bot API holds the token, so no address and no message of aiohttp's that may quote one leaves this
module: errors are raised without their cause.
"""

import io
import json
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    InvalidURL,
    NonHttpUrlClientError,
    TCPConnector,
)
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

# Without it python-telegram-bot warns of its next major version at every 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")

# Raised before the first byte is written.
_BEFORE_WRITING = (
    ClientConnectorError,
    ClientHttpProxyError,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)


class NotSent(NetworkError):
    """Nothing was written: the call may be repeated."""


class Unanswered(TimedOut):
    """The call was written and no answer came: it may have been carried out."""


def pause(error: RetryAfter) -> float:
    """Give the seconds that Telegram asks the bot to keep silent."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)


@dataclass(frozen=True)
class Timeouts:
    """How long each part of a call may take, in seconds; None is without end."""

    pool: float | None = 1.0
    connect: float | None = 5.0
    write: float | None = 5.0
    write_media: float | None = 20.0
    read: float | None = 5.0


class AiohttpRequest(BaseRequest):
    """One session for all calls of a bot; give the same object as `request` and `get_updates_request`.

    Raises NotSent and Unanswered; what the server answers is raised by BaseRequest: RetryAfter, Forbidden, BadRequest,
    Conflict, and NetworkError itself for 5xx.
    """

    def __init__(self, *, connections: int = 256, timeouts: Timeouts | None = None, proxy: str | None = None) -> None:
        self._connections = connections
        self._timeouts = timeouts or Timeouts()
        self._proxy = proxy
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Give the time an answer may take when a call does not say, in seconds."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917 — the order is BaseRequest's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Give the status and the body of the answer."""
        if self._session is None:
            raise RuntimeError("AiohttpRequest is not initialized")
        files = request_data is not None and request_data.contains_files
        timeout = self._timeout(read_timeout, write_timeout, connect_timeout, pool_timeout, files=files)
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=self._proxy, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except _BEFORE_WRITING as error:
            raise NotSent(f"Not sent: {type(error).__name__}") from None
        except TimeoutError:
            raise Unanswered from None
        except (ClientError, OSError) as error:
            raise Unanswered(f"No answer: {type(error).__name__}") from None

    def _timeout(self, read: Any, write: Any, connect: Any, pool: Any, *, files: bool) -> ClientTimeout:
        usual = self._timeouts
        read = _given(read, usual.read)
        write = _given(write, usual.write_media if files else usual.write)
        connect = _given(connect, usual.connect)
        waiting = _total(_given(pool, usual.pool), connect)  # aiohttp counts the wait for a free connection in
        return ClientTimeout(
            total=_total(waiting, write, read),  # it has no limit of its own on writing
            connect=waiting,
            sock_connect=connect,
            sock_read=read,
        )


def _given(value: Any, default: float | None) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _total(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _body(data: RequestData | None) -> tuple[bytes | FormData | None, dict[str, str] | None]:
    """Encode the parameters as JSON, which is cheaper than a form, and as multipart when there are files."""
    if data is None:
        return None, None
    if not data.contains_files:
        return json.dumps(data.parameters).encode(), {"Content-Type": "application/json"}
    form = FormData(data.json_parameters, quote_fields=False)  # else Chinese file names arrive as %E7…
    for name, (filename, content, kind) in data.multipart_data.items():
        stream = io.BytesIO(content) if isinstance(content, bytes) else content  # aiohttp copies it piece by piece
        form.add_field(name, stream, filename=filename, content_type=kind)
    return form, None
