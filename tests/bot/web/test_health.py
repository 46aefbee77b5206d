"""Ask how the site is, and what it counted."""

import json

from tests.bot.web.conftest import Staff
from tests.bot.web.person import Person


async def test_health_is_ok_once_messages_are_kept_and_answered(resident: Person) -> None:
    page = await resident.get("/healthz")
    assert page.status == 200
    assert json.loads(page.text) == {"status": "ok", "library": True, "database": True}


async def test_counts_are_read_from_this_machine_without_words_of_residents(resident: Person) -> None:
    await resident.ask("我叫张三丰")
    page = await resident.get("/metrics")
    assert page.status == 200
    assert 'legalbot_received_total{channel="web"}' in page.text
    assert "张三丰" not in page.text


async def test_counts_are_not_read_through_a_proxy_but_by_an_admin(resident: Person, staff: Staff) -> None:
    assert (await resident.get("/metrics", X_Forwarded_For="203.0.113.9")).status == 401
    await staff(resident, "expert1")
    assert (await resident.get("/metrics", X_Forwarded_For="203.0.113.9")).status == 403
    await staff(resident, "admin")
    assert (await resident.get("/metrics", X_Forwarded_For="203.0.113.9")).status == 200
