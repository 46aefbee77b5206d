"""Claim tickets as some of many advisers do, all at once, in a process of its own: for the test that races two."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from handlers.desk import advise
from handlers.errors import Refused
from storage.store import Spans, Store, open_store
from tests.conftest import KEY
from tests.storage.given import NOW, office


async def race(url: str, logins: Sequence[str], wanted: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """What each of them won, once a line on the input says go: (receipt, login)."""
    store = open_store(url, KEY, Spans())
    try:
        people = [await store.people.secret(login) for login in logins]
        await store.tickets.loads()  # the connections are there before the start
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        won = await asyncio.gather(
            *(_claim(store, one.user, theirs) for one, theirs in zip(people, wanted, strict=True) if one)
        )
    finally:
        await store.close()
    return [(receipt, login) for login, receipts in zip(logins, won, strict=True) for receipt in receipts]


async def _claim(store: Store, user: Any, wanted: Sequence[str]) -> list[str]:
    won: list[str] = []
    for receipt in wanted:
        try:
            await advise.claim(office(store), user, receipt, NOW)
        except Refused:
            continue
        won.append(receipt)
    return won


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    print(json.dumps(asyncio.run(race(given["url"], given["logins"], given["wanted"]))), flush=True)
