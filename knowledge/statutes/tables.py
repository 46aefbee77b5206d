"""Read our own tables on statutes: what holds when, what is only listed, what people call it, what moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

from knowledge.statutes.sources import SourceError

TABLES = Path(__file__).parent.parent / "statutes"
_FIELDS = {"from": "start", "to": "end"}


@dataclass(frozen=True, slots=True)
class Override:
    """A line of versions.yaml: what we know better than the rule, why, and on what evidence."""

    law: str
    reason: str
    evidence: str
    version: date | None = None
    start: date | None = None
    end: date | None = None
    by: str = ""
    note: str = ""
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Superseded:
    """Articles of a held version that were amended without the new wording reaching the store."""

    law: str
    version: date
    articles: Sequence[str]
    end: date
    by: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A law of which no text is held because it no longer applies."""

    law: str
    end: date
    by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A law whose title, number and place are known though its text may not be held.

    `articles` is the number of its last article where someone has read the text, None where nobody here has.
    """

    law: str
    issuer: str
    where: str
    evidence: str
    number: str = ""
    start: date | None = None
    articles: int | None = None
    end: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """An article that has another number since a revision."""

    law: str
    old: str
    new: str
    since: date
    about: str
    basis: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything under knowledge/statutes/, read once."""

    overrides: tuple[Override, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    first: frozenset[str] = frozenset()
    gone: Mapping[str, Gone] = field(default_factory=dict[str, Gone])
    listed: Mapping[str, Listed] = field(default_factory=dict[str, Listed])
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    moved: tuple[Moved, ...] = ()


def load(folder: Path = TABLES) -> Tables:
    """The tables of that folder; a file that is not there is an empty table. Raises SourceError."""
    versions = _read(folder / "versions.yaml")
    aliases = _read(folder / "aliases.yaml")
    return Tables(
        overrides=tuple(Override(**row) for row in _rows(versions, "versions")),
        superseded=tuple(Superseded(**row) for row in _rows(versions, "superseded")),
        first=frozenset(versions.get("first", [])),
        gone={row["law"]: Gone(**row) for row in _rows(versions, "gone")},
        listed={row["law"]: Listed(**row) for row in _rows(_read(folder / "listed.yaml"), "listed")},
        aliases={alias: law for law, names in aliases.items() for alias in names},
        moved=tuple(Moved(**row) for row in _rows(_read(folder / "renumbered.yaml"), "moved")),
    )


def _rows(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of one table, `from` and `to` being words that Python keeps for itself."""
    rows: list[dict[str, Any]] = table.get(name) or []
    return [{_FIELDS.get(key, key): value for key, value in row.items()} for row in rows]


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise SourceError(f"{path}: {error}") from error
    if not isinstance(content or {}, dict):
        raise SourceError(f"{path}: not a table")
    return cast("dict[str, Any]", content or {})
