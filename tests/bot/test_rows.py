"""A file of questions is asked only if every line of it can be."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from bot import rows
from bot.rows import RowError
from handlers.hours import SHANGHAI


def _file(folder: Path, content: bytes | str) -> Path:
    path = folder / "questions.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_rows_come_in_their_order_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    path = _file(tmp_path, '{"id": 2, "question": "b"}\n\n  \n{"id": 1, "question": "a"}\n')
    assert [row["id"] for row in rows.load(path)] == [2, 1]


def test_a_row_may_hold_a_line_separator_of_unicode(tmp_path: Path) -> None:
    path = _file(tmp_path, '{"question": "一\u2028二\x85三"}\r\n{"question": "四"}')
    assert [row["question"] for row in rows.load(path)] == ["一\u2028二\x85三", "四"]


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert rows.load(_file(tmp_path, b'\xef\xbb\xbf{"question": "a"}')) == [{"question": "a"}]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{broken", "不是有效的 JSON"),
        ("[1, 2]", "对象"),
        ('"words"', "对象"),
        ("{}", "缺少 question"),
        ('{"question": null}', "缺少 question"),
        ('{"question": 5}', "缺少 question"),
        ('{"question": "a", "as_of": "yesterday"}', "as_of 不是日期：yesterday"),
        ('{"question": "a", "as_of": "2026-02-30"}', "as_of 不是日期"),
        ('{"question": "a", "as_of": 20260131.5}', "as_of 不是日期"),
        ("[" * 100_000, "不是有效的 JSON"),
    ],
)
def test_a_line_that_cannot_be_asked_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = _file(tmp_path, f'{{"question": "好"}}\n{line}\n{{"question": "好"}}\n')
    with pytest.raises(RowError, match=f"第 2 行：.*{problem}"):
        rows.load(path)


def test_every_bad_line_is_named_and_many_are_counted(tmp_path: Path) -> None:
    with pytest.raises(RowError) as several:
        rows.load(_file(tmp_path, 'x\n{"question": "a"}\ny\n'))
    assert [n for n in (1, 2, 3) if f"第 {n} 行" in str(several.value)] == [1, 3]
    with pytest.raises(RowError, match="共 50 行有错"):
        rows.load(_file(tmp_path, "x\n" * 50))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = _file(tmp_path, content) if content else tmp_path / "questions.jsonl"
    with pytest.raises(RowError, match=r"questions\.jsonl：读不了"):
        rows.load(path)


def test_a_row_says_day_and_resident_or_stands_for_a_stranger_today() -> None:
    today = datetime.now(SHANGHAI).date()
    assert rows.read({"question": "a"}) == ("a", today, "")
    assert rows.read({"question": "a", "as_of": None, "resident": None}) == ("a", today, "")
    assert rows.read({"question": "a", "as_of": "2025-06-01", "resident": 0}) == ("a", date(2025, 6, 1), "0")


def test_an_answer_is_one_line_whatever_it_quotes() -> None:
    line = rows.dumps({"id": "\ud83d", "text": "一\n二"})
    assert line == '{"id": "\\ud83d", "text": "一\\n二"}'
    assert json.loads(line)["text"] == "一\n二"
