"""A rule file knows its lines, and a file that cannot be read is named with the line of the fault."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import rows
from knowledge.rows import Row, RuleError


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    row = rows.read(written(tmp_path, "a: 1\nb:\n  - {c: 2, d: 2026-11-24}\n  -\n    e: 3\n"))
    assert row == {"a": 1, "b": [{"c": 2, "d": date(2026, 11, 24)}, {"e": 3}]}
    assert (row.line, row.lines) == (1, {"a": 1, "b": 2})
    second = row["b"][1]
    assert isinstance(second, Row)
    assert (second.line, second.lines) == (5, {"e": 5})


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "“a”写了两次"),
        ("a: 1\nb: [1\n", 3, "不是有效的 YAML"),
        ("a: 1\nb: !!python/name:os.system\n", 2, "不是有效的 YAML"),
        ("- 1\n", 1, "文件要写成“键: 值”"),
        ("", 1, "文件要写成“键: 值”"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RuleError, match=message) as caught:
        rows.read(path)
    assert [(problem.path, problem.line) for problem in caught.value.problems] == [(path, line)]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="读不了"):
        rows.read(tmp_path / "none.yaml")
