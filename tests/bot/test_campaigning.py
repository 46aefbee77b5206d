"""A push is planned, tried out, approved, watched and cancelled from the command line, and refused with the reason."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app, campaigning
from bot.config import ConfigError, Settings
from handlers.deliveries import State
from handlers.education.campaigns import Tally
from handlers.staff import Role, User
from storage.migrate import upgrade
from tests.journeys.house import settings_in

NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path, pytestconfig: pytest.Config) -> Settings:
    """Settings of a folder with two publishers; the statute store is the one that other tests have built."""
    built = pytestconfig.cache.mkdir("shelf") / "statutes.db"
    folder = tmp_path / "data"
    folder.mkdir()
    if built.exists():
        (folder / "statutes.db").symlink_to(built)
    made = settings_in(folder, "", {"push": {"test_addresses": ["web:me"]}})
    asyncio.run(_staffed(made))
    return made


async def _staffed(settings: Settings) -> None:
    await upgrade(settings.database_url)
    store = app.connect(settings)
    for login in ("p1", "p2"):
        await store.people.add(User(0, login, "普法", Role.PUBLISHER, one_time=False), "-", NOW)
    await store.close()


def plan(settings: Settings, theme: str = "constitution-day", when: str = "") -> str:
    return asyncio.run(campaigning.plan(settings, "p1", theme, expires="", when=when, towns="", channels=""))


def test_the_whole_way(settings: Settings) -> None:
    assert plan(settings).startswith("1 号草稿：今天是国家宪法日")
    shown = asyncio.run(campaigning.preview(settings, 1))
    assert "── Telegram（1 条）──" in shown
    assert "依据：《宪法》第五条、第三十三条" in shown
    assert "✗ 没有人符合条件。放宽" in shown
    with pytest.raises(ConfigError, match="试发名单"):
        asyncio.run(campaigning.test(settings, "p1", 1, "telegram:12345"))
    asyncio.run(campaigning.test(settings, "p1", 1, "web:me"))
    with pytest.raises(ConfigError, match="还没有发过"):
        asyncio.run(campaigning.report(settings, 1, None))
    assert asyncio.run(campaigning.send(settings, "", 1, dry_run=True)).startswith("不发，只看")
    with pytest.raises(ConfigError, match="没有人符合条件"):
        asyncio.run(campaigning.send(settings, "p2", 1, dry_run=False))
    assert "待审核" in asyncio.run(campaigning.status(settings, None, follow=False))
    assert "已取消" in asyncio.run(campaigning.cancel(settings, "p2", 1))
    assert "已取消" in asyncio.run(campaigning.status(settings, 1, follow=False))


@pytest.mark.parametrize(
    ("theme", "when", "said"),
    [
        ("no-such", "", "没有主题"),
        ("labour-day", "2020-01-01 10:00", "过了"),
        ("labour-day", "每年5月1日 22:00", "免打扰"),
    ],
)
def test_what_cannot_run_is_refused_where_it_is_written(settings: Settings, theme: str, when: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plan(settings, theme, when)
    assert asyncio.run(campaigning.status(settings, None, follow=False)) == "还没有推送计划"


def test_a_number_that_is_none_is_named(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="没有这个推送计划"):
        asyncio.run(campaigning.preview(settings, 7))


def test_every_theme_is_listed() -> None:
    assert "constitution-day" in campaigning.shelf()


def test_the_bar_tells_rate_time_and_failures() -> None:
    before = Tally({State.READY: 1000}, {})
    now = Tally({State.READY: 500, State.SENT: 490, State.CLOSED: 10}, {"Forbidden": 10})
    seconds = timedelta(seconds=20).total_seconds()
    assert campaigning.bar(before, now, seconds) == (
        f"{'█' * 15}{'░' * 15} 500/1000  25.0 条/秒  还要 0 分钟  失败：Forbidden 10"
    )
