"""What may be sent to an address is counted by all processes together."""

import asyncio

from handlers import allowances
from handlers.messages import Address
from tests.conftest import Open
from tests.storage.given import NOW

THERE = Address("wechat", "oAnna")


async def test_all_processes_count_together(opened: Open) -> None:
    first, second = opened().allowances, opened().allowances

    async def left() -> int:
        held = await first.of(THERE)
        assert held
        return allowances.left(held, NOW)

    assert await first.of(THERE) is None
    await first.wrote(THERE, NOW)
    await asyncio.gather(*(store.spend(THERE, NOW) for store in (first, second) for _ in range(2)))
    assert await left() == 1
    await second.exhaust(THERE)
    assert await left() == 0
    await second.pressed(THERE, NOW)
    assert await left() == 3
    await first.tell(THERE)
    held = await second.of(THERE)
    assert held
    assert held.told
