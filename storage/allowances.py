"""Keep what may still be sent to each address of a channel that counts."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers import allowances as counting
from handlers.allowances import Allowance
from handlers.messages import Address
from storage.schema import allowances
from storage.unit import Writer, reading
from storage.values import row, upsert, value

KEY = ("channel", "external")


class Allowances:
    """The allowances table."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def wrote(self, address: Address, at: datetime) -> None:
        """The resident wrote."""
        await self._change(address, lambda held: counting.wrote(held, at))

    async def pressed(self, address: Address, at: datetime) -> None:
        """The resident clicked, scanned or subscribed."""
        await self._change(address, lambda held: counting.pressed(held, at))

    async def spend(self, address: Address, now: datetime) -> None:
        """One was sent."""
        await self._change(address, lambda held: counting.spend(held, now))

    async def exhaust(self, address: Address) -> None:
        """The channel says that nothing is left."""
        await self._change(address, counting.exhaust)

    async def tell(self, address: Address) -> None:
        """The resident was told that an answer waits."""
        await self._change(address, counting.tell)

    async def of(self, address: Address) -> Allowance | None:
        """What is counted for an address; None if nothing is known of it."""
        async with reading(self._read) as connection:
            found = await _find(connection, address)
        return value(Allowance, found) if found else None

    async def _change(self, address: Address, changed: Callable[[Allowance], Allowance]) -> None:
        async def work(connection: AsyncConnection) -> None:
            found = await _find(connection, address, lock=True)
            held = value(Allowance, found) if found else Allowance()
            fresh = row(allowances, changed(held), channel=address.channel, external=address.external)
            await connection.execute(upsert(connection, allowances, fresh, KEY), fresh)

        await self._writer.write(work)


async def _find(connection: AsyncConnection, address: Address, *, lock: bool = False) -> Row[tuple[object, ...]] | None:
    statement = select(allowances).where(
        allowances.c.channel == address.channel, allowances.c.external == address.external
    )
    return (await connection.execute(statement.with_for_update() if lock else statement)).first()
