"""Push to many at once where a channel wants it so: a lane of its own, with a quota of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from handlers import deliver
from handlers.deliver import Dispatch
from handlers.deliveries import Delivery, Mass, Receipt
from handlers.hours import SHANGHAI
from storage.outbox import Outbox

MOST, EACH = 10_000, 4  # openids in one call; messages to one follower in a month of the calendar
CALLS = 5  # in one look; WeChat allows 100 a day


class Many(Protocol):
    """A channel that takes one text for many."""

    name: str

    async def mass(self, told: Sequence[Delivery]) -> Receipt:
        """Send, and say what became of it for all of them."""
        ...


async def push(channel: Many, outbox: Outbox, dispatch: Dispatch, now: datetime) -> int:
    """Send what waits; returns how many deliveries were settled. In no quiet hour."""
    settled = 0
    for _ in range(CALLS):
        if dispatch.quiet(now):
            return settled
        told = await outbox.take_mass(channel.name, Mass(MOST, EACH, _month(now)), now)
        if not told:
            return settled
        receipt = await channel.mass(told)
        await outbox.turn([deliver.settle(dispatch, d, receipt, now) for d in told], (), 0, now)
        settled += len(told)
    return settled


def _month(now: datetime) -> datetime:
    """When this month began on the calendars here."""
    return now.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
