"""Whatever is done to tickets in whatever order, none is lost, and none reaches a state that is not in the table."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from handlers.desk import clocks, routing, tickets
from handlers.desk.clocks import Clock
from handlers.desk.routing import Adviser, Limits
from handlers.desk.states import ALIVE, HELD, MOVES, UNHELD, Act, State
from handlers.desk.tickets import Level, Referral, Ticket
from handlers.errors import Refused
from tests.handlers.times import TARGETS, at

LIMITS = Limits(cap=2)
_HOLDER_S = (Act.ANSWER, Act.ASK, Act.CLOSE, Act.ESCALATE, Act.MERGE)  # else too few sequences would come far
ADVISERS = (1, 2, 3, 4)
ROSTER = routing.muster(
    (
        Adviser(1, frozenset({11})),
        Adviser(2, frozenset({12})),
        Adviser(3, frozenset({21})),
        Adviser(4, fields=frozenset({"劳动"}), is_expert=True),
    ),
    {11: 1, 12: 1, 21: 2},
    duty=(9,),
)
Move = tuple[int, Act, int, int, int]  # which ticket, what, by whom, with which other, minutes later
MOVES_MADE = some.lists(
    some.tuples(
        some.integers(0, 3), some.sampled_from(Act), some.sampled_from(ADVISERS), some.integers(0, 3),
        some.sampled_from((1, 20, 300, 1500, 12_000)),
    ),
    max_size=40,
)  # fmt: skip


class District:
    """Four tickets of two residents, in the hands of whoever comes along."""

    def __init__(self) -> None:
        self.now = at("02-13 16:00")
        levels = (Level.P0, Level.P1, Level.P2, Level.P2)
        opened = [
            Ticket(f"TL-{n}", f"r{n % 2}", level, "", "asked", self.now, village=11 + n)
            for n, level in enumerate(levels)
        ]
        self.tickets: dict[str, Ticket] = {t.receipt: t for t in opened}
        self.clocks: dict[str, Clock] = {t.receipt: clocks.start(t, TARGETS) for t in opened}
        for ticket in opened:
            self.settle(ticket, ticket)

    def settle(self, before: Ticket, after: Ticket) -> None:
        """Keep the clock, and give the ticket to somebody if it is nobody's."""
        if after.state in UNHELD:
            loads = Counter(tickets.owner(t) or 0 for t in self.tickets.values() if routing.weighs(t))
            after = routing.place(after, ROSTER, loads, self.now.date(), LIMITS)
        self.tickets[after.receipt] = after
        self.clocks[after.receipt] = clocks.keep(self.clocks[after.receipt], before, after, TARGETS, self.now)

    def make(self, move: Move) -> None:
        """Do it if it is allowed."""
        which, act, by, with_, minutes = move
        self.now += timedelta(minutes=minutes)
        before, other = self.tickets[f"TL-{which}"], self.tickets[f"TL-{with_}"]
        by = tickets.owner(before) or by if act in _HOLDER_S else by
        try:
            changed = self.done(before, act, by, other)
        except Refused:
            return
        for after in changed:
            self.settle(self.tickets[after.receipt], after)

    def done(self, ticket: Ticket, act: Act, by: int, other: Ticket) -> tuple[Ticket, ...]:
        """The tickets that the act changes; raises Refused."""
        if act is Act.MERGE:
            return tickets.merge(ticket, other, by, self.now)
        return (_ACTS[act](ticket, by, self.now),)

    def ring(self) -> None:
        """Do what the clocks ask for."""
        for receipt, clock in list(self.clocks.items()):
            for ring in list(clocks.due(clock, self.tickets[receipt], TARGETS, self.now)):
                before = self.tickets[receipt]
                self.settle(before, routing.ring(before, ring.alarm, self.now))
                self.clocks[receipt] = clocks.rang(self.clocks[receipt], ring, self.tickets[receipt], TARGETS)


_ACTS: dict[Act, Callable[[Ticket, int, datetime], Ticket]] = {
    Act.OFFER: lambda t, by, _: tickets.offer(t, t.tier, by if by not in t.barred else None),
    Act.CLAIM: tickets.claim,
    Act.ANSWER: tickets.answer,
    Act.ASK: lambda t, by, _: tickets.ask(t, by),
    Act.CLOSE: tickets.close,
    Act.TRANSFER: lambda t, by, _: tickets.transfer(t, by, by % 4 + 1),
    Act.ESCALATE: lambda t, by, _: tickets.escalate(t, by, "劳动"),
    Act.REFER: lambda t, by, now: tickets.refer(t, by, Referral.LEGAL_AID, now),
    Act.GIVE_BACK: lambda t, by, _: tickets.bar(t, by) if len(t.barred) < 2 else tickets.give_back(t),
    Act.ADD: lambda t, by, _: tickets.add(t),
    Act.WITHDRAW: lambda t, by, now: tickets.withdraw(t, now),
    Act.REOPEN: lambda t, by, _: tickets.reopen(t),
    Act.RATE: lambda t, by, _: tickets.rate(t, by),
    Act.NOTICE: lambda t, by, _: tickets.notice(t),
    Act.LAPSE: lambda t, by, now: tickets.lapse(t, now),
    Act.WAKE: lambda t, by, now: tickets.lapse(t, now),
    Act.FOLLOW_UP: lambda t, by, now: tickets.follow_up(t, now),
}


def in_order(district: District) -> None:
    assert set(district.tickets) == {"TL-0", "TL-1", "TL-2", "TL-3"}
    for ticket in district.tickets.values():
        clock = district.clocks[ticket.receipt]
        assert ticket.state in State
        assert (ticket.adviser is not None) >= (ticket.state in HELD)
        assert (ticket.adviser is None) >= (ticket.state in UNHELD)
        assert (tickets.owner(ticket) is not None) == (ticket.state in ALIVE)
        assert tickets.owner(ticket) not in ticket.barred
        assert (clock.alarm_at is not None) >= (ticket.state in ALIVE)
        assert clock.since_at <= district.now
        assert _last(district, ticket).state is not State.MERGED


def _last(district: District, ticket: Ticket) -> Ticket:
    """Where the matter lives on."""
    for _ in district.tickets:
        if ticket.merged_into is None:
            break
        assert district.tickets[ticket.merged_into].resident == ticket.resident
        ticket = district.tickets[ticket.merged_into]
    return ticket


@settings(max_examples=150, deadline=None)
@given(MOVES_MADE)
def test_no_sequence_of_acts_loses_a_ticket_or_leaves_it_to_nobody(made: list[Move]) -> None:
    district = District()
    for move in made:
        before = {r: t.state for r, t in district.tickets.items()}
        district.make(move)
        for receipt, ticket in district.tickets.items():
            allowed = {moves.get(before[receipt]) for moves in MOVES.values()}
            assert ticket.state in allowed | {before[receipt]}
        in_order(district)


@settings(max_examples=100, deadline=None)
@given(MOVES_MADE)
def test_whatever_was_done_the_clocks_alone_bring_every_ticket_before_somebody_again(made: list[Move]) -> None:
    district = District()
    for move in made:
        district.make(move)
        district.ring()
        in_order(district)
        late = [c for c in district.clocks.values() if c.alarm_at is not None and c.alarm_at <= district.now]
        assert not late


def test_every_act_is_tried() -> None:
    assert {*_ACTS, Act.MERGE} == set(Act)


@pytest.mark.parametrize("act", [Act.NOTICE, Act.ADD, Act.CLAIM])
def test_what_is_no_answer_leaves_the_clock_running(act: Act) -> None:
    district = District()
    before = district.clocks["TL-2"]
    district.make((2, act, 3, 0, 20))
    assert district.clocks["TL-2"] == before
