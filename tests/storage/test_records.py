"""All that a decision asks for is written together or not at all, and once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from handlers import residents
from handlers.desk.tickets import Author, Entry, Level
from handlers.messages import Option, Reply
from handlers.outcomes import Placed
from handlers.talk.dialogue import Dialogue, Stage
from storage.schema import addresses, dialogues, entries, inbox, outbox, tickets
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import LEASE, NOW, answered, arrive, at, claim, inbound, outcome, resident, rows, ticket

SAID = Dialogue(
    stage=Stage.CHOOSING,
    question="村里说我家的田要收回去",
    topic="land-contract",
    options=(Option("田被收回", "topic:a"), Option("都不是，找人工", "human")),
    ticket="TL261124-ABCDEF",
    reason="P1 violence",
    recent=(1795500000, 1795500009),
    noticed=True,
)


class TestGathering:
    async def test_a_sender_never_seen_before_is_a_new_resident(self, store: Store) -> None:
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        assert (situation.known, situation.dialogue, situation.resident.created_at) == (False, Dialogue(), NOW)

    async def test_whoever_wrote_before_is_known_by_the_address(self, store: Store) -> None:
        first = (await answered(store, inbound()))[0]
        again, other = await store.records.gather(
            await arrive(store, inbound(), inbound(channel="web"), now=at(60)), at(60)
        )
        assert (again.known, again.resident) == (True, first.resident)
        assert (other.known, other.resident.id != first.resident.id) == (False, True)

    async def test_the_dialogue_is_read_back_whole(self, store: Store) -> None:
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        await store.records.record([(situation, outcome(situation, dialogue=SAID))], NOW)
        again = (await store.records.gather(await arrive(store, inbound(), now=at(1)), at(1)))[0]
        assert again.dialogue == SAID

    async def test_consent_and_village_are_kept(self, store: Store) -> None:
        village = (await store.people.add_villages([("安居镇", ["古城村"])]))["安居镇古城村"]
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        agreed = residents.settle_in(residents.agree_to_channel(situation.resident), village)
        await store.records.record([(situation, outcome(situation, resident=agreed))], NOW)
        again = (await store.records.gather(await arrive(store, inbound(), now=at(1)), at(1)))[0]
        assert again.resident == agreed

    async def test_villages_come_with_their_town(self, store: Store) -> None:
        await store.people.add_villages([("安居镇", ["古城村", "新村"]), ("旧县街道", ["新村"])])
        found = {residents.place(v) for v in await store.records.villages()}
        assert found == {"安居镇古城村", "安居镇新村", "旧县街道新村"}


class TestOnce:
    async def test_recorded_twice_it_writes_one_reply(self, store: Store) -> None:
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        for text in ("答", "另一个答"):
            await store.records.record([(situation, outcome(situation, text))], NOW)
        assert [d.reply.text for d in await claim(store)] == ["答"]
        assert len(await rows(store, outbox)) == 1

    async def test_two_processes_that_handled_the_same_message_write_one_outcome(self, opened: Open) -> None:
        one, other = opened(), opened()
        arrived = await arrive(one, *(inbound(who=str(n)) for n in range(20)))
        again = await other.inbox.claim(100, at(30), LEASE)
        assert [a.id for a in again] == [a.id for a in arrived]

        async def handle(store: Store, name: str) -> None:
            for found in arrived:
                situation = (await store.records.gather([found], NOW))[0]
                opened_ticket = ticket(situation.resident)
                await store.records.record([(situation, outcome(situation, name, opened=(opened_ticket,)))], NOW)

        await asyncio.gather(handle(one, "一"), handle(other, "二"))
        assert len(await rows(one, outbox)) == len(await rows(one, tickets)) == len(await rows(one, addresses)) == 20

    async def test_buried_once_it_is_told_once(self, store: Store) -> None:
        arrived = (await arrive(store, inbound()))[0]
        await store.records.bury(arrived, Reply("抱歉"), "KeyError", NOW)
        await store.records.bury(arrived, Reply("抱歉"), "KeyError", NOW)
        assert [d.reply.text for d in await claim(store)] == ["抱歉"]
        assert [(r.state, r.reason) for r in await rows(store, inbox)] == [("dead", "KeyError")]

    async def test_what_another_process_has_answered_is_not_buried(self, store: Store) -> None:
        situation = (await answered(store, inbound(), reply="答"))[0]
        await store.records.bury(situation.arrived, Reply("抱歉"), "late", at(60))
        assert [r.state for r in await rows(store, inbox)] == ["done"]
        assert [d.reply.text for d in await claim(store)] == ["答"]


class TestTogether:
    async def test_a_receipt_number_that_is_taken_opens_nothing_and_says_nothing(self, store: Store) -> None:
        owner = await resident(store, "1")
        situation = (await store.records.gather(await arrive(store, inbound(who="1")), NOW))[0]
        await store.records.record([(situation, outcome(situation, opened=(ticket(owner, "TL-1"),)))], NOW)
        other = (await store.records.gather(await arrive(store, inbound(who="2")), NOW))[0]
        words = Entry("TL-1", Author.RESIDENT, "别人的话", NOW)
        double = outcome(other, "已受理", opened=(ticket(other.resident, "TL-1"),), entries=(words,))
        with pytest.raises(IntegrityError):
            await store.records.record([(other, double)], NOW)
        assert await rows(store, entries) == []
        assert await rows(store, outbox) == []
        assert [r.state for r in await rows(store, inbox)] == ["done", "done", "claimed"]

    async def test_of_a_batch_all_is_written_or_nothing(self, store: Store) -> None:
        situations = await store.records.gather(await arrive(store, inbound(who="1"), inbound(who="2")), NOW)
        good, bad = situations
        unheard_of = Entry("TL-0", Author.RESIDENT, "话", NOW)
        with pytest.raises(IntegrityError):
            await store.records.record([(good, outcome(good, "答")), (bad, outcome(bad, entries=(unheard_of,)))], NOW)
        for table in (outbox, addresses, dialogues):
            assert await rows(store, table) == []


class TestTickets:
    async def test_a_p0_ticket_opens_without_words_and_gets_them_after_consent(self, store: Store) -> None:
        first = (await store.records.gather(await arrive(store, inbound("他打我")), NOW))[0]
        urgent = ticket(first.resident, "TL-1", level=Level.P0, kind="violence", reason="urgent")
        await store.records.record([(first, outcome(first, "先打110", opened=(urgent,)))], NOW)
        assert await rows(store, entries) == []
        second = (await store.records.gather(await arrive(store, inbound("同意"), now=at(5)), at(5)))[0]
        words = Entry("TL-1", Author.RESIDENT, "他打我", at(5))
        await store.records.record([(second, outcome(second, "已转给顾问", entries=(words,)))], at(5))
        held = (await rows(store, entries))[0]
        assert (held.receipt, store.vault.open(held.words, "entry:TL-1")) == ("TL-1", "他打我")
        assert [(r.receipt, r.level, r.kind) for r in await rows(store, tickets)] == [("TL-1", "P0", "violence")]

    async def test_a_ticket_learns_its_village(self, store: Store) -> None:
        village = (await store.people.add_villages([("安居镇", ["古城村"])]))["安居镇古城村"]
        first, second = await store.records.gather(await arrive(store, inbound(who="1"), inbound(who="2")), NOW)
        opened = outcome(first, opened=(ticket(first.resident, "TL-1"),))
        other = outcome(second, opened=(ticket(second.resident, "TL-2"),))
        await store.records.record([(first, opened), (second, other)], NOW)
        again = (await store.records.gather(await arrive(store, inbound(who="1"), now=at(1)), at(1)))[0]
        await store.records.record([(again, outcome(again, placed=(Placed("TL-1", village),)))], at(1))
        assert [(r.receipt, r.village) for r in await rows(store, tickets)] == [("TL-1", village), ("TL-2", None)]


class TestAddresses:
    async def test_the_last_time_of_writing_is_kept(self, store: Store) -> None:
        await answered(store, inbound())
        await answered(store, inbound(), now=at(60))
        assert [r.seen_at for r in await rows(store, addresses)] == [int(at(60).timestamp() * 1000)]

    async def test_a_resident_who_changed_is_changed_and_nobody_else(self, store: Store) -> None:
        await resident(store, "1")
        await resident(store, "2")
        situation = (await store.records.gather(await arrive(store, inbound(who="1")), NOW))[0]
        changed = replace(situation.resident, advice_consent=1)
        await store.records.record([(situation, outcome(situation, resident=changed))], NOW)
        one, two = await store.records.gather(await arrive(store, inbound(who="1"), inbound(who="2")), NOW)
        assert (one.resident.advice_consent, two.resident.advice_consent) == (1, 0)
