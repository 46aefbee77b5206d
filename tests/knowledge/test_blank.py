"""A blank topic names every part that must be filled in, and is due within half a year."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import blank, topics


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 31), "2026-07-28"),
        (date(2026, 6, 30), "2026-12-28"),
        (date(2026, 7, 1), "2027-01-01"),
        (date(2026, 12, 31), "2027-06-28"),
    ],
)
def test_it_is_due_in_half_a_year(day: date, due: str) -> None:
    assert f"\ndue: {due}\n" in blank.form("x-y", day)


def test_it_cannot_be_kept_as_it_is() -> None:
    with pytest.raises(topics.TopicError) as wrong:
        topics.parse(blank.form("x-y", date(2026, 11, 24)), Path("x-y.md"))
    said = str(wrong.value)
    assert all(part in said for part in ("title", "questions", "引用"))
