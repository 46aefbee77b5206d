"""Hand residents all that is held on them, and erase it when they want it gone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, delete, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.desk.moves import Event
from handlers.desk.states import ALIVE, State
from handlers.desk.states import Act as Step
from handlers.desk.tickets import STATE_NAMES, Author, Tier
from handlers.education.subscriptions import FREQUENCY_NAMES, ROLES, Subscription
from handlers.enclosures import NAMELESS
from handlers.mediations import proceedings
from handlers.messages import Address
from handlers.residents import Resident
from storage import inbox as inboxes
from storage.audit import note
from storage.claims import run_reply
from storage.enclosures import of_entries
from storage.links import cause
from storage.moments import moment, stamp
from storage.outbox import reply_in
from storage.schema import (
    addresses,
    bars,
    contents,
    enclosures,
    entries,
    events,
    inbox,
    mediation_parties,
    mediations,
    metadata,
    openings,
    outbox,
    questions,
    residents,
    tickets,
    towns,
    villages,
)
from storage.subscriptions import subscribed
from storage.unit import Writer, reading
from storage.values import row, value
from storage.vault import Vault

# what stays says how many and how long, and no longer of whom: the resident's own row keeps nothing but its number
COUNTED = {residents, tickets, events, bars}
ARCHIVED = {"mediations"}  # records that the law wants kept; the link to the resident goes
BATCH = 50  # residents erased in one turn


class Privacy:
    """All rows of a resident."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def held(self, address: Address) -> dict[str, Any] | None:
        """All that is held on whoever has this address, under Chinese names; None if that is nobody we know."""
        known = select(addresses.c.resident).where(
            addresses.c.channel == address.channel, addresses.c.external == address.external
        )
        async with reading(self._read) as connection:
            number = (await connection.execute(known)).scalar()
            if number is None:
                return None
            found = (await connection.execute(select(residents).where(residents.c.id == number))).one()
            where = await _addresses(connection, number)
            return {
                "居民": await self._facts(connection, value(Resident, found)),
                "收信地址": [channel for channel, _ in where],
                "说过的话": await self._said(connection, where),
                "收到的回复": await self._told(connection, where),
                "普法订阅": _wishes((await subscribed(connection, [number])).get(number)),
                "打开普法消息的时间": await _openings(connection, number),
                "问过的领域": await _fields(connection, number),
                "工单": await self._tickets(connection, number),
                "调解": await _mediations(connection, number),
            }

    async def _facts(self, connection: AsyncConnection, resident: Resident) -> dict[str, Any]:
        wanted = select(towns.c.name + villages.c.name).join(villages, villages.c.town == towns.c.id)
        place = (await connection.execute(wanted.where(villages.c.id == resident.village))).scalar()
        return {
            "第一次来": resident.created_at.isoformat(),
            "村（社区）": place,
            "同意转给顾问（告知文本的版本）": resident.advice_consent,
            "同意使用境外渠道（告知文本的版本）": resident.channel_consent,
            "将于何时删除": resident.erase_at.isoformat() if resident.erase_at else None,
        }

    async def _said(self, connection: AsyncConnection, where: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        mine = select(inbox).where(tuple_(inbox.c.channel, inbox.c.address).in_(where)).order_by(inbox.c.id)
        rows = await connection.execute(mine)
        return [
            {"时间": moment(r.received_at).isoformat(), "内容": inboxes.unsealed(self._vault, r) or "（已到期清空）"}
            for r in rows
        ]

    async def _told(self, connection: AsyncConnection, where: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        here = tuple_(outbox.c.channel, outbox.c.external).in_(where)
        mine = select(outbox, run_reply()).where(here).order_by(outbox.c.id)
        rows = await connection.execute(mine)
        return [{"时间": moment(r.created_at).isoformat(), "内容": reply_in(self._vault, r).text} for r in rows]

    async def _tickets(self, connection: AsyncConnection, number: str) -> list[dict[str, Any]]:
        mine = select(tickets).where(tickets.c.resident == number).order_by(tickets.c.opened_at)
        held: list[dict[str, Any]] = []
        for ticket in (await connection.execute(mine)).fetchall():
            said = select(entries).where(entries.c.receipt == ticket.receipt).order_by(entries.c.id)
            rows = (await connection.execute(said)).fetchall()
            files = await of_entries(connection, self._vault, [r.id for r in rows])
            lines = [
                {
                    "时间": moment(r.at).isoformat(),
                    "谁": "居民" if r.author == Author.RESIDENT else "顾问",
                    "内容": self._vault.open(r.words, f"entry:{ticket.receipt}"),
                    NAMELESS: [one.name for one in files.get(r.id, ())],
                }
                for r in rows
            ]
            opened, state = moment(ticket.opened_at).isoformat(), STATE_NAMES[State(ticket.state)]
            held.append({"受理号": ticket.receipt, "收到": opened, "状态": state, "往来": lines})
        return held

    async def erase(self, now: datetime) -> int:
        """Erase those whose day has come; returns how many."""
        due = select(residents.c.id).where(residents.c.erase_at <= stamp(now)).limit(BATCH)

        async def work(connection: AsyncConnection) -> int:
            found = (await connection.execute(due)).scalars().all()
            for number in found:
                await _erase(connection, number, now)
            return len(found)

        return await self._writer.write(work)


async def _mediations(connection: AsyncConnection, number: str) -> list[dict[str, str]]:
    """Which they are a party to; what the other party said is not theirs to take."""
    ours = select(mediations).join(mediation_parties).where(mediation_parties.c.resident == number)
    return [
        {
            "编号": found.number,
            "收到": moment(found.opened_at).isoformat(),
            "状态": proceedings.STATE_NAMES[proceedings.State(found.state)],
        }
        for found in await connection.execute(ours.order_by(mediations.c.opened_at))
    ]


def _wishes(held: Subscription | None) -> dict[str, Any] | None:
    if held is None:
        return None
    fields = sorted(held.fields) or ["全部"]
    return {
        "开始": held.started_at.isoformat(),
        "领域": fields,
        "频率": FREQUENCY_NAMES[held.frequency],
        "自己说的身份": ROLES.get(held.role),
        "已退订": held.ended_at is not None,
    }


async def _openings(connection: AsyncConnection, number: str) -> list[str]:
    theirs = select(openings.c.at).where(openings.c.resident == number).order_by(openings.c.at)
    return [moment(at).isoformat() for at in (await connection.execute(theirs)).scalars()]


async def _fields(connection: AsyncConnection, number: str) -> list[dict[str, str]]:
    """Which fields of law were asked about on which days; kept so that villages can be compared."""
    theirs = select(questions).where(questions.c.resident == number).order_by(questions.c.day, questions.c.field)
    return [{"日期": date.fromordinal(r.day).isoformat(), "领域": r.field} for r in await connection.execute(theirs)]


async def _erase(connection: AsyncConnection, number: str, now: datetime) -> None:
    where = await _addresses(connection, number)
    await _end_tickets(connection, number, now)
    await _forget_cards(connection, number)
    receipts = select(tickets.c.receipt).where(tickets.c.resident == number).scalar_subquery()
    # from the leaves to the root, so that no row is deleted before those that point to it
    for table in reversed(metadata.sorted_tables):
        if table in COUNTED or table.name in ARCHIVED:
            continue
        if theirs := _theirs(table, number, where, receipts):
            await connection.execute(delete(table).where(or_(*theirs)))
    nothing = {"village": None, "advice_consent": 0, "channel_consent": 0, "erase_at": None}
    await connection.execute(update(residents).where(residents.c.id == number).values(nothing))
    await note(connection, Deed(Act.ERASED, None, f"resident:{number}"), now)


def _theirs(table: Table, number: str, where: Sequence[tuple[str, str]], receipts: Any) -> list[Any]:
    """The conditions by which rows of the table are this resident's; a new table is erased without being named."""
    found: list[Any] = []
    if "resident" in table.c:
        found.append(table.c.resident == number)
    if "receipt" in table.c:
        found.append(table.c.receipt.in_(receipts))
    if table is contents:
        whose = _theirs(enclosures, number, where, receipts)
        found.append(contents.c.enclosure.in_(select(enclosures.c.mark).where(or_(*whose))))
    external = table.c.get("external", table.c.get("address"))
    if where and external is not None and "channel" in table.c:
        found.append(tuple_(table.c.channel, external).in_(where))
    return found


async def _end_tickets(connection: AsyncConnection, number: str, now: datetime) -> None:
    """What was not done yet is over: nobody could be answered."""
    alive = select(tickets).where(tickets.c.resident == number, tickets.c.state.in_(ALIVE))
    for ticket in (await connection.execute(alive)).fetchall():
        ended = {"state": State.CLOSED, "closed_at": stamp(now), "alarm_at": None, "offered": None}
        change = update(tickets).where(tickets.c.receipt == ticket.receipt)
        await connection.execute(change.values(revision=tickets.c.revision + 1, **ended))
        event = Event(ticket.receipt, Step.WITHDRAW, now, None, ticket.adviser, State.CLOSED, Tier(ticket.tier))
        await connection.execute(insert(events).values(row(events, event)))


async def _forget_cards(connection: AsyncConnection, number: str) -> None:
    """What advisers read of the resident's tickets in their chats."""
    theirs = select(tickets.c.receipt).where(tickets.c.resident == number)
    for receipt in (await connection.execute(theirs)).scalars().all():
        await connection.execute(delete(outbox).where(outbox.c.cause.startswith(cause(receipt, ""), autoescape=True)))


async def _addresses(connection: AsyncConnection, number: str) -> Sequence[tuple[str, str]]:
    wanted = select(addresses.c.channel, addresses.c.external).where(addresses.c.resident == number)
    return [(r.channel, r.external) for r in await connection.execute(wanted)]
