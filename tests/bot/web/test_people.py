"""An admin sees who works here, and takes in a workbook on the page: looked at first, agreed to, every fault named."""

import re
import secrets
from datetime import UTC, date, datetime, timedelta

from handlers.desk.advise import today
from handlers.desk.routing import Leave
from storage.store import Store
from tests.bot.web.cast import sheet
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person
from tests.bot.workbooks import workbook

PLACE = "/bureau/people"
ADVISER = "村居法律顾问"


async def look(admin: Person, content: bytes) -> Page:
    return await admin.send(f"{PLACE}/look", {"csrf": (await admin.get(PLACE)).csrf}, content)


async def agree(admin: Person, seen: Page) -> Page:
    fields = dict(re.findall(r'name="(csrf|mark|book)" value="([^"]+)"', seen.text))
    return await admin.post(f"{PLACE}/import", fields)


async def test_a_workbook_is_looked_at_taken_in_and_then_changes_nothing(
    resident: Person, other: Person, staff: Staff, store: Store
) -> None:
    admin, login, village = await staff(resident, "admin"), f"p{secrets.token_hex(3)}", f"村{secrets.token_hex(3)}"
    until = today(datetime.now(UTC)) + timedelta(days=7)
    row = [login, "新<b>顾问", ADVISER, f"安居镇{village}", "15001202010000009", str(until), "劳动", ""]
    content = workbook([["安居镇", village]], [row])
    seen = await look(admin, content)
    assert f"新增账号 {login}" in seen.words
    assert login not in [account.login for account in await store.accounts.all()], "nothing is changed yet"
    done = await agree(admin, seen)
    assert "已导入：新增 1 个村（社区）、1 个账号" in done.words
    [password] = re.findall(r'class="typed">([^<]+)<', done.text)
    assert (await other.log_in(login, password)).status == 303
    assert "没有要改的" in (await look(admin, content)).words
    assert "您看过以后" in (await agree(admin, seen)).words

    number = next(a.id for a in await store.accounts.all() if a.login == login)
    await store.rosters.take_leave(number, Leave(date(2099, 1, 1), date(2099, 1, 3)))
    page = await admin.get(PLACE)
    shown = re.findall(rf'<tr>\s*<td><a href="/bureau/users/{number}".*?</tr>', page.text, re.DOTALL)[0]
    for words in (
        "新&lt;b&gt;顾问",
        f"安居镇{village}",
        "快到期",
        "2099-01-01",
        "到 2099-01-03",
        "劳动",
        "15001202010000009",
    ):
        assert words in shown
    assert password not in page.text
    acts = [line.deed.act for line in await store.audit.page() if line.deed.subject in ("", f"user:{number}")]
    assert {"user added", "staff imported"} <= set(acts)


async def test_every_faulty_cell_is_named_and_nothing_is_taken_in(resident: Person, staff: Staff, store: Store) -> None:
    admin, village = await staff(resident, "admin"), f"村{secrets.token_hex(3)}"
    before = await store.personnel.register()
    wrong = ["l i", "", "国王", "没有的村", "", "明天", "天文", ""]
    refused = await look(admin, workbook([["安居镇", village]], [wrong]))
    assert refused.status == 409
    for said in ("人员!A2：登录名", "人员!B2：“姓名”是空的", "人员!C2：没有“国王”", "人员!D2", "人员!F2", "人员!G2"):
        assert said in refused.words
    for content, said in ((b"", "没有选文件"), (b"PK\x03\x04x", "读不了"), (bytes(500_001), "表太大")):
        page = await look(admin, content)
        assert (page.status, said in page.words) == (409, True), page.words[:300]
    turned = ["admin", "管理员", ADVISER, "", "", "", "", ""]
    assert "请让另一位管理员" in (await look(admin, workbook([], [turned]))).words
    assert await store.personnel.register() == before


async def test_the_empty_workbook_is_handed_over(resident: Person, staff: Staff) -> None:
    admin = await staff(resident, "admin")
    async with admin.session.get(f"{admin.base}{PLACE}/template.xlsx") as answer:
        assert sheet(await answer.read())[0] == ["镇街", "村居"]
