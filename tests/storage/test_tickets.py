"""A ticket has one adviser, and the answer finds the resident wherever one can be reached."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Closed, Lane, settle
from handlers.desk import advise, moves, tickets
from handlers.desk.clocks import Clock
from handlers.desk.moves import Deed, Move, Setting, Tracked
from handlers.desk.routing import Adviser, Leave
from handlers.desk.states import Act, State
from handlers.desk.tickets import Level, Referral, Solved, Ticket, Tier
from handlers.errors import Refused
from handlers.messages import Address
from handlers.outcomes import Placed
from handlers.staff import Role, Scope
from storage.schema import addresses, entries, events, outbox
from storage.schema import tickets as table
from storage.store import Store
from tests.handlers.times import TARGETS
from tests.storage.given import (
    CHANNELS,
    NOW,
    adviser,
    arrive,
    at,
    claim,
    inbound,
    moved,
    office,
    opened_ticket,
    outcome,
    resident,
    rows,
    staff,
    waiting,
)

EVERYTHING = Scope(everywhere=True)


async def _racer(url: str, logins: Sequence[str], wanted: Sequence[Sequence[str]]) -> asyncio.subprocess.Process:
    """A process that waits for the start."""
    pipe = asyncio.subprocess.PIPE
    racer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.racer", cwd=Path(__file__).parents[2], stdin=pipe, stdout=pipe
    )
    assert racer.stdin
    assert racer.stdout
    racer.stdin.write(json.dumps({"url": url, "logins": logins, "wanted": wanted}).encode() + b"\n")
    assert await racer.stdout.readline() == b"ready\n"
    return racer


class TestClaiming:
    @pytest.mark.slow
    async def test_60_tickets_raced_for_by_50_advisers_in_two_processes_are_won_once_each(
        self, store: Store, url: str
    ) -> None:
        advisers = {f"adviser{n}": (await staff(store, f"adviser{n}")).id for n in range(50)}
        receipts = [(await opened_ticket(store, str(n))).receipt for n in range(60)]
        wanted = [(receipts * 2)[n : n + 20] for n in range(50)]  # so every ticket has several who want it
        racers = [await _racer(url, [*advisers][n::2], wanted[n::2]) for n in range(2)]
        for racer in racers:
            assert racer.stdin
            racer.stdin.write(b"go\n")
        ended = await asyncio.gather(*(racer.communicate() for racer in racers))
        won = [(receipt, login) for out, _ in ended for receipt, login in json.loads(out)]
        assert len(won) == len({receipt for receipt, _ in won}) == 60
        assert {advisers[login] % 2 for _, login in won} == {0, 1}, "both processes won some"
        assert {(r.receipt, r.adviser) for r in await rows(store, table)} == {(r, advisers[a]) for r, a in won}
        assert sum(r.act == Act.CLAIM for r in await rows(store, events)) == 60

    async def test_a_claimed_ticket_is_not_given_to_another(self, store: Store) -> None:
        first, second = await staff(store, "a"), await staff(store, "b")
        ticket = await opened_ticket(store)
        await advise.claim(office(store), first, ticket.receipt, NOW)
        with pytest.raises(Refused, match="已有人接单"):
            await advise.claim(office(store), second, ticket.receipt, NOW)
        assert [(r.state, r.adviser) for r in await rows(store, table)] == [("claimed", first.id)]


class TestMoving:
    async def test_what_has_changed_since_it_was_read_is_not_overwritten(self, store: Store) -> None:
        ticket = await opened_ticket(store)
        held = await store.tickets.find(EVERYTHING, ticket.receipt)
        assert held
        late = moves.step(held, replace(ticket, stars=1), Deed(Act.RATE), Setting(NOW, TARGETS))
        assert await moved(store, replace(ticket, stars=5))
        assert not await store.tickets.move([late], NOW)
        assert [r.stars for r in await rows(store, table)] == [5]

    async def test_of_two_moves_none_is_made_if_one_comes_too_late(self, store: Store) -> None:
        first, second = await opened_ticket(store, "1"), await opened_ticket(store, "2")
        held = [await store.tickets.find(EVERYTHING, t.receipt) for t in (first, second)]
        both = [moves.step(h, replace(h.ticket, stars=1), Deed(Act.RATE), Setting(NOW, TARGETS)) for h in held if h]
        assert await moved(store, replace(second, stars=5))
        assert not await store.tickets.move(both, NOW)
        assert [r.stars for r in await rows(store, table)] == [None, 5]

    async def test_a_ticket_is_read_back_as_it_was_written(self, store: Store) -> None:
        by, other = await adviser(store, "a"), await adviser(store, "b")
        ticket = await opened_ticket(store)
        whole = replace(
            ticket, state=State.REFERRED, adviser=by, claimed_at=at(1), answered_at=at(2), closed_at=at(3),
            field="劳动", tier=Tier.EXPERT, offered=other, tried=(by, other), barred=frozenset({other}),
            merged_into="TL-9", referred_to=Referral.MEDIATION, stars=4, solved=Solved.NOT_YET, followed_at=at(4),
        )  # fmt: skip
        assert await moved(store, whole)
        found = await store.tickets.find(EVERYTHING, ticket.receipt)
        assert found
        assert (found.ticket, found.revision) == (whole, 1)

    async def test_a_clock_is_read_back_as_it_was_written(self, store: Store) -> None:
        ticket = await opened_ticket(store)
        held = await store.tickets.find(EVERYTHING, ticket.receipt)
        assert held
        clock = Clock(at(1), timedelta(minutes=3), timedelta(minutes=2), 1, 2, at(9))
        assert await store.tickets.move([Move(held, Tracked(ticket, clock, 1), None)], NOW)
        assert await store.tickets.find(EVERYTHING, ticket.receipt) == Tracked(ticket, clock, 1)

    async def test_opening_facts_are_not_overwritten(self, store: Store) -> None:
        ticket = await opened_ticket(store, kind="violence")
        before = (await rows(store, table))[0]
        assert await moved(store, replace(ticket, kind="", reason="?", opened_at=at(99), stars=3))
        after = (await rows(store, table))[0]
        assert (before.kind, before.reason, before.opened_at) == (after.kind, after.reason, after.opened_at)


class TestAnswering:
    async def test_state_words_and_reply_are_written_together(self, store: Store) -> None:
        by = await staff(store)
        ticket = await opened_ticket(store)
        await advise.claim(office(store), by, ticket.receipt, NOW)
        await advise.answer(office(store), by, ticket.receipt, "可以申请支付令", at(60))
        assert [(r.state, r.answered_at) for r in await rows(store, table)] == [
            ("answered", int(at(60).timestamp() * 1000))
        ]
        said = (await rows(store, entries))[0]
        assert store.vault.open(said.words, f"entry:{ticket.receipt}") == "可以申请支付令"
        taken = (await claim(store, at(60)))[0]
        assert (taken.lane, taken.address) == (Lane.TICKET, Address("telegram", "1"))
        assert taken.reply.text.endswith("可以申请支付令")

    async def test_every_answer_is_sent(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store), by, NOW)
        for words in ("一", "二"):
            await moved(store, ticket, words)
        assert len(await rows(store, outbox)) == 2

    async def test_an_event_says_how_long_the_reply_took(self, store: Store) -> None:
        by = await staff(store)
        ticket = await opened_ticket(store, level=Level.P0)
        await advise.claim(office(store), by, ticket.receipt, at(30))
        await advise.answer(office(store), by, ticket.receipt, "先打110", at(60))
        answered = (await rows(store, events))[-1]
        shown = (answered.act, answered.by, answered.owner, answered.kind, answered.took, answered.target)
        assert shown == (Act.ANSWER, by.id, by.id, "first", 60_000, 900_000)


class TestFinding:
    async def test_those_that_rang_are_found_the_urgent_first(self, store: Store) -> None:
        calm = await opened_ticket(store, "1", village=await _village(store))
        urgent = await opened_ticket(store, "2", level=Level.P0)
        await opened_ticket(store, "3")  # the resident is still asked for the village
        assert [t.ticket.receipt for t in await store.tickets.due(NOW, 9)] == [urgent.receipt, calm.receipt]
        assert [t.ticket.receipt for t in await store.tickets.due(NOW, 1)] == [urgent.receipt]

    async def test_what_somebody_holds_or_is_offered_is_theirs(self, store: Store) -> None:
        by, other = await adviser(store, "a"), await adviser(store, "b")
        held, turn, answered, closed = [await opened_ticket(store, str(n), opened_at=at(n)) for n in range(4)]
        await moved(store, tickets.claim(held, by, NOW))
        await moved(store, tickets.offer(turn, Tier.TOWN, by))
        await moved(store, tickets.answer(tickets.claim(answered, by, NOW), by, NOW))
        await moved(store, tickets.close(tickets.answer(tickets.claim(closed, by, NOW), by, NOW), by, NOW))
        found = [t.ticket.receipt for t in await store.tickets.owned([by])]
        assert found == [t.receipt for t in (held, turn, answered)]
        assert await store.tickets.owned([other]) == []
        assert await store.tickets.owned([]) == ()
        assert await store.tickets.loads() == {by: 2}  # the answered one waits only to be closed

    async def test_a_resident_s_own_tickets_come_with_the_message(self, store: Store) -> None:
        by = await adviser(store)
        old = await opened_ticket(store, "1")
        await moved(store, tickets.answer(tickets.claim(old, by, NOW), by, NOW))
        new = await opened_ticket(store, "1", opened_at=at(9))
        await opened_ticket(store, "2")
        later = at(90 * 24 * 3600)
        situation = (await store.records.gather(await arrive(store, inbound(who="1"), now=later), later))[0]
        assert [t.ticket.receipt for t in situation.tickets] == [new.receipt, old.receipt]

    async def test_what_ended_long_ago_does_not(self, store: Store) -> None:
        by = await adviser(store)
        old = await opened_ticket(store, "1")
        await moved(store, tickets.close(tickets.answer(tickets.claim(old, by, NOW), by, NOW), by, NOW))
        later = at(90 * 24 * 3600)
        situation = (await store.records.gather(await arrive(store, inbound(who="1"), now=later), later))[0]
        assert situation.tickets == ()


class TestPlacing:
    async def test_a_village_brings_what_nobody_took_back_to_its_desk_and_rings(self, store: Store) -> None:
        by, village = await adviser(store), await _village(store)
        free = await opened_ticket(store, "1", tier=Tier.DISTRICT, offered=by)
        held = await opened_ticket(store, "2", tier=Tier.DISTRICT)
        await moved(store, tickets.claim(held, by, NOW))
        for one in (free, held):
            await _placed(store, Placed(one.receipt, village))
        found = [await store.tickets.find(EVERYTHING, t.receipt) for t in (free, held)]
        assert [(t.ticket.village, t.ticket.tier, t.ticket.offered) for t in found if t] == [
            (village, Tier.VILLAGE, None), (village, Tier.DISTRICT, None),
        ]  # fmt: skip
        assert free.receipt in {t.ticket.receipt for t in await store.tickets.due(at(60), 9)}

    async def test_one_who_will_not_say_the_village_waits_no_longer(self, store: Store) -> None:
        ticket = await opened_ticket(store)
        await _placed(store, Placed(ticket.receipt, None))
        assert [t.ticket for t in await store.tickets.due(at(60), 9)] == [ticket]


class TestRosters:
    async def test_who_answers_is_known_with_all_that_decides(self, store: Store) -> None:
        village = await _village(store)
        one = await staff(store, "a", [village], fields=frozenset({"劳动"}))
        chief = await staff(store, "b", role=Role.EXPERT)
        await staff(store, "c", role=Role.ADMIN)
        away = Leave(date(2026, 11, 24), date(2026, 11, 30))
        await store.rosters.take_leave(one.id, away)
        roster = await store.rosters.roster(("b",), NOW.date())
        assert roster.by_id == {
            one.id: Adviser(one.id, frozenset({village}), frozenset({"劳动"}), leaves=(away,)),
            chief.id: Adviser(chief.id, is_expert=True),
        }
        assert roster.duty == (chief.id,)
        assert list(roster.towns) == [village]


async def _village(store: Store) -> int:
    return (await store.people.add_villages([("安居镇", ["古城村"])]))["安居镇古城村"]


async def _placed(store: Store, placed: Placed) -> None:
    situation = (await store.records.gather(await arrive(store, inbound(who="9")), at(60)))[0]
    await store.records.record([(situation, outcome(situation, placed=(placed,)))], at(60))


class TestReaching:
    async def test_a_closed_address_gives_way_to_one_that_is_open(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await _also_at(store, ticket, "web", "w1")
        await waiting(store, "答", who="1")
        shut = [settle(d, Closed("Forbidden"), NOW, at(60) - NOW) for d in await claim(store)]
        await store.outbox.turn(shut, CHANNELS, 0, NOW)
        await moved(store, tickets.answer(ticket, by, NOW), "答")
        assert [d.address for d in await claim(store, at(60))] == [Address("web", "w1")]

    async def test_of_two_open_addresses_the_one_used_last_is_taken(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await _also_at(store, ticket, "web", "w1", seen=600)
        await moved(store, tickets.answer(ticket, by, NOW), "答")
        assert [d.address for d in await claim(store, at(60))] == [Address("web", "w1")]

    async def test_where_none_is_open_the_last_is_tried(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await waiting(store, "答", who="1")
        shut = [settle(d, Closed("Forbidden"), NOW, at(60) - NOW) for d in await claim(store)]
        await store.outbox.turn(shut, CHANNELS, 0, NOW)
        await moved(store, tickets.answer(ticket, by, NOW), "答")
        assert [d.address for d in await claim(store, at(60))] == [Address("telegram", "1")]

    async def test_nobody_else_hears_the_answer(self, store: Store) -> None:
        by = await adviser(store)
        await resident(store, "2")
        await moved(store, tickets.claim(await opened_ticket(store, "1"), by, NOW), "答")
        assert {r.external for r in await rows(store, outbox)} == {"1"}


async def _also_at(store: Store, ticket: Ticket, channel: str, external: str, seen: float = -600) -> None:
    """The same resident also writes from another channel."""
    values = {
        "channel": channel,
        "external": external,
        "resident": ticket.resident,
        "open": True,
        "seen_at": int(at(seen).timestamp() * 1000),
    }

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(addresses.insert().values(values))

    await store.writer.write(work)
