"""Bring a store into the state that a test starts from."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.cases import Situation
from handlers.deliveries import Delivery, Lane, Sent, settle
from handlers.desk import moves
from handlers.desk.advise import Office
from handlers.desk.moves import Deed, Setting
from handlers.desk.states import Act
from handlers.desk.tickets import Author, Entry, Level, Ticket
from handlers.messages import Address, Arrived, Inbound, Kind, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.residents import Resident
from handlers.staff import Role, Scope, User
from handlers.talk.dialogue import Dialogue
from storage.outbox import enqueue
from storage.store import Store
from storage.unit import reading
from tests.handlers.times import TARGETS

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
CHANNELS = ("telegram", "web")
_numbers = count(1)


def at(seconds: float) -> datetime:
    """So long after NOW."""
    return NOW + timedelta(seconds=seconds)


def inbound(text: str = "问", *, who: str = "1", channel: str = "telegram", external: str = "") -> Inbound:
    """A message that nobody has seen yet."""
    return Inbound(external or f"m{next(_numbers)}", Address(channel, who), Kind.TEXT, text, NOW)


async def arrive(store: Store, *inbounds: Inbound, now: datetime = NOW) -> Sequence[Arrived]:
    """Keep messages and claim what can be claimed."""
    await store.inbox.put(inbounds, now)
    return await store.inbox.claim(100, now, LEASE)


def outcome(
    situation: Situation,
    *replies: str | Reply,
    resident: Resident | None = None,
    dialogue: Dialogue | None = None,
    **more: Any,
) -> Outcome:
    """An Outcome that says these replies and changes nothing else."""
    said = tuple(Reply(r) if isinstance(r, str) else r for r in replies)
    held = dialogue or situation.dialogue
    return Outcome(Verdict(Decision.SMALLTALK), said, resident or situation.resident, held, **more)


async def answered(store: Store, *inbounds: Inbound, reply: str = "答", now: datetime = NOW) -> Sequence[Situation]:
    """Messages that arrived and were answered."""
    situations = await store.records.gather(await arrive(store, *inbounds, now=now), now)
    await store.records.record([(s, outcome(s, reply)) for s in situations], now)
    return situations


async def resident(store: Store, who: str = "1", channel: str = "telegram", now: datetime = NOW) -> Resident:
    """A resident who has written once, and to whom nothing waits to be sent."""
    first = inbound(who=who, channel=channel)
    arrived = next(a for a in await arrive(store, first, now=now) if a.inbound.external_id == first.external_id)
    situation = (await store.records.gather([arrived], now))[0]
    await store.records.record([(situation, outcome(situation))], now)
    return situation.resident


async def waiting(store: Store, *texts: str, who: str = "1", lane: Lane = Lane.TALK, channel: str = "telegram") -> None:
    """Deliveries to one address, each with a cause of its own."""
    rows = [(f"t{next(_numbers)}", Address(channel, who), lane, [Reply(text)]) for text in texts]

    async def work(connection: AsyncConnection) -> None:
        await enqueue(connection, store.vault, NOW, rows)

    await store.writer.write(work)


async def claim(store: Store, now: datetime = NOW, limit: int = 100) -> Sequence[Delivery]:
    """The deliveries that may be sent now."""
    return await store.outbox.turn((), CHANNELS, limit, now)


async def sent(store: Store, now: datetime = NOW) -> list[Reply]:
    """All that waits to be sent, now that it is."""
    replies: list[Reply] = []
    while taken := await claim(store, now):
        replies += [delivery.reply for delivery in taken]
        arrived = [settle(delivery, Sent("1"), now, LEASE) for delivery in taken]
        await store.outbox.turn(arrived, CHANNELS, 0, now)
    return replies


async def adviser(store: Store, login: str = "adviser", villages: Sequence[int] = ()) -> int:
    """The number of an adviser who may log in."""
    return (await staff(store, login, villages)).id


def ticket(owner: Resident, receipt: str = "", **more: Any) -> Ticket:
    """An open ticket."""
    number = receipt or f"TL261124-{next(_numbers):06}"
    return replace(Ticket(number, owner.id, Level.P2, "", "asked", NOW), **more)


async def opened_ticket(store: Store, who: str = "1", **more: Any) -> Ticket:
    """An open ticket of a resident who writes for it."""
    first = inbound(who=who)
    situation = (await store.records.gather(await arrive(store, first), NOW))[0]
    opened = ticket(situation.resident, **more)
    await store.records.record([(situation, outcome(situation, opened=(opened,)))], NOW)
    return opened


async def moved(store: Store, after: Ticket, words: str = "", seconds: float = 60) -> bool:
    """Write a ticket's new state, with an answer if there are words."""
    held = await store.tickets.find(Scope(everywhere=True), after.receipt)
    assert held
    move = moves.step(held, after, Deed(Act.ANSWER if words else Act.NOTICE), Setting(at(seconds), TARGETS))
    if words:
        move = moves.saying(move, Entry(after.receipt, Author.ADVISER, words, at(seconds)), Reply(words))
    return await store.tickets.move([move], at(seconds))


def office(store: Store, *duty: str) -> Office:
    """What acts on tickets need."""
    return Office(store.tickets, store.rosters, TARGETS, duty=duty)


async def staff(store: Store, login: str = "adviser", villages: Sequence[int] = (), **more: Any) -> User:
    """A member of staff who answers."""
    user = User(0, login, f"{login}的名字", Role.ADVISER, one_time=True, villages=frozenset(villages))
    await store.people.add(replace(user, **more), "digest", NOW)
    secret = await store.people.secret(login)
    assert secret
    return secret.user


@asynccontextmanager
async def letting_go() -> AsyncGenerator[None]:
    """Wait at the end for the threads of connections that could not be made: aiosqlite's tell the loop when they end.

    Those that were there before belong to others, perhaps to a server that outlasts the test.
    """
    before = set(threading.enumerate())
    yield
    while any("_connection_worker_thread" in t.name for t in set(threading.enumerate()) - before):  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def rows(store: Store, table: Table) -> Sequence[Any]:
    """Every row, read over a connection that had no part in writing it."""
    async with reading(store.engines.read) as connection:
        return (await connection.execute(select(table).order_by(*table.primary_key))).fetchall()
