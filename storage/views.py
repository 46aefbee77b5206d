"""Read what pages show. Nothing here changes anything, and nothing here decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.deliveries import State as Sending
from handlers.desk.states import ALIVE
from handlers.desk.tickets import Author, Ticket
from handlers.enclosures import Enclosure
from handlers.messages import Address, Attachment, Kind, Option
from handlers.staff import Role, Scope
from storage import inbox as inboxes
from storage.claims import run_reply
from storage.enclosures import of_entries, of_marks
from storage.moments import moment
from storage.outbox import reply_in
from storage.queue import Queued, Wanted, in_scope, listed, queued
from storage.schema import drafts, entries, inbox, notes, outbox, tickets, towns, users, villages
from storage.scopes import of, within
from storage.unit import reading
from storage.vault import Vault

EARLIER = 10  # other tickets of the same resident that are shown
EVERYTHING = Wanted()
TRANSCRIPT = 60  # messages of each side that a chat page shows
DIGITS = 18  # of a row number at most; a page may send anything, and the databases count to 2**63


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that went with a message, by the number of its delivery."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a chat page; `cursor` grows with time and says where to read on."""

    cursor: str
    ours: bool
    text: str
    at: datetime
    options: tuple[Option, ...] = ()
    chosen: bool = False  # a button was pressed: the text is its value
    told: bool = False  # the safety text was shown before this could be stored
    file: Filed | None = None
    link: str = ""  # a page to read on
    picture: str = ""  # its digest
    wordless: bool = False  # nothing but what is enclosed
    enclosed: tuple[Enclosure, ...] = ()  # what came with it and is still there


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ticket as its page shows it."""

    author: Author
    text: str
    at: datetime
    enclosed: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """Where answers go: the channel, and whether one is held there until the resident writes, who was told so."""

    channel: str
    held: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague wrote for colleagues."""

    who: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """A ticket with all that belongs to it; `undelivered` if the resident could not be reached last."""

    queued: Queued
    lines: tuple[Line, ...]
    undelivered: bool
    earlier: tuple[Queued, ...]  # other tickets of the same resident
    notes: tuple[Note, ...]
    draft: str
    ways: tuple[Way, ...]

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self.queued.ticket

    @property
    def place(self) -> str:
        """Where it is from."""
        return self.queued.place


class Views:
    """What pages read."""

    def __init__(self, read: AsyncEngine, vault: Vault) -> None:
        self._read = read
        self._vault = vault

    async def transcript(self, address: Address, after: str = "") -> Sequence[Said]:
        """What was said at that address, oldest first, from `after` on."""
        seen_in, seen_out = _cursor(after)
        theirs = select(inbox).where(
            inbox.c.channel == address.channel, inbox.c.address == address.external, inbox.c.id > seen_in
        )
        ours = select(outbox, run_reply()).where(
            outbox.c.channel == address.channel,
            outbox.c.external == address.external,
            outbox.c.id > seen_out,
            or_(outbox.c.run.is_(None), outbox.c.state == Sending.SENT),  # a push may still be called off
        )
        async with reading(self._read) as connection:
            heard = (await connection.execute(theirs.order_by(inbox.c.id.desc()).limit(TRANSCRIPT))).fetchall()
            spoken = (await connection.execute(ours.order_by(outbox.c.id.desc()).limit(TRANSCRIPT))).fetchall()
            marks = [mark for r in heard for mark in inboxes.marks(r)]
            files = await of_marks(connection, self._vault, marks) if marks else {}
        rows = sorted([*((r.received_at, 0, r) for r in heard), *((r.created_at, 1, r) for r in spoken)], key=_when)
        return tuple(self._said(rows, files, seen_in, seen_out))

    def _said(
        self, rows: Sequence[tuple[int, int, Any]], files: Mapping[str, Enclosure], seen_in: int, seen_out: int
    ) -> Sequence[Said]:
        said: list[Said] = []
        for at, side, found in rows:
            if side == 0:
                seen_in = max(seen_in, found.id)
                words, chosen = inboxes.unsealed(self._vault, found), found.kind == Kind.CHOICE
                one = Said(
                    f"{seen_in}-{seen_out}",
                    False,
                    words,
                    moment(at),
                    chosen=chosen,
                    told=found.told,
                    wordless=found.kind == Kind.MEDIA,
                    enclosed=tuple(files[mark] for mark in inboxes.marks(found) if mark in files),
                )
            else:
                seen_out = max(seen_out, found.id)
                reply = reply_in(self._vault, found)
                file = Filed(found.id, reply.attachment.name) if reply.attachment else None
                link = reply.link.through("") if reply.link else ""
                cursor = f"{seen_in}-{seen_out}"
                one = Said(
                    cursor, True, reply.text, moment(at), reply.options, file=file, link=link, picture=reply.picture
                )
            said.append(one)
        return said

    async def attachment(self, address: Address, number: int) -> Attachment | None:
        """The file that went to that address in that delivery."""
        wanted = select(outbox, run_reply()).where(
            outbox.c.id == number, outbox.c.channel == address.channel, outbox.c.external == address.external
        )
        async with reading(self._read) as connection:
            found = (await connection.execute(wanted)).first()
        return reply_in(self._vault, found).attachment if found else None

    async def answered(self, channel: str, external_id: str, reference: str) -> str | None:
        """The text that went out first in answer to a message, if it went out under that reference."""
        given = {"of": channel, "number": external_id, "under": reference}
        async with reading(self._read) as connection:
            found = (await connection.execute(_ANSWERED, given)).first()
        return reply_in(self._vault, found).text if found else None

    async def names(self) -> dict[int, str]:
        """The name of each member of staff, by number."""
        async with reading(self._read) as connection:
            return {one.id: one.name for one in await connection.execute(select(users.c.id, users.c.name))}

    async def is_busy(self, address: Address) -> bool:
        """Is anything that was said at that address, or to it, still on its way?"""
        theirs = select(inbox.c.id).where(
            inbox.c.channel == address.channel, inbox.c.address == address.external, inbox.c.state.in_(inboxes.WAITING)
        )
        ours = select(outbox.c.id).where(
            outbox.c.channel == address.channel, outbox.c.external == address.external, outbox.c.due_at.is_not(None)
        )
        async with reading(self._read) as connection:
            return bool((await connection.execute(select(or_(theirs.exists(), ours.exists())))).scalar_one())

    async def queue(self, scope: Scope, wanted: Wanted = EVERYTHING) -> Sequence[Queued]:
        """The tickets in scope that are wanted: one page, and one more if there are more."""
        async with reading(self._read) as connection:
            return [queued(r) for r in await connection.execute(listed(scope, wanted))]

    async def exported(self, scope: Scope, wanted: Wanted, most: int) -> Sequence[tuple[Queued, str]]:
        """The tickets in scope that are wanted, at most so many and one, each with what its resident said first."""
        chosen = listed(scope, wanted, most)
        kept = chosen.with_only_columns(tickets.c.receipt).subquery()
        theirs = select(entries).join(kept, kept.c.receipt == entries.c.receipt)
        said = theirs.where(entries.c.author == Author.RESIDENT).order_by(entries.c.id.desc())
        async with reading(self._read) as connection:
            found = [queued(r) for r in await connection.execute(chosen)]
            first = {r.receipt: r.words for r in await connection.execute(said)}
        return [(one, self._opened(first.get(one.ticket.receipt), one.ticket.receipt)) for one in found]

    def _opened(self, words: bytes | None, receipt: str) -> str:
        return self._vault.open(words, f"entry:{receipt}") if words else ""

    async def pulse(self, scope: Scope) -> str:
        """What is another whenever a ticket in scope that is not done has changed."""
        changed = select(func.count(), func.sum(tickets.c.revision), func.max(tickets.c.opened_at))
        async with reading(self._read) as connection:
            found = await connection.execute(changed.where(within(scope), tickets.c.state.in_(ALIVE)))
            return repr(tuple(found.one()))

    async def places(self, scope: Scope) -> Sequence[tuple[int, str]]:
        """The villages that somebody works for; all, for those who work for none in particular."""
        named = select(villages.c.id, (towns.c.name + villages.c.name).label("place")).join(towns)
        if scope.villages:
            named = named.where(villages.c.id.in_(scope.villages))
        async with reading(self._read) as connection:
            return [(r.id, r.place) for r in await connection.execute(named.order_by(villages.c.id))]

    async def colleagues(self) -> Sequence[tuple[int, str]]:
        """Everybody who answers, by name."""
        answering = select(users.c.id, users.c.name).where(users.c.role.in_((Role.ADVISER, Role.EXPERT)))
        async with reading(self._read) as connection:
            return [(r.id, r.name) for r in await connection.execute(answering.order_by(users.c.name))]

    async def ticket(self, scope: Scope, receipt: str, reader: int = 0) -> File | None:
        """One ticket, if it is in scope, with the draft of whoever reads it."""
        said = select(entries).where(entries.c.receipt == receipt).order_by(entries.c.id)
        async with reading(self._read) as connection:
            found = (await connection.execute(in_scope(scope).where(tickets.c.receipt == receipt))).first()
            if found is None:
                return None
            rows = (await connection.execute(said)).fetchall()
            causes = [f"entry:{r.id}" for r in rows if r.author == Author.ADVISER]
            answers = select(outbox.c.channel, outbox.c.state, outbox.c.reason).where(outbox.c.cause.in_(causes))
            sent = (await connection.execute(answers.order_by(outbox.c.id))).fetchall()
            lost = any(r.state in (Sending.DEAD, Sending.CLOSED) for r in sent)
            others = in_scope(scope).where(tickets.c.resident == found.resident, tickets.c.receipt != receipt)
            earlier = await connection.execute(others.order_by(tickets.c.opened_at.desc()).limit(EARLIER))
            return File(
                queued(found),
                await self._lines(connection, receipt, rows),
                lost,
                tuple(queued(r) for r in earlier),
                await self._notes(connection, receipt),
                await self._draft(connection, receipt, reader),
                _ways(sent),
            )

    async def mine(self, address: Address) -> Sequence[Queued]:
        """The tickets of the resident who has the address, the newest first."""
        theirs = in_scope(Scope(everywhere=True)).where(of(address)).order_by(tickets.c.opened_at.desc())
        async with reading(self._read) as connection:
            return [queued(r) for r in await connection.execute(theirs)]

    async def own(self, address: Address, receipt: str) -> tuple[Queued, Sequence[Line]] | None:
        """One of those, with all that was said on it."""
        wanted = in_scope(Scope(everywhere=True)).where(of(address), tickets.c.receipt == receipt)
        said = select(entries).where(entries.c.receipt == receipt).order_by(entries.c.id)
        async with reading(self._read) as connection:
            found = (await connection.execute(wanted)).first()
            if found is None:
                return None
            rows = (await connection.execute(said)).fetchall()
            return queued(found), await self._lines(connection, receipt, rows)

    async def _lines(self, connection: AsyncConnection, receipt: str, rows: Sequence[Any]) -> tuple[Line, ...]:
        files = await of_entries(connection, self._vault, [r.id for r in rows])
        return tuple(
            Line(Author(r.author), self._vault.open(r.words, f"entry:{receipt}"), moment(r.at), files.get(r.id, ()))
            for r in rows
        )

    async def _notes(self, connection: AsyncConnection, receipt: str) -> tuple[Note, ...]:
        made = select(notes, users.c.name).join(users).where(notes.c.receipt == receipt).order_by(notes.c.id)
        return tuple(
            Note(r.name, self._vault.open(r.words, f"note:{receipt}"), moment(r.at))
            for r in await connection.execute(made)
        )

    async def _draft(self, connection: AsyncConnection, receipt: str, reader: int) -> str:
        kept = select(drafts.c.words).where(drafts.c.receipt == receipt, drafts.c.user == reader)
        words = (await connection.execute(kept)).scalar()
        return self._vault.open(words, f"draft:{receipt}:{reader}") if words else ""


# made once: it is asked with every message that comes in a request
_ANSWERED = (
    select(outbox)
    .select_from(outbox.join(inbox, outbox.c.cause == literal_column("'in:'", Text) + cast(inbox.c.id, Text)))
    .where(
        inbox.c.channel == bindparam("of"),
        inbox.c.external_id == bindparam("number"),
        outbox.c.part == 0,
        outbox.c.reference == bindparam("under"),
    )
)


def _ways(sent: Sequence[Any]) -> tuple[Way, ...]:
    held = {r.channel: r.reason for r in sent if r.state == Sending.HELD}
    channels = dict.fromkeys(r.channel for r in sent)
    return tuple(Way(c, c in held, held.get(c, "").endswith("told")) for c in channels)


def _cursor(after: str) -> tuple[int, int]:
    heard, _, spoken = after.partition("-")
    known = all(part.isdecimal() and len(part) <= DIGITS for part in (heard, spoken))
    return (int(heard), int(spoken)) if known else (0, 0)


def _when(row: tuple[int, int, Any]) -> tuple[int, int, int]:
    return row[0], row[1], row[2].id
