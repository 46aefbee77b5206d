"""Manage who works here, and read what they did; only an admin can."""

import re
from datetime import UTC, datetime

import pytest

from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Person

ADMINS = ["/bureau/people", "/bureau/users/new", "/bureau/users/1", "/bureau/audit"]


async def test_an_adviser_is_added_gets_a_village_and_is_turned_out(
    resident: Person, other: Person, staff: Staff, store: Store
) -> None:
    admin = await staff(resident, "admin")
    page = await admin.get("/bureau/users/new")
    village = re.findall(r'value="(\d+)">安居镇示例一村', page.text)[0]
    fields = {"csrf": page.csrf, "login": "zhao", "name": "赵<b>顾问", "role": "adviser", "village": village}
    made = await admin.post("/bureau/users/new", fields)
    password = re.findall(r'class="typed">([^<]+)<', made.text)[0]
    assert "赵&lt;b&gt;顾问" in made.text
    account = next(a for a in await store.accounts.all() if a.login == "zhao")
    assert account.places == ("安居镇示例一村",)

    assert (await other.log_in("zhao", password)).status == 303
    where = f"/bureau/users/{account.id}"
    moved = await admin.post(where, {"csrf": page.csrf, "name": "赵顾问", "role": "expert", "active": "on"})
    assert moved.location == f"{where}?saved"
    account = next(a for a in await store.accounts.all() if a.login == "zhao")
    assert (account.name, account.role, account.villages) == ("赵顾问", "expert", frozenset())

    await admin.post(where, {"csrf": page.csrf, "name": "赵顾问", "role": "expert"})
    assert (await other.get("/desk/password")).status == 303, "whoever left is logged out"
    assert (await other.log_in("zhao", password)).status == 401
    acts = [line.deed.act for line in await store.audit.page() if line.deed.subject == f"user:{account.id}"]
    assert acts == ["user changed", "user changed", "login", "user added"]
    assert (await store.audit.check()).broken is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"login": "x y", "name": "赵"}, "不带空格"),
        ({"login": "", "name": "赵"}, "不带空格"),
        ({"login": "Adviser1", "name": "赵"}, "已经有了"),
        ({"login": "fresh", "name": " "}, "姓名"),
    ],
)
async def test_what_cannot_be_is_said(resident: Person, staff: Staff, fields: dict[str, str], words: str) -> None:
    admin = await staff(resident, "admin")
    csrf = (await admin.get("/bureau/users/new")).csrf
    refused = await admin.post("/bureau/users/new", {"csrf": csrf, "role": "expert", **fields})
    assert (refused.status, words in refused.words) == (400, True)


async def test_admins_cannot_lock_themselves_out(resident: Person, staff: Staff, store: Store) -> None:
    admin = await staff(resident, "admin")
    me = next(a for a in await store.accounts.all() if a.login == "admin")
    csrf = (await admin.get("/bureau/people")).csrf
    for fields in ({"role": "admin"}, {"role": "expert", "active": "on"}):
        refused = await admin.post(f"/bureau/users/{me.id}", {"csrf": csrf, "name": "管理员", **fields})
        assert (refused.status, "不能停用自己" in refused.words) == (400, True)


@pytest.mark.parametrize("login", ["adviser1", "expert1", "publisher1", "editor1"])
@pytest.mark.slow
async def test_nobody_else_opens_these_pages(resident: Person, staff: Staff, login: str) -> None:
    person = await staff(resident, login)
    csrf = (await person.get("/desk/account")).csrf
    for path in ADMINS:
        page = await person.get(path)
        assert (page.status, "不能打开这一页" in page.words) == (403, True)
    for path in ("/bureau/users/new", "/bureau/users/1", "/bureau/users/1/password", "/bureau/users/1/second"):
        assert (await person.post(path, {"csrf": csrf})).status == 403


async def test_an_account_that_is_not_there_is_missing(resident: Person, staff: Staff) -> None:
    admin = await staff(resident, "admin")
    for path in ("/bureau/users/9999", "/bureau/users/99999999999999999999"):
        assert (await admin.get(path)).status == 404


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30, "5"])
async def test_the_audit_is_read_page_by_page(resident: Person, staff: Staff, before: str) -> None:
    admin = await staff(resident, "admin")
    page = await admin.get(f"/bureau/audit?before={before}")
    assert (page.status, "校验码" in page.words) == (200, True)


async def test_a_session_is_ended_from_another(resident: Person, other: Person, staff: Staff) -> None:
    here, there = await staff(resident, "editor1"), await staff(other, "editor1")
    page = await here.get("/desk/account")
    assert "就是这里" in page.words
    for mark in re.findall(r'name="mark" value="([^"]+)"', page.text):
        await here.post("/desk/account/end", {"csrf": page.csrf, "mark": mark})
    assert (await there.get("/desk/account")).status == 303
    await staff(there, "editor1")
    await here.post("/desk/account/end", {"csrf": page.csrf})
    assert (await there.get("/desk/account")).status == 303
    assert (await here.get("/desk/account")).status == 200


async def test_the_session_of_somebody_else_is_not_ended(
    resident: Person, other: Person, staff: Staff, store: Store
) -> None:
    await staff(resident, "editor1")
    victim = await staff(other, "expert1")
    expert = next(a for a in await store.accounts.all() if a.login == "expert1")
    marks = [login.mark for login in await store.accounts.logins(expert.id, datetime.now(UTC))]
    csrf = (await resident.get("/desk/account")).csrf
    for mark in marks:
        assert (await resident.post("/desk/account/end", {"csrf": csrf, "mark": mark})).status == 303
    assert (await victim.get("/desk/account")).status == 200
