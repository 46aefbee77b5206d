"""Every clock of the table ends on the day the law says, and says how."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.clocks import deadlines, timetable
from knowledge.clocks.deadlines import deadline, every
from knowledge.results import Unclear
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes

TODAY = date(2026, 11, 24)
day = date.fromisoformat


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    opened = Statutes(path)
    yield opened
    opened.close()


def held(*cases: str) -> dict[str, Any]:
    """These cases as arguments."""
    return dict.fromkeys(cases, True)


def words(due: deadlines.Due) -> str:
    return "\n".join((*(step.words for step in due.steps), *due.notes))


# name, start, legal last day, safe day; worked out by hand with the calendars of 2024 to 2027
MINE = [
    # 15 days, round every holiday of 2026
    ("appeal_judgment", "2026-11-09", "2026-11-24", "2026-11-24"),
    ("appeal_judgment", "2026-11-06", "2026-11-23", "2026-11-20"),  # a Saturday
    ("appeal_judgment", "2026-11-07", "2026-11-23", "2026-11-20"),  # a Sunday
    ("appeal_judgment", "2026-09-15", "2026-09-30", "2026-09-30"),
    ("appeal_judgment", "2026-09-16", "2026-10-08", "2026-09-30"),  # 1 October
    ("appeal_judgment", "2026-09-17", "2026-10-08", "2026-09-30"),
    ("appeal_judgment", "2026-09-22", "2026-10-08", "2026-09-30"),  # 7 October, the last of the holiday
    ("appeal_judgment", "2026-09-23", "2026-10-08", "2026-10-08"),
    ("appeal_judgment", "2026-09-25", "2026-10-10", "2026-10-10"),  # a Saturday that is worked
    ("appeal_judgment", "2026-09-26", "2026-10-12", "2026-10-10"),  # the Sunday after it
    ("appeal_judgment", "2026-09-05", "2026-09-20", "2026-09-20"),  # a Sunday that is worked
    ("appeal_judgment", "2026-09-10", "2026-09-28", "2026-09-24"),  # Mid-Autumn
    ("appeal_judgment", "2026-09-12", "2026-09-28", "2026-09-24"),
    ("appeal_judgment", "2026-01-30", "2026-02-14", "2026-02-14"),  # a Saturday that is worked
    ("appeal_judgment", "2026-01-31", "2026-02-24", "2026-02-14"),  # the Spring Festival, nine days
    ("appeal_judgment", "2026-02-08", "2026-02-24", "2026-02-14"),
    ("appeal_judgment", "2026-02-09", "2026-02-24", "2026-02-24"),
    ("appeal_judgment", "2026-02-13", "2026-02-28", "2026-02-28"),  # a Saturday that is worked
    ("appeal_judgment", "2026-02-14", "2026-03-02", "2026-02-28"),
    ("appeal_judgment", "2025-12-17", "2026-01-04", "2025-12-31"),  # New Year; the 4th is a Sunday that is worked
    ("appeal_judgment", "2025-12-19", "2026-01-04", "2025-12-31"),
    ("appeal_judgment", "2025-12-20", "2026-01-04", "2026-01-04"),
    ("appeal_judgment", "2026-03-20", "2026-04-07", "2026-04-03"),  # Tomb-sweeping
    ("appeal_judgment", "2026-03-22", "2026-04-07", "2026-04-03"),
    ("appeal_judgment", "2026-04-15", "2026-04-30", "2026-04-30"),
    ("appeal_judgment", "2026-04-16", "2026-05-06", "2026-04-30"),  # Labour Day
    ("appeal_judgment", "2026-04-20", "2026-05-06", "2026-04-30"),
    ("appeal_judgment", "2026-04-24", "2026-05-09", "2026-05-09"),  # a Saturday that is worked
    ("appeal_judgment", "2026-04-25", "2026-05-11", "2026-05-09"),
    ("appeal_judgment", "2026-06-04", "2026-06-22", "2026-06-18"),  # Dragon Boat
    ("appeal_judgment", "2026-06-06", "2026-06-22", "2026-06-18"),
    ("appeal_judgment", "2026-06-15", "2026-06-30", "2026-06-30"),
    ("appeal_judgment", "2026-12-16", "2026-12-31", "2026-12-31"),
    ("appeal_judgment", "2026-12-17", "2027-01-04", "2026-12-31"),  # into a year without a notice
    ("appeal_judgment", "2027-01-20", "2027-02-04", "2027-02-04"),
    ("appeal_judgment", "2027-01-22", "2027-02-09", "2027-02-04"),  # the first day of the lunar year
    ("appeal_judgment", "2027-01-25", "2027-02-09", "2027-02-09"),
    ("appeal_judgment", "2024-02-14", "2024-02-29", "2024-02-29"),  # a leap day
    ("appeal_judgment", "2025-02-14", "2025-03-03", "2025-02-28"),
    ("appeal_judgment", "2025-01-11", "2025-01-26", "2025-01-26"),  # a Sunday that is worked
    ("appeal_judgment", "2025-01-13", "2025-02-05", "2025-01-27"),  # the Spring Festival of 2025
    ("appeal_judgment", "2025-09-13", "2025-09-28", "2025-09-28"),
    ("appeal_judgment", "2025-09-23", "2025-10-09", "2025-09-30"),
    ("appeal_judgment", "2025-09-26", "2025-10-11", "2025-10-11"),
    ("defence", "2026-11-09", "2026-11-24", "2026-11-24"),
    ("award_litigation", "2026-11-06", "2026-11-23", "2026-11-20"),
    ("payment_order_objection", "2026-11-10", "2026-11-25", "2026-11-25"),
    ("litigation_after_reconsideration", "2026-11-07", "2026-11-23", "2026-11-20"),
    ("reappraisal", "2026-11-07", "2026-11-23", "2026-11-20"),
    # 10, 7 and 5 days
    ("appeal_ruling", "2026-11-10", "2026-11-20", "2026-11-20"),
    ("appeal_ruling", "2026-11-11", "2026-11-23", "2026-11-20"),
    ("appeal_ruling", "2026-09-21", "2026-10-08", "2026-09-30"),
    ("criminal_appeal_judgment", "2026-11-12", "2026-11-23", "2026-11-20"),
    ("criminal_appeal_judgment", "2026-11-14", "2026-11-24", "2026-11-24"),
    ("criminal_appeal_ruling", "2026-11-12", "2026-11-17", "2026-11-17"),
    ("criminal_appeal_ruling", "2026-10-01", "2026-10-08", "2026-10-08"),  # no workday in between
    ("no_reason_return", "2026-11-17", "2026-11-24", "2026-11-24"),
    ("no_reason_return", "2026-11-14", "2026-11-23", "2026-11-20"),
    ("no_reason_return", "2026-09-30", "2026-10-08", "2026-10-08"),  # the workday before is the start itself
    ("prepaid_refund", "2026-10-03", "2026-10-10", "2026-10-10"),
    ("court_fee_payment", "2026-02-13", "2026-02-24", "2026-02-14"),
    ("protection_review", "2026-11-19", "2026-11-24", "2026-11-24"),
    ("protection_review", "2026-11-16", "2026-11-23", "2026-11-20"),
    # 30 and 60 days
    ("divorce_cooling_off", "2026-11-20", "2026-12-21", "2026-12-18"),  # story 3
    ("divorce_cooling_off", "2026-11-24", "2026-12-24", "2026-12-24"),  # golden
    ("divorce_cooling_off", "2026-12-02", "2027-01-04", "2026-12-31"),
    ("divorce_certificate", "2026-11-20", "2027-01-20", "2027-01-19"),
    ("divorce_certificate", "2026-11-24", "2027-01-25", "2027-01-22"),  # golden
    ("divorce_certificate", "2026-03-02", "2026-05-06", "2026-04-30"),  # 1 April, then 1 May
    ("judicial_confirmation", "2026-11-24", "2026-12-24", "2026-12-24"),  # golden
    ("judicial_confirmation", "2026-09-01", "2026-10-08", "2026-09-30"),
    ("judicial_confirmation", "2026-01-30", "2026-03-02", "2026-02-28"),
    ("judicial_confirmation", "2026-01-15", "2026-02-14", "2026-02-14"),
    ("judicial_confirmation", "2026-01-29", "2026-02-28", "2026-02-28"),
    ("petition_review", "2026-10-25", "2026-11-24", "2026-11-24"),
    ("petition_recheck", "2026-10-22", "2026-11-23", "2026-11-20"),
    ("land_award_litigation", "2026-10-22", "2026-11-23", "2026-11-20"),
    ("reconsideration", "2026-08-02", "2026-10-08", "2026-09-30"),
    ("reconsideration", "2026-09-25", "2026-11-24", "2026-11-24"),
    ("reconsideration", "2026-09-22", "2026-11-23", "2026-11-20"),
    ("reconsideration", "2026-11-24", "2027-01-25", "2027-01-22"),
    ("legacy", "2026-01-01", "2026-03-02", "2026-03-02"),
    ("legacy", "2024-01-01", "2024-03-01", "2024-03-01"),  # over a leap day
    # months: the corresponding day, or the month's last
    ("administrative_litigation", "2026-05-24", "2026-11-24", "2026-11-24"),
    ("administrative_litigation", "2026-05-21", "2026-11-23", "2026-11-20"),
    ("administrative_litigation", "2026-03-31", "2026-09-30", "2026-09-30"),
    ("administrative_litigation", "2026-08-31", "2027-03-01", "2027-02-26"),
    ("administrative_litigation", "2026-04-01", "2026-10-08", "2026-09-30"),
    ("administrative_litigation", "2026-04-10", "2026-10-10", "2026-10-10"),
    ("administrative_litigation", "2025-08-28", "2026-02-28", "2026-02-28"),
    ("administrative_litigation", "2025-08-29", "2026-02-28", "2026-02-28"),
    ("administrative_litigation", "2025-08-31", "2026-02-28", "2026-02-28"),
    ("administrative_litigation", "2025-08-15", "2026-02-24", "2026-02-14"),
    ("administrative_litigation", "2023-08-28", "2024-02-28", "2024-02-28"),
    ("administrative_litigation", "2023-08-29", "2024-02-29", "2024-02-29"),
    ("administrative_litigation", "2023-08-31", "2024-02-29", "2024-02-29"),
    ("retrial", "2025-10-31", "2026-04-30", "2026-04-30"),
    ("retrial", "2025-11-01", "2026-05-06", "2026-04-30"),
    ("retrial", "2026-02-20", "2026-08-20", "2026-08-20"),
    ("guarantee", "2026-06-30", "2026-12-30", "2026-12-30"),
    ("guarantee", "2026-02-28", "2026-08-28", "2026-08-28"),
    ("protection_lasting", "2026-05-29", "2026-11-30", "2026-11-27"),  # a Sunday
    # years
    ("labour_arbitration", "2025-11-24", "2026-11-24", "2026-11-24"),
    ("labour_arbitration", "2025-11-21", "2026-11-23", "2026-11-20"),
    ("labour_arbitration", "2025-10-01", "2026-10-08", "2026-09-30"),
    ("labour_arbitration", "2024-02-29", "2025-02-28", "2025-02-28"),
    ("labour_arbitration", "2025-02-28", "2026-02-28", "2026-02-28"),
    ("civil_limitation", "2023-11-24", "2026-11-24", "2026-11-24"),
    ("civil_limitation", "2023-11-21", "2026-11-23", "2026-11-20"),
    ("civil_limitation", "2024-02-29", "2027-03-01", "2027-02-26"),
    ("enforcement", "2024-11-22", "2026-11-23", "2026-11-20"),
    ("enforcement", "2024-02-29", "2026-02-28", "2026-02-28"),
    ("land_arbitration", "2024-10-07", "2026-10-08", "2026-09-30"),
    ("injury_worker", "2025-05-09", "2026-05-09", "2026-05-09"),
    ("collective_decision", "2025-05-01", "2026-05-06", "2026-04-30"),
    ("marriage_illness", "2025-12-31", "2026-12-31", "2026-12-31"),
    ("marriage_duress", "2025-06-20", "2026-06-22", "2026-06-18"),
    ("rescission", "2025-09-27", "2026-09-28", "2026-09-24"),
    ("rescission_duress", "2025-01-04", "2026-01-04", "2026-01-04"),
    # workdays
    ("hearing", "2026-11-24", "2026-12-01", "2026-12-01"),
    ("hearing", "2026-09-30", "2026-10-13", "2026-10-13"),
    ("hearing", "2026-02-13", "2026-02-27", "2026-02-27"),
    ("hearing", "2026-09-18", "2026-09-24", "2026-09-24"),
    ("hearing", "2026-12-30", "2027-01-07", "2027-01-07"),
    ("accident_review", "2026-11-20", "2026-11-25", "2026-11-25"),
    ("accident_review", "2026-05-08", "2026-05-12", "2026-05-12"),
    ("accident_review", "2026-04-30", "2026-05-08", "2026-05-08"),
    ("accident_review", "2026-06-18", "2026-06-24", "2026-06-24"),
    # one after another: 60 days to 24 August, then 15
    ("litigation_after_silence", "2026-06-25", "2026-09-08", "2026-09-08"),
]
THEIRS = [
    ("court_filing", "2026-11-17", "2026-11-24"),
    ("court_filing", "2026-11-14", "2026-11-23"),
    ("labour_acceptance", "2026-11-19", "2026-11-24"),
    ("labour_award", "2026-10-10", "2026-11-24"),
    ("award_annulment", "2026-10-25", "2026-11-24"),
    ("injury_employer", "2026-10-25", "2026-11-24"),
    ("injury_decision", "2026-09-25", "2026-11-24"),
    ("petition_decision", "2026-09-22", "2026-11-23"),
    ("petition_review_answer", "2026-10-25", "2026-11-24"),
    ("petition_recheck_answer", "2026-10-25", "2026-11-24"),
    ("reconsideration_review", "2026-01-01", "2026-01-08"),
    ("reconsideration_decision", "2026-06-25", "2026-08-24"),
    ("agency_duty", "2026-09-24", "2026-11-24"),
    ("disclosure", "2026-11-24", "2026-12-22"),
    ("disclosure", "2026-09-21", "2026-10-26"),
    ("trial_simple", "2026-08-24", "2026-11-24"),
    ("trial_simple", "2026-11-30", "2027-03-01"),
    ("trial_small", "2025-12-31", "2026-02-28"),
    ("trial_ordinary", "2026-05-24", "2026-11-24"),
    ("payment_order_acceptance", "2026-11-16", "2026-11-23"),
    ("payment_order_issue", "2026-11-09", "2026-11-24"),
    ("land_award", "2026-09-25", "2026-11-24"),
    # hours and days in custody do not wait for a workday
    ("protection_order", "2026-11-18", "2026-11-21"),
    ("detention_notice", "2026-11-20", "2026-11-21"),
    ("lawyer_visit", "2026-11-20", "2026-11-22"),
    ("arrest_request", "2026-11-18", "2026-11-21"),
    ("arrest_decision", "2026-11-24", "2026-12-04"),
    ("arrest_decision", "2026-09-24", "2026-10-04"),
]
CASES = [
    ("rescission", "2026-08-26", "mistake", "2026-11-24"),  # 90 days
    ("injury_decision", "2026-11-09", "simple", "2026-11-24"),
    ("reconsideration", "2025-11-24", "not_told", "2026-11-24"),
    ("reconsideration_decision", "2026-10-25", "simple", "2026-11-24"),
    ("reconsideration_decision", "2026-08-26", "extended", "2026-11-24"),
    ("administrative_litigation", "2025-11-24", "not_told", "2026-11-24"),
    ("litigation_after_reconsideration", "2025-11-24", "not_told", "2026-11-24"),
    ("litigation_after_silence", "2026-06-25", "simple", "2026-08-11"),  # Saturday 25 July → the 27th, then 15
    ("litigation_after_silence", "2026-06-25", "extended", "2026-10-08"),
    ("protection_order", "2026-11-20", "urgent", "2026-11-21"),
    ("arrest_request", "2026-11-24", "special", "2026-12-01"),
    ("arrest_request", "2026-11-24", "gang", "2026-12-24"),
    ("arrest_decision", "2026-11-24", "special", "2026-12-08"),
    ("arrest_decision", "2026-11-24", "gang", "2026-12-31"),  # 37 days
]


@pytest.mark.parametrize(("name", "start", "legal", "safe"), MINE)
def test_a_residents_limit_ends_on_the_legal_day_and_is_safe_before(
    name: str, start: str, legal: str, safe: str
) -> None:
    due = deadline(name, day(start))
    assert (due.value, due.safe, due.side) == (day(legal), day(safe), "yours")


@pytest.mark.parametrize(("name", "start", "legal"), THEIRS)
def test_an_offices_limit_ends_on_the_legal_day(name: str, start: str, legal: str) -> None:
    due = deadline(name, day(start))
    assert (due.value, due.safe, due.side) == (day(legal), None, "theirs")


@pytest.mark.parametrize(("name", "start", "case", "legal"), CASES)
def test_a_case_changes_the_length(name: str, start: str, case: str, legal: str) -> None:
    assert deadline(name, day(start), **held(case)).value == day(legal)


@pytest.mark.parametrize("so", [False, None])
def test_a_case_that_does_not_hold_or_is_not_known_changes_nothing(so: bool | None) -> None:
    assert deadline("protection_order", TODAY, urgent=so) == deadline("protection_order", TODAY)


@pytest.mark.parametrize(
    ("name", "case", "value", "article"),
    [
        ("labour_arbitration", "employed_wages", "不受期限限制", Citation("劳动争议调解仲裁法", "27")),
        ("civil_limitation", "support", "不受期限限制", Citation("民法典", "196")),
        ("civil_limitation", "return_property", "不受期限限制", Citation("民法典", "196")),
        ("civil_limitation", "stop_harm", "不受期限限制", Citation("民法典", "196")),
        ("divorce_again", "new_facts", "不受期限限制", Citation("民事诉讼法", "127")),
        ("divorce_again", "was_defendant", "不受期限限制", Citation("民事诉讼法", "127")),
        ("judicial_confirmation", "status", "不适用", Citation("最高人民法院关于适用民事诉讼法的解释", "355")),
        ("judicial_confirmation", "ownership", "不适用", Citation("最高人民法院关于适用民事诉讼法的解释", "355")),
        ("prepaid_refund", "known", "不适用",
         Citation("最高人民法院关于审理预付式消费民事纠纷案件适用法律若干问题的解释", "14")),
    ],
)  # fmt: skip
def test_where_no_limit_applies_there_is_no_day_and_no_start_is_asked(
    name: str, case: str, value: str, article: Citation
) -> None:
    due = deadline(name, **held(case))
    assert (due.value, due.safe, due.reminders) == (value, None, ())
    assert article in due.citations


def test_cases_may_be_named_together() -> None:
    together = deadline("reconsideration", TODAY, since=TODAY, cases=("not_told", "real_estate"))
    assert together == deadline("reconsideration", TODAY, since=TODAY, not_told=True, real_estate=True)
    assert deadline("reconsideration", TODAY, cases=None) == deadline("reconsideration", TODAY, cases=())


@pytest.mark.parametrize("case", ["on_the_spot", "resources", "inaction", "disclosure_refused"])
def test_what_must_be_reconsidered_first_gives_the_limit_of_reconsideration(case: str) -> None:
    due = deadline("administrative_litigation", date(2026, 9, 25), **held(case))
    assert (due.kind, due.value) == ("reconsideration", TODAY)
    assert due.citations[0] == Citation("行政复议法", "23")
    assert "先申请行政复议" in due.steps[0].words


def test_withdrawing_a_divorce_shows_the_way_the_articles_and_the_window_after_it() -> None:
    due = deadline("divorce_cooling_off", date(2026, 11, 20), today=TODAY)
    assert [step.words for step in due.steps[1:3]] == [
        "数满30日是2026年12月20日（周日）。", "这天不上班，顺延到上班的第一天：2026年12月21日（周一）。",
    ]  # fmt: skip
    assert {Citation("民法典", "1077"), Citation("民法典", "201"), Citation("民法典", "203")} <= set(due.citations)
    assert "最稳妥请在2026年12月18日（周五）当天或之前" in due.notes[0]
    assert "2026年12月22日（周二）到2027年1月20日（周三）之间" in due.steps[3].words
    assert "离最后一天还有27天" in due.steps[4].words


@pytest.mark.parametrize(
    ("start", "opens", "last"), [("2026-11-20", "2026-12-22", "2027-01-20"), ("2026-11-24", "2026-12-25", "2027-01-25")]
)
def test_the_certificate_window_opens_the_day_after_withdrawal_ends(start: str, opens: str, last: str) -> None:
    due = deadline("divorce_certificate", day(start))
    assert (due.opens, due.value, due.is_estimate) == (day(opens), day(last), True)


@pytest.mark.parametrize(
    ("name", "start", "last", "opens"),
    [
        ("divorce_again", "2026-05-24", "2026-11-24", "2026-11-25"),
        ("divorce_again", "2026-05-20", "2026-11-20", "2026-11-23"),
        ("divorce_after_separation", "2025-11-24", "2026-11-24", "2026-11-25"),
        ("divorce_after_separation", "2025-09-30", "2026-09-30", "2026-10-08"),
    ],
)  # fmt: skip
def test_what_must_be_waited_for_opens_on_the_workday_after(name: str, start: str, last: str, opens: str) -> None:
    due = deadline(name, day(start))
    assert (due.value, due.opens, due.safe) == (day(last), day(opens), None)
    assert due.reminders == (day(opens),)


@pytest.mark.parametrize(
    ("name", "start", "since", "cases", "legal"),
    [
        ("collective_decision", "2026-03-02", "2021-12-01", (), "2026-12-01"),
        ("collective_decision", "2026-03-02", "2025-12-01", (), "2027-03-02"),
        ("civil_limitation", "2025-01-06", "2006-11-30", (), "2026-11-30"),
        ("rescission", "2026-01-05", "2021-11-25", (), "2026-11-25"),
        ("reconsideration", "2026-11-02", "2021-12-01", (), "2026-12-01"),
        ("reconsideration", "2026-11-02", "2021-12-01", ("real_estate",), "2027-01-04"),
        ("administrative_litigation", "2026-10-09", "2021-12-01", (), "2026-12-01"),
        ("administrative_litigation", "2026-10-09", "2006-12-01", ("real_estate",), "2026-12-01"),
    ],
)  # fmt: skip
def test_the_longest_limit_cuts_the_usual_one_short(
    name: str, start: str, since: str, cases: tuple[str, ...], legal: str
) -> None:
    assert deadline(name, day(start), since=day(since), **held(*cases)).value == day(legal)


def test_without_its_first_day_the_longest_limit_is_told_in_words() -> None:
    assert "从权利受到损害那天起超过20年的，法院一般不再保护。" in deadline("civil_limitation", TODAY).notes


@pytest.mark.parametrize(
    ("name", "start", "extended"),
    [
        ("labour_award", "2026-10-10", "2026年12月9日（周三）"),
        ("disclosure", "2026-11-24", "2027年1月20日（周三）"),
        ("trial_simple", "2026-08-24", "2026年12月24日（周四）"),
        ("petition_decision", "2026-09-25", "2026年12月24日（周四）"),
        ("reconsideration_decision", "2026-09-25", "2026年12月24日（周四）"),
    ],
)  # fmt: skip
def test_an_extension_is_told_with_its_last_day(name: str, start: str, extended: str) -> None:
    assert extended in words(deadline(name, day(start)))


@pytest.mark.parametrize(
    ("name", "start", "estimate"),
    [
        ("appeal_judgment", "2026-12-16", False), ("appeal_judgment", "2026-12-17", True),
        ("hearing", "2026-12-24", False), ("hearing", "2026-12-25", True), ("civil_limitation", "2026-01-05", True),
        ("arrest_request", "2026-12-30", False), ("protection_order", "2026-12-31", False),
    ],
)  # fmt: skip
def test_a_day_in_a_year_without_a_notice_says_it_is_an_estimate(name: str, start: str, estimate: bool) -> None:
    due = deadline(name, day(start))
    assert due.is_estimate is estimate
    assert ("是估计" in words(due)) is estimate


@pytest.mark.parametrize(
    ("name", "start", "reminders"),
    [
        ("judicial_confirmation", "2026-11-24", ["2026-12-04", "2026-12-14", "2026-12-21", "2026-12-23"]),
        ("divorce_cooling_off", "2026-11-20", ["2026-12-11", "2026-12-15", "2026-12-17"]),
        ("criminal_appeal_ruling", "2026-11-12", ["2026-11-14", "2026-11-16"]),  # seven days before is before the start
        ("divorce_certificate", "2026-11-20", ["2027-01-12", "2027-01-16", "2027-01-18"]),
        ("court_filing", "2026-11-17", ["2026-11-25"]),  # the day after, to ask
    ],
)  # fmt: skip
def test_reminders_count_back_from_the_safe_day(name: str, start: str, reminders: list[str]) -> None:
    assert deadline(name, day(start)).reminders == tuple(map(day, reminders))


@pytest.mark.parametrize(
    ("today", "left", "urgent", "said"),
    [
        ("2026-12-10", 11, False, "离最后一天还有11天"), ("2026-12-14", 7, False, "离最后一天还有7天"),
        ("2026-12-15", 6, True, "离最后一天还有6天"), ("2026-12-21", 0, True, "今天就是最后一天"),
        ("2026-12-22", -1, False, "最后一天已经过去1天了"),
    ],
)  # fmt: skip
def test_less_than_seven_days_are_urgent(today: str, left: int, urgent: bool, said: str) -> None:
    due = deadline("divorce_cooling_off", date(2026, 11, 20), today=day(today))
    assert deadlines.days_left(due, day(today)) == left
    assert deadlines.is_urgent(due, day(today)) is urgent
    assert said in due.steps[-1].words


@pytest.mark.parametrize(("today", "aid"), [("2026-11-17", False), ("2026-11-18", True), ("2026-11-25", False)])
def test_legal_aid_may_come_first_when_less_than_seven_days_are_left(today: str, aid: bool) -> None:
    due = deadline("labour_arbitration", date(2025, 11, 24), today=day(today))
    assert (Citation("法律援助法", "44") in due.citations) is aid


def test_an_office_is_never_urgent_and_no_limit_has_no_days_left() -> None:
    assert not deadlines.is_urgent(deadline("court_filing", date(2026, 11, 18)), TODAY)
    assert deadlines.days_left(deadline("civil_limitation", support=True), TODAY) is None


def test_an_office_that_is_late_is_told_with_what_can_be_done() -> None:
    due = deadline("labour_award", date(2026, 9, 1), today=TODAY)
    assert "可以就这件事直接向法院起诉" in due.steps[-1].words


def test_a_wait_that_is_over_says_so() -> None:
    assert "现在可以再次起诉离婚" in deadline("divorce_again", date(2026, 5, 1), today=TODAY).steps[-1].words


def test_a_month_without_the_day_says_that_its_last_is_meant() -> None:
    assert "（那个月没有31日，算月末）" in words(deadline("retrial", date(2025, 8, 31)))


def test_a_needed_start_is_asked_for() -> None:
    with pytest.raises(Unclear, match="收到判决书是哪一天"):
        deadline("appeal_judgment")


def test_an_unknown_case_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="appeal_judgment has no case urgent"):
        deadline("appeal_judgment", TODAY, urgent=True)


# --- the table --------------------------------------------------------------------------------------------------------


def cited() -> set[Citation]:
    listed = {citation for limit in every().values() for citation in limit.basis}
    for limit in every().values():
        listed |= {*limit.rule.starts, *limit.rule.months, *limit.rule.shifts}
        listed |= {citation for case in limit.cases for citation in case.basis}
        listed |= set(limit.outer.basis) if limit.outer else set()
    return listed


def test_every_citation_is_in_force_and_held_or_listed(statutes: Statutes) -> None:
    standings = [statutes.standing(citation, TODAY) for citation in cited()]
    assert not [one for one in standings if one.kind not in (Kind.VERIFIED, Kind.LISTED)]
    assert not [one for one in standings if one.listed and one.listed.articles is None]


def test_a_law_that_asks_for_caution_is_marked(statutes: Statutes) -> None:
    for limit in every().values():
        if any(statutes.note(citation.law, TODAY) for citation in limit.basis):
            assert limit.source != "V", limit.name


def test_every_limit_is_tried_by_hand() -> None:
    waited = {"divorce_again", "divorce_after_separation"}
    assert {row[0] for row in MINE} | {row[0] for row in THEIRS} | waited == set(every())
    lengthened = {(name, case) for name, _, case, _ in CASES}
    assert all(
        (limit.name, case.name) in lengthened for limit in every().values() for case in limit.cases if case.period
    )


@pytest.mark.parametrize(("law", "number", "period", "name"), [
    ("民法典", "188", "三年", "civil_limitation"), ("民法典", "1124", "六十日", "legacy"),
    ("民法典", "1077", "三十日", "divorce_cooling_off"), ("民法典", "692", "六个月", "guarantee"),
    ("民法典", "1053", "一年", "marriage_illness"), ("民法典", "152", "一年", "rescission"),
    ("劳动争议调解仲裁法", "27", "一年", "labour_arbitration"),
    ("劳动争议调解仲裁法", "43", "四十五日", "labour_award"),
    ("劳动争议调解仲裁法", "50", "十五日", "award_litigation"),
    ("劳动争议调解仲裁法", "49", "三十日", "award_annulment"),
    ("行政复议法", "20", "六十日", "reconsideration"), ("行政复议法", "62", "六十日", "reconsideration_decision"),
    ("行政诉讼法", "46", "六个月", "administrative_litigation"),
    ("行政诉讼法", "45", "十五日", "litigation_after_silence"),
    ("行政诉讼法", "47", "两个月", "agency_duty"), ("行政处罚法", "64", "五日", "hearing"),
    ("民事诉讼法", "126", "七日", "court_filing"), ("民事诉讼法", "171", "十五日", "appeal_judgment"),
    ("民事诉讼法", "171", "十日", "appeal_ruling"), ("民事诉讼法", "164", "三个月", "trial_simple"),
    ("民事诉讼法", "168", "两个月", "trial_small"), ("民事诉讼法", "152", "六个月", "trial_ordinary"),
    ("民事诉讼法", "227", "十五日", "payment_order_objection"), ("民事诉讼法", "250", "二年", "enforcement"),
    ("民事诉讼法", "216", "六个月", "retrial"), ("民事诉讼法", "205", "三十日", "judicial_confirmation"),
    ("反家庭暴力法", "28", "七十二小时", "protection_order"), ("反家庭暴力法", "31", "五日", "protection_review"),
    ("刑事诉讼法", "91", "三日", "arrest_request"), ("刑事诉讼法", "91", "七日", "arrest_decision"),
    ("刑事诉讼法", "230", "十日", "criminal_appeal_judgment"), ("刑事诉讼法", "39", "四十八小时", "lawyer_visit"),
    ("农村土地承包经营纠纷调解仲裁法", "18", "二年", "land_arbitration"),
    ("农村土地承包经营纠纷调解仲裁法", "48", "三十日", "land_award_litigation"),
    ("农村集体经济组织法", "57", "一年", "collective_decision"),
    ("消费者权益保护法", "25", "七日", "no_reason_return"),
])  # fmt: skip
def test_the_period_is_in_the_text_of_its_article(
    statutes: Statutes, law: str, number: str, period: str, name: str
) -> None:
    article = statutes.article(law, number, TODAY)
    assert article
    assert period in article.text
    assert Citation(law, number) in every()[name].basis


def test_names_of_cases_do_not_collide_with_arguments() -> None:
    names = {case.name for limit in every().values() for case in limit.cases}
    assert not names & {"name", "start", "since", "today", "cases"}


def test_what_residents_read_names_no_article_and_orders_nobody() -> None:
    texts = [timetable.FILE.read_text(encoding="utf-8").split("\ndeadlines:")[1]]
    texts += [words(deadline(limit.name, TODAY, today=TODAY)) for limit in every().values()]
    assert not [text for text in texts if "你" in text or "您必须" in text or "您应当" in text]
    assert not [text for text in texts[1:] if "None" in text or "。。" in text]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("period: 3年", "period: 三年左右", "三年左右 不是期限"),
        ("side: yours", "side: ours", "side 只能是"),
        ("rule: civil\n", "rule: civic\n", "rules 里没有 civic"),
        ("    act: 起诉，或者", "    deed: 起诉，或者", "不认识的键 deed"),
        ("    act: 起诉，或者", "    deed: 起诉，或者", "缺少 act"),
        ("then: divorce_certificate", "then: divorce_party", "没有叫 divorce_party 的期限"),
        ("basis: [民法典 188]", "basis: [民法典188]", "basis 要是列表"),
        ("none: 请求停止侵害", "ends: 请求停止侵害", "stop_harm 要写 none"),
        ("  legacy:\n", "  legacy: 60日\n  legacy2:\n", "legacy 要写成"),
    ],
)  # fmt: skip
def test_a_fault_in_the_table_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = timetable.FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "deadlines.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=message) as raised:
        timetable.load(file)
    assert all(problem.line > 1 for problem in raised.value.problems)


# --- properties -------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(sorted(every()))
STARTS = st.dates(date(2004, 1, 1), date(2035, 12, 31))


@given(NAMES, STARTS)
def test_a_last_day_lies_after_its_start_and_the_safe_day_not_after_the_last(name: str, start: date) -> None:
    due = deadline(name, start)
    assert isinstance(due.value, date)
    assert start < due.value
    assert due.safe is None or start < due.safe <= due.value
    assert all(start < reminder for reminder in due.reminders)


@given(NAMES, STARTS, st.integers(0, 400))
def test_a_later_start_never_ends_earlier(name: str, start: date, later: int) -> None:
    first, second = deadline(name, start), deadline(name, start + timedelta(days=later))
    assert isinstance(first.value, date)
    assert isinstance(second.value, date)
    assert first.value <= second.value


@given(NAMES, STARTS, st.dates(date(2004, 1, 1), date(2035, 12, 31)))
def test_the_words_do_not_depend_on_the_order_of_asking(name: str, start: date, today: date) -> None:
    due, told = deadline(name, start), deadline(name, start, today=today)
    assert due == replace(told, steps=told.steps[:-1])
