"""Keep tickets as acts and clocks change them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.desk.moves import Move, Tracked
from handlers.desk.states import ALIVE, HELD, State
from handlers.staff import Scope
from storage.moments import stamp
from storage.moves import carry_out, read
from storage.schema import drafts, notes, tickets
from storage.scopes import within
from storage.unit import Writer, reading
from storage.vault import Vault

_OWNER = case((tickets.c.state.in_(HELD), tickets.c.adviser), else_=tickets.c.offered)


class Tickets:
    """The tickets table, for those who answer and for the clock."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def find(self, scope: Scope, receipt: str) -> Tracked | None:
        """The ticket, if it is in scope."""
        found = await self._found(select(tickets).where(tickets.c.receipt == receipt, within(scope)))
        return found[0] if found else None

    async def due(self, now: datetime, limit: int) -> Sequence[Tracked]:
        """Those whose clock has rung, the urgent first."""
        rung = select(tickets).where(tickets.c.alarm_at <= stamp(now))
        return await self._found(rung.order_by(tickets.c.level, tickets.c.opened_at).limit(limit))

    async def owners(self) -> Collection[int]:
        """Who has tickets that are not done."""
        theirs = select(_OWNER).where(tickets.c.state.in_(ALIVE), _OWNER.is_not(None)).distinct()
        async with reading(self._read) as connection:
            return (await connection.execute(theirs)).scalars().all()

    async def owned(self, advisers: Collection[int]) -> Sequence[Tracked]:
        """Those that are not done, and theirs to act on."""
        if not advisers:
            return ()
        theirs = and_(tickets.c.state.in_(ALIVE), _OWNER.in_(advisers))
        return await self._found(select(tickets).where(theirs).order_by(tickets.c.level, tickets.c.opened_at))

    async def loads(self) -> Mapping[int, int]:
        """How many tickets wait for each adviser, or for the resident's word to one."""
        waiting = select(_OWNER.label("owner"), func.count().label("number")).where(
            tickets.c.state.in_(ALIVE - {State.ANSWERED}), _OWNER.is_not(None)
        )
        async with reading(self._read) as connection:
            return {r.owner: r.number for r in await connection.execute(waiting.group_by(_OWNER))}

    async def _found(self, statement: Any) -> Sequence[Tracked]:
        async with reading(self._read) as connection:
            return await read(connection, statement)

    async def note(self, receipt: str, by: int, words: str, now: datetime) -> None:
        """Keep what a colleague wrote for colleagues."""
        sealed = self._vault.seal(words, f"note:{receipt}")
        made = insert(notes).values(receipt=receipt, by=by, words=sealed, at=stamp(now))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(made)

        await self._writer.write(work)

    async def keep_draft(self, receipt: str, by: int, words: str, now: datetime) -> None:
        """Keep what somebody has begun to write; nothing, if there are no words."""
        gone = delete(drafts).where(drafts.c.receipt == receipt, drafts.c.user == by)
        sealed = self._vault.seal(words, f"draft:{receipt}:{by}")

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(gone)
            if words:
                await connection.execute(insert(drafts).values(receipt=receipt, user=by, words=sealed, at=stamp(now)))

        await self._writer.write(work)

    async def move(self, moves: Sequence[Move], now: datetime) -> bool:
        """All the moves in one transaction; False, and none of them, if a ticket has changed since it was read."""

        async def work(connection: AsyncConnection) -> bool:
            return await carry_out(connection, self._vault, moves, now)

        return await self._writer.write(work)
