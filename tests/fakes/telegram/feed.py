"""Keep the updates that the bot has not confirmed, and hand them to one poller at a time."""

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from tests.fakes.telegram.refusals import OTHER_POLLER, Json, Refused

FIRST_UPDATE = 511_000_001
UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}  # sent only to a bot that names them
LINGER = 0.002  # s; the real server waits as long for more, LONG_POLL_WAIT_AFTER in Client.cpp
PATIENCE = 3.0  # s between two answers 409, fail_query_conflict in Client.cpp


@dataclass(frozen=True)
class Update:
    """One update as it will be written, and the chat whose order it keeps."""

    id: int
    kind: str
    chat: int
    body: bytes


class Feed:
    """The queue: `handed` counts how often each update was given out, `confirmed` holds what the bot is done with."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.handed: Counter[int] = Counter()
        self.confirmed: set[int] = set()
        self.drop_requests = 0  # a bot of ours never asks for it
        self.dropped = 0  # updates thrown away unread
        self.unwanted = 0
        self.allowed: set[str] = set()
        self.polls = 0
        self.conflicts = 0
        self.on_put: Callable[[Update], None] | None = None
        self._next = FIRST_UPDATE
        self._patience = patience
        self._poller: asyncio.Future[None] | None = None
        self._woken = False
        self._next_conflict = 0.0

    def put(self, kind: str, content: Json, chat: int = 0) -> Json:
        """Queue an update and give it with its id, as the bot will read it."""
        update: Json = {"update_id": self._next, kind: content}
        self._next += 1
        if not self._wanted(kind):
            self.unwanted += 1
            return update
        queued = Update(update["update_id"], kind, chat, json.dumps(update).encode())
        self.pending[queued.id] = queued
        self._wake()
        if self.on_put:
            self.on_put(queued)
        return update

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in UNASKED

    async def poll(self, offset: int, limit: int, patience: float) -> list[bytes]:
        """Forget what `offset` confirms, then give up to `limit` updates, waiting for the first one.

        Raises Refused (409) when another poller takes over meanwhile.
        """
        self.polls += 1
        self._move_to(offset)
        if not self.pending and patience > 0:
            await self._wait(patience)
        found = list(islice(self.pending.values(), limit))
        self.handed.update(update.id for update in found)
        return [update.body for update in found]

    def _move_to(self, offset: int) -> None:
        if offset < 0:  # counted from the end; what comes before is forgotten unread
            while len(self.pending) > -offset:
                self.pending.popitem(last=False)
                self.dropped += 1
        elif offset <= self._next + 10:  # further ahead, the real server starts at its own head
            while self.pending and next(iter(self.pending)) < offset:
                self.confirm(next(iter(self.pending)))

    def confirm(self, update_id: int) -> None:
        """Forget one update that the bot has taken over."""
        if self.pending.pop(update_id, None):
            self.confirmed.add(update_id)

    def drop_pending(self) -> None:
        """Throw everything away, as drop_pending_updates asks."""
        self.dropped += len(self.pending)
        self.pending.clear()

    async def _wait(self, patience: float) -> None:
        self.interrupt(OTHER_POLLER)
        loop = asyncio.get_running_loop()
        poller = self._poller = loop.create_future()
        self._woken = False
        alarm = loop.call_later(patience, _settle, poller)
        try:
            await poller
        except Refused:
            await self._answer_conflict_slowly()
            raise
        finally:
            alarm.cancel()
            if self._poller is poller:
                self._poller = None

    async def _answer_conflict_slowly(self) -> None:
        self.conflicts += 1
        now = asyncio.get_running_loop().time()
        if now < self._next_conflict:
            await asyncio.sleep(self._patience)
        else:
            self._next_conflict = now + self._patience

    def interrupt(self, why: str) -> None:
        """Send the waiting poller away with 409."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(Refused(409, why))

    def release(self) -> None:
        """Answer the waiting poller with what there is."""
        if self._poller:
            _settle(self._poller)

    def _wake(self) -> None:
        if self._poller and not self._woken:
            self._woken = True
            asyncio.get_running_loop().call_later(LINGER, _settle, self._poller)


def _settle(poller: "asyncio.Future[None]") -> None:
    if not poller.done():
        poller.set_result(None)
