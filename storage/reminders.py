"""Keep what residents want to be reminded of, and put it on its way when it is time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Lane
from handlers.messages import Address, Reply
from handlers.talk import reminders as nouns
from handlers.talk.reminders import Reminder
from storage.moments import stamp
from storage.outbox import enqueue
from storage.schema import addresses, reminders
from storage.unit import Writer
from storage.values import packed, unpacked
from storage.vault import Vault

BATCH = 200  # at once: bounds how long others wait to write


class Reminders:
    """The reminders table."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault

    async def ring(self, now: datetime) -> int:
        """Put what is due on its way, each time once however many processes look; returns how many there were."""

        async def work(connection: AsyncConnection) -> int:
            due = select(reminders).where(reminders.c.due_at <= stamp(now)).order_by(reminders.c.due_at).limit(BATCH)
            # another process that looks at the same moment takes the others
            found = (await connection.execute(due.with_for_update(skip_locked=True))).fetchall()
            for row in found:
                await self._ring(connection, row, now)
            return len(found)

        return await self._writer.write(work)

    async def _ring(self, connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
        words, left = nouns.rung(opened(self._vault, row), now)
        if to := await _address(connection, row.resident):
            cause = f"reminder:{row.id}:{row.due_at}"
            await enqueue(connection, self._vault, now, [(cause, to, Lane.TICKET, [Reply(words)])])
        this = reminders.c.id == row.id
        put_off = update(reminders).where(this)
        await connection.execute(
            put_off.values(_row(self._vault, row.resident, left)) if left else delete(reminders).where(this)
        )


async def keep(connection: AsyncConnection, vault: Vault, wanted: Iterable[tuple[str, Reminder]]) -> None:
    """Within the caller's transaction: (resident, reminder) are kept; of the same day one is enough."""
    for resident, reminder in wanted:
        held = await connection.execute(select(reminders).where(reminders.c.resident == resident))
        same = [row.id for row in held if nouns.is_same(opened(vault, row), reminder)]
        await connection.execute(delete(reminders).where(reminders.c.id.in_(same)))
        await connection.execute(reminders.insert(), _row(vault, resident, reminder))


async def drop(connection: AsyncConnection, residents: Sequence[str]) -> None:
    """Within the caller's transaction: these residents want to hear no more."""
    if residents:
        await connection.execute(delete(reminders).where(reminders.c.resident.in_(residents)))


def opened(vault: Vault, row: Any) -> Reminder:
    """The reminder that a row holds."""
    return unpacked(Reminder, vault.open(row.words, _place(row.resident)))


def _row(vault: Vault, resident: str, reminder: Reminder) -> dict[str, Any]:
    words = vault.seal(packed(reminder), _place(resident))
    return {"resident": resident, "words": words, "due_at": stamp(reminder.times[0])}


async def _address(connection: AsyncConnection, resident: str) -> Address | None:
    """Where the resident was seen last, if they can be written to there."""
    where = select(addresses).where(addresses.c.resident == resident, addresses.c.open)
    found = (await connection.execute(where.order_by(addresses.c.seen_at.desc()).limit(1))).first()
    return Address(found.channel, found.external) if found else None


def _place(resident: str) -> str:
    return f"reminder:{resident}"
