"""Let hours go by in seconds: a loop whose clock jumps to the next thing that is due."""

import asyncio
import selectors
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from telegram.error import RetryAfter

from bot import work
from bot.channels.pace import Pace
from bot.channels.telegram import Telegram
from bot.work import Bell, Courier
from handlers.deliver import Dispatch
from handlers.deliveries import Delivery, Lane, State
from handlers.messages import Address, Option, Reply
from tests.fakes.telegram.pace import Limits

T = TypeVar("T")
START = datetime(2026, 12, 4, 2, 0, tzinfo=UTC)
LATENCY = 0.08  # seconds that a call of the Bot API takes
REPLY = Reply("【普法】国家宪法日", (Option("退订", "unsubscribe"),))


class _Impatient(selectors.DefaultSelector):
    """Waits for nobody: where nothing has happened, its clock goes on to when it would look again."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What has happened."""
        events = super().select(0)
        if not events and timeout:
            self.now += timeout
        return events


class Loop(asyncio.SelectorEventLoop):
    """An event loop over a simulated clock; nothing that runs on it may wait for threads or the network."""

    def __init__(self) -> None:
        self._clock = _Impatient()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds since the start."""
        return self._clock.now


def simulated(main: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; meanwhile the bot's own clock is the simulated one too."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        loop, real = runner.get_loop(), work.now
        work.now = lambda: START + timedelta(seconds=loop.time())
        try:
            return runner.run(main)
        finally:
            work.now = real


@dataclass
class Waiting:
    """The port of the outbox over plain queues: the lane goes first, each is given once."""

    lanes: dict[Lane, deque[Delivery]] = field(default_factory=lambda: {lane: deque() for lane in Lane})
    settled: int = 0

    async def turn(
        self,
        settled: Sequence[Delivery],
        channels: Sequence[str],
        limit: int,
        now: datetime,
        *,
        lowest: Lane = Lane.PUSH,
    ) -> Sequence[Delivery]:
        """As the table does."""
        self.settled += sum(d.state is State.SENT for d in settled)
        for again in (d for d in settled if d.state is State.READY):
            self.lanes[again.lane].append(again)
        taken: list[Delivery] = []
        for lane, queue in self.lanes.items():
            while channels and queue and len(taken) < limit and lane <= lowest:
                taken.append(replace(queue.popleft(), state=State.SENDING, tries=1))
        return taken


@dataclass
class BotApi:
    """The one method of the Bot API that is called, with the real server's limits."""

    limits: Limits = field(default_factory=Limits)
    at: dict[int, float] = field(default_factory=dict[int, float])  # when each chat was told
    twice: int = 0
    refused: int = 0

    async def do_api_request(self, _method: str, asked: dict[str, Any]) -> dict[str, int]:
        """Send a message, or say how long to wait."""
        now = asyncio.get_running_loop().time()
        wait = self.limits.take(asked["chat_id"], now)
        await asyncio.sleep(LATENCY)
        if wait:
            self.refused += 1
            raise RetryAfter(timedelta(seconds=wait))
        self.twice += asked["chat_id"] in self.at
        self.at[asked["chat_id"]] = now
        return {"message_id": len(self.at)}


@dataclass(frozen=True)
class Drained:
    """What a simulated drain shows: seconds in all, the most within a second and within ten, waits of answers."""

    told: int
    seconds: float
    most: int
    most_in_ten: int
    twice: int
    refused: int
    p99_wait: float

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.told / self.seconds


async def drain(people: int, rate: float, window: int, ask: float) -> Drained:
    """Send a push to so many, while every `ask` seconds somebody is answered."""
    loop, waiting, api, waits = asyncio.get_running_loop(), Waiting(), BotApi(), dict[int, float]()
    waiting.lanes[Lane.PUSH].extend(_delivery(number, 10**6 + number, Lane.PUSH) for number in range(people))
    bot: Any = api
    channel = Telegram(bot, Pace(rate, 1.0, loop.time), _accept, 1)
    courier = Courier(Dispatch(waiting, {channel.name: channel}, window, timedelta(seconds=60)), Bell(), 0.5)
    asking = asyncio.create_task(_answers(waiting, waits, ask))
    running = asyncio.create_task(courier.run())
    while waiting.lanes[Lane.PUSH]:  # noqa: ASYNC110 - a queue runs dry, there is no event
        await asyncio.sleep(1)
    asking.cancel()
    running.cancel()
    await asyncio.gather(asking, running, return_exceptions=True)
    await courier.finish(60)
    times = sorted(api.at.values())
    late = sorted(api.at[chat] - written for chat, written in waits.items() if chat in api.at)
    p99 = late[int(len(late) * 0.99)] if late else 0.0
    return Drained(len(times), times[-1], _most(times, 1.0), _most(times, 10.0), api.twice, api.refused, p99)


async def _answers(waiting: Waiting, waits: dict[int, float], ask: float) -> None:
    chat = 0
    while True:
        await asyncio.sleep(ask)
        chat += 1
        waits[chat] = asyncio.get_running_loop().time()
        waiting.lanes[Lane.TALK].append(_delivery(-chat, chat, Lane.TALK))


async def _accept(_inbounds: Any) -> None:
    """Nobody writes to the bot here."""


def _delivery(number: int, chat: int, lane: Lane) -> Delivery:
    return Delivery(number, Address("telegram", str(chat)), lane, REPLY, State.READY, 0, START)


def _most(times: Sequence[float], span: float) -> int:
    """The most that went out within any span of that many seconds."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - span:
            first += 1
        most = max(most, last - first + 1)
    return most
