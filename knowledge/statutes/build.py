"""Build the statute file from the package, the imports and our tables, whole or not at all."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.citations import order
from knowledge.numerals import from_chinese
from knowledge.statutes import currency
from knowledge.statutes.currency import Dated
from knowledge.statutes.imports import read_folder, read_jsonl
from knowledge.statutes.sources import PACKAGE, LawText, SourceError, package_db, package_mark, read_package
from knowledge.statutes.tables import TABLES, Tables
from knowledge.statutes.tables import load as load_tables

SCHEMA = "1"
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (
    id INTEGER PRIMARY KEY, law TEXT NOT NULL, kind TEXT NOT NULL, version TEXT NOT NULL,
    valid_from TEXT NOT NULL, valid_to TEXT, successor TEXT NOT NULL, note TEXT NOT NULL,
    reason TEXT NOT NULL, evidence TEXT NOT NULL, origin TEXT NOT NULL, last INTEGER NOT NULL
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, version INTEGER NOT NULL REFERENCES versions, number TEXT NOT NULL,
    chapter TEXT NOT NULL, section TEXT NOT NULL, text TEXT NOT NULL, valid_to TEXT, successor TEXT NOT NULL
);
"""
_INDEX = "CREATE UNIQUE INDEX article ON articles (version, number)"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import brought: laws and articles in it, and what was left out with the reason."""

    laws: int
    articles: int
    skipped: tuple[str, ...]
    changed: bool


def imports_folder(path: Path) -> Path:
    """Where the imported texts lie, beside the statute file, so that a rebuild finds them."""
    return path.parent / "statutes" / "imports"


def ensure(path: Path, package: Path | None = None, tables: Path = TABLES) -> bool:
    """Build the statute file unless it is there and stands on the same sources; True if it was built."""
    if stamp_in(path) == stamp(path, package, tables):
        return False
    build(path, package, tables)
    return True


def build(path: Path, package: Path | None = None, tables: Path = TABLES) -> None:
    """Write the statute file anew: complete, or on any SourceError unchanged."""
    _build(path, package or package_db(), tables, sorted(imports_folder(path).glob("*.jsonl")))


def stamp(path: Path, package: Path | None = None, tables: Path = TABLES) -> str:
    """Names everything the content of the statute file depends on."""
    return _mark(package or package_db(), tables, sorted(imports_folder(path).glob("*.jsonl")))


def _mark(package: Path, tables: Path, imports: Iterable[Path]) -> str:
    parts = [SCHEMA, package_mark(package)]
    sources = [source for source in (tables / "versions.yaml", *imports) if source.exists()]
    parts += [f"{source.stem} {hashlib.sha256(source.read_bytes()).hexdigest()}" for source in sources]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def import_jsonl(path: Path, source: Path, package: Path | None = None, tables: Path = TABLES) -> Report:
    """Bring JSON lines (one article a line) into the statute file; malformed, nothing changes (SourceError)."""
    texts = read_jsonl(source)
    articles = sum(len(text.provisions) for text in texts)
    refused, changed = _take_in(path, source, package or package_db(), tables)
    return Report(len({text.law for text in texts}), articles, refused, changed)


def import_folder(path: Path, folder: Path, package: Path | None = None, tables: Path = TABLES) -> Report:
    """Bring a LawRefBook folder of Markdown files into the statute file; unreadable, nothing changes (SourceError)."""
    texts, skipped = read_folder(folder)
    if not texts:
        raise SourceError(f"{folder}: no law in it")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / f"{folder.resolve().name}.jsonl"
        source.write_text("".join(_lines(texts)), encoding="utf-8")
        report = import_jsonl(path, source, package, tables)
    return replace(report, skipped=(*skipped, *report.skipped))


def _take_in(path: Path, source: Path, package: Path, tables: Path) -> tuple[tuple[str, ...], bool]:
    """Build with that source, then keep it; what was refused of it, and whether the statute file changed."""
    folder = imports_folder(path)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{source.stem}.jsonl"
    others = [held for held in folder.glob("*.jsonl") if held != target]
    imports = sorted([*others, source], key=lambda held: held.stem)
    changed = stamp_in(path) != _mark(package, tables, imports)
    if changed:
        _build(path, package, tables, imports)
    if not target.exists() or target.read_bytes() != source.read_bytes():
        incoming = target.with_suffix(f".{os.getpid()}.tmp")
        shutil.copyfile(source, incoming)
        incoming.replace(target)
    return _chosen(package, imports)[1], changed


def _lines(texts: Iterable[LawText]) -> Iterator[str]:
    for text in texts:
        for provision in text.provisions:
            number, _, sub = provision.number.partition("之")
            row = {
                "law": text.law,
                "article": int(number),
                "sub": from_chinese(sub) or 0 if sub else 0,
                "text": provision.text,
                "kind": text.kind,
                "version": text.version.isoformat(),
                "chapter": provision.chapter,
                "section": provision.section,
            }
            yield json.dumps(row, ensure_ascii=False) + "\n"


def _chosen(package: Path, imports: Iterable[Path]) -> tuple[list[LawText], tuple[str, ...]]:
    """The texts that go in, and those that do not: the first source of a version wins, the package before all."""
    chosen: dict[tuple[str, str], LawText] = {}
    refused: list[str] = []
    texts = list(read_package(package))
    national = {text.law for text in texts}
    for text in (*texts, *(text for path in imports for text in read_jsonl(path))):
        key = (text.law, text.version.isoformat())
        if key in chosen:
            refused.append(f"{text.law} ({key[1]}): already held from {chosen[key].origin}")
        elif text.origin != PACKAGE and text.law in national:
            refused.append(f"{text.law} ({key[1]}): a version without the ones between it and the package's")
        else:
            chosen[key] = text
    return list(chosen.values()), tuple(refused)


def _build(path: Path, package: Path, tables: Path, imports: list[Path]) -> None:
    texts, _ = _chosen(package, imports)
    if not texts:
        raise SourceError(f"{package}: holds no laws")
    known, mark = load_tables(tables), _mark(package, tables, imports)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    os.close(handle)
    try:
        _write(Path(name), currency.dated(texts, known), known, mark)
        _settle(Path(name))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(path: Path, entries: Iterable[Dated], tables: Tables, mark: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=8192;" + _TABLES)
        for version, entry in enumerate(entries, 1):
            connection.execute("INSERT INTO versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", (version, *_version_row(entry)))
            connection.executemany(
                "INSERT INTO articles (version, number, chapter, section, text, valid_to, successor)"
                " VALUES (?,?,?,?,?,?,?)",
                [(version, *row) for row in _article_rows(entry, tables)],
            )
        connection.execute("INSERT INTO meta VALUES ('stamp', ?)", (mark,))
        connection.execute(_INDEX)
        connection.commit()
    finally:
        connection.close()


def _settle(path: Path) -> None:
    """On the disk before it takes the old file's name; readable by whoever serves."""
    path.chmod(0o644)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _version_row(entry: Dated) -> tuple[object, ...]:
    text = entry.text
    return (
        text.law,
        text.kind,
        text.version.isoformat(),
        entry.start.isoformat(),
        entry.end and entry.end.isoformat(),
        entry.by,
        entry.note,
        entry.reason,
        entry.evidence,
        text.origin,
        max((order(provision.number)[0] for provision in text.provisions), default=0),
    )


def _article_rows(entry: Dated, tables: Tables) -> Iterator[tuple[object, ...]]:
    text = entry.text
    ended = {
        article: row
        for row in tables.superseded
        if (row.law, row.version) == (text.law, text.version)
        for article in row.articles
    }
    for provision in text.provisions:
        row = ended.get(provision.number)
        end, by = (row.end.isoformat(), row.by) if row else (None, "")
        yield provision.number, provision.chapter, provision.section, provision.text, end, by


def stamp_in(path: Path) -> str | None:
    """The stamp of the statute file as it lies there now; None if there is none that can be used."""
    if not path.exists() or not _is_whole(path):
        return None
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'stamp'").fetchone()
    except sqlite3.DatabaseError:
        return None  # an older layout, or no database at all: built again
    finally:
        connection.close()
    return row[0] if row else None


def _is_whole(path: Path) -> bool:
    """Whether the file is as long as its header says (https://www.sqlite.org/fileformat.html#the_database_header)."""
    with path.open("rb") as file:
        header = file.read(32)
    pages, size = int.from_bytes(header[28:32], "big"), int.from_bytes(header[16:18], "big")
    return path.stat().st_size == pages * size
