"""Add members of staff from the command line."""

import re

from bot import app, sample
from bot.config import ConfigError, Settings
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
