"""Offer tests a Bot API server of their own: what residents do, what goes wrong, and what the bot said."""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from types import TracebackType
from typing import Any, Self

from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.feed import PATIENCE, Feed
from tests.fakes.telegram.ledger import QUERY_LIFE, Ledger, Query, Sent
from tests.fakes.telegram.methods import Methods
from tests.fakes.telegram.pace import Limits
from tests.fakes.telegram.refusals import Json
from tests.fakes.telegram.residents import Residents
from tests.fakes.telegram.server import Server
from tests.fakes.telegram.webhook import Webhook

BOT = 7000000001
TOKEN = f"{BOT}:AAFakeTokenOfTheTests-0123456789abcdefghi"
USERNAME = "tongliang_law_bot"

CONTROLS = {
    "say", "post", "edit", "press", "forge", "from_bot", "join", "block", "unblock", "meet", "forget", "expire",
    "inject", "fault", "clear_faults", "refuse", "limit", "said", "texts", "edited", "wait_sent", "wait_confirmed",
    "counters",
}  # fmt: skip


class FakeTelegram(Residents):
    """A Bot API server for one bot, to be used as `async with FakeTelegram() as telegram`.

    Everything a test may do is a method here and, over HTTP, `POST /control/<method>` with its arguments as JSON.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: Limits | None = None,
        webhook_pause: float = 0.05,
        query_life: float = QUERY_LIFE,
        patience: float = PATIENCE,
    ) -> None:
        bot: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "法律顾问", "username": USERNAME}
        super().__init__(bot, Ledger(bot, query_life), Feed(patience))
        self.token = token
        self.faults = Faults()
        self.webhook = Webhook(self.feed, webhook_pause)
        self.methods = Methods(self.ledger, self.feed, self.webhook, self._on_sent)
        self.methods.limits = limits
        self.listeners: list[Callable[[Sent], None]] = []
        self._server = Server(token, self.methods.by_name, self.ledger, self.faults, self.control)
        self._news = asyncio.Event()
        self._return: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; port 0 is any free one."""
        await self._server.start(port)

    async def stop(self) -> None:
        """Stop delivering and listening."""
        if self._return:
            self._return.cancel()
        await self.webhook.stop()
        self.feed.release()
        await self._server.stop()

    @property
    def port(self) -> int:
        """Give the port in use."""
        return self._server.port

    @property
    def base(self) -> str:
        """Give the address without token; python-telegram-bot's base_url is `f"{base}/bot"`."""
        return f"http://127.0.0.1:{self.port}"

    # -- what goes wrong

    def fault(self, method: str = "*", **how: Any) -> None:
        """Arm a Fault: `fault("sendMessage", status=500, times=3)`."""
        self.faults.add(Fault(method, **how))

    def clear_faults(self) -> None:
        """Let everything work again."""
        self.faults.clear()

    def limit(self, on: bool = True, **limits: float) -> None:
        """Apply the real server's pace, or lift it."""
        self.methods.limits = Limits(**limits) if on else None

    async def refuse(self, seconds: float) -> None:
        """Refuse connections for a while, after cutting those that exist."""
        await self._server.refuse()
        self._return = asyncio.create_task(self._come_back(seconds))

    async def _come_back(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.accept()

    async def accept(self) -> None:
        """Accept connections again before the time is up."""
        await self._server.listen()

    # -- what the bot said

    @property
    def sent(self) -> list[Sent]:
        """Give every message in the order sent; edits are apart, in `edits`."""
        return self.ledger.sent

    @property
    def edits(self) -> list[Sent]:
        """Give every edit of a message."""
        return self.ledger.edits

    @property
    def queries(self) -> dict[str, Query]:
        """Give every button press with the answers it got."""
        return self.ledger.queries

    @property
    def confirmed(self) -> set[int]:
        """Give the ids of the updates that the bot acknowledged."""
        return self.feed.confirmed

    def said(self, chat: int | None = None) -> list[Sent]:
        """Give the messages sent, to one chat or to all."""
        return [sent for sent in self.sent if sent.chat == chat] if chat is not None else self.sent

    def texts(self, chat: int | None = None) -> list[str]:
        """Give the words of the messages sent."""
        return [sent.text for sent in self.said(chat)]

    def edited(self, chat: int) -> list[Sent]:
        """Give the edits in a chat."""
        return [edit for edit in self.edits if edit.chat == chat]

    def counters(self) -> Json:
        """Give the figures a test asserts, calls as `{"sendmessage 200": 3}`."""
        return {
            "calls": {f"{method} {status}": count for (method, status), count in self.ledger.counts.items()},
            "sent": len(self.sent),
            "edits": len(self.edits),
            "pending": len(self.feed.pending),
            "confirmed": len(self.feed.confirmed),
            "handed": self.feed.handed.total(),
            "polls": self.feed.polls,
            "conflicts": self.feed.conflicts,
            "drop_requests": self.feed.drop_requests,
            "dropped": self.feed.dropped,
            "unwanted": self.feed.unwanted,
            "webhook_failures": self.webhook.failures,
        }

    # -- waiting

    def _on_sent(self, sent: Sent) -> None:
        for listener in self.listeners:
            listener(sent)
        self._news.set()
        self._news = asyncio.Event()

    async def wait_sent(self, count: int = 1, *, chat: int | None = None, within: float = 10.0) -> list[Sent]:
        """Wait until so many messages were sent, and give them.

        Raises TimeoutError naming what came instead.
        """
        until = time.monotonic() + within
        while len(found := self.said(chat)) < count:
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except TimeoutError:
                heard = [sent.text[:40] for sent in found[-5:]]
                raise TimeoutError(f"{len(found)} of {count} messages in {within} s, the last {heard}") from None
        return found

    async def wait_confirmed(self, update_id: int = 0, *, within: float = 10.0) -> None:
        """Wait until the bot confirmed an update, or all of them."""
        await self.until(lambda: update_id in self.confirmed if update_id else not self.feed.pending, within=within)

    async def wait_ready(self, *, within: float = 30.0) -> None:
        """Wait until the bot polls or has set its webhook."""
        await self.until(lambda: bool(self.feed.polls or self.webhook.hook), within=within)

    async def until(self, happened: Callable[[], bool], *, within: float = 10.0) -> None:
        """Wait for anything, looking every 5 ms."""
        async with asyncio.timeout(within):
            while not happened():  # noqa: ASYNC110 — what is waited for need not be an event of ours
                await asyncio.sleep(0.005)

    # -- the same over HTTP

    async def control(self, name: str, arguments: Json) -> bytes:
        """Call a method by name and give its result as JSON."""
        try:
            if name not in CONTROLS:
                raise LookupError(f"no control {name!r}")
            result = getattr(self, name)(**arguments)
            result = await result if asyncio.iscoroutine(result) else result
        except (LookupError, TypeError, ValueError, TimeoutError) as error:
            return json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"}).encode()
        return json.dumps({"ok": True, "result": result}, default=_plain).encode()


def _plain(value: object) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
