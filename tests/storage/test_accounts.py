"""A second factor is enrolled once and each code is used once; what an admin changes takes hold at once."""

import asyncio
from dataclasses import replace

from storage.schema import users
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import NOW, adviser, at, rows

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class TestSecondFactor:
    async def test_it_is_kept_sealed_and_only_where_there_is_none(self, store: Store) -> None:
        number = await adviser(store)
        assert await store.accounts.second(number) is None
        assert await store.accounts.enrol(number, SECRET, 7, NOW)
        assert not await store.accounts.enrol(number, "A" * 32, 8, NOW)
        assert await store.accounts.second(number) == SECRET
        assert SECRET not in str(await rows(store, users))

    async def test_a_step_is_used_once_and_never_an_earlier_one(self, store: Store) -> None:
        number = await adviser(store)
        await store.accounts.enrol(number, SECRET, 7, NOW)
        assert [await store.accounts.use(number, step) for step in (6, 7, 8, 8, 7, 9)] == [
            False, False, True, False, False, True,
        ]  # fmt: skip

    async def test_of_many_who_use_one_code_at_once_one_enters(self, opened: Open) -> None:
        first, second = opened(), opened()
        number = await adviser(first)
        await first.accounts.enrol(number, SECRET, 7, NOW)
        used = await asyncio.gather(*(s.accounts.use(number, 8) for s in (first, second) * 5))
        assert sum(used) == 1


class TestRecovery:
    async def test_a_reset_ends_every_session(self, store: Store) -> None:
        number = await adviser(store)
        for reset in (
            store.accounts.reset_password(number, "fresh", None, NOW),
            store.accounts.reset_second(number, None, NOW),
        ):
            await store.people.open_session(number, "token", "csrf", NOW)
            await reset
            assert await store.people.session("token", at(1)) is None
        secret = await store.people.secret("adviser")
        assert secret
        assert (secret.password, secret.user.one_time) == ("fresh", True)

    async def test_whoever_left_is_given_no_ticket(self, store: Store) -> None:
        number = await adviser(store)
        assert [*(await store.rosters.roster((), NOW.date())).by_id] == [number]
        [account] = await store.accounts.all()
        await store.accounts.change(replace(account, is_active=False), number, NOW)
        assert not (await store.rosters.roster((), NOW.date())).by_id
        assert await store.people.secret("adviser") is None
