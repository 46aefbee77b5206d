"""A publisher plans, tries out and reports on pushes on the page alone; a second person approves; why not is said."""

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.web.pushes import PLACE
from handlers.education.campaigns import Reach, Run, RunState, State
from handlers.messages import Reply
from storage.schema import outbox
from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person
from tests.storage.given import rows
from tests.storage.pushing import subscriber

PLAN = {
    "title": "工资要按月发",
    "body": "单位拖欠工资，可以先到劳动监察投诉。",
    "law": "劳动法50条",
    "when": "每年5月1日 10:00",
    "expires": "2099-12-31",
    "field": "劳动",
    "channel": "web",
}


class Push:
    """One push on the screens of staff."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def look(self, person: Person) -> str:
        return (await person.get(self.path)).words

    async def act(self, person: Person, act: str, **fields: str) -> Page:
        page = await person.get(self.path)
        return await person.post(f"{self.path}/{act}", _signed(page) | fields)

    async def done(self, person: Person, act: str, **fields: str) -> str:
        """Do it, and read the page after it."""
        sent = await self.act(person, act, **fields)
        assert sent.status == 303, sent.words
        return (await person.get(sent.location)).words


async def _fresh(store: Store, channel: str) -> str:
    """Somebody who asked to be told there."""
    who = secrets.token_hex(8)
    await subscriber(store, who, f"{channel}:{who}", seen=datetime.now(UTC))
    return who


def _signed(page: Page) -> dict[str, str]:
    return {"csrf": page.csrf, "mark": re.findall(r'name="mark" value="([^"]*)"', page.text)[0]}


async def wrote(publisher: Person, **changes: str) -> Page:
    page = await publisher.get(f"{PLACE}/new")
    return await publisher.post(f"{PLACE}/new", _signed(page) | PLAN | changes)


async def written(publisher: Person, **changes: str) -> Push:
    sent = await wrote(publisher, **changes)
    assert sent.status == 303, sent.words
    assert "草稿已保存" in (await publisher.get(sent.location)).words
    return Push(sent.location.partition("?")[0])


@pytest.fixture
async def publisher(resident: Person, staff: Staff) -> Person:
    """Somebody who writes pushes."""
    return await staff(resident, "publisher1")


@pytest.fixture
async def second(other: Person, staff: Staff) -> Person:
    """Somebody else, who may approve them."""
    return await staff(other, "admin")


@pytest.fixture
async def subscribed(store: Store) -> None:
    """At least one who asked to be told on the page."""
    await _fresh(store, "web")


@pytest.mark.usefixtures("subscribed")
async def test_the_whole_way_on_the_page(publisher: Person, second: Person, store: Store) -> None:
    push = await written(publisher)
    shown = await push.look(publisher)
    for words in ("草稿", "【普法】工资要按月发", "依据：《劳动法》第五十条", "每年5月1日 10:00", "退订"):
        assert words in shown
    assert "还没有试发" in (await push.act(second, "approve")).words

    assert "已试发" in await push.done(publisher, "test")
    assert "请另一位普法专员或管理员" in await push.look(publisher)
    own = await push.act(publisher, "approve")
    assert (own.status, "自己写的不能自己审核" in own.words) == (409, True)

    assert "已审核，到时间自动发出" in await push.done(second, "approve")
    assert "已排期" in await push.look(publisher)
    assert "已暂停" in await push.done(publisher, "pause")
    assert "已继续" in await push.done(second, "resume")
    shown = await push.look(publisher)
    assert "已排期" in shown
    assert "5月1日 10:00" in shown
    before = _signed(await publisher.get(push.path))
    assert "没发的不再发" in await push.done(publisher, "cancel")
    again = await publisher.post(f"{push.path}/cancel", before)
    assert (again.status, "不用取消" in again.words) == (409, True)
    listed = (await publisher.get(PLACE)).words
    assert "工资要按月发" in listed
    assert "已取消" in listed

    number = push.path.rpartition("/")[2]
    acts = [line.deed.act for line in await store.audit.page() if line.deed.subject == f"push:{number}"]
    assert acts == ["push cancelled", "push resumed", "push paused", "push approved", "push planned"]
    assert (await store.audit.check()).broken is None


async def test_a_test_arrives_in_the_talk_of_its_writer_on_this_browser(publisher: Person, store: Store) -> None:
    push = await written(publisher)
    await push.done(publisher, "test")
    visitor = publisher.cookie("resident").partition(".")[0]
    sent = [row.channel for row in await rows(store, outbox) if row.external == visitor]
    assert sent == ["web"]


@pytest.mark.parametrize(
    ("changes", "why", "remedy"),
    [
        ({"when": "2020-01-01 10:00"}, "时间已经过了", "改成以后的日期"),
        ({"when": "每年5月1日 23:00"}, "免打扰时段", "改到 08:00 以后"),
        ({"when": "每年2月30日 10:00"}, "不会有触发的一天", "检查月和日"),
        ({"when": "随便"}, "没有写几点", "可以写"),
        ({"title": ""}, "标题要有", "补上或改短标题"),
        ({"title": "长" * 41}, "标题要有", "补上或改短标题"),
        ({"body": " "}, "没有正文", "写上正文"),
        ({"law": ""}, "没有法条依据", "至少写一条"),
        ({"law": "某某规定"}, "认不出法律和条号", "请写成"),
        ({"law": "劳动法5000条"}, "不能引用", "换成当天有效的条文"),
        ({"expires": "2020-01-01"}, "过期了", "改有效期"),
        ({"expires": "明天"}, "有效期", "请写成"),
        ({"link": "javascript:alert(1)"}, "链接要以", "改链接"),
        ({"channel": "telegram", "body": "长" * 4500}, "Telegram一条发不下", "把正文改短"),
    ],
)
async def test_what_cannot_run_is_refused_with_the_remedy_and_what_was_typed_stays(
    publisher: Person, changes: dict[str, str], why: str, remedy: str
) -> None:
    refused = await wrote(publisher, **changes)
    assert refused.status == 409
    assert why in refused.words
    assert remedy in refused.words
    kept = PLAN | changes
    assert kept["body"].strip() in refused.words
    assert f'value="{kept["when"]}"' in refused.text


async def test_nobody_in_the_audience_is_said_before_and_refused_at_the_approval(
    publisher: Person, second: Person
) -> None:
    page = await publisher.get(f"{PLACE}/new")
    nobody = {"channel": "telegram", "town": "旧县街道", "days": "30"}
    look = await publisher.post(f"{PLACE}/new", _signed(page) | PLAN | nobody | {"look": "1"})
    assert look.status == 200
    for words in ("现在会发给 0 人", "没有人符合条件。放宽", "还没有保存", "Telegram"):
        assert words in look.words
    push = await written(publisher, **nobody)
    assert "旧县街道；Telegram；最近30天用过的" in await push.look(publisher)
    await push.done(publisher, "test")
    refused = await push.act(second, "approve")
    assert (refused.status, "没有人符合条件。放宽" in refused.words) == (409, True)


async def test_a_theme_is_adopted_and_changed(publisher: Person) -> None:
    page = await publisher.get(f"{PLACE}/new?theme=constitution-day")
    assert "今天是国家宪法日" in page.text
    assert "每年12月4日" in page.text
    push = await written(publisher, title="先这样")
    page = await publisher.get(f"{push.path}/edit")
    assert 'value="先这样"' in page.text
    assert 'value="《劳动法》第五十条"' in page.text
    sent = await publisher.post(f"{push.path}/edit", _signed(page) | PLAN | {"title": "再改改"})
    assert sent.status == 303, sent.words
    assert "再改改" in await push.look(publisher)


@pytest.mark.usefixtures("subscribed")
async def test_nobody_approves_what_they_have_not_read(publisher: Person, second: Person) -> None:
    push = await written(publisher)
    await push.done(publisher, "test")
    read = await second.get(push.path)
    page = await publisher.get(f"{push.path}/edit")
    await publisher.post(f"{push.path}/edit", _signed(page) | PLAN | {"body": "换了话"})
    await push.done(publisher, "test")
    sent = await second.post(f"{push.path}/approve", _signed(read))
    assert (sent.status, "内容被人改过" in sent.words, "换了话" in sent.words) == (409, True, True)


async def test_the_report_tells_what_was_sent_what_failed_and_why_and_what_remains(
    publisher: Person, second: Person, store: Store
) -> None:
    people = [await _fresh(store, "telegram") for _ in range(4)]  # this house has no such channel: nothing is sent
    push = await written(publisher, channel="telegram")
    await push.done(publisher, "test")
    await push.done(second, "approve")
    before = await store.campaigns.find(int(push.path.rpartition("/")[2]))
    assert before
    run = Run(0, before.id, datetime.now(UTC), RunState.QUEUEING, started_at=datetime.now(UTC))
    assert await store.campaigns.fire(before, replace(before, state=State.RUNNING), run, Reply("【普法】"))
    run = (await store.campaigns.runs(before.id))[0]
    while run.state is RunState.QUEUEING:
        reach = Reach(("telegram",), frozenset({"telegram"}), 2)
        run = await store.campaigns.queue(run, before.plan, reach, datetime.now(UTC))

    async def work(connection: AsyncConnection) -> None:
        ours = update(outbox).where(outbox.c.run == run.id)
        await connection.execute(ours.values(state="withheld", due_at=None, reason="stopped by the resident"))
        for who, state, reason in zip(
            people, ("sent", "sent", "closed", "ready"), ("", "", "Forbidden", ""), strict=True
        ):
            await connection.execute(ours.where(outbox.c.external == who).values(state=state, reason=reason))

    await store.writer.write(work)
    shown = re.sub(r"\s+", "", await push.look(publisher))
    for words in ("推送中", "发送中", "已发出2", "还没发1", "没发成：对方屏蔽了我们或注销了，订阅已结束1", "大约还要"):
        assert words in shown
    assert "已取消" in await push.done(second, "cancel")
    assert "司法局取消了" in await push.look(publisher)


async def test_an_admin_approves_and_does_not_write(second: Person) -> None:
    assert "写一个推送" not in (await second.get(PLACE)).words
    assert (await second.get(f"{PLACE}/new")).status == 403
    assert (await second.get(f"{PLACE}/99999999")).status == 404


async def test_markup_in_what_is_written_stays_text(publisher: Person) -> None:
    push = await written(publisher, body="<script>alert(1)</script>", title="<b>粗</b>")
    for path in (push.path, PLACE, f"{push.path}/edit"):
        page = await publisher.get(path)
        assert "<script>alert" not in page.text
        assert "<b>粗" not in page.text


@pytest.mark.parametrize("to", ["telegram:12345", "telegram", "web:somebody", ":"])
async def test_nothing_is_tried_out_on_residents(publisher: Person, store: Store, to: str) -> None:
    push = await written(publisher)
    refused = await push.act(publisher, "test", to=to)
    assert (refused.status, "试发名单" in refused.words) == (409, True)
    assert [row.id for row in await rows(store, outbox) if f"{row.channel}:{row.external}" == to] == []


async def test_a_test_goes_to_a_listed_address(publisher: Person, store: Store) -> None:
    push = await written(publisher)
    assert "Telegram：500" in await push.look(publisher)
    assert "已试发" in await push.done(publisher, "test", to="telegram:500")
    assert "telegram:500" in {f"{row.channel}:{row.external}" for row in await rows(store, outbox)}


async def test_what_a_push_carries_and_whom_it_is_for_is_shown(publisher: Person) -> None:
    more = {"quiz": "labour", "link": "https://example.cn/1", "role": "worker", "half": "1", "days": "30"}
    push = await written(publisher, **more)
    shown = await push.look(publisher)
    for words in ("打工人的权利", "看详情", "答题：打工人的权利", "网页；打工的；最近30天用过的；按号抽的甲半"):
        assert words in shown
    page = await publisher.get(f"{push.path}/edit")
    for kept in ('value="labour" selected', 'value="worker" checked', 'value="1" selected', 'value="30" selected'):
        assert kept in page.text
    assert "21:00 到 08:00 不打扰居民" in page.words


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(90_000)  # more than other forms may hold


async def _upload(person: Person, push: Push, content: bytes, **fields: str) -> Page:
    signed = _signed(await person.get(push.path))
    return await person.send(f"{push.path}/picture", signed | fields, content)


async def test_a_picture_is_shown_kept_through_a_change_and_taken_away(publisher: Person) -> None:
    push = await written(publisher)
    await push.done(publisher, "test")
    assert (await _upload(publisher, push, PICTURE)).status == 303
    page = await publisher.get(push.path)
    assert "草稿" in page.words  # it must be tried out again
    [src] = set(re.findall(r'src="(/pictures/[0-9a-f]{64})"', page.text))
    async with publisher.session.get(publisher.base + src) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PICTURE)
    edit = await publisher.get(f"{push.path}/edit")
    await publisher.post(f"{push.path}/edit", _signed(edit) | PLAN | {"title": "改了"})
    assert src in (await publisher.get(push.path)).text
    assert (await _upload(publisher, push, b"", none="1")).status == 303
    assert src not in (await publisher.get(push.path)).text


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "没有选图"), (b"<svg onload=alert(1)>", "不是图"), (PICTURE + bytes(911_000), "图太大")],
    ids=["nothing", "a drawing", "too large"],
)
async def test_what_is_no_picture_is_refused_with_the_remedy(publisher: Person, content: bytes, said: str) -> None:
    refused = await _upload(publisher, await written(publisher), content)
    assert (refused.status, said in refused.words) == (409, True)


async def test_no_other_form_may_be_as_large(publisher: Person) -> None:
    push = await written(publisher)
    page = await publisher.get(push.path)
    assert (await publisher.post(f"{push.path}/test", _signed(page) | {"to": "x" * 90_000})).status == 413


async def test_a_picture_that_is_none_is_not_found(publisher: Person) -> None:
    assert (await publisher.get("/pictures/" + "0" * 64)).status == 404
