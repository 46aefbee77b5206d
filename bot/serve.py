"""Run the process: the server, or a talk in the terminal."""

import asyncio
import contextlib
import socket
import time

import uvicorn

from bot import holding
from bot import sample as samples
from bot.app import App, build
from bot.channels.console import ME, Console
from bot.config import ConfigError, Settings
from handlers.errors import StorageDown
from storage.migrate import upgrade

PATIENCE = 60.0  # seconds that the last answers may take after the input has ended
LOOK = 0.1  # seconds between looks


async def serve(settings: Settings, *, sample: bool) -> None:
    """Migrate, load the sample if asked, and serve until a signal."""
    taken = _bound(settings)
    with holding.shared(settings.folder):
        await _serve(settings, taken, sample=sample)


async def _serve(settings: Settings, taken: socket.socket, *, sample: bool) -> None:
    from bot.web.site import site

    app = await _ready(settings)
    if sample:
        _announce(await samples.load(app.store))
    server = uvicorn.Server(
        uvicorn.Config(
            site(app),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.file.server.trust_proxy,
            timeout_graceful_shutdown=5,
        )
    )
    _addresses(settings, taken.getsockname()[1])
    await server.serve(sockets=[taken])


async def chat(settings: Settings) -> None:
    """Talk in the terminal until the input ends."""
    with holding.shared(settings.folder):
        await _chat(settings)


async def _chat(settings: Settings) -> None:
    app = await _ready(settings)
    app.mute()
    console = Console(app.accept, settings.folder / "files", kept=app.store.enclosures.sent)
    app.channels[console.name] = console
    await app.start()
    print("用自己的话提问；按 Ctrl+D 结束。", flush=True)
    with contextlib.suppress(asyncio.CancelledError, StorageDown):
        await console.listen()
        await _answered(app)
    await app.stop()


async def _answered(app: App) -> None:
    """Wait until what was asked last is answered and shown."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and await app.store.views.is_busy(ME):  # noqa: ASYNC110 - the answer may be another process's
        await asyncio.sleep(LOOK)


def _bound(settings: Settings) -> socket.socket:
    """The address to listen on; raises ConfigError before anything else is done."""
    host, port = settings.file.server.host, settings.port
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} 用不了（{error.strerror}）；端口被占用时换一个，例如 PORT=8001 make run"
        ) from None


async def _ready(settings: Settings) -> App:
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    return build(settings)


def _announce(passwords: dict[str, str]) -> None:
    if not passwords:
        return
    print("示例辖区已装入。一次性密码只显示这一次，首次登录要改：")
    for login, password in passwords.items():
        print(f"  {login:<12}{password}")


def _addresses(settings: Settings, port: int) -> None:
    base = f"http://{settings.file.server.host}:{port}"
    telegram = "开" if settings.secrets.telegram_token else "关（设 TELEGRAM_TOKEN 后开）"
    wechat = f"开（{base}/wechat）" if settings.secrets.wechat_token else "关（设 WECHAT_TOKEN 后开）"
    wecom = f"开（{base}/wecom）" if settings.secrets.wecom_token else "关（设 WECOM_TOKEN 后开）"
    print(
        f"居民提问  {base}/\n顾问工单  {base}/desk\n健康检查  {base}/healthz\n"
        f"Telegram  {telegram}\n微信      {wechat}\n企业微信  {wecom}",
        flush=True,
    )
