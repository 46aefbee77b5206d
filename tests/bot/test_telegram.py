"""Hold the Telegram channel to its promises, over real HTTP, with a server that does all that the real one may do."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from structlog.testing import CapturingLogger

from bot import work
from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.channels.telegram import Telegram
from bot.engine import Blind, bare
from bot.log import configure
from handlers.cases import Part
from handlers.deliveries import RESEND_MARK, Closed, Delivery, Lane, Later, Receipt, Refused, Sent, State, Uncertain
from handlers.education.pictures import Picture
from handlers.errors import Refused as NotTaken
from handlers.errors import StorageDown
from handlers.messages import Address, Calendar, Document, Inbound, Kind, Link, Option, Reply
from handlers.receive import TRIES
from handlers.talk import phrases, results
from knowledge.guides import papers
from tests import files
from tests.bot.terminal import undisturbed_logs
from tests.fakes.telegram import TOKEN, USERNAME, FakeTelegram, units
from tests.fakes.telegram.methods import MAX_CAPTION_UNITS
from tests.journeys.house import SECRET, Changes, House, locked, open_house, receipt_in

Opens = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PAUSE", 0.05)
    monkeypatch.setattr(telegram, "PAUSE", 0.02)


@pytest.fixture
async def fake() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram(patience=0.05, webhook_pause=0.02) as server:
        yield server


@pytest.fixture
def opens(tmp_path: Path, migrated: Path) -> Opens:
    """A house without books: what is said here needs none."""

    def opened(**given: Any) -> AbstractAsyncContextManager[House]:
        given.setdefault("books", bare())
        return open_house(tmp_path / "data", migrated, **given)

    return opened


class Keeper:
    """Keeps Inbounds as the inbox does, or fails as it may."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.offered = 0
        self.is_down = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        self.offered += 1
        await self.gate.wait()
        if self.is_down:
            raise StorageDown("down")
        self.kept += inbounds


@pytest.fixture
async def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def channel(fake: FakeTelegram, keeper: Keeper) -> AsyncGenerator[Telegram]:
    """The channel alone, connected but not fetching."""
    request = http.AiohttpRequest(timeouts=http.Timeouts(read=0.3))
    async with telegram.connect(TOKEN, fake.base, request) as bot:
        yield Telegram(bot, Pace(1000, 0), keeper.accept, poll_seconds=1)


@pytest.fixture
async def polling(channel: Telegram) -> AsyncGenerator[Telegram]:
    """The channel, fetching."""
    task = asyncio.create_task(channel.poll())
    yield channel
    assert not task.done(), "fetching goes on whatever happens"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    logger = CapturingLogger()
    monkeypatch.setattr(telegram, "log", logger)
    return logger


def said(log: CapturingLogger) -> list[str]:
    return [str(call.args[0]) for call in log.calls]


def a_delivery(chat: int = 1, text: str = "答", options: tuple[Option, ...] = ()) -> Delivery:
    now = work.now()
    return Delivery(1, Address("telegram", str(chat)), Lane.TALK, Reply(text, options), State.SENDING, 1, now)


# -- fetching


async def test_an_update_is_acknowledged_only_after_it_is_kept(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper
) -> None:
    keeper.gate.clear()
    update = fake.say(1, "问")["update_id"]
    await fake.until(lambda: keeper.offered == 1)
    await asyncio.sleep(0.05)
    assert (fake.confirmed, keeper.kept) == (set(), [])
    keeper.gate.set()
    await fake.wait_confirmed(update)
    assert [inbound.text for inbound in keeper.kept] == ["问"]


async def test_what_cannot_be_kept_is_fetched_again_until_it_can(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper, log: CapturingLogger
) -> None:
    keeper.is_down = True
    update = fake.say(1, "问")["update_id"]
    await fake.until(lambda: fake.feed.handed[update] >= 3)
    assert fake.confirmed == set()
    keeper.is_down = False
    await fake.wait_confirmed(update)
    assert [inbound.external_id for inbound in keeper.kept] == [str(update)]
    assert "updates not kept, so not acknowledged" in said(log)


async def test_an_update_that_nobody_can_read_holds_up_no_other(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper, log: CapturingLogger
) -> None:
    broken: list[dict[str, Any]] = [{"text": "没有发信人"}, {"chat": 7}, {"date": 10**30, "chat": {}, "message_id": 1}]
    for content in broken:
        fake.inject("message", content)
    fake.inject("callback_query", {"id": 3})
    fake.say(1, "问")
    await fake.wait_confirmed()
    assert [inbound.text for inbound in keeper.kept] == ["问"]
    assert said(log).count("update cannot be read") == 4
    assert "没有发信人" not in str(log.calls)


async def test_a_second_poller_is_named_in_the_log_and_waited_for(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper, log: CapturingLogger
) -> None:
    fake.fault("getUpdates", status=409, description="Conflict: terminated by other getUpdates request", times=2)
    fake.say(1, "问")
    await fake.wait_confirmed()
    assert "another process polls with the same token; this one waits" in said(log)
    assert fake.ledger.counts["getupdates", 409] == 2


async def test_two_who_fetch_with_one_token_lose_nothing(fake: FakeTelegram, polling: Telegram, keeper: Keeper) -> None:
    async with telegram.connect(TOKEN, fake.base, http.AiohttpRequest()) as bot:
        other = asyncio.create_task(Telegram(bot, Pace(1000, 0), keeper.accept, 1).poll())
        updates = list[str]()
        for number in range(10):
            updates.append(str(fake.say(1, f"第{number}句")["update_id"]))
            await asyncio.sleep(0.03)
        await fake.wait_confirmed()
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
    assert fake.feed.conflicts > 0
    assert list(dict.fromkeys(inbound.external_id for inbound in keeper.kept)) == updates


async def test_fetching_waits_as_long_as_it_is_told_to(fake: FakeTelegram, polling: Telegram) -> None:
    await fake.wait_ready()
    fake.fault("getUpdates", retry_after=1)
    fake.say(1, "问")
    await fake.wait_confirmed()
    refused = next(call.at for call in fake.ledger.calls if call.status == 429)
    assert time.monotonic() - refused >= 0.99


@pytest.mark.parametrize("fault", [{"status": 502}, {"unheard": True}, {"lost": "drop"}, {"status": 401}])
async def test_fetching_outlives_every_failure(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper, fault: dict[str, Any]
) -> None:
    await fake.wait_ready()
    fake.fault("getUpdates", **fault)
    fake.say(1, "问")
    await fake.wait_confirmed()
    assert [inbound.text for inbound in keeper.kept] == ["问"]


async def test_what_waits_while_we_start_is_never_dropped(opens: Opens, fake: FakeTelegram) -> None:
    for chat in range(1, 6):
        fake.say(chat, "在吗")
    for method in ("getMe", "deleteWebhook"):
        fake.fault(method, status=500)
    async with opens(telegram=fake):
        await fake.wait_sent(5)
    assert (fake.feed.drop_requests, fake.feed.dropped) == (0, 0)


async def test_a_token_that_is_refused_is_no_reason_to_give_up(
    opens: Opens, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "PAUSE", 0.002)
    fake.fault("getMe", status=401)
    fake.say(1, "在吗")
    async with opens(telegram=fake):
        await fake.wait_sent(1)


def test_the_library_that_speaks_with_telegram_is_quiet_at_every_level() -> None:
    with undisturbed_logs():
        configure("debug", "json")
        assert logging.getLogger("telegram.Bot").getEffectiveLevel() == logging.WARNING


# -- what an update says


async def test_a_message_becomes_an_inbound(fake: FakeTelegram, polling: Telegram, keeper: Keeper) -> None:
    update = fake.say(7, "老板不给钱")
    await fake.wait_confirmed()
    found = keeper.kept[0]
    assert (found.external_id, found.address) == (str(update["update_id"]), Address("telegram", "7"))
    assert (found.kind, found.text) == (Kind.TEXT, "老板不给钱")
    assert int(found.sent_at.timestamp()) == update["message"]["date"]


async def test_an_edited_message_is_read_again(fake: FakeTelegram, polling: Telegram, keeper: Keeper) -> None:
    number = fake.say(7, "老板不给前")["message"]["message_id"]
    fake.edit(7, number, "老板不给钱")
    await fake.wait_confirmed()
    assert [(i.kind, i.text) for i in keeper.kept] == [(Kind.TEXT, "老板不给前"), (Kind.EDITED, "老板不给钱")]


async def test_the_words_under_a_picture_are_read(fake: FakeTelegram, polling: Telegram, keeper: Keeper) -> None:
    fake.post(7, "photo", caption="这张借条有用吗")
    await fake.wait_confirmed()
    assert [(i.kind, i.text) for i in keeper.kept] == [(Kind.TEXT, "这张借条有用吗")]


@pytest.mark.parametrize(
    "where", ["https://127.0.0.1/a.jpg", "file:///etc/passwd", "/etc/passwd", "../../x", "documents/../../x", ""]
)
async def test_a_path_that_leads_elsewhere_is_not_followed(fake: FakeTelegram, polling: Telegram, where: str) -> None:
    fake.show(7, files.png())
    await fake.wait_confirmed()
    [named] = fake.ledger.files
    assert await polling.fetch(named, 1000) == files.png()
    fake.ledger.misleading = where or " "
    with pytest.raises(NotTaken, match="取不到"):
        await polling.fetch(named, 1000)


async def test_what_is_too_large_is_not_even_begun(fake: FakeTelegram, polling: Telegram) -> None:
    fake.show(7, b"x" * 1001)
    await fake.wait_confirmed()
    with pytest.raises(NotTaken, match="太大"):
        await polling.fetch(next(iter(fake.ledger.files)), 1000)


async def test_an_album_is_one_message(opens: Opens) -> None:
    async with opens() as house:
        phone = await house.phone(7).agree()
        for _ in range(4):
            body = house.telegram.post(8, "photo")["message"]
            place = {"chat": phone_chat(7), "from": {"id": 7, "is_bot": False, "first_name": "居民"}}
            house.telegram.inject("message", body | place | {"media_group_id": "13579"}, 7)
        await house.settled()
        assert phone.texts[2:] == [phrases.FILES_KEPT]


def phone_chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "first_name": f"居民{chat}", "type": "private"}


async def test_a_place_that_is_shared_live_is_remarked_on_once(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper
) -> None:
    sent = fake.post(7, "location")["message"]
    for _ in range(3):
        fake.inject("edited_message", sent | {"edit_date": int(time.time())}, 7)
    await fake.wait_confirmed()
    assert [i.text for i in keeper.kept] == ["location"]


async def test_the_bot_does_not_hear_itself(fake: FakeTelegram, polling: Telegram, keeper: Keeper) -> None:
    fake.from_bot(7, "您好")
    await fake.wait_confirmed()
    assert keeper.kept == []


GROUP = -100123
CALLS = {
    "/help": True,
    "/HELP": True,
    f"/start@{USERNAME}": True,
    f"/start@{USERNAME.upper()} 现在": True,
    f"@{USERNAME} 我要离婚": True,
    f"请问 @{USERNAME}": True,
    "/start@otherbot": False,
    "/weather": False,
    "我要离婚": False,
    "老板不给钱/help": False,
}


@pytest.mark.parametrize(("words", "called"), CALLS.items())
async def test_in_a_group_only_a_call_is_heard_and_never_its_words(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper, words: str, called: bool
) -> None:
    number = fake.say(GROUP, words, sender=7)["message"]["message_id"]
    fake.edit(GROUP, number, words + "。")
    await fake.wait_confirmed()
    assert [(i.kind, i.text) for i in keeper.kept] == [(Kind.GROUP, "")] * called


async def test_a_call_in_a_group_is_asked_into_private(opens: Opens) -> None:
    async with opens() as house:
        house.telegram.say(GROUP, f"@{USERNAME} 我被打了", sender=7)
        await house.telegram.wait_sent(1, chat=GROUP)
        assert house.telegram.texts() == [phrases.GROUP]


@pytest.mark.parametrize("medium", ["photo", "voice", "sticker", "location", "contact", "document", "video"])
async def test_what_is_no_text_gets_a_kind_word(
    opens: Opens,
    medium: Literal["photo", "voice", "sticker", "location", "contact", "document", "video"],
) -> None:
    async with opens() as house:
        phone = await house.phone(7).agree()
        house.telegram.post(7, medium)
        await house.settled()
        kept = medium in ("photo", "document")
        expected = phrases.FILES_KEPT if kept else phrases.MEDIA.get(medium, phrases.MEDIA_OTHER)
        assert phone.texts[2:] == [expected]
        assert "打字" in expected
        assert b"13800138000" not in house.disk(), "a contact's number is not even kept"


# -- buttons


async def test_a_press_is_kept_before_its_button_stops_spinning(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper
) -> None:
    keeper.is_down = True
    press = fake.forge(7, "more")["callback_query"]["id"]
    await fake.until(lambda: keeper.offered > 1)
    assert fake.queries[press].answers == []
    keeper.is_down = False
    await fake.until(lambda: bool(fake.queries[press].answers))
    assert [(i.kind, i.text) for i in keeper.kept] == [(Kind.CHOICE, "more")]
    assert fake.queries[press].answers[0].get("text") is None


async def test_a_button_that_somebody_else_presses_does_nothing(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper
) -> None:
    presses = [fake.forge(7, "yes", sender=8), fake.forge(GROUP, "yes", sender=7)]
    for press in presses:
        query = fake.queries[press["callback_query"]["id"]]
        await fake.until(lambda query=query: bool(query.answers))
        assert query.answers[0]["text"] == "已过期"
    assert keeper.kept == []


async def test_a_press_too_old_to_be_answered_breaks_nothing(
    fake: FakeTelegram, polling: Telegram, keeper: Keeper
) -> None:
    fake.forge(7, "yes")
    fake.expire()
    await fake.wait_confirmed()
    await fake.until(lambda: fake.ledger.counts["answercallbackquery", 400] == 1)
    assert len(keeper.kept) == 1


FORGED = ["yes", "topic:wages-unpaid", "topic:", "village:1", "no", "DROP TABLE", "１", "x" * 64]


@pytest.mark.parametrize("data", FORGED)
async def test_a_forged_or_old_press_is_told_so_and_does_nothing(opens: Opens, data: str) -> None:
    async with opens() as house:
        phone = await house.phone(7).agree()
        before = house.rows("SELECT village, advice_consent FROM residents")
        house.telegram.forge(7, data)
        await house.settled()
        assert phone.texts[-1] == phrases.EXPIRED
        assert "已过期" in phrases.EXPIRED
        assert house.rows("SELECT village, advice_consent FROM residents") == before
        assert house.count("tickets") == 0


# -- speaking


async def test_words_and_buttons_arrive_as_they_are(fake: FakeTelegram, channel: Telegram) -> None:
    fake.meet([1])
    words = "_ * [ ] ( ) ~ ` > # + - = | { } . ! <b>未闭合 & &lt; **没闭合 [链接]("
    options = (Option("同意", "yes"), Option("不同意", "no"), Option("一个长得放不下的选项", "topic:x"))
    receipt = await channel.send(a_delivery(text=words, options=options))
    assert receipt == Sent(str(fake.sent[0].message_id))
    assert (fake.sent[0].text, fake.sent[0].entities) == (words, [])
    assert fake.sent[0].markup is not None
    shown = [[b["text"] for b in row] for row in fake.sent[0].markup["inline_keyboard"]]
    assert shown == [["同意", "不同意"], ["一个长得放不下的选项"]]


DRAFT = papers.draft(papers.papers()["iou"], {"lender": "李四，电话138", "purpose": "看病"})
FILES = {
    "a paper": (Document("借条.docx", DRAFT), b"PK"),
    "a day": (Calendar("最后一天.ics", "BEGIN:VCALENDAR\r\n"), b"BEGIN:VCALENDAR"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_arrives_under_its_name_with_words_and_buttons(
    fake: FakeTelegram, channel: Telegram, name: str
) -> None:
    attachment, begins = FILES[name]
    fake.meet([1])
    reply = Reply("文档在这里。", (Option("找人工", "human"),), attachment)
    receipt = await channel.send(replace(a_delivery(), reply=reply))
    [sent] = fake.sent
    assert receipt == Sent(str(sent.message_id))
    assert (sent.text, [button["text"] for button in sent.buttons]) == ("文档在这里。", ["找人工"])
    assert sent.file
    assert sent.file.name == attachment.name
    assert sent.file.content.startswith(begins)


def test_the_words_over_every_paper_are_short_enough_for_a_caption() -> None:
    words = [RESEND_MARK + results.ENCLOSED.format(title=paper.title) for paper in papers.papers().values()]
    assert max(map(units, words)) <= MAX_CAPTION_UNITS


FAULTS: dict[str, tuple[dict[str, Any], type[Receipt]]] = {
    "told to wait": ({"retry_after": 1}, Later),
    "the server fails": ({"status": 500}, Later),
    "the gateway fails": ({"status": 502}, Later),
    "the token is refused": ({"status": 401}, Later),
    "blocked": ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, Closed),
    "no such chat": ({"status": 400, "description": "Bad Request: chat not found"}, Closed),
    "not to be read": ({"status": 400, "description": "Bad Request: can't parse entities"}, Refused),
    "no answer": ({"lost": "hang"}, Uncertain),
    "cut off after": ({"lost": "drop"}, Uncertain),
    "cut off before": ({"unheard": True}, Uncertain),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_refusal_has_its_receipt(fake: FakeTelegram, channel: Telegram, name: str) -> None:
    fault, kind = FAULTS[name]
    fake.meet([1])
    fake.fault("sendMessage", **fault)
    assert isinstance(await channel.send(a_delivery()), kind)


async def test_a_refused_connection_is_later_and_no_doubt(fake: FakeTelegram, channel: Telegram) -> None:
    await fake.refuse(60)
    assert isinstance(await channel.send(a_delivery()), Later)


async def test_told_to_wait_nothing_more_is_sent_until_then(fake: FakeTelegram, channel: Telegram) -> None:
    fake.meet([1, 2])
    fake.fault("sendMessage", retry_after=1)
    assert isinstance(await channel.send(a_delivery(1)), Later)
    assert channel.room() == 0
    second = await channel.send(a_delivery(2))
    assert isinstance(second, Later)
    assert second.wait
    assert 0.5 < second.wait.total_seconds() <= 1
    assert fake.sent == []


async def test_429_three_times_loses_nothing_and_nothing_is_early(opens: Opens) -> None:
    async with opens() as house:
        fake = house.telegram
        fake.fault("sendMessage", retry_after=1, times=3)
        for chat in range(1, 13):
            fake.say(chat, "在吗")
        await fake.wait_sent(12)
        await house.settled()
    calls = [call for call in fake.ledger.calls if call.method == "sendmessage"]
    refused = [call.at for call in calls if call.status == 429]
    assert (len(refused), len(calls)) == (3, 15)
    assert len({sent.chat for sent in fake.sent}) == 12, "each once"
    quiet = (max(refused) + 0.1, max(refused) + 0.99)  # those that were under way already could not be held back
    assert not [call for call in calls if quiet[0] < call.at < quiet[1]]


async def test_500_three_times_loses_nothing(opens: Opens) -> None:
    async with opens() as house:
        house.telegram.fault("sendMessage", status=500, times=3)
        for chat in range(1, 13):
            house.telegram.say(chat, "在吗")
        await house.telegram.wait_sent(12)
        await house.settled()
        assert sorted(sent.chat for sent in house.telegram.sent) == list(range(1, 13))


async def test_who_blocks_us_is_left_alone_until_they_write_again(opens: Opens) -> None:
    async with opens() as house:
        fake = house.telegram
        fake.fault("sendMessage", chat=1, status=403, description="Forbidden: bot was blocked by the user")
        for chat in (1, 2):
            fake.say(chat, "在吗")
        await fake.wait_sent(1, chat=2)
        await house.settled()
        assert house.rows("SELECT external FROM addresses WHERE NOT open") == [("1",)]
        assert house.rows("SELECT state, tries FROM outbox WHERE external = '1'") == [("closed", 1)]
        await house.phone(1).say("还在吗")
        assert house.count("addresses", "NOT open") == 0
        assert len(fake.texts(1)) == 1


async def test_a_chat_that_is_gone_is_not_tried_twice(opens: Opens) -> None:
    async with opens() as house:
        house.telegram.fault("sendMessage", status=400, description="Bad Request: chat not found")
        house.telegram.say(1, "在吗")
        await house.telegram.until(lambda: house.count("outbox", "state = 'closed'") == 1)
        assert house.count("addresses", "NOT open") == 1
        assert house.telegram.ledger.counts["sendmessage", 400] == 1


@pytest.mark.parametrize("lost", ["hang", "drop"])
async def test_an_answer_in_doubt_is_sent_once_more_and_marked(opens: Opens, lost: str) -> None:
    async with opens(changes={"telegram": {"timeout_seconds": 0.1}}) as house:
        fake = house.telegram
        fake.fault("sendMessage", chat=1, lost=lost)
        fake.say(1, "在吗")
        await fake.wait_sent(1, chat=1)
        await fake.until(lambda: house.count("outbox", "state = 'uncertain' AND due_at IS NOT NULL") == 1)
        await fake.wait_sent(2, chat=1)
        await house.settled()
        assert fake.texts(1) == [phrases.CHANNEL_CONSENT, RESEND_MARK + phrases.CHANNEL_CONSENT]
        assert fake.sent[1].at - fake.sent[0].at >= 0.3, "not before resend_after_seconds"
        assert house.rows("SELECT state, resent FROM outbox") == [("sent", 1)]


@pytest.mark.slow
async def test_an_answer_in_doubt_twice_stays_in_doubt(opens: Opens) -> None:
    async with opens(changes={"telegram": {"timeout_seconds": 0.1}}) as house:
        house.telegram.fault("sendMessage", lost="hang", times=2)
        house.telegram.say(1, "在吗")
        await house.telegram.wait_sent(2)
        await house.settled()
        await asyncio.sleep(0.5)
        assert len(house.telegram.sent) == 2
        assert house.rows("SELECT state, due_at FROM outbox") == [("uncertain", None)]


async def test_while_telegram_is_away_answers_wait_and_then_go_out_once(opens: Opens) -> None:
    async with opens() as house:
        fake, residents = house.telegram, [house.phone(chat) for chat in range(1, 4)]
        receipts = [await to_a_human(house, resident.chat) for resident in residents]
        before = len(fake.sent)
        await fake.refuse(60)
        for receipt in receipts:
            await house.answer("expert1", receipt, "请带身份证来司法所。")
        await fake.until(lambda: house.count("outbox", "state = 'ready' AND tries > 0") == 3)
        await fake.accept()
        await fake.wait_sent(before + 3)
        await house.settled()
        await asyncio.sleep(0.1)
        assert len(fake.sent) == before + 3
        assert all("身份证" in resident.texts[-1] and RESEND_MARK not in resident.texts[-1] for resident in residents)


async def to_a_human(house: House, chat: int) -> str:
    phone = await house.phone(chat).agree()
    await phone.say("找人工")
    await phone.say("邻居占了我家的地")
    receipt = receipt_in(await phone.pick("同意"))
    await phone.pick("不说/找不到")
    return receipt


@pytest.mark.slow
async def test_a_hundred_answers_go_out_at_the_pace_that_telegram_allows(opens: Opens) -> None:
    async with opens(changes={"telegram": {"rate": 25.0, "chat_interval_seconds": 1.0}}) as house:
        fake = house.telegram
        fake.limit()
        start = time.monotonic()
        for chat in range(1, 101):
            fake.say(chat, "在吗")
        await fake.wait_sent(100, within=30)
        took = fake.sent[-1].at - start
    assert (fake.ledger.counts["sendmessage", 429], len({sent.chat for sent in fake.sent})) == (0, 100)
    assert 3.5 < took < 12


@pytest.mark.slow
async def test_two_answers_to_one_chat_keep_a_second_between_them(fake: FakeTelegram, keeper: Keeper) -> None:
    async with telegram.connect(TOKEN, fake.base, http.AiohttpRequest()) as bot:
        channel = Telegram(bot, Pace(25, 0.3), keeper.accept, 1)
        fake.meet([1])
        start = time.monotonic()
        await asyncio.gather(*(channel.send(a_delivery(text=str(n))) for n in range(3)))
    # from the start, not from each other: the first may be late for reasons of its own
    assert all(sent.at - start >= 0.3 * n for n, sent in enumerate(fake.sent))


class Allergic(Blind):
    """Cannot bear one word."""

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        if any("毒" in words for words, _ in questions):
            raise RuntimeError("毒")
        return await super().find(questions)


async def test_a_message_that_cannot_be_handled_is_given_up_and_the_others_flow(opens: Opens) -> None:
    async with opens(books=(bare()[0], Allergic())) as house:
        phones = [await house.phone(chat).agree() for chat in (1, 2, 3)]
        house.telegram.say(1, "这句有毒")
        for chat in (2, 3):
            house.telegram.say(chat, "邻居占了我家的地")
        for phone in phones[1:]:
            await house.telegram.wait_sent(3, chat=phone.chat)
            assert phone.texts[-1].startswith(phrases.NOT_SURE)
        await house.hurried()
        assert phones[0].texts[2:] == [phrases.SORRY]
        dead = house.rows("SELECT state, tries, reason FROM inbox WHERE state = 'dead'")
        assert [row[:2] for row in dead] == [("dead", TRIES)]
        assert "毒" not in dead[0][2], "the reason quotes nobody"
        assert (await phones[0].say("邻居占了我家的地")).text.startswith(phrases.NOT_SURE)


# -- the webhook


POSTED: Changes = {"telegram": {"mode": "webhook"}}


@pytest.fixture
async def posted(opens: Opens) -> AsyncGenerator[House]:
    """A house that Telegram posts to."""
    async with opens(served=True, changes=POSTED) as house:
        await house.telegram.wait_ready()
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncGenerator[House]:
    """The same, shared by all who are turned away."""
    folder = tmp_path_factory.mktemp("door") / "data"
    async with open_house(folder, migrated, books=bare(), served=True, changes=POSTED) as house:
        await house.telegram.wait_ready()
        yield house


def hook(house: House) -> str:
    return f"{house.url}/telegram/{telegram.path(SECRET)}"


async def knock(house: House, body: str | bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with ClientSession() as session, session.post(hook(house), data=body, headers=headers) as answer:
        return answer.status


def an_update(number: int = 9, text: str = "在吗") -> dict[str, Any]:
    sender = {"id": 7, "is_bot": False, "first_name": "居民"}
    message = {"message_id": 1, "date": int(time.time()), "chat": phone_chat(7), "from": sender, "text": text}
    return {"update_id": number, "message": message}


async def test_posted_updates_are_answered(posted: House) -> None:
    fake = posted.telegram
    assert fake.webhook.hook
    assert (fake.webhook.hook.url, fake.webhook.hook.secret) == (hook(posted), SECRET)
    assert SECRET not in fake.webhook.hook.url
    fake.say(1, "在吗")
    assert await fake.wait_sent(1)
    assert (fake.webhook.failures, fake.feed.drop_requests, fake.feed.polls) == (0, 0, 0)


async def test_an_update_posted_twice_is_answered_once(posted: House) -> None:
    posted.telegram.meet([7])
    statuses = await asyncio.gather(*(knock(posted, json.dumps(an_update())) for _ in range(3)))
    await posted.settled()
    assert (statuses, len(posted.telegram.sent)) == ([200, 200, 200], 1)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "秘密", "\u00e9\u00ff"])
async def test_without_the_secret_nobody_is_let_in(door: House, secret: str | None) -> None:
    before = door.count("inbox")
    assert await knock(door, json.dumps(an_update()), secret) == 403
    assert door.count("inbox") == before


async def test_a_body_beyond_64_kib_is_refused(posted: House) -> None:
    room = 64 * 1024 - len(json.dumps(an_update(1, "")))
    assert await knock(posted, json.dumps(an_update(1, "a" * room))) == 200
    assert await knock(posted, json.dumps(an_update(2, "a" * (room + 1)))) == 413
    assert await knock(posted, b"x" * 900_000) == 413
    assert posted.count("inbox") == 1


BROKEN = {
    "nothing": "",
    "no JSON": "{update_id: 1}",
    "half of it": '{"update_id": 1',
    "bytes": b"\xff\xfe\x00",
    "a list": "[1]",
    "a number": "1",
    "null": "null",
    "no id": '{"message": {}}',
    "an id in words": '{"update_id": "7"}',
    "a negative id": '{"update_id": -1}',
    "an id beyond 63 bits": '{"update_id": 9223372036854775808}',
    "an id of a thousand digits": '{"update_id": ' + "9" * 10_000 + "}",
    "a yes for an id": '{"update_id": true}',
    "half an id": '{"update_id": 1.5}',
    "an id twice": '{"update_id": 1, "update_id": 2}',
    "a key twice inside": '{"update_id": 1, "message": {"text": "a", "text": "b"}}',
    "deeper than deep": "[" * 60_000,
    "an abyss in an update": '{"update_id": 1, "message": ' + '{"reply_to_message":' * 3_000 + "1" + "}" * 3_001,
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_body_is_refused_and_nothing_is_kept(door: House, name: str) -> None:
    before = door.count("inbox")
    assert await knock(door, BROKEN[name]) == 400
    assert door.count("inbox") == before


HARMLESS: dict[str, dict[str, Any]] = {
    "nothing else": {"update_id": 1},
    "the largest id": {"update_id": 2**63 - 1},
    "a kind of the future": {"update_id": 1, "telepathy": {"text": "嗯"}},
    "a message without words": {"update_id": 1, "message": {}},
    "a message that is a list": {"update_id": 1, "message": [1, 2]},
    "a channel's post": {"update_id": 1, "channel_post": an_update()["message"]},
    "a date at the end of time": {"update_id": 1, "message": an_update()["message"] | {"date": 10**18}},
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", HARMLESS)
async def test_an_update_that_says_nothing_to_us_is_taken_and_forgotten(door: House, name: str) -> None:
    before = door.count("inbox")
    assert await knock(door, json.dumps(HARMLESS[name])) == 200
    assert door.count("inbox") == before


@pytest.mark.asyncio(loop_scope="module")
async def test_only_a_post_is_heard(door: House) -> None:
    async with ClientSession() as session, session.get(hook(door)) as answer:
        assert answer.status == 405


async def test_what_is_posted_before_the_bot_api_was_met_comes_again(tmp_path: Path, migrated: Path) -> None:
    async with FakeTelegram(patience=0.05, webhook_pause=0.02) as fake:
        fake.fault("getMe", status=502, times=1000)
        async with open_house(
            tmp_path / "data", migrated, books=bare(), telegram=fake, served=True, changes=POSTED
        ) as house:
            assert await knock(house, json.dumps(an_update())) == 503
            fake.clear_faults()
            await fake.wait_ready()
            assert await knock(house, json.dumps(an_update())) == 200


async def test_while_nothing_can_be_kept_telegram_is_asked_to_come_again(posted: House) -> None:
    fake = posted.telegram
    async with locked(posted.database):
        update = fake.say(1, "在吗")["update_id"]
        await fake.until(lambda: fake.webhook.failures > 1)
        assert "503" in fake.webhook.last_error
        assert fake.confirmed == set()
    await fake.wait_confirmed(update)
    await fake.wait_sent(1)
    await posted.settled()
    assert len(fake.sent) == 1


async def test_the_picture_of_a_push_is_uploaded_once_and_shown_with_its_words_and_buttons(fake: FakeTelegram) -> None:
    picture = Picture("image/png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    asked: list[str] = []

    async def find(digest: str) -> Picture | None:
        asked.append(digest)
        return picture if digest == picture.digest else None

    bot = telegram.connect(fake.token, fake.base, http.AiohttpRequest())
    async with bot:
        channel = Telegram(bot, Pace(1000, 0), _forget, 1, public_url="https://law.cn/", pictures=find)
        link = Link("https://a.cn/1", "7/abc")
        for chat, digest in ((501, picture.digest), (502, picture.digest), (503, "gone")):
            fake.meet([chat])
            reply = Reply("【普法】看图", (Option("退订", "unsubscribe"),), link=link, picture=digest)
            delivery = Delivery(chat, Address("telegram", str(chat)), Lane.PUSH, reply, State.SENDING, 1, work.now())
            assert isinstance(await channel.send(delivery), Sent)
    sent = [fake.said(chat)[0] for chat in (501, 502, 503)]
    assert [one.method for one in sent] == ["sendPhoto", "sendPhoto", "sendMessage"]
    assert [one.text for one in sent] == ["【普法】看图"] * 3
    on, out = sent[0].buttons
    assert (on["text"], on["url"], out["text"]) == ("看详情", "https://law.cn/go/7/abc", "退订")
    assert asked == [picture.digest, "gone"]
    assert "photo" not in sent[0].params
    assert str(sent[1].params["photo"]).startswith("photo-")


async def _forget(_inbounds: Any) -> None:
    """Nobody writes here."""
