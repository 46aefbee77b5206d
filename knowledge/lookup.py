"""Find the articles of one law that a person means by a few words: 治安法养狗那条."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from knowledge.names import fold
from knowledge.statutes.store import Article, Statutes
from knowledge.text import normalise, tokens
from knowledge.topics import Topic

_ASKS = re.compile(r"[那哪这第][一几]?条|条文|法条|原文")
_FILLER = re.compile(
    r"[那哪这第]一?几?(?:条|款)|条文|原文|法条|规定|怎么|咋|如何|什么|里头|里面|关于|有关|[的是有在里中说讲看查找?？。,，]"
)
_CITED = 0.6  # what the topics say of an article, beside its own text
MOST = 3
_AGAIN = 0.3
_FIRST = 2  # of a law's articles under a topic: what the topic is about
_LEAST = 0.3  # of all that the words could say


def asked(text: str, statutes: Statutes) -> tuple[str, str] | None:
    """The law named and the words that tell which of its articles is meant; None where no article is asked for."""
    laws = statutes.laws_in(text)
    folded = fold(text)
    if len(laws) != 1 or not _ASKS.search(folded):
        return None
    (start, end, law), *_ = statutes.names.spans(folded)
    words = _FILLER.sub("", folded[:start] + folded[end:])
    return (law, words) if len(words) > 1 else None


def within(statutes: Statutes, law: str, words: str, as_of: date, topics: Iterable[Topic]) -> list[Article]:
    """The articles of that law that say the words, or under which a topic says them, best first."""
    articles = statutes.law(law, as_of)
    told = _told(law, topics)
    rarity = _rarity(_grams(words), [article.text + told.get(article.number, "") for article in articles])
    scores = {a.number: _score(rarity, a.text, told.get(a.number, "")) for a in articles}
    best = max(scores.values(), default=0.0)
    if best < _LEAST * sum(rarity.values()):
        return []
    found = (article for article in articles if scores[article.number] > best / 2)
    return sorted(found, key=lambda article: -scores[article.number])[:MOST]


def _told(law: str, topics: Iterable[Topic]) -> Mapping[str, str]:
    """What the topics that cite an article say of it: why it stands there, and under the first ones the questions."""
    told: defaultdict[str, str] = defaultdict(str)
    for topic in topics:
        for place, cited in enumerate(cited for cited in topic.citations if cited.law == law):
            told[cited.article] += f"\n{cited.why}"
            if place < _FIRST:
                told[cited.article] += "\n".join(("", topic.title, *topic.questions))
    return told


def _grams(words: str) -> frozenset[str]:
    plain = normalise(words)
    pairs = (plain[at : at + 2] for at in range(len(plain) - 1))
    return frozenset(gram for gram in (*tokens(plain), *pairs) if len(gram) > 1 and gram.isalnum())


def _rarity(grams: Iterable[str], texts: Sequence[str]) -> dict[str, float]:
    return {gram: math.log1p(len(texts) / (1 + sum(gram in text for text in texts))) for gram in grams}


def _score(rarity: Mapping[str, float], own: str, told: str) -> float:
    return sum(weight * max(_said(gram, own), _CITED * _said(gram, told)) for gram, weight in rarity.items())


def _said(gram: str, text: str) -> float:
    """1 where it is said once, a little more where it is said again."""
    times = text.count(gram)
    return 1 + _AGAIN * math.log(times) if times else 0.0
