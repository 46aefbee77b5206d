"""Take in, in chat, that somebody wants mediation, and let the other side say whether they want it too."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from handlers import residents
from handlers.cases import Case
from handlers.desk import tickets
from handlers.errors import Refused
from handlers.mediations import mediation
from handlers.mediations.agreements import Party
from handlers.mediations.bulletins import bulletins
from handlers.mediations.mediation import Case as Mediation
from handlers.mediations.proceedings import STATE_NAMES, State
from handlers.mediations.writings import subject
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Filed, Outcome, Verdict
from handlers.talk import dialogue, phrases
from knowledge.clocks.reckoning import written
from knowledge.guides import interviews, parties
from knowledge.guides import mediation as rules
from knowledge.guides.conditions import Value
from knowledge.guides.interviews import State as Progress

INTAKE, REQUEST = "mediation", "mediation_request"  # the interviews
ANSWER = "mediate"  # of an option's value: mediate:yes:TJ…
APPLICANT, OTHER = "a", "b"
NUMBER = re.compile(r"TJ\d{6}-[2-9A-HJ-NP-Z]{6}", re.IGNORECASE)
_PARTS = ("姓名", "名称", "住所", "联系方式")  # of a party that are kept each for itself

Facts = Mapping[str, Value]


def is_offered(facts: Facts) -> bool:
    """Whether a committee would take what was told of in the first interview."""
    kind = rules.disputes().disputes.get(str(facts.get("kind")))
    return kind is not None and kind.takes and facts.get("consent") != rules.REFUSES


def needs_villages(held: Progress | None) -> bool:
    """Whether the next answer may end in a registration, for which a village is looked up."""
    return held is not None and held.interview == REQUEST


def registered(case: Case, facts: Facts) -> Outcome:
    """Open the mediation under a number of its own; raises Refused where it cannot be taken in."""
    before = _before(case)
    people, amount = before.get("people"), before.get("amount")
    named = residents.find_villages(str(facts.get("village") or ""), case.villages)
    opened = mediation.take_in(
        tickets.number(case.now, case.chance, "TJ"),
        str(before["kind"]),
        (_party(APPLICANT, facts["applicant"], case.resident.id), _party(OTHER, facts["other"])),
        case.day,
        amount=amount if isinstance(amount, Decimal) else None,
        reach=_text(before.get("reach")),
        people=int(people) if isinstance(people, Decimal) else None,
        tried=_text(before.get("tried")),
        village=named[0].id if len(named) == 1 else case.resident.village,
        told=str(facts.get("told") or ""),
    )
    rested = replace(dialogue.rest(case.dialogue), interview=None, finished=None, question="")
    verdict = Verdict(Decision.INTERVIEW, 1.0, why=f"interview {REQUEST}")
    reply = Reply(phrases.MEDIATION_OPENED.format(number=opened.number))
    return Outcome(verdict, (reply,), case.resident, rested, mediations=(Filed(opened),))


def knows_enough(case: Case) -> bool:
    """Whether the first interview was led, so that it is known what the dispute is about."""
    return is_offered(_before(case))


def shown(case: Case) -> Outcome:
    """Where the mediation of that number stands, for its parties; the other side is asked; nobody else is told."""
    found = case.mediation
    if found is not None and any(party.resident == case.resident.id for party in found.parties):
        return _said(case, _standing(found))
    if found is None or found.state is not State.INTAKE or _other(found).resident:
        return _said(case, phrases.NO_SUCH_MEDIATION)
    options = tuple(
        Option(label, f"{ANSWER}:{value}:{found.number}")
        for label, value in ((phrases.WILLING, "yes"), (phrases.UNWILLING, "no"))
    )
    asked = phrases.MEDIATION_ASKED.format(name=found.parties[0].name, subject=subject(found))
    said = _said(case, asked)
    return replace(said, replies=(Reply(asked, options),), dialogue=dialogue.rest(case.dialogue, options))


def answered(case: Case, *, yes: bool) -> Outcome:
    """The other side says whether they want it."""
    found = case.mediation
    if found is None:
        return _said(case, phrases.NO_SUCH_MEDIATION)
    try:
        joined = mediation.join(found, OTHER, case.resident.id)
        after = (mediation.agree if yes else mediation.decline)(joined, OTHER)
    except Refused as refused:
        return _said(case, str(refused))
    told = tuple(one for one in bulletins(found, after) if one[0] != case.resident.id)
    said = _said(case, phrases.MEDIATION_AGREED if yes else phrases.MEDIATION_DECLINED)
    return replace(said, dialogue=dialogue.rest(case.dialogue), mediations=(Filed(after, told),))


def _before(case: Case) -> Facts:
    """What the first interview settled."""
    state = case.dialogue.finished
    interview = interviews.find(INTAKE)
    if state is None or interview is None or not interviews.holds(interview, state):
        return {}
    return interviews.facts(interview, state)


def _party(one: str, line: Value, resident: str | None = None) -> Party:
    told = parties.read(str(line))
    parts = told.parts
    also = parties.others(told, _PARTS)
    name = parts.get("姓名") or parts.get("名称") or ""
    agrees = True if resident else None  # who applies has agreed
    return Party(one, name, parts.get("住所", ""), parts.get("联系方式", ""), agrees, also, resident)


def _other(found: Mediation) -> Party:
    return next(party for party in found.parties if party.id == OTHER)


def _standing(found: Mediation) -> str:
    said = f"【人民调解 {found.number}】\n{subject(found)}：{STATE_NAMES[found.state]}。"
    if found.state is State.IN_FORCE:
        return f"{said}\n申请司法确认的最后一天是{written(mediation.last_day(found))}，要双方一起去法院。"
    return "\n".join((said, *(way.words for way in mediation.ways(found))))


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _said(case: Case, words: str) -> Outcome:
    return Outcome(Verdict(Decision.LOOKUP), (Reply(words),), case.resident, case.dialogue)
