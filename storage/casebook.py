"""Read tickets as staff see them in a chat."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.desk.cards import Seen
from handlers.desk.clocks import Clock
from handlers.desk.states import HELD, UNHELD
from handlers.desk.tickets import Entry, Ticket
from handlers.messages import Enclosed
from handlers.staff import Scope
from storage.enclosures import of_entries
from storage.queue import in_scope
from storage.schema import entries, tickets, users
from storage.scopes import within
from storage.unit import reading
from storage.values import value
from storage.vault import Vault


class Casebook:
    """Tickets with their places, within a scope."""

    def __init__(self, read: AsyncEngine, vault: Vault) -> None:
        self._read = read
        self._vault = vault

    async def seen(self, scope: Scope, receipt: str) -> Seen | None:
        """One ticket."""
        found = await self._seen(in_scope(scope).where(tickets.c.receipt == receipt))
        return found[0] if found else None

    async def waiting(self, scope: Scope, most: int) -> Sequence[Seen]:
        """Those that can be claimed, the urgent first."""
        return await self._seen(_urgent_first(in_scope(scope).where(tickets.c.state.in_(UNHELD)), most))

    async def held(self, scope: Scope, most: int) -> Sequence[Seen]:
        """Those that the user holds, the urgent first."""
        mine = in_scope(scope).where(tickets.c.state.in_(HELD), tickets.c.adviser == scope.user)
        return await self._seen(_urgent_first(mine, most))

    async def _seen(self, statement: Any) -> Sequence[Seen]:
        async with reading(self._read) as connection:
            return [seen(r) for r in await connection.execute(statement)]

    async def entries(self, scope: Scope, receipt: str) -> Sequence[Entry]:
        """All that was said on one ticket."""
        ours = select(entries).join(tickets).where(entries.c.receipt == receipt, within(scope)).order_by(entries.c.id)
        async with reading(self._read) as connection:
            rows = (await connection.execute(ours)).fetchall()
            files = await of_entries(connection, self._vault, [r.id for r in rows])
            return [
                value(
                    Entry,
                    r,
                    text=self._vault.open(r.words, f"entry:{receipt}"),
                    enclosed=tuple(Enclosed(one.mark, one.name) for one in files.get(r.id, ())),
                )
                for r in rows
            ]

    async def names(self, of: Collection[int]) -> Mapping[int, str]:
        """The names of these members of staff."""
        async with reading(self._read) as connection:
            found = await connection.execute(select(users.c.id, users.c.name).where(users.c.id.in_(of)))
            return {r.id: r.name for r in found}


def seen(found: Any) -> Seen:
    """A ticket in a row of `in_scope`."""
    return Seen(value(Ticket, found), value(Clock, found), found.place or "")


def _urgent_first(found: Any, most: int) -> Any:
    return found.order_by(tickets.c.level, tickets.c.opened_at, tickets.c.receipt).limit(most)
