"""Keep tickets as advisers' acts change them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Lane
from handlers.messages import Address, Reply
from handlers.tickets import Entry, State, Ticket
from storage.outbox import enqueue
from storage.records import entry_row
from storage.schema import addresses, entries, tickets
from storage.unit import Writer
from storage.values import row
from storage.vault import Vault


class Tickets:
    """The tickets table, for those who answer."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault

    async def claim(self, ticket: Ticket) -> bool:
        """Write the claim if the ticket is still open; False if somebody was faster."""
        statement = _change(ticket).where(tickets.c.state == State.OPEN)

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).rowcount

        return await self._writer.write(work) == 1

    async def write(self, ticket: Ticket, entry: Entry | None, reply: Reply | None, now: datetime) -> None:
        """The new state, what was said, and the reply on its way to the resident, in one transaction."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(_change(ticket))
            if entry is None:
                return
            added = await connection.execute(entries.insert().returning(entries.c.id), entry_row(self._vault, entry))
            to = await address(connection, ticket.resident)
            if reply and to:
                await enqueue(connection, self._vault, now, [(f"entry:{added.scalar_one()}", to, Lane.TICKET, [reply])])

        await self._writer.write(work)


def _change(ticket: Ticket) -> Any:
    changed = row(tickets, ticket)
    acted = ("state", "adviser", "claimed_at", "answered_at", "closed_at")
    return update(tickets).where(tickets.c.receipt == ticket.receipt).values({name: changed[name] for name in acted})


async def address(connection: AsyncConnection, resident: str) -> Address | None:
    """Where the resident can be reached: an open address before a closed one, the last used first."""
    statement = (
        select(addresses.c.channel, addresses.c.external)
        .where(addresses.c.resident == resident)
        .order_by(addresses.c.open.desc(), addresses.c.seen_at.desc())
        .limit(1)
    )
    found = (await connection.execute(statement)).first()
    return Address(found.channel, found.external) if found else None
