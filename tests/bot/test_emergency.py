"""Whoever is in danger is told what to do while nothing can be stored: once, and surely."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot import emergency as module
from bot.emergency import Emergency
from handlers.deliveries import Closed, Delivery, Later, Receipt, Refused, Sent, Uncertain
from handlers.messages import Address, Inbound, Kind, Reply

DANGER = Inbound("u1", Address("telegram", "1"), Kind.TEXT, "他拿刀砍我", datetime(2026, 11, 24, tzinfo=UTC))
SAFETY = Reply("先打110")


@dataclass
class Channel:
    """Says of every send what it was told to say, the last for ever."""

    receipts: list[Receipt]
    name: str = "telegram"
    sent: list[Delivery] = field(default_factory=list[Delivery])

    async def send(self, delivery: Delivery) -> Receipt:
        """Remember it."""
        self.sent.append(delivery)
        await asyncio.sleep(0)
        return self.receipts.pop(0) if len(self.receipts) > 1 else self.receipts[0]

    def room(self) -> int:
        """Nobody asks."""
        return 0


def given(*receipts: Receipt) -> tuple[Channel, Emergency]:
    """A channel and the way of emergency through it."""
    channel = Channel(list(receipts))
    return channel, Emergency({"telegram": channel})


async def test_the_safety_text_goes_straight_to_the_resident() -> None:
    channel, emergency = given(Sent("1"))
    await emergency.tell(DANGER, SAFETY)
    assert [(d.address, d.reply, d.resent) for d in channel.sent] == [(DANGER.address, SAFETY, False)]
    assert emergency.told(DANGER) == SAFETY


async def test_a_message_that_comes_again_is_not_told_again() -> None:
    channel, emergency = given(Sent("1"))
    await asyncio.gather(*(emergency.tell(DANGER, SAFETY) for _ in range(3)))
    assert len(channel.sent) == 1


async def test_every_message_is_told_on_its_own() -> None:
    channel, emergency = given(Sent("1"))
    await emergency.tell(DANGER, SAFETY)
    await emergency.tell(replace(DANGER, external_id="u2"), SAFETY)
    assert len(channel.sent) == 2


@pytest.mark.parametrize("receipt", [Later(), Closed(), Refused()])
async def test_what_surely_did_not_arrive_is_tried_again(receipt: Receipt) -> None:
    channel, emergency = given(receipt, Sent("1"))
    await emergency.tell(DANGER, SAFETY)
    assert emergency.told(DANGER) is None
    await emergency.tell(DANGER, SAFETY)
    assert len(channel.sent) == 2
    assert emergency.told(DANGER) == SAFETY


async def test_in_doubt_it_is_not_repeated_but_the_stored_answer_says_it_again() -> None:
    channel, emergency = given(Uncertain("timeout"))
    await emergency.tell(DANGER, SAFETY)
    await emergency.tell(DANGER, SAFETY)
    assert len(channel.sent) == 1
    assert emergency.told(DANGER) is None


async def test_nobody_was_told_of_what_was_never_said() -> None:
    _, emergency = given(Sent("1"))
    assert emergency.told(DANGER) is None


async def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    _, emergency = given(Sent("1"))
    messages = [replace(DANGER, external_id=str(n)) for n in range(5)]
    for message in messages:
        await emergency.tell(message, SAFETY)
    assert [emergency.told(m) is not None for m in messages] == [False, False, True, True, True]
