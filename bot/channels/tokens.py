"""Have an access token at hand: one process fetches it for all, and a token found to be stale is fetched anew."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.channels.calls import Calls, Failed, Json
from bot.log import failure, logger
from handlers.errors import StorageDown
from storage.tokens import Token, Tokens

T = TypeVar("T")
log = logger(__name__)
LEASE = timedelta(seconds=15)  # for one process to fetch
EARLY = timedelta(minutes=3)  # before its end, from which a new one is wanted; WeChat gives one 5 minutes before
LOOK = 0.1  # seconds between looks at what another process is fetching
PATIENCE = 10.0  # seconds for another process to have fetched it

# asked for the present token, or with True for another one; gives it and the seconds it lives
Fetch = Callable[[bool], Awaitable[tuple[str, int]]]


class AccessToken:
    """The token of one account, under a name that all processes share."""

    def __init__(self, tokens: Tokens, name: str, fetch: Fetch) -> None:
        self._tokens = tokens
        self._name = name
        self._fetch = fetch
        self._held: Token | None = None
        self._one_at_a_time = asyncio.Lock()

    async def value(self, stale: str = "") -> str:
        """A token that is not the stale one; raises what fetching raises."""
        if self._held and self._serves(self._held, stale):
            return self._held.value
        async with self._one_at_a_time:
            if not (self._held and self._serves(self._held, stale)):
                self._held = await self._shared(stale)
            return self._held.value

    def _serves(self, token: Token, stale: str) -> bool:
        return token.value != stale and datetime.now(UTC) < token.expires_at - EARLY

    async def _shared(self, stale: str) -> Token:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    present = await self._tokens.current(self._name)
                    if present and self._serves(present, stale):
                        return present
                    number = present.number if present else 0
                    if await self._tokens.claim(self._name, number, datetime.now(UTC), LEASE):
                        return await self._fetched(number, stale)
                    await asyncio.sleep(LOOK)
        except (StorageDown, TimeoutError) as error:  # whoever is in danger must be told all the same
            log.warning("token fetched for this process alone", error=failure(error))
            return await self._fresh(0, stale)

    async def _fetched(self, number: int, stale: str) -> Token:
        try:
            token = await self._fresh(number + 1, stale)
        except BaseException:
            await self._tokens.release(self._name, number)
            raise
        await self._tokens.put(self._name, token)
        return token

    async def _fresh(self, number: int, stale: str) -> Token:
        value, seconds = await self._fetch(False)
        if value == stale:  # the platform takes it for good, and refuses it: only another one helps
            value, seconds = await self._fetch(True)
        return Token(number, value, datetime.now(UTC) + timedelta(seconds=seconds))


class Authorised:
    """Calls under a token that holds, fetched anew when the platform answers with one of the `stale` codes."""

    def __init__(self, calls: Calls, token: AccessToken, stale: frozenset[int]) -> None:
        self._calls = calls
        self._token = token
        self._stale = stale

    async def post(self, path: str, payload: Json) -> Json:
        """Call; once more where the token no longer held. Raises Failed, NotSent, Unanswered."""
        return await self._called(lambda token: self._calls.post(path, payload, {"access_token": token}))

    async def fetch(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        """The same for a file."""
        return await self._called(lambda token: self._calls.fetch(path, {**query, "access_token": token}, most))

    async def _called(self, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._token.value()
        try:
            return await call(token)
        except Failed as error:
            if error.code not in self._stale:
                raise
        return await call(await self._token.value(stale=token))
