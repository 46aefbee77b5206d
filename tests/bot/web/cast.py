"""Bring somebody of every role to a browser, and make what lies inside and outside the scope of each."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from io import BytesIO

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.web.pushes import mark
from handlers.desk.clocks import Clock
from handlers.desk.moves import Tracked
from handlers.desk.states import State
from handlers.desk.tickets import Entry, Level, Ticket, Tier
from handlers.education import campaigns
from handlers.education.campaigns import Campaign
from handlers.mediations import mediation
from handlers.mediations.agreements import Party
from handlers.messages import Address, Inbound, Kind
from handlers.residents import Resident
from handlers.staff import Role, User
from storage.enclosures import arrive
from storage.moves import keep_entry, ticket_row
from storage.schema import addresses, residents, tickets
from storage.store import Store
from storage.unit import reading
from storage.values import row as cells
from tests.bot.web import subjects
from tests.bot.web.person import Page, Person, at
from tests.files import png
from tests.handlers.mediations.test_agreements import SIGNED, WHOLE
from tests.storage.pushing import PLAN, subscriber

ROLES = ("anon", "resident", *map(str, Role))
MINE, THEIRS = "安居镇示例一村", "旧县街道示例三村"
AFAR = "203.0.113.7"  # not this machine, which may read the metrics
DAY = date(2026, 11, 24)
FIELDS = {
    "words": "先别急", "purpose": "contact", "name": "某人", "role": "expert", "first": "2099-01-01",
    "last": "2099-01-02", "law": "劳动", "place": "hotline", "title": "工资要按月发", "body": "拖欠工资可以投诉。",
    "when": "每年5月1日 10:00", "expires": "2099-12-31", "field": "劳动", "channel": "web", "revision": "1",
    "kind": "地界", "a_name": "张三", "a_also": "男", "a_address": "一社", "a_phone": "13800001111", "a_agrees": "on",
    "b_name": "李四", "b_also": "男", "b_address": "二社", "b_phone": "13900002222", "told": "吵了半年", "party": "l",
    "mark": "",
}  # fmt: skip
LAW = {"law": "劳动法50条"}
_numbers = iter(range(10_000))


@dataclass(frozen=True)
class Actor:
    """Somebody in a role, at a browser; only the resident's keeps the cookie of a resident."""

    role: str
    person: Person
    user: User | None = None
    token: str = ""
    csrf: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What the browser sends with every request."""
        return {"X_Forwarded_For": AFAR} | ({"Cookie": f"desk={self.token}"} if self.token else {})

    async def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None, **more: str) -> Page:
        """Call the route as a page of ours would."""
        headers = self.headers | more
        if method == "GET":
            return await self.person.get(path, **headers)
        common = FIELDS if path.startswith(("/desk", "/bureau")) else {"text": "你好"}
        return await self.person.post(path, {"csrf": self.csrf, **common, **(fields or {})}, **headers)

    async def send(self, path: str, fields: Mapping[str, str], *contents: bytes) -> Page:
        """Send a form with pictures."""
        return await self.person.send(path, {"csrf": self.csrf, **fields}, *contents, **self.headers)

    async def say(self, **fields: str) -> str:
        """Send a form of the chat, and read what the page shows then."""
        nonce = secrets.token_urlsafe(12)
        await self.person.post("/ask", {"nonce": nonce, **fields}, **self.headers)
        return (await self.person.get("/", **self.headers)).words


@dataclass(frozen=True)
class Login:
    """A session of a member of staff."""

    user: User
    token: str
    csrf: str


@dataclass(frozen=True)
class Company:
    """Who works here, and the villages of the adviser and of a colleague."""

    logins: Mapping[str, Login]
    colleague: int
    mine: int
    theirs: int


@dataclass(frozen=True)
class Subject:
    """An address with something in it, and what its form says besides."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Cast:
    """All roles, each at a browser."""

    store: Store
    url: str
    actors: Mapping[str, Actor]
    company: Company
    stranger: Person  # a resident who is none of the actors
    shut: dict[str, Subject] = field(default_factory=dict[str, Subject])  # what nobody could do anything to
    known: set[Person] = field(default_factory=set[Person])  # who has said something

    @property
    def colleague(self) -> int:
        """The number of an adviser of another village."""
        return self.company.colleague

    @property
    def mine(self) -> int:
        """The number of the adviser's village."""
        return self.company.mine

    @property
    def theirs(self) -> int:
        """The number of the colleague's village."""
        return self.company.theirs

    async def subject(self, route: str, role: str, cell: str, *, inside: bool) -> Subject:
        """The address of the route with something in it that is in the role's scope, or that is not."""
        path = route.replace("{law}", "民法典").replace("{article}", "1077").replace("{topic}", subjects.TOPIC)
        path = path.replace("{number:int}/{until:int}/{signature}", "1/9999999999/x")
        if known := await self._published(path):
            return known
        if path.startswith(("/desk/score/appeal", "/bureau/assessments/appeals")):
            return await self._event(path, role, cell, inside=inside)
        if path.startswith("/bureau/topics/"):
            act = path.rpartition("/")[2]
            if act == subjects.TOPIC:
                return Subject(path)
            reader = self.company.logins[Role.EDITOR].user.id
            return Subject(path, await subjects.version(self.store, act, self.colleague, reader))
        if "/mediations/{number}" in path:
            number = await self.mediation(role, inside=inside)
            return Subject(path.format(number=number, paper="agreement", act="perform"))
        if "/pushes/{number:int}" in path:
            return await self._push(path, role, inside=inside)
        if "{number:int}" in path:
            return Subject(path.replace("{number:int}", str(await added(self.store, Role.EXPERT))))
        if "{receipt}" not in path:
            return Subject(path, LAW if "/pushes" in path else {})
        act = path.rpartition("/")[2]
        ticket = await self.ticket(role, cell, inside=inside, state=_STATES.get(act, State.CLAIMED))
        return Subject(path.replace("{receipt}", ticket.receipt), await self._more(act, ticket))

    async def ticket(self, role: str, cell: str, *, inside: bool, state: State = State.CLAIMED) -> Ticket:
        """A ticket in the role's scope, or one that is not."""
        user, now = self.actors[role].user, datetime.now(UTC)
        number = f"TL261124-W{next(_numbers):05}"
        fresh = Ticket(number, secrets.token_hex(12), Level.P2, "", "asked", now, village=self.mine)
        if role == Role.EXPERT and (inside or cell == "O"):
            fresh = replace(fresh, tier=Tier.EXPERT, state=State.ESCALATED, village=self.theirs)
        if cell == "O":
            done = state in (State.ANSWERED, State.CLOSED)
            holder = user.id if user and inside else self.colleague
            fresh = replace(fresh, adviser=holder, state=state, answered_at=now if done else None)
        elif not inside:
            fresh = replace(fresh, village=self.theirs)
        if state is State.CLOSED:
            fresh = replace(fresh, state=state, closed_at=now)
        await planted(self.store, fresh)
        return fresh

    async def said(self, entry: Entry) -> None:
        """Something said on a ticket."""
        here = Address("web", secrets.token_hex(8))
        given = tuple(replace(one, content=png(), mark=secrets.token_hex(16)) for one in entry.enclosed)
        message = Inbound(secrets.token_hex(8), here, Kind.TEXT, "", entry.at, enclosed=given)

        async def work(connection: AsyncConnection) -> None:
            await arrive(connection, self.store.vault, [message], entry.at)
            await keep_entry(connection, self.store.vault, replace(entry, enclosed=given))

        await self.store.writer.write(work)

    async def _published(self, path: str) -> Subject | None:
        """What a push shows to everybody, and what is told of it."""
        if path == "/pictures/{digest}":
            await self.store.pictures.keep(subjects.PICTURE, datetime.now(UTC))
            return Subject(path.format(digest=subjects.PICTURE.digest))
        if not path.startswith("/go/") and "/report" not in path:
            return None
        push, delivery = await subjects.sent(self.store, self.colleague)
        signature = self.store.vault.sign(f"push:{delivery}")
        number = delivery if path.startswith("/go/") else push
        return Subject(path.replace("{number:int}", str(number)).replace("{signature}", signature))

    async def _event(self, path: str, role: str, cell: str, *, inside: bool) -> Subject:
        """Something that counts against somebody: to be appealed against, or appealed against already."""
        ticket = await self.ticket(role, cell, inside=inside)
        owner = self.colleague if ticket.adviser is None else ticket.adviser
        if "{number:int}" in path:
            number = await subjects.appealed(self.store, ticket.receipt, owner)
            return Subject(path.replace("{number:int}", str(number)), {"grant": "1", "reason": "属实"})
        return Subject(path, {"event": str(await subjects.late(self.store, ticket.receipt, owner))})

    async def _more(self, act: str, ticket: Ticket) -> Mapping[str, str]:
        if act == "transfer":
            return {"to": str(await added(self.store, Role.ADVISER, self.theirs))}
        if act != "merge":
            return {}
        other = replace(ticket, receipt=f"TL261124-W{next(_numbers):05}")
        await planted(self.store, other)
        return {"into": other.receipt}

    async def mediation(self, role: str, *, inside: bool) -> str:
        """The number of a mediation with an agreement in force, in the role's scope or not."""
        number = f"TJ261124-W{next(_numbers):05}"
        village = self.mine if inside or role == Role.EXPERT else self.theirs
        zhang = Party("z", "张三", "一社", "13800001111", agrees=True)
        li = Party("l", "李四", "二社", "13900002222", agrees=True)
        case = mediation.take_in(number, "地界", (zhang, li), DAY, village=village, told="吵了半年")
        begun = mediation.start(mediation.accept(case), self.colleague)
        signed = mediation.sign(mediation.draft(begun, WHOLE), DAY, SIGNED)
        assert await self.store.mediations.write(signed, (), datetime.now(UTC))
        return number

    async def _push(self, path: str, role: str, *, inside: bool) -> Subject:
        """Somebody else's push; outside, one of their own."""
        me, act = self.actors[role].user, path.rpartition("/")[2]
        author = me.id if me and not inside else await added(self.store, Role.PUBLISHER)
        state = _PUSHES.get(act, campaigns.State.DRAFT)
        await subscriber(self.store, secrets.token_hex(8), f"web:{secrets.token_hex(8)}", seen=datetime.now(UTC))
        kept = await self.store.campaigns.add(Campaign(0, PLAN, state, author, datetime.now(UTC)))
        path = path.replace("{number:int}", str(kept.id))
        return Subject(path, {"mark": mark(kept), "none": "1"} | LAW)

    async def own(self, person: Person, state: State = State.ANSWERED) -> Ticket:
        """A ticket of whoever sits at that browser."""
        visitor = person.cookie("resident").split(".")[0]
        known = select(addresses.c.resident).where(addresses.c.channel == "web", addresses.c.external == visitor)
        async with reading(self.store.engines.read) as connection:
            resident = (await connection.execute(known)).scalar_one()
        now, number = datetime.now(UTC), f"TL261124-W{next(_numbers):05}"
        ticket = Ticket(number, resident, Level.P2, "", "asked", now, state, self.mine, adviser=self.colleague)
        await planted(self.store, replace(ticket, answered_at=now), known=True)
        return ticket


_STATES = {"close": State.ANSWERED, "reopen": State.CLOSED}
_PUSHES = {
    "edit": campaigns.State.DRAFT,
    "test": campaigns.State.DRAFT,
    "approve": campaigns.State.TESTED,
    "pause": campaigns.State.SCHEDULED,
    "resume": campaigns.State.PAUSED,
    "cancel": campaigns.State.SCHEDULED,
}


async def planted(store: Store, ticket: Ticket, *, known: bool = False) -> None:
    """Write a ticket down as it stands, with its resident if nobody knows them."""
    owner = Resident(ticket.resident, ticket.opened_at)

    async def work(connection: AsyncConnection) -> None:
        there = select(residents.c.id).where(residents.c.id == ticket.resident)
        if not known and (await connection.execute(there)).first() is None:
            await connection.execute(residents.insert().values(cells(residents, owner)))
        await connection.execute(tickets.insert().values(ticket_row(Tracked(ticket, Clock(ticket.opened_at)))))

    await store.writer.write(work)


async def added(store: Store, role: Role, *villages: int) -> int:
    """The number of a new member of staff who has chosen a password."""
    login = f"walker{secrets.token_hex(5)}"
    user = User(0, login, "某人", role, one_time=True, villages=frozenset(villages))
    number = await store.people.add(user, "digest", datetime.now(UTC))
    await store.people.set_password(number, "digest", datetime.now(UTC))
    return number


def sheet(content: bytes) -> list[list[object]]:
    """The rows of the first sheet of a workbook, as Excel would show them."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


async def hired(store: Store) -> Company:
    """One of every role, logged in, and a colleague of the adviser in another village."""
    places = {f"{v.town}{v.name}": v.id for v in await store.records.villages()}
    logins = {str(role): await _login(store, role, places[MINE]) for role in Role}
    return Company(logins, await added(store, Role.ADVISER, places[THEIRS]), places[MINE], places[THEIRS])


async def _login(store: Store, role: Role, village: int) -> Login:
    return await log_in(store, await added(store, role, *([village] if role is Role.ADVISER else [])))


async def log_in(store: Store, number: int) -> Login:
    """A session of that member of staff."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    await store.people.open_session(number, token, csrf, datetime.now(UTC))
    session = await store.people.session(token, datetime.now(UTC))
    assert session
    return Login(session.user, token, csrf)


@asynccontextmanager
async def gathered(url: str, store: Store, company: Company) -> AsyncGenerator[Cast]:
    """Everybody at a browser; only the resident's keeps cookies."""
    async with AsyncExitStack() as stack:
        actors: dict[str, Actor] = {}
        for role in ROLES:
            if role in company.logins:
                login = company.logins[role]
                actors[role] = Actor(role, await _forgetful(stack, url), login.user, login.token, login.csrf)
            elif role == "resident":
                actors[role] = Actor(role, await stack.enter_async_context(at(url)))
                await actors[role].person.get("/")
            else:
                actors[role] = Actor(role, await _forgetful(stack, url))
        yield Cast(store, url, actors, company, await stack.enter_async_context(at(url)))


async def _forgetful(stack: AsyncExitStack, url: str) -> Person:
    """A browser that keeps no cookie."""
    session = ClientSession(cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=20))
    return Person(await stack.enter_async_context(session), url)
