"""In a year of 37,000 tickets nobody is forgotten, and the clocks show what pencil and paper do."""

from collections import Counter
from datetime import timedelta

import pytest

from handlers.desk import tickets
from handlers.desk.clocks import Alarm
from handlers.desk.states import QUIET, State
from handlers.desk.tickets import Level
from tests.handlers.desk.year import ADVISERS, LIMITS, VILLAGES, Record, Story, Sundial, Year

NUMBER = 37_000

# Work is from 9:00 to 17:30. In 2026 there was no work on 02-15 to 02-23, 06-19 to 06-21 and 10-01 to 10-07, and
# Saturday 02-14 and Saturday 10-10 were worked. `first` counts on the wall for P0 and P1; `total` never does.
# All totals: the first five 6:35, the next five 7:00, the next four 10:50, the last six 7:15; together 31:40.
STORIES = (
    # escalated to an expert, which stops nothing: 10:00-11:30
    Story("P2", "03-10 10:00", "03-10 10:20 escalate; 03-10 11:30 answer; 03-10 12:00 close", "1:30", "1:30"),
    # before the doors open: 9:00-9:45
    Story("P2", "03-09 08:00", "03-09 09:45 answer; 03-09 10:00 close", "0:45", "0:45"),
    # in the evening: 9:00-10:20
    Story("P2", "03-10 20:00", "03-11 10:20 answer; 03-11 10:30 close", "1:20", "1:20"),
    # over a weekend: 17:00-17:30, 9:00-9:30
    Story("P2", "03-13 17:00", "03-16 09:30 answer; 03-16 09:40 close", "1:00", "1:00"),
    # on a Saturday: Monday 9:00-11:00
    Story("P2", "03-14 12:00", "03-16 11:00 answer; 03-16 11:10 close", "2:00", "2:00"),
    # over the National Day holiday: 16:00-17:30, 9:00-9:50
    Story("P2", "09-30 16:00", "10-08 09:50 answer; 10-08 10:00 close", "2:20", "2:20"),
    # on a worked Saturday
    Story("P2", "10-10 10:00", "10-10 12:15 answer; 10-10 12:30 close", "2:15", "2:15"),
    # on the Sunday after it: Monday 9:00-9:10
    Story("P2", "10-11 10:00", "10-12 09:10 answer; 10-12 09:30 close", "0:10", "0:10"),
    # Friday into a worked Saturday: 17:00-17:30, 9:00-10:00
    Story("P2", "02-13 17:00", "02-14 10:00 answer; 02-14 10:10 close", "1:30", "1:30"),
    # over the Spring Festival: 17:00-17:30, 9:00-9:15
    Story("P2", "02-14 17:00", "02-24 09:15 answer; 02-24 09:20 close", "0:45", "0:45"),
    # the resident is asked: 9:00-10:00, then 15:00-16:30 of the next day
    Story(
        "P2", "06-01 09:00", "06-01 10:00 ask; 06-02 15:00 add; 06-02 16:30 answer; 06-02 17:00 close", "1:00", "2:30"
    ),
    # … and replies on a Saturday: 16:30-17:00, Monday 9:00-9:20
    Story(
        "P2", "06-04 16:30", "06-04 17:00 ask; 06-06 10:00 add; 06-08 09:20 answer; 06-08 09:30 close", "0:30", "0:50"
    ),
    # the adviser goes on leave, which stops nothing: 15:00-17:30, Monday 9:00-10:00
    Story("P2", "06-18 15:00", "06-22 09:10 back; 06-22 10:00 answer; 06-22 10:30 close", "3:30", "3:30"),
    # nor does the bot
    Story(
        "P2", "06-23 09:00",
        "06-23 09:01 notice; 06-23 09:30 notice; 06-23 13:00 answer; 06-23 13:10 close",
        "4:00", "4:00",
    ),
    # P0 at night: eleven minutes on the wall, none of them worked
    Story("P0", "07-04 23:50", "07-05 00:01 answer; 07-05 00:30 close", "0:11", "0:00"),
    # P1 in the evening: 17:00-18:20 on the wall, 17:00-17:30 worked
    Story("P1", "07-10 17:00", "07-10 18:20 answer; 07-10 18:30 close", "1:20", "0:30"),
    # reopened: the first reply stays 9:00-10:00; from then on 16:00-17:30, 9:00-9:30
    Story(
        "P2", "07-15 09:00",
        "07-15 10:00 answer; 07-15 10:30 close; 07-16 16:00 reopen; 07-17 09:30 answer; 07-17 09:40 close",
        "1:00", "2:00",
    ),
    # the resident closes before anybody replied: 16:00-17:30, 9:00-9:30
    Story("P2", "07-20 16:00", "07-21 09:30 withdraw", None, "2:00"),
    # asked twice: 11:00-11:30, 14:00-15:00, and 18:00 counts from 9:00-9:40
    Story(
        "P2", "07-27 11:00",
        "07-27 11:30 ask; 07-27 14:00 add; 07-27 15:00 ask; 07-28 18:00 add; 07-29 09:40 answer; 07-29 10:00 close",
        "0:30", "2:10",
    ),
    # into the next year, whose New Year's Day is a Friday: 17:00-17:30, Monday 9:00-9:05
    Story("P2", "12-31 17:00", "2027-01-04 09:05 answer; 2027-01-04 09:10 close", "0:35", "0:35"),
)  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.slow  # one test, so that the year is lived once however many processes test
def test_in_a_year_of_37_000_tickets_0_are_forgotten_and_every_clock_is_right() -> None:
    year = Year(NUMBER, STORIES).run()
    assert (len(year.tickets), ADVISERS, VILLAGES) == (NUMBER + len(STORIES), 92, 300)
    _everything_was_put_to_the_proof(year)
    _nobody_is_forgotten(year)
    _the_clocks_agree_with_another_way_of_counting(year)
    _the_clocks_agree_with_pencil_and_paper(year)


def test_20_reckoned_by_hand_waited_31_hours_and_40_minutes() -> None:
    year = Year(0, STORIES).run()
    _the_clocks_agree_with_pencil_and_paper(year)
    assert len(year.clocks) == 20
    assert sum((clock.spent for clock in year.clocks.values()), timedelta()) == _span("31:40")


def _everything_was_put_to_the_proof(year: Year) -> None:
    rings = Counter(alarm for record in year.records.values() for alarm in record.rings.elements())
    assert min(rings[alarm] for alarm in Alarm) > 1000
    assert {state for record in year.records.values() for _, state, _ in record.states} == set(State)
    assert year.returned > 1000  # by leave and by licences that expired
    assert year.most >= LIMITS.cap


def _nobody_is_forgotten(year: Year) -> None:
    """At every step the year itself looks for a ticket without an owner or an alarm; in the end all are done."""
    assert all(tickets.is_done(t) for t in year.tickets.values())
    assert all(t.followed_at for t in year.tickets.values() if t.state is not State.MERGED)
    merged = [t for t in year.tickets.values() if t.merged_into]
    assert all(year.tickets[t.merged_into or ""].resident == t.resident for t in merged)
    assert not any(year.loads.values())


def _the_clocks_agree_with_another_way_of_counting(year: Year) -> None:
    dial = Sundial()
    for receipt, clock in year.clocks.items():
        first, total = reckoned(year.records[receipt], dial)
        assert clock.spent.total_seconds() == pytest.approx(total, abs=1e-3)
        assert (clock.first_reply is None) == (first is None)
        assert (clock.first_reply or timedelta()).total_seconds() == pytest.approx(first or 0, abs=1e-3)


def _the_clocks_agree_with_pencil_and_paper(year: Year) -> None:
    shown = [year.clocks[f"BY-HAND-{n:02}"] for n in range(1, len(STORIES) + 1)]
    assert [c.first_reply for c in shown] == [_span(s.first) if s.first else None for s in STORIES]
    assert [c.spent for c in shown] == [_span(s.total) for s in STORIES]


def _span(said: str) -> timedelta:
    hours, minutes = said.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def reckoned(record: Record, dial: Sundial) -> tuple[float | None, float]:
    """First reply and total of our time in seconds, from nothing but the states and when they began."""
    first, total, since = None, 0.0, record.states[0][0]
    owed = True
    for moment, state, level in record.states[1:]:
        owes = state not in QUIET and not _is_over(state)
        if owed and not owes:
            total += dial.seconds(since, moment)
            if first is None and state not in (State.CLOSED, State.MERGED):
                first = dial.seconds(since, moment) if level is Level.P2 else (moment - since).total_seconds()
        if owes and not owed:
            since = moment
            total = 0.0 if state is State.REOPENED else total
        owed = owes
    return first, total


def _is_over(state: State) -> bool:
    return state in (State.CLOSED, State.MERGED, State.REFERRED)
