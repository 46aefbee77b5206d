"""Reach residents on the web page: a delivery is kept already, so to send it is to wake whoever is looking."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from handlers.deliveries import Delivery, Receipt, Sent

NAME = "web"


class Web:
    """The channel; pages that are open wait on their address."""

    name = NAME

    def __init__(self) -> None:
        self._looking: dict[str, set[asyncio.Event]] = defaultdict(set)

    def room(self) -> int:
        """A page takes anything."""
        return 1000

    async def send(self, delivery: Delivery) -> Receipt:
        """Wake the pages of that address."""
        self.wake(delivery.address.external)
        return Sent()

    def wake(self, external: str) -> None:
        """There is something new for this address."""
        for event in self._looking.get(external, ()):
            event.set()

    @asynccontextmanager
    async def looking(self, external: str) -> AsyncGenerator[asyncio.Event]:
        """While a page is open: an event that is set whenever there is something new."""
        event = asyncio.Event()
        self._looking[external].add(event)
        try:
            yield event
        finally:
            self._looking[external].discard(event)
            if not self._looking[external]:
                del self._looking[external]
