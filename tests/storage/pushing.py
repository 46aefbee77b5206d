"""Bring residents, subscriptions and campaigns into the state that a test of pushing starts from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.education.campaigns import Campaign, Plan, Reach, Run, RunState, State
from handlers.education.subscriptions import Subscription
from handlers.messages import Option, Reply
from handlers.staff import Role, User
from knowledge.citations import Citation
from storage.moments import stamp
from storage.schema import addresses, residents
from storage.store import Store
from storage.subscriptions import write_subscriptions
from tests.storage.given import NOW

REACH = Reach(("telegram", "web"), frozenset({"telegram"}), 2)
PLAN = Plan("宪法日", "正文", "每年12月4日 10:00", date(2030, 1, 1), (Citation("宪法", "5"),))
REPLY = Reply("【普法】宪法日", (Option("退订", "unsubscribe"),))


async def publisher(store: Store, login: str = "p1") -> int:
    """The number of somebody who writes campaigns."""
    await store.people.add(User(0, login, "普法", Role.PUBLISHER, one_time=True), "digest", NOW)
    secret = await store.people.secret(login)
    assert secret
    return secret.user.id


async def subscriber(
    store: Store,
    who: str,
    *at: str,
    village: int | None = None,
    consent: int = 1,
    seen: datetime = NOW,
    **subscription: Any,
) -> Subscription:
    """A resident with these addresses (channel:external) who asked to be told."""
    asked = Subscription(who, NOW, **subscription)
    here = [one.partition(":") for one in at or (f"telegram:{who}",)]
    person = {
        "id": who, "created_at": stamp(NOW), "village": village, "advice_consent": 0, "channel_consent": consent
    }  # fmt: skip
    reached = [
        {"channel": channel, "external": external, "resident": who, "open": True, "seen_at": stamp(seen) - number}
        for number, (channel, _, external) in enumerate(here)
    ]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(residents.insert(), person)
        await connection.execute(addresses.insert(), reached)
        await write_subscriptions(connection, [asked], NOW)

    await store.writer.write(work)
    return asked


async def wish(store: Store, subscription: Subscription, now: datetime = NOW) -> None:
    """Write down what a resident wishes now."""

    async def work(connection: AsyncConnection) -> None:
        await write_subscriptions(connection, [subscription], now)

    await store.writer.write(work)


async def campaign(store: Store, plan: Plan = PLAN, due: datetime = NOW, author: int | None = None) -> Campaign:
    """A campaign that is due."""
    number = author or await publisher(store)
    return await store.campaigns.add(Campaign(0, plan, State.SCHEDULED, number, NOW, next_at=due))


async def fired(store: Store, of: Campaign, now: datetime = NOW) -> tuple[Campaign, Run]:
    """Its run, of which no delivery is written yet."""
    after = replace(of, state=State.RUNNING, next_at=None)
    due = of.next_at or now
    assert await store.campaigns.fire(of, after, Run(0, of.id, due, RunState.QUEUEING, started_at=now), REPLY)
    return (await store.campaigns.under_way())[-1]


async def queued(store: Store, of: Campaign, reach: Reach = REACH, now: datetime = NOW) -> Run:
    """Its run, with all deliveries written."""
    _, run = await fired(store, of, now)
    while run.state is RunState.QUEUEING:
        run = await store.campaigns.queue(run, of.plan, reach, now)
    return run


def externals(found: Sequence[Any]) -> list[str]:
    """Who is told, by channel:external."""
    return sorted(f"{r.channel}:{r.external}" for r in found)
