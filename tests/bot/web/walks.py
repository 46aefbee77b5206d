"""Try what no status tells of: each walk says whether it was done, for the actor, inside or outside their scope."""

import asyncio
import base64
import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from aiohttp import ClientResponse
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from bot import staffing
from bot.web.people import Looked
from handlers.desk.states import State
from handlers.desk.tickets import Author, Entry
from handlers.messages import Enclosed
from handlers.staff import Role
from handlers.talk import phrases, receipts
from handlers.talk.privacy import ERASE
from knowledge.topics import TOPICS
from knowledge.topics import load as shipped
from knowledge.workbook import write as topics_of
from storage.schema import enclosures, entries, residents, subscriptions, tickets, versions
from storage.unit import reading
from tests import files
from tests.bot.web.cast import Actor, Cast, added, log_in, sheet
from tests.bot.web.person import Person
from tests.bot.web.test_downloads import links, paper
from tests.bot.workbooks import workbook

Walk = Callable[[Cast, Actor, bool], Awaitable[bool]]
WORDS = "一句记得住的话"
SECONDS = 1.0  # until what was to be heard must have been heard; tests look often


async def _count(cast: Cast, table: object, *where: object) -> int:
    counted = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type] - conditions of any table
    async with reading(cast.store.engines.read) as connection:
        return (await connection.execute(counted)).scalar_one()


async def _owner(cast: Cast, actor: Actor, inside: bool) -> Person:
    """Whose it is: the actor, if that is a resident and it is to be their own; else somebody else."""
    owner = actor.person if inside and actor.role == "resident" else cast.stranger
    if owner not in cast.known:
        await owner.ask("你好")
        cast.known.add(owner)
    return owner


async def opens_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Bring a question to a person."""
    before = await _count(cast, tickets)
    for fields in ({"choice": phrases.HUMAN.value}, {"text": "邻居占了我家的地坝"}, {"choice": phrases.YES.value}):
        await actor.say(**fields)
    return await _count(cast, tickets) == before + 1


async def sees_their_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Ask how a ticket stands."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    return ticket.receipt in await actor.say(choice=receipts.value(ticket, "show"))


async def adds_to_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Say more on a ticket."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner, State.CLAIMED)
    await actor.say(choice=receipts.value(ticket, "add"))
    await actor.say(text="还有一件事没有说")
    return await _count(cast, entries, entries.c.receipt == ticket.receipt) > 0


async def rates_an_answer(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Say how good an answer was."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    await actor.say(choice=receipts.value(ticket, "5"))
    return await _count(cast, tickets, tickets.c.receipt == ticket.receipt, tickets.c.stars == 5) == 1


async def wants_to_be_erased(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Ask that all is erased, and say so again."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    await actor.say(text="删除我的数据")
    await actor.say(choice=ERASE.value)
    due = (residents.c.id == ticket.resident, residents.c.erase_at.is_not(None))
    return await _count(cast, residents, *due) == 1


async def subscribes(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Ask to be told of the law."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    await actor.say(text="订阅")
    return await _count(cast, subscriptions, subscriptions.c.resident == ticket.resident) == 1


async def takes_their_data(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Take all that is held."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    return ticket.receipt in (await actor.ask("GET", "/mydata")).text


async def takes_a_file(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Take a file by its address, which somebody may have found out."""
    owner = await _owner(cast, actor, inside)
    [link] = links(await owner.get()) or links(await paper(owner))
    async with actor.person.session.get(cast.url + link) as answer:
        return answer.status == 200


async def brings_in_a_village(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Hand in a workbook, and agree to what it would change."""
    name = f"村{secrets.token_hex(4)}"
    content = workbook([["安居镇", name]], [])
    agreed = Looked(await staffing.look(cast.store, content), base64.b64encode(content).decode())
    headers = {"Cookie": actor.headers.get("Cookie", "")}
    seen = await actor.person.send("/bureau/people/look", {"csrf": actor.csrf}, content, **headers)
    page = await actor.ask("POST", "/bureau/people/import", {"mark": agreed.mark, "book": agreed.book})
    there = name in [village.name for village in await cast.store.records.villages()]
    return there and (seen.status, page.status) == (200, 200)


async def brings_in_a_topic(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Hand in a workbook with a topic that says more than before."""
    [held] = [topic for topic in shipped() if topic.id == "school-admission"]
    content = topics_of([replace(held, time=f"{held.time}{secrets.token_hex(4)}。")], TOPICS)
    before = await _count(cast, versions, versions.c.topic == held.id)
    fields = {"csrf": actor.csrf, "act": "draft"}
    page = await actor.person.send("/bureau/topics/import", fields, content, Cookie=actor.headers.get("Cookie", ""))
    after = await _count(cast, versions, versions.c.topic == held.id)
    assert (page.status == 200) == (after == before + 1)
    return page.status == 200


async def reads_the_page_of_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Open the page of a ticket."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    page = await actor.ask("GET", f"/tickets/{ticket.receipt}")
    assert (page.status == 200) == (ticket.receipt in page.words)
    return page.status == 200


async def adds_on_the_page_of_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Send words and a picture by the form of that page."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner, State.CLAIMED)
    nonce = secrets.token_urlsafe(12)
    page = await actor.send(f"/tickets/{ticket.receipt}/say", {"nonce": nonce, "text": "看图"}, files.png())
    both = await _count(cast, enclosures, enclosures.c.receipt == ticket.receipt) == 1
    assert both == (await _count(cast, entries, entries.c.receipt == ticket.receipt) == 1)
    return page.status == 303 and both


async def judges_on_the_page_of_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Say how good an answer was by a button of that page."""
    owner = await _owner(cast, actor, inside)
    ticket = await cast.own(owner)
    fields = {"nonce": secrets.token_urlsafe(12), "choice": receipts.value(ticket, "5")}
    await actor.ask("POST", f"/tickets/{ticket.receipt}/do", fields)
    return await _count(cast, tickets, tickets.c.receipt == ticket.receipt, tickets.c.stars == 5) == 1


async def opens_a_picture_of_theirs(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Open a picture by its address, which somebody may have found out."""
    owner = await _owner(cast, actor, inside)
    nonce = (await owner.get()).nonce
    await owner.send("/ask", {"nonce": nonce}, files.png())
    link = re.findall(r'src="(/media/[^"]+)"', (await owner.get()).text)[-1]
    return await _opens(cast, actor, link)


async def opens_a_picture_of_a_ticket(cast: Cast, actor: Actor, inside: bool) -> bool:
    """See the pictures of a ticket, as the page that reveals them shows them; outside, by a colleague's address."""
    ticket = await cast.ticket(actor.role, "V", inside=inside)
    await cast.said(Entry(ticket.receipt, Author.RESIDENT, "看图", datetime.now(UTC), (Enclosed("e" * 32),)))
    page = await actor.ask("POST", f"/desk/{ticket.receipt}/reveal", {"purpose": "look"})
    links = re.findall(rf'src="(/desk/{ticket.receipt}/media/[^"]+)"', page.text)
    if not links:
        other = cast.actors[Role.ADVISER if actor.role != Role.ADVISER else Role.EXPERT]
        theirs = await cast.ticket(other.role, "V", inside=True)
        await cast.said(Entry(theirs.receipt, Author.RESIDENT, "看图", datetime.now(UTC), (Enclosed("d" * 32),)))
        shown = await other.ask("POST", f"/desk/{theirs.receipt}/reveal", {"purpose": "look"})
        links = re.findall(rf'src="(/desk/{theirs.receipt}/media/[^"]+)"', shown.text)
        assert links
    return await _opens(cast, actor, links[0])


async def _opens(cast: Cast, actor: Actor, link: str) -> bool:
    headers = {name.replace("_", "-"): value for name, value in actor.headers.items()}
    async with actor.person.session.get(cast.url + link, headers=headers, allow_redirects=False) as answer:
        return answer.status == 200 and await answer.read() == files.png()


async def follows_a_talk(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Be told of what is said as it is said."""
    owner = await _owner(cast, actor, inside)
    async with _stream(actor, "/events?after=0-0") as stream:
        mark = secrets.token_hex(8)
        await owner.ask(f"你好{mark}")
        return await _hears(stream, mark)


async def finds_in_the_queue(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Look for a ticket in the queue."""
    ticket = await cast.ticket(actor.role, "V", inside=inside)
    page = await actor.ask("GET", f"/desk?receipt={ticket.receipt}")
    return page.status == 200 and f'href="/desk/{ticket.receipt}"' in page.text


async def is_told_of_the_queue(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Be told that a ticket changed."""
    async with _stream(actor, "/desk/events") as stream:
        if stream.status != 200:
            return False
        await asyncio.sleep(SECONDS / 3)  # until it knows how the queue stood
        await cast.ticket(actor.role, "V", inside=inside)
        return await _hears(stream, "changed")


@asynccontextmanager
async def _stream(actor: Actor, path: str) -> AsyncGenerator[ClientResponse]:
    headers = {name.replace("_", "-"): value for name, value in actor.headers.items()}
    asked = actor.person.session.get(actor.person.base + path, headers=headers, allow_redirects=False)
    async with asked as answer:
        yield answer


async def _hears(stream: ClientResponse, mark: str) -> bool:
    if stream.content_type != "text/event-stream":
        return False
    heard = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while mark not in heard and (more := await stream.content.readany()):
                heard += more.decode()
    return mark in heard


@cache
def _digest() -> str:
    """Weak, for the sake of the test's time: how strong it is in earnest is tested elsewhere."""
    return Argon2Hasher(time_cost=1, memory_cost=1024).hash(WORDS)


async def logs_in(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Log in as somebody whose password one knows, at any browser."""
    number = await added(cast.store, Role.EXPERT)
    await cast.store.people.set_password(number, _digest(), datetime.now(UTC))
    login = next(one.login for one in await cast.store.accounts.all() if one.id == number)
    assert (await actor.ask("GET", "/login")).status == 200
    page = await actor.ask("POST", "/login", {"login": login, "password": WORDS})
    return page.status == 303 and not page.location.startswith("/login")


async def logs_out(cast: Cast, actor: Actor, inside: bool) -> bool:
    """End a session of one's own."""
    if actor.user:
        login = await log_in(cast.store, actor.user.id)
        actor = replace(actor, token=login.token, csrf=login.csrf)
    page = await actor.ask("POST", "/logout")
    over = await cast.store.people.session(actor.token, datetime.now(UTC)) is None
    return page.status == 303 and over


async def takes_the_list(cast: Cast, actor: Actor, inside: bool) -> bool:
    """Export a list in which a ticket stands, with a number of a person in its words."""
    ticket = await cast.ticket(actor.role, "T", inside=inside)
    entry = Entry(ticket.receipt, Author.RESIDENT, f"=我电话13800138000，{ticket.receipt}", datetime.now(UTC))
    await cast.said(entry)
    path = f"/desk/tickets.xlsx?receipt={ticket.receipt}"
    headers = {name.replace("_", "-"): value for name, value in actor.headers.items()}
    asked = actor.person.session.get(cast.url + path, headers=headers, allow_redirects=False)
    async with asked as answer:
        if answer.status != 200:
            return False
        rows = sheet(await answer.read())
    assert "13800138000" not in str(rows)
    return any(ticket.receipt in map(str, row) for row in rows)


WALKS: Mapping[str, Walk] = {
    walk.__name__.replace("_", " "): walk
    for walk in (
        opens_a_ticket, sees_their_ticket, adds_to_a_ticket, rates_an_answer, wants_to_be_erased, subscribes,
        brings_in_a_village,
        brings_in_a_topic,
        takes_their_data, takes_a_file, follows_a_talk, finds_in_the_queue, is_told_of_the_queue, logs_in, logs_out,
        takes_the_list,
        reads_the_page_of_a_ticket, adds_on_the_page_of_a_ticket, judges_on_the_page_of_a_ticket,
        opens_a_picture_of_theirs, opens_a_picture_of_a_ticket,
    )
}  # fmt: skip
