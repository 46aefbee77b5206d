"""Work at the desk: see the queue, claim, answer, close; and be kept from what is not one's own."""

import asyncio
import re

import pytest
from sqlalchemy import text

from knowledge.canned import canned
from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person

VILLAGE = "安居镇示例一村"


async def act(person: Person, receipt: str, act: str, words: str = "", nonce: str = "") -> Page:
    """Press a button of the ticket's page."""
    page = await person.get(f"/desk/{receipt}")
    fields = {"csrf": page.csrf, "nonce": nonce or f"{receipt}{act}{words}", "words": words}
    return await person.post(f"/desk/{receipt}/{act}", fields)


async def test_a_ticket_goes_from_the_queue_to_an_answer_that_its_resident_reads(
    resident: Person, other: Person, staff: Staff
) -> None:
    receipt = await resident.escalate("我家的地被占了，怎么说理", VILLAGE)
    adviser = await staff(other, "adviser1")
    queue = await adviser.get(f"/desk?receipt={receipt}")
    assert receipt in queue.words
    assert VILLAGE in queue.words
    assert "待接单" in queue.words

    assert (await act(adviser, receipt, "claim")).location == f"/desk/{receipt}?done=claim"
    page = await adviser.get(f"/desk/{receipt}?done=claim")
    assert "已接单" in page.words
    assert "我家的地被占了，怎么说理" in page.words

    assert (await act(adviser, receipt, "reply", "先找村里调解")).status == 303
    assert "先找村里调解" in (await adviser.get(f"/desk/{receipt}")).words
    seen = (await resident.get()).words
    assert f"答复 · {receipt}】" in seen
    assert "先找村里调解" in seen

    assert (await act(adviser, receipt, "close")).status == 303
    assert receipt not in (await adviser.get("/desk")).words
    assert receipt in (await adviser.get("/desk?tab=closed")).words


async def test_a_reply_sent_twice_reaches_the_resident_once(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("请问怎么办")
    adviser = await staff(other, "expert1")
    await act(adviser, receipt, "claim")
    page = await adviser.get(f"/desk/{receipt}")
    fields = {"csrf": page.csrf, "nonce": "n" * 16, "words": "先别急"}
    sent = await asyncio.gather(*(adviser.post(f"/desk/{receipt}/reply", fields) for _ in range(5)))
    assert {page.status for page in sent} == {303}
    assert (await resident.get()).words.count("先别急") == 1


async def test_what_cannot_be_is_said_on_the_page_and_the_draft_stays(
    resident: Person, other: Person, staff: Staff
) -> None:
    receipt = await resident.escalate("请问怎么办")
    adviser = await staff(other, "expert1")
    for name, words, reason in (
        ("reply", "先别急", "请先接单"),
        ("close", "", "请先接单"),
    ):
        refused = await act(adviser, receipt, name, words)
        assert (refused.status, reason in refused.words) == (409, True)
    await act(adviser, receipt, "claim")
    again = await act(adviser, receipt, "claim", nonce="again" * 3)
    assert (again.status, "已有人接单" in again.words) == (409, True)
    early = await act(adviser, receipt, "close", nonce="early" * 3)
    assert (early.status, "先答复居民" in early.words) == (409, True)
    empty = await act(adviser, receipt, "reply", " ")
    assert (empty.status, "不能为空" in empty.words) == (409, True)


async def test_of_many_who_claim_at_once_one_wins(
    resident: Person, other: Person, staff: Staff, house_people: list[Person]
) -> None:
    receipt = await resident.escalate("请问怎么办")
    people = [await staff(other, "adviser1"), *[await staff(p, "expert1") for p in house_people]]
    pages = [await p.get(f"/desk/{receipt}") for p in people]
    claims = [
        p.post(f"/desk/{receipt}/claim", {"csrf": page.csrf, "nonce": f"claim{n:09}"})
        for n, (p, page) in enumerate(zip(people, pages, strict=True))
    ]
    assert sorted(page.status for page in await asyncio.gather(*claims)) == [303, *[409] * (len(people) - 1)]


async def test_a_ticket_of_another_village_does_not_exist(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("隔壁村的事", VILLAGE)
    adviser = await staff(other, "adviser2")
    assert receipt not in (await adviser.get("/desk")).words
    for page in (
        await adviser.get(f"/desk/{receipt}"),
        await adviser.get("/desk/TL261124-ZZZZZZ"),
        await adviser.get("/desk/%00"),
    ):
        assert page.status == 404
        assert "没有这张工单" in page.words
    csrf = (await adviser.get("/desk")).csrf
    for name in ("claim", "reply", "close"):
        assert (await adviser.post(f"/desk/{receipt}/{name}", {"csrf": csrf, "words": "x"})).status == 404


async def test_an_expert_does_not_see_a_village_s_ticket(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("隔壁村的事", VILLAGE)
    assert (await (await staff(other, "expert1")).get(f"/desk/{receipt}")).status == 404


@pytest.mark.parametrize("login", ["publisher1", "editor1"])
@pytest.mark.slow
async def test_whoever_has_no_tickets_is_told_so(resident: Person, other: Person, staff: Staff, login: str) -> None:
    receipt = await resident.escalate("请问怎么办")
    person = await staff(other, login)
    for path in ("/desk", f"/desk/{receipt}"):
        page = await person.get(path)
        assert page.status == 403
        assert "不处理工单" in page.words


@pytest.mark.slow
async def test_an_admin_has_no_queue(resident: Person, staff: Staff) -> None:
    page = await (await staff(resident, "admin")).get("/desk")
    assert (page.status, "不处理工单" in page.words) == (403, True)


async def test_forms_of_the_desk_need_their_token(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("请问怎么办")
    adviser = await staff(other, "expert1")
    for name in ("claim", "reply", "close"):
        assert (await adviser.post(f"/desk/{receipt}/{name}", {"words": "x"})).status == 403
    assert "待接单" in (await adviser.get(f"/desk/{receipt}")).words


async def test_danger_stands_first_and_says_what_the_law_asks_of_us(
    resident: Person, other: Person, staff: Staff
) -> None:
    page = await resident.ask("他拿刀要砍我")
    assert "马上打110" in page.words
    adviser = await staff(other, "expert1")
    queue = await adviser.get("/desk")
    levels = re.findall(r'<span class="level">(P\d)', queue.text)
    assert levels == sorted(levels)
    receipt = re.findall(r'<a href="/desk/(TL[^"]+)">\s*<span class="level">P0', queue.text)[-1]
    ticket = await adviser.get(f"/desk/{receipt}")
    assert "人身危险" in ticket.words
    assert "值班要求" in ticket.words
    assert "居民还没有同意把话转给顾问" in ticket.words
    assert "拿刀" not in ticket.words


async def test_numbers_that_belong_to_a_person_are_masked(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("我电话13800138000，身份证11010519491231002X，怎么办")
    page = await (await staff(other, "expert1")).get(f"/desk/{receipt}")
    assert "138****00" in page.words
    assert "13800138000" not in page.text
    assert "11010519491231002X" not in page.text


async def test_a_reply_that_did_not_arrive_is_marked(
    resident: Person, other: Person, staff: Staff, store: Store
) -> None:
    receipt = await resident.escalate("请问怎么办")
    adviser = await staff(other, "expert1")
    await act(adviser, receipt, "claim")
    await act(adviser, receipt, "reply", "先别急")
    assert "没有送到" not in (await adviser.get(f"/desk/{receipt}")).words
    lost = text(
        "UPDATE outbox SET state = 'closed' WHERE cause = (SELECT 'entry:' || max(id) FROM entries WHERE receipt = :r)"
    )
    await store.writer.write(lambda connection: connection.execute(lost, {"r": receipt}))
    assert "没有送到" in (await adviser.get(f"/desk/{receipt}")).words


async def test_the_queue_is_filtered_and_searched_by_receipt(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("老板欠我三个月工资怎么办", VILLAGE)
    adviser = await staff(other, "adviser1")
    for path, is_there in (
        (f"/desk?receipt={receipt[-6:].lower()}", True),
        ("/desk?receipt=ZZZZZZ", False),
        ("/desk?level=P0", False),
        ("/desk?state=claimed", False),
        ("/desk?until=2001-01-01", False),
        ("/desk?page=999", False),
    ):
        assert (f'href="/desk/{receipt}"' in (await adviser.get(path)).text) == is_there, path
    nonsense = "/desk?since=nonsense&village=x&adviser=9999999999999&page=-1&state=%00&receipt=%25"
    assert (await adviser.get(nonsense)).status == 200


async def test_an_adviser_asks_back_notes_and_sees_what_the_machine_finds(
    resident: Person, other: Person, staff: Staff
) -> None:
    receipt = await resident.escalate("老板欠我三个月工资怎么办", VILLAGE)
    adviser = await staff(other, "adviser1")
    await act(adviser, receipt, "claim")
    page = await adviser.get(f"/desk/{receipt}")
    assert "机器找到的" in page.words
    assert "/law/" in page.text
    assert (await act(adviser, receipt, "note", "像是老赖")).status == 303
    assert (await act(adviser, receipt, "draft", "先去")).status == 303
    page = await adviser.get(f"/desk/{receipt}")
    assert "像是老赖" in page.words
    assert "先去</textarea>" in page.text
    assert (await act(adviser, receipt, "ask", "有合同吗？")).status == 303
    page = await adviser.get(f"/desk/{receipt}")
    assert "等居民回话" in page.words
    assert "先去</textarea>" not in page.text
    seen = await resident.get()
    assert "有合同吗？" in seen.words
    assert "像是老赖" not in seen.words
    await resident.ask("没有签")
    assert "没有签" in (await adviser.get(f"/desk/{receipt}")).words


async def test_an_answer_that_is_often_given_is_begun_from_unless_its_law_changed(
    resident: Person, other: Person, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/desk/{await resident.escalate('老板不发工资')}"
    adviser = await staff(other, "expert1")
    assert "常用答复" not in (await adviser.get(path)).words, "it is not claimed yet"
    await adviser.post(f"{path}/claim", {"csrf": (await adviser.get(path)).csrf})
    page = await adviser.get(path)
    words = canned()["more-facts"].words
    assert page.text.count(words) == 2, "to be read and to be taken"
    await adviser.post(f"{path}/draft", {"csrf": page.csrf, "words": words})
    assert (await adviser.get(path)).text.count(words) == 3, "in the box too"

    def changed(*_: object) -> str:
        return "《劳动合同法》第三十条改了"

    monkeypatch.setattr("bot.web.dossier.barred", changed)
    page = await adviser.get(path)
    assert "不能再用：《劳动合同法》第三十条改了" in page.words
    assert canned()["legal-aid"].words not in page.text


async def test_a_ticket_is_passed_on_and_its_resident_told(resident: Person, other: Person, staff: Staff) -> None:
    receipt = await resident.escalate("请问怎么办", VILLAGE)
    adviser = await staff(other, "adviser1")
    await act(adviser, receipt, "claim")
    page = await adviser.get(f"/desk/{receipt}")
    for fields, status in (({}, 409), ({"to": "x"}, 409), ({"to": "999999"}, 409)):
        sent = await adviser.post(f"/desk/{receipt}/transfer", {"csrf": page.csrf, **fields})
        assert sent.status == status
    assert (await adviser.post(f"/desk/{receipt}/refer", {"csrf": page.csrf, "place": "moon"})).status == 409
    assert (await adviser.post(f"/desk/{receipt}/refer", {"csrf": page.csrf, "place": "legal_aid"})).status == 303
    assert "法律援助中心" in (await resident.get()).words


async def test_one_resident_s_tickets_are_shown_together(resident: Person, other: Person, staff: Staff) -> None:
    first = await resident.escalate("请问怎么办", VILLAGE)
    await resident.ask("还有一件事想问")
    again = await resident.ask("找人工")
    second = re.findall(r"TL\d{6}-[A-Z0-9]{6}", again.words)[-1]
    assert second != first
    adviser = await staff(other, "adviser1")
    assert first in (await adviser.get(f"/desk/{second}")).words


async def test_a_day_that_is_none_is_no_leave(other: Person, staff: Staff) -> None:
    adviser = await staff(other, "adviser2")
    page = await adviser.get("/desk/leave")
    for first, last in (("x", "y"), ("2001-01-01", "2001-01-02"), ("2999-01-02", "2999-01-01")):
        sent = await adviser.post("/desk/leave", {"csrf": page.csrf, "first": first, "last": last})
        assert sent.status == 409
    later = {"csrf": page.csrf, "first": "2999-01-01", "last": "2999-01-02"}
    assert (await adviser.post("/desk/leave", later)).status == 303


async def test_open_pages_are_told_of_changes_in_their_scope_only(
    resident: Person, other: Person, staff: Staff, house_people: list[Person]
) -> None:
    near, far = await staff(other, "adviser1"), await staff(house_people[0], "adviser2")
    async with (
        near.session.get(f"{near.base}/desk/events") as here,
        far.session.get(f"{far.base}/desk/events") as there,
    ):
        await asyncio.sleep(0.5)
        await resident.escalate("请问怎么办", VILLAGE)
        line = await asyncio.wait_for(here.content.readuntil(b"changed"), 10)
        assert line.endswith(b"changed")
        assert there.status == 200
