"""Keep within what a channel allows: so many messages a second to all, and a pause between two to one chat."""

import asyncio
import time
from collections.abc import Callable

BURST = 0.2  # seconds' worth of messages that may go at once


class Pace:
    """A bucket that fills at `rate` a second; chats have a turn every `interval` seconds.

    It begins full, unless a process before this one may have sent as many a moment ago (`fresh` is False).
    """

    def __init__(
        self, rate: float, interval: float, clock: Callable[[], float] = time.monotonic, *, fresh: bool = True
    ) -> None:
        self._rate = rate
        self._interval = interval
        self._clock = clock
        self._most = max(1.0, rate * BURST)
        self._held = self._most if fresh else 1.0
        self._filled_at = clock()
        self._closed_until = 0.0
        self._next_turn: dict[str, float] = {}

    def room(self) -> int:
        """How many may be sent now."""
        now = self._clock()
        self._held = min(self._most, self._held + (now - self._filled_at) * self._rate)
        self._filled_at = now
        return 0 if now < self._closed_until else int(self._held)

    async def turn(self, chat: str) -> None:
        """Wait for this chat's turn, within the pace of all."""
        self.room()
        self._held -= 1
        now = self._clock()
        wait = max(-self._held / self._rate if self._held < 0 else 0.0, self._chat_wait(chat, now))
        if wait > 0:
            await asyncio.sleep(wait)
        # what another chat was told meanwhile holds for this one too, and may be prolonged
        while (closed := self._closed_until - self._clock()) > 0:  # noqa: ASYNC110 — a time is waited for, no event
            await asyncio.sleep(closed)

    def _chat_wait(self, chat: str, now: float) -> float:
        if len(self._next_turn) > 10_000:
            self._next_turn = {c: at for c, at in self._next_turn.items() if at > now}
        at = max(now, self._next_turn.get(chat, 0.0))
        self._next_turn[chat] = at + self._interval
        return at - now

    def closed(self) -> float:
        """How many seconds the channel still wants silence."""
        return max(0.0, self._closed_until - self._clock())

    def close(self, seconds: float) -> None:
        """The channel said to wait: nothing goes out until then."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)
