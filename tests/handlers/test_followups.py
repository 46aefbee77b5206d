"""From a result one goes on: its day into a calendar, a reminder of it, and no more reminders."""

import pytest

from handlers import phrases
from handlers.cases import Library
from handlers.messages import Calendar
from knowledge.clocks import deadlines
from knowledge.guides import papers
from tests.handlers.shelf import NOW, Talk, text, values

COOLING = "我们上周五递了离婚申请，老公反悔了能撤不"


def test_a_day_that_is_still_to_come_can_be_kept_and_reminded_of(library: Library) -> None:
    assert values(Talk(library).say(COOLING))[:2] == ["calendar", "remind"]
    assert "calendar" not in values(Talk(library).say("打5万的官司要多少钱"))


def test_a_day_that_has_gone_by_cannot(library: Library) -> None:
    outcome = Talk(library).say("2026年3月2日递了离婚申请，老公反悔了还来得及撤不")
    assert outcome.verdict.result
    assert str(outcome.verdict.result.value) == "2026-04-01"
    assert "calendar" not in values(outcome)


@pytest.mark.parametrize("way", ["button", "word"])
def test_the_calendar_holds_the_legal_last_day(library: Library, way: str) -> None:
    talk = Talk(library)
    offered = talk.say(COOLING).replies[-1].options
    [reply] = (talk.press("calendar") if way == "button" else talk.say("加到日历")).replies
    assert isinstance(reply.attachment, Calendar)
    assert reply.attachment.name == "离婚冷静期：撤回离婚申请.ics"
    assert "DTSTART;VALUE=DATE:20261221" in reply.attachment.text
    assert reply.options == offered, "whatever else can follow stays open"


def test_a_reminder_is_promised_with_its_days_and_kept(library: Library) -> None:
    talk = Talk(library)
    talk.say(COOLING)
    outcome = talk.say("提醒我")
    assert "12月11日、12月15日、12月17日上午9点" in text(outcome)
    assert outcome.reminder
    assert outcome.reminder.times[0] > NOW


def test_one_word_ends_all_reminders(library: Library) -> None:
    talk = Talk(library)
    outcome = talk.say("停止提醒")
    assert (outcome.hushed, text(outcome)) == (True, phrases.REMINDS_NO_MORE)


def test_days_later_the_reminder_can_still_be_asked_for(library: Library) -> None:
    talk = Talk(library)
    talk.say(COOLING)
    talk.say("谢谢")
    assert talk.say("提醒我", after=86_400).reminder


@pytest.mark.parametrize("words", ["提醒我", "加到日历"])
def test_without_a_day_it_is_said_how_to_get_one(library: Library, words: str) -> None:
    talk = Talk(library)
    assert text(talk.say(words)) == phrases.NO_DAY
    talk.say("打5万的官司要多少钱")
    assert text(talk.say(words)) == phrases.NO_DAY


def test_too_late_is_said(library: Library) -> None:
    talk = Talk(library)
    talk.say("2026年10月26日递了离婚申请，老公反悔了还来得及撤不")  # safe until the 25th of November, tomorrow
    outcome = talk.say("提醒我", after=2 * 3600)
    assert (text(outcome), outcome.reminder) == (phrases.TOO_LATE_TO_REMIND, None)


def test_every_limit_and_paper_can_be_the_name_of_a_file() -> None:
    titles = [*(limit.title for limit in deadlines.every().values()), *(one.title for one in papers.papers().values())]
    assert not [title for title in titles if set(title) & set('/\\:*?"<>|\n')]
