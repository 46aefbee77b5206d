"""Serve an API of the WeChat platforms over real HTTP, and let its calls go wrong as a test asks."""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from tests.fakes.refusals import Json, Refused


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a path: it is late, refused, or cut, heard or unheard."""

    path: str
    times: int = 1
    code: int | None = None
    status: int = 0
    delay: float = 0.0  # s, before anything else
    lost: Literal["", "unheard", "drop", "hang"] = ""


class Api(ABC):
    """One server on the loopback, to be used as `async with`."""

    def __init__(self) -> None:
        self.shift = 0.0  # s by which the platform's clock is ahead, to let its windows pass
        self.faults: list[Fault] = []
        self.counted: Counter[tuple[str, int]] = Counter()
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self.base = ""

    @abstractmethod
    async def carry_out(self, request: web.Request, given: Json) -> Json | bytes:
        """Do what is asked; raises Refused."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; port 0 is any free one."""
        site = web.Application()
        site.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, "127.0.0.1", port)
        await listener.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of everything."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()

    def now(self) -> float:
        """Give the platform's time, in seconds."""
        return time.time() + self.shift

    def fault(self, path: str, **how: Any) -> None:
        """Arm a Fault: `fault("/cgi-bin/message/custom/send", code=-1, times=2)`."""
        self.faults.append(Fault(path, **how))

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if path == fault.path:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def calls(self, path: str, code: int = 0) -> int:
        """Give how often a path was called with that outcome."""
        return self.counted[path, code]

    async def until(self, happened: Callable[[], bool], *, within: float = 10.0) -> None:
        """Wait for anything, looking every 5 ms."""
        async with asyncio.timeout(within):
            while not happened():  # noqa: ASYNC110 — what is waited for need not be an event of ours
                await asyncio.sleep(0.005)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        fault = self._fault(path)
        if fault:
            await asyncio.sleep(fault.delay)
        if fault and fault.status:
            return web.Response(status=fault.status, text="<html>bad gateway</html>")
        if fault and fault.lost == "unheard":
            return _cut(request)
        body, code = await self._answered(request, fault)
        self.counted[path, code] += 1
        if fault and fault.lost:
            if fault.lost == "hang":
                await self._closing.wait()
            return _cut(request)
        return (
            web.Response(body=body, content_type="image/jpeg") if isinstance(body, bytes) else web.json_response(body)
        )

    async def _answered(self, request: web.Request, fault: Fault | None) -> tuple[Json | bytes, int]:
        try:
            given = await _given(request)
            if fault and fault.code is not None:
                raise Refused(fault.code)
            return await self.carry_out(request, given), 0
        except Refused as refused:
            return refused.body, refused.code


async def _given(request: web.Request) -> Json:
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        raise Refused(47001) from None
    if not isinstance(found, dict):
        raise Refused(47001)
    return found


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
