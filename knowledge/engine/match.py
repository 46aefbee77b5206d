"""Match a resident's words to topics and articles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Event, Thread

import numpy as np

from knowledge.engine import fuzzy, gate, index, kernel, library, rank, semantic, story
from knowledge.engine.articles import ArticleFinding, Articles, Statutes
from knowledge.engine.confidence import softmax
from knowledge.engine.index import Arrays, Floats
from knowledge.engine.kernel import Likeness
from knowledge.engine.learned import text_hash
from knowledge.engine.library import Asked, Library, Topic
from knowledge.engine.semantic import Encoder, Sentences
from knowledge.engine.vectors import Vectors
from knowledge.text import clean, names_law, normalise

__all__ = ["ArticleFinding", "Findings", "Matcher", "TopicFinding"]

MOST = 10  # findings
SENTENCES = "sentences"  # folder beside the index
UNSURE = 0.5  # chance that it is legal, if it is typed in pinyin; at least, if it is short and has a plain word of law
SHORT = 6  # characters; what is longer says enough to be told by its meaning
_WORDS = 6
_KNOWN = 0.95  # how sure we are of a known question, as people type it
_FOLLOWED = 0.95  # how sure we are that a message without a subject is about the topic just read


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """A topic, the chance that it answers, and why: the nearest known question and the words in common."""

    topic: str
    confidence: float
    nearest: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Topics, best first, and the chance that this is a legal question at all.

    `bare` says that it is a plain word of the law and little else: too short to tell which topic is meant.
    """

    topics: tuple[TopicFinding, ...] = ()
    legal: float = 0.0
    bare: bool = False


class Matcher:
    """Reads questions; safe to share among threads."""

    def __init__(self, topics: Library, articles: Articles | None, encoder: Encoder | None) -> None:
        self._library = topics
        self._articles = articles
        self._encoder = encoder
        self._done = Event()
        self._places = {name: place for place, name in enumerate(topics.ids)}

    @staticmethod
    def build(
        topics: Sequence[Topic],
        statutes: Statutes | None = None,
        cache: Path | None = None,
        encoder: Sentences | None = None,
    ) -> "Matcher":
        """A matcher that answers by words at once and by meaning as soon as the encoder has loaded."""
        sentences = encoder or Sentences()
        matcher = Matcher(
            library.build(topics, cache), Articles(statutes, topics, cache, sentences) if statutes else None, sentences
        )
        Thread(target=matcher.warm, args=(sentences, cache), name="meaning", daemon=True).start()
        return matcher

    @property
    def ready(self) -> bool:
        """Whether the semantic leg serves too."""
        return self._library.meaning is not None

    def warm(self, sentences: Sentences, cache: Path | None) -> None:
        """Load the encoder and what is learned from the topics' texts, from disk if it was kept there."""
        try:
            self._warm(sentences, cache)
        finally:
            self._done.set()

    def _warm(self, sentences: Sentences, cache: Path | None) -> None:
        sentences.load()
        if not sentences.ready:
            return
        shelf = self._library
        name = f"topics-{kernel.content((semantic.edition(), *shelf.texts.texts))}"
        told = index.load(cache, name) if cache else None
        if told is None:
            told = _learned(shelf, sentences, cache)
            if cache and told:
                index.save(cache, name, told)
        self._library = shelf.with_meaning(kernel.of(told))

    def wait(self, seconds: float) -> bool:
        """Whether the semantic leg serves within that time; that it never will is said as soon as it is known."""
        return self._done.wait(seconds) and self.ready

    def match(self, question: str, *, after: str | None = None) -> Findings:
        """The topics that may answer; `after` is the topic the dialogue is at."""
        text = normalise(story.condense(clean(question)))
        if after in self._places and story.leans(text):
            return self._followed(text, str(after))
        if not any(char.isalnum() for char in text):
            return Findings()
        shelf, asked = self._library, library.ask(text)
        alike = shelf.words.compare(asked.keys, asked.sounds)
        if known := _known(shelf, asked, alike):
            return Findings((known,), 1.0)  # an easy question leaves early, before its meaning is worked out
        asked = replace(asked, vector=self._vector(text))
        return _found(shelf, asked, shelf.add_meaning(alike, asked.vector))

    def articles(self, question: str, limit: int = MOST, as_of: date | None = None) -> tuple[ArticleFinding, ...]:
        """The articles that bear on the question on that day (today if none is given), best first."""
        text = normalise(story.condense(clean(question)))
        if not self._articles or not text:
            return ()
        asked = library.ask(text, self._vector(text))
        return self._articles.find(asked, self._library, limit, as_of or date.today())  # noqa: DTZ011 - local day

    def split(self, question: str) -> tuple[str, ...]:
        """The questions in one message; neighbours that ask about the same topic stay together."""
        found: list[str] = []
        last: str | None = None
        for part in story.parts(question):
            best = self._best(part)
            if found and (best is None or best == last):
                found[-1] += part
            else:
                found.append(part)
                last = best
        return tuple(found)

    def _best(self, part: str) -> str | None:
        if story.leans(normalise(part)):
            return None
        topics = self.match(part).topics
        return topics[0].topic if topics and topics[0].confidence >= 0.3 else None

    def _followed(self, text: str, topic: str) -> Findings:
        place = self._places[topic]
        nearest = self._library.nearest(place, self._library.compare(library.ask(text)))
        return Findings((TopicFinding(topic, _FOLLOWED, nearest),), 1.0)

    def _vector(self, text: str) -> Floats | None:
        if self._encoder is None or self._library.meaning is None or fuzzy.is_pinyin(text):
            return None
        rows = self._encoder.encode([text])
        return None if rows is None else rows[0]


def legal_chance(asked: Asked, features: Floats) -> float:
    """The chance that it is a legal question at all."""
    name = _model(asked)
    chance = gate.load(name).chance(asked, features) if name in gate.MODELS else UNSURE
    return max(chance, UNSURE) if _is_bare(asked) else chance


def _is_bare(asked: Asked) -> bool:
    return len(asked.text) <= SHORT and names_law(asked.text)


def _found(shelf: Library, asked: Asked, likeness: Likeness) -> Findings:
    if not shelf.ids:
        return Findings(legal=UNSURE)
    topics = shelf.candidates(likeness)
    features = shelf.features(likeness, topics)
    legal = legal_chance(asked, features)
    learned = rank.model(_model(asked))
    scores = learned.scores(features)
    first = np.argsort(-scores, kind="stable")[:MOST]
    best = topics[first].tolist()
    shared = shelf.overlaps(asked, topics)
    signs = rank.signs(features, scores, shared=shared, legal=legal, length=len(asked.text))
    chances = learned.chances(softmax(scores)[first], signs)
    found = (
        TopicFinding(
            shelf.ids[place],
            round(float(chance), 4),
            shelf.nearest(place, likeness),
            shelf.shared(place, asked)[:_WORDS],
        )
        for place, chance in zip(best, chances, strict=True)
    )
    return Findings(tuple(found), round(legal, 4), _is_bare(asked))


def _known(shelf: Library, asked: Asked, likeness: Likeness) -> TopicFinding | None:
    place = shelf.known(asked.text, likeness)
    if place is None:
        return None
    topic = int(shelf.texts.owners[place])
    return TopicFinding(shelf.ids[topic], _KNOWN, shelf.originals[place], shelf.shared(topic, asked)[:_WORDS])


def _model(asked: Asked) -> str:
    if asked.vector is not None:
        return "full"
    return "pinyin" if fuzzy.is_pinyin(asked.text) else "lexical"


def _learned(shelf: Library, sentences: Sentences, cache: Path | None) -> Arrays:
    vectors = _encoded(shelf.texts.texts, sentences, cache)
    found = None if vectors is None else kernel.learn(shelf.texts, shelf.words, vectors, len(shelf.ids))
    return kernel.arrays(found) if found else {}


def _encoded(texts: Sequence[str], sentences: Sentences, cache: Path | None) -> Floats | None:
    """One vector a text; those made before are kept, so that one changed topic does not cost them all: 3 ms each."""
    if cache is None:
        return sentences.encode(texts)
    kept, hashes = (
        Vectors(cache / SENTENCES / semantic.edition()),
        np.array([text_hash("", "", text) for text in texts], np.uint64),
    )
    made = kept.make(hashes, lambda places: sentences.encode([texts[place] for place in places]), _untold)
    return kept.rows(hashes) if made else None


def _untold(_done: int, _of: int) -> None:
    """Nobody waits for it: words serve meanwhile."""
