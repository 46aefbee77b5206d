"""Keep at which addresses staff are reached, and what is said with them there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.deliveries import Lane
from handlers.desk import links
from handlers.desk.links import NOTHING, Aim, Link
from handlers.desk.moves import Move
from handlers.desk.orders import only_receipt
from handlers.desk.tickets import Ticket
from handlers.errors import Stale
from handlers.messages import Address, Arrived, Reply
from handlers.staff import ANSWERING, User
from storage.audit import note
from storage.inbox import finish
from storage.moments import milliseconds, moment, stamp
from storage.moves import carry_out
from storage.outbox import enqueue, release, reply_in
from storage.people import person
from storage.schema import inbox, link_codes, link_tries, outbox, staff_addresses, users
from storage.tickets import Tickets
from storage.unit import Writer, reading
from storage.values import packed, unpacked, upsert
from storage.vault import Vault

_CAUSE = "staff"  # of deliveries to staff that are about a ticket


def cause(receipt: str, what: str) -> str:
    """Why a delivery goes to staff: what is erased with the ticket is found by it."""
    return f"{_CAUSE}:{receipt}:{what}"


@dataclass(frozen=True, slots=True)
class Links:
    """The tables of staff addresses and of the codes that link them."""

    writer: Writer
    read: AsyncEngine
    vault: Vault

    async def issue(self, user: int, digest: bytes, now: datetime) -> None:
        """Remember a one-time code in place of the one before."""
        fresh = {"user": user, "digest": digest.hex(), "expires_at": stamp(now + links.LIFE)}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(upsert(connection, link_codes, fresh, ("user",)), fresh)

        await self.writer.write(work)

    async def of(self, user: int) -> Sequence[Link]:
        """The addresses of somebody, the first first."""
        mine = select(staff_addresses).where(staff_addresses.c.user == user).order_by(staff_addresses.c.linked_at)
        async with reading(self.read) as connection:
            found = await connection.execute(mine)
            return [Link(Address(r.channel, r.external), moment(r.linked_at)) for r in found]

    async def close(self, user: int, address: Address, now: datetime) -> None:
        """The address is the user's no more; one that never was changes nothing."""

        async def work(connection: AsyncConnection) -> None:
            gone = delete(staff_addresses).where(_at(staff_addresses, address), staff_addresses.c.user == user)
            if (await connection.execute(gone)).rowcount:
                await note(connection, Deed(Act.ADDRESS_UNLINKED, user, f"user:{user}", address.channel), now)

        await self.writer.write(work)

    async def holders(self, addresses: Collection[Address]) -> Mapping[Address, User]:
        """Whose they are, of those that belong to somebody who works here and answers."""
        keys = [(a.channel, a.external) for a in addresses]
        async with reading(self.read) as connection:
            found = (await connection.execute(_HOLDERS, {"keys": keys})).fetchall()
            return {Address(r.channel, r.external): await person(connection, r.user) for r in found}

    async def open(self, address: Address, code: bytes, now: datetime) -> User | None:
        """Make the address that of whoever was given the code, which is used up."""

        async def work(connection: AsyncConnection) -> User | None:
            if await _is_shut(connection, address, now):
                return None
            number = await _used(connection, code, now)
            if number is None:
                await _count(connection, address, now)
                return None
            here = {"channel": address.channel, "external": address.external}
            fresh = here | {"user": number, "linked_at": stamp(now), "aim": packed(NOTHING)}
            await connection.execute(upsert(connection, staff_addresses, fresh, tuple(here)), fresh)
            await connection.execute(delete(link_tries).where(_at(link_tries, address)))
            await note(connection, Deed(Act.ADDRESS_LINKED, number, f"user:{number}", address.channel), now)
            return await person(connection, number)

        return await self.writer.write(work)

    async def aim(self, address: Address) -> Aim:
        """What the next words there are for."""
        async with reading(self.read) as connection:
            found = await connection.execute(select(staff_addresses.c.aim).where(_at(staff_addresses, address)))
            kept = found.scalar()
        return unpacked(Aim, kept) if kept else NOTHING

    async def about(self, address: Address, reference: str) -> str:
        """The receipt number that our message of that number of the channel's was about, or ""."""
        ours = and_(_at(outbox, address), outbox.c.reference == reference, outbox.c.run.is_(None))
        async with reading(self.read) as connection:
            found = (await connection.execute(select(outbox).where(ours).order_by(outbox.c.id.desc()))).first()
        if found is None:
            return ""
        kind, _, rest = found.cause.partition(":")
        return rest.partition(":")[0] if kind == _CAUSE else only_receipt(reply_in(self.vault, found).text)

    async def record(
        self, arrived: Arrived, replies: Sequence[Reply], aim: Aim, now: datetime, about: str = ""
    ) -> None:
        """Answer a message, remember what the next is for, and be done with it, in one transaction."""

        async def work(connection: AsyncConnection) -> None:
            if await finish(connection, [arrived.id]):
                await _reply(connection, self.vault, _Answer(arrived, tuple(replies), aim, about), now)

        await self.writer.write(work)

    def acting(self, arrived: Arrived, tell: Callable[[Ticket], Reply]) -> "Acting":
        """Tickets whose one move answers that message too."""
        return Acting(self.writer, self.read, self.vault, arrived, tell)


class Acting(Tickets):
    """The tickets, for one message of an adviser: the move, the answer and the end of the message are one."""

    def __init__(
        self, writer: Writer, read: AsyncEngine, vault: Vault, arrived: Arrived, tell: Callable[[Ticket], Reply]
    ) -> None:
        super().__init__(writer, read, vault)
        self._arrived = arrived
        self._tell = tell

    async def move(self, moves: Sequence[Move], now: datetime) -> bool:
        """All the moves in one transaction; False, and none of them, if a ticket has changed since it was read."""
        ticket = moves[-1].after.ticket

        async def work(connection: AsyncConnection) -> bool:
            if not await _is_ours(connection, self._arrived):
                raise Stale("the message was served before")
            if not await carry_out(connection, self._vault, moves, now):
                return False
            await finish(connection, [self._arrived.id])
            said = _Answer(self._arrived, (self._tell(ticket),), NOTHING, ticket.receipt)
            await _reply(connection, self._vault, said, now)
            return True

        return await self._writer.write(work)


async def _is_ours(connection: AsyncConnection, arrived: Arrived) -> bool:
    wanted = select(inbox.c.state).where(inbox.c.id == arrived.id).with_for_update()
    return (await connection.execute(wanted)).scalar() == "claimed"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said to a message, about which ticket, and what the next words are for."""

    arrived: Arrived
    replies: tuple[Reply, ...]
    aim: Aim
    about: str


async def _reply(connection: AsyncConnection, vault: Vault, said: _Answer, now: datetime) -> None:
    to, number = said.arrived.inbound.address, said.arrived.id
    why = cause(said.about, f"in{number}") if said.about else f"in:{number}"
    await connection.execute(update(staff_addresses).where(_at(staff_addresses, to)).values(aim=packed(said.aim)))
    await release(connection, [to], now)
    await enqueue(connection, vault, now, [(why, to, Lane.TALK, said.replies)])


async def _is_shut(connection: AsyncConnection, address: Address, now: datetime) -> bool:
    """Were there too many wrong codes from here? What is old is forgotten first."""
    old = link_tries.c.since_at <= stamp(now) - milliseconds(links.SPAN)
    await connection.execute(delete(link_tries).where(old))
    failed = await connection.execute(select(link_tries.c.failed).where(_at(link_tries, address)))
    return (failed.scalar() or 0) >= links.TRIES


async def _used(connection: AsyncConnection, code: bytes, now: datetime) -> int | None:
    """Use the code up; whose it was, if it was good and they still work here."""
    good = and_(link_codes.c.digest == code.hex(), link_codes.c.expires_at > stamp(now))
    number = (await connection.execute(delete(link_codes).where(good).returning(link_codes.c.user))).scalar()
    still = select(users.c.id).where(users.c.id == number, users.c.is_active, users.c.role.in_(ANSWERING))
    return (await connection.execute(still)).scalar()


async def _count(connection: AsyncConnection, address: Address, now: datetime) -> None:
    more = update(link_tries).where(_at(link_tries, address)).values(failed=link_tries.c.failed + 1)
    if not (await connection.execute(more)).rowcount:
        fresh = {"channel": address.channel, "external": address.external, "failed": 1, "since_at": stamp(now)}
        await connection.execute(link_tries.insert().values(fresh))


async def unlink(connection: AsyncConnection, user: int) -> None:
    """Within the caller's transaction: no address, and no code for one, is the user's any more."""
    await connection.execute(delete(staff_addresses).where(staff_addresses.c.user == user))
    await connection.execute(delete(link_codes).where(link_codes.c.user == user))


def _at(table: Any, address: Address) -> Any:
    return and_(table.c.channel == address.channel, table.c.external == address.external)


# asked with every message that comes in, so made once
_HOLDERS = (
    select(staff_addresses.c.channel, staff_addresses.c.external, staff_addresses.c.user)
    .join(users, users.c.id == staff_addresses.c.user)
    .where(
        tuple_(staff_addresses.c.channel, staff_addresses.c.external).in_(bindparam("keys", expanding=True)),
        users.c.is_active,
        users.c.role.in_(ANSWERING),
    )
)
