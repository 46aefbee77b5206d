"""Say in which states a ticket can be, and which act leads from which to which."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from handlers.errors import Refused


class State(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING_RESIDENT = "waiting_resident"
    WAITING_ADVISER = "waiting_adviser"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    ESCALATED = "escalated"  # for an expert to claim
    TRANSFERRED = "transferred"  # for one adviser to claim
    MERGED = "merged"
    REFERRED = "referred"


UNHELD = frozenset({State.OPEN, State.TRANSFERRED, State.ESCALATED, State.REOPENED})
HELD = frozenset({State.CLAIMED, State.WAITING_RESIDENT, State.WAITING_ADVISER, State.ANSWERED})
DONE = frozenset({State.CLOSED, State.MERGED, State.REFERRED})
ALIVE = UNHELD | HELD
QUIET = frozenset({State.WAITING_RESIDENT, State.ANSWERED})  # the resident owes the next word


class Act(StrEnum):
    """What can be done with a ticket."""

    OFFER = "offer"  # it is somebody's turn to claim it
    CLAIM = "claim"
    ANSWER = "answer"
    ASK = "ask"  # the adviser needs to know more
    CLOSE = "close"
    TRANSFER = "transfer"
    ESCALATE = "escalate"
    MERGE = "merge"
    REFER = "refer"
    GIVE_BACK = "give_back"
    ADD = "add"  # the resident says more
    WITHDRAW = "withdraw"  # the resident closes
    REOPEN = "reopen"
    RATE = "rate"
    NOTICE = "notice"  # the bot says something
    LAPSE = "lapse"  # the resident said nothing for too long
    WAKE = "wake"  # … and was in danger: somebody must look
    FOLLOW_UP = "follow_up"


def _to(state: State, sources: Iterable[State]) -> dict[State, State]:
    return dict.fromkeys(sources, state)


def _stay(states: Iterable[State]) -> dict[State, State]:
    return {state: state for state in states}


MOVES: Mapping[Act, Mapping[State, State]] = {
    Act.OFFER: _stay(UNHELD),
    Act.CLAIM: _to(State.CLAIMED, UNHELD),
    Act.ANSWER: _to(State.ANSWERED, HELD),
    Act.ASK: _to(State.WAITING_RESIDENT, HELD),
    Act.CLOSE: _to(State.CLOSED, HELD),
    Act.TRANSFER: _to(State.TRANSFERRED, HELD),
    Act.ESCALATE: _to(State.ESCALATED, HELD),
    Act.MERGE: _to(State.MERGED, HELD),
    Act.REFER: _to(State.REFERRED, HELD),
    Act.GIVE_BACK: _to(State.OPEN, ALIVE),
    Act.ADD: _stay(ALIVE - QUIET) | _to(State.WAITING_ADVISER, QUIET),
    Act.WITHDRAW: _to(State.CLOSED, ALIVE),
    Act.REOPEN: _to(State.REOPENED, (State.CLOSED, State.REFERRED)),
    Act.RATE: _stay((State.ANSWERED, State.CLOSED, State.REFERRED)),
    Act.NOTICE: _stay(State),
    Act.LAPSE: _to(State.CLOSED, QUIET),
    Act.WAKE: _to(State.WAITING_ADVISER, QUIET),
    Act.FOLLOW_UP: _stay((State.CLOSED, State.REFERRED)),
}

_CLAIM_FIRST = "请先接单；别人接的单由接单人办理。"
_TAKEN = "这张工单已有人接单。"
_NOT_QUIET = "现在不是在等居民回话。"
_REFUSALS = dict.fromkeys(Act, _CLAIM_FIRST) | {
    Act.OFFER: _TAKEN,
    Act.CLAIM: _TAKEN,
    Act.REOPEN: "工单还在办理，不用重新打开。",
    Act.RATE: "有了答复以后再评分。",
    Act.LAPSE: _NOT_QUIET,
    Act.WAKE: _NOT_QUIET,
    Act.FOLLOW_UP: "工单还没有办结，先不回访。",
}
_OVER = {
    State.CLOSED: "工单已办结；要继续，请先重新打开。",
    State.MERGED: "这张工单已并入另一张，请在那一张上办理。",
    State.REFERRED: "工单已转介给别的单位；要继续，请先重新打开。",
}


def after(state: State, act: Act) -> State:
    """The state that the act leads to; raises Refused with the reason."""
    moved = MOVES[act].get(state)
    if moved is None:
        raise Refused(_OVER.get(state) or _REFUSALS[act])
    return moved
