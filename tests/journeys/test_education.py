"""From the word 订阅 to the push and the word 退订: the whole way of law education, by phone and at the bureau."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot import pushing
from handlers.education import publish
from handlers.education.campaigns import Plan
from handlers.education.publish import Studio
from handlers.messages import Address
from handlers.staff import Role, User
from knowledge.themes import themes
from tests.journeys.conftest import Opens
from tests.journeys.house import House

AWAKE = {"push": {"look_seconds": 0.1, "quiet_from": time(0), "quiet_to": time(0)}}
FAR = timedelta(days=400)


@pytest.fixture
async def house(opens: Opens) -> AsyncGenerator[House]:
    """A house that pushes at every hour and looks all the time."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opens(changes=AWAKE))


async def staff(house: House) -> list[User]:
    """Two who write and approve."""
    for login in ("p1", "p2"):
        await house.views.people.add(User(0, login, "普法", Role.PUBLISHER, one_time=False), "-", datetime.now(UTC))
    found = [await house.views.people.secret(login) for login in ("p1", "p2")]
    return [secret.user for secret in found if secret]


async def pushed(house: House, field: str = "") -> None:
    """The day of the constitution is written, tried out, approved and due at once."""
    theme, now = themes()["constitution-day"], datetime.now(UTC)
    assert house.app.library
    studio = Studio(house.app.store.campaigns, house.app.library.statutes, pushing.limits(house.settings.file))
    writer, second = await staff(house)
    plan = Plan(theme.title, theme.body, theme.when, (now + FAR).date(), theme.citations, field=field)
    made = await publish.write(studio, writer, plan, now)
    tested = await publish.try_out(studio, writer, made.id, Address("telegram", "500"), now)
    approved = await publish.approve(studio, second, tested.id, now)
    assert await house.app.store.campaigns.write(approved, replace(approved, next_at=now))


async def test_who_asked_is_told_and_who_stopped_is_not(house: House) -> None:
    publisher, stays, stops, other = (house.phone(chat) for chat in (500, 501, 502, 503))
    for phone in (publisher, stays, stops, other):
        await phone.agree()
    assert "退订" in (await stays.say("订阅")).text
    await stops.say("订阅")
    assert "不再给您发" in (await stops.say("退订")).text
    await other.say("你好")
    told = len(house.telegram.said())
    await pushed(house)
    await house.telegram.wait_sent(told + 2, within=30)
    await house.settled()
    assert [phone.texts[-1].startswith("【普法】今天是国家宪法日") for phone in (publisher, stays, stops, other)] == [
        True,
        True,
        False,
        False,
    ]
    assert "依据：《宪法》第五条、第三十三条" in stays.texts[-1]
    assert "不再给您发" in (await stays.pick("退订")).text
    assert house.count("subscriptions", "ended_at IS NULL") == 0


async def test_a_resident_chooses_what_and_how_often(house: House) -> None:
    phone = await house.phone(501).agree()
    await phone.say("订阅")
    await phone.pick("每月最多一条")
    heard = await phone.pick("选领域")
    assert "劳动" in heard.labels
    assert "✓ 劳动" in (await phone.pick("劳动")).labels
    assert house.rows("SELECT field FROM interests") == [("劳动",)]
    assert house.rows("SELECT frequency FROM subscriptions") == [("monthly",)]


async def test_a_question_in_the_middle_is_answered(house: House) -> None:
    phone = await house.phone(501).agree()
    await phone.say("订阅")
    await pushed(house)
    assert "民法典" in (await phone.say("民法典1077条")).text
