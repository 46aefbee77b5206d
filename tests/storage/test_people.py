"""Staff log in for as long as they may, and nobody can log in with what the database holds."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from handlers.staff import Role, User
from storage.schema import sessions, users
from storage.store import Spans, Store
from tests.conftest import Open
from tests.storage.given import NOW, adviser, at, rows

HOUR = 3600


class TestStaff:
    async def test_whoever_is_added_is_found_by_the_login(self, store: Store) -> None:
        places = await store.people.add_villages([("安居镇", ["古城村", "新村"])])
        wanted = User(0, "li", "李顾问", Role.ADVISER, one_time=True, villages=frozenset(places.values()))
        await store.people.add(wanted, "digest", NOW)
        found = await store.people.secret("li")
        assert found
        assert (found.password, found.user.name, found.user.role) == ("digest", "李顾问", Role.ADVISER)
        assert (found.user.villages, found.user.one_time) == (wanted.villages, True)

    async def test_nobody_is_found_by_another_login(self, store: Store) -> None:
        await adviser(store, "li")
        assert await store.people.secret("LI") is None
        assert await store.people.secret("' OR 1=1 --") is None

    async def test_a_login_is_given_once(self, store: Store) -> None:
        await adviser(store, "li")
        with pytest.raises(IntegrityError):
            await adviser(store, "li")
        assert await store.people.count() == 1

    async def test_a_password_of_ones_own_ends_the_one_time(self, store: Store) -> None:
        number, other = await adviser(store, "li"), await adviser(store, "wang")
        await store.people.set_password(number, "own", NOW)
        assert [(r.id, r.password, r.one_time) for r in await rows(store, users)] == [
            (number, "own", False), (other, "digest", True),
        ]  # fmt: skip

    async def test_villages_added_again_stay_what_they_are(self, store: Store) -> None:
        before = await store.people.add_villages([("安居镇", ["古城村"]), ("旧县街道", ["新村"])])
        after = await store.people.add_villages([("安居镇", ["古城村", "新村"])])
        assert {name: after[name] for name in before} == before
        assert len(after) == 3


class TestSessions:
    async def test_a_token_leads_to_its_user(self, store: Store) -> None:
        number = await adviser(store)
        await store.people.open_session(number, "token", "csrf", NOW)
        found = await store.people.session("token", at(60))
        assert found
        assert (found.user.id, found.csrf) == (number, "csrf")
        assert await store.people.session("tokem", at(60)) is None

    async def test_the_token_is_nowhere_in_the_database(self, store: Store) -> None:
        await store.people.open_session(await adviser(store), "a-very-secret-token", "csrf", NOW)
        assert "a-very-secret-token" not in str(await rows(store, sessions))

    @pytest.mark.parametrize(("seconds", "alive"), [(29 * 60, True), (31 * 60, False)])
    async def test_a_session_that_rests_too_long_ends(self, store: Store, seconds: float, alive: bool) -> None:
        await store.people.open_session(await adviser(store), "token", "csrf", NOW)
        assert (await store.people.session("token", at(seconds)) is not None) == alive

    async def test_use_keeps_a_session_alive_but_not_for_ever(self, store: Store) -> None:
        await store.people.open_session(await adviser(store), "token", "csrf", NOW)
        times = [n * 20 * 60 for n in range(1, 40)]
        alive = [t for t in times if await store.people.session("token", at(t))]
        assert max(alive) == 12 * HOUR - 20 * 60

    async def test_how_long_is_a_setting(self, opened: Open) -> None:
        store = opened(spans=Spans(session=timedelta(hours=1), session_rest=timedelta(hours=2)))
        await store.people.open_session(await adviser(store), "token", "csrf", NOW)
        assert await store.people.session("token", at(HOUR - 1))
        assert await store.people.session("token", at(HOUR + 1)) is None

    async def test_logging_out_ends_this_session_only(self, store: Store) -> None:
        number = await adviser(store)
        for token in ("one", "two"):
            await store.people.open_session(number, token, "csrf", NOW)
        await store.people.close_session("one")
        assert await store.people.session("one", NOW) is None
        assert await store.people.session("two", NOW)

    async def test_old_sessions_are_swept_out_by_the_next_login(self, store: Store) -> None:
        number = await adviser(store)
        await store.people.open_session(number, "old", "csrf", NOW)
        await store.people.open_session(number, "new", "csrf", at(13 * HOUR))
        assert len(await rows(store, sessions)) == 1
