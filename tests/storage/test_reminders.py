"""A reminder goes out once, to where its resident is, and is gone when they want no more."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Lane
from handlers.messages import Address
from handlers.talk.reminders import Reminder
from storage.schema import addresses, outbox, reminders
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import CHANNELS, NOW, arrive, inbound, outcome, rows

FIRST, SECOND = NOW + timedelta(days=1), NOW + timedelta(days=5)


def reminder(last: date = date(2026, 12, 21), *times: datetime) -> Reminder:
    """Of a day that is not far."""
    return Reminder("divorce_cooling_off", "撤回离婚申请", last, "请早点去。", times or (FIRST, SECOND))


async def ask(store: Store, *wanted: Reminder, who: str = "1", hushed: bool = False) -> None:
    """A resident who wants to be reminded, or no more."""
    for one in wanted or (None,):
        situation = (await store.records.gather(await arrive(store, inbound(who=who)), NOW))[0]
        await store.records.record([(situation, outcome(situation, reminder=one, hushed=hushed))], NOW)


async def told(store: Store, now: datetime) -> list[tuple[Lane, Address, str]]:
    """What waits to be sent."""
    taken = await store.outbox.turn([], CHANNELS, 100, now)
    return [(d.lane, d.address, d.reply.text) for d in taken]


class TestRinging:
    async def test_it_goes_out_in_its_time_as_news_of_a_ticket_does(self, store: Store) -> None:
        await ask(store, reminder())
        assert await store.reminders.ring(FIRST - timedelta(seconds=1)) == 0
        assert await store.reminders.ring(FIRST) == 1
        [(lane, address, words)] = await told(store, FIRST)
        assert (lane, address) == (Lane.TICKET, Address("telegram", "1"))
        assert "撤回离婚申请，最后一天是2026年12月21日" in words

    async def test_each_time_is_said_once_and_after_the_last_nothing_is_kept(self, store: Store) -> None:
        await ask(store, reminder())
        assert [await store.reminders.ring(at) for at in (FIRST, FIRST, SECOND, SECOND)] == [1, 0, 1, 0]
        assert len(await rows(store, outbox)) == 2
        assert await rows(store, reminders) == []

    async def test_what_was_missed_is_said_once(self, store: Store) -> None:
        await ask(store, reminder())
        assert await store.reminders.ring(SECOND + timedelta(days=1)) == 1
        assert len(await rows(store, outbox)) == 1
        assert await rows(store, reminders) == []

    async def test_two_who_look_at_once_say_it_once(self, store: Store, opened: Open) -> None:
        for who in range(20):
            await ask(store, reminder(), who=str(who))
        other = opened()
        rung = await asyncio.gather(*(s.reminders.ring(FIRST) for s in (store, other, store, other)))
        assert sum(rung) == 20
        assert len(await rows(store, outbox)) == 20

    async def test_nobody_is_written_to_who_cannot_be(self, store: Store) -> None:
        await ask(store, reminder())
        shut = update(addresses).values(open=False)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(shut)

        await store.writer.write(work)
        assert await store.reminders.ring(FIRST) == 1
        assert await rows(store, outbox) == []


class TestKeeping:
    async def test_asked_for_twice_it_is_one(self, store: Store) -> None:
        await ask(store, reminder(), reminder(date(2027, 1, 4)), reminder())
        assert len(await rows(store, reminders)) == 2

    async def test_who_wants_no_more_hears_no_more_and_others_do(self, store: Store) -> None:
        await ask(store, reminder(), reminder(date(2027, 1, 4)), who="1")
        await ask(store, reminder(), who="2")
        await ask(store, hushed=True, who="1")
        assert await store.reminders.ring(SECOND) == 1
        assert [address.external for _, address, _ in await told(store, SECOND)] == ["2"]

    async def test_what_it_is_about_is_sealed(self, store: Store) -> None:
        await ask(store, reminder())
        [row] = await rows(store, reminders)
        assert "离婚".encode() not in row.words
        assert b"divorce" not in row.words
        assert row.due_at == int(FIRST.astimezone(UTC).timestamp() * 1000)
