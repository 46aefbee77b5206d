"""Take away the database, the disk's last page, or the library: who is in danger is told, and nothing is lost."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.channels.console import NOT_KEPT
from bot.work import now
from handlers.desk.tickets import Level
from handlers.messages import Address, Inbound, Kind
from handlers.talk import phrases
from handlers.talk.safety import alarm
from tests.fakes.telegram import FakeTelegram
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Phone, browser, locked, receipt_in, terminal

BEATEN = "我被老公打了，现在还在打"
ASKED = "民法典1077条"


def safety(words: str) -> str:
    """The safety text for these words."""
    found = alarm(Inbound("-", Address("telegram", "1"), Kind.TEXT, words, now()))
    assert found
    return found.words


@asynccontextmanager
async def full(house: House) -> AsyncGenerator[None]:
    """A disk without room: the connection that writes gets no further page."""
    await _allow(house, "(SELECT page_count FROM pragma_page_count)")
    try:
        yield
    finally:
        await _allow(house, "1073741823")


async def _allow(house: House, pages: str) -> None:
    async with house.app.store.engines.write.connect() as connection:
        most = (await connection.exec_driver_sql(f"SELECT {pages}")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


def held(house: House) -> AbstractAsyncContextManager[None]:
    """A database that another process holds."""
    return locked(house.database)


Outage = Callable[[House], AbstractAsyncContextManager[None]]
# a short message may find room in a page that is there already
OUTAGES: dict[str, tuple[Outage, str]] = {"locked": (held, ""), "full": (full, "。" * 3000)}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("locked", "polling"),
        ("full", "webhook"),
        pytest.param("locked", "webhook", marks=pytest.mark.slow),
        pytest.param("full", "polling", marks=pytest.mark.slow),
    ],
)
async def test_danger_is_answered_once_without_a_database_and_makes_one_ticket_after(
    opens: Opens, name: str, mode: str
) -> None:
    outage, more = OUTAGES[name]
    async with opens(served=True, changes={"telegram": {"mode": mode}}) as house:
        fake = house.telegram
        await fake.wait_ready()
        other = await house.phone(2).agree()
        before = fake.confirmed.copy()
        async with outage(house):
            danger = fake.say(1, BEATEN + more)["update_id"]
            question = fake.say(2, ASKED + more)["update_id"]
            await fake.wait_sent(1, chat=1)
            await fake.until(lambda: fake.feed.handed[danger] >= 4)
            assert fake.texts(1) == [safety(BEATEN)], "once, though it came again and again"
            assert len(other.texts) == 2, "a question waits"
            assert fake.confirmed == before, "nothing is acknowledged"
            assert house.count("inbox", "address = '1'") == 0
            if mode == "webhook":
                assert "503" in fake.webhook.last_error
        await fake.wait_confirmed(danger)
        await fake.wait_confirmed(question)
        await house.settled()
        assert fake.texts(1)[1:] == [phrases.ASK_CONSENT_AFTER_DANGER], "the safety text is not said twice"
        assert len(other.texts) == 3, "and the question is answered once"
        [ticket] = await house.tickets()
        assert (ticket.level, ticket.kind) == (Level.P0, "P0-a")
        phone = house.phone(1)
        assert ticket.receipt in (await phone.pick("同意")).text
        assert len(await house.tickets()) == 1
        assert house.rows("PRAGMA integrity_check") == [("ok",)]


async def test_a_safety_text_that_did_not_get_out_is_tried_again_until_it_does(opens: Opens) -> None:
    async with opens() as house:
        fake = house.telegram
        fake.fault("sendMessage", status=500, times=2)
        async with locked(house.database):
            fake.say(1, BEATEN)
            await fake.wait_sent(1, chat=1)
            handed = fake.feed.handed.total()
            await fake.until(lambda: fake.feed.handed.total() > handed + 2)
        await house.settled()
        assert fake.texts(1) == [safety(BEATEN), phrases.ASK_CONSENT_AFTER_DANGER]


async def test_a_lock_shorter_than_our_patience_is_not_noticed(opens: Opens) -> None:
    async with opens(changes={"storage": {"busy_timeout_seconds": 5.0}}) as house:
        fake = house.telegram
        async with locked(house.database):
            fake.say(1, BEATEN)
            await asyncio.sleep(0.5)
            assert fake.texts(1) == []
        await house.settled()
        assert fake.texts(1) == [f"{safety(BEATEN)}\n\n{phrases.ASK_CONSENT_AFTER_DANGER}"]
        assert max(fake.feed.handed.values()) == 1


@pytest.mark.slow
async def test_everything_said_during_an_outage_is_answered_once_after_it(opens: Opens) -> None:
    async with opens() as house:
        phones = [await house.phone(chat).agree() for chat in range(1, 11)]
        async with locked(house.database):
            for phone in phones:
                house.telegram.say(phone.chat, ASKED)
            await asyncio.sleep(0.6)
        await house.settled()
        assert [len(phone.texts) for phone in phones] == [3] * 10
        assert all("三十日内" in phone.texts[-1] for phone in phones)


@pytest.mark.slow
async def test_an_answer_that_went_out_while_nothing_could_be_written_is_not_sent_again(opens: Opens) -> None:
    async with opens() as house:
        fake, phone = house.telegram, await house.phone(1).agree()
        fake.fault("sendMessage", delay=0.5)
        fake.say(1, ASKED)
        await fake.until(lambda: house.count("outbox", "state = 'sending'") == 1)
        async with locked(house.database):
            await fake.wait_sent(3, chat=1)
            await asyncio.sleep(0.5)
        await house.settled()
        assert len(phone.texts) == 3
        assert house.count("outbox", "state = 'sent'") == 3


@pytest.mark.slow
async def test_tickets_that_wait_for_an_adviser_survive_an_outage(opens: Opens) -> None:
    async with opens() as house:
        phone = await house.phone(1).agree()
        receipt = await to_a_human(phone)
        async with locked(house.database):
            await asyncio.sleep(0.5)
        await house.answer("expert1", receipt, "请带合同来。")
        await house.settled()
        assert phone.texts[-1].endswith("请带合同来。")
        assert sum("请带合同来。" in said for said in phone.texts) == 1


async def to_a_human(phone: Phone) -> str:
    await phone.say("找人工")
    await phone.say("邻居占了我家的地，量地的人说不清楚")
    receipt = receipt_in(await phone.pick("同意"))
    await phone.pick("不说/找不到")
    return receipt


# -- on the other channels


async def test_the_page_says_what_to_do_and_the_same_form_later_is_one_message(house: House) -> None:
    async with browser(house) as at:
        nonce = re.findall(r'name="nonce" value="([^"]+)"', await at.look())[-1]
        async with locked(house.database):
            for _ in range(2):
                status, page = await sent(at.session, house, {"nonce": nonce, "text": BEATEN})
                assert status == 503
                assert safety(BEATEN).splitlines()[0] in page
                assert "12348" in page
            status, page = await sent(at.session, house, {"nonce": nonce, "text": ASKED})
            assert status == 503
            assert {"110", "120", "12348", "12356"} <= set(re.findall(r"\d{3,5}", page)), "hotlines, whatever was asked"
        for _ in range(2):
            status, _page = await sent(at.session, house, {"nonce": nonce, "text": BEATEN})
            assert status == 303
        await house.settled()
        assert [ticket.level for ticket in await house.tickets()] == [Level.P0]
        assert await at.texts() == [phrases.ASK_CONSENT_AFTER_DANGER]


async def sent(session: ClientSession, house: House, fields: dict[str, Any]) -> tuple[int, str]:
    async with session.post(f"{house.url}/ask", data=fields, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_the_terminal_says_what_to_do_too(opens: Opens) -> None:
    async with opens() as house, terminal(house) as at:
        async with locked(house.database):
            at.enter(BEATEN)
            await house.telegram.until(lambda: NOT_KEPT in at.screen.getvalue())
            assert safety(BEATEN) in at.screen.getvalue()
        heard = await at.say(ASKED)
        assert "三十日内" in heard.text


# -- without the library


@pytest.fixture
async def bare(tmp_path: Path, opens: Opens) -> AsyncGenerator[House]:
    """A house whose statute file cannot be had."""
    (tmp_path / "data" / "statutes.db").mkdir(parents=True)
    async with opens(books=None, served=True) as house:
        yield house


async def test_without_the_library_danger_hotlines_and_tickets_still_work(bare: House) -> None:
    fake = bare.telegram
    told = await bare.phone(1).say(BEATEN)
    assert told.text == f"{safety(BEATEN)}\n\n{phrases.ASK_CONSENT_AFTER_DANGER}"
    phone = await bare.phone(2).agree()
    assert "12348 公共法律服务热线" in (await phone.say("12348")).text
    asked = await phone.say("老板欠我三个月工资")
    assert asked.text.startswith(phrases.NOT_SURE)
    receipt = receipt_in(await phone.pick("同意"))
    assert {ticket.level for ticket in await bare.tickets()} == {Level.P0, Level.P2}
    assert (await bare.file(receipt)).lines[0].text == "老板欠我三个月工资"
    assert fake.texts(2)
    async with ClientSession() as session, session.get(f"{bare.url}/healthz") as answer:
        assert answer.status == 503, "and whoever watches over it is told"


async def test_the_page_opens_without_the_library(bare: House) -> None:
    async with browser(bare) as at:
        heard = await at.say(BEATEN)
        assert "110" in heard.text


async def test_all_that_was_said_before_a_restart_is_answered_after_it(opens: Opens) -> None:
    async with FakeTelegram(patience=0.05) as fake:
        async with opens(telegram=fake) as house:
            await house.phone(1).agree()
        fake.say(1, ASKED)
        fake.say(2, BEATEN)
        async with opens(telegram=fake) as house:
            await house.settled()
            assert "三十日内" in fake.texts(1)[-1]
            assert safety(BEATEN) in fake.texts(2)[-1]
            assert len(await house.tickets()) == 1
        assert (fake.feed.drop_requests, fake.feed.dropped) == (0, 0)
