"""Messages keep to the channel's pace, each chat to its own, and all stop when the channel says so."""

import asyncio
from itertools import pairwise

import pytest

from bot.channels import pace as paces
from bot.channels.pace import Pace


class Clock:
    """A time that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody lets so much time pass."""
        alarm = asyncio.Event()
        self._sleepers.append((self.now + seconds, alarm))
        await alarm.wait()

    async def run(self, seconds: float) -> None:
        """Let time pass, waking sleepers in their order."""
        end = self.now + seconds
        await _settle()
        while due := sorted((s for s in self._sleepers if s[0] <= end), key=lambda s: s[0])[:1]:
            self._sleepers.remove(due[0])
            self.now = max(self.now, due[0][0])
            due[0][1].set()
            await _settle()
        self.now = end


async def _settle() -> None:
    for _ in range(5):
        await _sleep(0)


_sleep = asyncio.sleep


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the pace under test."""
    made = Clock()
    monkeypatch.setattr(paces.asyncio, "sleep", made.sleep)
    return made


async def sent(clock: Clock, pace: Pace, chats: list[str], seconds: float) -> list[tuple[str, float]]:
    """When each message goes out, in seconds from now, if all want to at once."""
    start, out = clock.now, list[tuple[str, float]]()

    async def send(chat: str) -> None:
        await pace.turn(chat)
        out.append((chat, round(clock.now - start, 3)))

    tasks = [asyncio.create_task(send(chat)) for chat in chats]
    await clock.run(seconds)
    for task in tasks:
        task.cancel()
    return out


async def test_a_second_never_holds_more_than_telegram_allows(clock: Clock) -> None:
    pace = Pace(25, 1, clock)
    times = [at for _, at in await sent(clock, pace, [str(n) for n in range(100)], 10)]
    assert len(times) == 100
    assert max(sum(start <= t < start + 1 for t in times) for start in times) <= 30
    assert times[-1] == pytest.approx(95 / 25)


async def test_one_chat_has_a_turn_a_second(clock: Clock) -> None:
    times = [at for _, at in await sent(clock, Pace(25, 1, clock), ["1"] * 5, 10)]
    assert times == [0, 1, 2, 3, 4]


async def test_a_busy_chat_holds_nobody_else_up(clock: Clock) -> None:
    out = await sent(clock, Pace(25, 1, clock), ["1", "1", "1", "2"], 10)
    assert dict(reversed(out)) == {"1": 0, "2": 0}


async def test_without_an_interval_a_chat_is_only_bound_by_the_pace_of_all(clock: Clock) -> None:
    times = [at for _, at in await sent(clock, Pace(10, 0, clock), ["1"] * 6, 10)]
    assert times == [0, 0, 0.1, 0.2, 0.3, 0.4]


async def test_room_is_what_may_go_at_once_and_fills_again(clock: Clock) -> None:
    pace = Pace(25, 0, clock)
    assert pace.room() == 5
    await sent(clock, pace, ["1"] * 5, 0)
    assert pace.room() == 0
    await clock.run(0.05)
    assert pace.room() == 1
    await clock.run(100)
    assert pace.room() == 5


async def test_a_slow_pace_still_lets_one_go(clock: Clock) -> None:
    assert Pace(0.5, 0, clock).room() == 1


async def test_who_waits_beyond_the_pace_has_no_room(clock: Clock) -> None:
    pace = Pace(25, 0, clock)
    await sent(clock, pace, ["1"] * 20, 0)
    assert pace.room() <= 0


async def test_a_closed_channel_has_no_room_until_it_opens(clock: Clock) -> None:
    pace = Pace(25, 0, clock)
    pace.close(3)
    assert pace.room() == 0
    await clock.run(2.9)
    assert pace.room() == 0
    await clock.run(0.1)
    assert pace.room() == 5


async def test_the_longest_closing_counts(clock: Clock) -> None:
    pace = Pace(25, 0, clock)
    pace.close(3)
    pace.close(1)
    await clock.run(2)
    assert pace.room() == 0


async def test_nobody_who_was_waiting_goes_out_while_it_is_closed(clock: Clock) -> None:
    pace = Pace(25, 1, clock)
    sending = asyncio.create_task(sent(clock, pace, ["1", "1", "2"], 0.5))
    await _settle()
    pace.close(7)
    out = await sending
    assert [chat for chat, _ in out] == ["1", "2"]

    late = asyncio.create_task(pace.turn("3"))
    await clock.run(6.4)
    assert not late.done()
    await clock.run(0.2)
    assert late.done()


async def test_chats_long_gone_are_forgotten(clock: Clock) -> None:
    pace = Pace(1e9, 1, clock)
    for n in range(10_001):
        await pace.turn(str(n))
    await clock.run(2)
    await pace.turn("x")
    assert len(pace._next_turn) == 1  # pyright: ignore[reportPrivateUsage] - what it holds is what is promised


async def test_turns_keep_their_order(clock: Clock) -> None:
    out = await sent(clock, Pace(10, 0, clock), [str(n) for n in range(20)], 10)
    assert [chat for chat, _ in out] == [str(n) for n in range(20)]
    assert all(a <= b for (_, a), (_, b) in pairwise(out))


async def test_a_process_that_follows_another_sends_one_and_then_keeps_the_pace(clock: Clock) -> None:
    pace = Pace(25, 0, clock, fresh=False)
    assert pace.room() == 1
    times = [at for _, at in await sent(clock, pace, ["1"] * 4, 10)]
    assert times == [0, 0.04, 0.08, 0.12]
    await clock.run(100)
    assert pace.room() == 5
