"""Two residents become one with all that is theirs, once, on both databases; an address can be taken away again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Lane, State
from handlers.errors import Stale
from handlers.joining import Join, Offer, Part
from handlers.messages import Address
from handlers.outcomes import Score
from handlers.residents import Resident
from handlers.talk.reminders import Reminder
from storage.schema import addresses, metadata, outbox, quiz_scores, reminders, residents, subscriptions, tickets
from storage.store import Store
from tests.storage.given import NOW, arrive, at, inbound, opened_ticket, outcome, rows, waiting
from tests.storage.pushing import campaign, externals, queued, subscriber

CODE = "12345678"
HERE, THERE = Address("telegram", "1"), Address("web", "2")
SOON = Reminder("诉讼时效", "诉讼时效", at(86_400).date(), "去法院", (at(3600),))


async def given_code(store: Store, address: Address = THERE, life: timedelta = timedelta(minutes=10)) -> Resident:
    """A resident at that address has a code, a reminder and a finished quiz."""
    arrived = await arrive(store, inbound(who=address.external, channel=address.channel))
    situation = (await store.records.gather(arrived, NOW))[0]
    offered = outcome(situation, joining=Offer(CODE, NOW + life), reminder=SOON, scores=(Score("quiz", 3, 5, NOW),))
    await store.records.record([(situation, offered)], NOW)
    return situation.resident


async def type_code(store: Store, gone: str, seconds: float = 1) -> Resident:
    """Somebody types it on the telephone."""
    arrived = await arrive(store, inbound(who=HERE.external), now=at(seconds))
    situation = (await store.records.gather(arrived, at(seconds)))[0]
    joined = outcome(situation, "好了", joining=Join(CODE, gone, "和电报合并了"))
    await store.records.record([(situation, joined)], at(seconds))
    return situation.resident


async def test_a_code_leads_to_its_resident_until_its_time_is_over(store: Store) -> None:
    giver = await given_code(store)
    found = await store.records.other(CODE, at(599))
    assert found
    assert (found.resident.id, found.addresses) == (giver.id, (THERE,))
    assert await store.records.other("87654321", at(1)) is None
    assert await store.records.other(CODE, at(600)) is None
    assert CODE not in repr(await rows(store, metadata.tables["join_codes"]))


async def test_everything_of_the_other_is_the_residents(store: Store) -> None:
    ticket = await opened_ticket(store, who=THERE.external)
    gone = next(r.resident for r in await rows(store, addresses))

    async def at_the_page(connection: AsyncConnection) -> None:
        await connection.execute(addresses.update().values(channel=THERE.channel))

    await store.writer.write(at_the_page)
    assert (await given_code(store)).id == gone
    here = (await type_code(store, gone)).id
    assert {r.id for r in await rows(store, residents)} == {here}
    assert {(r.channel, r.resident) for r in await rows(store, addresses)} == {("telegram", here), ("web", here)}
    assert {(r.receipt, r.resident) for r in await rows(store, tickets)} == {(ticket.receipt, here)}
    assert {r.resident for r in (*await rows(store, quiz_scores), *await rows(store, reminders))} == {here}
    assert await store.reminders.ring(at(3601)) == 1, "it was sealed anew, and is read"
    told = [r for r in await rows(store, outbox) if r.cause.startswith("join:")]
    assert [(r.channel, r.external) for r in told] == [("web", THERE.external)], "the other address is told"
    held = await store.privacy.held(HERE)
    assert held
    assert sorted(held["收信地址"]) == ["telegram", "web"]


async def test_a_code_works_once(store: Store) -> None:
    giver = await given_code(store)
    await type_code(store, giver.id)
    assert await store.records.other(CODE, at(2)) is None
    arrived = await arrive(store, inbound(who="9"), now=at(3))
    situation = (await store.records.gather(arrived, at(3)))[0]
    with pytest.raises(Stale):
        await store.records.record([(situation, outcome(situation, joining=Join(CODE, giver.id, "x")))], at(3))


async def test_what_was_read_before_is_handled_again(store: Store) -> None:
    giver = await given_code(store)
    arrived = await arrive(store, inbound(who=THERE.external, channel=THERE.channel), now=at(1))
    before = (await store.records.gather(arrived, at(1)))[0]
    here = await type_code(store, giver.id, 2)
    with pytest.raises(Stale):
        await store.records.record([(before, outcome(before, "旧"))], at(2))
    again = (await store.records.gather(arrived, at(2)))[0]
    assert again.resident.id == here.id
    await store.records.record([(again, outcome(again, "新"))], at(2))


async def test_one_person_twice_in_one_batch_is_handled_one_after_the_other(store: Store) -> None:
    giver = await given_code(store)
    await type_code(store, giver.id)
    both = (inbound(who=HERE.external), inbound(who=THERE.external, channel=THERE.channel))
    situations = await store.records.gather(await arrive(store, *both, now=at(5)), at(5))
    with pytest.raises(Stale):
        await store.records.record([(s, outcome(s, "答")) for s in situations], at(5))
    for situation in situations:
        await store.records.record([(situation, outcome(situation, "答"))], at(5))


async def test_of_a_push_that_waits_for_both_one_goes_out_and_the_next_is_one(store: Store) -> None:
    await subscriber(store, "here", "telegram:1")
    await subscriber(store, "there", "web:2")
    first = await campaign(store)
    await queued(store, first)
    giver = await given_code(store)
    assert giver.id == "there"
    joined = await type_code(store, "there")
    assert joined.id == "here"
    pushes = [r for r in await rows(store, outbox) if r.run is not None]
    assert sorted((r.channel, r.state) for r in pushes) == [("telegram", State.READY), ("web", State.WITHHELD)]
    assert [r.resident for r in await rows(store, subscriptions)] == ["here"]
    other = await queued(store, await campaign(store, author=first.author))
    assert len(externals([r for r in await rows(store, outbox) if r.run == other.id])) == 1


async def test_erasure_covers_all_addresses(store: Store) -> None:
    giver = await given_code(store)
    here = await type_code(store, giver.id)
    arrived = await arrive(store, inbound(who=HERE.external), now=at(9))
    situation = (await store.records.gather(arrived, at(9)))[0]
    wanted = replace(here, erase_at=at(10))
    await store.records.record([(situation, outcome(situation, "好", resident=wanted))], at(9))
    assert await store.privacy.erase(at(11)) == 1
    assert await store.privacy.held(HERE) is None
    assert await store.privacy.held(THERE) is None
    assert not await rows(store, outbox)


async def test_an_address_that_is_taken_away_belongs_to_somebody_new(store: Store) -> None:
    giver = await given_code(store)
    here = await type_code(store, giver.id)
    await store.outbox.turn((), ("web",), 100, at(2))
    await waiting(store, "顾问的答复", who=THERE.external, channel=THERE.channel, lane=Lane.TICKET)
    arrived = await arrive(store, inbound(who=HERE.external), now=at(3))
    situation = (await store.records.gather(arrived, at(3)))[0]
    await store.records.record([(situation, outcome(situation, "断开了", joining=Part(THERE)))], at(3))
    held = {(r.channel, r.resident == here.id) for r in await rows(store, addresses)}
    assert held == {("telegram", True), ("web", False)}
    moved = [r for r in await rows(store, outbox) if r.state == State.READY and r.lane == Lane.TICKET]
    assert {r.channel for r in moved} == {"telegram"}
    await store.records.record([], at(4))
    there = await arrive(store, inbound(who=THERE.external, channel=THERE.channel), now=at(5))
    again = (await store.records.gather(there, at(5)))[0]
    assert again.resident.id not in (here.id, giver.id)
