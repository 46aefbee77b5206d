"""Say how far a mediation can be, and which act leads from where to where."""

from collections.abc import Mapping
from enum import StrEnum

from handlers.errors import Refused


class State(StrEnum):
    """Where a mediation stands."""

    INTAKE = "intake"  # not everybody has said that they want it
    ACCEPTED = "accepted"
    MEDIATING = "mediating"
    DRAFTED = "drafted"
    IN_FORCE = "in_force"
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    PERFORMED = "performed"
    FAILED = "failed"
    DECLINED = "declined"  # before it began


STATE_NAMES = {
    State.INTAKE: "等双方表示愿意",
    State.ACCEPTED: "已受理",
    State.MEDIATING: "调解中",
    State.DRAFTED: "协议待签",
    State.IN_FORCE: "协议生效",
    State.APPLIED: "已申请司法确认",
    State.CONFIRMED: "法院已确认",
    State.REJECTED: "法院驳回",
    State.EXPIRED: "过了确认的期限",
    State.PERFORMED: "已履行",
    State.FAILED: "没有调成",
    State.DECLINED: "一方拒绝",
}
BEFORE = frozenset({State.INTAKE, State.ACCEPTED, State.MEDIATING, State.DRAFTED})  # an agreement is in force
ENDED = frozenset({State.FAILED, State.DECLINED})  # without one
BOUND = frozenset(State) - BEFORE - ENDED
ALIVE = BEFORE | {State.IN_FORCE, State.APPLIED}  # somebody has still something to do
WILLING = frozenset(State) - {State.INTAKE} - ENDED  # nobody gets here without everybody's consent


class Act(StrEnum):
    """What can be done in a mediation."""

    AGREE = "agree"
    CORRECT = "correct"  # who a party is
    DECLINE = "decline"
    STOP = "stop"  # a party wants no more of what has begun
    ACCEPT = "accept"
    START = "start"
    ESCALATE = "escalate"
    REPORT = "report"  # to the police
    SKETCH = "sketch"  # write down a part of what is agreed
    DRAFT = "draft"
    SIGN = "sign"
    APPLY = "apply"
    WITHDRAW = "withdraw"  # the application to the court
    CONFIRM = "confirm"
    REJECT = "reject"
    EXPIRE = "expire"
    REMIND = "remind"
    PERFORM = "perform"
    FAIL = "fail"
    RENEW = "renew"


def _to(state: State, *sources: State) -> dict[State, State]:
    return dict.fromkeys(sources, state)


MOVES: Mapping[Act, Mapping[State, State]] = {
    Act.AGREE: _to(State.INTAKE, State.INTAKE),
    Act.CORRECT: {state: state for state in BEFORE},
    Act.DECLINE: _to(State.DECLINED, State.INTAKE, State.ACCEPTED),
    Act.STOP: _to(State.FAILED, State.MEDIATING, State.DRAFTED),
    Act.ACCEPT: _to(State.ACCEPTED, State.INTAKE),
    Act.START: _to(State.MEDIATING, State.ACCEPTED),
    Act.ESCALATE: _to(State.ACCEPTED, State.ACCEPTED, State.MEDIATING),
    Act.REPORT: {state: state for state in BEFORE},
    Act.SKETCH: _to(State.MEDIATING, State.MEDIATING, State.DRAFTED),
    Act.DRAFT: _to(State.DRAFTED, State.MEDIATING, State.DRAFTED),
    Act.SIGN: _to(State.IN_FORCE, State.DRAFTED),
    Act.APPLY: _to(State.APPLIED, State.IN_FORCE),
    Act.WITHDRAW: _to(State.IN_FORCE, State.APPLIED),
    Act.CONFIRM: _to(State.CONFIRMED, State.APPLIED),
    Act.REJECT: _to(State.REJECTED, State.APPLIED),
    Act.EXPIRE: _to(State.EXPIRED, State.IN_FORCE),
    Act.REMIND: _to(State.IN_FORCE, State.IN_FORCE),
    Act.PERFORM: _to(State.PERFORMED, State.IN_FORCE, State.CONFIRMED, State.EXPIRED),
    Act.FAIL: _to(State.FAILED, State.ACCEPTED, State.MEDIATING, State.DRAFTED),
    Act.RENEW: _to(State.INTAKE, State.REJECTED, State.EXPIRED),
}
ACT_NAMES = {
    Act.AGREE: "表示愿意调解",
    Act.CORRECT: "改当事人的情况",
    Act.DECLINE: "拒绝调解",
    Act.STOP: "要求终止调解",
    Act.ACCEPT: "受理",
    Act.START: "开始调解",
    Act.ESCALATE: "转到上一级",
    Act.REPORT: "报告公安机关",
    Act.SKETCH: "存协议草稿",
    Act.DRAFT: "拟协议",
    Act.SIGN: "签协议",
    Act.APPLY: "申请司法确认",
    Act.WITHDRAW: "撤回确认申请",
    Act.CONFIRM: "登记法院确认",
    Act.REJECT: "登记法院驳回",
    Act.EXPIRE: "登记过期",
    Act.REMIND: "提醒申请确认",
    Act.PERFORM: "登记履行",
    Act.FAIL: "登记没有调成",
    Act.RENEW: "重新调解",
}


def after(state: State, act: Act) -> State:
    """Where the act leads; raises Refused with the reason."""
    moved = MOVES[act].get(state)
    if moved is None:
        raise Refused(f"现在是“{STATE_NAMES[state]}”，不能{ACT_NAMES[act]}。")
    return moved
