"""Read what service is assessed by, and keep what advisers appeal against and the bureau does not let count."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.desk.assessments import Appeal, Recorded, Standing, about
from handlers.desk.notices import clock
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from knowledge import text
from storage.audit import note
from storage.moments import moment, stamp
from storage.moves import happened
from storage.schema import appeals, corrections, events
from storage.unit import Writer, reading
from storage.values import insert_new, value
from storage.vault import Vault

APPEAL_LIMIT = 500  # characters
MOST = 200  # appeals of a page


class Assessments:
    """The events and corrections tables."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def recorded(self, start: datetime, end: datetime, of: int | None = None) -> Sequence[Recorded]:
        """All events, up to the end, of the tickets that something happened to in that time, perhaps in one's hands."""
        touched = select(events.c.receipt).where(events.c.at >= stamp(start), events.c.at < stamp(end))
        touched = touched if of is None else touched.where(events.c.owner == of)
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
        """The event counts no more; an appeal against it is granted. False if it did not count before.

        Raises Refused without a reason, NotYours if the event is unknown or the user no admin.
        """
        _only_admins(by, number)
        if not reason.strip():
            raise Refused("要写明为什么不计分。")
        fresh = {"event": number, "reason": reason.strip(), "by": by.id, "at": stamp(now)}

        async def work(connection: AsyncConnection) -> bool:
            receipt = await _receipt(connection, number)
            done = (await connection.execute(insert_new(connection, corrections), fresh)).rowcount == 1
            if done:
                await connection.execute(_decided(number, Standing.GRANTED, reason.strip(), by, now))
                await note(connection, Deed(Act.CORRECTED, by.id, receipt, f"event:{number}"), now)
            return done

        return await self._writer.write(work)

    async def appeal(self, number: int, words: str, by: User, now: datetime) -> None:
        """Ask the bureau not to let an event count against oneself; it can be asked once.

        Raises Refused without words or the second time, NotYours if the event is another's.
        """
        said = text.clean(words, APPEAL_LIMIT)
        if not said:
            raise Refused("要写明为什么不该计分。")
        sealed = self._vault.seal(said, _place(number))
        fresh = {"event": number, "by": by.id, "words": sealed, "at": stamp(now)}
        mine = select(events.c.receipt).where(events.c.id == number, events.c.owner == by.id)

        async def work(connection: AsyncConnection) -> None:
            receipt = (await connection.execute(mine)).scalar()
            if receipt is None:
                raise NotYours(str(number))
            made = insert_new(connection, appeals)
            if not (await connection.execute(made, fresh | {"standing": Standing.OPEN, "answer": ""})).rowcount:
                raise Refused("这一项已经申诉过了。")
            await note(connection, Deed(Act.APPEALED, by.id, receipt, f"event:{number}"), now)

        await self._writer.write(work)

    async def refuse(self, number: int, answer: str, by: User, now: datetime) -> bool:
        """The event goes on to count. False if the appeal was decided before.

        Raises Refused without an answer, NotYours if there is no such appeal or the user is no admin.
        """
        _only_admins(by, number)
        if not answer.strip():
            raise Refused("不同意，要写明为什么。")

        async def work(connection: AsyncConnection) -> bool:
            receipt = await _receipt(connection, number)
            refused = _decided(number, Standing.REFUSED, answer.strip(), by, now)
            done = (await connection.execute(refused)).rowcount == 1
            if done:
                await note(connection, Deed(Act.APPEAL_REFUSED, by.id, receipt, f"event:{number}"), now)
            return done

        return await self._writer.write(work)

    async def appeals(self, of: int | None = None) -> Sequence[Appeal]:
        """Those of one member of staff, or all; the newest first."""
        wanted = select(appeals).order_by(appeals.c.at.desc()).limit(MOST)
        async with reading(self._read) as connection:
            found = await connection.execute(wanted if of is None else wanted.where(appeals.c.by == of))
            return [value(Appeal, r, text=self._vault.open(r.words, _place(r.event))) for r in found]

    async def described(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Each of these events in a few words."""
        async with reading(self._read) as connection:
            found = await connection.execute(select(events).where(events.c.id.in_(numbers)))
            return {r.id: f"{r.receipt}，{clock(moment(r.at))}，{about(happened(r))}" for r in found}


def _only_admins(by: User, number: int) -> None:
    if by.role is not Role.ADMIN:
        raise NotYours(str(number))


async def _receipt(connection: AsyncConnection, number: int) -> str:
    found = (await connection.execute(select(events.c.receipt).where(events.c.id == number))).scalar()
    if found is None:
        raise NotYours(str(number))
    return found


def _decided(number: int, standing: Standing, answer: str, by: User, now: datetime) -> Any:
    waiting = update(appeals).where(appeals.c.event == number, appeals.c.standing == Standing.OPEN)
    return waiting.values(standing=standing, answer=answer, decider=by.id, decided_at=stamp(now))


def _place(number: int) -> str:
    return f"appeal:{number}"
