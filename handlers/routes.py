"""Pick what a message is about: danger first, then what we are waiting for, then what it says."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from handlers import joining, residents
from handlers.cases import Case
from handlers.desk import notices
from handlers.desk.moves import Tracked
from handlers.education import certificates, obstacles, quizzes, wishes
from handlers.mediations import registration
from handlers.messages import Kind
from handlers.talk import commands, dialogue, enclosing, interviews, lookups, phrases, receipts, safety
from handlers.talk import joining as joins
from handlers.talk.commands import Command
from handlers.talk.dialogue import Admission, Stage
from knowledge import citations, text
from knowledge.citations import Citation
from knowledge.engine.danger import Alarm
from knowledge.hotlines import hotlines


class To(StrEnum):
    """Where a message goes."""

    URGENT = "urgent"
    FLOOD = "flood"
    EMPTY = "empty"
    MEDIA = "media"
    GROUP = "group"
    SCANNED = "scanned"
    LEFT = "left"
    WELCOMING = "welcoming"
    EXPIRED = "expired"
    OUT_OF_RANGE = "out_of_range"
    WHICH = "which"
    COMMAND = "command"
    AGREED = "agreed"
    DECLINED = "declined"
    TELLING = "telling"
    PLACING = "placing"
    ADDING = "adding"
    ENCLOSING = "enclosing"
    TICKET = "ticket"
    INTERVIEW = "interview"
    INTERVIEWING = "interviewing"
    TOPIC = "topic"
    HOTLINE = "hotline"
    QUIZ = "quiz"
    QUIZZING = "quizzing"
    MATTER = "matter"
    WISH = "wish"
    LAW = "law"
    MEDIATION = "mediation"
    JOINING = "joining"
    PARTING = "parting"
    SMALLTALK = "smalltalk"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes, and what of it matters there."""

    to: To
    text: str = ""
    alarm: Alarm | None = None
    command: Command | None = None
    # what was said, for an interview or a ticket; of a mediation yes, no or nothing; of a quiz the run that offered it
    words: str = ""


ALWAYS = {c.value for c in (Command.HUMAN, Command.WHY, Command.MORE, Command.ARTICLES, Command.RESUME)} | {
    Command.SUBSCRIBE.value,  # a push stays where it is for years
    Command.UNSUBSCRIBE.value,
}
_PUSHED = re.compile(rf"{obstacles.PUSHED}:(?P<run>\d{{1,18}}):(?P<quiz>[a-z]{{1,20}})")
_HOTLINE = re.compile(r"(\d{3,5})(?:是.*|干.*|做.*|管.*|电话.*|热线.*)?[?。]?")
_ASKING = re.compile(r"[?？]|怎么|咋|啷个|如何|什么|啥|哪|谁|吗|多少|多久|好多|好久|能不能|可不可以|可以不|为何")
_ABOUT_SOMEBODY = re.compile(r"[你他她它]|[我俺](?!们?[家屋]?(?:住|在|是))|岁|[了着]$")
_CHOICE_LENGTH = 4
_PLACE_LENGTH = 20  # characters of a village with its town and district
_LOOKUP_LENGTH = 24  # characters a question may have around one citation and still ask only for its text
_CITATION_LENGTH = 12
_ANSWER_LENGTH = 5  # characters; what is shorter asks nothing of its own


def pick(case: Case, admission: Admission) -> Route:
    """The route of a message; safety comes before every limit and every state."""
    inbound = case.situation.inbound
    words = text.clean(inbound.text)
    if found := safety.alarm(inbound):
        return Route(To.URGENT, words, alarm=found)
    if inbound.kind is Kind.LEFT:
        return Route(To.LEFT)
    if inbound.kind is not Kind.MEDIA and commands.recognise(words) is Command.UNSUBSCRIBE:
        return Route(To.COMMAND, command=Command.UNSUBSCRIBE)  # however often or early it is said
    if admission is not Admission.WELCOME:
        return Route(To.FLOOD, admission)
    if inbound.kind in (Kind.GROUP, Kind.SCANNED) or (inbound.kind is Kind.MEDIA and not inbound.enclosed):
        return Route(To(inbound.kind.value), inbound.text)
    if not words:
        return Route(To.EMPTY)
    if _behind_the_wall(case):
        return _welcoming(case, _spoken(case, words))
    if held := enclosing.meant(case):
        return Route(To.TICKET, receipts.value(held.ticket, receipts.SAY), words=_spoken(case, words))
    if inbound.kind is Kind.MEDIA:
        return Route(To.ENCLOSING)
    return _chosen(case, words) if inbound.kind is Kind.CHOICE else _written(case, words)


def _spoken(case: Case, words: str) -> str:
    """What was said with pictures and files; a kind of message is nobody's words."""
    return "" if case.situation.inbound.kind is Kind.MEDIA else words


def _behind_the_wall(case: Case) -> bool:
    """Must the channel be accepted first? Not while somebody in danger is being helped (PIPL art. 13 (1) (4))."""
    if case.situation.inbound.address.channel not in case.rules.abroad or residents.agreed_to_channel(case.resident):
        return False
    return not (dialogue.in_danger(case.dialogue) and case.dialogue.stage in (Stage.CONSENTING, Stage.PLACING))


def _welcoming(case: Case, words: str) -> Route:
    """Until the channel is accepted, only yes and no are heard; what was asked is kept for later."""
    answer = _answer(words)
    if case.dialogue.stage is Stage.WELCOMING and answer:
        return answer
    chosen = case.situation.inbound.kind is Kind.CHOICE
    command = commands.recognise(words)
    if command is Command.HUMAN and not chosen:
        return Route(To.WELCOMING, case.dialogue.question or words)
    small = chosen or answer or command or text.smalltalk(words)
    return Route(To.WELCOMING, "" if small else words)


def _answer(words: str) -> Route | None:
    """Yes or no."""
    meant = commands.agreement(words)
    return None if meant is None else Route(To.AGREED if meant else To.DECLINED)


def _chosen(case: Case, value: str) -> Route:
    """An option was pressed; only what is on offer now counts, so forged and old ones do nothing."""
    if value.startswith(f"{notices.PREFIX}:"):  # it came with an answer, perhaps days ago; whose it is counts
        return Route(To.TICKET, value)
    if pushed := _PUSHED.fullmatch(value):  # it came with a push, perhaps weeks ago
        return Route(To.QUIZ, pushed["quiz"], words=pushed["run"])
    offered = any(value == option.value for option in case.dialogue.options)
    return _value(value) if offered or value in ALWAYS else Route(To.EXPIRED)


def _value(value: str) -> Route:
    kind, _, name = value.partition(":")
    if kind == "topic":
        return Route(To.TOPIC, name)
    if kind == lookups.ARTICLE:
        return Route(To.LAW, citations.display(Citation(*name.split("#", 1))))
    if kind == "interview":
        return Route(To.INTERVIEW, name)
    if kind == registration.ANSWER:
        answer, _, number = name.partition(":")
        return Route(To.MEDIATION, number, words=answer)
    if kind == interviews.SAY:
        return Route(To.INTERVIEWING, name)
    if kind == wishes.WISH:
        return Route(To.WISH, name)
    if kind == quizzes.PICK:
        return Route(To.QUIZZING, name)
    if kind == "quiz" and name:
        return Route(To.QUIZ, name)
    if kind == notices.PREFIX:
        return Route(To.TICKET, value)
    if kind == joins.PART and name:
        return Route(To.PARTING, name)
    if kind in ("village", "skip"):
        return Route(To.PLACING, value)
    if kind in ("yes", "no"):
        return Route(To.AGREED if kind == "yes" else To.DECLINED)
    return Route(To.COMMAND, command=Command(value))


def _written(case: Case, words: str) -> Route:
    if command := commands.recognise(words):
        return Route(To.COMMAND, command=command)
    if code := joining.typed(words):
        return Route(To.JOINING, code)
    if not any(c.isalnum() for c in words):
        return Route(To.EMPTY)
    if case.dialogue.stage is Stage.INTERVIEWING and (route := _of_the_interview(case, words)):
        return route
    if _is_a_choice(words) and not dialogue.in_danger(case.dialogue) and (spoken := receipts.spoke(case)):
        return _after_an_adviser(case, spoken, words)
    if picked := dialogue.pick(case.dialogue, words):
        return _value(picked.value)
    if quiz := quizzes.called(words):
        return Route(To.QUIZ, quiz)
    if number := registration.NUMBER.search(unicodedata.normalize("NFKC", words)):
        return Route(To.MEDIATION, number[0].upper())
    if number := _hotline(words):
        return Route(To.HOTLINE, number)
    return _expected(case, words) or _said(case, words)


def _after_an_adviser(case: Case, spoken: Tracked, words: str) -> Route:
    """A number answers what was said last, and that was an adviser: it goes to who asked, else it is asked about."""
    if receipts.asked(case) is spoken:
        return Route(To.TICKET, receipts.value(spoken.ticket, receipts.SAY), words=words)
    return Route(To.WHICH)


def _of_the_interview(case: Case, words: str) -> Route | None:
    """An answer to the screen; what cannot be one and asks something is a question of its own."""
    other = _asks_for_law(case, words) or (len(words) > _ANSWER_LENGTH and _ASKING.search(words))
    return None if other and not interviews.fits(case, words) else Route(To.INTERVIEWING, words)


def _expected(case: Case, words: str) -> Route | None:
    match case.dialogue.stage:
        case Stage.MATTER if certificates.matter(words):
            return Route(To.MATTER, words)
        case Stage.CONSENTING if answer := _answer(words):
            return answer
        case Stage.CHOOSING if choice := _of_the_choice(case, words):
            return choice
        case Stage.PLACING if _names_a_place(case, words):
            return Route(To.PLACING, phrases.SKIP.value if commands.skips(words) else words)
        case Stage.PLACING if dialogue.in_danger(case.dialogue) and _tells(case, words):
            return Route(To.ADDING, words)
        case Stage.SAYING if not text.smalltalk(words) and (held := receipts.find(case, case.dialogue.ticket or "")):
            return Route(To.TICKET, receipts.value(held.ticket, receipts.SAY), words=words)
        case Stage.TELLING if not text.smalltalk(words) and not _is_a_choice(words):
            return Route(To.TELLING, words)
        case _:
            return _number(case) if dialogue.is_number(words) else None


def _is_a_choice(words: str) -> bool:
    """A number as short as those that pick an option; a longer one is a telephone number."""
    return dialogue.is_number(words) and len(words) <= _CHOICE_LENGTH


def _number(case: Case) -> Route:
    return Route(To.OUT_OF_RANGE if case.dialogue.options else To.EMPTY)


def _of_the_choice(case: Case, words: str) -> Route | None:
    """Yes to the only topic offered, or no to all."""
    if commands.refuses_all(words):
        return Route(To.COMMAND, command=Command.HUMAN)
    if not commands.agreement(words):
        return None
    topics = [o.value for o in case.dialogue.options if o.value.startswith("topic:")]
    return _value(topics[0]) if len(topics) == 1 else Route(To.OUT_OF_RANGE)


def _names_a_place(case: Case, words: str) -> bool:
    """Could it be a village? What tells of somebody is none."""
    return len(words) <= _PLACE_LENGTH and not _ABOUT_SOMEBODY.search(words) and _tells(case, words)


def _tells(case: Case, words: str) -> bool:
    """Is it no question, no law, no thank-you and no number?"""
    other = _ASKING.search(words) or text.smalltalk(words) or _asks_for_law(case, words)
    return not other and not dialogue.is_number(words)


def _said(case: Case, words: str) -> Route:
    if _asks_for_law(case, words):
        return Route(To.LAW, words)
    if case.dialogue.stage is Stage.FREE and not text.smalltalk(words) and (held := receipts.asked(case)):
        return Route(To.TICKET, receipts.value(held.ticket, receipts.SAY), words=words)
    if interview := interviews.opened(case, words):
        return Route(To.INTERVIEW, interview.id, words=words)
    if kind := text.smalltalk(words) or commands.kind_of_answer(words):
        return Route(To.SMALLTALK, kind)
    return Route(To.QUESTION, words)


def _hotline(words: str) -> str | None:
    found = _HOTLINE.fullmatch(unicodedata.normalize("NFKC", words))
    return found[1] if found and found[1] in hotlines() else None


def _asks_for_law(case: Case, words: str) -> bool:
    cited = case.library.statutes.find(words)
    if cited:
        return len(words) <= _LOOKUP_LENGTH + _CITATION_LENGTH * (len(cited) - 1)
    if len(words) <= _LOOKUP_LENGTH and lookups.described(case, words):
        return True
    named = case.library.statutes.laws_in(words)
    return len(named) == 1 and len(words) <= len(named[0]) + 2
