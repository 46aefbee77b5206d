"""Read what service is assessed by, and keep what the bureau does not let count."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.desk.assessments import Recorded
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from storage.audit import note
from storage.moments import stamp
from storage.moves import happened
from storage.schema import corrections, events
from storage.unit import Writer, reading
from storage.values import insert_new


class Assessments:
    """The events and corrections tables."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def recorded(self, start: datetime, end: datetime) -> Sequence[Recorded]:
        """All events, up to the end, of the tickets that something happened to in that time."""
        touched = select(events.c.receipt).where(events.c.at >= stamp(start), events.c.at < stamp(end))
        wanted = (
            select(events, corrections.c.reason)
            .join(corrections, corrections.c.event == events.c.id, isouter=True)
            .where(events.c.receipt.in_(touched), events.c.at < stamp(end))
            .order_by(events.c.at, events.c.id)
        )
        async with reading(self._read) as connection:
            found = await connection.execute(wanted)
            return [Recorded(r.id, happened(r), r.reason or "") for r in found]

    async def correct(self, number: int, reason: str, by: User, now: datetime) -> bool:
        """An appeal was granted: the event counts no more. False if it was granted before.

        Raises Refused without a reason, NotYours if the event is unknown or the user no admin.
        """
        if by.role is not Role.ADMIN:
            raise NotYours(str(number))
        if not reason.strip():
            raise Refused("要写明为什么不计分。")
        fresh = {"event": number, "reason": reason.strip(), "by": by.id, "at": stamp(now)}

        async def work(connection: AsyncConnection) -> bool:
            found = (await connection.execute(select(events.c.receipt).where(events.c.id == number))).first()
            if found is None:
                raise NotYours(str(number))
            done = (await connection.execute(insert_new(connection, corrections), fresh)).rowcount == 1
            if done:
                await note(connection, Deed(Act.CORRECTED, by.id, found.receipt, f"event:{number}"), now)
            return done

        return await self._writer.write(work)
