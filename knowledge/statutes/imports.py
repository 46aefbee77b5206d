"""Read texts that an operator brings: JSON lines, and Markdown folders in LawRefBook's layout."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from knowledge.citations import ARTICLE, canonical
from knowledge.names import plain
from knowledge.numerals import to_chinese
from knowledge.statutes.sources import LawText, Provision, SourceError, stated_from, tidy

_FILE_NAME = re.compile(r"(?P<law>.+?)(?:\((?P<version>\d{4}-\d\d-\d\d)\))?\.md")
_ARTICLE_LINE = re.compile(r"(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[\s　]+(.*)")


def read_jsonl(path: Path) -> tuple[LawText, ...]:
    """Laws out of JSON lines (law, article, sub, text, kind, version, repealed_by); raises SourceError by line."""
    rows: dict[tuple[str, str], list[Provision]] = {}
    about: dict[tuple[str, str], tuple[str, str]] = {}
    try:
        lines = path.read_bytes().decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _row(line, f"{path}:{number}")
            key = (plain(row["law"]), row.get("version") or "")
            sub = f"之{to_chinese(row['sub'])}" if row.get("sub") else ""
            where = row.get("chapter") or "", row.get("section") or ""
            rows.setdefault(key, []).append(Provision(f"{row['article']}{sub}", row["text"].strip(), *where))
            about[key] = (row.get("kind") or "", row.get("repealed_by") or "")
    if not rows:
        raise SourceError(f"{path}: no rows")
    return tuple(_imported(key, rows[key], *about[key], origin=path.stem) for key in sorted(rows))


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise SourceError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise SourceError(f"{where}: not an object")
    row = cast("dict[str, Any]", row)
    texts = all(isinstance(row.get(key), str) and row[key] for key in ("law", "text"))
    numbers = isinstance(row.get("article"), int) and isinstance(row.get("sub", 0), int)
    if not (texts and numbers and ARTICLE.fullmatch(str(row["article"]))):
        raise SourceError(f"{where}: law, article (number) and text are required")
    try:
        date.fromisoformat(row.get("version") or "2000-01-01")
    except ValueError as error:
        raise SourceError(f"{where}: version is not a date ({error})") from error
    return row


def _imported(
    key: tuple[str, str], provisions: list[Provision], kind: str, repealed_by: str, *, origin: str
) -> LawText:
    law, version = key
    stated = stated_from(provisions)
    passed = date.fromisoformat(version) if version else stated or date.min
    unique = tuple({provision.number: provision for provision in reversed(provisions)}.values())[::-1]
    return LawText(law, kind, passed, stated, unique, origin, repealed_by)


def read_folder(folder: Path) -> tuple[tuple[LawText, ...], tuple[str, ...]]:
    """Laws out of a LawRefBook folder (one Markdown file a law, named 标题(日期).md), and what was left out and why."""
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder")
    texts: list[LawText] = []
    skipped: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        text = _markdown(path)
        if text.provisions:
            texts.append(replace(text, origin=folder.name))
        else:
            skipped.append(f"{path.relative_to(folder)}: no 第…条 in it")
    return tuple(texts), tuple(skipped)


def _markdown(path: Path) -> LawText:
    try:
        body = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    name = _FILE_NAME.fullmatch(path.name)
    law = name["law"] if name else path.stem
    version = name["version"] or "" if name else ""
    return _imported((plain(law), version), list(_articles(body)), path.parent.name, "", origin=path.stem)


def _articles(body: str) -> Iterator[Provision]:
    headings = {"编": "", "章": "", "节": ""}
    number, lines = "", [""]
    for line in [*(body.partition("<!-- INFO END -->")[2] or body).splitlines(), "#"]:
        match = _ARTICLE_LINE.match(line.strip())
        if (match or line.startswith("#")) and number:
            where = " ".join(filter(None, (headings["编"], headings["章"])))
            yield Provision(number, "\n".join(lines), where, headings["节"])
            number = ""
        if match:
            number, lines = canonical(match[1]) or "", [match[2]]
        elif line.startswith("#"):
            _place(headings, tidy(line.lstrip("#")))
        elif line.strip():
            lines.append(line.strip())


def _place(headings: dict[str, str], heading: str) -> None:
    """Put a heading in its rank and clear the ranks under it."""
    ranks = list(headings)
    rank = heading.split(" ", maxsplit=1)[0][-1:]
    if rank in headings:
        headings.update(dict.fromkeys(ranks[ranks.index(rank) :], "") | {rank: heading})
