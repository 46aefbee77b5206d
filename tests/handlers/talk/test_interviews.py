"""An interview asks one screen after another, takes back, waits, and ends in a result with its way."""

import pytest

from handlers.cases import Library
from handlers.messages import Document
from handlers.outcomes import Decision
from handlers.talk import phrases, results
from handlers.talk.dialogue import Stage
from knowledge import topics
from knowledge.guides import forms
from tests.handlers.shelf import Talk, found, text, values

ASKED = "我这种情况能不能申请法律援助"
INJURY = "工伤八级能赔多少"


def test_what_the_sentence_says_already_is_answered_at_once(library: Library) -> None:
    outcome = Talk(library).say("打5万的官司要多少钱")
    result = outcome.verdict.result
    assert result is not None
    assert (outcome.verdict.decision, result.kind, str(result.value)) == (Decision.ANSWER, "court_fee", "1050.00")
    assert "1,050元" in text(outcome)
    assert "40,000元 × 2.5%" in text(outcome)
    assert values(outcome) == ["interview:preservation_fee", "interview:court_fee", "human"]


def test_what_is_asked_next_is_offered_under_a_result_and_under_an_answer(library: Library) -> None:
    talk = Talk(library)
    talk.say("打5万的官司要多少钱")
    assert text(talk.press("interview:preservation_fee")).startswith("【")
    beside = forms.beside("wages-unpaid")
    assert {"legal_aid", "labour_arbitration"} <= {interview.id for interview in beside}


def test_every_interview_stands_beside_topics_that_exist() -> None:
    known = {topic.id for topic in topics.load()}
    assert {name for interview in forms.interviews().values() for name in interview.beside} <= known


def test_it_asks_one_screen_at_a_time_and_ends_in_a_result(library: Library) -> None:
    talk = Talk(library)
    first = talk.say(INJURY)
    assert first.verdict.decision is Decision.INTERVIEW
    assert text(first).startswith("【")
    assert "第1步，最多2步" in text(first)
    assert "第2步，最多2步" in text(talk.say("6000"))
    done = talk.say("8000")
    assert done.verdict.result is not None
    assert (done.verdict.result.kind, str(done.verdict.result.value)) == ("work_injury", "66000.00")  # 11 months
    assert (talk.dialogue.stage, talk.dialogue.interview) == (Stage.FREE, None)


def test_a_choice_is_made_by_number_label_or_button_alike(library: Library) -> None:
    screens: list[str] = []
    for make in ("number", "label", "button"):
        talk = Talk(library)
        option = talk.say(ASKED).replies[0].options[0]
        match make:
            case "number":
                screens.append(text(talk.say("1")))
            case "label":
                screens.append(text(talk.say(option.label)))
            case _:
                screens.append(text(talk.press(option.value)))
    assert len(set(screens)) == 1
    assert "第2步" in screens[0]


def test_the_last_answer_is_taken_back_and_given_again(library: Library) -> None:
    talk = Talk(library)
    first = talk.say(INJURY)
    second = talk.say("6000")
    assert text(talk.say("上一步")) == text(first)
    assert text(talk.say("6000")) == text(second)
    assert text(talk.say("重来")).startswith("【"), "from the beginning, knowing nothing"


def test_what_cannot_be_read_is_asked_again_and_nothing_is_lost(library: Library) -> None:
    talk = Talk(library)
    talk.say(INJURY)
    second = text(talk.say("6000"))
    again = text(talk.say("一堆钱"))
    assert again.endswith(second)
    assert "例如" in again.removesuffix(second)
    assert talk.say("8000").verdict.result is not None


SUM, DAY, SHARE = (), ("5万", "0"), ("5万", "0", "2024年3月1日", "2025年3月1日", "有")
UNREADABLE = [
    (SUM, "一堆钱"), (SUM, "很多钱"), (SUM, "-5万"), (SUM, "负三万"), (SUM, "不到5万"), (SUM, "3万到5万"),
    (SUM, "多少都行"),
    (DAY, "前阵子"), (DAY, "2月30日"), (DAY, "2023年2月29日"), (DAY, "2024年13月1日"), (DAY, "去年腊月"),
    (DAY, "正月初五"),
    (DAY, "好久以前"), (DAY, "24年"), (DAY, "某一天"), (SHARE, "高利贷"), (SHARE, "-3"), (SHARE, "2000"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "words"), UNREADABLE, ids=[words for _, words in UNREADABLE])
def test_nothing_is_guessed_where_a_sum_a_day_or_a_share_cannot_be_read(
    library: Library, before: tuple[str, ...], words: str
) -> None:
    talk = Talk(library)
    screen = text(talk.say("算一哈利息"))
    for said in before:
        screen = text(talk.say(said))
    held = talk.dialogue.interview
    again = text(talk.say(words))
    assert again.endswith(screen)
    assert again.removesuffix(screen).strip(), "and it is said what is wanted"
    assert talk.dialogue.interview == held, "what was said before is kept"


def test_a_rough_sum_is_taken_and_said(library: Library) -> None:
    talk = Talk(library)
    talk.say(INJURY)
    assert phrases.ROUGHLY.format(taken="6,000") in text(talk.say("六千多"))
    assert phrases.ROUGHLY[:6] not in text(talk.say("8000"))


def test_it_is_left_and_resumed_days_later(library: Library) -> None:
    talk = Talk(library)
    talk.say(INJURY)
    second = text(talk.say("6000"))
    assert text(talk.say("退出")) == phrases.INTERVIEW_LEFT
    assert talk.dialogue.stage is Stage.FREE
    assert text(talk.say("继续", after=5 * 86400)) == second


def test_a_law_or_a_question_in_the_middle_is_answered_and_the_interview_waits(library: Library) -> None:
    talk = Talk(library, {"老板欠钱三个月怎么办": found(("wages", 0.9))})
    talk.say(INJURY)
    second = text(talk.say("6000"))
    law = talk.say("民法典1")
    assert law.verdict.decision is Decision.LOOKUP
    assert text(law).endswith(phrases.INTERVIEW_WAITS)
    talk.say("继续")
    asked = talk.say("老板欠钱三个月怎么办")
    assert asked.verdict.topic is not None
    assert asked.verdict.topic.id == "wages"
    assert text(talk.say("继续")) == second


def test_a_paper_says_what_is_missing_and_hands_over_the_document(library: Library) -> None:
    talk = Talk(library)
    talk.say("帮我写一张借条")
    outcome = talk.say("李四，电话138")
    while not outcome.verdict.result:
        outcome = talk.say("不清楚")
    said, enclosed = outcome.replies
    assert said.text.startswith("【借条】\n照您说的填好了")
    assert "还缺、文档里留了空的：\n· " in said.text
    assert results.PAPER_NOTE in said.text
    assert results.NOTE not in said.text
    assert said.options == ()
    assert isinstance(enclosed.attachment, Document)
    assert enclosed.attachment.name == "借条.docx"
    assert dict(enclosed.attachment.draft.fields)["出借人_姓名"] == "李四"
    assert enclosed.options[-1] == phrases.HUMAN


def test_danger_comes_before_the_screen(library: Library) -> None:
    talk = Talk(library)
    talk.say(INJURY)
    assert talk.say("我想自杀，活不下去了").verdict.decision is Decision.URGENT
    assert talk.dialogue.interview is not None


@pytest.mark.parametrize("words", ["继续", "上一步"])
def test_where_nothing_waits_it_says_so(library: Library, words: str) -> None:
    assert text(Talk(library).say(words)) == phrases.NO_INTERVIEW


def test_a_result_can_be_brought_to_a_human_with_what_came_out(library: Library) -> None:
    talk = Talk(library)
    talk.say("打5万的官司要多少钱")
    talk.say("找人工")
    (entry,) = talk.say("同意").entries
    assert entry.text.splitlines()[0] == "打5万的官司要多少钱"
    assert "1,050元" in entry.text


def test_a_button_of_a_screen_that_is_gone_does_nothing(library: Library) -> None:
    talk = Talk(library)
    old = talk.say(ASKED).replies[0].options[0].value
    talk.say("退出")
    assert text(talk.press(old)) == phrases.EXPIRED
    assert text(talk.press("interview:nothing")) == phrases.EXPIRED
