"""Read the questions that other programs ask, and name every line that cannot be asked."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from handlers.hours import SHANGHAI

NAMED = 10  # problems of a file that are named before the rest is only counted


class RowError(ValueError):
    """Rows that cannot be asked; the message names each by its line."""


def read(row: dict[str, Any]) -> tuple[str, date, str]:
    """The question, its day and its resident ("": a stranger); raises ValueError."""
    words = row.get("question")
    if not isinstance(words, str):
        raise ValueError("缺少 question，或它不是文字")
    resident = row.get("resident")
    return words, _day(row.get("as_of")), "" if resident is None else str(resident)


def _day(as_of: object) -> date:
    if as_of in (None, ""):
        return datetime.now(SHANGHAI).date()
    try:
        return date.fromisoformat(as_of if isinstance(as_of, str) else "")
    except ValueError:
        raise ValueError(f"as_of 不是日期：{as_of}，请写成 2026-01-31 这样") from None


def load(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, all of them sound; raises RowError naming each line that is not."""
    try:
        # not splitlines(): a row may hold a line separator of Unicode's
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RowError(f"{file}：读不了（{error}）") from None
    problems: list[str] = []
    rows = [row for number, line in enumerate(lines, 1) if (row := _row(line, number, problems)) is not None]
    if problems:
        more = [f"……共 {len(problems)} 行有错"] if len(problems) > NAMED else []
        raise RowError("\n".join([f"{file}：", *problems[:NAMED], *more]))
    return rows


def _row(line: str, number: int, problems: list[str]) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        row = _parsed(line)
        if not isinstance(row, dict):
            raise ValueError("要是 {…} 这样的对象")
        read(row)
    except ValueError as error:
        problems.append(f"第 {number} 行：{error}")
        return None
    return row


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"不是有效的 JSON（{error}）") from None


def dumps(answer: dict[str, Any]) -> str:
    """One line of JSON; half a surrogate pair, which no encoding can carry, is written as an escape."""
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
