"""A ticket goes from open to closed by its adviser's acts only, and its number can be read out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import tickets
from handlers.errors import Refused
from handlers.tickets import Level, State, Ticket
from tests.handlers.shelf import NOW

OPEN = Ticket("TL261124-AAAAAA", "r", Level.P2, "", "asked", NOW)
CLAIMED = replace(OPEN, state=State.CLAIMED, adviser=1, claimed_at=NOW)
ANSWERED = replace(CLAIMED, state=State.ANSWERED, answered_at=NOW)
CLOSED = replace(ANSWERED, state=State.CLOSED, closed_at=NOW)
LATER = NOW + timedelta(hours=1)
Act = Callable[[Ticket, int, datetime], Ticket]


@pytest.mark.parametrize(
    ("act", "ticket", "after"),
    [
        (tickets.claim, OPEN, replace(OPEN, state=State.CLAIMED, adviser=1, claimed_at=LATER)),
        (tickets.answer, CLAIMED, replace(CLAIMED, state=State.ANSWERED, answered_at=LATER)),
        (tickets.answer, ANSWERED, ANSWERED),
        (tickets.close, ANSWERED, replace(ANSWERED, state=State.CLOSED, closed_at=LATER)),
    ],
)
def test_the_adviser_who_holds_it_brings_a_ticket_forward(act: Act, ticket: Ticket, after: Ticket) -> None:
    assert act(ticket, 1, LATER) == after


@pytest.mark.parametrize(
    ("act", "ticket", "adviser", "reason"),
    [
        (tickets.claim, CLAIMED, 1, "已有人接单"),
        (tickets.claim, CLAIMED, 2, "已有人接单"),
        (tickets.claim, ANSWERED, 2, "已有人接单"),
        (tickets.claim, CLOSED, 2, "已有人接单"),
        (tickets.answer, OPEN, 1, "请先接单"),
        (tickets.answer, CLAIMED, 2, "请先接单"),
        (tickets.answer, CLOSED, 1, "已办结"),
        (tickets.close, OPEN, 1, "请先接单"),
        (tickets.close, CLAIMED, 1, "先答复"),
        (tickets.close, ANSWERED, 2, "请先接单"),
        (tickets.close, CLOSED, 1, "先答复"),
    ],
)
def test_what_a_ticket_does_not_allow_is_refused_with_the_reason(
    act: Act, ticket: Ticket, adviser: int, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        act(ticket, adviser, LATER)


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_a_receipt_number_has_only_characters_that_are_not_misread(chance: int) -> None:
    number = tickets.number(NOW, chance)
    assert len(number) == 15
    assert number.startswith("TL261124-")
    assert not set(number[9:]) & set("01ILO")


def test_the_date_of_a_receipt_number_is_the_one_on_the_wall_here() -> None:
    assert tickets.number(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), 0) == "TL261124-222222"
    assert tickets.number(datetime(2026, 11, 23, 15, 59, tzinfo=UTC), 1) == "TL261123-322222"


def test_every_state_has_a_name_for_people() -> None:
    assert set(tickets.STATE_NAMES) == set(State)
