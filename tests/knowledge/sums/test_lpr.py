"""The rates somebody brought: read with their source, laid over one another, written back, found by day."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.rows import RuleError
from knowledge.sums import lpr

JANUARY = lpr.Rate(date(2024, 1, 22), Decimal("1.23"), "样例甲")
FEBRUARY = lpr.Rate(date(2024, 2, 20), Decimal("1.20"), "样例甲")


def test_the_table_ships_empty() -> None:
    assert lpr.shipped() == ()


def test_lines_are_read_in_any_order_with_comments() -> None:
    text = "# 样例\n2024-02-20,1.20,样例甲\n\n2024-01-22, 1.23, 样例甲\n"
    assert lpr.read(text) == (JANUARY, FEBRUARY)


@pytest.mark.parametrize(
    "line",
    [
        "2024-01-22,1.23",
        "2024-13-22,1.23,甲",
        "2024-01-22,很低,甲",
        "2024-01-22,0,甲",
        "2024-01-22,123,甲",
        "2024-01-22,1.23, ",
    ],
)
def test_a_faulty_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="第2行"):
        lpr.read(f"2024-02-20,1.20,甲\n{line}\n")


def test_a_later_table_corrects_an_earlier_one() -> None:
    corrected = lpr.Rate(JANUARY.published, Decimal("1.25"), "样例乙")
    assert lpr.laid((FEBRUARY, JANUARY), (corrected,)) == (corrected, FEBRUARY)


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "lpr.yaml"
    file.write_text(lpr.written((JANUARY, FEBRUARY)), encoding="utf-8")
    assert lpr.shipped(file) == (JANUARY, FEBRUARY)
    file.write_text(lpr.written(()), encoding="utf-8")
    lpr.shipped.cache_clear()
    assert lpr.shipped(file) == ()


def test_a_faulty_row_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "lpr.yaml"
    file.write_text(
        "rates:\n  - {published: 2024-01-22, percent: 1.23, source: 甲}\n  - {percent: 1}\n", encoding="utf-8"
    )
    with pytest.raises(RuleError, match=r"lpr\.yaml:3: error"):
        lpr.shipped(file)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2024, 1, 21), None), (date(2024, 1, 22), JANUARY), (date(2024, 2, 19), JANUARY),
        (date(2024, 2, 20), FEBRUARY),
        (date(2024, 3, 19), FEBRUARY), (date(2024, 3, 20), None), (date(2024, 4, 1), None),
        (date(2023, 12, 31), None),
    ],
)  # fmt: skip
def test_the_rate_of_a_day_is_the_last_published_unless_one_is_missing(day: date, found: lpr.Rate | None) -> None:
    assert lpr.on((JANUARY, FEBRUARY), day) == found


def test_in_january_the_rate_of_december_holds() -> None:
    december = lpr.Rate(date(2023, 12, 20), Decimal("1.5"), "样例")
    assert lpr.on((december,), date(2024, 1, 10)) == december


TABLE = "# 说明\nrates: []\n"


def test_lines_are_laid_over_the_file_and_its_notes_stay(tmp_path: Path) -> None:
    file = tmp_path / "lpr.yaml"
    file.write_text(TABLE, encoding="utf-8")
    lines = "2024-01-22,1.23,样例甲\n2024-02-20,1.20,样例甲\n"
    assert lpr.keep(lines, file) == (2, 0)
    assert lpr.shipped(file) == (JANUARY, FEBRUARY)
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# 说明\nrates:\n")
    assert lpr.keep(lines, file) == (0, 0), "the same again changes nothing"
    assert file.read_text(encoding="utf-8") == written
    assert lpr.keep("2024-01-22,1.25,样例乙\n2024-03-20,1.19,样例乙\n", file) == (1, 1)
    assert [rate.percent for rate in lpr.shipped(file)] == [Decimal("1.25"), Decimal("1.20"), Decimal("1.19")]


def test_one_faulty_line_and_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "lpr.yaml"
    file.write_text(TABLE, encoding="utf-8")
    with pytest.raises(ValueError, match="第2行"):
        lpr.keep("2024-01-22,1.23,样例甲\n2024-02-20,高,样例甲\n", file)
    assert file.read_text(encoding="utf-8") == TABLE
    assert [path.name for path in tmp_path.iterdir()] == ["lpr.yaml"]
