"""A month of a few villages over a real database: real verbs, the real sweep, and everybody's habits."""

import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import func, select

from handlers import hours
from handlers.desk import advise, clocks, moves, sweep, tickets
from handlers.desk.advise import Office
from handlers.desk.clocks import Side
from handlers.desk.moves import Deed, Move, Setting, Tracked
from handlers.desk.routing import Leave
from handlers.desk.states import HELD, Act, State
from handlers.desk.tickets import Level, Referral, Ticket
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from storage.moments import moment
from storage.schema import tickets as table
from storage.store import Store
from storage.tickets import Tickets
from storage.unit import reading
from tests.handlers.desk.year import Record
from tests.handlers.times import HOURS, TARGETS, at
from tests.storage.given import arrive, inbound, outcome, staff

START = at("09-15 00:00")  # with the National Day holiday and a worked Saturday in it
DAYS = 30
LATEST = timedelta(days=12)  # until a ticket that lives must ring again: a long holiday and a target
VILLAGES = tuple((town, ("一村", "二村", "三村", "四村")) for town in ("甲镇", "乙镇", "丙镇"))
_HABITS = {"answer": 74, "ask": 10, "transfer": 4, "escalate": 5, "refer": 5, "bar": 2}
_LEAVES = (  # of the advisers by their turn: told when, from when, to when
    (0, "09-18 10:00", date(2026, 9, 18), date(2026, 9, 25)),
    (1, "09-21 09:30", date(2026, 9, 28), date(2026, 10, 12)),
    (3, "10-08 14:00", date(2026, 10, 8), date(2026, 10, 9)),
)
Do = Callable[[], Awaitable[None]]


class Watched(Tickets):
    """The tickets, with a list of every move that was written."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.writer, store.engines.read, store.vault)
        self.fresh: list[Move] = []

    async def move(self, moves: Sequence[Move], now: datetime) -> bool:
        """Write them, and remember."""
        done = await super().move(moves, now)
        self.fresh += moves if done else ()
        return done


class Month:
    """What happens from the first day on, until nothing more is due."""

    def __init__(self, store: Store, number: int, seed: int = 2026) -> None:
        self.chance, self.number = Random(seed), number
        self.now = START
        self.held: dict[str, Tracked] = {}  # as pure functions left them, with nothing read back
        self.records: dict[str, Record] = {}
        self.orphaned = timedelta()  # the longest that a ticket was nobody's
        self.leaves = 0
        self._store, self._tickets = store, Watched(store)
        self._office = Office(self._tickets, store.rosters, TARGETS, duty=("duty",))
        self._nobodys: dict[str, datetime] = {}
        self._staff: dict[int, User] = {}
        self._plans: list[tuple[datetime, int, Do]] = []
        self._count = 0

    async def live(self) -> "Month":
        """Let everything happen: what people do, and a sweep whenever a clock rings or a day begins."""
        places = await self._settle()
        for one in range(self.number):
            self._plan(self._moment(), self._opener(one, places))
        for day in range(DAYS + 30):
            self._plan(START + timedelta(days=day), self._sweep)
        while (alarm := await self._alarm()) or self._plans:
            if alarm and (not self._plans or alarm <= self._plans[0][0]):
                self.now = max(self.now, alarm)
                await self._sweep()
            else:
                self.now, _, do = heapq.heappop(self._plans)
                await do()
            self._look()
        return self

    async def _settle(self) -> Sequence[int]:
        places = list((await self._store.people.add_villages(VILLAGES)).values())
        people = [await staff(self._store, f"a{n}", places[2 * n : 2 * n + 2]) for n in range(6)]
        for turn, told, first, last in _LEAVES:
            self._plan(at(told), self._away(people[turn], Leave(first, last)))
        people += [
            await staff(self._store, "duty"),
            *[await staff(self._store, f"e{n}", role=Role.EXPERT) for n in range(2)],
        ]
        self._staff = {user.id: user for user in people}
        return places

    def _plan(self, moment: datetime, do: Do) -> None:
        self._count += 1
        heapq.heappush(self._plans, (moment, self._count, do))

    def _moment(self) -> datetime:
        minutes = self.chance.randrange(DAYS) * 1440 + int(self.chance.triangular(0, 1439, 840))
        return START + timedelta(minutes=minutes)

    async def _alarm(self) -> datetime | None:
        async with reading(self._store.engines.read) as connection:
            soonest = (await connection.execute(select(func.min(table.c.alarm_at)))).scalar()
        return moment(soonest) if soonest is not None else None

    async def _sweep(self) -> None:
        await sweep.sweep(self._office, self.now)

    # what is looked at after every step

    def _look(self) -> None:
        for move in self._tickets.fresh:
            self._saw(move.before.ticket, move.after)
        self._tickets.fresh.clear()

    def _saw(self, before: Ticket, after: Tracked) -> None:
        ticket, receipt = after.ticket, after.ticket.receipt
        self.held[receipt] = after
        record = self.records[receipt]
        if ticket.state is not before.state:
            record.states.append((self.now, ticket.state, before.level))
        if ticket.state is not before.state or tickets.owner(ticket) != tickets.owner(before):
            record.turn += 1
            self._plan_turn(ticket)
        self._require_remembered(after)

    def _require_remembered(self, held: Tracked) -> None:
        ticket, alarm = held.ticket, held.clock.alarm_at
        if (since := self._nobodys.pop(ticket.receipt, None)) is not None:
            self.orphaned = max(self.orphaned, self.now - since)
        if tickets.is_done(ticket):
            return
        if tickets.owner(ticket) is None:
            self._nobodys[ticket.receipt] = since or self.now
        if alarm is None or alarm > self.now + LATEST:
            raise AssertionError(f"{ticket} is forgotten: {held.clock}")

    # what people do

    def _opener(self, number: int, places: Sequence[int]) -> Do:
        level = self.chance.choices(list(Level), (2, 6, 92))[0]
        village = self.chance.choice(places) if self.chance.random() < 0.9 else None

        async def do() -> None:
            message = inbound(who=f"r{number}")
            [situation] = await self._store.records.gather(await arrive(self._store, message, now=self.now), self.now)
            fresh = Ticket(f"TL260915-M{number:05}", situation.resident.id, level, "", "asked", self.now)
            fresh = replace(fresh, village=village, field="劳动")
            self.records[fresh.receipt] = Record([(self.now, State.OPEN, level)])
            await self._store.records.record([(situation, outcome(situation, opened=(fresh,)))], self.now)
            self._require_remembered(moves.opened(fresh))

        return do

    def _away(self, user: User, leave: Leave) -> Do:
        async def do() -> None:
            self.leaves += await advise.leave(self._office, user, leave, self.now)

        return do

    def _plan_turn(self, ticket: Ticket) -> None:
        receipt, turn = ticket.receipt, self.records[ticket.receipt].turn

        def soon(wait: timedelta, do: Callable[[str], Awaitable[None]], *, at_work: bool = False) -> None:
            async def still() -> None:
                if self.records[receipt].turn == turn:
                    await do(receipt)

            self._plan(hours.later(HOURS, self.now, wait) if at_work else self.now + wait, still)

        match clocks.side(ticket.state):
            case Side.US if self.chance.random() < 0.9:  # else it is overlooked, and the clock must see to it
                minutes = 1 + self.chance.expovariate(1) * {Level.P0: 3, Level.P1: 30, Level.P2: 120}[ticket.level]
                soon(timedelta(minutes=minutes), self._work, at_work=ticket.level is Level.P2)
            case Side.RESIDENT:
                if self.chance.random() < 0.5:
                    soon(timedelta(hours=self.chance.expovariate(1 / 20)), self._speak)
                if ticket.state is State.ANSWERED and self.chance.random() < 0.6:
                    soon(timedelta(hours=self.chance.uniform(1, 12)), self._close, at_work=True)
            case Side.NOBODY if self.chance.random() < 0.2:
                soon(timedelta(hours=3), self._judge)
            case _:
                pass

    async def _work(self, receipt: str) -> None:
        ticket = self.held[receipt].ticket
        owner = tickets.owner(ticket)
        if owner is None:
            return
        user = self._staff[owner]
        if ticket.state not in HELD:
            await advise.claim(self._office, user, receipt, self.now)
            return
        try:
            await self._handle(user, ticket)
        except (Refused, NotYours):  # what cannot be: then it is answered
            await advise.answer(self._office, user, receipt, "先找村里说清楚。", self.now)

    async def _handle(self, user: User, ticket: Ticket) -> None:
        office, receipt, now = self._office, ticket.receipt, self.now
        match self.chance.choices(list(_HABITS), list(_HABITS.values()))[0]:
            case "ask":
                await advise.ask(office, user, receipt, "有合同吗？", now)
            case "transfer":
                await advise.transfer(office, user, receipt, self.chance.choice(list(self._staff)), now)
            case "escalate":
                await advise.escalate(office, user, receipt, "劳动", now)
            case "refer":
                await advise.refer(office, user, receipt, self.chance.choice(list(Referral)), now)
            case "bar":
                await advise.bar(office, user, receipt, now)
            case _:
                await advise.answer(office, user, receipt, "先找劳动监察。", now)

    async def _close(self, receipt: str) -> None:
        user = self._staff[self.held[receipt].ticket.adviser or 0]
        await advise.close(self._office, user, receipt, self.now)

    async def _speak(self, receipt: str) -> None:
        ticket = self.held[receipt].ticket
        if self.chance.random() < 0.7 or (ticket.level is Level.P0 and ticket.answered_at is None):
            await self._by_resident(receipt, tickets.add(ticket), Act.ADD)
        else:
            await self._by_resident(receipt, tickets.withdraw(ticket, self.now), Act.WITHDRAW)

    async def _judge(self, receipt: str) -> None:
        ticket = self.held[receipt].ticket
        if ticket.state in (State.CLOSED, State.REFERRED):
            reopens = self.chance.random() < 0.2
            after = tickets.reopen(ticket) if reopens else tickets.rate(ticket, self.chance.randint(1, 5))
            await self._by_resident(receipt, after, Act.REOPEN if reopens else Act.RATE)

    async def _by_resident(self, receipt: str, after: Ticket, act: Act) -> None:
        move = moves.step(self.held[receipt], after, Deed(act), Setting(self.now, TARGETS))
        assert await self._tickets.move([move], self.now)
