"""Put up the menu of the official account, and draw posters that lead to it from every village."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import app, posters, wechat
from bot.channels.calls import Failed, NotSent, Unanswered
from bot.channels.wechat import Api, menu
from bot.channels.wechat.inbounds import SCENE
from bot.config import ConfigError, Settings
from handlers.residents import Village, place
from storage.migrate import upgrade
from storage.store import Store

# what a person can mend, by errcode
REMEDIES = {
    40001: "检查 WECHAT_SECRET",
    40013: "检查 wechat.app_id",
    40125: "检查 WECHAT_SECRET",
    40164: "把本机的出口 IP 加进平台的 IP 白名单",
    45009: "今天的调用次数用完了，明天再试",
    48001: "这个号没有这项权限，要认证的服务号",
}


async def publish_menu(settings: Settings) -> str:
    """Put up the menu; raises ConfigError."""
    async with _calling(settings) as (api, _):
        await menu.publish(api, settings.file.server.public_url)
    return f"菜单已发布，{len(menu.BUTTONS)} 个一级按钮；手机上五分钟内更新"


async def draw_posters(settings: Settings, folder: Path) -> str:
    """Write a poster for each village, as SVG and PDF: whoever scans it belongs there. Raises ConfigError."""
    async with _calling(settings) as (api, store):
        villages = await store.records.villages()
        codes = [(village, await api.code(f"{SCENE}{village.id}")) for village in villages]
    for village, url in codes:
        _draw(folder, village, url)
    return f"{len(codes)} 个村（社区）的海报在 {folder}，每村一份 SVG、一份 PDF"


def _draw(folder: Path, village: Village, url: str) -> None:
    name = place(village)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.svg").write_text(posters.svg(name, url), encoding="utf-8")
    (folder / f"{name}.pdf").write_bytes(posters.pdf(name, url))


@asynccontextmanager
async def _calling(settings: Settings) -> AsyncGenerator[tuple[Api, Store]]:
    """The API and the stores for one command; what was refused is a ConfigError that says what to do."""
    if not settings.secrets.wechat_token:
        raise ConfigError("微信公众号没有开，先看 python -m bot doctor")
    await upgrade(settings.database_url)
    store = app.connect(settings)
    api = wechat.api(settings, store)
    try:
        yield api, store
    except Failed as error:
        remedy = REMEDIES.get(error.code, "查平台的全局返回码")
        raise ConfigError(f"微信没有接受（errcode {error.code}）：{remedy}") from None
    except (NotSent, Unanswered) as error:
        raise ConfigError(f"连不上微信（{error}）：检查网络和 wechat.api_url") from None
    finally:
        await api.close()
        await store.close()
