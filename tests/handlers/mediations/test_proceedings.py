"""One table says what can be done in a mediation, and no state is a trap."""

import pytest

from handlers.errors import Refused
from handlers.mediations import proceedings
from handlers.mediations.proceedings import BEFORE, BOUND, ENDED, MOVES, STATE_NAMES, WILLING, Act, State


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_an_act_leads_where_the_table_says_or_is_refused_in_chinese(act: Act, state: State) -> None:
    if state in MOVES[act]:
        assert proceedings.after(state, act) is MOVES[act][state]
    else:
        with pytest.raises(Refused, match=r"^现在是“[一-龥]+”，不能[一-龥]+。$"):
            proceedings.after(state, act)


def test_every_state_is_before_with_or_without_an_agreement_and_has_a_name() -> None:
    assert {*BEFORE, *BOUND, *ENDED} == set(State) == set(STATE_NAMES)
    assert len(BEFORE) + len(BOUND) + len(ENDED) == len(State)
    assert set(State) - WILLING == {State.INTAKE, *ENDED}


def test_only_acceptance_leads_from_intake_to_where_consent_is_needed() -> None:
    into = {act for act, moves in MOVES.items() if moves.get(State.INTAKE) in WILLING}
    assert into == {Act.ACCEPT}


def test_only_a_signed_agreement_binds() -> None:
    into = {
        act for act, moves in MOVES.items() for here, there in moves.items() if here not in BOUND and there in BOUND
    }
    assert into == {Act.SIGN}


def _reached(begin: State) -> set[State]:
    seen, ahead = {begin}, [begin]
    while ahead:
        here = ahead.pop()
        fresh = {moves[here] for moves in MOVES.values() if here in moves} - seen
        seen |= fresh
        ahead.extend(fresh)
    return seen


def test_every_state_can_be_reached_from_intake() -> None:
    assert _reached(State.INTAKE) == set(State)


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_without_an_agreement_stays_so(state: State) -> None:
    assert _reached(state) == {state}
