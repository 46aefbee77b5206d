"""Look up what was named outright: an article, a law, a hotline."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.cases import Case
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import answers, dialogue, phrases
from handlers.talk.consultation import plain
from handlers.talk.dialogue import Stage
from knowledge.citations import Citation
from knowledge.hotlines import Hotline, hotlines
from knowledge.statutes.store import Kind, Standing
from knowledge.topics import Topic

MOST = 3  # articles shown at once
UNSETTLED = "以机构公布为准"


def law(case: Case, words: str) -> Outcome:
    """The text of the articles named, or that there is no such article."""
    statutes = case.library.statutes
    cited = statutes.find(words)[:MOST]
    if not cited:
        name = statutes.laws_in(words)[0]
        text = f"您要看《{name}》的第几条？可以这样发：{name}第1条。"
        return plain(case, Decision.LOOKUP, text)
    found = [statutes.standing(c, case.day) for c in cited]
    shown = tuple(s.citation for s in found if s.kind in (Kind.VERIFIED, Kind.LISTED))
    options = _topics_on(case.library.topics, shown)
    text = "\n\n".join(_read(case, s) for s in found)
    verdict = Verdict(Decision.LOOKUP, 1.0, citations=shown, why="named by law and article")
    return _say(case, verdict, text, options)


def _read(case: Case, standing: Standing) -> str:
    if standing.kind is not Kind.WRONG:
        return answers.text_of(standing)
    moved = case.library.statutes.moved(standing.citation.law, standing.citation.article)
    hints = (f"旧条号的内容现在看《{m.law}》第{m.new}条。" for m in moved)
    return f"{standing.reason}。{''.join(hints)}"


def _topics_on(topics: Mapping[str, Topic], cited: tuple[Citation, ...]) -> tuple[Option, ...]:
    on = [t for t in topics.values() if any(c in t.citations for c in cited)]
    return tuple(Option(t.title, f"topic:{t.id}") for t in on[:MOST])


def _say(case: Case, verdict: Verdict, text: str, options: tuple[Option, ...]) -> Outcome:
    after = replace(dialogue.rest(case.dialogue, options), question="", topic=None)
    return Outcome(verdict, (Reply(text, options),), case.resident, after)


def hotline(case: Case, number: str) -> Outcome:
    """What a hotline is for; what was being asked stays asked."""
    held, said = case.dialogue, describe(hotlines()[number])
    if held.stage is not Stage.FREE:
        return plain(case, Decision.LOOKUP, said, held.options)
    waiting = dialogue.rest(held, (phrases.HUMAN,))
    return Outcome(Verdict(Decision.LOOKUP), (Reply(said, waiting.options),), case.resident, waiting)


def describe(line: Hotline) -> str:
    """A hotline in words, with how far it was confirmed."""
    unsure = "尚未拨测" if UNSETTLED in line.hours else f"尚未拨测，{UNSETTLED}"
    checked = f"（{line.checked} 拨测）" if line.checked else f"（{unsure}）"
    return f"{line.number} {line.name}：{line.purpose}。时间：{line.hours}{checked}。有危险请打110。"
