"""Measure the desk's lists over 100,000 tickets: `python -m benchmarks.queue`, with --postgresql on a real server."""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.desk import tickets as life
from handlers.desk.clocks import Clock
from handlers.desk.moves import Tracked
from handlers.desk.states import DONE, HELD, State
from handlers.desk.tickets import Level, Ticket, Tier
from handlers.staff import Role, Scope, User, scoped
from storage.migrate import upgrade
from storage.moves import ticket_row
from storage.queue import Wanted
from storage.schema import residents, tickets
from storage.store import Spans, Store, open_store

TICKETS, RESIDENTS, TOWNS, VILLAGES, ADVISERS = 100_000, 25_000, 28, 300, 92
ALIVE_SHARE = 0.04
FIELDS = ("劳动", "婚姻家庭", "土地", "借贷", "侵权", "行政")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ROUNDS = 40
GOAL = 300.0  # ms


async def fill(store: Store, chance: random.Random) -> list[User]:
    """The district, its staff and three years of tickets."""
    per_town = VILLAGES // TOWNS + 1
    places = await store.people.add_villages(
        [(f"镇{t}", [f"村{t}-{v}" for v in range(per_town)]) for t in range(TOWNS)]
    )
    villages = sorted(places.values())[:VILLAGES]
    staff: list[User] = []
    for number in range(ADVISERS):
        mine = frozenset(villages[number::ADVISERS])
        await store.people.add(User(0, f"a{number}", f"顾问{number}", Role.ADVISER, False, mine), "-", NOW)
        secret = await store.people.secret(f"a{number}")
        assert secret
        staff.append(secret.user)
    people = [{"id": f"r{n}", "created_at": 0, "advice_consent": 1, "channel_consent": 1} for n in range(RESIDENTS)]
    rows = [ticket_row(Tracked(_ticket(chance, villages, staff), Clock(NOW))) for _ in range(TICKETS)]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(residents), people)
        for first in range(0, TICKETS, 10_000):
            await connection.execute(insert(tickets), rows[first : first + 10_000])
        await connection.exec_driver_sql("ANALYZE")

    await store.writer.write(work)
    return staff


def _ticket(chance: random.Random, villages: list[int], staff: list[User]) -> Ticket:
    opened = NOW - timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
    village = chance.choice(villages)
    holder = next(u.id for u in staff if village in u.villages)
    alive = chance.random() < ALIVE_SHARE
    state = chance.choice(list(State)) if alive else chance.choices(list(DONE), (8, 1, 1))[0]
    level = chance.choices(list(Level), (1, 4, 95))[0]
    ticket = Ticket(
        life.number(opened, chance.getrandbits(64)),
        f"r{chance.randrange(RESIDENTS)}",
        level,
        "",
        "asked",
        opened,
        state,
    )
    done = state in DONE
    return replace(
        ticket,
        village=village,
        field=chance.choice(FIELDS),
        topic=f"topic-{chance.randrange(300)}",
        adviser=holder if state in HELD | DONE else None,
        offered=None if state in HELD | DONE else holder,
        closed_at=opened + timedelta(days=3) if done else None,
        tier=Tier.EXPERT if state is State.ESCALATED else Tier.VILLAGE,
    )


async def measure(name: str, look: Callable[[], Awaitable[object]]) -> float:
    """The 95th percentile, in milliseconds, of so many looks."""
    took: list[float] = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        await look()
        took.append((time.perf_counter() - begin) * 1000)
    slowest = statistics.quantiles(took, n=20)[-1]
    print(f"  {name:<34} median {statistics.median(took):7.1f} ms   p95 {slowest:7.1f} ms")
    return slowest


async def run(url: str) -> bool:
    """Fill the database, look at it as an adviser and as who sees everything, and say whether all is in time."""
    await upgrade(url)
    chance = random.Random(2026)
    store = open_store(url, bytes(32), Spans())
    try:
        staff = await fill(store, chance)
        slowest: list[float] = []
        for who, scope in (("adviser", scoped(staff[7])), ("everything", Scope(everywhere=True))):
            for name, wanted in LOOKS.items():
                slowest.append(await measure(f"{who}: {name}", lambda s=scope, w=wanted: store.views.queue(s, w)))
            slowest.append(await measure(f"{who}: pulse", lambda s=scope: store.views.pulse(s)))
        slowest.append(await measure("loads of all advisers", store.tickets.loads))
        slowest.append(await measure("due", lambda: store.tickets.due(NOW, 200)))
    finally:
        await store.close()
    print(f"  slowest p95 {max(slowest):.1f} ms, goal {GOAL:.0f} ms")
    return max(slowest) <= GOAL


LOOKS = {
    "queue": Wanted(),
    "queue, page 20": Wanted(page=20),
    "done": Wanted(done=True),
    "done, page 100": Wanted(done=True, page=100),
    "level and field": Wanted(level=Level.P1, field="劳动"),
    "topic, done": Wanted(done=True, topic="topic-7"),
    "adviser, done": Wanted(done=True, adviser=50),
    "village, done": Wanted(done=True, village=20),
    "dates, done": Wanted(done=True, since=NOW - timedelta(days=40), until=NOW - timedelta(days=30)),
    "receipt": Wanted(receipt="7KX"),
    "receipt that is none": Wanted(receipt="NOBODY"),
}


async def _on(kind: str) -> bool:
    print(kind)
    if kind == "postgresql":
        from tests.storage.postgres import Cluster

        server = Cluster()
        try:
            server.start()
            return await run(server.url("postgres"))
        finally:
            server.throw_away()
    with tempfile.TemporaryDirectory() as folder:
        return await run(f"sqlite+aiosqlite:///{Path(folder) / 'queue.db'}")


def main() -> None:
    """Measure, and fail if anything takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    kind = "postgresql" if parser.parse_args().postgresql else "sqlite"
    raise SystemExit(0 if asyncio.run(_on(kind)) else 1)


if __name__ == "__main__":
    main()
