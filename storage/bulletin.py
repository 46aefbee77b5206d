"""Keep which events staff were not told of yet, and tell them by deliveries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.deliveries import Lane
from handlers.desk.moves import Event
from handlers.desk.news import Recent
from handlers.messages import Address, Reply
from handlers.staff import ANSWERING, Scope, User
from storage.casebook import seen
from storage.links import cause
from storage.moments import stamp
from storage.moves import happened
from storage.outbox import enqueue
from storage.people import person
from storage.queue import in_scope
from storage.schema import events, staff_addresses, tickets, users
from storage.unit import Writer, reading
from storage.vault import Vault


class Bulletin:
    """The events that wait to be told."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def recent(self, now: datetime, most: int) -> Sequence[Recent]:
        """What was not told yet and is due, ticket by ticket."""
        due = select(events).where(events.c.news_at <= stamp(now)).order_by(events.c.id).limit(most)
        async with reading(self._read) as connection:
            by_ticket: defaultdict[str, list[tuple[int, Event]]] = defaultdict(list)
            for found in await connection.execute(due):
                by_ticket[found.receipt].append((found.id, happened(found)))
            if not by_ticket:
                return ()
            # whom each is told decides the scope of each
            theirs = in_scope(Scope(everywhere=True)).where(tickets.c.receipt.in_(by_ticket))
            return [Recent(seen(r), tuple(by_ticket[r.receipt])) for r in await connection.execute(theirs)]

    async def reached(self, of: Collection[int]) -> Sequence[tuple[User, Address]]:
        """The addresses of these, of those who work here and answer."""
        if not of:
            return ()
        theirs = (
            select(staff_addresses)
            .join(users, users.c.id == staff_addresses.c.user)
            .where(staff_addresses.c.user.in_(of), users.c.is_active, users.c.role.in_(ANSWERING))
            .order_by(staff_addresses.c.user, staff_addresses.c.linked_at)
        )
        async with reading(self._read) as connection:
            found = (await connection.execute(theirs)).fetchall()
            return [(await person(connection, r.user), Address(r.channel, r.external)) for r in found]

    async def spread(self, recent: Recent, told: Sequence[tuple[Address, Reply]], now: datetime) -> bool:
        """These events are told, by these deliveries; False if another process was faster with one of them."""
        numbers = [number for number, _ in recent.events]
        these = events.c.id.in_(numbers), events.c.news_at.is_not(None)
        why = cause(recent.seen.ticket.receipt, f"{numbers[-1]}")
        rows = [(f"{why}:{to.channel}:{to.external}", to, Lane.TICKET, [reply]) for to, reply in told]

        async def work(connection: AsyncConnection) -> bool:
            held = select(events.c.id).where(*these).order_by(events.c.id).with_for_update()
            if len((await connection.execute(held)).fetchall()) < len(numbers):
                return False  # what is left of them is found again
            await connection.execute(update(events).where(*these).values(news_at=None))
            await enqueue(connection, self._vault, now, rows)
            return True

        return await self._writer.write(work)

    async def put_off(self, numbers: Sequence[int], until: datetime) -> None:
        """These events wait until then."""
        waiting = update(events).where(events.c.id.in_(numbers), events.c.news_at.is_not(None))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(waiting.values(news_at=stamp(until)))

        await self._writer.write(work)
