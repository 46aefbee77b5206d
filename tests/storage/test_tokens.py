"""Processes share one token, and one of them at a time fetches it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.calls import Failed
from bot.channels.tokens import AccessToken
from storage.store import Store
from storage.tokens import Token
from tests.conftest import Open

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEASE = timedelta(seconds=15)


class Platform:
    """Gives out tokens that live two hours; `refused` holds none but the last."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.forced = 0
        self.code = 0
        self.renews = True

    async def fetch(self, force: bool) -> tuple[str, int]:
        await asyncio.sleep(0.02)
        if self.code:
            raise Failed(self.code)
        self.forced += force
        if self.renews or force or not self.given:
            self.given.append(f"token-{len(self.given) + 1}")
        return self.given[-1], 7200


async def test_one_claims_and_the_others_wait_until_it_is_put_or_let_go(store: Store) -> None:
    tokens = store.tokens
    assert await tokens.current("a") is None
    assert [await tokens.claim("a", 0, NOW, LEASE) for _ in range(2)] == [True, False]
    assert await tokens.claim("b", 0, NOW, LEASE), "another account"
    await tokens.release("a", 0)
    assert await tokens.claim("a", 0, NOW, LEASE)
    assert await tokens.claim("a", 0, NOW + LEASE, LEASE), "whoever claimed it died"
    await tokens.put("a", Token(1, "secret", NOW + timedelta(hours=2)))
    assert await tokens.current("a") == Token(1, "secret", NOW + timedelta(hours=2))
    assert [await tokens.claim("a", number, NOW, LEASE) for number in (0, 1)] == [False, True]


async def test_two_processes_fetch_a_token_once(opened: Open) -> None:
    platform = Platform()
    ours = [AccessToken(opened().tokens, "a", platform.fetch) for _ in range(2)]
    found = await asyncio.gather(*(token.value() for token in ours for _ in range(20)))
    assert (set(found), platform.given) == ({"token-1"}, ["token-1"])
    fresh = await asyncio.gather(*(token.value(stale="token-1") for token in ours for _ in range(20)))
    assert (set(fresh), platform.given) == ({"token-2"}, ["token-1", "token-2"])


async def test_a_token_that_the_platform_gives_again_though_it_refuses_it_is_forced(store: Store) -> None:
    platform = Platform()
    token = AccessToken(store.tokens, "a", platform.fetch)
    platform.renews = False
    assert await token.value() == "token-1"
    assert (await token.value(stale="token-1"), platform.forced) == ("token-2", 1)


async def test_one_that_could_not_be_fetched_may_be_tried_at_once(store: Store) -> None:
    platform = Platform()
    platform.code = 40125
    token = AccessToken(store.tokens, "a", platform.fetch)
    with pytest.raises(Failed):
        await token.value()
    platform.code = 0
    assert await token.value() == "token-1"


async def test_without_the_database_a_process_fetches_its_own(store: Store) -> None:
    platform = Platform()
    token = AccessToken(store.tokens, "a", platform.fetch)
    await store.close()
    assert await token.value() == "token-1"
