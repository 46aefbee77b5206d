"""The calendar file is what RFC 5545 asks for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from knowledge.clocks.deadlines import deadline
from knowledge.clocks.ics import ics
from knowledge.results import Result

STAMP = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=8)))
DUE = deadline("judicial_confirmation", date(2026, 11, 24))


def lines(text: str) -> list[str]:
    """The content lines, unfolded."""
    assert text.endswith("\r\n")
    return text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


def test_the_event_lies_on_the_legal_last_day() -> None:
    content = lines(ics(DUE, "clock-1@example.cn", STAMP))
    assert content[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//legalbot//deadlines//ZH"]
    assert content[3:8] == [
        "BEGIN:VEVENT", "UID:clock-1@example.cn", "DTSTAMP:20261124T013000Z", "DTSTART;VALUE=DATE:20261224",
        "DTEND;VALUE=DATE:20261225",
    ]  # fmt: skip
    assert content[8] == "SUMMARY:最后一天：调解协议申请司法确认"
    assert content[-2:] == ["END:VEVENT", "END:VCALENDAR"]


def test_alarms_ring_at_nine_on_every_reminder_and_on_the_last_day() -> None:
    content = lines(ics(DUE, "1", STAMP))
    triggers = [line for line in content if line.startswith("TRIGGER")]
    assert triggers == ["TRIGGER:-P19DT15H", "TRIGGER:-P9DT15H", "TRIGGER:-P2DT15H", "TRIGGER:-PT15H", "TRIGGER:PT9H"]
    assert content.count("BEGIN:VALARM") == content.count("END:VALARM") == content.count("ACTION:DISPLAY") == 5


def test_reminders_go_before_the_safe_day_even_where_the_event_is_later() -> None:
    due = deadline("divorce_cooling_off", date(2026, 11, 20))  # safe on Friday the 18th, legal on Monday the 21st
    content = lines(ics(due, "1", STAMP))
    assert "DTSTART;VALUE=DATE:20261221" in content
    assert "TRIGGER:-P3DT15H" in content  # the 17th, nine o'clock


def test_an_alarm_may_ring_after_the_event() -> None:
    assert "TRIGGER:P1DT9H" in lines(ics(deadline("court_filing", date(2026, 11, 17)), "1", STAMP))


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut() -> None:
    text = ics(DUE, "1", STAMP)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert "".join(DUE.notes) in "".join(lines(text)).replace("\\n", "")


def test_commas_semicolons_backslashes_and_line_ends_are_escaped() -> None:
    due = replace(DUE, title="甲,乙;丙\\丁", notes=("一\r\n二",))
    content = lines(ics(due, "a;b", STAMP))
    assert "SUMMARY:最后一天：甲\\,乙\\;丙\\\\丁" in content
    assert "DESCRIPTION:一\\n二" in content
    assert "UID:a\\;b" in content


def test_any_result_that_is_a_day_can_be_written() -> None:
    result = Result("other", "别的期限", date(2026, 12, 1), "日", ())
    content = lines(ics(result, "1", datetime(2026, 11, 24, tzinfo=UTC)))
    assert [line for line in content if line.startswith("TRIGGER")] == ["TRIGGER:PT9H"]


@pytest.mark.parametrize("value", [None, Decimal(50), "不适用"])
def test_a_result_that_is_no_day_is_refused(value: Decimal | str | None) -> None:
    with pytest.raises(ValueError, match="court_fee"):
        ics(Result("court_fee", "诉讼费", value, "元", ()), "1", STAMP)
