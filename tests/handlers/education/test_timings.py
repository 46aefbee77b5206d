"""A campaign goes out on the days that its rule names, and a rule that cannot be is refused with what can."""

from collections.abc import Collection
from datetime import date, datetime

import pytest

from handlers.education import timings
from handlers.errors import Refused
from tests.handlers.times import at

LAWS = {"生态环境法典": {date(2026, 8, 15)}}


def comings(law: str) -> Collection[date]:
    return LAWS.get(law, set())


def after(words: str, moment: datetime) -> datetime | None:
    return timings.next_after(timings.parse(words, comings), moment)


@pytest.mark.parametrize(
    ("words", "moment", "due"),
    [
        ("2026-12-04 10:00", at("11-24 09:00"), at("12-04 10:00")),
        ("2026年12月4日 10：00", at("12-04 09:59"), at("12-04 10:00")),
        ("2026-12-04 10:00", at("12-04 10:00"), None),
        ("每年12月4日 10:00", at("12-04 10:00"), at("12-04 10:00", 2027)),
        ("每年2月29日 9:30", at("03-01 00:00"), at("02-29 09:30", 2028)),
        ("每月第一个工作日 9:30", at("09-30 10:00"), at("10-08 09:30")),  # after the National Day holiday
        ("每月第1个工作日 9:30", at("12-31 10:00", 2025), at("01-04 09:30")),  # a made-up Sunday
        ("每月最后一个工作日 9:30", at("11-24 10:00"), at("11-30 09:30")),
        ("每年9月第3个星期一 10:00", at("01-01 00:00"), at("09-21 10:00")),
        ("每年5月第二个星期日 10:00", at("01-01 00:00"), at("05-10 10:00")),
        ("每月31日 10:00", at("11-24 10:00"), at("12-31 10:00")),
        ("每周一 10:00", at("11-24 10:00"), at("11-30 10:00")),
        ("每周天 10:00", at("11-24 10:00"), at("11-29 10:00")),
        ("0 10 4 12 *", at("11-24 10:00"), at("12-04 10:00")),
        ("30 9 * * 1-5", at("11-27 10:00"), at("11-30 09:30")),
        ("0 9 13 * 5", at("11-24 10:00"), at("11-27 09:00")),  # either will do
        ("0 9 */10 * *", at("11-24 10:00"), at("12-01 09:00")),
        ("0 9 * * 0", at("11-24 10:00"), at("11-29 09:00")),
        ("0 9 * * 7", at("11-24 10:00"), at("11-29 09:00")),
        ("《生态环境法典》施行之日 10:00", at("08-01 00:00"), at("08-15 10:00")),
        ("《生态环境法典》施行之日 10:00", at("08-16 00:00"), None),
        ("《没有的法》施行之日 10:00", at("08-01 00:00"), None),
        ("每年2月30日 10:00", at("01-01 00:00"), None),
        ("0 10 31 2 *", at("01-01 00:00"), None),
    ],
)
def test_the_next_time_is_the_first_that_fits(words: str, moment: datetime, due: datetime | None) -> None:
    assert after(words, moment) == due


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("明天", "没有写几点"),
        ("明天 10:00", "可以写"),
        ("每年12月 10:00", "可以写"),
        ("每周 10:00", "可以写"),
        ("每周一3日 10:00", "可以写"),
        ("2026-02-30 10:00", "没有2026年2月30日"),
        ("每年12月4日 25:00", "没有 25:00"),
        ("*/5 * * * *", "一天最多一次"),
        ("0 9,15 * * *", "一天最多一次"),
        ("0 10 32 * *", "32"),
        ("0 10 */0 * *", "*/0"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_can_be_written(words: str, said: str) -> None:
    with pytest.raises(Refused, match=said.replace("*", r"\*")):
        timings.parse(words, comings)
