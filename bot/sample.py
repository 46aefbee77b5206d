"""Load the sample district into an empty database."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.web import passwords
from handlers.staff import Role, User
from storage.store import Store

FILE = Path(__file__).parent / "sample.yaml"


async def load(store: Store) -> dict[str, str]:
    """Add towns, villages and staff; returns the one-time password of each login, or nothing if staff exist."""
    if await store.people.count():
        return {}
    district: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    places = await store.people.add_villages(district["towns"].items())
    given: dict[str, str] = {}
    for row in district["staff"]:
        villages = frozenset(places[name] for name in row.get("villages", ()))
        user = User(0, row["login"], row["name"], Role(row["role"]), one_time=True, villages=villages)
        given[user.login] = await add(store, user)
    return given


async def add(store: Store, user: User) -> str:
    """Add one member of staff; returns the one-time password."""
    password = secrets.token_urlsafe(9)
    await store.people.add(user, await passwords.digest(password), datetime.now(UTC))
    return password
