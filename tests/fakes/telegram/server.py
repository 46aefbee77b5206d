"""Answer HTTP as the Bot API server does, on a port that can go away and come back."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from typing import Any

from aiohttp import web

from tests.fakes.telegram import wire
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.ledger import Ledger
from tests.fakes.telegram.methods import Method
from tests.fakes.telegram.refusals import Json, Refused

MAX_BODY = 50 * 2**20  # bytes, the Bot API's own bound on uploads
GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"

Control = Callable[[str, Json], Awaitable[bytes]]


class Server:
    """Serve `/bot<token>/<method>` from the methods, and `/control/<name>` from the tests' side."""

    def __init__(
        self, token: str, methods: dict[str, Method], ledger: Ledger, faults: Faults, control: Control
    ) -> None:
        self._token, self._methods, self._ledger, self._faults, self._control = token, methods, ledger, faults, control
        self.port = 0
        self._reservation: socket.socket | None = None
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._closing = asyncio.Event()

    async def start(self, port: int = 0) -> None:
        """Reserve a port on the loopback and listen on it."""
        self._reservation = _bound(port)
        self.port = self._reservation.getsockname()[1]
        self._http = web.Server(self._handle, request_factory=_request, access_log=None)
        await self.listen()

    async def listen(self) -> None:
        """Accept connections."""
        if self._http and not self._listener:
            sock = _bound(self.port)
            self._listener = await asyncio.get_running_loop().create_server(self._http, sock=sock, backlog=512)

    async def refuse(self) -> None:
        """Refuse connections and cut those that exist; the port stays reserved."""
        if self._listener:
            self._listener.close()
            self._listener = None
        for connection in self._http.connections if self._http else []:
            if connection.transport:
                connection.transport.abort()
        await asyncio.sleep(0.01)  # until the other side has noticed, or it writes into a dead connection

    async def stop(self) -> None:
        """Let go of everything."""
        self._closing.set()
        if self._listener:
            self._listener.close()
            self._listener = None
        if self._http:
            await self._http.shutdown(timeout=1)
        if self._reservation:
            self._reservation.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/file/bot"):
            return self._file(path.removeprefix("/file/bot"))
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._call(request, token, method.lower())
        if path.startswith("/control/"):
            return _json(200, await self._control(path.removeprefix("/control/"), await _arguments(request)))
        return _refusal(Refused(404, "Not Found"))

    def _file(self, where: str) -> web.Response:
        token, _, path = where.partition("/")
        file = self._ledger.files.get(path.removeprefix("documents/")) if token == self._token else None
        return web.Response(body=file.content) if file else _refusal(Refused(404, "Not Found"))

    async def _call(self, request: web.BaseRequest, token: str, method: str) -> web.StreamResponse:
        if token != self._token:
            return _refusal(Refused(401, "Unauthorized"))
        try:
            form = await wire.form(request)
        except Refused as refused:
            return self._noted(method, None, _refusal(refused))
        fault = self._faults.take(method, form.chat)
        early = await self._before(fault, request) if fault else None
        response = early or await self._carry_out(method, form)
        if fault and fault.lost and not early:
            response = await self._lose(request, fault)
        return self._noted(method, form.chat, response)

    def _noted(self, method: str, chat: int | None, response: web.Response) -> web.Response:
        self._ledger.note(method, chat, 0 if response.status == _CUT else response.status)
        return response

    async def _before(self, fault: Fault, request: web.BaseRequest) -> web.Response | None:
        await asyncio.sleep(fault.delay)
        if fault.unheard:
            return _cut(request)
        return _refusal(fault.refusal) if fault.refusal else None

    async def _carry_out(self, method: str, form: wire.Form) -> web.Response:
        if method not in self._methods:
            return _refusal(Refused(404, "Not Found: method not found"))
        try:
            result = self._methods[method](form)
            return _result(await result if isawaitable(result) else result)
        except Refused as refused:
            return _refusal(refused)

    async def _lose(self, request: web.BaseRequest, fault: Fault) -> web.Response:
        if fault.lost == "hang":
            await self._closing.wait()
        return _cut(request)


_CUT = 598  # never written: the connection is gone


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=_CUT)


def _bound(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # the reservation and the listener share the port
    sock.bind(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)


async def _arguments(request: web.BaseRequest) -> Json:
    with suppress(ValueError):
        found = json.loads(await request.read() or b"{}")
        return found if isinstance(found, dict) else {}
    return {}


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")


def _result(result: Any) -> web.Response:
    if isinstance(result, list) and all(isinstance(item, bytes) for item in result):
        return _json(200, b'{"ok":true,"result":[' + b",".join(result) + b"]}")
    return _json(200, json.dumps({"ok": True, "result": result}).encode())


def _refusal(refused: Refused) -> web.Response:
    if refused.status == 502:  # comes from the gateway, which speaks no JSON
        return web.Response(status=502, body=GATEWAY_PAGE, content_type="text/html")
    return _json(refused.status, json.dumps(refused.body).encode())
