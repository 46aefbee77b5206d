"""Draft, approve, publish and take back topics from the command line."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from datetime import datetime

from bot import app
from bot.config import ConfigError, Settings
from bot.library import statutes
from bot.work import now
from handlers.editing import curate
from handlers.editing.curate import Shelf
from handlers.editing.curation import STAGE_NAMES, Version
from handlers.hours import SHANGHAI
from handlers.staff import User
from knowledge import topics
from storage.migrate import upgrade

_SHIPPED = "居民现在看到的是随软件带的文本"


async def draft(settings: Settings, login: str, topic: str, text: str | None, receipt: str) -> str:
    """Keep a text as a draft; without one, the topic is to be withdrawn."""
    async with _at_work(settings, login) as (shelf, user):
        made = await curate.draft(shelf, user, topic, text, now(), receipt=receipt)
    return f"已存为 {topic} 第 {made.number} 版，请另一个人审核"


async def approve(settings: Settings, login: str, topic: str, number: int) -> str:
    """Approve a draft that somebody else wrote."""
    async with _at_work(settings, login) as (shelf, user):
        await curate.approve(shelf, user, topic, number, now())
    return f"{topic} 第 {number} 版已审核，可以发布"


async def publish(settings: Settings, login: str, topic: str, number: int) -> str:
    """Put an approved version before residents."""
    async with _at_work(settings, login) as (shelf, user):
        await curate.publish(shelf, user, topic, number, now())
    return f"{topic} 第 {number} 版已发布；运行中的服务自己会换上"


async def roll_back(settings: Settings, login: str, topic: str) -> str:
    """Let residents read what they read before."""
    async with _at_work(settings, login) as (shelf, user):
        back = await curate.roll_back(shelf, user, topic, now())
    return f"{topic} 已回到第 {back.number} 版" if back else f"{topic} 的修改已撤下，{_SHIPPED}"


async def history(settings: Settings, topic: str) -> str:
    """Every version of a topic, who did what to it, and when."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    store = app.connect(settings)
    try:
        found = await store.versions.history(topic)
        names = await store.views.names()
    finally:
        await store.close()
    return "\n".join(_line(version, names) for version in found) or f"{topic} 没有改过，{_SHIPPED}"


def _line(version: Version, names: dict[int, str]) -> str:
    steps = [
        _step("起草", version.author, version.drafted_at, names),
        _step("审核", version.approver, version.approved_at, names),
        _step("发布", version.publisher, version.published_at, names),
        _step("停用", version.retirer, version.retired_at, names),
    ]
    what = "" if version.text else "（停用这个主题）"
    source = f"，来自工单 {version.receipt}" if version.receipt else ""
    told = "；".join(filter(None, steps))
    return f"第 {version.number} 版  {STAGE_NAMES[version.stage]}{what}{source}  {told}"


def _step(act: str, who: int | None, at: datetime | None, names: dict[int, str]) -> str:
    return f"{names.get(who or 0, who)} {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {act}" if at else ""


@asynccontextmanager
async def _at_work(settings: Settings, login: str) -> AsyncGenerator[tuple[Shelf, User]]:
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    store = app.connect(settings)
    try:
        known = await store.people.secret(login)
        if known is None:
            raise ConfigError(f"没有登录名是 {login} 的人员")
        with closing(statutes(settings.folder)) as law:
            yield Shelf(store.versions, topics.load(), law), known.user
    finally:
        await store.close()
