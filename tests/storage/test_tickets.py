"""A ticket has one adviser, and the answer finds the resident wherever one can be reached."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import tickets
from handlers.deliveries import Closed, Lane, settle
from handlers.messages import Address, Reply
from handlers.tickets import Author, Entry, State, Ticket
from storage.schema import addresses, entries, outbox
from storage.schema import tickets as table
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import CHANNELS, NOW, adviser, at, claim, opened_ticket, resident, rows, waiting


async def answer(store: Store, ticket: Ticket, by: int, words: str = "可以申请支付令", seconds: float = 60) -> Ticket:
    """The adviser's answer, written down."""
    answered = tickets.answer(ticket, by, at(seconds))
    entry = Entry(ticket.receipt, Author.ADVISER, words, at(seconds))
    await store.tickets.write(answered, entry, Reply(words), at(seconds))
    return answered


class TestClaiming:
    @pytest.mark.slow
    async def test_60_tickets_raced_for_by_50_advisers_in_two_processes_are_won_once_each(self, opened: Open) -> None:
        stores = [opened(), opened()]
        advisers = [await adviser(stores[0], f"adviser{n}") for n in range(50)]
        waiting_ones = [await opened_ticket(stores[0], str(n)) for n in range(60)]
        won: list[tuple[str, int]] = []

        async def race(store: Store, by: int, first: int) -> None:
            wanted = (waiting_ones * 2)[first : first + 20]  # so every ticket has several who want it
            won.extend([(t.receipt, by) for t in wanted if await store.tickets.claim(tickets.claim(t, by, NOW))])

        await asyncio.gather(*(race(stores[n % 2], by, n) for n, by in enumerate(advisers)))
        assert len(won) == len({receipt for receipt, _ in won}) == 60
        assert {(r.receipt, r.adviser) for r in await rows(stores[0], table)} == set(won)

    async def test_a_claimed_ticket_is_not_given_to_another(self, store: Store) -> None:
        first, second = await adviser(store, "a"), await adviser(store, "b")
        ticket = await opened_ticket(store)
        assert await store.tickets.claim(tickets.claim(ticket, first, NOW))
        assert not await store.tickets.claim(tickets.claim(ticket, second, NOW))
        assert [(r.state, r.adviser) for r in await rows(store, table)] == [("claimed", first)]

    async def test_a_ticket_that_does_not_exist_cannot_be_claimed(self, store: Store) -> None:
        by = await adviser(store)
        ticket = await opened_ticket(store)
        assert not await store.tickets.claim(tickets.claim(replace(ticket, receipt="TL-0"), by, NOW))


class TestAnswering:
    async def test_state_words_and_reply_are_written_together(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store), by, NOW)
        await store.tickets.claim(ticket)
        await answer(store, ticket, by)
        assert [(r.state, r.answered_at) for r in await rows(store, table)] == [
            ("answered", int(at(60).timestamp() * 1000))
        ]
        said = (await rows(store, entries))[0]
        assert store.vault.open(said.words, f"entry:{ticket.receipt}") == "可以申请支付令"
        taken = (await claim(store, at(60)))[0]
        assert (taken.lane, taken.address, taken.reply.text) == (
            Lane.TICKET, Address("telegram", "1"), "可以申请支付令",
        )  # fmt: skip

    async def test_every_answer_is_sent(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store), by, NOW)
        for words in ("一", "二"):
            ticket = await answer(store, ticket, by, words)
        assert len(await rows(store, outbox)) == 2

    async def test_closing_says_nothing(self, store: Store) -> None:
        by = await adviser(store)
        ticket = await answer(store, tickets.claim(await opened_ticket(store), by, NOW), by)
        await store.tickets.write(tickets.close(ticket, by, at(90)), None, None, at(90))
        assert [r.state for r in await rows(store, table)] == [State.CLOSED]
        assert len(await rows(store, outbox)) == 1

    async def test_opening_facts_are_not_overwritten(self, store: Store) -> None:
        by = await adviser(store)
        ticket = await opened_ticket(store, kind="violence")
        before = (await rows(store, table))[0]
        await answer(store, tickets.claim(replace(ticket, kind="", reason="?"), by, NOW), by)
        after = (await rows(store, table))[0]
        assert (before.kind, before.reason, before.opened_at) == (after.kind, after.reason, after.opened_at)


class TestReaching:
    async def test_a_closed_address_gives_way_to_one_that_is_open(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await _also_at(store, ticket, "web", "w1")
        await waiting(store, "答", who="1")
        shut = [settle(d, Closed("Forbidden"), NOW, at(60) - NOW) for d in await claim(store)]
        await store.outbox.turn(shut, CHANNELS, 0, NOW)
        await answer(store, ticket, by)
        assert [d.address for d in await claim(store, at(60))] == [Address("web", "w1")]

    async def test_of_two_open_addresses_the_one_used_last_is_taken(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await _also_at(store, ticket, "web", "w1", seen=600)
        await answer(store, ticket, by)
        assert [d.address for d in await claim(store, at(60))] == [Address("web", "w1")]

    async def test_where_none_is_open_the_last_is_tried(self, store: Store) -> None:
        by = await adviser(store)
        ticket = tickets.claim(await opened_ticket(store, "1"), by, NOW)
        await waiting(store, "答", who="1")
        shut = [settle(d, Closed("Forbidden"), NOW, at(60) - NOW) for d in await claim(store)]
        await store.outbox.turn(shut, CHANNELS, 0, NOW)
        await answer(store, ticket, by)
        assert [d.address for d in await claim(store, at(60))] == [Address("telegram", "1")]

    async def test_nobody_else_hears_the_answer(self, store: Store) -> None:
        by = await adviser(store)
        await resident(store, "2")
        await answer(store, tickets.claim(await opened_ticket(store, "1"), by, NOW), by)
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
