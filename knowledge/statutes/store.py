"""Answer which text of which article holds on which day."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge import citations
from knowledge.citations import Citation
from knowledge.names import Names
from knowledge.statutes.tables import TABLES, Listed, Moved
from knowledge.statutes.tables import load as load_tables

RECENT = 4096  # articles kept in mind; those that the topics cite are fewer
_ARTICLE = (
    "SELECT a.id, v.id, a.number, a.chapter, a.section, a.text, a.valid_to, a.successor"
    " FROM articles a JOIN versions v ON v.id = a.version"
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one law; both days are included, `valid_to` is None while nothing ends it.

    `note` is what a resident must be told of it (以机构答复为准), `last` the number of its last article.
    """

    law: str
    kind: str
    version: date
    valid_from: date
    valid_to: date | None
    successor: str
    note: str
    reason: str
    evidence: str
    origin: str
    last: int

    def holds(self, day: date) -> bool:
        """Whether it is in force that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Article:
    """One article of one version; `chapter` carries 编, 分编 and 章."""

    law: str
    number: str
    chapter: str
    section: str
    text: str
    version: Version
    valid_to: date | None = None
    successor: str = ""

    @property
    def citation(self) -> Citation:
        """The citation that names it."""
        return Citation(self.law, self.number)

    @property
    def note(self) -> str:
        """What a resident must be told of its law."""
        return self.version.note


class Kind(StrEnum):
    """How far a citation can be relied on."""

    VERIFIED = "verified"  # its text is held and in force that day
    LISTED = "listed"  # title and place are known, the text is not held
    UNHELD = "unheld"  # the law is known, its text of that day is not: name it without a number
    WRONG = "wrong"  # no such law or article, or not in force that day


@dataclass(frozen=True, slots=True)
class Standing:
    """What a citation is worth on a day; `reason` is plain Chinese, empty when verified.

    `wanted` names the version that holds that day where its text is not held.
    """

    kind: Kind
    citation: Citation
    reason: str = ""
    article: Article | None = None
    listed: Listed | None = None
    wanted: str = ""


class Statutes:
    """The statute file, read only; one object may serve many threads."""

    def __init__(self, path: Path, tables: Path = TABLES) -> None:
        """Open the file that `build.ensure` made; raises sqlite3.OperationalError if there is none."""
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        # a server drops the old store at a swap while questions may still be reading it: the last one closes it
        weakref.finalize(self, self._connection.close)
        self._lock = threading.Lock()
        self._row = lru_cache(RECENT)(self._read)  # the file never changes under us: an import makes another
        self._tables = load_tables(tables)
        self._versions = {row[0]: _version(row) for row in self._rows("SELECT * FROM versions ORDER BY id")}
        self._by_law: dict[str, list[tuple[int, Version]]] = {}
        for key, version in self._versions.items():
            self._by_law.setdefault(version.law, []).append((key, version))
        known = dict.fromkeys([*self._by_law, *self._tables.listed, *self._tables.gone])
        self.names = Names(known, self._tables.aliases)
        self.stamp: str = self._rows("SELECT value FROM meta WHERE key = 'stamp'")[0][0]

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def titles(self) -> tuple[str, ...]:
        """The full titles of all laws of which some text is held."""
        return tuple(self._by_law)

    def resolve(self, name: str) -> str | None:
        """The full title that a title, short name, alias or near miss stands for; held, listed or gone."""
        return self.names.resolve(name)

    def find(self, text: str) -> tuple[Citation, ...]:
        """Every citation a person typed, whether it exists or not."""
        return citations.find(text, self.names)

    def laws_in(self, text: str) -> tuple[str, ...]:
        """The full titles of the laws a person named."""
        return citations.laws_in(text, self.names)

    def listed(self, law: str) -> Listed | None:
        """Where to read a law and under which number it was issued, if our list has it."""
        return self._tables.listed.get(law)

    def versions(self, law: str) -> tuple[Version, ...]:
        """All held versions of a law, by the day from which they hold."""
        return tuple(version for _, version in self._by_law.get(law, []))

    def version(self, law: str, as_of: date) -> Version | None:
        """The held version in force that day."""
        found = self._in_force(law, as_of)
        return found[1] if found else None

    def article(self, law: str, number: str, as_of: date) -> Article | None:
        """The article as it reads that day; None if it does not exist, does not apply or is not held."""
        found = self._in_force(law, as_of)
        row = self._row(found[0], number) if found else None
        article = self._article(row) if row else None
        return article if article and _applies(article, as_of) else None

    def neighbours(self, law: str, number: str, as_of: date, reach: int = 1) -> tuple[Article, ...]:
        """The articles before and after it, without itself."""
        return self._around(law, number, as_of, "a.id BETWEEN ? AND ? AND a.id != ?", reach)

    def chapter(self, law: str, number: str, as_of: date) -> tuple[Article, ...]:
        """All articles of the chapter it stands in, itself included; of the whole law where it has no chapters."""
        found = self._in_force(law, as_of)
        row = self._row(found[0], number) if found else None
        if not row:
            return ()
        rows = self._rows(f"{_ARTICLE} WHERE v.id = ? AND a.chapter = ? ORDER BY a.id", row[1], row[3])
        return tuple(article for article in map(self._article, rows) if _applies(article, as_of))

    def law(self, law: str, as_of: date) -> tuple[Article, ...]:
        """Every article of the law that holds that day; nothing where its text is not held."""
        found = self._in_force(law, as_of)
        rows = self._rows(f"{_ARTICLE} WHERE v.id = ? ORDER BY a.id", found[0]) if found else []
        return tuple(article for article in map(self._article, rows) if _applies(article, as_of))

    def articles(self, as_of: date) -> Iterator[Article]:
        """Every article in force that day, law by law, for indexing."""
        for versions in self._by_law.values():
            for key, version in versions:
                if version.holds(as_of):
                    rows = self._rows(f"{_ARTICLE} WHERE v.id = ? ORDER BY a.id", key)
                    yield from (article for article in map(self._article, rows) if _applies(article, as_of))

    def note(self, law: str, as_of: date) -> str:
        """What a resident must be told whenever this law is cited or named that day; mostly nothing."""
        version, listed = self.version(law, as_of), self.listed(law)
        return (version.note if version else "") or (listed.note if listed else "")

    def moved(self, law: str, number: str) -> tuple[Moved, ...]:
        """Where the content of an older article number stands today, as far as we have checked it."""
        return tuple(row for row in self._tables.moved if (row.law, row.old) == (law, number))

    def standing(self, citation: Citation, as_of: date) -> Standing:
        """What the citation is worth on that day."""
        held = self._by_law.get(citation.law)
        found = self._in_force(citation.law, as_of)
        if held and found:
            return self._held(citation, found, as_of)
        listed = self._tables.listed.get(citation.law)
        if listed and _in_days(listed.start, listed.end, as_of):
            return _listed(citation, listed)
        if held:
            return self._between(citation, [version for _, version in held], as_of)
        if listed:
            return Standing(Kind.WRONG, citation, f"《{citation.law}》{_when(listed.start, listed.end, as_of)}")
        return self._unknown(citation, as_of)

    def _held(self, citation: Citation, found: tuple[int, Version], as_of: date) -> Standing:
        row = self._row(found[0], citation.article)
        if row:
            article = self._article(row)
            if _applies(article, as_of):
                return Standing(Kind.VERIFIED, citation, article=article)
            reason = f"{citations.display(citation)}已被{article.successor}修改，库里没有修改后的原文"
            return Standing(Kind.UNHELD, citation, reason, wanted=f"{article.successor}修改后的文本")
        number, sub = citations.order(citation.article)
        if number and not sub and number < found[1].last:
            reason, wanted = f"库里缺《{citation.law}》这一条的原文", f"{found[1].version}文本的这一条"
            return Standing(Kind.UNHELD, citation, reason, wanted=wanted)
        return Standing(Kind.WRONG, citation, f"《{citation.law}》没有这一条（最后一条是第{found[1].last}条）")

    def _between(self, citation: Citation, held: list[Version], as_of: date) -> Standing:
        ended = [version for version in held if version.valid_to and version.valid_to < as_of]
        later = [version for version in held if version.valid_from > as_of]
        law = citation.law
        if later and not ended and law in self._tables.first:
            return Standing(Kind.WRONG, citation, f"《{law}》{_when(later[0].valid_from, None, as_of)}")
        if later:
            reason = f"库里没有《{law}》在{as_of}有效的文本（现有文本自{later[0].valid_from}起施行）"
            return Standing(Kind.UNHELD, citation, reason, wanted=f"{later[0].valid_from}以前施行的文本")
        last = ended[-1]
        return Standing(Kind.WRONG, citation, f"《{law}》{_when(None, last.valid_to, as_of, last.successor)}")

    def _unknown(self, citation: Citation, as_of: date) -> Standing:
        gone = self._tables.gone.get(citation.law)
        if gone is None:
            full = self.names.exact(citation.law)
            hint = f"，请写全称《{full}》" if full else ""
            return Standing(Kind.WRONG, citation, f"库里和目录里都没有《{citation.law}》{hint}")
        if as_of <= gone.end:
            reason, wanted = f"库里没有《{citation.law}》的原文", f"适用到{gone.end}的文本"
            return Standing(Kind.UNHELD, citation, reason, wanted=wanted)
        return Standing(Kind.WRONG, citation, f"《{citation.law}》{_when(None, gone.end, as_of, gone.by)}")

    def _in_force(self, law: str, as_of: date) -> tuple[int, Version] | None:
        # the latest that holds: two imports may overlap
        held = [entry for entry in self._by_law.get(law, []) if entry[1].holds(as_of)]
        return held[-1] if held else None

    def _around(self, law: str, number: str, as_of: date, where: str, reach: int) -> tuple[Article, ...]:
        found = self._in_force(law, as_of)
        row = self._row(found[0], number) if found else None
        if not row:
            return ()
        rows = self._rows(
            f"{_ARTICLE} WHERE v.id = ? AND {where} ORDER BY a.id", row[1], row[0] - reach, row[0] + reach, row[0]
        )
        return tuple(article for article in map(self._article, rows) if _applies(article, as_of))

    def _read(self, version: int, number: str) -> tuple[Any, ...] | None:
        rows = self._rows(f"{_ARTICLE} WHERE a.version = ? AND a.number = ?", version, number)
        return rows[0] if rows else None

    def _article(self, row: tuple[Any, ...]) -> Article:
        version = self._versions[row[1]]
        end = date.fromisoformat(row[6]) if row[6] else version.valid_to
        return Article(version.law, row[2], row[3], row[4], row[5], version, end, row[7] or version.successor)

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def _version(row: tuple[Any, ...]) -> Version:
    _, law, kind, version, start, end, *rest = row
    days = date.fromisoformat(version), date.fromisoformat(start), date.fromisoformat(end) if end else None
    return Version(law, kind, *days, *rest)


def _applies(article: Article, as_of: date) -> bool:
    return article.valid_to is None or as_of <= article.valid_to


def _listed(citation: Citation, listed: Listed) -> Standing:
    number, _ = citations.order(citation.article)
    if listed.articles is not None and number > listed.articles:
        reason = f"《{citation.law}》没有这一条（最后一条是第{listed.articles}条）"
        return Standing(Kind.WRONG, citation, reason, listed=listed)
    return Standing(Kind.LISTED, citation, "原文未核", listed=listed)


def _in_days(start: date | None, end: date | None, as_of: date) -> bool:
    return (start is None or start <= as_of) and (end is None or as_of <= end)


def _when(start: date | None, end: date | None, as_of: date, by: str = "") -> str:
    if start and start > as_of:
        return f"要到{start}才施行"
    if end:
        return f"自{end + timedelta(days=1)}起已不再适用" + (f"，由《{by}》取代" if by else "")
    return "那天不适用"
