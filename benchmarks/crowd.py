"""Keep a number of residents waiting for answers, each with one question, and time the answers."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from tests.fakes.telegram import FakeTelegram, Sent

FIRST_RESIDENT = 600_000_001


@dataclass(frozen=True)
class Load:
    """What is asked of every bot alike."""

    messages: int = 3000
    warm: int = 300  # messages before, not measured
    in_flight: int = 32
    questions: Sequence[str] = ("拖欠工资怎么办",)
    before: Sequence[str] = ()  # what each resident writes first, not measured; "press:LABEL" presses a button
    patience: float = 60.0  # s without any answer


class Crowd:
    """A closed loop: whoever gets an answer leaves, and somebody new asks at once."""

    def __init__(self, telegram: FakeTelegram, load: Load) -> None:
        self._telegram = telegram
        self._load = load
        self._residents = count(FIRST_RESIDENT)
        self._ready: list[int] = []
        self._asked: dict[int, float] = {}
        self._introduced: dict[int, asyncio.Event] = {}
        self._left = 0
        self._latencies: list[float] = []
        self._answered = asyncio.Event()
        telegram.listeners.append(self._on_sent)

    async def ask(self, messages: int) -> list[float]:
        """Ask so many questions and give the time each took, in seconds.

        Raises TimeoutError when no answer came for as long as the load's patience.
        """
        if len(self._ready) < messages:
            await self.introduce(messages)
        self._latencies, self._left = [], messages
        for _ in range(min(self._load.in_flight, messages)):
            self._ask_one()
        while self._asked:
            self._answered.clear()
            await asyncio.wait_for(self._answered.wait(), self._load.patience)
        return self._latencies

    def _ask_one(self) -> None:
        if not self._left:
            return
        self._left -= 1
        resident = self._ready.pop()
        self._asked[resident] = time.monotonic()
        self._telegram.say(resident, self._load.questions[self._left % len(self._load.questions)])

    def _on_sent(self, sent: Sent) -> None:
        if (introduced := self._introduced.pop(sent.chat, None)) is not None:
            introduced.set()
        asked = self._asked.pop(sent.chat, None)
        if asked is None:  # the second part of an answer
            return
        self._latencies.append(sent.at - asked)
        self._answered.set()
        self._ask_one()

    async def introduce(self, number: int) -> None:
        """Let so many new residents write what they write before their question; not part of any measurement."""
        self._ready = [next(self._residents) for _ in range(number)]
        for step in self._load.before:
            for start in range(0, number, self._load.in_flight):
                group = self._ready[start : start + self._load.in_flight]
                await asyncio.gather(*(self._step(resident, step) for resident in group))

    async def _step(self, resident: int, step: str) -> None:
        answered = self._introduced[resident] = asyncio.Event()
        if step.startswith("press:"):
            self._telegram.press(resident, step.removeprefix("press:"))
        else:
            self._telegram.say(resident, step)
        await asyncio.wait_for(answered.wait(), self._load.patience)
