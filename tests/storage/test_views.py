"""Pages show what is in scope, in the order that helps, and nothing else."""

from dataclasses import replace

import pytest

from handlers.deliveries import Closed, Held, Refused, Sent, settle
from handlers.desk import tickets
from handlers.desk.tickets import Author, Entry, Level, State
from handlers.messages import Address, Document, Option, Reply
from handlers.outcomes import Placed
from handlers.staff import Scope
from knowledge.guides.papers import Draft
from storage.queue import Wanted
from storage.store import Store
from storage.views import TRANSCRIPT, Way
from tests.storage.given import (
    CHANNELS,
    NOW,
    adviser,
    answered,
    arrive,
    at,
    claim,
    inbound,
    moved,
    opened_ticket,
    outcome,
)

EVERYTHING = Scope(everywhere=True)
HERE = Address("web", "w")


async def talk(store: Store, said: str, heard: str, seconds: float, who: str = "w") -> None:
    """One message and its answer."""
    await answered(store, inbound(said, who=who, channel="web"), reply=heard, now=at(seconds))


class TestTranscript:
    async def test_it_tells_what_was_said_in_order(self, store: Store) -> None:
        await talk(store, "问一", "答一", 0)
        await talk(store, "问二", "答二", 5)
        said = await store.views.transcript(HERE)
        assert [(s.ours, s.text) for s in said] == [(False, "问一"), (True, "答一"), (False, "问二"), (True, "答二")]
        assert said[0].at == NOW

    async def test_reading_on_gives_only_what_is_new(self, store: Store) -> None:
        await talk(store, "问一", "答一", 0)
        cursor = (await store.views.transcript(HERE))[-1].cursor
        assert list(await store.views.transcript(HERE, cursor)) == []
        await talk(store, "问二", "答二", 5)
        later = await store.views.transcript(HERE, cursor)
        assert [s.text for s in later] == ["问二", "答二"]
        assert [s.text for s in await store.views.transcript(HERE, later[0].cursor)] == ["答二"]

    @pytest.mark.parametrize("cursor", ["", "x", "1", "-", "1-x", "-1-2", f"{'9' * 19}-0", f"0-{'9' * 5000}"])
    async def test_a_cursor_that_is_none_reads_from_the_start(self, store: Store, cursor: str) -> None:
        await talk(store, "问", "答", 0)
        assert len(await store.views.transcript(HERE, cursor)) == 2

    async def test_nobody_sees_what_another_said(self, store: Store) -> None:
        await talk(store, "别人的", "别人的答", 0, who="other")
        await answered(store, inbound("电报上的", who="w", channel="telegram"))
        assert list(await store.views.transcript(HERE)) == []

    async def test_options_stay_with_their_reply(self, store: Store) -> None:
        options = (Option("同意", "yes"), Option("不同意", "no"))
        situation = (await store.records.gather(await arrive(store, inbound(who="w", channel="web")), NOW))[0]
        await store.records.record([(situation, outcome(situation, Reply("您同意吗？", options)))], NOW)
        assert (await store.views.transcript(HERE))[-1].options == options

    async def test_a_file_is_named_and_is_given_to_its_address_only(self, store: Store) -> None:
        paper = Document("借条.docx", Draft("iou", (("出借人", "李四"),)))
        situation = (await store.records.gather(await arrive(store, inbound(who="w", channel="web")), NOW))[0]
        await store.records.record([(situation, outcome(situation, Reply("文档", attachment=paper), "无"))], NOW)
        files = [line.file for line in await store.views.transcript(HERE) if line.ours]
        [file] = [file for file in files if file]
        assert file.name == "借条.docx"
        assert await store.views.attachment(HERE, file.number) == paper
        assert await store.views.attachment(HERE, file.number + 1) is None, "words alone"
        assert await store.views.attachment(Address("web", "other"), file.number) is None
        assert await store.views.attachment(Address("telegram", "w"), file.number) is None

    async def test_of_a_long_talk_the_end_is_shown(self, store: Store) -> None:
        for n in range(TRANSCRIPT + 5):
            await store.inbox.put([inbound(str(n), who="w", channel="web")], at(n))
        said = await store.views.transcript(HERE)
        assert [s.text for s in said] == [str(n) for n in range(5, TRANSCRIPT + 5)]

    async def test_words_that_were_forgotten_are_shown_empty(self, store: Store) -> None:
        await talk(store, "问", "答", 0)
        await store.inbox.forget(at(1))
        assert [s.text for s in await store.views.transcript(HERE)] == ["", "答"]

    async def test_a_message_whose_danger_was_answered_at_once_says_so(self, store: Store) -> None:
        await store.inbox.put([replace(inbound("救命", who="w", channel="web"), told=True)], NOW)
        assert [(s.ours, s.told) for s in await store.views.transcript(HERE)] == [(False, True)]


class TestBusy:
    async def test_something_is_on_its_way_from_the_message_to_the_delivery(self, store: Store) -> None:
        assert not await store.views.is_busy(HERE)
        arrived = await arrive(store, inbound(who="w", channel="web"))
        assert await store.views.is_busy(HERE)
        situation = (await store.records.gather(arrived, NOW))[0]
        await store.records.record([(situation, outcome(situation, "答"))], NOW)
        assert await store.views.is_busy(HERE)
        taken = await claim(store)
        assert await store.views.is_busy(HERE)
        await store.outbox.turn([settle(d, Sent("1"), NOW, at(60) - NOW) for d in taken], CHANNELS, 0, NOW)
        assert not await store.views.is_busy(HERE)

    async def test_what_others_wait_for_does_not_count(self, store: Store) -> None:
        await store.inbox.put([inbound(who="other", channel="web"), inbound(who="w", channel="telegram")], NOW)
        assert not await store.views.is_busy(HERE)


class TestQueue:
    async def test_the_urgent_first_then_the_old_and_the_answered_last(self, store: Store) -> None:
        by = await adviser(store)
        old = await opened_ticket(store, "1", opened_at=at(-100))
        new = await opened_ticket(store, "2")
        urgent = await opened_ticket(store, "3", level=Level.P0)
        done = await opened_ticket(store, "4", level=Level.P0, opened_at=at(-200))
        await moved(store, tickets.answer(tickets.claim(done, by, NOW), by, at(60)), "答")
        found = [q.ticket.receipt for q in await store.views.queue(EVERYTHING)]
        assert found == [t.receipt for t in (urgent, old, new, done)]

    async def test_closed_tickets_have_a_list_of_their_own(self, store: Store) -> None:
        by = await adviser(store)
        answered_one = tickets.answer(tickets.claim(await opened_ticket(store, "1"), by, NOW), by, NOW)
        await moved(store, tickets.close(answered_one, by, at(60)))
        await opened_ticket(store, "2")
        assert [q.ticket.state for q in await store.views.queue(EVERYTHING)] == [State.OPEN]
        assert [q.ticket.state for q in await store.views.queue(EVERYTHING, Wanted(done=True))] == [State.CLOSED]

    async def test_a_ticket_is_shown_whole_and_with_its_place(self, store: Store) -> None:
        places = await store.people.add_villages([("安居镇", ["古城村"])])
        ticket = await opened_ticket(store, village=places["安居镇古城村"], topic="wages", level=Level.P1)
        found = (await store.views.queue(EVERYTHING))[0]
        assert (found.ticket, found.place) == (ticket, "安居镇古城村")


class TestScope:
    @pytest.mark.parametrize(
        ("scope", "seen"), [("mine", ["mine", "nowhere"]), ("other", ["other", "nowhere"]), ("nothing", [])]
    )
    async def test_an_adviser_sees_the_own_villages_and_what_has_none_yet(
        self, store: Store, scope: str, seen: list[str]
    ) -> None:
        places = await store.people.add_villages([("安居镇", ["古城村", "新村"])])
        villages = {"mine": places["安居镇古城村"], "other": places["安居镇新村"], "nowhere": None}
        for n, (name, village) in enumerate(villages.items()):
            await opened_ticket(store, str(n), receipt=name, village=village)
        looking = Scope(nothing=True) if scope == "nothing" else Scope(villages=frozenset({villages[scope] or 0}))
        assert sorted(q.ticket.receipt for q in await store.views.queue(looking)) == sorted(seen)
        for name in villages:
            assert (await store.views.ticket(looking, name) is not None) == (name in seen)

    async def test_a_ticket_moves_out_of_sight_with_its_village(self, store: Store) -> None:
        places = await store.people.add_villages([("安居镇", ["古城村", "新村"])])
        ticket = await opened_ticket(store)
        mine = Scope(villages=frozenset({places["安居镇古城村"]}))
        assert await store.views.ticket(mine, ticket.receipt)
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        moved = outcome(situation, placed=(Placed(ticket.receipt, places["安居镇新村"]),))
        await store.records.record([(situation, moved)], NOW)
        assert await store.views.ticket(mine, ticket.receipt) is None


class TestTicket:
    async def test_everything_said_on_it_is_shown_in_order(self, store: Store) -> None:
        by = await adviser(store)
        ticket = await opened_ticket(store)
        situation = (await store.records.gather(await arrive(store, inbound()), NOW))[0]
        words = Entry(ticket.receipt, Author.RESIDENT, "老板跑了", NOW)
        await store.records.record([(situation, outcome(situation, entries=(words,)))], NOW)
        await moved(store, tickets.answer(tickets.claim(ticket, by, NOW), by, at(60)), "可以申请仲裁")
        found = await store.views.ticket(EVERYTHING, ticket.receipt)
        assert found
        assert [(line.author, line.text, line.at) for line in found.lines] == [
            (Author.RESIDENT, "老板跑了", NOW), (Author.ADVISER, "可以申请仲裁", at(60)),
        ]  # fmt: skip

    async def test_one_that_does_not_exist_is_none(self, store: Store) -> None:
        assert await store.views.ticket(EVERYTHING, "TL261124-NOBODY") is None

    @pytest.mark.parametrize(
        ("receipt", "undelivered"), [(Closed("Forbidden"), True), (Refused("BadRequest"), True), (Sent("1"), False)]
    )
    async def test_it_says_when_the_resident_could_not_be_reached(
        self, store: Store, receipt: Closed | Refused | Sent, undelivered: bool
    ) -> None:
        by = await adviser(store)
        ticket = await opened_ticket(store)
        await moved(store, tickets.answer(tickets.claim(ticket, by, NOW), by, at(60)), "答")
        told = [settle(d, receipt, at(61), at(60) - NOW) for d in await claim(store, at(61))]
        await store.outbox.turn(told, CHANNELS, 0, at(61))
        found = await store.views.ticket(EVERYTHING, ticket.receipt)
        assert found
        assert found.undelivered == undelivered

    @pytest.mark.parametrize("told", [False, True])
    async def test_it_says_where_an_answer_goes_and_what_is_held(self, store: Store, told: bool) -> None:
        by = await adviser(store)
        ticket = await opened_ticket(store)
        await moved(store, tickets.answer(tickets.claim(ticket, by, NOW), by, at(60)), "答")
        held = [settle(d, Held("nothing left", told), at(61), at(60) - NOW) for d in await claim(store, at(61))]
        await store.outbox.turn(held, CHANNELS, 0, at(61))
        found = await store.views.ticket(EVERYTHING, ticket.receipt)
        assert found
        assert (found.ways, found.undelivered) == ((Way("telegram", held=True, told=told),), False)

    async def test_the_words_of_one_ticket_cannot_be_read_as_those_of_another(self, store: Store) -> None:
        ticket = await opened_ticket(store)
        sealed = store.vault.seal("话", f"entry:{ticket.receipt}")
        with pytest.raises(ValueError, match="cannot be opened"):
            store.vault.open(sealed, f"entry:{replace(ticket, receipt='TL-2').receipt}")


async def test_what_a_message_was_answered_with_is_found_by_its_number_and_way(store: Store) -> None:
    await answered(store, inbound("你好", external="a"), reply="您好")
    told = [settle(d, Sent("passive"), at(1), at(1) - NOW) for d in await claim(store)]
    await store.outbox.turn(told, CHANNELS, 0, at(1))
    views = store.views
    assert await views.answered("telegram", "a", "passive") == "您好"
    assert await views.answered("telegram", "a", "custom") is None
    assert await views.answered("telegram", "b", "passive") is None
    assert await views.answered("wechat", "a", "passive") is None
