"""The words of tickets closed long ago are erased, and nothing else, on both databases."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from handlers.deliveries import Lane
from handlers.desk import tickets as acts
from handlers.desk.tickets import Author, Entry, Ticket
from handlers.messages import Address, Reply
from handlers.staff import Scope
from storage import retention
from storage.links import cause
from storage.moves import entry_row
from storage.outbox import enqueue
from storage.schema import drafts, entries, events, notes, outbox, tickets
from storage.store import Store
from tests.storage.given import NOW, adviser, at, moved, opened_ticket, rows

KEEP = timedelta(days=730)
NOTHING = {"工单": 0, "往来": 0, "内部备注": 0, "草稿": 0, "图片和文件": 0}
CLOSED = at(120)


async def talked_of(store: Store, by: int, who: str = "1", receipt: str = "") -> Ticket:
    """A ticket on which everybody has said something, and which is answered."""
    opened = await opened_ticket(store, who=who, **({"receipt": receipt} if receipt else {}))
    entry = Entry(opened.receipt, Author.RESIDENT, "我家的事", NOW)
    await store.writer.write(lambda c: c.execute(entries.insert().values(entry_row(store.vault, entry))))
    await store.tickets.note(opened.receipt, by, "这家来过", NOW)
    await store.tickets.keep_draft(opened.receipt, by, "您好", NOW)
    card = [(cause(opened.receipt, "1"), Address("telegram", "staff"), Lane.TICKET, [Reply("新工单")])]
    await store.writer.write(lambda c: enqueue(c, store.vault, NOW, card))
    claimed = acts.claim(opened, by, NOW)
    assert await moved(store, claimed)
    answered = acts.answer(claimed, by, at(60))
    assert await moved(store, answered, "先找劳动监察")
    return answered


async def closed(store: Store, by: int, who: str = "1", receipt: str = "") -> Ticket:
    """The same, and closed."""
    answered = await talked_of(store, by, who, receipt)
    after = acts.close(answered, by, CLOSED)
    assert await moved(store, after, seconds=120)
    return after


async def with_words(store: Store) -> Sequence[set[str]]:
    """The tickets that have entries, notes, drafts."""
    return [{r.receipt for r in await rows(store, table)} for table in (entries, notes, drafts)]


async def test_the_words_go_when_the_time_is_over_and_not_before(store: Store) -> None:
    one = await closed(store, await adviser(store))
    assert await store.retention.erase(CLOSED, CLOSED + KEEP) == 0
    assert await with_words(store) == [{one.receipt}] * 3
    later = CLOSED + timedelta(milliseconds=1)
    assert await store.retention.erase(later, later + KEEP) == 1
    assert await with_words(store) == [set[str]()] * 3
    assert await store.retention.erase(later, later + KEEP) == 0, "it is done once"


async def test_what_was_sent_of_them_goes_too(store: Store) -> None:
    by = await adviser(store)
    await closed(store, by)
    kept = await talked_of(store, by, who="2")
    assert {r.external for r in await rows(store, outbox)} == {"1", "2", "staff"}
    await store.retention.erase(NOW + KEEP, NOW + KEEP)
    left = await rows(store, outbox)
    assert {r.external for r in left} == {"2", "staff"}
    assert [r.cause for r in left if r.external == "staff"] == [cause(kept.receipt, "1")]


async def test_tickets_that_live_keep_every_word_however_old(store: Store) -> None:
    by = await adviser(store)
    alive = await talked_of(store, by)
    reopened = await closed(store, by, who="2")
    assert await moved(store, acts.reopen(reopened), seconds=180)
    assert await store.retention.erase(NOW + 9 * KEEP, NOW + 9 * KEEP) == 0
    assert await with_words(store) == [{alive.receipt, reopened.receipt}] * 3


async def test_what_is_counted_and_scored_stays(store: Store) -> None:
    one = await closed(store, await adviser(store))
    before = await rows(store, tickets), await rows(store, events)
    scored = await store.assessments.recorded(NOW, NOW + KEEP)
    await store.retention.erase(NOW + KEEP, NOW + KEEP)
    assert (await rows(store, tickets), await rows(store, events)) == before
    assert await store.assessments.recorded(NOW, NOW + KEEP) == scored != []
    seen = await store.views.ticket(Scope(everywhere=True), one.receipt)
    assert seen
    assert (seen.lines, seen.notes, seen.draft) == ((), (), "")


async def test_what_would_go_is_counted_and_stays(store: Store) -> None:
    by = await adviser(store)
    await closed(store, by)
    await talked_of(store, by, who="2")
    for _ in range(2):
        due = await store.retention.due(NOW + KEEP)
        assert due == {"工单": 1, "往来": 2, "内部备注": 1, "草稿": 1, "图片和文件": 0}
    await store.retention.erase(NOW + KEEP, NOW + KEEP)
    assert await store.retention.due(NOW + KEEP) == NOTHING


async def test_the_audit_says_of_how_many_tickets_and_is_silent_about_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    by = await adviser(store)
    for number in range(3):
        await closed(store, by, who=f"{number}", receipt=f"TL-{'9' * number}1")
    assert await store.retention.erase(NOW + KEEP, NOW + KEEP) == 3
    lines = [line.deed for line in await store.audit.page() if line.deed.act == "expired"]
    assert [(deed.actor, deed.subject, deed.detail) for deed in lines] == [
        (None, "tickets", "1"),
        (None, "tickets", "2"),
    ]
    await store.retention.erase(NOW + KEEP, NOW + KEEP)
    assert len([line for line in await store.audit.page() if line.deed.act == "expired"]) == 2
    assert await with_words(store) == [set[str]()] * 3


async def test_an_answer_is_sent_though_it_gets_the_number_of_one_erased(store: Store) -> None:
    by = await adviser(store)
    await closed(store, by)
    await store.retention.erase(NOW + KEEP, NOW + KEEP)
    await talked_of(store, by, who="2")
    assert [r.external for r in await rows(store, outbox) if r.cause.startswith("entry:")] == ["2"]
