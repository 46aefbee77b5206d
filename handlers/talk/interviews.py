"""Lead a resident through an interview, one screen at a time, and give what comes out."""

from collections.abc import Iterator
from dataclasses import replace

from handlers.cases import Case
from handlers.errors import Refused
from handlers.mediations import registration
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import dialogue, followups, phrases, results
from handlers.talk.dialogue import Stage
from knowledge.guides import interviews
from knowledge.guides import mediation as rules
from knowledge.guides.forms import Interview
from knowledge.guides.interviews import State
from knowledge.results import Unclear

SAY = "say"  # of an option's value: say:2 answers the screen with its second choice


def opened(case: Case, words: str) -> Interview | None:
    """The interview that these words ask for."""
    return interviews.opened(words, case.day)


def begin(case: Case, interview: Interview, words: str) -> Outcome:
    """Start with what the words say already; where nothing is missing the result comes at once."""
    first = interviews.find(registration.INTAKE)
    if interview.id == registration.REQUEST and first and not registration.knows_enough(case):
        return _before(begin(case, first, words), phrases.MEDIATION_FIRST)
    return _taken(case, interview, interviews.start(interview, words, case.day, case.dialogue.finished), words)


def answered(case: Case, words: str) -> Outcome:
    """Take an answer; one that cannot be read is asked for again, and nothing said before is lost."""
    held = _held(case)
    if held is None:
        return _gone(case)
    interview, state = held
    if not interviews.holds(interview, state):
        return _before(_go_on(case, interview, interviews.restart(interview)), phrases.INTERVIEW_CHANGED)
    try:
        return _taken(case, interview, interviews.answer(interview, state, words, case.day), words)
    except Unclear as unclear:
        return _before(_go_on(case, interview, state), str(unclear))


def fits(case: Case, words: str) -> bool:
    """Can the words be read as an answer to what is asked?"""
    held = _held(case)
    if held is None:
        return False
    try:
        interviews.answer(*held, words, case.day)
    except Unclear:
        return False
    return True


def back(case: Case) -> Outcome:
    """Take the last answer back."""
    held = _held(case)
    return _go_on(case, held[0], interviews.back(held[1])) if held else _gone(case)


def restart(case: Case) -> Outcome:
    """Begin anew, knowing nothing."""
    held = _held(case)
    return _go_on(case, held[0], interviews.restart(held[0])) if held else _gone(case)


def resume(case: Case) -> Outcome:
    """Go on where it was left, however long ago."""
    held = _held(case)
    return _go_on(case, *held) if held else _gone(case)


def leave(case: Case) -> Outcome:
    """Stop for now; what was said stays."""
    reply = Reply(phrases.INTERVIEW_LEFT)
    return Outcome(Verdict(Decision.INTERVIEW), (reply,), case.resident, dialogue.rest(case.dialogue))


def aside(outcome: Outcome, held: State | None) -> Outcome:
    """Something else was asked in the middle: say that the interview waits."""
    if held is None or outcome.dialogue.stage is Stage.INTERVIEWING or not outcome.replies:
        return outcome
    *others, last = outcome.replies
    options = (*last.options, phrases.RESUME)
    said = replace(last, text=f"{last.text}\n\n{phrases.INTERVIEW_WAITS}", options=options)
    return replace(outcome, replies=(*others, said), dialogue=replace(outcome.dialogue, options=options))


def _held(case: Case) -> tuple[Interview, State] | None:
    state = case.dialogue.interview
    interview = interviews.find(state.interview) if state else None
    return (interview, state) if interview and state else None


def _taken(case: Case, interview: Interview, state: State, words: str) -> Outcome:
    """Go on, and say which sum or day was made of words that name it only roughly."""
    said = _go_on(case, interview, state)
    rough = "、".join(results.figure(value) for value in interviews.roughly(interview, state, words, case.day))
    return _before(said, phrases.ROUGHLY.format(taken=rough)) if rough else said


def _go_on(case: Case, interview: Interview, state: State) -> Outcome:
    screen = interviews.screen(interview, state)
    if screen is None:
        return _done(case, interview, state)
    options = tuple(Option(label, f"{SAY}:{number}") for number, label in enumerate(screen.options, 1))
    first = f"【{interview.title}】\n" if screen.number == 1 else ""
    foot = phrases.INTERVIEW_STEP.format(number=screen.number, most=screen.most)
    waiting = replace(dialogue.offer(case.dialogue, Stage.INTERVIEWING, options), interview=state, topic=None)
    verdict = Verdict(Decision.INTERVIEW, 1.0, why=f"interview {interview.id}")
    return Outcome(verdict, (Reply(f"{first}{screen.text}\n{foot}", options),), case.resident, waiting)


def _done(case: Case, interview: Interview, state: State) -> Outcome:
    try:
        result = interviews.result(interview, state, case.day)
    except Unclear as unclear:
        return _before(_go_on(case, interview, interviews.back(state)), str(unclear))
    facts = interviews.facts(interview, state)
    if interview.id == registration.REQUEST and facts.get("sharing") == rules.SHARED:
        return _registered(case, facts)
    further = (Option(one.title, f"interview:{one.id}") for one in _further(interview, facts))
    options = (
        *followups.options(result, case.day),
        *further,
        Option(phrases.AGAIN, f"interview:{interview.id}"),
        phrases.HUMAN,
    )
    rested = dialogue.rest(case.dialogue, options)
    if dialogue.in_danger(case.dialogue):  # whoever is asked for later gets it with what is known already
        rested = replace(rested, ticket=case.dialogue.ticket, reason=case.dialogue.reason)
    words = case.dialogue.question or interview.title
    rested = replace(rested, interview=None, finished=state, topic=None, question=f"{words}\n{results.brief(result)}")
    cited = results.citable(result, case.library.statutes, case.day)
    verdict = Verdict(Decision.ANSWER, 1.0, citations=cited, why=f"interview {interview.id}", result=result)
    said = Reply(results.render(result, case.library.statutes, case.day))
    *before, last = (said, document) if (document := results.document(result)) else (said,)
    return Outcome(verdict, (*before, replace(last, options=options)), case.resident, rested)


def _further(interview: Interview, facts: registration.Facts) -> Iterator[Interview]:
    """What may follow: where mediation cannot be had, nothing is registered for it."""
    for name in interview.then:
        further = interviews.find(name)
        if further and (name != registration.REQUEST or registration.is_offered(facts)):
            yield further


def _registered(case: Case, facts: registration.Facts) -> Outcome:
    try:
        return registration.registered(case, facts)
    except Refused as refused:
        return _before(_gone(case), str(refused))


def _gone(case: Case) -> Outcome:
    rested = replace(dialogue.rest(case.dialogue), interview=None)
    return Outcome(Verdict(Decision.SMALLTALK), (Reply(phrases.NO_INTERVIEW),), case.resident, rested)


def _before(outcome: Outcome, words: str) -> Outcome:
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, text=f"{words}\n\n{first.text}"), *others))
