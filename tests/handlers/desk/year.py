"""A year of a district that does not exist: its tickets, its advisers with their leave, and everybody's habits."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from handlers import hours
from handlers.desk import clocks, routing, tickets
from handlers.desk.clocks import Alarm, Clock, Side
from handlers.desk.routing import Adviser, Leave, Limits, Roster
from handlers.desk.states import HELD, MOVES, UNHELD, State
from handlers.desk.tickets import Level, Referral, Solved, Ticket, Tier
from handlers.hours import SHANGHAI
from tests.handlers.times import HOURS, TARGETS, at

TOWNS, VILLAGES, ADVISERS, EXPERTS = 28, 300, 92, 6
FIELDS = ("劳动", "婚姻家庭", "土地", "借贷", "侵权", "行政")
DUTY = 900
BY_HAND = 999  # the adviser of the tickets whose story is written beforehand
LIMITS = Limits()
DAY = timedelta(days=1)
_DAYTIME = [0.2] * 7 + [1, 3, 6, 7, 6, 4, 4, 6, 6, 6, 5, 4, 5, 5, 4, 2, 1]  # tickets, by the hour of the day


@dataclass(frozen=True)
class Story:
    """What happens to one ticket, and what its clocks must show in the end, reckoned with pencil and paper."""

    level: str
    opened: str
    acts: str  # "03-10 11:30 answer; …"
    first: str | None  # hours:minutes
    total: str


@dataclass
class Record:
    """What is known of one ticket beside the ticket: every state with the moment it began, and how urgent it was."""

    states: list[tuple[datetime, State, Level]] = field(default_factory=list[tuple[datetime, State, Level]])
    rings: Counter[Alarm] = field(default_factory=Counter[Alarm])
    turn: int = 0  # grows whenever somebody else must act, so that what was planned before is void


class Year:
    """The district from New Year on, until nothing more is due."""

    def __init__(self, number: int, stories: Sequence[Story] = (), seed: int = 2026) -> None:
        self.chance = Random(seed)
        self.roster = district(self.chance)
        self.now = at("01-01 00:00")
        self.tickets: dict[str, Ticket] = {}
        self.clocks: dict[str, Clock] = {}
        self.records: dict[str, Record] = {}
        self.alive: dict[str, set[str]] = defaultdict(set)  # of each resident
        self.hands: dict[int, set[str]] = defaultdict(set)  # of each adviser
        self.loads: Counter[int] = Counter()
        self.returned = self.most = 0
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._days_off = {a: set(self.chance.sample(range(365), 4)) for a in self.roster.by_id}
        for moment in sorted(_moment(self.chance) for _ in range(number)):
            self.plan(moment, self._opener())
        for one, story in enumerate(stories, 1):
            self._plan_story(f"BY-HAND-{one:02}", story)
        for day in range(400):
            self.plan(at("01-01 00:00") + day * DAY, self._morning)

    def plan(self, moment: datetime, what: Callable[[], None]) -> None:
        """Let it happen then."""
        self._count += 1
        heapq.heappush(self._plans, (moment, self._count, what))

    def run(self) -> "Year":
        """Let everything happen."""
        while self._plans:
            self.now, _, what = heapq.heappop(self._plans)
            what()
        return self

    @property
    def today(self) -> date:
        """The day on the calendars here."""
        return self.now.astimezone(SHANGHAI).date()

    # what the system does: keep the clock, place, ring

    def move(self, before: Ticket, after: Ticket) -> None:
        """Write an act down, and give the ticket to somebody if it is nobody's."""
        receipt = after.receipt
        self._check(before, after)
        if after.state is not before.state:
            self.records[receipt].states.append((self.now, after.state, before.level))
        if after.state in UNHELD:
            after = self._placed(after)
        self._count_hands(before, after)
        clock = clocks.keep(self.clocks[receipt], before, after, TARGETS, self.now)
        self._keep(after, clock)
        if after.state is not before.state or tickets.owner(after) != tickets.owner(before):
            self.records[receipt].turn += 1
            self._plan_turn(after)

    def _placed(self, ticket: Ticket) -> Ticket:
        if ticket.receipt.startswith("BY-HAND"):
            return tickets.offer(ticket, ticket.tier, BY_HAND)
        return routing.place(ticket, self.roster, self.loads, self.today, LIMITS)

    def _check(self, before: Ticket, after: Ticket) -> None:
        if after.state is not before.state and (before.state, after.state) not in _DECLARED:
            raise AssertionError(f"{before.state} became {after.state}")

    def _keep(self, ticket: Ticket, clock: Clock) -> None:
        self.tickets[ticket.receipt], was = ticket, self.clocks.get(ticket.receipt)
        self.clocks[ticket.receipt] = clock
        if clock.alarm_at is not None and (was is None or was.alarm_at != clock.alarm_at):
            self.plan(clock.alarm_at, lambda: self._alarm(ticket.receipt, clock.alarm_at))
        living = self.alive[ticket.resident]
        if tickets.is_done(ticket):
            living.discard(ticket.receipt)
            return
        living.add(ticket.receipt)
        # nobody is forgotten: whatever lives has an owner, and rings again in a foreseeable time
        if tickets.owner(ticket) is None or clock.alarm_at is None or clock.alarm_at > self.now + 12 * DAY:
            raise AssertionError(f"{ticket} is forgotten: {clock}")

    def _count_hands(self, before: Ticket, after: Ticket) -> None:
        if (old := tickets.owner(before)) is not None and before.receipt in self.hands[old]:
            self.hands[old].discard(before.receipt)
            self.loads[old] -= routing.weighs(before)
        if (new := tickets.owner(after)) is not None:
            self.hands[new].add(after.receipt)
            self.loads[new] += routing.weighs(after)
            self.most = max(self.most, self.loads[new])

    def _alarm(self, receipt: str, expected: datetime | None) -> None:
        if self.clocks[receipt].alarm_at != expected:
            return
        for ring in list(clocks.due(self.clocks[receipt], self.tickets[receipt], TARGETS, self.now)):
            before = self.tickets[receipt]
            self.records[receipt].rings[ring.alarm] += 1
            self.move(before, routing.ring(before, ring.alarm, self.now))
            after = self.tickets[receipt]
            self._keep(after, clocks.rang(self.clocks[receipt], ring, after, TARGETS))
            if ring.alarm in (Alarm.BACK, Alarm.UP) and tickets.owner(after) == tickets.owner(before):
                raise AssertionError(f"{receipt} was left to {tickets.owner(after)}, who is late")
            if ring.alarm is Alarm.FOLLOW_UP and self.chance.random() < 0.3 and not receipt.startswith("BY-HAND"):
                self.plan(self.now + timedelta(hours=5), lambda: self._say_what_came_of_it(receipt))

    def _morning(self) -> None:
        """Take back what its owner cannot go on with from today."""
        today = self.today
        for number, adviser in self.roster.by_id.items():
            if any(leave.first == today for leave in adviser.leaves) or adviser.licensed_until == today - DAY:
                held = [self.tickets[receipt] for receipt in sorted(self.hands[number])]
                self._return(held, routing.leave(number, held))

    def _return(self, held: Sequence[Ticket], returned: Sequence[Ticket]) -> None:
        before = {t.receipt: t for t in held}
        for after in returned:
            self.returned += 1
            self.move(before[after.receipt], after)

    # what people do

    def _opener(self) -> Callable[[], None]:
        chance, one = self.chance, len(self._plans)
        level = chance.choices(list(Level), (1, 4, 95))[0]
        village = chance.choice(range(VILLAGES)) if chance.random() < 0.9 else None
        resident = f"r{chance.randrange(25_000)}"
        law = chance.choice(FIELDS)
        return lambda: self.open(
            Ticket(f"TL-{one}", resident, level, "", "asked", self.now, village=village, field=law)
        )

    def open(self, ticket: Ticket) -> None:
        """A resident asks for a human."""
        self.records[ticket.receipt] = Record([(self.now, State.OPEN, ticket.level)])
        if self.chance.random() < 0.01 and ticket.village is not None:  # the other party's adviser is known
            near = self.roster.by_village.get(ticket.village, ())
            ticket = replace(ticket, barred=frozenset(a.id for a in near[:1]))
        self.clocks[ticket.receipt] = clocks.start(ticket, TARGETS)
        placed = self._placed(replace(ticket, tier=Tier.VILLAGE if ticket.village is not None else Tier.DISTRICT))
        self._count_hands(ticket, placed)
        clock, self.clocks[ticket.receipt] = self.clocks[ticket.receipt], Clock(self.now)
        self._keep(placed, clock)
        self._plan_turn(placed)

    def _plan_turn(self, ticket: Ticket) -> None:
        if ticket.receipt.startswith("BY-HAND"):
            return
        receipt, turn = ticket.receipt, self.records[ticket.receipt].turn
        match clocks.side(ticket.state):
            case Side.US:
                if self.chance.random() < 0.96:  # else it is overlooked, and the clock must see to it
                    self.plan(self._when_at_work(ticket), lambda: self._work(receipt, turn))
            case Side.RESIDENT:
                self._plan_resident(receipt, turn)
                if ticket.state is State.ANSWERED and self.chance.random() < 0.6:
                    soon = hours.later(HOURS, self.now, timedelta(hours=self.chance.uniform(1, 20)))
                    self.plan(soon, lambda: self._close(receipt, turn))
            case Side.NOBODY:
                if self.chance.random() < 0.2:
                    self.plan(self.now + timedelta(hours=3), lambda: self._judge(receipt))

    def _when_at_work(self, ticket: Ticket) -> datetime:
        minutes = self.chance.expovariate(1)
        if ticket.level is Level.P2:
            return hours.later(HOURS, self.now, timedelta(minutes=max(1, 100 * minutes)))
        return self.now + timedelta(minutes=1 + minutes * (3 if ticket.level is Level.P0 else 30))

    def _plan_resident(self, receipt: str, turn: int) -> None:
        if self.chance.random() < 0.5:
            soon = self.now + timedelta(hours=self.chance.expovariate(1 / 20))
            self.plan(soon, lambda: self._speak(receipt, turn))

    def _is_void(self, receipt: str, turn: int) -> bool:
        return self.records[receipt].turn != turn

    def _work(self, receipt: str, turn: int) -> None:
        ticket = self.tickets[receipt]
        owner = tickets.owner(ticket)
        if owner is None or self._is_void(receipt, turn):
            return
        if self.today.timetuple().tm_yday - 1 in self._days_off.get(owner, ()):
            return  # ill, and nobody knows
        if not routing.can_go_on(owner, self.roster, self.today):
            raise AssertionError(f"{owner} works on {receipt} though on leave")
        if ticket.state not in HELD:
            self.move(ticket, tickets.claim(ticket, owner, self.now))
        else:
            self._handle(ticket, owner)

    def _handle(self, ticket: Ticket, owner: int) -> None:
        match self.chance.choices(("answer", "ask", "transfer", "escalate", "refer", "bar", "merge"), _HABITS)[0]:
            case "ask":
                self.move(ticket, tickets.ask(ticket, owner))
            case "transfer" if (to := self._colleague(ticket, owner)) is not None:
                self.move(ticket, tickets.transfer(ticket, owner, to))
            case "escalate" if ticket.tier is not Tier.EXPERT:
                self.move(ticket, tickets.escalate(ticket, owner, ticket.field))
            case "refer":
                self.move(ticket, tickets.refer(ticket, owner, self.chance.choice(list(Referral)), self.now))
            case "bar" if len(ticket.barred) < 3:
                self.move(ticket, tickets.bar(ticket, owner))
            case "merge" if (other := self._other(ticket)) is not None:
                merged, kept = tickets.merge(ticket, other, owner, self.now)
                self.move(ticket, merged)
                self.move(other, kept)
            case _:
                self.move(ticket, tickets.answer(ticket, owner, self.now))

    def _colleague(self, ticket: Ticket, owner: int) -> int | None:
        near = self.roster.by_town.get(self.roster.towns.get(ticket.village or 0, -1), ())
        return next((a.id for a in near if a.id != owner and a.id not in ticket.barred), None)

    def _other(self, ticket: Ticket) -> Ticket | None:
        others = [self.tickets[receipt] for receipt in sorted(self.alive[ticket.resident] - {ticket.receipt})]
        return next((o for o in others if tickets.owner(o) not in ticket.barred | {BY_HAND}), None)

    def _close(self, receipt: str, turn: int) -> None:
        ticket = self.tickets[receipt]
        if not self._is_void(receipt, turn):
            self.move(ticket, tickets.close(ticket, ticket.adviser or 0, self.now))

    def _speak(self, receipt: str, turn: int) -> None:
        ticket = self.tickets[receipt]
        if self._is_void(receipt, turn):
            return
        if self.chance.random() < 0.7 or (ticket.level is Level.P0 and ticket.answered_at is None):
            self.move(ticket, tickets.add(ticket))
        else:
            self.move(ticket, tickets.withdraw(ticket, self.now))

    def _judge(self, receipt: str) -> None:
        ticket = self.tickets[receipt]
        if ticket.state in (State.CLOSED, State.REFERRED):
            self.move(ticket, tickets.rate(ticket, self.chance.randint(1, 5)))

    def _say_what_came_of_it(self, receipt: str) -> None:
        ticket = self.tickets[receipt]
        if ticket.state not in (State.CLOSED, State.REFERRED):
            return
        solved = self.chance.choice(list(Solved))
        rated = tickets.conclude(ticket, solved)
        self.move(ticket, rated)
        if solved is Solved.NO:
            self.move(rated, tickets.reopen(rated))

    # what is written beforehand

    def _plan_story(self, receipt: str, story: Story) -> None:
        opened = at(story.opened)
        ticket = Ticket(receipt, f"r-{receipt}", Level(story.level), "", "asked", opened, village=0)
        self.plan(opened, lambda: self.open(ticket))
        for line in story.acts.split("; "):
            day, clock, act = line.split(" ")
            moment = at(f"{day[-5:]} {clock}", int(day[:-6] or 2026))
            self.plan(moment, self._teller(receipt, act))

    def _teller(self, receipt: str, act: str) -> Callable[[], None]:
        return lambda: self._tell(self.tickets[receipt], act)

    def _tell(self, ticket: Ticket, act: str) -> None:
        if ticket.state in UNHELD and act in ("answer", "ask", "escalate"):
            claimed = tickets.claim(ticket, BY_HAND, self.now)
            self.move(ticket, claimed)
            ticket = self.tickets[ticket.receipt]
        if act == "notice":  # the bot's words go past the clock
            self.tickets[ticket.receipt] = tickets.notice(ticket)
            return
        self.move(ticket, _TOLD[act](ticket, self.now))


_DECLARED = {step for moves in MOVES.values() for step in moves.items()}
_HABITS = (78, 10, 3, 2, 4, 1, 2)
_TOLD: Mapping[str, Callable[[Ticket, datetime], Ticket]] = {
    "answer": lambda ticket, now: tickets.answer(ticket, BY_HAND, now),
    "ask": lambda ticket, now: tickets.ask(ticket, BY_HAND),
    "escalate": lambda ticket, now: tickets.escalate(ticket, BY_HAND, FIELDS[0]),
    "close": lambda ticket, now: tickets.close(ticket, BY_HAND, now),
    "withdraw": tickets.withdraw,
    "add": lambda ticket, now: tickets.add(ticket),
    "reopen": lambda ticket, now: tickets.reopen(ticket),
    "back": lambda ticket, now: tickets.give_back(ticket),
}


def _moment(chance: Random) -> datetime:
    hour = chance.choices(range(24), _DAYTIME)[0]
    minutes = chance.randrange(365) * 24 * 60 + hour * 60 + chance.randrange(60)
    return at("01-01 00:00") + timedelta(minutes=minutes, seconds=chance.randrange(60))


def district(chance: Random) -> Roster:
    """300 villages of 28 towns, 92 advisers of a few villages each, experts, and one on duty."""
    towns = {village: village * TOWNS // VILLAGES for village in range(VILLAGES)}
    posts: dict[int, set[int]] = defaultdict(set)
    for village in range(VILLAGES):
        posts[village * ADVISERS // VILLAGES + 1].add(village)
        if chance.random() < 0.1:
            posts[chance.randint(1, ADVISERS)].add(village)
    advisers = [_adviser(chance, number, frozenset(posts[number])) for number in range(1, ADVISERS + 1)]
    experts = [
        Adviser(101 + n, fields=frozenset({law}), is_expert=True, leaves=_leaves(chance))
        for n, law in enumerate(FIELDS[:EXPERTS])
    ]
    return routing.muster([*advisers, *experts], towns, (DUTY,))


def _adviser(chance: Random, number: int, villages: frozenset[int]) -> Adviser:
    expires = date(2026, 1, 1) + chance.randrange(365) * DAY if chance.random() < 0.04 else None
    fields = frozenset(chance.sample(FIELDS, 2))
    return Adviser(number, villages, fields, licensed_until=expires, leaves=_leaves(chance))


def _leaves(chance: Random) -> tuple[Leave, ...]:
    begins = [date(2026, 1, 1) + chance.randrange(360) * DAY for _ in range(3)]
    if chance.random() < 0.4:
        begins.append(date(2026, 2, 12))  # many go home before the Spring Festival
    return tuple(Leave(first, first + chance.randint(0, 12) * DAY) for first in sorted(begins))


class Sundial:
    """Another way to count working time, to hold against the first: seconds from New Year, summed beforehand."""

    def __init__(self) -> None:
        self._until = [0]
        self._works = [HOURS.is_workday(date(2026, 1, 1) + day * DAY) for day in range(800)]
        for works in self._works:
            self._until.append(self._until[-1] + works * 30_600)

    def seconds(self, start: datetime, end: datetime) -> float:
        """The working time between the two."""
        return self._at(end) - self._at(start)

    def _at(self, moment: datetime) -> float:
        day, rest = divmod((moment.astimezone(UTC) - at("01-01 00:00")).total_seconds(), 86_400)
        return self._until[int(day)] + self._works[int(day)] * min(max(rest - 32_400, 0), 30_600)
