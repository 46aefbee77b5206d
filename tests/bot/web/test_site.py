"""Start and stop the site as the operator does."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest
from starlette.routing import Route

from bot.app import build
from bot.channels import telegram
from bot.web.site import site
from storage.migrate import upgrade
from tests.bot.web.server import ROOT, settings_in

SECRET = "a-secret_for-telegram"


def _webhook_routes(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:abc")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", SECRET)
    settings = settings_in(tmp_path, {"mode": f'"{mode}"', "public_url": '"https://law.example.cn"'})
    return lambda: [r.path for r in site(build(settings)).routes if isinstance(r, Route) and "telegram" in r.path]


async def test_telegram_may_post_where_only_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _webhook_routes(tmp_path, "webhook", monkeypatch)()
    assert paths == [f"/telegram/{telegram.path(SECRET)}"]
    assert SECRET not in paths[0]


async def test_without_webhook_mode_there_is_no_such_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _webhook_routes(tmp_path, "polling", monkeypatch)() == []


START = """
import asyncio, sys, uvicorn
from pathlib import Path
from bot.app import build
from bot.config import load
from bot.web.site import site
app = build(load(Path(sys.argv[1])))
server = uvicorn.Server(uvicorn.Config(site(app), port=int(sys.argv[2]), log_config=None, timeout_graceful_shutdown=20))
asyncio.run(server.serve())
"""


@pytest.mark.slow
def test_a_signal_ends_open_streams_and_the_process(tmp_path: Path, free_port: int) -> None:
    settings = settings_in(tmp_path, {})
    settings.folder.mkdir()
    asyncio.run(upgrade(settings.database_url))
    command = [sys.executable, "-c", START, str(tmp_path / "config.toml"), str(free_port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            cookie = _visit(free_port)
            with closing(HTTPConnection("127.0.0.1", free_port, timeout=10)) as stream:
                stream.request("GET", "/events", headers={"Cookie": cookie})
                answer = stream.getresponse()
                assert answer.status == 200
                began = time.monotonic()
                os.kill(process.pid, signal.SIGTERM)
                with suppress(IncompleteRead):
                    answer.read()
                process.wait(timeout=10)
                assert time.monotonic() - began < 5
        finally:
            process.kill()


def _visit(port: int) -> str:
    """Open the page once the server listens; returns the cookie."""
    for _ in range(300):
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as first:
                first.request("GET", "/")
                return str(first.getresponse().headers["Set-Cookie"]).split(";")[0]
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")
