"""Bring deliveries to their channels: claim a few, send with nothing held open, write down what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import deliveries
from handlers.deliveries import Delivery, Lane
from handlers.ports import Channel, Outbox


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What is needed to deliver; `window` is how many sends may be under way at once."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    window: int
    resend_after: timedelta
    quiet: Callable[[datetime], bool] = lambda _: False  # is nobody to be told anything unasked just now?


async def turn(dispatch: Dispatch, settled: Sequence[Delivery], under_way: int, now: datetime) -> Sequence[Delivery]:
    """Write down what was settled, and take the next that their channels have room for."""
    open_now = {name: channel.room() for name, channel in dispatch.channels.items()}
    ready = [name for name, room in open_now.items() if room > 0]
    # the least room of all: what a channel has no room for would only wait in it, and be in doubt if we died meanwhile
    limit = min(dispatch.window - under_way, *(open_now[name] for name in ready)) if ready else 0
    lowest = Lane.TICKET if dispatch.quiet(now) else Lane.PUSH
    return await dispatch.outbox.turn(settled, ready, limit, now, lowest=lowest)


async def send(dispatch: Dispatch, delivery: Delivery) -> deliveries.Receipt:
    """Give one delivery to its channel."""
    return await dispatch.channels[delivery.address.channel].send(delivery)


def settle(dispatch: Dispatch, delivery: Delivery, receipt: deliveries.Receipt, now: datetime) -> Delivery:
    """What becomes of the delivery after the channel's receipt."""
    return deliveries.settle(delivery, receipt, now, dispatch.resend_after)
