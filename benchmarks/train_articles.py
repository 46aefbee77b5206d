"""Train the article ranker: `python -m benchmarks.train_articles DATA STATUTES WORK`.

DATA holds lecoqa_train.jsonl (MIT) and real_questions.jsonl; STATUTES is a statute file; WORK keeps vectors between
runs. All that learns from questions is learned with the fold of the question left out; the ranker is measured on folds
it has not seen. Writes known, lexicon, space, articles and ranker (.npz) into knowledge/weights. Needs lightgbm.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import learn_lexicon, learn_map
from knowledge import topics
from knowledge.engine import candidates, evaluate, index, kernel, learned, library, shelf
from knowledge.engine.confidence import Curve, isotonic
from knowledge.engine.evaluate import Ranked
from knowledge.engine.learned import WEIGHTS, Known, Learned, Lexicon, Space
from knowledge.engine.library import Asked, Library, Topic
from knowledge.engine.semantic import Sentences
from knowledge.engine.shelf import Shelf
from knowledge.engine.trees import Trees
from knowledge.numerals import to_chinese
from knowledge.statutes.store import Statutes
from knowledge.text import normalise, tokens

FOLDS = 5
WIDTH = 192
DAY = date(2026, 11, 24)
ROUNDS = 200
SEEDS = (1, 2)  # models whose mean is shipped
WRONG = 160  # candidates of a question to learn from: the best and as many of the rest
NOTHING = np.zeros(0, np.float32)
NO_TREES = Trees(np.zeros(0, np.int64), NOTHING, np.zeros((0, 1), np.int64), NOTHING)
DEPTH = 7
PARAMETERS = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 15,
    "learning_rate": 0.06,
    "num_leaves": 15,
    "max_depth": DEPTH,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Question:
    """One question: prepared, its articles with their worth, its fold; `own` is the variant's place or -1."""

    asked: Asked
    keywords: str
    answer: str
    golds: dict[int, float]
    fold: int
    own: int = -1


@dataclass(frozen=True)
class World:
    """What does not change from fold to fold."""

    articles: Sequence[shelf.Article]
    shelf: Shelf
    full: np.ndarray
    known: Sequence[Topic]
    library: Library
    questions: Sequence[Question]
    extra: np.ndarray
    texts: Sequence[str]
    unlabelled: np.ndarray


@dataclass(frozen=True)
class Rows:
    """The candidates of one question with their features."""

    question: int
    places: np.ndarray
    features: np.ndarray


def main(data: Path, statutes: Path, work: Path) -> None:
    world = prepared(data, statutes, work)
    rows = [row for fold in range(FOLDS) for row in folded(world, fold)]
    scores: list[np.ndarray] = [NOTHING] * len(rows)
    for fold in range(FOLDS):
        trees = fit(world, [row for row in rows if world.questions[row.question].fold != fold])
        for place, row in enumerate(rows):
            if world.questions[row.question].fold == fold:
                scores[place] = trees.scores(row.features)
    np.savez(work / "rows.npz", q=[r.question for r in rows], n=[len(r.places) for r in rows],
             p=np.concatenate([r.places for r in rows]), s=np.concatenate(scores))  # fmt: skip
    report(world, rows, scores)
    ship(world, rows, scores)


def prepared(data: Path, statutes: Path, work: Path) -> World:
    sentences = Sentences()
    sentences.load()
    found = list(Statutes(statutes).articles(DAY))
    full = kept(work / "articles.npy", lambda: embedded(sentences, found))
    held = shelf.build(found, None, lambda _: None)
    known = topics.load()
    books = library.build(known)
    own = sentences.encode(books.texts.texts)
    assert own is not None
    books = books.with_meaning(kernel.learn(books.texts, books.words, own, len(known)))
    rows = [json.loads(line) for line in (data / "lecoqa_train.jsonl").read_text("utf-8").splitlines()]
    asked = [normalise(row["question"]) for row in rows]
    extra = [normalise(row[name]) or "?" for name in ("keywords", "answer") for row in rows]
    encoded = sentences.encode(asked + extra)
    assert encoded is not None
    real = [json.loads(line)["question"] for line in (data / "real_questions.jsonl").read_text("utf-8").splitlines()]
    unlabelled = kept(work / "real.npy", lambda: sentences.encode([normalise(text) or "?" for text in real[:3000]]))
    fold = np.empty(len(rows), np.int64)
    fold[np.random.default_rng(11).permutation(len(rows))] = np.arange(len(rows)) % FOLDS
    places = held.places()
    questions = [
        Question(library.ask(text, vector), extra[i], extra[len(rows) + i], golds(row, places), int(fold[i]))
        for i, (row, text, vector) in enumerate(zip(rows, asked, encoded, strict=False))
    ]
    texts = [normalise(article.text) for article in found]
    listed = owned(books, own, known, places)
    return World(found, held, full, known, books, [*questions, *listed], encoded[len(rows) :], texts, unlabelled)


def golds(row: dict[str, Any], places: dict[tuple[str, str], int]) -> dict[int, float]:
    named = [gold.split("#") for gold in row["gold"]]
    keys = [(law, number(article)) for law, article in named]
    return {places[key]: 1.0 for key in keys if key in places}


def number(article: str) -> str:
    """2-1 → 2之一."""
    main_part, _, sub = article.partition("-")
    return f"{main_part}之{to_chinese(int(sub))}" if sub else main_part


def owned(
    books: Library, vectors: np.ndarray, known: Sequence[Topic], places: dict[tuple[str, str], int]
) -> list[Question]:
    found: list[Question] = []
    titles = set(books.slots[:, 0].tolist())
    for place, text in enumerate(books.variants):
        if place in titles:
            continue
        cites = [places.get((c.law, c.article)) for c in known[int(books.texts.owners[place])].citations]
        worth = {p: 1.0 if i < 3 else 0.5 for i, p in enumerate(cites) if p is not None}
        found.append(Question(library.ask(text, vectors[place]), "", "", worth, place % FOLDS, place))
    return found


def folded(world: World, fold: int) -> list[Rows]:
    """The rows of one fold's questions, measured by what the others taught."""
    taught = learn(world, [q for q in world.questions if q.fold != fold])
    held = world.shelf.with_vectors(world.full @ taught.space.article)
    tied = candidates.ties(held, taught, world.known)
    rows = [
        Rows(place, *candidates.gather(held, taught, tied, world.library, question.asked))
        for place, question in enumerate(world.questions)
        if question.fold == fold and question.own < 0
    ]
    print("fold", fold, len(rows), flush=True)
    return rows


def learn(world: World, inside: Sequence[Question]) -> Learned:
    mapping = learn_map.learn(pairs(world, inside), world.full)
    seen = [q.asked.vector for q in inside]
    left, right = learn_map.narrow(mapping, np.concatenate([np.array(seen), world.unlabelled]), world.full, WIDTH)
    space = Space(left.astype(np.float32), right.astype(np.float32), mapping)
    return Learned(known(world, inside, space), lexicon(world, inside), space, NO_TREES, Curve((0, 1), (0, 1)))


def lexicon(world: World, inside: Sequence[Question]) -> Lexicon:
    found = learn_lexicon.learn(word_pairs(world, inside))
    asked = list(queries(inside))
    table = learn_lexicon.ship(learn_lexicon.weighed(learn_lexicon.proposed(found, asked), asked, world.shelf.words))
    return Lexicon(*(table[name] for name in ("sources", "starts", "targets", "weights")))  # type: ignore[arg-type]  # an array each


def queries(inside: Sequence[Question]) -> Iterator[learn_lexicon.Query]:
    """What the lexicon is weighed by: each question, its keywords, and some of the topics' own questions."""
    for q in inside:
        golds = list(q.golds)
        if golds and q.own < 0:
            yield learn_lexicon.Query(np.unique(q.asked.keys), golds, 1.0)
            if len(keys := np.unique(index.text_keys(q.keywords))):
                yield learn_lexicon.Query(keys, golds, 0.5)
        elif golds and q.own % 4 == 0:
            yield learn_lexicon.Query(np.unique(q.asked.keys), golds[:3], 0.3)


def pairs(world: World, inside: Sequence[Question]) -> learn_map.Pairs:
    foreign = [q for q in inside if q.own < 0 and q.golds]
    count = len([q for q in world.questions if q.own < 0])
    number_ = {id(q): i for i, q in enumerate(world.questions)}
    ids = [number_[id(q)] for q in foreign]
    own = [q for q in inside if q.own >= 0 and q.golds][::3]
    vectors = [q.asked.vector for q in foreign], world.extra[ids], world.extra[[count + i for i in ids]]
    rows = np.concatenate([*map(np.array, vectors), np.array([q.asked.vector for q in own])])
    gold = [list(q.golds) for q in [*foreign, *foreign, *foreign, *own]]
    weights = np.repeat([1.0, 0.5, 0.3], [len(ids), 2 * len(ids), len(own)])
    return learn_map.Pairs(rows.astype(np.float32), gold, weights.astype(np.float32))


def word_pairs(world: World, inside: Sequence[Question]) -> list[learn_lexicon.Pair]:
    found: list[learn_lexicon.Pair] = []
    for q in inside:
        weight = 1.0 if q.own < 0 else 0.2
        wanted: dict[str, float] = {}
        for place, worth in q.golds.items():
            for word in set(tokens(world.texts[place])):
                wanted[word] = max(wanted.get(word, 0), worth * weight)
        for word in set(tokens(q.answer)):
            wanted[word] = wanted.get(word, 0) + 0.5
        found.append(([*tokens(q.asked.text), *tokens(q.keywords)], wanted))
    return found


def known(world: World, inside: Sequence[Question], space: Space) -> Known:
    foreign = [q for q in inside if q.own < 0]
    names = world.shelf.names
    links = [(i, learned.name_hash(*names[place])) for i, q in enumerate(foreign) for place in q.golds]
    return learned.know(
        index.cosine(q.asked.keys for q in foreign),
        np.array([q.asked.vector for q in foreign], np.float32),
        space,
        np.array([i for i, _ in links], np.int64),
        np.array([h for _, h in links], np.uint64),
    )


def fit(world: World, rows: Sequence[Rows]) -> Trees:
    """LambdaMART (Burges 2010), the mean of a model a seed."""
    import lightgbm  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only training needs it

    random = np.random.default_rng(0)
    used = [chosen(row, truth, random) for row in rows if (truth := worth(world, row) > 0).any()]
    data = np.concatenate([features for features, _ in used])
    truth = np.concatenate([labels for _, labels in used]).astype(int)
    sizes = [len(labels) for _, labels in used]
    models = [
        lightgbm.train(PARAMETERS | {"seed": seed}, lightgbm.Dataset(data, truth, group=sizes), ROUNDS)
        for seed in SEEDS
    ]
    return exported(models)


def chosen(row: Rows, truth: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The right candidates, the best of the wrong ones and some of the rest: all of them teach no more."""
    order = np.argsort(-row.features[:, candidates.FEATURES.index("mixed")])
    first, rest = order[: WRONG // 2], order[WRONG // 2 :]
    drawn = random.choice(rest, min(WRONG // 2, len(rest)), replace=False)
    kept = np.unique(np.concatenate([first, drawn, np.flatnonzero(truth)]))
    return row.features[kept], truth[kept]


def worth(world: World, row: Rows) -> np.ndarray:
    gold = world.questions[row.question].golds
    return np.array([gold.get(int(place), 0.0) for place in row.places])


def exported(models: Sequence[Any]) -> Trees:
    """LightGBM's trees as tests, paths and leaves."""
    trees = [tree["tree_structure"] for model in models for tree in model.dump_model()["tree_info"]]
    found = [leaf for tree in trees for leaf in leaves(tree)]
    tests = sorted({(feature, border) for path, _ in found for feature, border, _ in path})
    number_ = {test: place for place, test in enumerate(tests)}
    paths = np.zeros((len(found), DEPTH), np.int64)
    for place, (path, _) in enumerate(found):
        steps = [number_[f, b] if above else -1 - number_[f, b] for f, b, above in path]
        paths[place] = np.resize(steps, DEPTH)
    features, borders = np.array([f for f, _ in tests]), np.array([b for _, b in tests], np.float32)
    return Trees(features, borders, paths, np.array([value / len(models) for _, value in found], np.float32))


Step = tuple[int, float, bool]


def leaves(node: dict[str, Any], path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], float]]:
    """Each leaf with the tests on its way: feature, border, whether above."""
    if "leaf_value" in node:
        if path:
            yield path, float(node["leaf_value"])
        return
    step = int(node["split_feature"]), below(float(node["threshold"]))
    yield from leaves(node["left_child"], (*path, (*step, False)))
    yield from leaves(node["right_child"], (*path, (*step, True)))


def below(border: float) -> float:
    """The largest 32-bit number up to the border, so that 32-bit features fall on the same side of both."""
    narrow = np.float32(border)
    return float(narrow if narrow <= border else np.nextafter(narrow, np.float32(-np.inf)))


def report(world: World, rows: Sequence[Rows], scores: Sequence[np.ndarray]) -> None:
    golds_ = [[str(place) for place in world.questions[row.question].golds] for row in rows]
    ranked = [row.places[np.argsort(-s, kind="stable")] for row, s in zip(rows, scores, strict=True)]
    results = [Ranked(list(map(str, places)), gold) for places, gold in zip(ranked, golds_, strict=True)]
    reach = evaluate.recall_at(results, 10**6)
    print(evaluate.table([{**evaluate.summary(results), "reach": reach, "of": float(np.mean(list(map(len, ranked))))}]))


def ship(world: World, rows: Sequence[Rows], scores: Sequence[np.ndarray]) -> None:
    taught = learn(world, world.questions)
    trees = fit(world, rows)
    chances = [softmax(s) for s in scores]
    best = [np.argsort(-s)[:10] for s in scores]
    raw = [float(c[i]) for c, b in zip(chances, best, strict=True) for i in b]
    right = [bool(worth(world, r)[i] > 0) for r, b in zip(rows, best, strict=True) for i in b]
    curve = isotonic(raw, right)
    print("ECE", evaluate.ece([curve(x) for x in raw], right))
    words = taught.known.words.arrays()
    narrow = {"docs": np.uint16, "weights": np.float16, "rarity": np.float16, "starts": np.int32}
    np.savez_compressed(
        WEIGHTS / "known.npz",
        allow_pickle=False,
        **{name: array.astype(narrow.get(name, array.dtype)) for name, array in words.items()},
        vectors=np.round(taught.known.vectors * 127 / np.abs(taught.known.vectors).max()).astype(np.int8),
        questions=taught.known.questions.astype(np.int16),
        golds=taught.known.golds,
    )
    table = {name: getattr(taught.lexicon, name) for name in ("sources", "starts", "targets", "weights")}
    np.savez_compressed(WEIGHTS / "lexicon.npz", allow_pickle=False, **table)
    space = {name: getattr(taught.space, name).astype(np.float16) for name in ("question", "mapping")}
    np.savez_compressed(WEIGHTS / "space.npz", **space, article=taught.space.article.astype(np.float32))
    _articles(world, taught)
    np.savez_compressed(
        WEIGHTS / "ranker.npz",
        allow_pickle=False,
        features=trees.features.astype(np.uint8),
        borders=trees.borders,
        paths=trees.paths.astype(np.int16),
        leaves=trees.leaves,
        raw=curve.raw,
        right=curve.right,
    )


def _articles(world: World, taught: Learned) -> None:
    rows = world.full @ taught.space.article
    hashes = np.array([learned.text_hash(a.law, shelf.heading(a), a.text) for a in world.articles], np.uint64)
    _, first = np.unique(hashes, return_index=True)
    scale = float(np.abs(rows).max()) / 127
    np.savez_compressed(
        WEIGHTS / "articles.npz",
        hashes=hashes[first],
        vectors=np.round(rows[first] / scale).astype(np.int8),
        scale=np.float32(scale),
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def embedded(sentences: Sentences, articles: Sequence[shelf.Article]) -> np.ndarray:
    """One vector of length 1 an article: its text, half its second part, half its law and chapter."""
    rows = shelf.meanings(articles, sentences)
    assert rows is not None
    return rows


def kept(file: Path, make: Any) -> np.ndarray:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, make())
    return np.load(file)


if __name__ == "__main__":
    main(*(Path(name) for name in sys.argv[1:4]))
