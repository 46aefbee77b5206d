"""The two loops go on whatever happens, lose nothing, and say nothing twice that they need not."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import work
from bot.channels import telegram
from bot.channels.http import AiohttpRequest, Timeouts
from bot.channels.pace import Pace
from bot.channels.telegram import Telegram
from bot.signing import signer
from bot.work import Bell, Courier, receive_forever
from handlers.cases import Library, Part, Rules
from handlers.deliver import Dispatch
from handlers.deliveries import Closed, Delivery, Lane, Later, Receipt, Refused, Sent, Uncertain, wording
from handlers.errors import StorageDown
from handlers.messages import Inbound
from handlers.ports import Channel
from handlers.receive import Reception
from handlers.talk import phrases
from storage.schema import addresses, inbox, outbox
from storage.store import Spans, Store, open_store
from tests.conftest import KEY
from tests.fakes.telegram import FakeTelegram
from tests.handlers import shelf
from tests.storage.given import NOW, at, inbound, resident, rows, waiting

SPEED = 100  # a minute of the loops' time takes 0.6 s
RESEND = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.monotonic()
    monkeypatch.setattr(work, "now", lambda: NOW + timedelta(seconds=(time.monotonic() - start) * SPEED))
    monkeypatch.setattr(work, "PAUSE", 0.02)


@pytest.fixture
async def store(sqlite: str) -> AsyncGenerator[Store]:
    """One is enough here: the stores are the same on both databases."""
    opened = open_store(sqlite, KEY, Spans())
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A few topics and laws."""
    statutes = shelf.statutes(tmp_path_factory.mktemp("shelf"))
    yield Library(shelf.TOPICS, statutes)
    statutes.close()


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Loops that are cancelled at the end of the block, and must not have ended before."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(happened: Callable[[], bool], within: float = 20) -> None:
    """Wait for something, looking often."""
    async with asyncio.timeout(within):
        while not happened():  # noqa: ASYNC110 — what is waited for is no event of ours
            await asyncio.sleep(0.005)


@dataclass
class Wire:
    """A channel that says of each text what it was told to, and of all others that they were sent."""

    name: str = "telegram"
    says: dict[str, list[Receipt | Exception]] = field(default_factory=dict[str, list[Receipt | Exception]])
    takes: float = 0.0  # seconds a send takes
    space: int = 100
    sent: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    busy: int = 0
    busiest: int = 0

    async def send(self, delivery: Delivery) -> Receipt:
        """Remember it."""
        self.sent.append((work.now(), wording(delivery)))
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        await asyncio.sleep(self.takes)
        self.busy -= 1
        waiting_ones = self.says.get(delivery.reply.text)
        said = waiting_ones.pop(0) if waiting_ones else Sent(str(len(self.sent)))
        if isinstance(said, Exception):
            raise said
        return said

    def room(self) -> int:
        """As much as the test gives."""
        return self.space

    @property
    def texts(self) -> list[str]:
        """What went out, in order."""
        return [text for _, text in self.sent]

    def times(self, text: str) -> list[float]:
        """When it went out, in the loops' seconds."""
        return [(moment - NOW).total_seconds() for moment, said in self.sent if said == text]


def courier(store: Store, *channels: Channel, window: int = 8, idle: float = 0.01, bell: Bell | None = None) -> Courier:
    """The loop under test, looking often unless told otherwise."""
    dispatch = Dispatch(store.outbox, {c.name: c for c in channels}, window, RESEND)
    return Courier(dispatch, bell or Bell(), idle)


async def states(store: Store) -> Counter[str]:
    """How many rows of the outbox stand how."""
    return Counter(r.state for r in await rows(store, outbox))


class TestCourier:
    async def test_what_waits_is_sent_and_written_down(self, store: Store) -> None:
        wire = Wire()
        for who in "123":
            await waiting(store, "一", "二", who=who)
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 6)
            await asyncio.sleep(0.1)
        assert await states(store) == {"sent": 6}
        assert wire.texts == ["一"] * 3 + ["二"] * 3
        assert all(r.reference for r in await rows(store, outbox))

    async def test_a_ring_ends_the_waiting_at_once(self, store: Store) -> None:
        wire, bell = Wire(), Bell()
        async with running(courier(store, wire, idle=60, bell=bell).run()):
            await asyncio.sleep(0.05)
            await waiting(store, "答")
            bell.ring()
            await until(lambda: wire.texts == ["答"], within=2)

    async def test_what_another_process_wrote_is_found_without_a_ring(self, store: Store) -> None:
        wire = Wire()
        async with running(courier(store, wire, idle=0.05).run()):
            await asyncio.sleep(0.05)
            await waiting(store, "答")
            await until(lambda: wire.texts == ["答"], within=2)

    async def test_no_more_are_under_way_than_the_window_holds(self, store: Store) -> None:
        wire = Wire(takes=0.02)
        for who in range(30):
            await waiting(store, "答", who=str(who))
        async with running(courier(store, wire, window=4).run()):
            await until(lambda: len(wire.sent) == 30)
        assert wire.busiest == 4

    async def test_a_slow_send_holds_nobody_else_up(self, store: Store) -> None:
        slow, quick = Wire(name="telegram", takes=30), Wire(name="web")
        await waiting(store, "慢", channel="telegram")
        async with running(courier(store, slow, quick).run()):
            await until(lambda: slow.texts == ["慢"])
            await waiting(store, "快", channel="web")
            await until(lambda: quick.texts == ["快"], within=2)

    async def test_a_channel_without_room_is_left_alone_until_it_has_some(self, store: Store) -> None:
        wire = Wire(space=0)
        await waiting(store, "答")
        async with running(courier(store, wire, idle=60).run()):
            await asyncio.sleep(0.1)
            assert (wire.sent, await states(store)) == ([], {"ready": 1})
            wire.space = 1
            await until(lambda: wire.texts == ["答"], within=2)

    async def test_two_processes_send_200_deliveries_once_each(self, store: Store, sqlite: str) -> None:
        wires = [Wire(takes=0.001), Wire(takes=0.001)]
        for who in range(50):
            await waiting(store, *(f"{who}-{n}" for n in range(4)), who=str(who))
        other = open_store(sqlite, KEY, Spans())
        async with running(courier(store, wires[0]).run(), courier(other, wires[1]).run()):
            await until(lambda: sum(len(w.sent) for w in wires) >= 200)
            await asyncio.sleep(0.2)
        await other.close()
        assert Counter(wires[0].texts + wires[1].texts).most_common(1)[0][1] == 1
        assert await states(store) == {"sent": 200}


class TestReceipts:
    async def test_later_means_not_before(self, store: Store) -> None:
        wire = Wire(says={"答": [Later(timedelta(seconds=20)), Later(timedelta(seconds=20)), Sent("1")]})
        await waiting(store, "答")
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 3)
        first, second, third = wire.times("答")
        assert second - first >= 20
        assert third - second >= 20

    async def test_a_server_in_trouble_is_asked_again_and_again(self, store: Store) -> None:
        wire = Wire(says={"答": [Later(reason="500")] * 3})
        await waiting(store, "答")
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 4)
            await asyncio.sleep(0.1)
        assert await states(store) == {"sent": 1}

    @pytest.mark.parametrize(("receipt", "state"), [(Closed("403"), "closed"), (Refused("400"), "dead")])
    async def test_one_who_cannot_be_reached_is_not_tried_again_and_the_others_are_reached(
        self, store: Store, receipt: Receipt, state: str
    ) -> None:
        wire = Wire(says={"一": [receipt]})
        await resident(store, "1")
        await waiting(store, "一", who="1")
        await waiting(store, "二", who="2")
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 2)
            await asyncio.sleep(0.3)
        assert sorted(wire.texts) == ["一", "二"]
        assert await states(store) == {state: 1, "sent": 1}
        assert [r.open for r in await rows(store, addresses)] == [state == "dead"]

    @pytest.mark.parametrize("said", [Uncertain("timeout"), ValueError("a channel must not raise")])
    async def test_in_doubt_talk_is_sent_once_more_and_marked(self, store: Store, said: Receipt | Exception) -> None:
        wire = Wire(says={"答": [said, said, said]})
        await waiting(store, "答")
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 2)
            await asyncio.sleep(1)
        assert wire.texts == ["答", "（这条可能重复）\n答"]
        assert wire.times(wire.texts[1])[0] - wire.times("答")[0] >= 60
        assert [(r.state, r.due_at) for r in await rows(store, outbox)] == [("uncertain", None)]

    async def test_in_doubt_a_push_is_not_sent_again(self, store: Store) -> None:
        wire = Wire(says={"推送": [Uncertain("timeout")]})
        await waiting(store, "推送", lane=Lane.PUSH)
        async with running(courier(store, wire).run()):
            await until(lambda: len(wire.sent) == 1)
            await asyncio.sleep(1)
        assert wire.texts == ["推送"]


@dataclass
class Trouble:
    """An outbox or inbox in front of the real one, that raises so often before it lets anything through."""

    real: Any
    error: Exception
    times: int
    after: int = 0  # calls that go well before
    lost: bool = False  # the call is carried out, and raises then

    def any(self) -> Any:
        """For a place where a port is wanted."""
        return self

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.real, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            self.after -= 1
            if self.after >= 0 or self.times <= 0:
                return await method(*arguments, **named)
            self.times -= 1
            if self.lost:
                await method(*arguments, **named)
            raise self.error

        return call


class TestTroubleWithTheDatabase:
    @pytest.mark.parametrize("error", [StorageDown("down"), ValueError("ours")])
    async def test_what_was_sent_is_written_down_when_it_is_back_and_not_sent_again(
        self, store: Store, error: Exception
    ) -> None:
        wire = Wire()
        trouble = Trouble(store.outbox, error, times=5, after=1)
        await waiting(store, "答")
        dispatch = Dispatch(trouble.any(), {"telegram": wire}, 8, RESEND)
        async with running(Courier(dispatch, Bell(), 0.01).run()):
            await until(lambda: trouble.times == 0)
            await asyncio.sleep(0.1)
        assert wire.texts == ["答"]
        assert await states(store) == {"sent": 1}

    async def test_what_was_taken_but_never_came_back_is_in_doubt_not_lost(self, store: Store) -> None:
        wire = Wire()
        trouble = Trouble(store.outbox, StorageDown("down"), times=1, lost=True)
        await waiting(store, "答")
        dispatch = Dispatch(trouble.any(), {"telegram": wire}, 8, RESEND)
        async with running(Courier(dispatch, Bell(), 0.01).run()):
            await until(lambda: trouble.times == 0)
            assert wire.sent == []
            await store.outbox.expire(at(1000))
            await asyncio.sleep(0.1)
        assert [(r.state, r.resent) for r in await rows(store, outbox)] == [("uncertain", False)]


class TestStopping:
    async def test_what_is_under_way_arrives_and_is_written_down(self, store: Store) -> None:
        wire = Wire(takes=0.2)
        for who in range(20):
            await waiting(store, "答", who=str(who))
        tested = courier(store, wire)
        async with running(tested.run()):
            await until(lambda: len(wire.sent) == 8)
        await tested.finish(5)
        assert await states(store) == {"sent": 8, "ready": 12}

    async def test_nothing_is_claimed_and_then_dropped(self, store: Store) -> None:
        """Stopped at any moment, what was taken is sent; else it would be in doubt without need."""
        for who in range(60):
            await waiting(store, "答", who=str(who))
        for n in range(15):
            wire = Wire(takes=0.003)
            tested = courier(store, wire, window=3)
            async with running(tested.run()):
                await asyncio.sleep(n * 0.002)
            await tested.finish(5)
            assert (await states(store))["sending"] == 0

    async def test_a_send_that_does_not_end_is_left_in_doubt(self, store: Store) -> None:
        wire = Wire(takes=60)
        await waiting(store, "答")
        tested = courier(store, wire)
        async with running(tested.run()):
            await until(lambda: len(wire.sent) == 1)
        before = time.monotonic()
        await tested.finish(0.1)
        assert time.monotonic() - before < 1
        assert await states(store) == {"sending": 1}

    async def test_without_a_database_stopping_still_ends(self, store: Store) -> None:
        wire = Wire(takes=0.05)
        await waiting(store, "答")
        trouble = Trouble(store.outbox, StorageDown("down"), times=100, after=1)
        tested = Courier(Dispatch(trouble.any(), {"telegram": wire}, 8, RESEND), Bell(), 0.01)
        async with running(tested.run()):
            await until(lambda: len(wire.sent) == 1)
        await tested.finish(5)
        assert await states(store) == {"sending": 1}


@dataclass
class Knows:
    """An engine that finds the topic on wages for everything, and chokes on poison."""

    poison: str = "毒"
    takes: float = 0.0
    asked: list[str] = field(default_factory=list[str])

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        """Findings, unless there is poison among the questions."""
        self.asked += [words for words, _ in questions]
        await asyncio.sleep(self.takes)
        if any(self.poison in words for words, _ in questions):
            raise ValueError(f"cannot digest {self.poison}")
        return [(Part(words, shelf.found(("wages", 0.9))),) for words, _ in questions]


def reception(store: Store, library: Library, engine: Knows, **instead: Any) -> Reception:
    """What the receive loop works with."""
    usual = Reception(
        store.inbox, store.records, engine, library, Rules(), timedelta(seconds=30), 32, store.quizzes, signer(b"k")
    )
    return replace(usual, **instead)


def web(text: str, who: str = "1") -> Inbound:
    """A message from the page, where no consent is asked for first."""
    return inbound(text, who=who, channel="web")


async def handled(store: Store) -> Counter[str]:
    """How many messages stand how."""
    return Counter(r.state for r in await rows(store, inbox))


async def until_handled(store: Store, count: int, within: float = 20) -> None:
    """Wait until so many messages are done or dead."""
    async with asyncio.timeout(within):
        while (found := await handled(store))["done"] + found["dead"] < count:  # noqa: ASYNC110 — nobody rings
            await asyncio.sleep(0.01)


class TestReceiving:
    async def test_what_waits_is_answered_and_the_courier_is_called(self, store: Store, library: Library) -> None:
        arrived, after = Bell(), Bell()
        await store.inbox.put([web("老板不给钱", str(n)) for n in range(40)], NOW)
        async with running(receive_forever(reception(store, library, Knows()), arrived, after, 60)):
            await until_handled(store, 40)
            await asyncio.wait_for(after.wait(5), 1)
        assert await handled(store) == {"done": 40}
        assert len(await rows(store, outbox)) == 40

    async def test_messages_of_one_resident_are_handled_in_their_order(self, store: Store, library: Library) -> None:
        engine = Knows()
        await store.inbox.put([web(f"问题{n}") for n in range(5)], NOW)
        async with running(receive_forever(reception(store, library, engine), Bell(), Bell(), 0.01)):
            await until_handled(store, 5)
        assert engine.asked == [f"问题{n}" for n in range(5)]

    async def test_poison_is_tried_five_times_then_set_aside_and_its_sender_told(
        self, store: Store, library: Library
    ) -> None:
        engine = Knows()
        await store.inbox.put([web("毒", "bad"), *(web("老板不给钱", str(n)) for n in range(10))], NOW)
        async with running(receive_forever(reception(store, library, engine), Bell(), Bell(), 0.01)):
            await until_handled(store, 10)
            assert (await handled(store))["done"] == 10
            await until_handled(store, 11)
        row = next(r for r in await rows(store, inbox) if r.state == "dead")
        assert (row.address, row.tries) == ("bad", 5)
        assert "毒" not in row.reason
        told = [r for r in await rows(store, outbox) if r.external == "bad"]
        assert len(told) == 1
        delivery = await store.outbox.turn((), ["web"], 50, at(10**6))
        assert phrases.SORRY in [d.reply.text for d in delivery if d.address.external == "bad"]

    async def test_after_poison_its_sender_is_heard_again(self, store: Store, library: Library) -> None:
        await store.inbox.put([web("毒"), web("老板不给钱")], NOW)
        async with running(receive_forever(reception(store, library, Knows()), Bell(), Bell(), 0.01)):
            await until_handled(store, 2)
        assert await handled(store) == {"dead": 1, "done": 1}

    @pytest.mark.parametrize("error", [StorageDown("down"), ValueError("ours")])
    @pytest.mark.parametrize("port", ["inbox", "records"])
    async def test_no_error_ends_the_loop(self, store: Store, library: Library, error: Exception, port: str) -> None:
        trouble = Trouble(getattr(store, port), error, times=2)
        await store.inbox.put([web("老板不给钱")], NOW)
        given = reception(store, library, Knows(), **{port: trouble})
        async with running(receive_forever(given, Bell(), Bell(), 0.01)):
            await until_handled(store, 1)
        assert await handled(store) == {"done": 1}
        assert len(await rows(store, outbox)) == 1

    async def test_stopped_in_the_middle_it_finishes_what_it_holds(self, store: Store, library: Library) -> None:
        engine = Knows(takes=0.1)
        await store.inbox.put([web("老板不给钱", str(n)) for n in range(10)], NOW)
        async with running(receive_forever(reception(store, library, engine, batch=4), Bell(), Bell(), 0.01)):
            await until(lambda: len(engine.asked) == 4)
        assert await handled(store) == {"done": 4, "new": 6}

    async def test_stopped_while_the_database_is_down_it_stops(self, store: Store, library: Library) -> None:
        trouble = Trouble(store.inbox, StorageDown("down"), times=10**6)
        async with running(receive_forever(reception(store, library, Knows(), inbox=trouble), Bell(), Bell(), 0.01)):
            await asyncio.sleep(0.1)
        assert trouble.times < 10**6


class TestBell:
    async def test_a_ring_before_the_waiting_is_not_lost(self) -> None:
        bell = Bell()
        bell.ring()
        await asyncio.wait_for(bell.wait(60), 1)

    async def test_one_ring_wakes_once(self) -> None:
        bell = Bell()
        bell.ring()
        await bell.wait(0)
        before = time.monotonic()
        await bell.wait(0.1)
        assert time.monotonic() - before > 0.09


class TestTelegram:
    """The same over HTTP: the courier, the channel with its pace, and the fake Bot API."""

    @pytest.fixture
    async def line(self, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[tuple[FakeTelegram, Telegram]]:
        """A fake Bot API and the channel to it, in real time."""
        start = time.monotonic()
        monkeypatch.setattr(work, "now", lambda: NOW + timedelta(seconds=time.monotonic() - start))
        async with AsyncExitStack() as stack:
            fake = await stack.enter_async_context(FakeTelegram())
            fake.meet(range(1, 100))
            request = AiohttpRequest(timeouts=Timeouts(connect=1, read=0.3))
            bot = telegram.connect(fake.token, fake.base, request)
            await stack.enter_async_context(bot)
            yield fake, Telegram(bot, Pace(200, 0), _nowhere, 1)

    async def test_told_to_wait_nothing_goes_out_before(
        self, store: Store, line: tuple[FakeTelegram, Telegram]
    ) -> None:
        fake, channel = line
        fake.fault("sendMessage", retry_after=1)
        for who in range(1, 13):
            await waiting(store, "答", who=str(who))
        async with running(courier(store, channel).run()):
            await fake.until(lambda: len(fake.sent) == 12)
        refused = [call.at for call in fake.ledger.calls if call.status == 429]
        assert len(refused) == 1
        # what was on the wire at that moment cannot be called back
        early = [sent.at - refused[0] for sent in fake.sent if 0.1 < sent.at - refused[0] < 0.99]
        assert early == []
        assert Counter(sent.chat for sent in fake.sent) == dict.fromkeys(range(1, 13), 1)

    async def test_a_lost_answer_leaves_a_doubt_and_no_double(
        self, store: Store, line: tuple[FakeTelegram, Telegram]
    ) -> None:
        fake, channel = line
        fake.fault("sendMessage", lost="hang")
        await waiting(store, "一", who="1")
        await waiting(store, "二", who="2")
        async with running(courier(store, channel).run()):
            await fake.until(lambda: len(fake.sent) == 2)
            await asyncio.sleep(0.6)
        assert sorted(fake.texts()) == ["一", "二"]
        assert await states(store) == {"sent": 1, "uncertain": 1}

    async def test_unreachable_for_a_while_everything_arrives_once(
        self, store: Store, line: tuple[FakeTelegram, Telegram]
    ) -> None:
        fake, channel = line
        for who in range(1, 31):
            await waiting(store, "答", who=str(who))
        await fake.refuse(0.5)
        async with running(courier(store, channel).run()):
            await fake.until(lambda: len(fake.sent) == 30, within=20)
            await asyncio.sleep(0.1)
        assert Counter(sent.chat for sent in fake.sent) == dict.fromkeys(range(1, 31), 1)
        assert await states(store) == {"sent": 30}


async def _nowhere(_inbounds: Sequence[Inbound]) -> None:
    """Nothing arrives here."""
