"""A delivery goes out once, in its order and in its lane, and what nobody knows is never hidden."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import deliveries
from handlers.deliveries import Closed, Delivery, Held, Lane, Later, Receipt, Refused, Sent, State, Uncertain, wording
from handlers.messages import Address, Option, Reply
from storage.outbox import enqueue
from storage.schema import addresses, outbox
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import CHANNELS, NOW, answered, at, claim, inbound, resident, rows, waiting

RESEND = timedelta(seconds=60)
DOUBT = Uncertain("timeout")


async def settle(store: Store, taken: Sequence[Delivery], receipt: Receipt, seconds: float = 0) -> None:
    """Write down what the channel said, so long after NOW."""
    settled = [deliveries.settle(d, receipt, at(seconds), RESEND) for d in taken]
    await store.outbox.turn(settled, CHANNELS, 0, at(seconds))


async def drain(store: Store, seconds: float = 0, limit: int = 100) -> list[list[str]]:
    """Send everything that may go at that time; the texts of every turn."""
    heard: list[list[str]] = []
    while taken := await claim(store, at(seconds), limit):
        heard.append([d.reply.text for d in taken])
        await settle(store, taken, Sent("1"), seconds)
    return heard


async def states(store: Store) -> list[tuple[str, int | None]]:
    """State of every row, and when it is due, in milliseconds after NOW."""
    start = int(NOW.timestamp() * 1000)
    return [(r.state, None if r.due_at is None else r.due_at - start) for r in await rows(store, outbox)]


class TestOrder:
    async def test_one_at_a_time_to_an_address_in_the_order_they_were_said(self, store: Store) -> None:
        await waiting(store, "一", "二", "三", who="1")
        await waiting(store, "甲", "乙", who="2")
        assert await drain(store) == [["一", "甲"], ["二", "乙"], ["三"]]

    async def test_one_at_a_time_even_of_different_lanes(self, store: Store) -> None:
        await waiting(store, "推送", lane=Lane.PUSH)
        await waiting(store, "工单", lane=Lane.TICKET)
        await waiting(store, "对话", lane=Lane.TALK)
        assert await drain(store) == [["对话"], ["工单"], ["推送"]]

    async def test_parts_of_a_long_reply_go_in_order_and_the_options_with_the_last(self, store: Store) -> None:
        text = "".join(f"第{n}行{'长' * 60}\n" for n in range(200))
        option = Option("为什么", "why")
        situation = (await answered(store, inbound()))[0]
        address = situation.inbound.address

        async def work(connection: AsyncConnection) -> None:
            await enqueue(connection, store.vault, NOW, [("long", address, Lane.TALK, [Reply(text, (option,))])])

        await drain(store)
        await store.writer.write(work)
        heard: list[Delivery] = []
        while taken := await claim(store):
            heard += taken
            await settle(store, taken, Sent("1"))
        assert len(heard) == 4
        assert "".join(d.reply.text for d in heard) == text
        assert [d.reply.options for d in heard] == [(), (), (), (option,)]

    async def test_a_part_that_is_put_off_holds_the_later_ones_back(self, store: Store) -> None:
        await waiting(store, "一", "二")
        await settle(store, await claim(store), Later(timedelta(seconds=10)))
        assert await drain(store, 9) == []
        assert await drain(store, 10) == [["一"], ["二"]]

    async def test_a_part_in_doubt_lets_the_later_ones_pass(self, store: Store) -> None:
        await waiting(store, "一", "二")
        await settle(store, await claim(store), DOUBT)
        assert await drain(store, 1) == [["二"]]
        assert await drain(store, 60) == [["一"]]

    async def test_talk_goes_before_a_thousand_waiting_pushes(self, store: Store) -> None:
        pushes = [(f"p{n}", Address("telegram", str(n)), Lane.PUSH, [Reply("推送")]) for n in range(1000)]

        async def work(connection: AsyncConnection) -> None:
            await enqueue(connection, store.vault, NOW, pushes)

        await store.writer.write(work)
        await waiting(store, "工单", who="a", lane=Lane.TICKET)
        await waiting(store, "对话", who="b", lane=Lane.TALK)
        taken = await claim(store, limit=5)
        assert [d.reply.text for d in taken] == ["对话", "工单", "推送", "推送", "推送"]

    async def test_only_channels_that_have_room_are_served(self, store: Store) -> None:
        await waiting(store, "网页", channel="web")
        await waiting(store, "电报", channel="telegram")
        assert [d.reply.text for d in await store.outbox.turn((), ["web"], 10, NOW)] == ["网页"]
        assert not await store.outbox.turn((), [], 10, NOW)

    async def test_no_more_are_taken_than_there_is_room_for(self, store: Store) -> None:
        for who in range(5):
            await waiting(store, "答", who=str(who))
        assert [len(await claim(store, limit=n)) for n in (2, 0, 9)] == [2, 0, 3]


class TestOnce:
    async def test_the_same_cause_is_written_once(self, store: Store) -> None:
        async def work(connection: AsyncConnection) -> None:
            await enqueue(connection, store.vault, NOW, [("in:1", Address("web", "1"), Lane.TALK, [Reply("答")])])

        await store.writer.write(work)
        await store.writer.write(work)
        assert len(await rows(store, outbox)) == 1

    async def test_what_was_sent_is_never_taken_again(self, store: Store) -> None:
        await waiting(store, "答")
        await settle(store, await claim(store), Sent("77"))
        assert await drain(store, 100_000) == []
        assert [(r.state, r.reference) for r in await rows(store, outbox)] == [("sent", "77")]

    async def test_two_workers_share_200_deliveries_without_a_double(self, opened: Open) -> None:
        stores = [opened(), opened()]
        for who in range(50):
            await waiting(stores[0], *(f"{who}-{n}" for n in range(4)), who=str(who))
        sent: list[Delivery] = []

        async def work(store: Store) -> None:
            taken: Sequence[Delivery] = await claim(store, limit=8)
            while taken or len(sent) < 200:
                sent.extend(taken)
                settled = [deliveries.settle(d, Sent("1"), NOW, RESEND) for d in taken]
                taken = await store.outbox.turn(settled, CHANNELS, 8, NOW)

        await asyncio.wait_for(asyncio.gather(*(work(s) for s in stores for _ in range(2))), 60)
        assert len(sent) == len({d.id for d in sent}) == 200
        by_address = [[d.reply.text for d in sent if d.address.external == str(who)] for who in range(50)]
        assert by_address == [[f"{who}-{n}" for n in range(4)] for who in range(50)]


class TestDoubt:
    @pytest.mark.parametrize("lane", [Lane.TALK, Lane.TICKET])
    async def test_in_talk_and_ticket_it_is_sent_once_more_and_marked(self, store: Store, lane: Lane) -> None:
        await waiting(store, "答", lane=lane)
        first = await claim(store)
        await settle(store, first, DOUBT)
        assert await claim(store, at(59.9)) == []
        second = await claim(store, at(60))
        assert [wording(d) for d in (*first, *second)] == ["答", "（这条可能重复）\n答"]
        await settle(store, second, DOUBT, 60)
        assert await claim(store, at(100_000)) == []
        assert await states(store) == [("uncertain", None)]

    async def test_in_push_it_is_never_sent_again(self, store: Store) -> None:
        await waiting(store, "推送", lane=Lane.PUSH)
        await settle(store, await claim(store), DOUBT)
        assert await states(store) == [("uncertain", None)]
        assert await claim(store, at(100_000)) == []

    async def test_a_send_whose_process_died_is_in_doubt_when_its_lease_ends(self, store: Store) -> None:
        await waiting(store, "答")
        await claim(store)
        assert await store.outbox.expire(at(44.9)) == 0
        assert await store.outbox.expire(at(45)) == 1
        assert await states(store) == [("uncertain", 105_000)]
        assert [wording(d) for d in await claim(store, at(105))] == ["（这条可能重复）\n答"]

    async def test_a_push_whose_process_died_is_not_sent_again(self, store: Store) -> None:
        await waiting(store, "推送", lane=Lane.PUSH)
        await claim(store)
        await store.outbox.expire(at(45))
        assert await claim(store, at(100_000)) == []

    async def test_nothing_else_goes_to_the_address_while_the_lease_runs(self, store: Store) -> None:
        await waiting(store, "一", "二")
        await claim(store)
        assert await claim(store, at(44)) == []

    async def test_word_that_comes_late_still_ends_the_doubt(self, store: Store) -> None:
        await waiting(store, "答")
        taken = await claim(store)
        await store.outbox.expire(at(45))
        await settle(store, taken, Sent("9"), 46)
        assert await states(store) == [("sent", None)]

    async def test_word_of_the_first_send_does_not_settle_the_second(self, store: Store) -> None:
        await waiting(store, "答")
        first = await claim(store)
        await store.outbox.expire(at(45))
        await claim(store, at(105))
        await settle(store, first, Later(), 106)
        assert [state for state, _ in await states(store)] == ["sending"]

    async def test_what_its_sender_settles_at_this_moment_is_not_put_in_doubt(self, opened: Open) -> None:
        sender, clock = opened(), opened()
        await waiting(sender, "答")
        await claim(sender)
        async with sender.engines.write.begin() as connection:
            await connection.execute(update(outbox).values(state="sent", due_at=None))
            expired = asyncio.create_task(clock.outbox.expire(at(45)))
            await asyncio.sleep(0.1)
        assert await expired == 0
        assert await states(sender) == [("sent", None)]

    async def test_a_doubt_that_is_put_off_stays_a_doubt(self, store: Store) -> None:
        await waiting(store, "答")
        await settle(store, await claim(store), DOUBT)
        await settle(store, await claim(store, at(60)), Later(timedelta(seconds=5)), 60)
        assert await states(store) == [("uncertain", 65_000)]
        assert [wording(d) for d in await claim(store, at(65))] == ["（这条可能重复）\n答"]


class TestEnds:
    async def test_a_closed_address_is_remembered_as_closed(self, store: Store) -> None:
        await resident(store, "1")
        await resident(store, "2")
        await waiting(store, "答", who="1")
        await settle(store, await claim(store), Closed("Forbidden"))
        assert [(r.external, r.open) for r in await rows(store, addresses)] == [("1", False), ("2", True)]
        assert await states(store) == [("closed", None)]

    async def test_writing_to_us_opens_it_again(self, store: Store) -> None:
        await resident(store, "1")
        await waiting(store, "答", who="1")
        await settle(store, await claim(store), Closed("Forbidden"))
        await resident(store, "1")
        assert [r.open for r in await rows(store, addresses)] == [True]

    async def test_what_the_channel_refuses_is_dead_and_the_next_goes_on(self, store: Store) -> None:
        await waiting(store, "一", "二")
        await settle(store, await claim(store), Refused("BadRequest"))
        assert await states(store) == [("dead", None), ("ready", 0)]
        assert await drain(store) == [["二"]]

    async def test_after_a_day_of_trying_it_is_dead(self, store: Store) -> None:
        await waiting(store, "答")
        taken = await claim(store)
        await settle(store, taken, Later(reason="500"), 86_401)
        assert await states(store) == [("dead", None)]

    async def test_nothing_of_a_reply_can_be_read_in_the_table(self, store: Store) -> None:
        await waiting(store, "欠条上写着")
        async with store.engines.read.connect() as connection:
            held = (await connection.execute(select(outbox.c.words))).scalar_one()
        assert "欠条".encode() not in held

    async def test_many_settle_at_once(self, store: Store) -> None:
        for who in range(30):
            await waiting(store, "答", who=str(who))
        taken = await claim(store)
        said = [Sent("1"), DOUBT, Refused("x")] * 10
        mixed = [deliveries.settle(d, receipt, NOW, RESEND) for d, receipt in zip(taken, said, strict=True)]
        await store.outbox.turn(mixed, CHANNELS, 0, NOW)
        found = [state for state, _ in await states(store)]
        assert (found.count("sent"), found.count("uncertain"), found.count("dead")) == (10, 10, 10)

    async def test_a_state_that_was_settled_is_read_back_whole(self, store: Store) -> None:
        await waiting(store, "答")
        taken = (await claim(store))[0]
        await settle(store, [taken], DOUBT)
        again = (await claim(store, at(60)))[0]
        assert again == replace(taken, state=State.SENDING, tries=2, resent=True, due_at=at(105))


class TestHeld:
    """An address that takes nothing until its resident writes again."""

    async def test_what_is_held_goes_out_when_the_resident_writes_again(self, store: Store) -> None:
        await waiting(store, "答复", lane=Lane.TICKET)
        await settle(store, await claim(store), Held("nothing left"))
        assert await states(store) == [("held", None)]
        assert await drain(store, 1000) == []
        await answered(store, inbound("谢谢"), reply="不客气", now=at(2000))
        assert await drain(store, 2000) == [["不客气"], ["答复"]]

    async def test_it_goes_to_another_open_address_of_the_same_resident(self, store: Store) -> None:
        mine, other = await resident(store), await resident(store, "1", "web")
        await waiting(store, "答复", lane=Lane.TICKET)

        async def link(connection: AsyncConnection) -> None:
            theirs = update(addresses).where(addresses.c.resident == other.id)
            await connection.execute(theirs.values(resident=mine.id))

        await store.writer.write(link)
        await settle(store, await claim(store), Held("nothing left"))
        [moved] = [d for d in await claim(store) if d.lane is Lane.TICKET]
        assert (moved.address, moved.reply.text) == (Address("web", "1"), "答复")

    async def test_who_was_told_finds_it_where_they_were_told(self, store: Store) -> None:
        await waiting(store, "答复", lane=Lane.TICKET)
        await settle(store, await claim(store), Held("nothing left", told=True))
        assert (await states(store))[-1] == ("held", None)

    async def test_a_push_is_not_held(self, store: Store) -> None:
        await waiting(store, "普法", lane=Lane.PUSH)
        await settle(store, await claim(store), Held("nothing left"))
        assert (await states(store))[-1] == ("dead", None)
