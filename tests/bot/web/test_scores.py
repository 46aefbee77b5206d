"""An adviser sees the score and appeals on the page; the bureau decides; the workbook gives the number again."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from yarl import URL

from handlers.desk.clocks import Alarm, Kind
from handlers.desk.states import Act
from handlers.desk.tickets import Level, Ticket
from handlers.staff import Role
from storage.schema import events
from storage.store import Store
from tests.bot.web.cast import added, planted
from tests.bot.web.person import Person
from tests.storage.given import NOW

MINUTE = 60_000
MONTH = "2026-11"


async def joined(store: Store, person: Person, role: Role) -> int:
    """Log in somebody new; others of the shared site have events of their own."""
    number, token = await added(store, role), secrets.token_urlsafe(32)
    await store.people.open_session(number, token, secrets.token_urlsafe(32), datetime.now(UTC))
    person.session.cookie_jar.update_cookies({"desk": token}, URL(person.base))
    return number


async def recorded(store: Store, number: int) -> tuple[str, int]:
    """One reply in time, one late after the clock ran out: the late ticket, and the event of its running out."""
    fresh = Ticket("", "", Level.P2, "", "asked", NOW, adviser=number)
    kept = [
        replace(fresh, receipt=f"TL261124-S{secrets.token_hex(3).upper()}"[:15], resident=secrets.token_hex(12))
        for _ in range(2)
    ]
    for one in kept:
        await planted(store, one)
    first, second = (one.receipt for one in kept)
    target = {"kind": Kind.FIRST, "target": 60 * MINUTE}
    said: list[dict[str, Any]] = [
        {"receipt": first, "act": Act.ANSWER, "took": 30 * MINUTE} | target,
        {"receipt": second, "act": Alarm.BACK, "took": 60 * MINUTE} | target,
        {"receipt": second, "act": Act.ANSWER, "took": 90 * MINUTE} | target,
    ]
    shared = {"by": number, "owner": number, "state": "claimed", "tier": "village", "rung": 0, "detail": ""}
    at = int(NOW.timestamp() * 1000)

    async def work(connection: AsyncConnection) -> int:
        await connection.execute(insert(events), [shared | {"at": at + n} | one for n, one in enumerate(said)])
        late = select(events.c.id).where(events.c.receipt == second, events.c.act == Alarm.BACK)
        return (await connection.execute(late)).scalar_one()

    return second, await store.writer.write(work)


async def sheets(person: Person, path: str) -> dict[str, list[list[Any]]]:
    """The workbook at that address."""
    session: ClientSession = person.session
    async with session.get(person.base + path) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        book = CalamineWorkbook.from_filelike(BytesIO(await answer.read()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def reckoned(book: dict[str, list[list[Any]]], login: str) -> float:
    """The number of points, from the details and the weights alone."""
    weights: dict[Any, Any] = {row[0]: row[1] for row in book["权重"][1:]}
    shares: dict[Any, list[Any]] = {}
    for row in book["明细"][1:]:
        if row[0] == login and not row[9]:
            shares.setdefault(row[2], []).append(row[8])
    rated = {name: held for name, held in shares.items() if held[0] != ""}
    base = 100 * sum(weights[n] * sum(h) / len(h) for n, h in rated.items()) / sum(weights[n] for n in rated)
    return base - sum(weights[n] * len(h) for n, h in shares.items() if n not in rated)


def points(book: dict[str, list[list[Any]]], login: str) -> float:
    """The number that stands in the summary."""
    return next(row[-1] for row in book["得分"][1:] if row[0] == login)


async def test_an_appeal_goes_from_the_advisers_page_to_the_bureaus_and_back(
    resident: Person, other: Person, store: Store
) -> None:
    adviser, admin = resident, other
    number = await joined(store, adviser, Role.ADVISER)
    await joined(store, admin, Role.ADMIN)
    late, event = await recorded(store, number)
    login = next(a.login for a in await store.accounts.all() if a.id == number)
    mine = await adviser.get(f"/desk/score?month={MONTH}")
    assert "48.0 分" in mine.words
    assert late in mine.words

    fields = {"csrf": mine.csrf, "event": str(event), "words": "11月24日停机"}
    assert (await adviser.post(f"/desk/score/appeal?month={MONTH}", fields)).status == 303
    again = await adviser.post(f"/desk/score/appeal?month={MONTH}", fields)
    assert (again.status, "已经申诉过" in again.words) == (409, True)

    all_ = await admin.get(f"/bureau/assessments?month={MONTH}")
    assert "11月24日停机" in all_.words
    assert f"{late}，11月24日17:00，超时退回待接单" in all_.words
    where = f"/bureau/assessments/appeals/{event}?month={MONTH}"
    silent = await admin.post(where, {"csrf": all_.csrf, "grant": "1", "reason": " "})
    assert (silent.status, "要写明" in silent.words) == (409, True)
    granted = await admin.post(where, {"csrf": all_.csrf, "grant": "1", "reason": "当天停机，属实"})
    assert granted.status == 303

    after = await adviser.get(f"/desk/score?month={MONTH}")
    assert "50.0 分" in after.words
    assert "同意，不再计分：当天停机，属实" in after.words
    assert "不计分：当天停机，属实" in after.words
    for person, path in ((adviser, "/desk/score"), (admin, "/bureau/assessments")):
        book = await sheets(person, f"{path}.xlsx?month={MONTH}")
        assert points(book, login) == pytest.approx(reckoned(book, login)) == pytest.approx(50.0)
    deeds = [line.deed for line in await store.audit.page()]
    assert [d.act for d in deeds if d.detail == f"event:{event}"] == ["corrected", "appealed"]


async def test_what_is_refused_goes_on_to_count_and_says_why(resident: Person, other: Person, store: Store) -> None:
    adviser, admin = resident, other
    _, event = await recorded(store, await joined(store, adviser, Role.ADVISER))
    await joined(store, admin, Role.ADMIN)
    mine = await adviser.get(f"/desk/score?month={MONTH}")
    await adviser.post("/desk/score/appeal", {"csrf": mine.csrf, "event": str(event), "words": "太忙了"})
    csrf = (await admin.get("/bureau/assessments")).csrf
    decided = await admin.post(
        f"/bureau/assessments/appeals/{event}", {"csrf": csrf, "refuse": "1", "reason": "不是理由"}
    )
    assert decided.status == 303
    after = await adviser.get(f"/desk/score?month={MONTH}")
    assert "没有同意：不是理由" in after.words
    assert "48.0 分" in after.words


async def test_nobody_appeals_against_what_is_not_theirs_and_only_admins_decide(
    resident: Person, other: Person, store: Store
) -> None:
    stranger, admin = resident, other
    _, event = await recorded(store, await added(store, Role.ADVISER))
    await joined(store, stranger, Role.EXPERT)
    await joined(store, admin, Role.ADMIN)
    csrf = (await stranger.get("/desk/score")).csrf
    for number in (str(event), "999999999", "x", ""):
        fields = {"csrf": csrf, "event": number, "words": "不服"}
        assert (await stranger.post("/desk/score/appeal", fields)).status == 404
    fields = {"csrf": csrf, "grant": "1", "reason": "我说了算"}
    assert (await stranger.post(f"/bureau/assessments/appeals/{event}", fields)).status == 403
    fields["csrf"] = (await admin.get("/bureau/assessments")).csrf
    assert (await admin.post("/bureau/assessments/appeals/999999999", fields)).status == 404
    for path in ("/desk/score?month=11月", "/desk/score.xlsx?month=2026-13"):
        assert (await stranger.get(path)).status == 404
    assert (await admin.get("/bureau/assessments/999999999")).status == 404
