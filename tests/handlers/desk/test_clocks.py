"""A clock runs while we owe a word, stands while the resident does, and rings at 75 %, 100 % and every whole after."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.desk import clocks, tickets
from handlers.desk.clocks import Alarm, Clock, Kind, Reply, Ring, Side, Targets
from handlers.desk.states import DONE, QUIET
from handlers.desk.tickets import Level, Referral, State, Ticket
from handlers.hours import NO_TIME
from tests.handlers.times import HOURS, TARGETS, at


def opened(said: str, level: Level = Level.P2) -> Ticket:
    return Ticket("TL-1", "r", level, "", "asked", at(said))


class Life:
    """One ticket with its clock, brought forward by its acts."""

    def __init__(self, said: str, level: Level = Level.P2, targets: Targets = TARGETS) -> None:
        self.ticket = opened(said, level)
        self.targets = targets
        self.clock = clocks.start(self.ticket, targets)

    def then(self, act: str, said: str) -> "Life":
        now = at(said)
        after = self._after(act, now)
        self.clock = clocks.keep(self.clock, self.ticket, after, self.targets, now)
        self.ticket = after
        return self

    def _after(self, act: str, now: datetime) -> Ticket:
        match act:
            case "claim":
                return tickets.claim(self.ticket, 1, now)
            case "answer":
                return tickets.answer(self.ticket, 1, now)
            case "ask":
                return tickets.ask(self.ticket, 1)
            case "close":
                return tickets.close(self.ticket, 1, now)
            case "refer":
                return tickets.refer(self.ticket, 1, Referral.HOTLINE, now)
            case "withdraw":
                return tickets.withdraw(self.ticket, now)
            case _:
                plain = {"add": tickets.add, "back": tickets.give_back, "notice": tickets.notice}
                return (plain | {"reopen": tickets.reopen})[act](self.ticket)

    def rings(self, said: str) -> list[Ring]:
        return list(clocks.due(self.clock, self.ticket, self.targets, at(said)))

    def ring(self, said: str) -> list[Alarm]:
        """What is due, marked as done."""
        due = self.rings(said)
        for one in due:
            self.clock = clocks.rang(self.clock, one, self.ticket, self.targets)
        return [one.alarm for one in due]


@pytest.mark.parametrize("state", State)
def test_somebody_owes_the_next_word_until_it_is_done(state: State) -> None:
    owes = Side.NOBODY if state in DONE else Side.RESIDENT if state in QUIET else Side.US
    assert clocks.side(state) is owes


class TestFirstReply:
    @pytest.mark.parametrize(
        ("level", "said", "warned", "due"),
        [
            (Level.P0, "03-14 02:00", timedelta(seconds=675), "03-14 02:15"),  # a Saturday night
            (Level.P1, "03-14 02:00", timedelta(minutes=90), "03-14 04:00"),
            (Level.P2, "03-10 10:00", timedelta(hours=6, minutes=22, seconds=30), "03-11 10:00"),
            (Level.P2, "03-13 17:00", timedelta(days=2, hours=21, minutes=52, seconds=30), "03-16 17:00"),
        ],
    )
    def test_it_is_due_within_its_target(self, level: Level, said: str, warned: timedelta, due: str) -> None:
        life = Life(said, level)
        reading = clocks.readings(life.clock, life.ticket, TARGETS, at(said))[0]
        assert (reading.kind, reading.spent, reading.due_at) == (Kind.FIRST, NO_TIME, at(due))
        assert life.clock.alarm_at == at(said) + warned

    def test_it_rings_once_for_each_step(self) -> None:
        life = Life("03-14 02:00", Level.P0)
        rings = [life.ring(f"03-14 02:{minute:02}") for minute in (11, 12, 14, 15, 29, 30, 45)]
        assert rings == [[], [Alarm.WARN], [], [Alarm.BACK], [], [Alarm.UP], [Alarm.UP]]

    def test_steps_that_were_slept_through_ring_together(self) -> None:
        assert Life("03-14 02:00", Level.P0).ring("03-14 02:40") == [Alarm.UP]

    @pytest.mark.parametrize("act", ["answer", "ask", "refer"])
    def test_a_human_s_word_stops_it(self, act: str) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:30").then(act, "03-10 11:00")
        assert life.clock.first_reply == timedelta(hours=1)
        assert clocks.readings(life.clock, life.ticket, TARGETS, at("03-10 12:00")) == ()

    @pytest.mark.parametrize("act", ["claim", "notice", "add", "back"])
    def test_nothing_else_stops_it(self, act: str) -> None:
        life = Life("03-10 10:00").then(act, "03-10 11:00")
        assert life.clock == clocks.start(opened("03-10 10:00"), TARGETS)

    def test_a_ticket_that_is_withdrawn_never_had_one(self) -> None:
        life = Life("03-10 10:00").then("withdraw", "03-10 11:00")
        assert (life.clock.first_reply, life.clock.spent) == (None, timedelta(hours=1))


class TestNextReply:
    def test_it_runs_from_the_resident_s_first_word_that_is_not_answered(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("ask", "03-10 11:00")
        life.then("add", "03-11 09:00").then("add", "03-11 16:00")
        reading = clocks.readings(life.clock, life.ticket, TARGETS, at("03-11 16:00"))[0]
        assert (reading.kind, reading.spent, reading.due_at) == (Kind.NEXT, timedelta(hours=7), at("03-11 17:30"))
        assert life.then("answer", "03-11 16:30").clock.first_reply == timedelta(hours=1)

    def test_it_can_be_promised_sooner_than_the_first(self) -> None:
        targets = Targets(HOURS, next=Reply(p1=timedelta(minutes=30)))
        life = Life("03-14 02:00", Level.P1, targets).then("claim", "03-14 02:00").then("ask", "03-14 02:10")
        life.then("add", "03-14 03:00")
        assert life.ring("03-14 03:30") == [Alarm.BACK]


class TestResolution:
    def test_it_stands_while_the_resident_owes_a_word(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("ask", "03-10 11:00")
        life.then("add", "03-13 17:00").then("answer", "03-16 09:15")
        assert life.clock.spent == timedelta(hours=1, minutes=45)

    def test_it_rings_though_every_reply_was_in_time(self) -> None:
        life = Life("03-02 09:00").then("claim", "03-02 09:00")
        for day in (2, 3, 4, 5):
            life.then("ask", f"03-{day:02} 17:00").then("add", f"03-{day + 1:02} 09:00")
        assert life.clock.spent == timedelta(hours=32)  # 75 % of five days is 31:52:30
        assert life.rings("03-06 09:00") == [Ring(Alarm.WARN, Kind.RESOLUTION, 1)]
        assert life.ring("03-06 09:00") == [Alarm.WARN]
        assert life.ring("03-06 12:00") == []
        assert life.then("ask", "03-06 15:00").then("add", "03-09 09:00").ring("03-09 13:30") == [Alarm.BACK]

    def test_it_begins_anew_when_a_ticket_is_reopened(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("answer", "03-10 16:00")
        life.then("close", "03-10 16:00").then("reopen", "03-11 09:00")
        assert (life.clock.spent, life.clock.since_at) == (NO_TIME, at("03-11 09:00"))
        assert life.clock.first_reply == timedelta(hours=6)

    def test_both_clocks_can_ring_at_once(self) -> None:
        assert Life("03-02 09:00").ring("03-06 17:30") == [Alarm.UP, Alarm.BACK]


class TestSilence:
    def test_a_week_without_the_resident_s_word_rings_whatever_the_holidays(self) -> None:
        life = Life("09-30 10:00").then("claim", "09-30 10:00").then("ask", "09-30 11:00")
        assert (life.ring("10-07 10:59"), life.ring("10-07 11:00")) == ([], [Alarm.LAPSE])

    def test_another_word_of_the_adviser_begins_the_week_anew(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("answer", "03-10 11:00")
        life.then("answer", "03-12 11:00")
        assert life.clock.alarm_at == at("03-19 11:00")

    def test_the_resident_is_asked_what_came_of_it_a_week_after_the_end_and_once(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("answer", "03-10 11:00")
        life.then("close", "03-11 12:00")
        assert (life.ring("03-18 11:59"), life.rings("03-18 12:00")) == ([], [Ring(Alarm.FOLLOW_UP)])
        asked = tickets.follow_up(life.ticket, at("03-18 12:00"))
        assert clocks.keep(life.clock, life.ticket, asked, TARGETS, at("03-18 12:00")).alarm_at is None

    def test_a_rating_does_not_put_the_question_off(self) -> None:
        life = Life("03-10 10:00").then("claim", "03-10 10:00").then("refer", "03-10 11:00")
        rated = tickets.rate(life.ticket, 5)
        assert clocks.keep(life.clock, life.ticket, rated, TARGETS, at("03-12 09:00")) == life.clock

    def test_nobody_is_asked_of_a_ticket_that_lives_on_in_another(self) -> None:
        held = replace(opened("03-10 10:00"), state=State.CLAIMED, adviser=1)
        merged, _ = tickets.merge(held, replace(held, receipt="TL-2"), 1, at("03-10 11:00"))
        clock = clocks.keep(clocks.start(held, TARGETS), held, merged, TARGETS, at("03-10 11:00"))
        assert clock == Clock(at("03-10 11:00"), timedelta(hours=1))


def test_a_ticket_that_becomes_more_urgent_is_due_sooner() -> None:
    ticket = replace(opened("03-10 10:00"), state=State.CLAIMED, adviser=1)
    clock = clocks.start(ticket, TARGETS)
    urgent = replace(ticket, level=Level.P1)
    assert clocks.keep(clock, ticket, urgent, TARGETS, at("03-10 10:30")).alarm_at == at("03-10 11:30")


def test_every_clock_has_a_name_for_people() -> None:
    assert set(clocks.KIND_NAMES) == set(Kind)
