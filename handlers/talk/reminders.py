"""Remind of a last day: at a decent hour of the days that its rule names, until the resident wants no more."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from handlers.hours import SHANGHAI
from handlers.talk import results
from knowledge.clocks.deadlines import Due

STOP = "停止提醒"
_FOOT = f"不用再提醒，回“{STOP}”。"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A last day, what to do by then, and when to speak of it, the next time first; there is at least one."""

    kind: str
    title: str
    last: date
    advice: str
    times: tuple[datetime, ...]


def of(due: Due, now: datetime, hour: int) -> Reminder | None:
    """What is still to be said of this limit; None where there is no day, or no time left to speak."""
    times = tuple(at for day in due.reminders if (at := datetime.combine(day, time(hour), SHANGHAI)) > now)
    if not isinstance(due.value, date) or not times:
        return None
    advice = "\n".join(due.notes[: 1 + due.is_estimate])  # the second is then that the day may still move
    return Reminder(due.kind, due.title, due.value, advice, times)


def is_same(one: Reminder, other: Reminder) -> bool:
    """Do both speak of the same day of the same limit?"""
    return (one.kind, one.last) == (other.kind, other.last)


def rung(reminder: Reminder, now: datetime) -> tuple[str, Reminder | None]:
    """What to say now, and what is left; times that went by meanwhile are said once, not one after another."""
    left = (reminder.last - now.astimezone(SHANGHAI).date()).days
    when = f"还有{left}天" if left > 0 else "已经过了" if left else "就是今天"
    words = f"提醒您：{reminder.title}，最后一天是{results.figure(reminder.last)}，{when}。\n{reminder.advice}\n{_FOOT}"
    later = tuple(at for at in reminder.times if at > now)
    return words, replace(reminder, times=later) if later else None


def days(reminder: Reminder) -> str:
    """On which days it will speak: 12月11日、12月15日."""
    here = (at.astimezone(SHANGHAI) for at in reminder.times)
    return "、".join(f"{at.month}月{at.day}日" for at in here)
