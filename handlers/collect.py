"""Fetch from their channels the pictures and files that were put to tickets; what cannot be had is told its sender."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import deliveries, enclosures, ports
from handlers.enclosures import Wanted
from handlers.errors import Refused, Unreachable
from handlers.messages import Reply

AT_ONCE = 4
LEASE = timedelta(minutes=2)  # longer than a fetch may take
GIVE_UP_AFTER = timedelta(hours=24)
LOST = "取不到了，请再发一次"
NOT_TAKEN = "【{name} 没有收下】{why}。工单 {receipt} 的其他内容都在。"


@dataclass(frozen=True, slots=True)
class Collection:
    """What is needed to fetch."""

    enclosures: ports.Enclosures
    sources: Mapping[str, ports.Source]
    size: int  # bytes of one at most


async def collect(collection: Collection, now: datetime) -> int:
    """Fetch what is due; returns how many were looked at."""
    wanted = await collection.enclosures.wanted(now, AT_ONCE, LEASE)
    await asyncio.gather(*(_fetch(collection, one, now) for one in wanted))
    return len(wanted)


async def _fetch(collection: Collection, one: Wanted, now: datetime) -> None:
    held, source = collection.enclosures, collection.sources.get(one.address.channel)
    try:
        if source is None:
            raise Unreachable(one.address.channel)
        content = await source.fetch(one.reference, collection.size)
        kind = enclosures.checked(content, collection.size)
    except Refused as refused:
        await held.refuse(one, _not_taken(one, str(refused)), now)
    except Unreachable:
        if now - one.at > GIVE_UP_AFTER:
            await held.refuse(one, _not_taken(one, LOST), now)
        else:
            await held.put_off(one, now + deliveries.backoff(one.tries))
    else:
        await held.keep(one, kind, content)


def _not_taken(one: Wanted, why: str) -> Reply:
    return Reply(NOT_TAKEN.format(name=one.name or enclosures.NAMELESS, why=why, receipt=one.receipt))
