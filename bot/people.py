"""Add members of staff from the command line, let them in again, and check what they did."""

import re
import secrets
from datetime import UTC, datetime

from bot import app, sample
from bot.config import ConfigError, Settings
from bot.web import passwords
from handlers.residents import place
from handlers.staff import Role, User
from storage.migrate import upgrade

LOGIN = re.compile(r"\S{1,40}")


async def add(settings: Settings, login: str, name: str, role: str, villages: str) -> str:
    """Add one; returns the one-time password. Raises ConfigError naming what cannot be."""
    if role not in list(Role):
        raise ConfigError(f"没有 {role} 这种角色；可用：{'、'.join(Role)}")
    if not LOGIN.fullmatch(login) or not name.strip():
        raise ConfigError("登录名要是 1 到 40 个不带空格的字符，姓名不能为空")
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    store = app.connect(settings)
    try:
        if await store.people.secret(login):
            raise ConfigError(f"登录名 {login} 已经有了")
        known = {place(v): v.id for v in await store.records.villages()}
        wanted = [v for v in villages.replace("，", ",").split(",") if v]
        unknown = [v for v in wanted if v not in known]
        if unknown:
            raise ConfigError(f"没有这些村（社区）：{'、'.join(unknown)}")
        posts = frozenset(known[v] for v in wanted)
        return await sample.add(store, User(0, login, name, Role(role), one_time=True, villages=posts))
    finally:
        await store.close()


async def reset(settings: Settings, login: str, *, password: bool, second: bool) -> str:
    """Let somebody in again from the command line; returns the one-time password, or "". Raises ConfigError."""
    store = app.connect(settings)
    try:
        found = next((a for a in await store.accounts.all() if a.login == login), None)
        if found is None:
            raise ConfigError(f"没有登录名 {login}")
        if second:
            await store.accounts.reset_second(found.id, None, datetime.now(UTC))
        if not password:
            return ""
        given = secrets.token_urlsafe(9)
        await store.accounts.reset_password(found.id, await passwords.digest(given), None, datetime.now(UTC))
        return given
    finally:
        await store.close()


async def verify(settings: Settings, expect: str) -> tuple[bool, str]:
    """Is the chain of what staff did whole, with the mark in it that was noted before? And what to say of it."""
    store = app.connect(settings)
    try:
        found = await store.audit.check()
        known = not expect or await store.audit.has(expect)
    finally:
        await store.close()
    if found.broken is not None:
        return False, f"第 {found.broken} 行不是当初写下的样子（被改过、删过或插入过）；前 {found.lines} 行完好"
    if not known:
        return False, f"{found.lines} 行前后相接，但里面没有 {expect}：末尾的行被删过，或整条链被换过"
    return True, f"{found.lines} 行完好，最后的校验码 {found.mark or '（还没有）'}；请抄到别处，下次用 --expect 核对"
