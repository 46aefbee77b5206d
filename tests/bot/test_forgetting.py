"""The command says first what would go, and erases only when it is told to."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import app, config, people
from bot.config import Settings
from handlers.desk import tickets as acts
from storage.schema import entries, tickets
from tests.bot.terminal import SECRETS, run
from tests.storage.given import NOW, adviser, at, moved, opened_ticket, rows


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text("[data]\nkeep_tickets_days = 40\n", encoding="utf-8")
    return config.load(tmp_path / "config.toml")


async def _close_long_ago(settings: Settings) -> None:
    """One ticket, answered and closed in 1970."""
    await people.add(settings, "wang", "王顾问", "adviser", "")
    store = app.connect(settings)
    try:
        by = await adviser(store)
        claimed = acts.claim(await opened_ticket(store), by, NOW)
        answered = acts.answer(claimed, by, at(60))
        assert await moved(store, claimed)
        assert await moved(store, answered, "先找劳动监察")
        assert await moved(store, acts.close(answered, by, at(120)), seconds=120)
        await store.writer.write(lambda c: c.execute(update(tickets).values(closed_at=0)))
    finally:
        await store.close()


async def _count_words(settings: Settings) -> int:
    store = app.connect(settings)
    try:
        return len(await rows(store, entries))
    finally:
        await store.close()


def test_a_dry_run_tells_and_erases_nothing(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(_close_long_ago(settings))
    ran = run(tmp_path, "forget", "--dry-run")
    assert (ran.code, ran.out) == (
        0,
        "办结满 40 天的，会清掉：工单 1、往来 1、内部备注 0、草稿 0、图片和文件 0。还没有清\n",
    ), ran.err
    assert asyncio.run(_count_words(settings)) == 1


def test_without_it_the_words_go(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(_close_long_ago(settings))
    ran = run(tmp_path, "forget")
    assert (ran.code, ran.out) == (0, "办结满 40 天的：清掉了 1 件工单的原话\n"), ran.err
    assert asyncio.run(_count_words(settings)) == 0
    assert "会清掉：工单 0" in run(tmp_path, "forget", "--dry-run").out
