"""Log in with a second factor: enrol it, give its code once, lose it, and be let in again by an admin."""

import re
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyotp.totp import TOTP

from bot.web import codes
from tests.bot.web.conftest import PASSWORD
from tests.bot.web.person import Page, Person, at
from tests.bot.web.server import House, running

SECRET = re.compile(r'name="secret" value="([A-Z2-7]{32})"')


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    """A site as it is shipped: it asks for a second factor."""
    with running(tmp_path_factory.mktemp("guarded"), second_factor="true", logins_per_5_minutes=1000) as house:
        yield house


@pytest.fixture
async def people(guarded: House) -> AsyncGenerator[list[Person]]:
    """A few browsers."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(at(guarded.url)) for _ in range(4)]


def code(secret: str, later: int = 0) -> str:
    """What the app shows now, or so many periods later."""
    return TOTP(secret).generate_otp(int(datetime.now(UTC).timestamp()) // 30 + later)


async def changed(house: House, person: Person, login: str) -> Page:
    """Log in with the one-time password and change it."""
    assert (await person.log_in(login, house.passwords[login])).status == 303
    page = await person.get("/desk/password")
    return await person.post("/desk/password", {"csrf": page.csrf, "new": PASSWORD, "again": PASSWORD})


async def enrolled(house: House, person: Person, login: str) -> str:
    """Go through a first login; returns the secret."""
    await changed(house, person, login)
    page = await person.get("/desk/enrol")
    secret = SECRET.findall(page.text)[0]
    done = await person.post("/desk/enrol", {"csrf": page.csrf, "secret": secret, "code": code(secret, -1)})
    assert done.status == 303, done.words
    return str(secret)


async def give(person: Person, words: str) -> Page:
    """Send a code."""
    page = await person.get("/desk/code")
    return await person.post("/desk/code", {"csrf": page.csrf, "code": words})


async def test_the_first_login_leads_over_a_password_and_an_app_to_the_desk(
    guarded: House, people: list[Person]
) -> None:
    person, other = people[:2]
    assert (await changed(guarded, person, "adviser1")).location == "/desk"
    for path in ("/desk", "/desk/account", "/desk/TL1"):
        assert (await person.get(path)).location == "/desk/enrol", "nothing opens before"
    page = await person.get("/desk/enrol")
    secret = SECRET.findall(page.text)[0]
    assert "<svg" in page.text
    assert codes.grouped(secret) in page.words
    wrong = await person.post("/desk/enrol", {"csrf": page.csrf, "secret": secret, "code": "000000"})
    assert (wrong.status, "验证码不对" in wrong.words, secret in wrong.text) == (400, True, True)
    before = person.cookie("desk")
    done = await person.post("/desk/enrol", {"csrf": page.csrf, "secret": secret, "code": code(secret)})
    assert (done.status, done.location) == (303, "/desk")
    assert (await person.get("/desk")).status == 200
    assert (await other.get("/desk", Cookie=f"desk={before}")).status == 303, "the session of before is over"
    assert guarded.database.read_bytes().find(secret.encode()) == -1, "the secret is kept sealed"


async def test_a_login_is_worth_nothing_without_the_code_of_now_and_a_code_counts_once(
    guarded: House, people: list[Person]
) -> None:
    owner, thief, again = people[:3]
    secret = await enrolled(guarded, owner, "adviser2")
    assert (await thief.log_in("adviser2", PASSWORD)).status == 303
    for path in ("/desk", "/desk/account", "/desk/enrol", "/desk/password"):
        assert (await thief.get(path)).location == "/desk/code"
    csrf = (await thief.get("/desk/code")).csrf
    assert (await thief.post("/desk/account/end", {"csrf": csrf})).location == "/desk/code"
    enrol = await thief.post("/desk/enrol", {"csrf": csrf, "secret": codes.fresh(), "code": "0"})
    assert enrol.location == "/desk/code", "a second factor is not laid over another"
    for words in ("", "abc", "00000", code(secret, -5), code(secret, 5)):
        refused = await give(thief, words)
        assert (refused.status, "验证码不对" in refused.words) == (401, True)

    given = code(secret, 0)
    assert (await again.log_in("adviser2", PASSWORD)).status == 303
    locked = await give(again, given)
    assert (locked.status, "次数太多" in locked.words) == (429, True), "five wrong codes lock the account"


async def test_a_code_that_was_used_is_refused(guarded: House, people: list[Person]) -> None:
    owner, second, thief = people[:3]
    secret = await enrolled(guarded, owner, "expert1")
    assert (await second.log_in("expert1", PASSWORD)).status == 303
    given = code(secret, 0)
    spaced = f"{given[:3]} {given[3:]}"
    assert (await give(second, spaced)).location == "/desk"
    assert (await second.get("/desk")).status == 200
    assert (await thief.log_in("expert1", PASSWORD)).status == 303
    for earlier in (given, code(secret, -1)):
        refused = await give(thief, earlier)
        assert refused.status == 401
        assert "用过" in refused.words or "不对" in refused.words
    assert (await thief.get("/desk")).location == "/desk/code"
    assert (await give(thief, code(secret, 1))).status == 303, "the next one opens"


async def test_an_admin_lets_somebody_in_again(guarded: House, people: list[Person]) -> None:
    admin, owner, locked_out = people[:3]
    await enrolled(guarded, admin, "admin")
    await enrolled(guarded, owner, "publisher1")
    users = await admin.get("/bureau/people")
    number = re.findall(r"/bureau/users/(\d+)\">周专员", users.text)[0]
    page = await admin.get(f"/bureau/users/{number}")
    assert "已绑定" not in page.words
    forgotten = await admin.post(f"/bureau/users/{number}/second", {"csrf": page.csrf})
    assert "重新绑定" in forgotten.words
    assert (await owner.get("/desk/account")).status == 303, "whoever was logged in is out"
    given = await admin.post(f"/bureau/users/{number}/password", {"csrf": page.csrf})
    password = re.findall(r'class="typed">([^<]+)<', given.text)[0]
    assert password not in (await admin.get(f"/bureau/users/{number}")).text, "it is shown once"
    assert (await locked_out.log_in("publisher1", PASSWORD)).status == 401
    assert (await locked_out.log_in("publisher1", password)).status == 303
    assert (await locked_out.get("/desk/account")).location == "/desk/password"
    audit = (await admin.get("/bureau/audit")).words
    assert "解除验证器" in audit
    assert "重置密码" in audit


def test_codes_of_the_periods_beside_this_one_count_and_no_others() -> None:
    secret, now = codes.fresh(), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    present = int(now.timestamp()) // 30
    taken = {n: codes.step(secret, TOTP(secret).generate_otp(present + n), now) for n in range(-3, 4)}
    assert taken == {-3: None, -2: None, -1: present - 1, 0: present, 1: present + 1, 2: None, 3: None}


@pytest.mark.parametrize("words", ["", "12345", "1234567", "１２３４５６", "12345a", "é" * 6])
def test_what_is_no_code_is_none(words: str) -> None:
    assert codes.step(codes.fresh(), words, datetime.now(UTC)) is None


def test_the_picture_is_drawn_without_the_words(tmp_path: Path) -> None:
    drawn = str(codes.picture(codes.fresh(), '"><script>'))
    assert "script" not in drawn
    assert "style" not in drawn, "the policy of the pages allows none"
