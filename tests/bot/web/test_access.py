"""Walk every cell of the access matrix through HTTP, inside and outside each scope; no route stands outside it."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from bot.web.site import site
from storage.store import Store
from tests.bot.web.cast import MINE, ROLES, Cast
from tests.bot.web.person import Page, Person
from tests.bot.web.server import House
from tests.bot.web.walks import WALKS

MATRIX: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("access.yaml").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = MATRIX["rows"]
RIGHTS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("rights.yaml").read_text(encoding="utf-8"))
SCOPED = "OVTN"


def barred(page: Page) -> bool:
    """Was it refused for the role alone: not logged in, or not allowed?"""
    return page.location.startswith("/login") if page.status == 303 else page.status in (401, 403)


def refused(page: Page) -> bool:
    """Was it refused: not for the role, not there for whoever asks, not theirs to do?"""
    return barred(page) or page.status in (404, 409)


WALKED = [
    pytest.param(row, id=row["action"], marks=[pytest.mark.slow] * ("walk" in row)) for row in ROWS if row["routes"]
]


@pytest.mark.parametrize("row", WALKED)
async def test_every_cell_is_as_the_matrix_says(cast: Cast, row: dict[str, Any]) -> None:
    wrong: list[str] = []
    for role, cell in zip(MATRIX["roles"], row["may"], strict=True):
        for inside in (True, False) if cell in SCOPED else (True,):
            wrong += [f"{role} {inside}: {one}" for one in await _walked(cast, row, role, cell, inside)]
    assert wrong == []


async def _walked(cast: Cast, row: dict[str, Any], role: str, cell: str, inside: bool) -> list[str]:
    """Where it went otherwise than the cell says."""
    may = cell != "-" and inside
    if walk := row.get("walk"):
        done = await WALKS[walk](cast, cast.actors[role], inside)
        return [] if done == may else [f"{walk}: {done}"]
    wrong: list[str] = []
    for route in row["routes"]:
        method, _, path = route.partition(" ")
        subject = cast.shut.get(route) if cell == "-" else None
        subject = subject or await cast.subject(path, role, cell, inside=inside)
        if cell == "-":
            cast.shut[route] = subject
        page = await cast.actors[role].ask(method, subject.path, subject.fields)
        is_refused = barred if cell == "-" and "stands" not in row else refused
        if is_refused(page) == may or page.status >= 500:
            wrong.append(f"{route}: {page.status} {page.words[-300:] if page.status == 409 else ''}")
    return wrong


@pytest.mark.parametrize("row", [row for row in ROWS if row["may"][0] != "A"], ids=lambda row: row["action"])
async def test_whoever_may_still_needs_the_token_of_the_form_and_a_page_of_ours(
    cast: Cast, row: dict[str, Any]
) -> None:
    staff = [(r, c) for r, c in zip(MATRIX["roles"], row["may"], strict=True) if c != "-" and r != "resident"]
    role, cell = next(iter(staff), ("", ""))
    wrong: list[str] = []
    for route in [route.removeprefix("POST ") for route in row["routes"] if role and route.startswith("POST ")]:
        actor = cast.actors[role]
        subject = await cast.subject(route, role, cell, inside=True)
        for csrf in ("", "x", secrets.token_urlsafe(32)):
            page = await replace(actor, csrf=csrf).ask("POST", subject.path, subject.fields)
            wrong += [f"{route} with {csrf!r}: {page.status}"] if page.status != 403 else []
        for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            page = await actor.ask("POST", subject.path, subject.fields, **headers)
            wrong += [f"{route} from {headers}: {page.status}"] if page.status != 403 else []
    assert wrong == []


def test_no_route_stands_outside_the_matrix(house: House) -> None:
    assert house.app is not None
    routes = [route for route in site(house.app).routes if isinstance(route, Route)]
    built = {f"{method} {route.path}" for route in routes for method in (route.methods or set()) - {"HEAD"}}
    named = {route for row in ROWS for route in row["routes"]}
    assert built - named == set(), "give them a row"
    assert named - built == set(), "these are no more"
    assert tuple(MATRIX["roles"]) == ROLES
    for row in ROWS:
        assert len(row["may"]) == len(ROLES)
    assert {row["walk"] for row in ROWS if "walk" in row} == set(WALKS)


def test_every_cell_of_the_bureaus_table_is_carried_out_by_a_row_or_says_why_not() -> None:
    rows = {row["action"]: row["may"] for row in ROWS}
    cells = [
        (right, role, cell, {rows[action][at] for action in right["rows"]})
        for right in RIGHTS
        for at, (role, cell) in enumerate(zip(MATRIX["roles"], right["may"], strict=True))
    ]
    assert len(cells) == 259
    for right, role, cell, found in cells:
        if right["rows"]:
            is_met = found | {"-"} == {cell, "-"} if cell != "-" else found == {"-"}
            assert is_met != bool(right.get("but", {}).get(role)), (right["right"], role, found)
        else:
            assert right["why"]


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
