"""Pictures and files are sealed, found by whoever may see their ticket, and go with it, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import collect
from handlers.collect import Collection
from handlers.desk import tickets as acts
from handlers.desk.tickets import Author, Entry, Ticket
from handlers.enclosures import JPEG, PDF, Content, State, mark
from handlers.errors import Refused, Unreachable
from handlers.messages import Address, Enclosed, Inbound
from handlers.staff import Scope
from storage.moves import keep_entry
from storage.rotation import rotate
from storage.schema import contents, enclosures, outbox
from storage.store import Spans, Store, open_store
from tests import files
from tests.conftest import KEY
from tests.storage.given import LEASE, NOW, adviser, answered, arrive, at, inbound, moved, opened_ticket, rows, sent
from tests.storage.test_privacy import wishes

EVERYWHERE = Scope(everywhere=True)
HERE = Address("web", "1")


def with_files(*contents: bytes, external: str = "m", who: str = "1") -> Inbound:
    """A message from the page, with files whose content is at hand."""
    given = tuple(Enclosed(mark("web", external, n), "借条.jpg", content=c) for n, c in enumerate(contents))
    return replace(inbound("看这个", who=who, channel="web", external=external), enclosed=given)


async def put(store: Store, ticket: Ticket, *marks: str, author: Author = Author.RESIDENT) -> None:
    """What was sent goes with words on the ticket."""
    entry = Entry(ticket.receipt, author, "看这个", NOW, tuple(map(Enclosed, marks)))
    await store.writer.write(lambda c: keep_entry(c, store.vault, entry))


async def filed(store: Store, *contents: bytes) -> tuple[Ticket, list[str]]:
    """A ticket with these."""
    message = with_files(*contents)
    await answered(store, message)
    ticket = await opened_ticket(store)
    marks = [one.mark for one in message.enclosed]
    await put(store, ticket, *marks)
    return ticket, marks


class Source:
    """Gives what it is told to, or fails as it is told to."""

    def __init__(self, *given: bytes | Exception) -> None:
        self.given = list(given)
        self.asked: list[str] = []

    async def fetch(self, reference: str, most: int) -> bytes:
        self.asked.append(reference)
        match self.given.pop(0):
            case bytes() as content:
                return content
            case error:
                raise error


async def named(store: Store) -> tuple[Ticket, str]:
    """A ticket with a picture that its channel has."""
    message = replace(inbound(external="t"), enclosed=(Enclosed(mark("telegram", "t", 0), "", "file-7"),))
    await answered(store, message)
    ticket = await opened_ticket(store)
    return ticket, message.enclosed[0].mark


async def test_what_came_twice_is_kept_once_and_comes_back_whole(store: Store) -> None:
    message = with_files(files.JPEG, files.PDF)
    [arrived] = await arrive(store, message, message)
    assert [one.mark for one in arrived.inbound.enclosed] == [one.mark for one in message.enclosed]
    await store.inbox.put([message], at(5))
    kept = [await store.enclosures.own(HERE, one.mark) for one in message.enclosed]
    assert kept == [Content("借条.jpg", JPEG, files.JPEG), Content("借条.pdf", PDF, files.PDF)]


async def test_nothing_of_it_can_be_read_without_the_key(store: Store, url: str) -> None:
    await filed(store, files.JPEG)
    [row], [inside] = await rows(store, enclosures), await rows(store, contents)
    assert "借条".encode() not in row.words
    assert files.JPEG not in inside.content
    await rotate(url, KEY, bytes(reversed(range(32))))
    turned = open_store(url, bytes(reversed(range(32))), Spans())
    try:
        assert await turned.enclosures.sent(row.mark) == Content("借条.jpg", JPEG, files.JPEG)
    finally:
        await turned.close()


async def test_only_whoever_may_see_the_ticket_sees_it(store: Store) -> None:
    ticket, [one] = await filed(store, files.JPEG)
    number = await adviser(store)
    assert await store.enclosures.seen(EVERYWHERE, ticket.receipt, one)
    assert await store.enclosures.seen(Scope(user=number, villages=frozenset({99})), ticket.receipt, one), "no village"
    assert await store.enclosures.seen(Scope(nothing=True), ticket.receipt, one) is None
    assert await store.enclosures.seen(EVERYWHERE, "TL261124-ZZZZZZ", one) is None
    assert await store.enclosures.own(HERE, one)
    assert await store.enclosures.own(Address("web", "2"), one) is None
    assert await store.enclosures.own(Address("telegram", "1"), one), "the ticket is theirs"
    claimed = acts.claim(ticket, number, NOW)
    assert await moved(store, claimed)
    barred = await adviser(store, "other")
    held = await store.tickets.find(EVERYWHERE, ticket.receipt)
    assert held
    assert await store.enclosures.seen(Scope(user=barred), ticket.receipt, one), "in the district's hands"


async def test_what_goes_to_no_ticket_is_neither_fetched_nor_kept_for_long(store: Store) -> None:
    ticket, loose = await named(store)
    assert await store.enclosures.wanted(at(60), 9, LEASE) == []
    assert await store.enclosures.forget(NOW) == 0
    _, [kept] = await filed(store, files.JPEG)
    assert await store.enclosures.forget(at(1)) == 1
    assert [r.mark for r in await rows(store, enclosures)] == [kept]
    await put(store, ticket, loose)
    assert await store.enclosures.counted([ticket.receipt]) == {}, "it is gone"


@pytest.mark.parametrize(
    ("given", "state", "told"),
    [
        (files.JPEG, State.KEPT, ""),
        (files.HTML, State.REFUSED, "收不了"),
        (files.JPEG + b"x" * 2000, State.REFUSED, "太大"),
        (Refused("没了"), State.REFUSED, "没了"),
    ],
    ids=["kept", "html", "large", "lost"],
)
async def test_what_a_channel_has_is_fetched_once_it_goes_to_a_ticket(
    store: Store, given: bytes | Exception, state: State, told: str
) -> None:
    ticket, one = await named(store)
    await sent(store)
    await put(store, ticket, one)
    source = Source(given)
    collection = Collection(store.enclosures, {"telegram": source}, 1000)
    assert await collect.collect(collection, NOW) == 1
    assert await collect.collect(collection, at(3600)) == 0
    assert source.asked == ["file-7"]
    [row] = await rows(store, enclosures)
    assert (row.state, row.receipt, row.resident) == (state, ticket.receipt, ticket.resident)
    said = [reply.text for reply in await sent(store)]
    assert len(said) == bool(told)
    assert all(told in words and ticket.receipt in words for words in said)
    assert bool(await store.enclosures.sent(one)) == (state is State.KEPT)


async def test_what_cannot_be_had_just_now_is_tried_again_for_a_day(store: Store) -> None:
    ticket, one = await named(store)
    await put(store, ticket, one)
    await sent(store)
    down = Unreachable("down")
    collection = Collection(store.enclosures, {"telegram": Source(down, down, files.JPEG)}, 1000)
    assert await collect.collect(collection, NOW) == 1
    assert await collect.collect(collection, NOW) == 0, "not at once"
    assert await collect.collect(collection, at(2)) == 1
    assert await collect.collect(collection, at(10)) == 1
    assert await store.enclosures.sent(one)

    await store.inbox.put([with_files()], NOW)
    late = replace(inbound(external="u"), enclosed=(Enclosed(mark("telegram", "u", 0), "", "x"),))
    await answered(store, late)
    await put(store, ticket, late.enclosed[0].mark)
    assert await collect.collect(replace(collection, sources={}), NOW + timedelta(hours=25)) == 1
    assert any(collect.LOST in reply.text for reply in await sent(store, NOW + timedelta(hours=25)))


async def test_a_fetch_that_died_is_taken_over_and_cannot_write_any_more(store: Store) -> None:
    ticket, one = await named(store)
    await put(store, ticket, one)
    [slow] = await store.enclosures.wanted(NOW, 9, LEASE)
    assert await store.enclosures.wanted(NOW, 9, LEASE) == []
    [quick] = await store.enclosures.wanted(NOW + LEASE, 9, LEASE)
    await store.enclosures.keep(slow, JPEG, b"slow")
    assert await store.enclosures.sent(one) is None
    await store.enclosures.keep(quick, JPEG, files.JPEG)
    await store.enclosures.keep(quick, JPEG, b"again")
    found = await store.enclosures.sent(one)
    assert found
    assert found.content == files.JPEG


async def test_it_goes_with_its_ticket_and_with_its_resident(store: Store) -> None:
    ticket, _ = await filed(store, files.JPEG, files.PDF)
    await store.inbox.put([with_files(files.JPEG, external="loose")], NOW)
    by = await adviser(store)
    assert await moved(store, acts.claim(ticket, by, NOW))
    answer = acts.answer(acts.claim(ticket, by, NOW), by, at(60))
    assert await moved(store, answer, "先找劳动监察")
    assert await moved(store, acts.close(answer, by, at(120)), seconds=120)
    assert (await store.retention.due(at(121)))["图片和文件"] == 2
    assert await store.retention.erase(at(121), at(121)) == 1
    assert len(await rows(store, enclosures)) == len(await rows(store, contents)) == 1, "the one without a ticket"

    again, _ = await named(store)
    held = await store.privacy.held(HERE)
    assert held is not None
    await wishes(store, again.resident, 0)
    await wishes(store, await resident_of(store, HERE), 0)
    assert await store.privacy.erase(at(3600)) == 2
    assert await rows(store, enclosures) == await rows(store, contents) == []


async def resident_of(store: Store, address: Address) -> str:
    """Whose address it is."""
    [situation] = await answered(store, inbound(who=address.external, channel=address.channel))
    return situation.resident.id


async def test_what_an_adviser_adds_goes_out_with_the_answer(store: Store) -> None:
    ticket = await opened_ticket(store)
    entry = Entry(ticket.receipt, Author.ADVISER, "见附件", NOW, (Enclosed("f" * 32, "起诉状", content=files.word()),))
    await store.writer.write(lambda c: keep_entry(c, store.vault, entry))
    found = await store.enclosures.sent("f" * 32)
    assert found
    assert (found.name, found.content) == ("起诉状.docx", files.word())
    assert await store.enclosures.counted([ticket.receipt]) == {}, "it is not the resident's"
    held = await store.privacy.held(Address("telegram", "1"))
    assert held
    assert held["工单"][0]["往来"][0]["图片和文件"] == ["起诉状.docx"]
    assert await rows(store, outbox) is not None
