"""Do what is due by the clock. APScheduler gives the times; nothing here would matter if it were done twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.log import failure, logger
from handlers.errors import StorageDown

log = logger(__name__)
LOOK = 1.0  # seconds between looks at whether the clock has jumped
JUMP = 1.0  # seconds; less is a clock that is being set right gently
ZONE = "Asia/Shanghai"


def scheduler() -> AsyncIOScheduler:
    """A clock that does not drop a job because the process was busy when it was due."""
    return AsyncIOScheduler(
        timezone=ZONE, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )


def every(clock: AsyncIOScheduler, period: timedelta, name: str, work: Callable[[], Awaitable[int]]) -> None:
    """Do the work now and then after every period; it returns how many things it changed."""

    async def job() -> None:
        try:
            changed = await work()
        except StorageDown as error:
            log.error("clock work put off", work=name, error=failure(error))
            return
        if changed:
            log.info("clock work", work=name, changed=changed)

    clock.add_job(job, "interval", seconds=period.total_seconds(), id=name, next_run_time=datetime.now(UTC))


async def watch(clock: AsyncIOScheduler) -> None:
    """Do all work anew whenever the clock of the machine has jumped, for ever.

    The scheduler keeps the hour at which work is next due: after a jump back by a day it would rest for a day.
    """
    before = _ahead()
    while True:
        await asyncio.sleep(LOOK)
        after = _ahead()
        if abs(after - before) > JUMP:
            log.warning("the clock has jumped", seconds=round(after - before))
            for job in clock.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
        before = after


def _ahead() -> float:
    """How far the clock on the wall is ahead of the one that only counts."""
    return time.time() - time.monotonic()
