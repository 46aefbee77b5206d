"""Decide on a question: answer it, ask back, or bring it to a human."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice

from handlers.cases import Case, Library
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import answers, dialogue, escalation, phrases
from handlers.talk.dialogue import Stage
from knowledge import text
from knowledge.engine.match import Findings, TopicFinding
from knowledge.guides import forms
from knowledge.topics import Topic

DOUBT = 3  # a topic this much surer than worth offering outweighs the doubt that this is a legal question
CHOICES = 3  # as many as fit a phone's screen with their titles whole
BESIDE = 2  # interviews and neighbours offered under an answer
TOGETHER = 4  # answers to one message; more are read by nobody


def decide(case: Case) -> Outcome:
    """What becomes of a message, question by question."""
    decided = [_decide(replace(case, parts=(part,)), part.words, part.findings) for part in case.parts]
    outcome = decided[0] if len(decided) == 1 else _together(case, decided)
    cut = len(case.situation.inbound.text) > text.LIMIT
    return _before(outcome, phrases.TOO_LONG) if cut else outcome


def _before(outcome: Outcome, words: str) -> Outcome:
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, text=f"{words}\n{first.text}"), *others))


def _together(case: Case, decided: Sequence[Outcome]) -> Outcome:
    """Answers first; then at most one thing is asked back, since only one can be waited for."""
    answered = [o for o in decided if o.verdict.decision is Decision.ANSWER]
    open_ones = [o for o in decided if o.verdict.decision in (Decision.CLARIFY, Decision.ESCALATE)]
    spoken = [*answered, *open_ones[:1]][:TOGETHER] or list(decided[:1])
    last = spoken[-1]
    more = len(answered) > TOGETHER
    replies = (*(Reply(r.text) for o in spoken[:-1] for r in o.replies), *last.replies)
    words = last.dialogue.question if open_ones else "\n".join(part.words for part in case.parts)
    verdict = replace(decided[0].verdict, parts=tuple(o.verdict for o in decided))
    outcome = replace(last, verdict=verdict, replies=replies, dialogue=replace(last.dialogue, question=words))
    return _before(outcome, phrases.SEVERAL.format(most=TOGETHER)) if more else outcome


def _decide(case: Case, words: str, findings: Findings) -> Outcome:
    best = findings.topics[0].confidence if findings.topics else 0.0
    if best >= case.rules.answer:
        return _answer(case, words, findings.topics[0])
    if findings.legal < case.rules.legal and best < case.rules.clarify * DOUBT:
        return _out_of_scope(case, words, best, findings.legal)
    # one word of the law is not hard, only short: ask which of its topics is meant before a person is troubled
    if best >= (case.rules.clarify / CHOICES if findings.bare else case.rules.clarify):
        return _clarify(case, words, findings)
    verdict = Verdict(Decision.ESCALATE, best, options=findings.topics[:CHOICES], why="low confidence")
    return _to_a_human(case, words, "low confidence", phrases.NOT_SURE, verdict)


def _to_a_human(case: Case, words: str, reason: str, opening: str, verdict: Verdict) -> Outcome:
    offered = escalation.offer(case, words, reason, opening, verdict)
    return replace(offered, dialogue=replace(offered.dialogue, topic=None))  # it is not about the topic before it


def _answer(case: Case, words: str, finding: TopicFinding) -> Outcome:
    return chosen(case, words, case.library.topics[finding.topic], finding.confidence, explain(case.library, finding))


def chosen(case: Case, words: str, topic: Topic, confidence: float, why: str) -> Outcome:
    """The answer that a topic holds, if it is meant for that day and its law still reads as it did."""
    if not topic.holds(case.day):
        verdict = Verdict(Decision.ESCALATE, confidence, why="topic not in force that day")
        return _to_a_human(case, words, "topic not in force", phrases.UPDATING, verdict)
    if changed := case.library.changed(topic, case.day):
        verdict = Verdict(Decision.ESCALATE, confidence, why="；".join(change.what for change in changed))
        return _to_a_human(case, words, "SOURCE_CHANGED", phrases.UPDATING, verdict)
    standings = answers.standings(topic, case.library.statutes, case.day)
    options = _beside(case, topic)
    verdict = Verdict(
        Decision.ANSWER,
        confidence,
        topic=topic,
        options=tuple(f for part in case.parts for f in part.findings.topics[:CHOICES]),
        citations=answers.citable(standings),
        why=why,
    )
    after = replace(dialogue.rest(case.dialogue, options), question=words, topic=topic.id)
    return Outcome(verdict, (Reply(answers.render(topic, standings), options),), case.resident, after)


def _beside(case: Case, topic: Topic) -> tuple[Option, ...]:
    related = (case.library.topics[name] for name in topic.related if name in case.library.topics)
    guides = (Option(i.title, f"interview:{i.id}") for i in forms.beside(topic.id))
    others = (Option(t.title, f"topic:{t.id}") for t in related if _stands(case, t))
    return (*islice(chain(guides, others), BESIDE), phrases.MORE, phrases.ARTICLES, phrases.WHY, phrases.HUMAN)


def _stands(case: Case, topic: Topic) -> bool:
    return topic.holds(case.day) and not case.library.changed(topic, case.day)


def _clarify(case: Case, words: str, findings: Findings) -> Outcome:
    likely = [f for f in findings.topics[:CHOICES] if f.confidence >= case.rules.clarify / CHOICES]
    options = (*(Option(case.library.topics[f.topic].title, f"topic:{f.topic}") for f in likely), phrases.NONE_OF_THESE)
    why = "；".join(explain(case.library, f) for f in likely)
    verdict = Verdict(Decision.CLARIFY, likely[0].confidence, options=tuple(likely), why=why)
    waiting = replace(dialogue.offer(case.dialogue, Stage.CHOOSING, options), question=words, topic=None)
    return Outcome(verdict, (Reply(phrases.CLARIFY, options),), case.resident, waiting)


def _out_of_scope(case: Case, words: str, confidence: float, legal: float) -> Outcome:
    why = f"不像法律问题（是法律问题的可能 {legal:.2f}）"
    verdict = Verdict(Decision.OUT_OF_SCOPE, confidence, why=why)
    rested = dialogue.rest(case.dialogue, (phrases.HUMAN,))
    rested = replace(rested, question=words, topic=None)  # a human may still be asked
    return Outcome(verdict, (Reply(phrases.OUT_OF_SCOPE, (phrases.HUMAN,)),), case.resident, rested)


def pick(case: Case, topic_id: str) -> Outcome:
    """The resident chose a topic that was offered."""
    topic = case.library.topics.get(topic_id)
    if topic is None:
        return plain(case, Decision.SMALLTALK, phrases.EXPIRED)
    words = case.dialogue.question or topic.title
    return chosen(case, words, topic, 1.0, "居民自己选的")


def more(case: Case) -> Outcome:
    """The rest of the last answer: evidence, cost, mistakes, when to see an adviser at once."""
    return _of_last(case, answers.rest)


def why(case: Case) -> Outcome:
    """What the last answer rests on."""
    found = [f for part in case.parts for f in part.findings.topics]
    if case.dialogue.topic is None and found:
        return _guesses(case, found[:CHOICES])
    sure = (f for f in found if f.confidence >= case.rules.clarify)  # below that it was the resident who picked it
    finding = next((f for f in sure if f.topic == case.dialogue.topic), None)
    matched = f"{explain(case.library, finding)}\n\n" if finding else ""
    return _of_last(case, lambda topic: matched + answers.reasons(topic, case.library.statutes, case.day))


def _guesses(case: Case, found: Sequence[TopicFinding]) -> Outcome:
    lines = (f"· {case.library.topics[f.topic].title}：{explain(case.library, f)}" for f in found)
    return plain(case, Decision.SMALLTALK, "\n".join((phrases.GUESSES, *lines)), case.dialogue.options)


def articles(case: Case) -> Outcome:
    """The text of the articles that the last answer rests on."""
    return _of_last(case, lambda topic: answers.texts(topic, case.library.statutes, case.day))


def _of_last(case: Case, say: Callable[[Topic], str]) -> Outcome:
    topic = case.library.topics.get(case.dialogue.topic or "")
    if topic is None:
        return plain(case, Decision.SMALLTALK, phrases.NOTHING_TO_EXPLAIN)
    verdict = Verdict(Decision.ANSWER, 1.0, topic=topic)
    return Outcome(verdict, (Reply(say(topic), case.dialogue.options),), case.resident, case.dialogue)


def plain(case: Case, decision: Decision, words: str, options: Iterable[Option] = ()) -> Outcome:
    """Say one thing and leave everything as it was."""
    return Outcome(Verdict(decision), (Reply(words, tuple(options)),), case.resident, case.dialogue)


def explain(library: Library, finding: TopicFinding) -> str:
    """Why a topic was found, in words that a resident can check."""
    words = f"，对上的词：{'、'.join(finding.words[:6])}" if finding.words else ""
    nearest = (
        f"最接近的问法：“{finding.nearest}”" if finding.nearest else f"主题：{library.topics[finding.topic].title}"
    )
    return f"{nearest}{words}（把握 {finding.confidence:.0%}）"
