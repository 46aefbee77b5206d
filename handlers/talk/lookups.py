"""Look up what was named outright: an article, a law, a hotline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from handlers.cases import Case
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import answers, dialogue, phrases
from handlers.talk.consultation import plain
from handlers.talk.dialogue import Stage
from knowledge import citations, lookup
from knowledge.citations import Citation
from knowledge.hotlines import Hotline, hotlines
from knowledge.statutes.store import Kind, Standing
from knowledge.topics import Topic

ARTICLE = "law"  # value of an option that shows an article
LONGEST = 64  # bytes of a value
MOST = 3  # articles shown at once
UNSETTLED = "以机构公布为准"


def law(case: Case, words: str) -> Outcome:
    """The text of the articles named or described, or that there is no such article."""
    statutes = case.library.statutes
    cited = statutes.find(words)[:MOST] or described(case, words)
    if not cited:
        name = statutes.laws_in(words)[0]
        text = f"您要看《{name}》的第几条？可以这样发：{name}第1条。"
        return plain(case, Decision.LOOKUP, text)
    found = [statutes.standing(c, case.day) for c in cited]
    shown = tuple(s.citation for s in found if s.kind in (Kind.VERIFIED, Kind.LISTED))
    options = (*_topics_on(case.library.topics, shown), *_around(case, found))
    text = "\n\n".join(filter(None, (*(_read(case, s) for s in found), *_place(case, found))))
    verdict = Verdict(Decision.LOOKUP, 1.0, citations=shown, why="named by law and article")
    return _say(case, verdict, text, options)


def described(case: Case, words: str) -> tuple[Citation, ...]:
    """The articles of the one law named that the words describe, best first: 治安法养狗那条."""
    asked = lookup.asked(words, case.library.statutes)
    topics = case.library.topics.values()
    found = lookup.within(case.library.statutes, *asked, case.day, topics) if asked else ()
    return tuple(article.citation for article in found)


def _read(case: Case, standing: Standing) -> str:
    if standing.kind is Kind.WRONG:
        return f"{standing.reason}。{''.join(_renumbered(case, standing.citation, '旧条号的内容'))}"
    before = (f"\n{line}" for line in _renumbered(case, standing.citation, "以前的这个条号"))
    return answers.text_of(standing) + "".join(before)


def _renumbered(case: Case, citation: Citation, what: str) -> Iterator[str]:
    for moved in case.library.statutes.moved(citation.law, citation.article):
        about = f"（{moved.about}，{moved.since}改）" if moved.about and what != "旧条号的内容" else ""
        yield f"{what}{about}现在看《{moved.law}》第{moved.new}条。"


def _place(case: Case, found: Sequence[Standing]) -> Iterator[str]:
    """In which chapter the one article stands, and from where to where that goes."""
    article = found[0].article
    if len(found) == 1 and article and article.chapter:
        chapter = case.library.statutes.chapter(article.law, article.number, case.day)
        yield f"它在：{article.chapter}（第{chapter[0].number}条到第{chapter[-1].number}条）"


def _around(case: Case, found: Sequence[Standing]) -> Iterator[Option]:
    """The articles before and after the one that was named; not where their names are too long for a button."""
    one = found[0].citation
    if len(found) > 1 or found[0].article is None:
        return
    for article in case.library.statutes.neighbours(one.law, one.article, case.day):
        where = "上一条" if citations.order(article.number) < citations.order(one.article) else "下一条"
        value = f"{ARTICLE}:{article.law}#{article.number}"
        if len(value.encode()) <= LONGEST:
            yield Option(f"{where}：第{article.number}条", value)


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
