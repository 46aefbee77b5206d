"""Work is done by the clock once and in time, though the process stalls and the clock jumps."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bot import schedule

PERIOD = timedelta(seconds=0.2)


class Done:
    """When the work was done, by the clock that only counts."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def work(self) -> int:
        """Once more."""
        self.at.append(time.monotonic())
        return 0


@asynccontextmanager
async def running(*periods: timedelta) -> AsyncGenerator[list[Done]]:
    """Clocks with work of these periods, one for each, and what was done."""
    clock, works = schedule.scheduler(), [Done() for _ in periods]
    for number, (done, period) in enumerate(zip(works, periods, strict=True)):
        schedule.every(clock, period, f"work {number}", done.work)
    clock.start()
    watching = asyncio.create_task(schedule.watch(clock))
    try:
        yield works
    finally:
        watching.cancel()
        clock.shutdown(wait=False)
        await asyncio.gather(watching, return_exceptions=True)


async def test_a_stall_of_three_seconds_at_the_very_moment_delays_it_and_does_it_once() -> None:
    async with running(timedelta(seconds=1)) as [done]:
        await asyncio.sleep(0.5)
        assert len(done.at) == 1
        time.sleep(3)  # noqa: ASYNC251 - the whole process stalls
        woke = time.monotonic()
        await asyncio.sleep(0.3)
        assert len([at for at in done.at if at > woke - 0.01]) == 1


@pytest.mark.parametrize(
    "jump", [timedelta(seconds=60), -timedelta(seconds=60), timedelta(days=1), -timedelta(days=1)], ids=str
)
async def test_a_jump_of_the_clock_puts_no_work_to_sleep(jump: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK", 0.2)
    async with running(PERIOD, timedelta(hours=1)) as [often, seldom]:
        await asyncio.sleep(0.3)
        with time_machine.travel(datetime.now(UTC) + jump, tick=True):
            jumped = time.monotonic()
            wanted = (often, 3), (seldom, 1)
            # a busy machine may take seconds; without the watch it would be a day
            async with asyncio.timeout(20):
                while min(len([at for at in done.at if at > jumped]) - least for done, least in wanted) < 0:  # noqa: ASYNC110 - a count
                    await asyncio.sleep(0.05)
            assert len([at for at in seldom.at if at > jumped]) <= 2


async def test_a_clock_that_is_set_right_gently_is_no_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK", 0.1)
    async with running(timedelta(hours=1)) as [seldom]:
        await asyncio.sleep(0.15)
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=0.4), tick=True):
            await asyncio.sleep(0.4)
        assert len(seldom.at) == 1
