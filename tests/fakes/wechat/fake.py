"""Offer tests a WeChat of their own: what followers do, what goes wrong, and what the account said."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from tests.fakes.wechat.ledger import Ledger, Sent
from tests.fakes.wechat.methods import Methods
from tests.fakes.wechat.platform import PATIENCE, Platform, Pushed
from tests.fakes.wechat.refusals import Json, Refused
from tests.fakes.wechat.tokens import LIFE, Tokens

APP_ID = "wx0123456789abcdef"
ACCOUNT = "gh_0123456789ab"
SECRET = "app-secret-of-the-tests-0123456789"
TOKEN = "tokenOfTheTests01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a path: it is late, refused, or cut, heard or unheard."""

    path: str
    times: int = 1
    code: int | None = None
    status: int = 0
    delay: float = 0.0  # s, before anything else
    lost: Literal["", "unheard", "drop", "hang"] = ""


class FakeWeChat:
    """One official account on servers of its own, to be used as `async with FakeWeChat() as wechat`."""

    def __init__(self, *, safe: bool = False, patience: float = PATIENCE, life: float = LIFE) -> None:
        self.shift = 0.0  # s by which the platform's clock is ahead, to let its windows pass
        self.tokens = Tokens(self.now, life)
        self.ledger = Ledger(self.now)
        self.platform = Platform(TOKEN, AES_KEY, APP_ID, safe=safe, patience=patience)
        self.faults: list[Fault] = []
        self.allowed = True  # False: the account has no right to send
        self._methods = Methods(self.ledger).by_path
        self._numbers = count(23456789012345678)
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self.base = ""

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
        await self.platform.start()

    async def stop(self) -> None:
        """Let go of everything."""
        self._closing.set()
        await self.platform.stop()
        if self._runner:
            await self._runner.cleanup()

    def now(self) -> float:
        """Give the platform's time, in seconds."""
        return time.time() + self.shift

    def point(self, url: str) -> None:
        """Set the address of the account's own server."""
        self.platform.url = url

    # -- what followers do

    async def say(self, openid: str, text: str, **fields: object) -> Pushed:
        """Write a text."""
        return await self.send(openid, "text", Content=text, **fields)

    async def send(self, openid: str, kind: str, **fields: object) -> Pushed:
        """Send any message."""
        self.ledger.wrote(openid)
        return await self.push(openid, kind, {"MsgId": next(self._numbers)} | fields)

    async def follow(self, openid: str, scene: str = "") -> Pushed:
        """Subscribe, perhaps by a code."""
        self.ledger.followers.add(openid)
        self.ledger.acted(openid)
        code = {"EventKey": f"qrscene_{scene}", "Ticket": "gQ1"} if scene else {"EventKey": ""}
        return await self.push(openid, "event", {"Event": "subscribe", **code})

    async def unfollow(self, openid: str) -> Pushed:
        """Unsubscribe: nothing can be sent any more."""
        self.ledger.followers.discard(openid)
        return await self.push(openid, "event", {"Event": "unsubscribe", "EventKey": ""})

    async def scan(self, openid: str, scene: str) -> Pushed:
        """Scan a code as a follower."""
        self.ledger.acted(openid)
        return await self.push(openid, "event", {"Event": "SCAN", "EventKey": scene, "Ticket": "gQ1"})

    async def click(self, openid: str, key: str) -> Pushed:
        """Press a button of the menu."""
        self.ledger.acted(openid)
        return await self.push(openid, "event", {"Event": "CLICK", "EventKey": key})

    async def push(self, openid: str, kind: str, fields: Json, **given: str) -> Pushed:
        """Post it to the account's server, and show its sender what came back."""
        pushed = await self.platform.push(self.frame(openid, kind, fields), **given)
        if pushed.reply is not None:
            self.ledger.deliver(openid, pushed.reply, "passive")
        return pushed

    def frame(self, openid: str, kind: str, fields: Json) -> Json:
        """Give the fields of a message."""
        head = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(self.now()), "MsgType": kind}
        return head | fields

    # -- what goes wrong

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

    # -- what was said

    @property
    def sent(self) -> list[Sent]:
        """Give all that reached followers, in order."""
        return self.ledger.sent

    def texts(self, openid: str, way: str = "") -> list[str]:
        """Give what one follower read, perhaps only what came one way."""
        return [sent.text for sent in self.sent if sent.openid == openid and way in ("", sent.way)]

    def calls(self, path: str, code: int = 0) -> int:
        """Give how often a path was called with that outcome."""
        return self.ledger.calls[path, code]

    async def until(self, happened: Callable[[], bool], *, within: float = 10.0) -> None:
        """Wait for anything, looking every 5 ms."""
        async with asyncio.timeout(within):
            while not happened():  # noqa: ASYNC110 — what is waited for need not be an event of ours
                await asyncio.sleep(0.005)

    # -- the API

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        fault = self._fault(path)
        if fault:
            await asyncio.sleep(fault.delay)
        if fault and fault.status:
            return web.Response(status=fault.status, text="<html>bad gateway</html>")
        if fault and fault.lost == "unheard":
            return _cut(request)
        body, code = await self._carry_out(request, path, fault)
        self.ledger.calls[path, code] += 1
        if fault and fault.lost:
            if fault.lost == "hang":
                await self._closing.wait()
            return _cut(request)
        return web.json_response(body)

    async def _carry_out(self, request: web.Request, path: str, fault: Fault | None) -> tuple[Json, int]:
        try:
            given = await _given(request)
            if fault and fault.code is not None:
                raise Refused(fault.code)
            if path == "/cgi-bin/stable_token":
                return self._token(given), 0
            self._admit(request, path)
            return {"errcode": 0, "errmsg": "ok"} | self._methods[path](given), 0
        except Refused as refused:
            return refused.body, refused.code

    def _token(self, given: Json) -> Json:
        if given.get("appid") != APP_ID:
            raise Refused(40013)
        if given.get("secret") != SECRET:
            raise Refused(40125)
        token, seconds = self.tokens.give(force=bool(given.get("force_refresh")))
        return {"access_token": token, "expires_in": seconds}

    def _admit(self, request: web.Request, path: str) -> None:
        if path not in self._methods:
            raise Refused(48001)
        self.tokens.check(request.query.get("access_token", ""))
        if not self.allowed:
            raise Refused(48001)
        left = self.ledger.daily.get(path)
        if left == 0:
            raise Refused(45009)
        if left is not None:
            self.ledger.daily[path] = left - 1


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
