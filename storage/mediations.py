"""Keep mediations: what names the parties and the dispute is sealed, what they are found by is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.deliveries import Lane
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import ALIVE, State
from handlers.messages import Reply
from handlers.staff import Scope
from storage.moments import stamp
from storage.moves import address
from storage.outbox import enqueue
from storage.schema import mediation_parties, mediations
from storage.unit import Writer, reading
from storage.values import insert_new, packed, unpacked
from storage.vault import Vault

PAGE = 100


class Mediations:
    """The mediations table."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def find(self, scope: Scope, number: str) -> Case | None:
        """The mediation, if it is in scope."""
        found = await self._read_all(select(mediations).where(mediations.c.number == number, _within(scope)))
        return found[0] if found else None

    async def listed(self, scope: Scope, *, ended: bool = False) -> Sequence[Case]:
        """Those in scope, the oldest first; those that ended, the latest first."""
        here = select(mediations).where(_within(scope)).limit(PAGE)
        if ended:
            return await self._read_all(
                here.where(mediations.c.state.not_in(ALIVE)).order_by(mediations.c.opened_at.desc())
            )
        return await self._read_all(here.where(mediations.c.state.in_(ALIVE)).order_by(mediations.c.opened_at))

    async def binding(self) -> Sequence[Case]:
        """Those with an agreement in force that nobody has brought to a court yet."""
        return await self._read_all(select(mediations).where(mediations.c.state == State.IN_FORCE))

    async def write(self, mediation: Case, told: Sequence[tuple[str, Reply]], now: datetime) -> bool:
        """Open it or change it, with what residents are told; False if the number is taken or it has changed."""

        async def work(connection: AsyncConnection) -> bool:
            return await write(connection, self._vault, mediation, told, now)

        return await self._writer.write(work)

    async def _read_all(self, statement: Select[Any]) -> list[Case]:
        async with reading(self._read) as connection:
            return [_case(self._vault, row) for row in await connection.execute(statement)]


async def read(connection: AsyncConnection, vault: Vault, number: str) -> Case | None:
    """The mediation of that number."""
    found = (await connection.execute(select(mediations).where(mediations.c.number == number))).first()
    return _case(vault, found) if found else None


def _case(vault: Vault, row: Any) -> Case:
    return replace(unpacked(Case, vault.open(row.body, _place(row.number))), revision=row.revision)


async def write(
    connection: AsyncConnection, vault: Vault, case: Case, told: Sequence[tuple[str, Reply]], now: datetime
) -> bool:
    """The same within the caller's transaction."""
    if not await _write(connection, vault, case, now):
        return False
    joined = [
        {"number": case.number, "party": party.id, "resident": party.resident}
        for party in case.parties
        # whoever had everything erased has no address, and is not linked anew
        if party.resident and await address(connection, party.resident)
    ]
    if joined:
        await connection.execute(insert_new(connection, mediation_parties), joined)
    for resident, reply in told:
        if to := await address(connection, resident):
            cause = f"mediation:{case.number}:{case.revision}:{resident}"
            await enqueue(connection, vault, now, [(cause, to, Lane.TICKET, [reply])])
    return True


async def _write(connection: AsyncConnection, vault: Vault, case: Case, now: datetime) -> bool:
    changed = {
        "village": case.village,
        "mediator": case.mediator,
        "state": case.state,
        "revision": case.revision + 1,
        "body": vault.seal(packed(case), _place(case.number)),
    }
    if case.revision == 0:
        fresh = changed | {"number": case.number, "opened_at": stamp(now)}
        return (await connection.execute(insert_new(connection, mediations), fresh)).rowcount == 1
    same = (mediations.c.number == case.number, mediations.c.revision == case.revision)
    return (await connection.execute(update(mediations).where(*same).values(changed))).rowcount == 1


def _within(scope: Scope) -> Any:
    if scope.nothing:
        return false()
    if scope.everywhere or scope.is_expert:
        return true()
    return or_(mediations.c.village.in_(scope.villages), mediations.c.village.is_(None))


def _place(number: str) -> str:
    return f"mediation:{number}"
