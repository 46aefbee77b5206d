"""Write the last day of a time limit as a calendar file (RFC 5545)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from knowledge.clocks.deadlines import Due
from knowledge.results import Result

_MORNING = 9  # o'clock where the phone is
_OCTETS = 75  # of a line, without its end (RFC 5545, 3.1)
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def ics(result: Result, uid: str, stamp: datetime) -> str:
    """An all-day event on the last day, with an alarm at nine on every day to be reminded.

    `stamp` is aware; raises ValueError for a result that is no day.
    """
    if not isinstance(result.value, date):
        raise ValueError(result.kind)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//legalbot//deadlines//ZH",
        *_event(result, result.value, uid, stamp),
    )
    return "".join(_folded(line) for line in (*lines, "END:VCALENDAR"))


def _event(result: Result, day: date, uid: str, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(uid)}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(f'最后一天：{result.title}')}"
    yield "DESCRIPTION:" + _text("\n".join(result.notes))
    yield "TRANSP:TRANSPARENT"
    for reminder in (*_reminders(result), day):
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(result.title)}")
        yield from (f"TRIGGER:{_trigger((reminder - day).days)}", "END:VALARM")
    yield "END:VEVENT"


def _reminders(result: Result) -> tuple[date, ...]:
    return result.reminders if isinstance(result, Due) else ()


def _trigger(days: int) -> str:
    """Nine in the morning so many days after the day of the event; below 0 before it."""
    hours = days * 24 + _MORNING
    whole, rest = divmod(abs(hours), 24)
    return f"{'-' if hours < 0 else ''}P{f'{whole}D' if whole else ''}T{rest}H"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> str:
    """The line cut so that no part is longer than 75 octets, and no character is cut."""
    parts, size = [""], 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += char
        size += octets
    return "\r\n".join(parts) + "\r\n"
