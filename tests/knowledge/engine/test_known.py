"""Every question that a topic lists finds that topic at once, also with a slip of the finger."""

import random
from collections.abc import Sequence
from functools import cache

from knowledge import topics
from knowledge.engine import library
from knowledge.engine.library import Library
from knowledge.text import normalise


@cache
def _shelf() -> tuple[Library, Sequence[tuple[str, str]]]:
    found = topics.load()
    return library.build(found), [(topic.id, question) for topic in found for question in topic.questions]


def _known(question: str) -> int | None:
    shelf, _ = _shelf()
    asked = library.ask(normalise(question))
    return shelf.known(asked.text, shelf.compare(asked))


def _share(asked: Sequence[tuple[str, str]]) -> float:
    shelf, _ = _shelf()
    places = [(name, _known(question)) for name, question in asked]
    owners = shelf.texts.owners
    assert not [name for name, place in places if place is not None and shelf.ids[int(owners[place])] != name]
    return sum(place is not None for _, place in places) / len(places)


def test_a_listed_question_is_known_and_never_taken_for_another_topics() -> None:
    _, asked = _shelf()
    assert _share(random.Random(1).sample(asked, 300)) > 0.99


def test_a_listed_question_with_a_character_missing_is_known_too() -> None:
    _, asked = _shelf()
    chance = random.Random(2)
    slipped = [(name, _without_one(question, chance)) for name, question in chance.sample(asked, 300)]
    assert _share(slipped) > 0.97


def test_what_only_begins_like_a_listed_question_is_not_known() -> None:
    assert _known("楼上的邻居人很好，我想送他一点东西表示感谢") is None
    assert _known("") is None


def _without_one(question: str, chance: random.Random) -> str:
    place = chance.randrange(len(question))
    return question[:place] + question[place + 1 :]
