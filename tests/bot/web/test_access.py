"""Walk every cell of the access matrix through HTTP, inside and outside each scope; no route stands outside it."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.routing import Route

from bot.web.site import site
from handlers.desk.clocks import Clock
from handlers.desk.moves import Tracked
from handlers.desk.states import State
from handlers.desk.tickets import Level, Ticket, Tier
from handlers.residents import Resident
from handlers.staff import Role, User
from storage.moves import ticket_row
from storage.schema import residents, tickets
from storage.store import Store
from storage.values import row as cells
from tests.bot.web.person import Page, Person, at
from tests.bot.web.server import House

MATRIX: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("access.yaml").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = MATRIX["rows"]
SCOPED = "OVT"
MINE, THEIRS = "安居镇示例一村", "旧县街道示例三村"
AFAR = "203.0.113.7"  # not this machine, which may read the metrics
_numbers = iter(range(10_000))


@dataclass(frozen=True)
class Actor:
    """Somebody in a role, at a browser."""

    role: str
    person: Person
    user: User | None = None
    token: str = ""
    csrf: str = ""

    async def ask(self, method: str, path: str, **more: str) -> Page:
        """Call the route as a page of ours would."""
        headers = {"X_Forwarded_For": AFAR} | more | ({"Cookie": f"desk={self.token}"} if self.token else {})
        if method == "GET":
            return await self.person.get(path, **headers)
        fields = {"csrf": self.csrf, "words": "先别急", "purpose": "contact", "name": "某人", "role": "expert"}
        return await self.person.post(path, fields, **headers)


@dataclass(frozen=True)
class Cast:
    """All roles, and the numbers of the villages of the adviser and of a colleague."""

    store: Store
    actors: Mapping[str, Actor]
    colleague: int
    mine: int
    theirs: int

    async def subject(self, route: str, role: str, cell: str, *, inside: bool) -> str:
        """The address of the route with something in it that is in the role's scope, or that is not."""
        path = route.replace("{law}", "民法典").replace("{article}", "1077").replace("{topic}", "passage-drainage")
        path = path.replace("{number:int}/{until:int}/{signature}", "1/9999999999/x")
        path = path.replace("{number}", "TJ-1").replace("{paper}", "agreement").replace("{act}", "invite")
        if "{number:int}" in path:
            path = path.replace("{number:int}", str(await added(self.store, Role.EXPERT)))
        if "{receipt}" in path:
            ticket = await self._ticket(role, cell, inside=inside, answered=path.endswith("/close"))
            path = path.replace("{receipt}", ticket.receipt)
        return path

    async def _ticket(self, role: str, cell: str, *, inside: bool, answered: bool) -> Ticket:
        user = self.actors[role].user
        number = f"TL261124-W{next(_numbers):05}"
        fresh = Ticket(number, secrets.token_hex(12), Level.P2, "", "asked", datetime.now(UTC), village=self.mine)
        if role == Role.EXPERT and (inside or cell == "O"):
            fresh = replace(fresh, tier=Tier.EXPERT, state=State.ESCALATED, village=self.theirs)
        if cell == "O":
            holder = user.id if user and inside else self.colleague
            held = State.ANSWERED if answered else State.CLAIMED
            fresh = replace(fresh, adviser=holder, state=held, answered_at=fresh.opened_at if answered else None)
        elif not inside:
            fresh = replace(fresh, village=self.theirs)
        await planted(self.store, fresh)
        return fresh


async def planted(store: Store, ticket: Ticket) -> None:
    """Write a ticket down as it stands."""
    owner = Resident(ticket.resident, ticket.opened_at)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(residents.insert().values(cells(residents, owner)))
        await connection.execute(tickets.insert().values(ticket_row(Tracked(ticket, Clock(ticket.opened_at)))))

    await store.writer.write(work)


async def added(store: Store, role: Role, *villages: int) -> int:
    """The number of a new member of staff who has chosen a password."""
    login = f"walker{secrets.token_hex(5)}"
    user = User(0, login, "某人", role, one_time=True, villages=frozenset(villages))
    number = await store.people.add(user, "digest", datetime.now(UTC))
    await store.people.set_password(number, "digest", datetime.now(UTC))
    return number


@pytest.fixture
async def cast(house: House, store: Store) -> AsyncGenerator[Cast]:
    """Everybody, logged in."""
    places = {f"{v.town}{v.name}": v.id for v in await store.records.villages()}
    async with AsyncExitStack() as stack:
        actors: dict[str, Actor] = {}
        for role in MATRIX["roles"]:
            person = await stack.enter_async_context(at(house.url))
            if role in list(Role):
                number = await added(store, Role(role), *([places[MINE]] if role == Role.ADVISER else []))
                token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
                await store.people.open_session(number, token, csrf, datetime.now(UTC))
                session = await store.people.session(token, datetime.now(UTC))
                assert session
                actors[role] = Actor(role, person, session.user, token, csrf)
            else:
                actors[role] = Actor(role, person)
        await actors["resident"].person.get("/")
        colleague = await added(store, Role.ADVISER, places[THEIRS])
        yield Cast(store, actors, colleague, places[MINE], places[THEIRS])


def refused(page: Page) -> bool:
    """Was it refused: not logged in, not allowed, not there for whoever asks, not theirs to do?"""
    if page.status == 303:
        return page.location.startswith("/login")
    return page.status in (401, 403, 404, 409)


@pytest.mark.parametrize("row", [row for row in ROWS if row["routes"]], ids=lambda row: row["action"])
async def test_every_cell_is_as_the_matrix_says(cast: Cast, row: dict[str, Any]) -> None:
    wrong: list[str] = []
    for role, cell in zip(MATRIX["roles"], row["may"], strict=True):
        if cell != "-" and "elsewhere" in row:
            continue
        for route in row["routes"]:
            method, _, path = route.partition(" ")
            for inside in (True, False) if cell in SCOPED else (True,):
                address = await cast.subject(path, role, cell, inside=inside)
                page = await cast.actors[role].ask(method, address)
                if refused(page) == (cell != "-" and inside) or page.status >= 500:
                    wrong.append(f"{role} {'inside' if inside else 'outside'} {route}: {page.status}")
    assert wrong == []


@pytest.mark.parametrize("row", [row for row in ROWS if row["may"][0] != "A"], ids=lambda row: row["action"])
async def test_whoever_may_still_needs_the_token_of_the_form_and_a_page_of_ours(
    cast: Cast, row: dict[str, Any]
) -> None:
    role, cell = next(((r, c) for r, c in zip(MATRIX["roles"], row["may"], strict=True) if c != "-"), ("", ""))
    wrong: list[str] = []
    for route in [route.removeprefix("POST ") for route in row["routes"] if route.startswith("POST ")]:
        actor = cast.actors[role]
        address = await cast.subject(route, role, cell, inside=True)
        for csrf in ("", "x", secrets.token_urlsafe(32)):
            page = await replace(actor, csrf=csrf).ask("POST", address)
            wrong += [f"{route} with {csrf!r}: {page.status}"] if page.status != 403 else []
        for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            page = await actor.ask("POST", address, **headers)
            wrong += [f"{route} from {headers}: {page.status}"] if page.status != 403 else []
    assert wrong == []


def test_no_route_stands_outside_the_matrix(house: House) -> None:
    assert house.app is not None
    routes = [route for route in site(house.app).routes if isinstance(route, Route)]
    built = {f"{method} {route.path}" for route in routes for method in (route.methods or set()) - {"HEAD"}}
    named = {route for row in ROWS for route in row["routes"]}
    assert built - named == set(), "give them a row"
    assert named - built == set(), "these are no more"
    for row in ROWS:
        assert len(row["may"]) == len(MATRIX["roles"])


async def test_what_is_masked_is_shown_to_whoever_says_what_for_and_that_is_written_down(
    resident: Person, other: Person, store: Store, staff: Any
) -> None:
    receipt = await resident.escalate("我电话13800138000，怎么办", MINE)
    adviser = await staff(other, "adviser1")
    path = f"/desk/{receipt}/reveal"
    page = await adviser.get(path)
    assert "13800138000" not in page.text
    before = (await store.audit.page())[0].number
    for purpose in ("", "whatever"):
        silent = await adviser.post(path, {"csrf": page.csrf, "purpose": purpose})
        assert (silent.status, "13800138000" in silent.text) == (400, False)
    assert (await store.audit.page())[0].number == before
    shown = await adviser.post(path, {"csrf": page.csrf, "purpose": "contact"})
    assert "13800138000" in shown.words
    newest = (await store.audit.page())[0]
    assert (newest.deed.act, newest.deed.subject, newest.deed.detail) == ("revealed", receipt, "联系居民")
    assert "138001" not in str(await store.audit.page())


async def test_what_a_resident_wrote_is_text_on_every_page_of_staff(
    resident: Person, other: Person, staff: Any
) -> None:
    payload = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>"
    receipt = await resident.escalate(f"我家的事{payload}", MINE)
    adviser = await staff(other, "adviser1")
    csrf = (await adviser.get("/desk")).csrf
    shown = await adviser.post(f"/desk/{receipt}/reveal", {"csrf": csrf, "purpose": "contact"})
    for page in (shown, await adviser.get(f"/desk/{receipt}"), await adviser.get("/desk")):
        assert page.status == 200
        for piece in ("<script>alert", "<img src=x", "<svg/onload"):
            assert piece not in page.text
    assert "&lt;script&gt;alert(1)" in shown.text


async def test_what_an_adviser_does_with_a_ticket_is_written_down(
    resident: Person, other: Person, store: Store, staff: Any
) -> None:
    receipt = await resident.escalate("请问怎么办", MINE)
    adviser = await staff(other, "adviser1")
    csrf = (await adviser.get(f"/desk/{receipt}")).csrf
    for act in ("claim", "reply", "close"):
        fields = {"csrf": csrf, "nonce": f"{receipt}{act}", "words": "先找村里"}
        assert (await adviser.post(f"/desk/{receipt}/{act}", fields)).status == 303
    lines = [line.deed.detail for line in await store.audit.page() if line.deed.subject == receipt]
    assert lines == ["close", "answer", "claim"]
    assert (await store.audit.check()).broken is None
