"""Deliver updates to the bot's own address until it says 2xx, as WebhookActor.cpp of the real server does.

Updates of one kind and chat go one after another; a failed one is repeated at once, then after growing pauses, and
those behind it wait.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.fakes.telegram.feed import Feed, Update

LONGEST_PAUSE = 60.0  # s
ANSWER_WITHIN = ClientTimeout(total=60)


@dataclass(frozen=True)
class Hook:
    """Where updates go."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass
class Webhook:
    """Carries updates from the feed to one hook. `pause` is the first pause, 1 s with the real server."""

    feed: Feed
    pause: float = 0.05  # s
    hook: Hook | None = None
    failures: int = 0
    last_error: str = ""
    _queues: dict[tuple[str, int], deque[Update]] = field(default_factory=dict[tuple[str, int], deque[Update]])
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _session: ClientSession | None = None
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))

    async def start(self, hook: Hook) -> None:
        """Deliver everything unconfirmed, and what comes after it, to this hook."""
        await self.stop()
        self.hook = hook
        self._slots = asyncio.Semaphore(hook.max_connections)
        self._session = ClientSession(timeout=ANSWER_WITHIN)
        self.feed.on_put = self.enqueue
        for update in list(self.feed.pending.values()):
            self.enqueue(update)

    async def stop(self) -> None:
        """Deliver nothing any more; what is unconfirmed stays in the feed."""
        self.hook, self.feed.on_put = None, None
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._queues.clear()
        if self._session:
            await self._session.close()
            self._session = None

    def enqueue(self, update: Update) -> None:
        """Put an update behind the others of its kind and chat."""
        key = (update.kind, update.chat) if update.chat else (update.kind, update.id)
        if key in self._queues:
            self._queues[key].append(update)
            return
        self._queues[key] = deque([update])
        task = asyncio.create_task(self._drain(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: tuple[str, int]) -> None:
        queue = self._queues[key]
        while queue:
            await self._deliver(queue[0])
            queue.popleft()
        del self._queues[key]

    async def _deliver(self, update: Update) -> None:
        pause = 0.0
        while update.id in self.feed.pending:
            async with self._slots:
                error, asked = await self._post(update)
            if not error:
                self.feed.confirm(update.id)
                return
            self.failures, self.last_error = self.failures + 1, error
            await asyncio.sleep(asked or pause)
            pause = min(LONGEST_PAUSE, pause * 2 or self.pause)

    async def _post(self, update: Update) -> tuple[str, float]:
        """Give what went wrong, if anything, and the pause that the bot asked for."""
        if not self.hook or not self._session:
            return "Webhook connection closed", 0
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook.secret
        self.feed.handed[update.id] += 1
        try:
            async with self._session.post(self.hook.url, data=update.body, headers=headers) as answer:
                await answer.read()
                if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                    return "", 0
                why = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return why, float(answer.headers.get("Retry-After") or 0)
        except (TimeoutError, ClientError, OSError) as error:
            return f"Connection failed: {type(error).__name__}", 0
