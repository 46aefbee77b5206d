"""One table says what can be done with a ticket, and no state is a trap."""

import pytest

from handlers.desk import states
from handlers.desk.states import ALIVE, DONE, HELD, MOVES, QUIET, UNHELD, Act, State
from handlers.errors import Refused


def test_every_state_is_either_waiting_for_somebody_or_held_or_done() -> None:
    assert {*UNHELD, *HELD, *DONE} == set(State)
    assert len(UNHELD) + len(HELD) + len(DONE) == len(State)
    assert QUIET < HELD


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_an_act_leads_where_the_table_says_or_is_refused_in_chinese(act: Act, state: State) -> None:
    if state in MOVES[act]:
        assert states.after(state, act) is MOVES[act][state]
    else:
        with pytest.raises(Refused, match=r"^[一-龥，；。]+$"):
            states.after(state, act)


def _reached(begin: State) -> set[State]:
    seen, ahead = {begin}, [begin]
    while ahead:
        here = ahead.pop()
        fresh = {moves[here] for moves in MOVES.values() if here in moves} - seen
        seen |= fresh
        ahead.extend(fresh)
    return seen


def test_every_state_can_be_reached_from_open() -> None:
    assert _reached(State.OPEN) == set(State)


@pytest.mark.parametrize("state", sorted(ALIVE))
def test_every_ticket_can_still_be_closed_answered_or_given_to_somebody(state: State) -> None:
    assert {State.CLOSED, State.ANSWERED, State.OPEN} <= _reached(state)


def test_a_merged_ticket_lives_on_only_in_the_other() -> None:
    assert _reached(State.MERGED) == {State.MERGED}


def test_only_the_one_who_holds_it_could_answer_and_only_an_unheld_one_is_claimed() -> None:
    assert set(MOVES[Act.ANSWER]) == set(MOVES[Act.ASK]) == HELD
    assert set(MOVES[Act.CLAIM]) == UNHELD


def test_what_the_bot_says_changes_no_state() -> None:
    assert MOVES[Act.NOTICE] == {state: state for state in State}
