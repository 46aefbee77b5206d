"""From a result one goes on: its day into a calendar, a reminder of it, and no more reminders."""

import pytest

from handlers import residents
from handlers.cases import Library
from handlers.desk.tickets import Level
from handlers.messages import Calendar
from handlers.outcomes import Outcome
from handlers.talk import phrases, results
from handlers.talk.dialogue import Stage
from knowledge.clocks import deadlines
from knowledge.guides import papers
from tests.handlers.shelf import NOW, TODAY, Talk, text, values

COOLING = "我们上周五递了离婚申请，老公反悔了能撤不"


def test_a_day_that_is_still_to_come_can_be_kept_and_reminded_of(library: Library) -> None:
    assert values(Talk(library).say(COOLING))[:2] == ["calendar", "remind"]
    assert "calendar" not in values(Talk(library).say("打5万的官司要多少钱"))


def test_every_paper_says_what_is_filled_in_without_a_line_for_the_law_alone(library: Library) -> None:
    result = papers.paper(paper="iou", lender="李四")
    said = results.render(result, library.statutes, TODAY)
    assert "· \n" not in said


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


AID = "我这种情况能不能申请法律援助"
TYPED = {"案子": "铜梁，绵阳", "几口人": "4口人，3万，1万，没有", "还有几天": "不清楚，不要"}
DETAINED = "我儿17岁遭拘留了，请不起律师"


def viewed(talk: Talk, words: str = AID) -> Outcome:
    """A preliminary view of legal aid, of somebody who fits nothing special."""
    outcome = talk.say(words) if words else talk.press("resume")
    for _ in range(9):
        if outcome.verdict.result:
            return outcome
        options = outcome.replies[-1].options
        typed = next((said for about, said in TYPED.items() if about in text(outcome)), "不清楚")
        outcome = talk.say(options[-1].label if options else typed)
    raise AssertionError(text(outcome))


def test_the_view_of_legal_aid_goes_to_the_centre_with_its_way_if_the_resident_agrees(library: Library) -> None:
    talk = Talk(library)
    result = viewed(talk).verdict.result
    assert result
    asked = talk.press("aid")
    assert text(asked) == phrases.ASK_CONSENT
    assert (asked.opened, asked.entries) == ((), ())
    outcome = talk.press("yes")
    [ticket], [entry] = outcome.opened, outcome.entries
    assert (ticket.reason, ticket.level) == ("legal aid", Level.P2)
    assert entry.text.startswith(AID)
    assert all(step.words in entry.text for step in result.steps)


def test_without_a_view_the_way_to_one_is_said(library: Library) -> None:
    assert text(Talk(library).say("转法律援助中心")) == phrases.NO_VIEW


def test_the_application_does_not_ask_again_what_the_view_knows(library: Library) -> None:
    talk = Talk(library)
    assert "interview:paper_legal_aid_application" in values(
        viewed(talk, "老板欠我工资，公司在铜梁，我能不能申请法律援助")
    )
    talk.press("interview:paper_legal_aid_application")
    assert talk.dialogue.interview
    known = dict(talk.dialogue.interview.turns[0].said)
    assert known["office"] == "重庆市铜梁区法律援助机构"
    assert known["means"] == "一起生活的4口人，全家最近一年收入30000元，其中看病、上学等非花不可的10000元"
    assert talk.dialogue.stage is Stage.INTERVIEWING


def test_who_tells_of_custody_reads_what_to_do_and_goes_on_to_legal_aid_from_there(library: Library) -> None:
    talk = Talk(library)
    told = talk.say(DETAINED)
    assert told.verdict.level == Level.P1
    assert text(told).startswith("先别慌")
    assert values(told) == ["yes", "no", "resume"]
    result = viewed(talk, "").verdict.result
    assert result
    assert "LA02" in "".join(step.words for step in result.steps)
    assert "income" not in str(talk.dialogue.finished)
    given = talk.press("aid")
    assert text(given) == phrases.ASK_CONSENT_AFTER_DANGER
    outcome = talk.press("yes")
    [ticket], [entry] = outcome.opened, outcome.entries
    assert (ticket.level, ticket.kind) == (Level.P1, "P1-a")
    assert DETAINED in entry.text


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_after_consent_or_none_the_interview_waits(library: Library, answer: str) -> None:
    talk = Talk(library)
    talk.say(DETAINED)
    outcome = talk.press(answer)
    if answer == "yes":
        outcome = talk.press("skip")
    assert text(outcome).endswith(phrases.INTERVIEW_WAITS)
    assert values(outcome)[-1] == "resume"
    assert text(talk.press("resume")).startswith("【看看能不能申请法律援助】")


def test_every_limit_and_paper_can_be_the_name_of_a_file() -> None:
    titles = [*(limit.title for limit in deadlines.every().values()), *(one.title for one in papers.papers().values())]
    assert not [title for title in titles if set(title) & set('/\\:*?"<>|\n')]


STORY_8 = "人在绵阳打工，案子在铜梁法院，能在绵阳申请法律援助吗"


def test_a_partner_place_is_asked_for_help_with_consent_of_its_own_and_nothing_but_the_matter(library: Library) -> None:
    talk = Talk(library)
    talk.resident = residents.agree_to_advice(talk.resident)  # an older consent is not enough
    result = talk.say(STORY_8)
    assert "partner" in values(result)
    asked = talk.press("partner")
    assert "请绵阳的服务点帮忙" in text(asked)
    assert "单独征得您同意" in text(asked)
    assert (asked.opened, asked.entries) == ((), ())
    outcome = talk.press("yes")
    [ticket], [entry] = outcome.opened, outcome.entries
    assert ticket.reason == "partner"
    assert entry.text == "请绵阳的服务点帮忙；办的事：法律援助；人在：绵阳；事情归：铜梁"


def test_who_does_not_agree_is_referred_nowhere(library: Library) -> None:
    talk = Talk(library)
    talk.say(STORY_8)
    talk.press("partner")
    outcome = talk.press("no")
    assert (text(outcome), outcome.opened, outcome.entries) == (phrases.NO_CONSENT, (), ())


def test_without_a_matter_no_partner_is_asked(library: Library) -> None:
    talk = Talk(library)
    assert text(talk.say("请那边的服务点帮忙")) == phrases.NO_MATTER
    talk.say("打5万的官司要多少钱")
    assert text(talk.say("请那边的服务点帮忙")) == phrases.NO_MATTER
