"""Try to get in: with the right password, wrong ones, too often, before the one-time one is changed, after logout."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.bot.web.conftest import PASSWORD, Staff
from tests.bot.web.person import Person, at
from tests.bot.web.server import House, running


async def test_whoever_is_not_logged_in_is_sent_to_the_login_and_back(resident: Person, staff: Staff) -> None:
    page = await resident.get("/desk/TL261124-ABCDEF")
    assert (page.status, page.location) == (303, "/login?next=/desk/TL261124-ABCDEF")
    await staff(resident, "expert1")
    entered = await resident.post(page.location, {"login": "expert1", "password": PASSWORD})
    assert (entered.status, entered.location) == (303, "/desk/TL261124-ABCDEF")


@pytest.mark.parametrize(
    "onward", ["https://evil.example", "//evil.example", "/desk/../x", "/desk//evil", "javascript:1"]
)
async def test_the_login_leads_to_no_other_site(resident: Person, staff: Staff, onward: str) -> None:
    await staff(resident, "expert1")
    entered = await resident.post(f"/login?next={onward}", {"login": "expert1", "password": PASSWORD})
    assert entered.location == "/desk"


@pytest.mark.parametrize("path", ["/logout", "/desk/password", "/desk/TL1/claim", "/desk/TL1/reply", "/desk/TL1/close"])
async def test_nothing_is_done_for_whoever_is_not_logged_in(resident: Person, path: str) -> None:
    assert (await resident.post(path)).status == 401


@pytest.mark.parametrize(
    ("login", "password"), [("expert1", "falsch"), ("nobody", "x"), ("", ""), ("a\0b", "x" * 5000)]
)
async def test_a_wrong_password_and_an_unknown_login_look_alike(resident: Person, login: str, password: str) -> None:
    page = await resident.log_in(login, password)
    assert page.status == 401
    assert "登录名或密码不对" in page.words
    assert "Set-Cookie" not in page.headers


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(resident: Person, staff: Staff) -> None:
    await staff(resident, "expert1")
    cookie = (await resident.log_in("expert1", PASSWORD)).headers["Set-Cookie"]
    assert cookie.startswith("desk=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie


async def test_a_session_ends_with_the_logout(resident: Person, other: Person, staff: Staff) -> None:
    await staff(resident, "expert1")
    token = resident.cookie("desk")
    page = await resident.get("/desk")
    assert (await resident.post("/logout", {"csrf": page.csrf})).location == "/login"
    assert (await other.get("/desk", Cookie=f"desk={token}")).status == 303


@pytest.mark.parametrize("csrf", ["", "x", "é"])
async def test_a_form_without_its_token_does_nothing(resident: Person, staff: Staff, csrf: str) -> None:
    await staff(resident, "expert1")
    refused = await resident.post("/logout", {"csrf": csrf})
    assert refused.status == 403
    assert "没有执行" in refused.words
    assert (await resident.get("/desk")).status == 200


async def test_the_token_of_another_session_does_nothing(resident: Person, other: Person, staff: Staff) -> None:
    await staff(resident, "expert1")
    await staff(other, "adviser1")
    foreign = (await other.get("/desk")).csrf
    assert (await resident.post("/logout", {"csrf": foreign})).status == 403


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncGenerator[tuple[House, Person]]:
    """A site where nobody has logged in yet."""
    with running(tmp_path, logins_per_5_minutes=5) as house:
        async with at(house.url) as person:
            yield house, person


@pytest.mark.slow
async def test_a_one_time_password_must_be_changed_before_anything_else(fresh: tuple[House, Person]) -> None:
    house, person = fresh
    given = house.passwords["adviser1"]
    assert (await person.log_in("adviser1", given)).status == 303
    assert (await person.get("/desk")).location == "/desk/password"
    page = await person.get("/desk/password")
    assert (await person.post("/desk/TL1/claim", {"csrf": page.csrf})).location == "/desk/password"

    refusals = {
        "至少": ("short", "short"),
        "不一样": (PASSWORD, PASSWORD + "x"),
        "登录名": ("my adviser1 secret", "my adviser1 secret"),
        "一次性密码相同": (given, given),
    }
    refusals["要有10到128"] = refusals.pop("至少")
    for words, (new, again) in refusals.items():
        refused = await person.post("/desk/password", {"csrf": page.csrf, "new": new, "again": again})
        assert refused.status == 400
        assert words in refused.words

    before = person.cookie("desk")
    changed = await person.post("/desk/password", {"csrf": page.csrf, "new": PASSWORD, "again": PASSWORD})
    assert (changed.status, changed.location) == (303, "/desk")
    assert (await person.get("/desk")).status == 200
    assert (await person.get("/desk/password")).location == "/desk", "it is changed once"
    async with at(house.url) as thief:
        assert (await thief.get("/desk", Cookie=f"desk={before}")).status == 303, "the old session is over"
        assert (await thief.log_in("adviser1", given)).status == 401
        assert (await thief.log_in("adviser1", PASSWORD)).status == 303


@pytest.mark.slow
async def test_too_many_failures_lock_the_address_even_for_the_right_password(fresh: tuple[House, Person]) -> None:
    house, person = fresh
    for n in range(5):
        assert (await person.log_in(f"nobody{n}", "x")).status == 401
    locked = await person.log_in("adviser1", house.passwords["adviser1"])
    assert locked.status == 429
    assert 1 <= int(locked.headers["Retry-After"]) <= 300
    assert "登录失败次数太多" in locked.words
    assert "Set-Cookie" not in locked.headers


@pytest.mark.slow
async def test_too_many_failures_lock_the_account_from_every_address(tmp_path: Path) -> None:
    with running(tmp_path, logins_per_5_minutes=5, trust_proxy="true") as house:
        async with at(house.url) as person:

            async def attempt(n: int, password: str) -> int:
                fields = {"login": "Adviser1" if n % 2 else "adviser1", "password": password}
                return (await person.post("/login", fields, X_Forwarded_For=f"203.0.113.{n}")).status

            assert [await attempt(n, "x") for n in range(10)] == [401] * 10
            assert await attempt(10, house.passwords["adviser1"]) == 429


@pytest.mark.slow
async def test_a_login_that_succeeds_forgives_the_failures_before_it(fresh: tuple[House, Person]) -> None:
    house, person = fresh
    for _ in range(2):
        for _ in range(4):
            assert (await person.log_in("adviser1", "x")).status == 401
        assert (await person.log_in("adviser1", house.passwords["adviser1"])).status == 303


@pytest.mark.parametrize(
    "wanted", ["/desk/mediations", "/desk/mediations/new", "/bureau/people", "/desk/TL261124-ABC234"]
)
async def test_a_login_leads_to_the_page_that_was_asked_for(resident: Person, staff: Staff, wanted: str) -> None:
    asked = await resident.get(wanted)
    assert (asked.status, asked.location) == (303, f"/login?next={wanted}")
    await staff(resident, "adviser1")
    await resident.get("/login")
    page = await resident.post(f"/login?next={wanted}", {"login": "adviser1", "password": PASSWORD})
    assert page.location == wanted
