"""A quiz is asked one question at a time; each is explained; who passes for a matter is given a code that proves it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.signing import public, verifier
from handlers.cases import Library
from handlers.education import certificates
from handlers.education.quizzes import Streak, draw, passed, prolonged
from handlers.outcomes import Decision, Outcome
from handlers.talk import phrases
from knowledge.quizzes import quizzes
from tests.handlers.shelf import SIGN, TODAY, Talk, found, text, values

PLATE = "渝A12345"
VERIFY = verifier(public(b"for tests only"))


def pick(talk: Talk, *, right: bool) -> Outcome:
    """Answer the question that is asked."""
    sitting = talk.dialogue.quiz
    assert sitting is not None
    question = quizzes()[sitting.quiz].questions[sitting.asked[len(sitting.right)]]
    other = next(n for n in range(1, len(question.choices) + 1) if n != question.answer)
    return talk.press(f"pick:{question.answer if right else other}")


def finish(talk: Talk, *rights: bool) -> Outcome:
    """Answer them all."""
    return [pick(talk, right=right) for right in rights][-1]


def test_a_quiz_goes_question_by_question_and_explains_each_with_its_article(library: Library) -> None:
    talk = Talk(library)
    offered = talk.say("普法答题")
    assert "quiz:labour" in values(offered)
    assert "第1题（共5题）" in text(talk.press("quiz:labour"))
    second = text(pick(talk, right=True))
    assert second.startswith(phrases.QUIZ_RIGHT)
    assert "第2题（共5题）" in second
    wrong = text(pick(talk, right=False))
    assert wrong.startswith("正确的是“")
    last = finish(talk, True, True, True)
    assert "5题，答对4题" in text(last)
    assert [(score.quiz, score.right, score.asked) for score in last.scores] == [("labour", 4, 5)]
    assert (talk.dialogue.quiz, values(last)) == (None, ["quiz"])


def test_a_question_in_the_middle_is_answered_and_the_quiz_waits(library: Library) -> None:
    talk = Talk(library, knows={"老板欠我工资怎么办": found(("wages", 0.95))})
    talk.say("答题")
    talk.press("quiz:family")
    pick(talk, right=True)
    assert talk.say("老板欠我工资怎么办").verdict.decision is Decision.ANSWER
    assert "第2题（共5题）" in text(talk.say("继续答题"))


def test_an_old_button_changes_nothing(library: Library) -> None:
    talk = Talk(library)
    talk.say("答题")
    talk.press("quiz:family")
    finish(talk, *[True] * 5)
    assert text(talk.press("pick:1")) == phrases.EXPIRED


def test_who_passes_for_a_matter_is_given_a_code_that_needs_no_network_to_check(library: Library) -> None:
    talk = Talk(library)
    talk.say("答题")
    assert text(talk.press("quiz:roads")) == phrases.QUIZ_MATTER
    asked = talk.say("渝a 12345")
    assert "第1题（共10题）" in text(asked)
    (attempt,) = asked.attempted
    assert attempt.quiz == "roads"
    assert PLATE not in attempt.matter
    said = text(finish(talk, *[True] * 9, False))
    code = next(line for line in said.splitlines() if line.startswith("TL1."))
    certificate = certificates.read(code, VERIFY)
    assert certificate == certificates.Certificate("roads", PLATE, TODAY.isoformat(), 9, 10)
    assert "是否免罚由执法机关决定" in said


def test_eight_of_ten_pass_and_seven_do_not(library: Library) -> None:
    roads = quizzes()["roads"]
    sitting = draw(roads, 7, PLATE)
    seven, eight = (replace(sitting, right=(True,) * n + (False,) * (10 - n)) for n in (7, 8))
    assert (passed(roads, seven), passed(roads, eight)) == (False, True)
    talk = Talk(library)
    talk.say("答题")
    talk.press("quiz:roads")
    talk.say(PLATE)
    assert "TL1." not in text(finish(talk, *[True] * 7, *[False] * 3))


def test_a_matter_is_tried_for_once(library: Library) -> None:
    talk = Talk(library, taken=True)
    talk.say("答题")
    talk.press("quiz:roads")
    refused = talk.say(PLATE)
    assert (text(refused), refused.attempted, talk.dialogue.quiz) == (phrases.QUIZ_TAKEN, (), None)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("渝A12345", "渝A12345"), ("渝a·12345", "渝A·12345"), ("铜公交决字〔2026〕第12号", "铜公交决字〔2026〕第12号"),
        ("１２３４５６", "123456"), ("不知道", None), ("123", None), ("老板欠我工资怎么办", None),
    ],
)  # fmt: skip
def test_only_a_number_of_a_notice_or_a_plate_is_a_matter(words: str, kept: str | None) -> None:
    assert certificates.matter(words) == kept


@pytest.mark.parametrize("spoil", ["", "TL1.a", "TL1.a.b.c", "TL2.e30.e30", "TL1.e30.e30", "TL1.*.e30"])
def test_what_we_did_not_sign_is_no_certificate(spoil: str) -> None:
    assert certificates.read(spoil, VERIFY) is None


def test_the_right_choice_does_not_always_stand_at_the_same_place(library: Library) -> None:
    talk, places = Talk(library), set[int]()
    talk.say("答题")
    talk.press("quiz:roads")
    talk.say(PLATE)
    while sitting := talk.dialogue.quiz:
        answer = quizzes()["roads"].questions[sitting.asked[len(sitting.right)]].answer
        places.add([option.value for option in talk.dialogue.options].index(f"pick:{answer}"))
        pick(talk, right=True)
    assert len(places) > 1


def test_a_changed_certificate_is_none() -> None:
    eight, ten = (certificates.Certificate("roads", PLATE, TODAY.isoformat(), n, 10) for n in (8, 10))
    code, body = certificates.certify(eight, SIGN), certificates.certify(ten, SIGN).split(".")[1]
    head, _, signature = code.split(".")
    assert certificates.read(code, VERIFY)
    assert certificates.read(f"{head}.{body}.{signature}", VERIFY) is None
    assert certificates.read(code, verifier(public(b"somebody else's"))) is None


def test_days_in_a_row_are_counted_and_a_gap_is_not_spoken_of() -> None:
    first = prolonged(Streak(), date(2026, 11, 24))
    assert prolonged(first, date(2026, 11, 24)) == first
    assert prolonged(first, date(2026, 11, 25)).days == 2
    assert prolonged(first, date(2026, 11, 24) + timedelta(days=3)).days == 1
