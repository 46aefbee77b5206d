"""Make what a route of the bureau or of a push is asked about: a topic at a stage, an event, what was pushed."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.desk.clocks import Alarm, Kind
from handlers.editing import curation
from handlers.editing.curation import Version
from handlers.education.campaigns import Campaign, Run, RunState, State
from handlers.education.pictures import Picture
from handlers.messages import Link, Reply
from handlers.staff import Role, User
from knowledge import topics
from storage.moments import stamp
from storage.schema import events, outbox
from storage.store import Store
from tests.storage.pushing import PLAN, subscriber

TOPIC = "passage-drainage"
PICTURE = Picture("image/png", b"\x89PNG\r\n\x1a\n")


@cache
def _text() -> str:
    return next(topic.path.read_text("utf-8") for topic in topics.load() if topic.id == TOPIC)


async def version(store: Store, act: str, author: int, other: int) -> Mapping[str, str]:
    """The fields of that act on a topic; what it is done to was written by the author and approved by the other."""
    history = await store.versions.history(TOPIC)
    if act == "edit":
        return {"base": str(max((v.number for v in history), default=0)), "text": _text()}
    writer = User(author, "", "", Role.EDITOR, one_time=False)
    now = datetime.now(UTC)
    made = curation.draft(history, TOPIC, _text(), writer, now)
    await _keep(store, history, made)
    if act in ("publish", "rollback"):
        history = await store.versions.history(TOPIC)
        await _keep(store, history, curation.approve(history, made.number, replace(writer, id=other), now))
    if act == "rollback":
        history = await store.versions.history(TOPIC)
        await _keep(store, history, *curation.publish(history, made.number, writer, now))
    return {"number": str(made.number)}


async def _keep(store: Store, history: tuple[Version, ...], *changed: Version) -> None:
    assert await store.versions.change(history, changed)


async def late(store: Store, receipt: str, owner: int) -> int:
    """The number of the event that a ticket was taken back late from its owner."""
    now = stamp(datetime.now(UTC))
    told = {"receipt": receipt, "at": now, "act": Alarm.BACK, "by": owner, "owner": owner, "state": "claimed"}
    more = {"tier": "village", "rung": 0, "detail": "", "kind": Kind.FIRST, "target": 1, "took": 2}

    async def work(connection: AsyncConnection) -> int:
        made = await connection.execute(events.insert().values(told | more))
        key = made.inserted_primary_key
        assert key
        return int(key[0])

    return await store.writer.write(work)


async def appealed(store: Store, receipt: str, owner: int) -> int:
    """The number of such an event, against which its owner has appealed."""
    number = await late(store, receipt, owner)
    await store.assessments.appeal(
        number, "当天停电", User(owner, "", "", Role.ADVISER, one_time=False), datetime.now(UTC)
    )
    return number


async def sent(store: Store, author: int) -> tuple[int, int]:
    """The numbers of a push that went out with a link, and of a delivery of it."""
    now = datetime.now(UTC)
    kept = await store.campaigns.add(Campaign(0, PLAN, State.DRAFT, author, now))
    run = Run(0, kept.id, now, RunState.DONE, started_at=now)
    assert await store.campaigns.fire(kept, kept, run, Reply("【普法】", link=Link("https://example.cn/read-on")))
    [fired] = await store.campaigns.runs(kept.id)
    who = secrets.token_hex(8)
    await subscriber(store, who, f"fax:{who}")
    delivery = {
        "cause": f"push:{fired.id}:{who}", "part": 0, "channel": "fax", "external": who, "lane": 2, "words": b"",
        "state": "sent", "tries": 1, "resent": False, "created_at": stamp(now), "run": fired.id,
    }  # fmt: skip

    async def work(connection: AsyncConnection) -> int:
        made = await connection.execute(outbox.insert().values(delivery))
        key = made.inserted_primary_key
        assert key
        return int(key[0])

    return kept.id, await store.writer.write(work)
