"""What is held on a resident is handed out whole, and erased whole; only counts stay, on both databases."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.desk.states import State
from handlers.desk.tickets import Author, Entry, Ticket
from handlers.messages import Address
from storage.moves import entry_row
from storage.privacy import ARCHIVED, COUNTED
from storage.schema import addresses, entries, events, inbox, metadata, outbox, residents, tickets
from storage.store import Store
from tests.storage.given import NOW, answered, at, inbound, opened_ticket, rows
from tests.storage.test_mediations import NUMBER, asked

SECRET = "我家在村口第三户"
MINE, THEIRS = Address("telegram", "1"), Address("telegram", "2")


async def said(store: Store, ticket: Ticket) -> None:
    """Something stands on the ticket."""
    entry = Entry(ticket.receipt, Author.RESIDENT, SECRET, NOW)
    await store.writer.write(lambda c: c.execute(entries.insert().values(entry_row(store.vault, entry))))


async def wishes(store: Store, resident: str, seconds: float) -> None:
    """The resident wants to be erased by then."""
    due = int((at(seconds).timestamp()) * 1000)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(update(residents).where(residents.c.id == resident).values(erase_at=due))

    await store.writer.write(work)


async def test_all_that_is_held_is_handed_out(store: Store) -> None:
    await answered(store, inbound("老板欠我钱", who="1"), reply="先找劳动监察")
    ticket = await opened_ticket(store, who="1")
    await said(store, ticket)
    held = await store.privacy.held(MINE)
    assert held
    assert "老板欠我钱" in [line["内容"] for line in held["说过的话"]]
    assert "先找劳动监察" in [line["内容"] for line in held["收到的回复"]]
    [one] = held["工单"]
    assert (one["受理号"], one["往来"][0]["内容"]) == (ticket.receipt, SECRET)
    assert await store.privacy.held(Address("telegram", "nobody")) is None


async def test_it_is_erased_when_the_day_has_come_and_not_before(store: Store) -> None:
    ticket = await opened_ticket(store, who="1")
    await wishes(store, ticket.resident, 3600)
    assert await store.privacy.erase(at(3599)) == 0
    assert await store.privacy.erase(at(3600)) == 1
    assert await store.privacy.erase(at(3601)) == 0, "it is done once"


async def test_nothing_but_counts_stays_and_others_lose_nothing(store: Store) -> None:
    for who in ("1", "2"):
        await answered(store, inbound(f"{who}的话", who=who), reply=f"给{who}的答复")
    mine, theirs = await opened_ticket(store, who="1"), await opened_ticket(store, who="2")
    for ticket in (mine, theirs):
        await said(store, ticket)
    await wishes(store, mine.resident, 0)
    assert await store.privacy.erase(NOW + timedelta(days=1)) == 1

    assert await store.privacy.held(MINE) is None
    assert {r.address for r in await rows(store, inbox)} == {"2"}
    assert {r.external for r in await rows(store, outbox)} == {"2"}
    assert {r.external for r in await rows(store, addresses)} == {"2"}
    assert {r.receipt for r in await rows(store, entries)} == {theirs.receipt}
    states = {r.receipt: State(r.state) for r in await rows(store, tickets)}
    assert states == {mine.receipt: State.CLOSED, theirs.receipt: theirs.state}, "they are counted still"
    assert [(r.receipt, r.by) for r in await rows(store, events)][-1] == (mine.receipt, None)
    left = await store.privacy.held(THEIRS)
    assert left
    assert len(left["工单"]) == 1
    newest = (await store.audit.page())[0]
    assert (newest.deed.act, newest.deed.subject) == ("erased", f"resident:{mine.resident}")


async def test_whoever_writes_again_is_somebody_new(store: Store) -> None:
    ticket = await opened_ticket(store, who="1")
    await wishes(store, ticket.resident, 0)
    await store.privacy.erase(NOW)
    again = await opened_ticket(store, who="1")
    assert again.resident != ticket.resident


def test_every_table_that_speaks_of_residents_is_erased_or_named() -> None:
    """A table whose rows are found neither by resident, receipt nor address must say why it needs no erasing."""
    elsewhere = {
        "contents",
        "dialogues",
        "towns",
        "villages",
        "users",
        "posts",
        "profiles",
        "specialisms",
        "leaves",
        "duties",
        "sessions",
    }
    silent = {
        "deeds",
        "link_codes",
        "appeals",
        "corrections",
        "tokens",
        "quiz_attempts",
        "campaigns",
        "runs",
        "pictures",
    }
    found = {t.name for t in metadata.sorted_tables if {"resident", "receipt"} & set(t.c.keys()) or "channel" in t.c}
    named = {t.name for t in COUNTED} | ARCHIVED | elsewhere | silent
    assert {t.name for t in metadata.sorted_tables} - found - named == set()


async def test_a_mediation_is_told_of_to_its_party_without_a_word_of_the_other(store: Store) -> None:
    await answered(store, inbound("老板欠我钱", who="1"))
    ticket = await opened_ticket(store, who="1")
    await store.mediations.write(asked(applicant=ticket.resident), (), NOW)
    held = await store.privacy.held(MINE)
    assert held
    [mediation] = held["调解"]
    assert (mediation["编号"], set(mediation)) == (NUMBER, {"编号", "收到", "状态"})
    assert "13900002222" not in str(held)
