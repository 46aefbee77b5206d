"""Turn rows into frozen values and back."""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.moments import milliseconds, moment, span, stamp

T = TypeVar("T")


def value(kind: type[T], row: Any, **given: Any) -> T:
    """The dataclass made of the row's columns of the same names."""
    readers, columns = _readers(kind), set(row._fields)
    found = {name: read(getattr(row, name)) for name, read in readers.items() if name in columns and name not in given}
    return kind(**found, **given)


@cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {f.name: _reader(hints[f.name]) for f in fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a cell becomes a value of that type; what may be None stays None."""
    wanted = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) in (Union, UnionType) and len(wanted) < len(get_args(hint)):
        read = _reader(wanted[0])
        return lambda raw: None if raw is None else read(raw)
    if get_origin(hint) is tuple:
        return TypeAdapter(hint).validate_json
    if hint in _READERS:
        return _READERS[hint]
    return hint if isinstance(hint, type) and issubclass(hint, Enum) else _as_is


def _as_is(raw: Any) -> Any:
    return raw


def row(table: Table, of: Any, **given: Any) -> dict[str, Any]:
    """The columns that the table and the value share."""
    names = {f.name for f in fields(of)} & set(table.c.keys())
    return {n: written(getattr(of, n)) for n in names} | given


def written(held: Any) -> Any:
    """What a cell holds of a value: times and spans in milliseconds, days by their ISO name, lists as JSON."""
    match held:
        case datetime():
            return stamp(held)
        case date():
            return held.isoformat()
        case timedelta():
            return milliseconds(held)
        case tuple():
            return json.dumps(held)
        case _:
            return held


_READERS: dict[Any, Callable[[Any], Any]] = {
    datetime: moment,
    date: date.fromisoformat,
    timedelta: span,
}


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def packed(held: Any) -> str:
    """A value as JSON text."""
    return _adapter(type(held)).dump_json(held).decode()


def unpacked(kind: type[T], text: str) -> T:
    """The value that `packed` wrote."""
    return _adapter(kind).validate_json(text)


def insert_new(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that leaves alone what is there already."""
    return _insert_new(connection.dialect.name, table)


def upsert(connection: AsyncConnection, table: Table, names: Iterable[str], key: tuple[str, ...]) -> Any:
    """An INSERT that changes, of a row with the same key, all other columns named."""
    return _upsert(connection.dialect.name, table, tuple(names), key)


@cache
def _insert_new(dialect: str, table: Table) -> Any:
    return _insert(dialect)(table).on_conflict_do_nothing()


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> Any:
    statement = _insert(dialect)(table)
    changed = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def _insert(dialect: str) -> Any:
    # both databases say ON CONFLICT alike, but SQLAlchemy keeps them apart
    return (sqlite if dialect == "sqlite" else postgresql).insert
