"""Seal everything anew under another key, batch by batch; what was interrupted is simply begun again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import connect
from storage.schema import (
    appeals,
    contents,
    dialogues,
    drafts,
    enclosures,
    entries,
    inbox,
    mediations,
    notes,
    outbox,
    reminders,
    tokens,
    users,
)
from storage.unit import Writer, reading
from storage.vault import Sealed, Vault

BATCH = 500  # rows a transaction


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table keeps what is sealed, and what each row's words are bound to."""

    column: str
    of: Callable[[Any], str]
    batch: int = BATCH


# what the stores write; a column that is not here fails the tests
PLACES: Mapping[Table, Place] = {
    inbox: Place("words", lambda row: f"inbox:{row.channel}:{row.external_id}"),
    dialogues: Place("body", lambda row: f"dialogue:{row.resident}"),
    reminders: Place("words", lambda row: f"reminder:{row.resident}"),
    users: Place("second", lambda row: f"second:{row.id}"),
    entries: Place("words", lambda row: f"entry:{row.receipt}"),
    notes: Place("words", lambda row: f"note:{row.receipt}"),
    drafts: Place("words", lambda row: f"draft:{row.receipt}:{row.user}"),
    appeals: Place("words", lambda row: f"appeal:{row.event}"),
    mediations: Place("body", lambda row: f"mediation:{row.number}"),
    outbox: Place("words", lambda row: f"outbox:{row.cause}:{row.part}"),
    tokens: Place("value", lambda row: f"token:{row.name}"),
    enclosures: Place("words", lambda row: f"enclosure:{row.mark}"),
    contents: Place("content", lambda row: f"content:{row.enclosure}", batch=8),  # each has megabytes
}


@dataclass(frozen=True, slots=True)
class Turned:
    """How many were sealed anew, were so already, and can be opened by neither key."""

    fresh: int = 0
    done: int = 0
    lost: int = 0

    def __add__(self, other: "Turned") -> "Turned":
        return Turned(self.fresh + other.fresh, self.done + other.done, self.lost + other.lost)


async def rotate(url: str, old: bytes, new: bytes) -> Turned:
    """Seal anew all that the old key sealed; nobody else may be writing. Raises StorageDown."""
    engines, vaults = connect(url), (Vault(old), Vault(new))
    writer, turned = Writer(engines.write), Turned()
    try:
        for table in PLACES:
            last: tuple[Any, ...] | None = None
            while rows := await _next(engines.read, table, last):
                turned += await writer.write(partial(_seal, table=table, rows=rows, vaults=vaults))
                last = tuple(getattr(rows[-1], column.name) for column in table.primary_key)
    finally:
        await writer.close()
        await engines.dispose()
    return turned


async def _next(engine: Any, table: Table, last: tuple[Any, ...] | None) -> list[Any]:
    key = tuple(table.primary_key)
    wanted = select(table).order_by(*key).limit(PLACES[table].batch)
    async with reading(engine) as connection:
        return [*await connection.execute(wanted.where(tuple_(*key) > last) if last else wanted)]


async def _seal(
    connection: AsyncConnection, *, table: Table, rows: Sequence[Any], vaults: tuple[Vault, Vault]
) -> Turned:
    (old, new), place, turned = vaults, PLACES[table], Turned()
    for row in rows:
        sealed, where = getattr(row, place.column), place.of(row)
        if not sealed:
            continue
        if _opened(new, sealed, where) is not None:
            turned += Turned(done=1)
        elif (words := _opened(old, sealed, where)) is None:
            turned += Turned(lost=1)
        else:
            same = [column == getattr(row, column.name) for column in table.primary_key]
            await connection.execute(update(table).where(*same).values({place.column: new.lock(words, where)}))
            turned += Turned(fresh=1)
    return turned


def _opened(vault: Vault, sealed: bytes, where: str) -> bytes | None:
    try:
        return vault.unlock(sealed, where)
    except Sealed:
        return None
