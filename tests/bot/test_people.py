"""Staff are added with a one-time password, and what cannot be is said before anything is written."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot import app, config, people, sample
from bot.config import ConfigError, Settings
from bot.web import passwords
from handlers.staff import Role
from storage.migrate import upgrade
from storage.people import Secret
from tests.bot.terminal import SECRETS, run


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return config.load(tmp_path / "config.toml")


async def _known(settings: Settings, login: str) -> Secret | None:
    store = app.connect(settings)
    try:
        return await store.people.secret(login)
    finally:
        await store.close()


async def _district(settings: Settings) -> None:
    """Two villages and one adviser."""
    await people.add(settings, "wang", "王顾问", "adviser", "")
    store = app.connect(settings)
    try:
        await store.people.add_villages([("安居镇", ["示例一村"]), ("旧县街道", ["示例三村"])])
    finally:
        await store.close()


@pytest.mark.parametrize("role", [Role.ADVISER, Role.EDITOR])
async def test_somebody_of_any_role_is_added_to_an_empty_database(settings: Settings, role: Role) -> None:
    password = await people.add(settings, "li", "李顾问", role, "")
    known = await _known(settings, "li")
    assert known is not None
    assert (known.user.name, known.user.role, known.user.one_time) == ("李顾问", role, True)
    assert password not in known.password
    assert await passwords.matches(password, known.password)


async def test_an_adviser_gets_the_villages_named(settings: Settings) -> None:
    await _district(settings)
    await people.add(settings, "li", "李顾问", "adviser", "安居镇示例一村，旧县街道示例三村")
    known = await _known(settings, "li")
    assert known is not None
    assert len(known.user.villages) == 2


@pytest.mark.parametrize(
    ("login", "role", "villages", "reason"),
    [
        ("li", "king", "", "没有 king 这种角色"),
        ("wang", "adviser", "", "登录名 wang 已经有了"),
        ("li", "adviser", "安居镇示例一村,火星一村", "没有这些村（社区）：火星一村"),
        (" ", "adviser", "", "登录名"),
    ],
)
async def test_what_cannot_be_is_said_and_nobody_is_added(
    settings: Settings, login: str, role: str, villages: str, reason: str
) -> None:
    await _district(settings)
    with pytest.raises(ConfigError, match=reason):
        await people.add(settings, login, "李", role, villages)
    assert await _known(settings, "li") is None


async def test_the_sample_district_is_loaded_once(settings: Settings) -> None:
    settings.folder.mkdir()
    await upgrade(settings.database_url)
    store = app.connect(settings)
    try:
        given = await sample.load(store)
        assert set(given) == {"adviser1", "adviser2", "expert1", "publisher1", "editor1", "admin"}
        assert len(set(given.values())) == len(given)
        assert await sample.load(store) == {}
    finally:
        await store.close()


def test_the_password_is_printed_once_by_the_command(settings: Settings) -> None:
    folder = settings.folder.parent
    ran = run(folder, "user", "add", "li", "李顾问", "--role", "expert")
    password = ran.out.strip().rpartition("：")[2]
    assert (ran.code, len(password) >= 12) == (0, True)
    known = asyncio.run(_known(settings, "li"))
    assert known is not None
    assert asyncio.run(passwords.matches(password, known.password))
    assert run(folder, "user", "add", "li", "李顾问", "--role", "expert").code == 2


def test_whoever_is_locked_out_is_let_in_by_the_command(settings: Settings) -> None:
    folder = settings.folder.parent
    run(folder, "user", "add", "li", "李顾问", "--role", "admin")
    ran = run(folder, "user", "reset", "li", "--password", "--second-factor")
    password = ran.out.strip().rpartition("：")[2]
    known = asyncio.run(_known(settings, "li"))
    assert known is not None
    assert asyncio.run(passwords.matches(password, known.password))
    assert "解除" in run(folder, "user", "reset", "li", "--second-factor").out
    assert run(folder, "user", "reset", "li").code == 2
    nobody = run(folder, "user", "reset", "wang", "--password")
    assert (nobody.code, "没有登录名 wang" in nobody.err) == (2, True)


def test_the_chain_is_checked_by_the_command(settings: Settings) -> None:
    folder = settings.folder.parent
    run(folder, "user", "add", "li", "李顾问", "--role", "admin")
    run(folder, "user", "reset", "li", "--password")
    whole = run(folder, "audit", "verify")
    assert (whole.code, "2 行完好" in whole.out) == (0, True)
    mark = whole.out.split("校验码 ")[1][:64]
    assert run(folder, "audit", "verify", "--expect", mark).code == 0
    lost = run(folder, "audit", "verify", "--expect", "0" * 64)
    assert (lost.code, "末尾的行被删过" in lost.out) == (1, True)
    with sqlite3.connect(settings.folder / "legalbot.db") as file:
        file.execute("UPDATE deeds SET detail = '' WHERE id = 1")
    file.close()
    broken = run(folder, "audit", "verify")
    assert (broken.code, "第 1 行" in broken.out) == (1, True)
