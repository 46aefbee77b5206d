"""Staff are told what is theirs to know, once, and what can wait waits for the office."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.desk import news
from handlers.desk.clocks import Alarm
from handlers.desk.moves import Event
from handlers.desk.news import News
from handlers.desk.states import Act, State
from handlers.desk.tickets import Level, Ticket, Tier
from tests.handlers.times import HOURS, at

LI, WANG = 1, 2
TICKET = Ticket("TL-1", "r", Level.P2, "", "asked", at("11-24 10:00"), offered=WANG)
HELD = replace(TICKET, state=State.CLAIMED, adviser=WANG, offered=None)


def event(act: Act | Alarm, by: int | None = None, owner: int | None = None) -> Event:
    return Event("TL-1", act, at("11-24 10:00"), by, owner, State.OPEN, Tier.VILLAGE)


@pytest.mark.parametrize(
    ("ticket", "happened", "told"),
    [
        (TICKET, event(Act.OFFER), {WANG: News.NEW}),
        (HELD, event(Act.OFFER), {}),
        (TICKET, event(Act.TRANSFER, LI, LI), {WANG: News.PASSED_ON}),
        (TICKET, event(Act.ESCALATE, LI, LI), {WANG: News.EXPERT}),
        (TICKET, event(Act.GIVE_BACK, None, LI), {WANG: News.BACK}),
        (TICKET, event(Alarm.BACK, None, LI), {LI: News.LATE, WANG: News.BACK}),
        (TICKET, event(Alarm.UP, None, LI), {LI: News.LATE, WANG: News.UP}),
        (TICKET, event(Act.REOPEN), {WANG: News.AGAIN}),
        (HELD, event(Act.ADD, None, WANG), {WANG: News.MORE}),
        (HELD, event(Act.ADD, WANG, WANG), {}),
        (HELD, event(Alarm.WARN, None, WANG), {WANG: News.SOON}),
        (HELD, event(Alarm.WARN, None, LI), {}),
        (replace(HELD, state=State.WAITING_ADVISER), event(Act.LAPSE, None, WANG), {WANG: News.SILENT}),
        (replace(HELD, state=State.CLOSED), event(Act.LAPSE, None, WANG), {}),
        (replace(HELD, state=State.CLOSED), event(Act.WITHDRAW, None, WANG), {WANG: News.OVER}),
        (HELD, event(Act.CLAIM, WANG), {}),
        (replace(TICKET, offered=None), event(Act.OFFER), {}),
    ],
)
def test_each_is_told_what_concerns_them(ticket: Ticket, happened: Event, told: dict[int, News]) -> None:
    assert news.told(ticket, [happened]) == told
    assert not told or str(happened.act) in news.TELLING, "what is told must be kept for it"


def test_of_several_things_each_is_told_the_last() -> None:
    assert news.told(HELD, [event(Act.ADD, None, WANG), event(Alarm.WARN, None, WANG)]) == {WANG: News.SOON}


@pytest.mark.parametrize(
    ("level", "now", "due"),
    [
        (Level.P2, "11-24 10:00", "11-24 10:00"),
        (Level.P2, "11-24 17:30", "11-25 09:00"),
        (Level.P2, "11-28 10:00", "11-30 09:00"),  # a Saturday
        (Level.P1, "11-28 03:00", "11-28 03:00"),
        (Level.P0, "11-24 23:00", "11-24 23:00"),
    ],
)
def test_what_is_urgent_is_told_at_once_and_the_rest_while_the_office_is_open(level: Level, now: str, due: str) -> None:
    assert news.due(level, HOURS, at(now)) == at(due)
    assert news.due(level, HOURS, at(due) + timedelta(seconds=1)) >= at(due)
