"""Tell people in danger what to do while nothing can be stored."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime

from handlers.deliveries import Delivery, Lane, Sent, State, Uncertain
from handlers.messages import Inbound, Reply
from handlers.ports import Channel

REMEMBERED = 10_000  # messages; the oldest are forgotten first


class Emergency:
    """Sends each safety text once, straight to its channel, and remembers to whom."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._told: OrderedDict[tuple[str, str], Reply | None] = OrderedDict()  # None while nobody can say

    async def tell(self, inbound: Inbound, reply: Reply) -> None:
        """Send the safety text, once for each Inbound; one that surely did not arrive is sent at the next telling."""
        key = _key(inbound)
        if key in self._told:
            return
        self._remember(key, None)
        delivery = Delivery(0, inbound.address, Lane.TALK, reply, State.SENDING, 1, datetime.now(UTC))
        match await self._channels[inbound.address.channel].send(delivery):
            case Sent():
                self._remember(key, reply)
            case Uncertain():
                pass
            case _:
                self._told.pop(key, None)

    def _remember(self, key: tuple[str, str], reply: Reply | None) -> None:
        self._told[key] = reply
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)

    def told(self, inbound: Inbound) -> Reply | None:
        """What surely arrived for this Inbound, if anything did: in doubt, the stored answer says it again."""
        return self._told.get(_key(inbound))


def _key(inbound: Inbound) -> tuple[str, str]:
    return inbound.address.channel, inbound.external_id
