"""Try each attack with its guard, which stops it, and without that one guard, when it succeeds."""

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wecom import cards
from bot.web import codes, pages
from bot.web.auth import CODE, Auth
from handlers.cases import Case
from handlers.desk import links, orders
from handlers.desk.clocks import Clock
from handlers.desk.moves import Tracked
from handlers.desk.orders import Do, Order
from handlers.desk.states import State
from handlers.desk.tickets import Level, Ticket
from handlers.education.certificates import Sign
from handlers.messages import Address, Inbound, Kind
from handlers.staff import Role, Scope, User
from handlers.talk import phrases, receipts
from storage.people import Session
from storage.schema import inbox, join_codes, link_codes, residents, tickets
from storage.unit import reading
from tests.bot.web import subjects
from tests.bot.web.cast import Cast, added
from tests.bot.web.server import House
from tests.bot.web.test_downloads import links as files
from tests.bot.web.test_downloads import paper
from tests.bot.web.test_second import code as totp
from tests.files import png

FORGED = "A" * 16
CROOK = {"Origin": "https://evil.example"}
FAR = 4_000_000_000  # a moment of another century


@dataclass(frozen=True)
class Scene:
    """Whom an attack is made on, and what is known of the site."""

    cast: Cast
    sign: Sign

    async def hear(self, address: Address, *words: str, kind: Kind = Kind.TEXT) -> None:
        """Let these messages arrive, and wait until the site is done with them."""
        now, mark = datetime.now(UTC), secrets.token_hex(8)
        sent = [Inbound(f"{mark}{n}", address, kind, one, now) for n, one in enumerate(words)]
        await self.cast.store.inbox.put(sent, now)
        there = select(inbox.c.id).where(inbox.c.external_id.like(f"{mark}%"), inbox.c.state.in_(("new", "claimed")))
        async with asyncio.timeout(60):
            while await self._first(there) is not None:  # noqa: ASYNC110 - the site runs in another thread
                await asyncio.sleep(0.05)

    async def _first(self, statement: Any) -> Any:
        async with reading(self.cast.store.engines.read) as connection:
            return (await connection.execute(statement)).scalar()

    async def linked(self, user: int, address: Address) -> bool:
        """Is that address the user's?"""
        return address in [link.address for link in await self.cast.store.links.of(user)]

    async def code(self, user: int) -> str:
        """A code that links a chat to that user."""
        given = links.code(secrets.randbits(64))
        await self.cast.store.links.issue(user, links.digest(given, self.sign), datetime.now(UTC))
        return given

    async def pressed(self, channel: str, made: Callable[[Order, Address], str]) -> bool:
        """Is a ticket claimed by a button that was made so?"""
        adviser = self.cast.actors[Role.ADVISER].user
        assert adviser
        address = Address(channel, secrets.token_hex(8))
        digest = links.digest(await self.code(adviser.id), self.sign)
        await self.cast.store.links.open(address, digest, datetime.now(UTC))
        ticket = await self.cast.ticket(Role.ADVISER, "V", inside=True, state=State.OPEN)
        await self.hear(address, made(Order(Do.CLAIM, ticket.receipt), address), kind=Kind.CHOICE)
        return await self._first(select(tickets.c.adviser).where(tickets.c.receipt == ticket.receipt)) == adviser.id


def somewhere() -> Address:
    """An address that nobody has used."""
    return Address("telegram", secrets.token_hex(8))


async def markup_is_run(scene: Scene) -> bool:
    """Say markup, and let a browser read it."""
    said = f"<script>alert({secrets.randbits(30)})</script>"
    return said in (await scene.cast.actors["resident"].person.ask(said)).text


async def a_form_is_sent_without_its_token(scene: Scene) -> bool:
    """Claim a ticket by a form of whoever does not know the token."""
    subject = await scene.cast.subject("/desk/{receipt}/claim", Role.ADVISER, "V", inside=True)
    return (await replace(scene.cast.actors[Role.ADVISER], csrf="x").ask("POST", subject.path)).status == 303


async def a_form_is_sent_by_another_site(scene: Scene) -> bool:
    """Speak in a resident's name from a page elsewhere."""
    person = scene.cast.actors["resident"].person
    return (await person.post("/ask", {"text": "我同意"}, **CROOK)).status == 303


async def a_telegram_button_is_forged(scene: Scene) -> bool:
    """Make a button without the key."""
    return await scene.pressed("telegram", lambda order, _: f"s:{order.do}:{order.receipt}:fffffff:{FORGED}")


async def a_wecom_card_is_forged(scene: Scene) -> bool:
    """Make the key of a card's button without ours."""
    return await scene.pressed(
        "wecom", lambda order, _: cards.pressed(f"s:{order.do}:{order.receipt}:fffffff:{FORGED}|接单")[0]
    )


async def a_button_is_passed_on(scene: Scene) -> bool:
    """Press a button that was made for somebody else."""
    until = datetime.now(UTC) + timedelta(hours=1)
    return await scene.pressed("telegram", lambda order, _: orders.button(order, somewhere(), until, scene.sign))


async def an_old_telegram_button_is_pressed(scene: Scene) -> bool:
    """Press a button whose time is over."""
    until = datetime.now(UTC) - timedelta(minutes=2)
    return await scene.pressed("telegram", lambda order, here: orders.button(order, here, until, scene.sign))


async def an_old_wecom_card_is_pressed(scene: Scene) -> bool:
    """Press a card whose time is over."""
    until = datetime.now(UTC) - timedelta(minutes=2)
    return await scene.pressed(
        "wecom", lambda order, here: cards.pressed(f"{orders.button(order, here, until, scene.sign)}|接单")[0]
    )


async def a_ticket_page_is_guessed(scene: Scene) -> bool:
    """Open the page of a ticket of another village."""
    ticket = await scene.cast.ticket(Role.ADVISER, "V", inside=False)
    return (await scene.cast.actors[Role.ADVISER].ask("GET", f"/desk/{ticket.receipt}")).status == 200


async def a_receipt_is_guessed(scene: Scene) -> bool:
    """Ask how the ticket of another resident stands."""
    ticket = await scene.cast.ticket(Role.ADVISER, "V", inside=True)
    return ticket.receipt in await scene.cast.actors["resident"].say(choice=receipts.value(ticket, "show"))


async def the_link_of_a_push_is_guessed(scene: Scene) -> bool:
    """Follow a link that was sent to somebody, by its number."""
    _, delivery = await subjects.sent(scene.cast.store, scene.cast.colleague)
    return (await scene.cast.actors["anon"].ask("GET", f"/go/{delivery}/{FORGED}")).status == 302


async def the_time_of_a_file_is_changed(scene: Scene) -> bool:
    """Let the link of a file hold for ever."""
    person = scene.cast.stranger
    [link] = files(await person.get()) or files(await paper(person))
    _, _, number, _, signature = link.split("/")
    async with person.session.get(f"{person.base}/files/{number}/{FAR}/{signature}") as answer:
        return answer.status == 200


async def the_time_of_a_picture_is_changed(scene: Scene) -> bool:
    """Let the address of a picture hold for ever."""
    person = scene.cast.stranger
    await person.send("/ask", {"nonce": (await person.get()).nonce}, png())
    link = re.findall(r'src="(/media/[^"]+)"', (await person.get()).text)[-1]
    _, _, mark, _, signature = link.split("/")
    async with person.session.get(f"{person.base}/media/{mark}/{FAR}/{signature}") as answer:
        return answer.status == 200


async def the_page_of_anothers_ticket_is_guessed(scene: Scene) -> bool:
    """Open the resident's page of a ticket that is another's."""
    ticket = await scene.cast.ticket(Role.ADVISER, "V", inside=True)
    person = scene.cast.actors["resident"].person
    await person.ask("你好")
    return (await person.get(f"/tickets/{ticket.receipt}")).status == 200


async def the_cookie_of_a_resident_is_made_up(scene: Scene) -> bool:
    """Read the talk of somebody whose number is known."""
    person, said = scene.cast.actors["resident"].person, f"我姓{secrets.token_hex(4)}"
    await person.ask(said)
    visitor = person.cookie("resident").partition(".")[0]
    return said in (await scene.cast.actors["anon"].ask("GET", "/", Cookie=f"resident={visitor}.{FORGED}")).text


async def an_app_code_is_used_twice(scene: Scene) -> bool:
    """Log in with a code of an authenticator app that was overlooked when it was typed."""
    store, secret, now = scene.cast.store, codes.fresh(), datetime.now(UTC)
    number = await added(store, Role.EXPERT)
    assert await store.accounts.enrol(number, secret, 1, now)
    given, passed = totp(secret), list[bool]()
    for _ in ("owner", "thief"):
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        await store.people.open_session(number, token, csrf, now, whole=False)
        actor = replace(scene.cast.actors[Role.EXPERT], token=token, csrf=csrf)
        passed.append((await actor.ask("POST", CODE, {"code": given})).status == 303)
    assert passed[0]
    return passed[1]


async def a_link_code_is_used_twice(scene: Scene) -> bool:
    """Link a second chat by the code that linked the first."""
    number = await added(scene.cast.store, Role.ADVISER)
    given, owner, thief = await scene.code(number), somewhere(), somewhere()
    for address in (owner, thief):
        await scene.hear(address, f"/link {given}")
    assert await scene.linked(number, owner)
    return await scene.linked(number, thief)


async def a_link_code_is_tried_out(scene: Scene) -> bool:
    """Type codes until one is right."""
    number = await added(scene.cast.store, Role.ADVISER)
    given, thief = await scene.code(number), somewhere()
    await scene.hear(thief, *(f"/link 3000000{n}" for n in range(links.TRIES)))
    await scene.hear(thief, f"/link {given}")
    return await scene.linked(number, thief)


async def _offered(scene: Scene) -> str:
    """A code that a resident was given to go on elsewhere."""
    shown = (await scene.cast.stranger.ask("合并")).words
    return "".join(part for part in shown.rpartition("合并 ")[2][:9] if part.isdecimal())


async def a_joining_code_is_tried_out(scene: Scene) -> bool:
    """Type codes until one is right, and read what is another's."""
    given, thief = await _offered(scene), scene.cast.actors["resident"].person
    for number in range(5):
        await thief.ask(f"合并 0000000{number}")
    return _JOINED in (await thief.ask(f"合并 {given}")).words


async def an_old_joining_code_is_typed(scene: Scene) -> bool:
    """Type a code whose time is over."""
    given = await _offered(scene)

    async def age(connection: AsyncConnection) -> None:
        await connection.execute(update(join_codes).values(expires_at=0))

    await scene.cast.store.writer.write(age)
    return _JOINED in (await scene.cast.actors["resident"].person.ask(f"合并 {given}")).words


_JOINED = phrases.JOINED.partition("{")[0]


def _any(*_: Any) -> bool:
    return True


def _never(*_: Any) -> bool:
    return False


async def _soon(*_: Any) -> bool:
    return True


async def _at_no_time(*_: Any) -> bool:
    return False


_TRUSTING = SimpleNamespace(new=hmac.new, compare_digest=_any)


def _everything(user: User, *, reading: bool = False) -> Scope:
    return Scope(everywhere=True, user=user.id)


def _anybodys(case: Case, receipt: str) -> Tracked:
    ticket = Ticket(receipt, "", Level.P2, "", "asked", case.now, State.CLAIMED)
    return Tracked(ticket, Clock(case.now))


def _of_anybody(_: Address) -> ColumnElement[bool]:
    return true()


async def _kept(connection: AsyncConnection, code: bytes, _now: datetime) -> int | None:
    given = select(link_codes.c.user).where(link_codes.c.digest == code.hex())
    return (await connection.execute(given)).scalar()


async def _last(connection: AsyncConnection, *_: Any) -> Any:
    newest = select(residents).join(join_codes).order_by(residents.c.created_at.desc())
    return (await connection.execute(newest)).first()


Attack = Callable[[Scene], Awaitable[bool]]
# the attack, the one guard against it, and what stands in its place once it is gone
GUARDS: list[tuple[Attack, str, object]] = [
    (markup_is_run, "bot.web.pages._TEMPLATES", vars(pages)["_TEMPLATES"].overlay(autoescape=False)),
    (a_form_is_sent_without_its_token, "bot.web.auth.hmac", _TRUSTING),
    (a_form_is_sent_by_another_site, "bot.web.guards.is_foreign", _never),
    (a_telegram_button_is_forged, "handlers.desk.orders.hmac", _TRUSTING),
    (a_wecom_card_is_forged, "handlers.desk.orders.hmac", _TRUSTING),
    (a_button_is_passed_on, "handlers.desk.orders.hmac", _TRUSTING),
    (an_old_telegram_button_is_pressed, "handlers.desk.orders._is_over", _never),
    (an_old_wecom_card_is_pressed, "handlers.desk.orders._is_over", _never),
    (a_ticket_page_is_guessed, "bot.web.desk.scoped", _everything),
    (a_receipt_is_guessed, "handlers.talk.receipts.find", _anybodys),
    (the_link_of_a_push_is_guessed, "storage.effects.hmac", _TRUSTING),
    (the_time_of_a_file_is_changed, "bot.web.downloads.hmac", _TRUSTING),
    (the_time_of_a_picture_is_changed, "bot.web.media.hmac", _TRUSTING),
    (the_page_of_anothers_ticket_is_guessed, "storage.views.of", _of_anybody),
    (the_cookie_of_a_resident_is_made_up, "bot.web.visitors.hmac", _TRUSTING),
    (an_app_code_is_used_twice, "storage.accounts.Accounts.use", _soon),
    (a_link_code_is_used_twice, "storage.links._used", _kept),
    (a_link_code_is_tried_out, "storage.links._is_shut", _at_no_time),
    (a_joining_code_is_tried_out, "handlers.joining.is_shut", _never),
    (an_old_joining_code_is_typed, "storage.joining.offered", _last),
]


@pytest.fixture
def scene(cast: Cast, house: House, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The shared site, which asks for a second factor as it does when it is shipped."""
    assert house.app
    owed = Auth.owed

    def asks_for_a_code(self: Auth, session: Session) -> str | None:
        return CODE if session.is_enrolled and not session.is_whole else owed(self, session)

    monkeypatch.setattr(Auth, "owed", asks_for_a_code)
    return Scene(cast, house.app.chat.sign)


@pytest.mark.parametrize(("attack", "guard", "without"), GUARDS, ids=[attack.__name__ for attack, *_ in GUARDS])
@pytest.mark.slow
async def test_its_guard_alone_stops_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, attack: Attack, guard: str, without: object
) -> None:
    assert not await attack(scene)
    monkeypatch.setattr(guard, without)
    assert await attack(scene)
