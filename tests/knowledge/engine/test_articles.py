"""Articles are gathered by every leg, measured the same way each time, and found with or without meaning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge.engine import candidates, index, learned, library, shelf
from knowledge.engine.articles import VECTORS, Articles, Progress
from knowledge.engine.confidence import Curve
from knowledge.engine.learned import Learned, Lexicon, Space
from knowledge.engine.semantic import WIDTH as MEANING
from knowledge.engine.shelf import Shelf
from knowledge.engine.trees import Trees
from knowledge.engine.vectors import Vectors
from tests.knowledge.engine.test_match import TOPICS, Article, Cited, Letters, Silent, Statutes

TODAY = date(2026, 11, 24)
WIDTH = 8


class Many(Statutes):
    """Statutes of some size: 40 articles of two laws."""

    def articles(self, as_of: date) -> Iterator[Article]:
        yield from super().articles(as_of)
        for number in range(1, 41):
            yield Article("物业管理条例", str(number), "第二章 业主", f"业主第{chr(0x4E00 + number)}项权利")


def taught() -> Learned:
    random = np.random.default_rng(3)
    matrix = random.normal(size=(MEANING, WIDTH)).astype(np.float32) / MEANING**0.5
    space = Space(matrix, matrix, np.eye(MEANING, dtype=np.float32))
    known = learned.know(
        index.cosine([index.text_keys("狗咬人"), index.text_keys("欠薪")]),
        random.normal(size=(2, MEANING)).astype(np.float32),
        space,
        np.array([0, 1]),
        np.array([learned.name_hash("民法典", "1245"), learned.name_hash("劳动合同法", "30")], np.uint64),
    )
    source = index.word_keys(["狗"])
    lexicon = Lexicon(source, np.array([0, 1]), index.word_keys(["动物"]), np.array([0.9], np.float32))
    last, leaves = np.array([len(candidates.FEATURES) - 1]), np.array([0.0, 1.0], np.float32)
    trees = Trees(last, np.array([0.5], np.float32), np.array([[-1], [0]]), leaves)
    return Learned(known, lexicon, space, trees, Curve((0.0, 1.0), (0.0, 1.0)))


@pytest.fixture
def held() -> Shelf:
    articles = list(Many().articles(TODAY))
    vectors = np.zeros((len(articles), WIDTH), np.float32)
    return shelf.build(articles, None, lambda _: vectors)


def test_neighbours_never_cross_into_another_law(held: Shelf) -> None:
    for place, (before, after) in enumerate(zip(held.before, held.after, strict=True)):
        assert held.laws[before] == held.laws[after] == held.laws[place]


def test_everyday_words_add_the_legal_ones_they_stand_for() -> None:
    keys, weights = taught().lexicon.expand(index.text_keys("狗咬"))
    assert keys.tolist() == index.word_keys(["动物"]).tolist()
    assert weights.tolist() == pytest.approx([0.9])
    assert len(taught().lexicon.expand(index.text_keys("工资"))[0]) == 0


def test_the_best_are_no_more_than_asked_for_and_say_something() -> None:
    scores = np.array([0, 3, 0, 1, 0, 2, 0], np.float32)
    assert sorted(candidates.top(scores, 2).tolist()) == [1, 5]
    assert sorted(candidates.top(scores, 4).tolist()) == [1, 3, 5]
    assert not len(candidates.top(np.zeros(3, np.float32), 2))


def test_known_questions_and_topics_point_only_at_articles_in_force(held: Shelf) -> None:
    cited = replace(TOPICS[0], citations=(Cited("民法典", "1245"), Cited("民法典", "9999")))
    tied = candidates.ties(held, taught(), (cited, *TOPICS[1:]))
    assert held.names[int(tied.cited[0])] == ("民法典", "1245")
    assert len(tied.cited) == 1
    assert {held.names[int(place)] for place in tied.articles} == {("民法典", "1245"), ("劳动合同法", "30")}


@pytest.mark.parametrize("question", ["狗咬人要赔多少", "", "🀄", "物业", "a" * 300])
def test_every_candidate_has_every_feature_and_none_is_broken(held: Shelf, question: str) -> None:
    books = library.build(TOPICS)
    vector = np.ones(MEANING, np.float32) / MEANING**0.5
    for asked in (library.ask(question), library.ask(question, vector)):
        places, rows = candidates.gather(held, taught(), candidates.ties(held, taught(), TOPICS), books, asked)
        assert rows.shape == (len(places), len(candidates.FEATURES))
        assert np.isfinite(rows).all()
        assert len(set(places.tolist())) == len(places)


def test_the_shipped_ranker_fits_the_features() -> None:
    shipped = learned.load()
    if shipped is None:
        pytest.skip("no ranker is shipped")
    assert shipped.trees.features.max() < len(candidates.FEATURES)
    assert shipped.space.mapping.shape == (MEANING, MEANING)
    assert shipped.space.question.shape == shipped.space.article.shape
    assert list(shipped.curve.right) == sorted(shipped.curve.right)


def test_a_missing_weight_file_leaves_words_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(learned, "WEIGHTS", tmp_path)
    assert learned.load.__wrapped__() is None
    assert learned.vectors.__wrapped__() is None


def test_an_article_has_one_vector_of_length_one(held: Shelf) -> None:
    encoder = Letters()
    encoder.load()
    rows = shelf.meanings([*Statutes().articles(TODAY), Article("长法", "1", "", "长" * 500)], encoder)
    assert rows is not None
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert held.vectors.shape[1] == WIDTH


def again(*_: object) -> None:
    pytest.fail("made already, and made again")


def test_words_serve_at_once_and_meanings_follow_from_whichever_process_makes_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(learned, "load", taught)
    monkeypatch.setattr(learned, "vectors", lambda: None)
    encoder = Letters()
    encoder.load()
    quick, whole = (Articles(Many(), TOPICS, tmp_path, one) for one in (Silent(), encoder))
    assert len(quick.read(TODAY).names) == 43
    assert quick.progress(TODAY) == Progress(0, 43, under_way=False)

    monkeypatch.setattr(shelf, "_words", again)
    with Vectors(tmp_path / VECTORS / learned.edition()).alone():
        assert whole.progress(TODAY).under_way
        assert not whole.read(TODAY).vectors.any(), "another process is at it, and nobody waits for it"
    assert whole.read(TODAY).has_meaning
    assert whole.progress(TODAY) == Progress(43, 43, under_way=False)

    monkeypatch.setattr(Letters, "encode", again)
    assert whole.read(TODAY).has_meaning
