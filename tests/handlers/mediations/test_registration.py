"""A resident's wish for mediation is taken in with consent, and the other side says yes or no by the number."""

from dataclasses import replace

import pytest

from handlers.cases import Library
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from handlers.outcomes import Outcome
from handlers.residents import Resident
from handlers.talk import phrases
from handlers.talk.dialogue import Dialogue
from tests.handlers.shelf import NOW, Talk, text, values

QUARREL = "两家地界吵了半年，双方愿意调"
ME = "张三，男，45岁，住平滩镇六赢村3组，电话13800001111"
THEM = "李四，住平滩镇六赢村5组"
OTHER = Resident("other", NOW)


def led(library: Library, words: str = QUARREL, *answers: str) -> Talk:
    """The first interview, to its result."""
    talk = Talk(library)
    talk.say(words)
    for answer in answers or ("没有", "1", "1", "不清楚"):
        talk.say(answer)
    return talk


def asked(talk: Talk, *answers: str) -> Outcome:
    """The second, to its end."""
    outcome = talk.press("interview:mediation_request")
    for answer in answers or ("同意", ME, THEM, "修墙占了地坝，要他拆", "六赢村"):
        outcome = talk.say(answer)
    return outcome


def opened(outcome: Outcome) -> Case:
    [filed] = outcome.mediations
    return filed.mediation


@pytest.fixture
def case(library: Library) -> Case:
    """A mediation that a resident asked for."""
    return opened(asked(led(library)))


def test_it_is_opened_under_a_number_with_what_both_interviews_settled(library: Library) -> None:
    talk = led(library)
    outcome = asked(talk)
    case = opened(outcome)
    assert case.number in text(outcome)
    assert (case.kind, case.reach, case.tried, case.village, case.state) == ("地界", "同村", "没有", 8, State.INTAKE)
    first, second = case.parties
    assert (first.name, first.phone, first.agrees, first.resident) == ("张三", "13800001111", True, talk.resident.id)
    assert (first.address, first.also) == ("平滩镇六赢村3组", "男，45岁")
    assert (second.name, second.agrees, second.resident) == ("李四", None, None)
    assert case.told == "修墙占了地坝，要他拆"
    assert talk.dialogue.question == "", "names and telephone are kept in the mediation alone"
    assert talk.dialogue.interview is None


def test_nothing_is_asked_before_consent_and_nothing_is_kept_without_it(library: Library) -> None:
    talk = led(library)
    first = talk.press("interview:mediation_request")
    assert "交给调解委员会" in text(first)
    declined = talk.say("不同意")
    assert "没有登记" in text(declined)
    assert "12348" in text(declined)
    assert declined.mediations == ()


def test_a_village_that_is_not_known_leaves_it_to_the_district(library: Library) -> None:
    assert opened(asked(led(library), "同意", ME, THEM, "不清楚", "外星村")).village is None


def test_a_village_that_was_named_before_is_taken_where_none_is_named(library: Library) -> None:
    talk = led(library)
    talk.resident = replace(talk.resident, village=7)
    assert opened(asked(talk, "同意", ME, THEM, "不清楚", "不清楚")).village == 7


def test_what_no_committee_takes_is_not_offered(library: Library) -> None:
    talk = Talk(library)
    talk.say("我想申请调解")
    talk.say("不服政府部门的决定（罚款、征地、拆迁等）")
    talk.say("没有")
    assert "interview:mediation_request" not in [option.value for option in talk.dialogue.options]


def test_the_second_interview_alone_begins_with_the_first(library: Library) -> None:
    talk = Talk(library)
    started = talk.say("登记调解申请")
    assert phrases.MEDIATION_FIRST in text(started)
    assert talk.dialogue.interview
    assert talk.dialogue.interview.interview == "mediation"


class TestTheOtherSide:
    def test_it_is_asked_and_says_yes(self, library: Library, case: Case) -> None:
        other = Talk(library, resident=OTHER, mediation=case)
        question = other.say(f"调解号 {case.number.lower()}")
        assert "张三申请了人民调解：地界" in text(question)
        assert "13800001111" not in text(question)
        yes = other.press(values(question)[0])
        after = opened(yes)
        assert (after.parties[1].agrees, after.parties[1].resident) == (True, "other")
        assert yes.mediations[0].told == ()

    def test_it_says_no_and_the_applicant_is_told(self, library: Library, case: Case) -> None:
        other = Talk(library, resident=OTHER, mediation=case)
        no = other.press(values(other.say(case.number))[1])
        assert opened(no).state is State.DECLINED
        [(to, reply)] = no.mediations[0].told
        assert to == case.parties[0].resident
        assert "明确不愿意" in reply.text

    def test_a_button_that_was_not_offered_does_nothing(self, library: Library, case: Case) -> None:
        other = Talk(library, resident=OTHER, mediation=case)
        assert other.press(f"mediate:yes:{case.number}").mediations == ()

    def test_a_third_person_is_told_nothing(self, library: Library, case: Case) -> None:
        other = Talk(library, resident=OTHER, mediation=case)
        joined = opened(other.press(values(other.say(case.number))[0]))
        third = Talk(library, resident=Resident("third", NOW), mediation=joined)
        assert text(third.say(joined.number)) == phrases.NO_SUCH_MEDIATION
        assert text(third.say("TJ261124-ZZZZZZ")) == phrases.NO_SUCH_MEDIATION

    def test_who_pressed_too_late_is_told_why(self, library: Library, case: Case) -> None:
        other = Talk(library, resident=OTHER, mediation=case)
        button = values(other.say(case.number))[0]
        other.mediation = replace(case, state=State.DECLINED)
        assert "一方拒绝" in text(other.press(button))


def test_the_applicant_reads_where_it_stands(library: Library, case: Case) -> None:
    talk = Talk(library, mediation=case, dialogue=Dialogue())
    assert "等双方表示愿意" in text(talk.say(case.number))
