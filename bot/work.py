"""Run the two loops that must not die: one handles what came in, one delivers what goes out."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot import metrics
from bot.log import failure, logger
from handlers import deliver, receive
from handlers.deliver import Dispatch
from handlers.deliveries import Delivery, Receipt, Uncertain
from handlers.errors import StorageDown
from handlers.messages import Arrived
from handlers.outcomes import Outcome
from handlers.receive import Reception

T = TypeVar("T")
Handle = Callable[[Reception, Sequence[Arrived], datetime], Awaitable[Sequence[Outcome]]]
log = logger(__name__)
LINGER = 0.004  # seconds to let a few more come before they are handled or sent together: a commit each costs more
PAUSE = 1.0  # seconds between tries while the database is down
FULL_PAUSE = 0.02  # seconds until a channel that is at its pace is looked at again


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


class Bell:
    """Rung when there is work; waiting ends with the ring or after a while, since other processes ring elsewhere."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There is work."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until the next ring, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()


async def receive_forever(reception: Reception, bell: Bell, after: Bell, idle: float) -> None:
    """Handle what waits in the inbox."""
    while True:
        try:
            handled = await _to_the_end(_receive(reception))
            if handled:
                after.ring()
            else:
                await bell.wait(idle)
            if handled < reception.batch:
                await asyncio.sleep(LINGER)
        except StorageDown as error:
            await _rest(error)
        except Exception as error:  # the loop must not die: what was claimed is claimed again when its lease ends
            log.error("receiving failed", error=failure(error))
            await asyncio.sleep(PAUSE)


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Be cancelled only after the work: what a stopping process claims and drops would wait for its lease to end."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _receive(reception: Reception) -> int:
    arrived = await receive.claim(reception, now())
    if arrived:
        staff = await receive.of_staff(reception, arrived)
        for one in arrived:
            if one.id in staff:
                await _handle(reception, [one], receive.advise)
        if residents := [one for one in arrived if one.id not in staff]:
            await _handle(reception, residents, receive.handle)
    return len(arrived)


async def _handle(reception: Reception, arrived: Sequence[Arrived], handle: Handle) -> None:
    try:
        for outcome in await handle(reception, arrived, now()):
            metrics.DECIDED.labels(outcome.verdict.decision).inc()
    except StorageDown:
        raise
    except Exception as error:  # one message that cannot be handled must not hold up the others
        if len(arrived) > 1:
            for one in arrived:
                await _handle(reception, [one], handle)
            return
        dead = await receive.fail(reception, arrived[0], failure(error), now())
        metrics.FAILED.labels(str(dead).lower()).inc()
        log.error("message failed", row=arrived[0].id, tries=arrived[0].tries, given_up=dead, error=failure(error))


class Courier:
    """Keeps sends under way, and writes down what became of them together with taking the next."""

    def __init__(self, dispatch: Dispatch, bell: Bell, idle: float) -> None:
        self._dispatch = dispatch
        self._bell = bell
        self._idle = idle
        self._under_way: set[asyncio.Task[Delivery]] = set()
        self._settled: list[Delivery] = []

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            try:
                await self._turn()
            except StorageDown as error:
                await _rest(error)
            except Exception as error:  # the loop must not die: a lease that ends puts its delivery in doubt
                log.error("delivering failed", error=failure(error))
                await asyncio.sleep(PAUSE)

    async def finish(self, seconds: float) -> None:
        """Let what is under way arrive, and write it down."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        self._collect()
        try:
            await deliver.turn(self._dispatch, self._settled, self._dispatch.window, now())
        except StorageDown as error:  # nobody knows then what arrived: the leases will say so
            log.error("deliveries not written down", count=len(self._settled), error=str(error))

    async def _turn(self) -> None:
        taken = await _to_the_end(self._exchange())
        await asyncio.sleep(0)  # they take their place in their channel's pace before the next look at it
        if not taken or len(self._under_way) >= self._dispatch.window:
            await self._wait()
            await asyncio.sleep(LINGER)

    async def _exchange(self) -> bool:
        """Hand in what is settled, and send what is given in return."""
        self._collect()
        taken = await deliver.turn(self._dispatch, self._settled, len(self._under_way), now())
        self._settled = []
        self._under_way |= {asyncio.create_task(self._send(d)) for d in taken}
        metrics.UNDER_WAY.set(len(self._under_way))
        return bool(taken)

    async def _wait(self) -> None:
        full = any(channel.room() <= 0 for channel in self._dispatch.channels.values())
        rung = asyncio.create_task(self._bell.wait(FULL_PAUSE if full else self._idle))
        await asyncio.wait({rung, *self._under_way}, return_when=asyncio.FIRST_COMPLETED)
        rung.cancel()

    async def _send(self, delivery: Delivery) -> Delivery:
        receipt = await self._receipt(delivery)
        metrics.DELIVERED.labels(delivery.address.channel, type(receipt).__name__.lower()).inc()
        return deliver.settle(self._dispatch, delivery, receipt, now())

    async def _receipt(self, delivery: Delivery) -> Receipt:
        try:
            return await deliver.send(self._dispatch, delivery)
        except Exception as error:  # a channel must not raise; if it does, nobody knows whether it had sent
            log.error("channel failed", channel=delivery.address.channel, row=delivery.id, error=failure(error))
            return Uncertain(failure(error))

    def _collect(self) -> None:
        done = {task for task in self._under_way if task.done()}
        self._under_way -= done
        self._settled += [task.result() for task in done]


async def _rest(error: StorageDown) -> None:
    metrics.STORAGE_DOWN.inc()
    log.error("database cannot be used", error=str(error))
    await asyncio.sleep(PAUSE)
