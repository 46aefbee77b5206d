"""Say how far a push has come: what was sent, what failed and why, what remains and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.web.wording import span
from handlers.deliveries import State
from handlers.education.campaigns import RUN_NAMES, Run, RunState, Tally

# as the channels and the outbox write them down
REASONS = {
    "Forbidden": "对方屏蔽了我们或注销了，订阅已结束",
    "BadRequest": "渠道说没有这个人或不收这条",
    "Unanswered": "发了没有回音，不重发",
    "stopped by the resident": "发到之前退订了",
    "called off by the bureau": "司法局取消了",
    "expired": "内容过了有效期",
}
OPEN = (RunState.QUEUEING, RunState.SENDING)


@dataclass(frozen=True, slots=True)
class Report:
    """One dated firing in numbers; `pace` says the rate and the time that remains, while it is under way."""

    due_at: datetime
    state: str
    reason: str
    total: int
    sent: int
    waiting: int
    failed: tuple[tuple[str, int], ...]
    pace: str


def report(run: Run, tally: Tally, now: datetime) -> Report:
    """The run as the page tells of it."""
    failed = tuple((REASONS.get(why, why), many) for why, many in sorted(tally.reasons.items()))
    reason = REASONS.get(run.reason, run.reason)
    sent = tally.states.get(State.SENT, 0)
    pace = _pace(run, tally, now) if run.state in OPEN and tally.waiting else ""
    return Report(run.due_at, RUN_NAMES[run.state], reason, tally.total, sent, tally.waiting, failed, pace)


def _pace(run: Run, tally: Tally, now: datetime) -> str:
    gone = (now - run.started_at).total_seconds() if run.started_at else 0.0
    rate = (tally.total - tally.waiting) / gone if gone > 0 else 0.0
    if not rate:
        return ""
    return f"平均每秒 {rate:.1f} 条，大约还要{span(timedelta(seconds=tally.waiting / rate))}"
