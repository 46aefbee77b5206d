"""Start the real site on a free port, in a thread of its own, over a data folder that is thrown away."""

import asyncio
import re
import shutil
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import uvicorn

from bot import sample
from bot.app import App, build, connect
from bot.config import Settings, load
from bot.web.site import site
from storage.migrate import upgrade
from storage.store import Store

ROOT = Path(__file__).parents[3]
READY = 90  # seconds until the library must have loaded
# nobody is turned away or asked for a code (test_second.py is), and a page comes when its answer is there,
# however busy the machine
PATIENT = {
    "posts_per_minute": 100_000,
    "burst": 100_000,
    "hourly": 100_000,
    "wait_seconds": 30.0,
    "second_factor": "false",
    "look_seconds": 3600,  # a library of every topic that tests publish would keep the machine busy
    "test_addresses": '["telegram:500"]',
}


@dataclass(slots=True)
class House:
    """A site that runs, and what a test must know of it."""

    settings: Settings
    url: str
    passwords: dict[str, str] = field(default_factory=dict[str, str])
    app: App | None = None

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.settings.folder / "legalbot.db"

    def store(self) -> Store:
        """A second connection, as another process would have one."""
        return connect(self.settings)


def settings_in(folder: Path, changes: dict[str, Any]) -> Settings:
    """The shipped config.toml with a few values changed, read as `serve` reads it."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for name, value in changes.items():
        text, found = re.subn(rf"(?m)^{name} = [^\s#]+", f"{name} = {value}", text, count=1)
        assert found, f"config.toml has no {name}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load(folder / "config.toml")


@contextmanager
def running(folder: Path, shelf: Path | None = None, **changes: Any) -> Generator[House]:
    """The site with these settings; `shelf` is a data folder whose library is built already."""
    settings = settings_in(folder, PATIENT | changes)
    if shelf:
        shutil.copytree(shelf, settings.folder)
    taken = socket.create_server(("127.0.0.1", 0))
    house = House(settings, f"http://127.0.0.1:{taken.getsockname()[1]}")
    server: list[uvicorn.Server] = []
    thread = threading.Thread(target=lambda: asyncio.run(_serve(house, taken, server)), name="site")
    thread.start()
    try:
        _until_ready(house.url, thread)
        yield house
    finally:
        if server:
            server[0].should_exit = True
        thread.join(timeout=20)
        taken.close()


async def _serve(house: House, taken: socket.socket, server: list[uvicorn.Server]) -> None:
    house.settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(house.settings.database_url)
    house.app = build(house.settings)
    house.passwords |= await sample.load(house.app.store)
    # streams that are still open are cut at once; in production the signal ends them (test_stop.py)
    config = uvicorn.Config(
        site(house.app), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    server.append(uvicorn.Server(config))
    await server[0].serve(sockets=[taken])


def _until_ready(url: str, thread: threading.Thread) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end:
        assert thread.is_alive(), "the site did not start"
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the site did not get ready")
