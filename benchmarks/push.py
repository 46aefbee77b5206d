"""Measure a push to a whole district: how fast it is queued, how fast it goes out, how long others wait meanwhile."""

import asyncio
import json
import resource
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.work import Bell, Courier, now
from handlers.deliver import Dispatch
from handlers.deliveries import Delivery, Lane, Receipt
from handlers.education.campaigns import Campaign, Plan, Reach, Run, RunState, State
from handlers.messages import Address, Option, Reply
from handlers.staff import Role, User
from knowledge.citations import Citation
from storage.migrate import upgrade
from storage.moments import stamp
from storage.outbox import enqueue
from storage.schema import addresses, residents, subscriptions
from storage.store import Spans, Store, open_store
from tests.bot import simulated
from tests.fakes.telegram import Remote, launch
from tests.storage.postgres import Cluster

BATCH = 20_000  # rows of one INSERT while the district is made
ASK = 0.3  # seconds between two answers that are wanted meanwhile
REACH = Reach(("telegram",), frozenset({"telegram"}), 2)
PLAN = Plan("国家宪法日", "一切权力属于人民。", "每年12月4日 10:00", date(2099, 1, 1), (Citation("宪法", "5"),))
REPLY = Reply("【普法】国家宪法日\n\n" + "一切权力属于人民。" * 10, (Option("退订", "unsubscribe"),))


@dataclass(frozen=True)
class Queued:
    """How a run was queued: seconds in all and of the longest transaction, and the growth of this process in MB."""

    database: str
    subscribers: int
    seconds: float
    longest: float
    grown_mb: float


@dataclass(frozen=True)
class Drained:
    """How a run went out: a second, in shares of the pace; refusals; seconds that an answer waited meanwhile."""

    deliveries: int
    per_second: float
    share: float
    refused: int
    twice: int
    p99_wait: float


async def _district(store: Store, people: int) -> Campaign:
    """Residents who asked for it, all on Telegram, and a campaign that is due."""
    at = stamp(now())
    for start in range(0, people, BATCH):
        end = min(start + BATCH, people)
        await store.writer.write(lambda connection, start=start, end=end: _people(connection, start, end, at))
    await store.people.add(User(0, "p1", "普法", Role.PUBLISHER, one_time=True), "-", now())
    secret = await store.people.secret("p1")
    assert secret
    return await store.campaigns.add(Campaign(0, PLAN, State.SCHEDULED, secret.user.id, now(), next_at=now()))


async def _people(connection: Any, start: int, end: int, at: int) -> None:
    # as in life, neither the order of residents nor that of chats follows the other
    rows = [(f"{number * 2654435761 % 2**48:012x}{number:012x}", str(10**6 + number)) for number in range(start, end)]
    person = {"created_at": at, "village": None, "advice_consent": 0, "channel_consent": 1}
    await connection.execute(residents.insert(), [{"id": who, **person} for who, _ in rows])
    here = {"channel": "telegram", "open": True, "seen_at": at}
    await connection.execute(addresses.insert(), [{"external": chat, "resident": who, **here} for who, chat in rows])
    asked = {"frequency": "all", "started_at": at, "paused_until_at": None, "ended_at": None}
    await connection.execute(subscriptions.insert(), [{"resident": who, **asked} for who, _ in rows])


async def queue(store: Store, people: int, database: str) -> Queued:
    """Make the district, and queue a run to all of it."""
    one = await _district(store, people)
    fresh = Run(0, one.id, one.next_at or now(), RunState.QUEUEING, started_at=now())
    assert await store.campaigns.fire(one, one, fresh, REPLY)
    run = (await store.campaigns.under_way())[0][1]
    before, began, longest = _memory(), time.perf_counter(), 0.0
    while run.state is RunState.QUEUEING:
        start = time.perf_counter()
        run = await store.campaigns.queue(run, PLAN, REACH, now())
        longest = max(longest, time.perf_counter() - start)
    return Queued(database, people, time.perf_counter() - began, longest, _memory() - before)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Watched:
    """The Telegram channel, with a note of how long every answer waited from being written to being sent."""

    name = telegram.NAME

    def __init__(self, channel: telegram.Telegram) -> None:
        self._channel = channel
        self.waits: list[float] = []

    def room(self) -> int:
        """As the channel says."""
        return self._channel.room()

    async def send(self, delivery: Delivery) -> Receipt:
        """As the channel does."""
        receipt = await self._channel.send(delivery)
        if delivery.lane is Lane.TALK:
            self.waits.append((datetime.now(UTC) - delivery.created_at).total_seconds())
        return receipt


async def _accept(_inbounds: Any) -> None:
    """Nobody writes to the bot here."""


async def drain(store: Store, api: Remote, people: int, rate: float, window: int) -> Drained:
    """Send a queued run out, while somebody gets an answer every third of a second."""
    pace = Pace(rate, 1.0 if rate < 100 else 0.0)
    bot = telegram.connect(api.token, api.base, http.AiohttpRequest())
    await bot.initialize()
    channel = Watched(telegram.Telegram(bot, pace, _accept, 1, public_url="", secret=""))
    courier = Courier(Dispatch(store.outbox, {channel.name: channel}, window, timedelta(seconds=60)), Bell(), 0.1)
    began = time.monotonic()
    running = [asyncio.create_task(courier.run()), asyncio.create_task(_answers(store, people))]
    run = (await store.campaigns.under_way())[0][1]
    while not await store.campaigns.is_sent(run):  # noqa: ASYNC110 — the database tells, not an event
        await asyncio.sleep(0.2)
    seconds = time.monotonic() - began
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await courier.finish(5)
    await bot.shutdown()
    figures = await api("counters")
    refused = sum(count for call, count in figures["calls"].items() if call.startswith("sendmessage 429"))
    chats = [sent["chat"] for sent in await api("said") if sent["chat"] >= 10**6]
    all_sent = people + len(channel.waits)
    waits = quantiles(channel.waits, n=100)[98] if len(channel.waits) > 1 else 0.0
    per_second = all_sent / seconds
    return Drained(people, per_second, per_second / rate, refused, len(chats) - len(set(chats)), waits)


async def _answers(store: Store, people: int) -> None:
    """Answers to residents who ask in the middle of it, each another."""
    for number in range(people):
        await asyncio.sleep(ASK)
        row = (f"in:{number}", Address("telegram", str(1 + number)), Lane.TALK, [Reply("答")])

        async def work(connection: Any, row: Any = row) -> None:
            await enqueue(connection, store.vault, now(), [row])

        await store.writer.write(work)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    """A store over a new database."""
    await upgrade(url)
    store = open_store(url, bytes(32), Spans())
    try:
        yield store
    finally:
        await store.close()


async def _queue_both(people: int) -> list[Queued]:
    with TemporaryDirectory() as folder:
        async with opened(f"sqlite+aiosqlite:///{Path(folder) / 'push.db'}") as store:
            found = [await queue(store, people, "SQLite")]
    cluster = Cluster()
    try:
        cluster.start()
        async with opened(cluster.url("postgres")) as store:
            found.append(await queue(store, people, "PostgreSQL"))
    finally:
        cluster.throw_away()
    return found


async def _drain(people: int, rate: float, window: int, *, limited: bool) -> Drained:
    with TemporaryDirectory() as folder:
        async with launch() as api, opened(f"sqlite+aiosqlite:///{Path(folder) / 'push.db'}") as store:
            await queue(store, people, "SQLite")
            await api("meet", chats=[*range(10**6, 10**6 + people), *range(1, 1 + people)])
            await api("limit", on=limited)
            return await drain(store, api, people, rate, window)


def report(subscribers: int, drained: int, lifted: int, whole: int, *, as_json: bool) -> str:
    """Measure all of it, and lay it out."""
    queued = asyncio.run(_queue_both(subscribers))
    paced = asyncio.run(_drain(drained, 25.0, 8, limited=True)) if drained else None
    free = asyncio.run(_drain(lifted, 100_000.0, 64, limited=False)) if lifted else None
    simulation = simulated.simulated(simulated.drain(whole, 25.0, 8, ask=5.0)) if whole else None
    if as_json:
        found = {"paced": paced, "free": free, "whole": simulation}
        rows = {"queued": [asdict(q) for q in queued]} | {name: one and asdict(one) for name, one in found.items()}
        return json.dumps(rows, ensure_ascii=False)
    lines = [
        f"{q.database:<11}{q.subscribers} queued in {q.seconds:.2f} s (aim: 5), the longest transaction "
        f"{q.longest:.2f} s, memory +{q.grown_mb:.0f} MB (aim: 50)"
        for q in queued
    ]
    if paced:
        lines.append(
            f"paced      {paced.deliveries} at {paced.per_second:.2f}/s, {paced.share:.1%} of the pace (aim: 97 %), "
            f"{paced.refused} × 429, {paced.twice} twice, an answer waits {paced.p99_wait:.2f} s at p99 (aim: 1)"
        )
    if free:
        lines.append(f"lifted     {free.deliveries} at {free.per_second:.0f}/s (aim: 1,000), {free.twice} twice")
    if simulation:
        lines.append(
            f"simulated  {simulation.told} at {simulation.per_second:.2f}/s (aim: 25, at least 97 %), at most "
            f"{simulation.most} within a second (30 are refused), {simulation.refused} × 429, {simulation.twice} twice"
        )
    return "\n".join(lines)
