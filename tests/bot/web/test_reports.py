"""What a push has brought about is read on its page and in a workbook; small groups are in neither."""

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import deliveries
from handlers.deliveries import Sent
from handlers.education.campaigns import Campaign, Plan, Reach, Run, RunState, State
from handlers.messages import Link, Reply
from knowledge.citations import Citation
from storage.moments import stamp
from storage.schema import openings, outbox, questions, quiz_scores, residents
from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Person
from tests.bot.web.test_pushes import PLACE
from tests.storage.given import rows
from tests.storage.pushing import subscriber

LINK = "https://example.cn/read-on"
SIZES = {"大村": 40, "中村": 25, "小村": 4, "微村": 3}
OTHER = {"他村": 30}
SENT_AT = datetime.now(UTC) - timedelta(days=20)


@pytest.fixture
async def publisher(resident: Person, staff: Staff) -> Person:
    """Somebody who writes pushes."""
    return await staff(resident, "publisher1")


async def pushed(store: Store) -> tuple[Campaign, Run]:
    """A push with a quiz that went to a town of its own twenty days ago, and what came of it."""
    town, elsewhere = f"镇{secrets.token_hex(3)}", f"镇{secrets.token_hex(3)}"
    made = await store.people.add_villages([(town, tuple(SIZES)), (elsewhere, tuple(OTHER))])
    people: dict[str, list[str]] = {}
    for place, sizes in ((town, SIZES), (elsewhere, OTHER)):
        for name, size in sizes.items():
            people[name] = [secrets.token_hex(8) for _ in range(size)]
            for who in people[name]:
                await subscriber(store, who, f"fax:{who}", village=made[f"{place}{name}"])
    secret = await store.people.secret("publisher1")
    assert secret
    plan = Plan("工资要按月发", "正文", "每年5月1日 10:00", SENT_AT.date(), (Citation("劳动法", "50"),), LINK, "劳动")
    plan = replace(plan, quiz="labour", audience=replace(plan.audience, towns=(town,)))
    one = await store.campaigns.add(Campaign(0, plan, State.DONE, secret.user.id, SENT_AT))
    fresh = Run(0, one.id, SENT_AT, RunState.QUEUEING, started_at=SENT_AT)
    running = replace(one, state=State.RUNNING)
    assert await store.campaigns.write(one, running)
    assert await store.campaigns.fire(running, running, fresh, Reply("【普法】", link=Link(LINK)))
    [run] = await store.campaigns.runs(one.id)
    while run.state is RunState.QUEUEING:
        run = await store.campaigns.queue(run, plan, Reach(("fax",), frozenset(), 7), SENT_AT)
    while taken := await store.outbox.turn([], ["fax"], 50, SENT_AT):
        settled = [deliveries.settle(d, Sent("1"), SENT_AT, timedelta(1)) for d in taken]
        await store.outbox.turn(settled, ["fax"], 0, SENT_AT)
    await store.campaigns.finish(replace(run, state=RunState.DONE), running, one)
    await store.writer.write(lambda connection: _lived(connection, run.id, people))
    return one, run


async def _lived(connection: AsyncConnection, run: int, people: dict[str, list[str]]) -> None:
    known = update(residents).where(residents.c.id.in_([who for theirs in people.values() for who in theirs]))
    await connection.execute(known.values(created_at=0))
    opened = [{"run": run, "resident": who, "at": stamp(SENT_AT)} for who in people["大村"][:30]]
    await connection.execute(openings.insert(), opened)
    day = SENT_AT.toordinal()
    again = [*people["大村"][:20], *people["他村"][:15]]
    still = [*people["大村"][:2], *people["他村"][:15]]
    asked = [{"resident": who, "field": "劳动", "day": day - days} for who in again for days in (9, 2)]
    asked += [{"resident": who, "field": "劳动", "day": day + 5} for who in still]
    await connection.execute(questions.insert(), asked)
    before = [(who, 1, -5) for who in people["中村"]]
    after = [(who, 5, 1) for who in [*people["大村"][:12], *people["小村"]]]
    scores = [
        {"resident": who, "quiz": "labour", "right": right, "asked": 5, "at": stamp(SENT_AT + timedelta(days=days))}
        for who, right, days in (*before, *after)
    ]
    await connection.execute(quiz_scores.insert(), scores)


async def test_the_report_says_what_was_reached_opened_answered_and_asked_again(
    publisher: Person, store: Store
) -> None:
    one, run = await pushed(store)
    page = await publisher.get(f"{PLACE}/{one.id}/report")
    shown = re.sub(r"\s+", "", page.words)
    for words in (
        "要发72人，发到72人",
        "打开的30人",
        "发到后答题的16人，及格100.0%",
        "发之前答过的25人及格0.0%",
        "再来问的人（前后各20天）",
        "其他村合计",
        "大村40人，50.0%→5.0%",
        "一个没发、以前问得差不多的村",
    ):
        assert words in shown, shown
    assert "小村" not in shown
    assert "微村" not in shown
    assert page.text.count("<svg") == 3
    async with publisher.session.get(f"{publisher.base}{PLACE}/{one.id}/report.xlsx?run={run.id}") as answer:
        book = CalamineWorkbook.from_filelike(BytesIO(await answer.read()))
    assert book.sheet_names == ["总的", "发到和打开", "答题", "再来问"]
    reached = book.get_sheet_by_name("发到和打开").to_python()
    assert [row[1] for row in reached[1:]] == [40, 32]  # the two small ones are 7 together, so they take the next
    assert "小村" not in str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


async def test_two_pushes_are_set_beside_each_other(publisher: Person, store: Store) -> None:
    one, other = (await pushed(store))[0], (await pushed(store))[0]
    page = await publisher.get(f"{PLACE}/{one.id}/report?with={other.id}")
    assert "相差 +0.0 个百分点" in page.words
    assert "还说不准" in page.words


async def test_what_was_never_sent_has_no_report(publisher: Person, store: Store) -> None:
    secret = await store.people.secret("publisher1")
    assert secret
    plan = Plan("未发", "正文", "每年5月1日 10:00", SENT_AT.date(), ())
    one = await store.campaigns.add(Campaign(0, plan, State.DRAFT, secret.user.id, SENT_AT))
    assert "还没有发过" in (await publisher.get(f"{PLACE}/{one.id}/report")).words
    assert (await publisher.get(f"{PLACE}/{one.id}/report.xlsx")).status == 404
    for number in ("99999999", "9" * 30):
        assert (await publisher.get(f"{PLACE}/{number}/report")).status == 404


async def test_a_link_leads_on_is_counted_for_people_and_never_leads_where_we_did_not_say(
    other: Person, store: Store
) -> None:
    _, run = await pushed(store)
    before = len([r for r in await rows(store, openings) if r.run == run.id])

    async def followed() -> int:
        return len([r for r in await rows(store, openings) if r.run == run.id]) - before

    where = await _link(store, run)
    for agent in ("TelegramBot (like TwitterBot)", "Mozilla/5.0"):
        page = await other.get(where, User_Agent=agent)
        assert (page.status, page.location) == (302, LINK)
        assert await followed() == (agent == "Mozilla/5.0")
    assert (await other.get(where[:-2] + "zz")).status == 404
    assert (await other.get(f"/go/{'9' * 30}/abc")).status == 404


async def _link(store: Store, run: Run) -> str:
    opened = {r.resident for r in await rows(store, openings) if r.run == run.id}
    ours = [r for r in await rows(store, outbox) if r.run == run.id]
    number = next(r.id for r in ours if r.cause.rpartition(":")[2] not in opened)
    return f"/go/{number}/{store.vault.sign(f'push:{number}')}"
