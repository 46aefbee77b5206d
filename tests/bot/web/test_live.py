"""Leave a page open, and see what arrives on it."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import ClientTimeout

from handlers.deliveries import Lane
from handlers.messages import Address, Reply
from storage.outbox import enqueue
from storage.store import Store
from tests.bot.web.person import Person, said


async def frames(person: Person, path: str, enough: int, **headers: str) -> list[tuple[str, dict[str, object]]]:
    """The first frames of a stream: (id, what the data says)."""
    found: list[tuple[str, dict[str, object]]] = []
    number = ""
    real = {name.replace("_", "-"): value for name, value in headers.items()}
    async with person.session.get(person.base + path, headers=real, timeout=ClientTimeout(sock_read=10)) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        async for line in stream.content:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            assert name in ("", "id", "data"), line
            number = value if name == "id" else number
            if name == "data":
                found.append((number, json.loads(value)))
            if len(found) == enough:
                break
    return found


async def test_a_stream_brings_what_is_new_and_goes_on_where_it_was_left(resident: Person) -> None:
    await resident.ask("你好")
    first = await frames(resident, "/events", 2)
    assert [data["ours"] for _, data in first] == [False, True]
    await resident.ask("谢谢")
    rest = await frames(resident, f"/events?after={first[-1][0]}", 2)
    assert "谢谢" in str(rest[0][1]["html"])
    again = await frames(resident, "/events?after=0-0", 2, Last_Event_ID=first[-1][0])
    assert again[0][0] == rest[0][0]


@pytest.mark.parametrize("cursor", ["x", "99999999999999999999999-1", "-", "１-１", "1-1-1"])
async def test_a_cursor_that_is_none_begins_at_the_beginning(resident: Person, cursor: str) -> None:
    await resident.ask("你好")
    found = await frames(resident, "/events", 1, Last_Event_ID=cursor.encode().decode("latin-1"))
    assert "你好" in str(found[0][1]["html"])


async def test_a_stream_is_for_visitors_only(resident: Person) -> None:
    assert (await resident.get("/events")).status == 204


async def test_a_reply_that_another_process_wrote_arrives(resident: Person, store: Store) -> None:
    await resident.ask("你好")
    cursor = (await said(store, resident))[-1].cursor
    visitor = resident.cookie("resident").split(".")[0]
    now = datetime.now(UTC)
    rows = [("elsewhere:1", Address("web", visitor), Lane.TALK, [Reply("另一个进程写的")])]
    await store.writer.write(lambda connection: enqueue(connection, store.vault, now, rows))
    found = await frames(resident, f"/events?after={cursor}", 1)
    assert "另一个进程写的" in str(found[0][1]["html"])
