"""Turn rows into frozen values and back."""

from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.moments import moment, stamp

T = TypeVar("T")


def value(kind: type[T], row: Any, **given: Any) -> T:
    """The dataclass made of the row's columns of the same names; columns named `at` or `…_at` become times."""
    names = {f.name for f in fields(kind)} & set(row._fields)  # type: ignore[arg-type]  # T is a dataclass
    found = {name: _read(kind, name, getattr(row, name)) for name in names}
    return kind(**found, **given)


def _read(kind: type[Any], name: str, raw: Any) -> Any:
    if raw is not None and _is_moment(name):
        return moment(raw)
    wanted = _enums(kind).get(name)
    return wanted(raw) if wanted else raw


@cache
def _enums(kind: type[Any]) -> dict[str, Any]:
    from enum import Enum
    from typing import get_type_hints

    return {n: t for n, t in get_type_hints(kind).items() if isinstance(t, type) and issubclass(t, Enum)}


def row(table: Table, of: Any, **given: Any) -> dict[str, Any]:
    """The columns that the table and the value share, with times as stamps."""
    names = {f.name for f in fields(of)} & set(table.c.keys())
    return {n: _write(n, getattr(of, n)) for n in names} | given


def _write(name: str, held: Any) -> Any:
    return stamp(held) if held is not None and _is_moment(name) else held


def _is_moment(name: str) -> bool:
    return name == "at" or name.endswith("_at")


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
