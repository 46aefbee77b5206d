"""Ask the questions of a quiz one by one, say after each what is right and why, and count nothing against anybody."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from handlers.cases import Case
from handlers.education import certificates
from handlers.messages import Option, Reply
from handlers.outcomes import Attempt, Decision, Outcome, Score, Verdict
from handlers.talk import answers, dialogue, phrases
from handlers.talk.dialogue import Sitting, Stage
from knowledge import text
from knowledge.quizzes import Question, Quiz, quizzes

PICK = "pick"  # of an option's value: pick:2 is the second choice


@dataclass(frozen=True, slots=True)
class Streak:
    """On how many days in a row a quiz was finished, up to which."""

    last: int = 0  # proleptic ordinal of the day
    days: int = 0


def offered(case: Case) -> Outcome:
    """The quizzes there are; one that was begun goes on."""
    if case.dialogue.quiz:
        return _ask(case, case.dialogue.quiz)
    options = tuple(Option(quiz.title, f"quiz:{quiz.id}") for quiz in quizzes().values())
    return _said(case, phrases.QUIZ_WHICH, dialogue.offer(case.dialogue, Stage.FREE, options))


def called(words: str) -> str | None:
    """The quiz that the words name as a push does where there are no buttons."""
    said = text.clean(words).replace(":", "：")
    return next((q.id for q in quizzes().values() if said == phrases.PUSH_QUIZ.format(title=q.title)), None)


def begin(case: Case, name: str) -> Outcome:
    """Begin a quiz; where a certificate can be had, first ask for which matter."""
    quiz = quizzes().get(name)
    if quiz is None:
        return _said(case, phrases.EXPIRED, dialogue.rest(case.dialogue))
    if quiz.certificate and case.sign is None:
        return _said(case, phrases.QUIZ_UNSIGNED, dialogue.rest(case.dialogue))
    if quiz.certificate:
        waiting = replace(dialogue.offer(case.dialogue, Stage.MATTER, ()), quiz=Sitting(name, ()))
        return _said(case, phrases.QUIZ_MATTER, waiting)
    return _ask(case, draw(quiz, case.chance))


def with_matter(case: Case, words: str) -> Outcome:
    """The matter was named: one attempt each."""
    held, of = case.dialogue.quiz, certificates.matter(words)
    quiz = quizzes().get(held.quiz) if held else None
    if quiz is None or of is None or case.sign is None:
        return _said(case, phrases.QUIZ_MATTER, case.dialogue)
    if case.taken:
        return _said(case, phrases.QUIZ_TAKEN, replace(dialogue.rest(case.dialogue), quiz=None))
    attempt = Attempt(quiz.id, certificates.digest(quiz.id, of, case.sign), case.now)
    return replace(_ask(case, draw(quiz, case.chance, of)), attempted=(attempt,))


def draw(quiz: Quiz, chance: int, matter: str = "") -> Sitting:
    """So many questions as the quiz wants, in an order that the chance gives."""
    numbers = Random(chance).sample(range(len(quiz.questions)), quiz.drawn)  # noqa: S311 - no secret hangs on it
    return Sitting(quiz.id, tuple(numbers), matter=matter)


def answered(case: Case, pick: str) -> Outcome:
    """Say whether the pick is right, and go on."""
    sitting = case.dialogue.quiz
    quiz = quizzes().get(sitting.quiz) if sitting else None
    if sitting is None or quiz is None or len(sitting.right) >= len(sitting.asked):
        return _said(case, phrases.EXPIRED, replace(dialogue.rest(case.dialogue), quiz=None))
    question = quiz.questions[sitting.asked[len(sitting.right)]]
    is_right = pick == str(question.answer)
    after = replace(sitting, right=(*sitting.right, is_right))
    said = _explained(case, question, is_right=is_right)
    if len(after.right) < len(after.asked):
        return _before(_ask(case, after), said)
    return _before(_done(case, quiz, after), said)


def _ask(case: Case, sitting: Sitting) -> Outcome:
    quiz = quizzes().get(sitting.quiz)
    if quiz is None or not sitting.asked:  # the bank is gone, or the matter was not named yet
        return _said(case, phrases.EXPIRED, replace(dialogue.rest(case.dialogue), quiz=None))
    number = len(sitting.right)
    question = quiz.questions[sitting.asked[number]]
    options = [Option(choice, f"{PICK}:{n}") for n, choice in enumerate(question.choices, 1)]
    Random(f"{sitting.asked} {number}").shuffle(options)  # noqa: S311 - alike whenever it is asked again
    head = phrases.QUIZ_NUMBER.format(number=number + 1, of=len(sitting.asked))
    waiting = replace(dialogue.offer(case.dialogue, Stage.FREE, tuple(options)), quiz=sitting, topic=None)
    return _said(case, f"{head}{question.ask}", waiting)


def _explained(case: Case, question: Question, *, is_right: bool) -> str:
    verdict = phrases.QUIZ_RIGHT if is_right else phrases.QUIZ_WRONG.format(right=question.right)
    law = answers.law([case.library.statutes.standing(citation, case.day) for citation in question.basis])
    return f"{verdict}{question.why}\n{law}"


def _done(case: Case, quiz: Quiz, sitting: Sitting) -> Outcome:
    right, asked = sum(sitting.right), len(sitting.asked)
    said = [phrases.QUIZ_DONE.format(asked=asked, right=right)]
    streak = prolonged(Streak(*case.dialogue.streak), case.day)
    if streak.days > 1:
        said.append(phrases.QUIZ_STREAK.format(days=streak.days))
    if quiz.certificate:
        said.append(_certified(case, quiz, sitting))
    options = (Option(phrases.QUIZ_ANOTHER, "quiz"),)
    rested = replace(dialogue.rest(case.dialogue, options), quiz=None, streak=(streak.last, streak.days))
    score = Score(quiz.id, right, asked, case.now)
    return replace(_said(case, "\n".join(said), rested), scores=(score,))


def passed(quiz: Quiz, sitting: Sitting) -> bool:
    """Are enough answers right?"""
    return sum(sitting.right) * 100 >= quiz.pass_percent * len(sitting.asked)


def _certified(case: Case, quiz: Quiz, sitting: Sitting) -> str:
    if not passed(quiz, sitting):
        return phrases.QUIZ_NOT_PASSED.format(percent=quiz.pass_percent)
    if case.sign is None:
        return phrases.QUIZ_UNSIGNED
    right, asked = sum(sitting.right), len(sitting.asked)
    certificate = certificates.Certificate(quiz.id, sitting.matter, case.day.isoformat(), right, asked)
    code = certificates.certify(certificate, case.sign)
    return phrases.QUIZ_CERTIFICATE.format(code=code, matter=sitting.matter)


def prolonged(streak: Streak, day: date) -> Streak:
    """The streak with that day; a gap begins a new one, and nobody is told of it."""
    today = day.toordinal()
    if streak.last == today:
        return streak
    return Streak(today, streak.days + 1 if streak.last == today - 1 else 1)


def _said(case: Case, words: str, after: dialogue.Dialogue) -> Outcome:
    return Outcome(Verdict(Decision.SMALLTALK, why="quiz"), (Reply(words, after.options),), case.resident, after)


def _before(outcome: Outcome, words: str) -> Outcome:
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, text=f"{words}\n\n{first.text}"), *others))
