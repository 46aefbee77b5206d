"""Do what is due by the clock. APScheduler gives the times; nothing here would matter if it were done twice."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.log import failure, logger
from handlers.errors import StorageDown

log = logger(__name__)
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
