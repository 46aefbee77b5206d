"""Write a moment as it stands on the clocks here."""

from datetime import UTC, datetime
from functools import cache

from handlers.desk.clocks import Targets
from handlers.hours import SHANGHAI, Hours
from knowledge.clocks import workdays

HOURS = Hours(cache(workdays.is_workday))
TARGETS = Targets(HOURS)


def at(said: str, year: int = 2026) -> datetime:
    """11-24 09:30 of that year, in Shanghai."""
    return datetime.strptime(f"{year}-{said}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)
