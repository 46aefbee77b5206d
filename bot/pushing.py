"""Push what is due, and say aloud what was missed."""

from datetime import datetime, timedelta

from bot import metrics
from bot.config import File
from bot.log import logger
from handlers.education.broadcast import Press, broadcast
from handlers.education.campaigns import Limits, RunState
from knowledge.statutes.store import Statutes
from storage.store import Store

log = logger(__name__)


def limits(file: File) -> Limits:
    """What holds for every push."""
    push = file.push
    late = timedelta(minutes=push.late_minutes)
    window = timedelta(days=push.effect_days)
    return Limits(
        push.quiet_from, push.quiet_to, push.weekly, late, tuple(push.channels),
        tests=frozenset(push.test_addresses), window=window,
    )  # fmt: skip


async def push(store: Store, statutes: Statutes, file: File, now: datetime) -> int:
    """Do what is due; returns how many runs were begun or missed."""
    fired = await broadcast(Press(store.campaigns, statutes, limits(file)), now)
    for run in fired:
        metrics.RUNS.labels(run.state).inc()
        if run.state is RunState.MISSED:
            log.error("push missed", campaign=run.campaign, due=run.due_at.isoformat(), reason=run.reason)
    return len(fired)
