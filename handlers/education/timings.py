"""Say on which days a campaign goes out, by a rule as the bureau writes it."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from handlers.errors import Refused
from handlers.hours import SHANGHAI
from knowledge.clocks import workdays
from knowledge.numerals import from_chinese

Days = Callable[[date], bool]
Comings = Callable[[str], Collection[date]]  # the days on which the law of that name comes into force

HORIZON = 8 * 366 + 1  # days looked ahead: from one 29 February to the next it can be eight years
FORMS = "2026-12-04 10:00、每年12月4日 10:00、每月第一个工作日 9:30、每周一 10:00、《法律名称》施行之日 10:00，或 cron"
_DAY = timedelta(days=1)
_CLOCK = re.compile(r"\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})$")
_DATE = re.compile(r"(\d{4})(?:-|年)(\d{1,2})(?:-|月)(\d{1,2})日?")
_RULE = re.compile(
    r"每(?:年(?P<month>\d{1,2})月|月|周(?P<weekly>[一二三四五六日天]))"
    r"(?:(?P<day>\d{1,2})日|(?P<nth>第(?P<count>[\d一二三四五六七八九十]+)|最后一)个(?:工作日|星期(?P<weekday>[一二三四五六日天])))?"
)
_EVENT = re.compile(r"《(.+)》(?:施行|生效)(?:之日|当天|当日)?")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Timing:
    """A clock time on all days that fit; `law` if it waits for one to come into force."""

    days: Days
    clock: time
    law: str = ""


def parse(words: str, comings: Comings) -> Timing:
    """The rule that the words are; raises Refused with what can be written instead."""
    said = unicodedata.normalize("NFKC", words).strip()
    fields = said.split()
    if len(fields) == 5 and all(re.fullmatch(r"[\d*/,-]+", field) for field in fields):
        return _cron(fields)
    at = _CLOCK.search(said)
    if not at:
        raise Refused(f"时间“{words}”没有写几点；可以写：{FORMS}")
    clock = _clock(int(at["hour"]), int(at["minute"]))
    head = said[: at.start()]
    if event := _EVENT.fullmatch(head):
        return Timing(frozenset(comings(event[1])).__contains__, clock, event[1])
    return Timing(_days(head), clock)


def next_after(timing: Timing, moment: datetime) -> datetime | None:
    """The first time after the moment, or None if there is none as far as one can look ahead."""
    day = moment.astimezone(SHANGHAI).date()
    for _ in range(HORIZON):
        if timing.days(day) and (due := _moment(day, timing.clock)) > moment:
            return due
        day += _DAY
    return None


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)


def _clock(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError:
        raise Refused(f"没有 {hour}:{minute:02} 这个时间，请写 0:00 到 23:59") from None


def _days(head: str) -> Days:
    if dated := _DATE.fullmatch(head):
        return _only(*map(int, dated.groups()))
    rule = _RULE.fullmatch(head)
    if not rule or bool(rule["weekly"]) == bool(rule["day"] or rule["nth"]):
        raise Refused(f"看不懂“{head}”；可以写：{FORMS}")
    if rule["weekly"]:
        weekday = _weekday(rule["weekly"])
        return lambda day: day.weekday() == weekday
    fits = _in_month(rule)
    month = int(rule["month"] or 0)
    return lambda day: month in (0, day.month) and fits(day)


def _only(year: int, month: int, number: int) -> Days:
    try:
        wanted = date(year, month, number)
    except ValueError:
        raise Refused(f"没有{year}年{month}月{number}日这一天") from None
    return lambda day: day == wanted


def _in_month(rule: re.Match[str]) -> Days:
    if rule["day"]:
        number = int(rule["day"])
        return lambda day: day.day == number
    weekday = _weekday(rule["weekday"]) if rule["weekday"] else None
    fits: Days = workdays.is_workday if weekday is None else lambda day: day.weekday() == weekday
    if not rule["count"]:
        return lambda day: fits(day) and not any(map(fits, _rest_of_month(day)))
    count = from_chinese(rule["count"])
    return lambda day: fits(day) and sum(map(fits, _month_until(day))) == count


def _month_until(day: date) -> Iterable[date]:
    return (day.replace(day=number) for number in range(1, day.day + 1))


def _rest_of_month(day: date) -> Iterable[date]:
    day += _DAY
    while day.day > 1:
        yield day
        day += _DAY


def _weekday(numeral: str) -> int:
    return _WEEKDAYS.index(numeral.replace("天", "日"))


def _cron(fields: list[str]) -> Timing:
    """Minute, hour, day, month and weekday (0 and 7 are Sunday), as crontab(5) has them; once a day at most."""
    minutes, hours = _field(fields[0], 0, 59), _field(fields[1], 0, 23)
    if len(minutes) != 1 or len(hours) != 1:
        raise Refused("同一条推送一天最多一次：cron 的分和时各写一个数，比如 0 10 4 12 *")
    numbers, months = _field(fields[2], 1, 31), _field(fields[3], 1, 12)
    weekdays = {(number - 1) % 7 for number in _field(fields[4], 0, 7)}

    def falls(day: date) -> bool:
        by_number, by_weekday = day.day in numbers, day.weekday() in weekdays
        # where both are restricted either will do
        either = "*" not in (fields[2], fields[4])
        return day.month in months and (by_number or by_weekday if either else by_number and by_weekday)

    return Timing(falls, time(min(hours), min(minutes)))


def _field(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"(?:\*|(?P<first>\d+)(?:-(?P<last>\d+))?)(?:/(?P<step>\d+))?", part)
        first = int(match["first"] or low) if match else -1
        last = int(match["last"] or (high if match["step"] or not match["first"] else first)) if match else -1
        if match is None or not low <= first <= last <= high or match["step"] == "0":
            raise Refused(f"cron 里的“{part}”不对，应在 {low} 到 {high} 之间")
        found.update(range(first, last + 1, int(match["step"] or 1)))
    return found
