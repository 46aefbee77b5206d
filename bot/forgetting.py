"""Erase on command what was kept long enough."""

from datetime import UTC, datetime, timedelta

from bot import app
from bot.config import Settings


async def forget(settings: Settings, *, dry_run: bool) -> str:
    """The words of tickets closed long ago go; a dry run only says how many there are. Raises StorageDown."""
    now, days = datetime.now(UTC), settings.file.data.keep_tickets_days
    before = now - timedelta(days=days)
    store = app.connect(settings)
    try:
        if not dry_run:
            return f"办结满 {days} 天的：清掉了 {await store.retention.erase(before, now)} 件工单的原话"
        due = await store.retention.due(before)
    finally:
        await store.close()
    return f"办结满 {days} 天的，会清掉：{'、'.join(f'{name} {count}' for name, count in due.items())}。还没有清"
