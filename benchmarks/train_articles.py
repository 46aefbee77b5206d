"""Train the article ranker: `python -m benchmarks.train_articles DATA STATUTES WORK`.

DATA holds lecoqa_train.jsonl (MIT) and real_questions.jsonl; STATUTES is a statute file; WORK keeps vectors between
runs. All that learns from questions is learned with the fold of the question left out; the ranker is measured on folds
it has not seen. Writes known, lexicon, space, articles and ranker (.npz) into knowledge/weights. Needs catboost.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import learn_lexicon, learn_map
from knowledge import candidates, evaluate, index, learned, library, shelf, topics
from knowledge.confidence import Curve, isotonic
from knowledge.evaluate import Ranked
from knowledge.learned import WEIGHTS, Known, Learned, Lexicon, Space
from knowledge.library import Asked, Library, Topic
from knowledge.numerals import to_chinese
from knowledge.semantic import Sentences
from knowledge.shelf import Shelf
from knowledge.store import Statutes
from knowledge.text import normalise, tokens
from knowledge.trees import Trees

FOLDS = 5
WIDTH = 192
DEPTH = 6
DAY = date(2026, 11, 24)
NO_TREES = Trees(np.zeros((0, 1), np.int64), np.zeros((0, 1), np.float32), np.zeros((0, 2), np.float32))
PARAMETERS = {
    "loss_function": "YetiRank:mode=NDCG;top=10",
    "iterations": 250,
    "depth": DEPTH,
    "learning_rate": 0.07,
    "l2_leaf_reg": 6.0,
    "rsm": 0.5,
    "border_count": 64,
    "thread_count": 2,
    "random_seed": 1,
    "verbose": False,
    "allow_writing_files": False,
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
    np.savez(work / "rows.npz", q=[r.question for r in rows], n=[len(r.places) for r in rows],
             p=np.concatenate([r.places for r in rows]), f=np.concatenate([r.features for r in rows]))  # fmt: skip
    scores: list[np.ndarray] = [np.empty(0, np.float32)] * len(rows)
    for fold in range(FOLDS):
        trees = fit(world, [row for row in rows if world.questions[row.question].fold != fold])
        for place, row in enumerate(rows):
            if world.questions[row.question].fold == fold:
                scores[place] = trees.scores(row.features)
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
    vectors = sentences.encode(books.variants)
    assert vectors is not None
    books = books.with_meaning(vectors, None)
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
    own = owned(books, known, places)
    return World(found, held, full, known, books, [*questions, *own], encoded[len(rows) :], texts, unlabelled)


def golds(row: dict[str, Any], places: dict[tuple[str, str], int]) -> dict[int, float]:
    named = [gold.split("#") for gold in row["gold"]]
    keys = [(law, number(article)) for law, article in named]
    return {places[key]: 1.0 for key in keys if key in places}


def number(article: str) -> str:
    """2-1 → 2之一."""
    main_part, _, sub = article.partition("-")
    return f"{main_part}之{to_chinese(int(sub))}" if sub else main_part


def owned(books: Library, known: Sequence[Topic], places: dict[tuple[str, str], int]) -> list[Question]:
    found: list[Question] = []
    titles = set(books.slots[:, 0].tolist())
    assert books.vectors is not None
    for place, text in enumerate(books.variants):
        if place in titles:
            continue
        cites = [places.get((c.law, c.article)) for c in known[int(books.owners[place])].citations]
        worth = {p: 1.0 if i < 3 else 0.5 for i, p in enumerate(cites) if p is not None}
        asked = replace(library.ask(text, books.vectors[place]), without=place)
        found.append(Question(asked, "", "", worth, place % FOLDS, place))
    return found


def folded(world: World, fold: int) -> list[Rows]:
    inside = [q for q in world.questions if q.fold != fold]
    taught, rows = learn(world, inside), list[Rows]()
    held = replace(world.shelf, vectors=world.full @ taught.space.article)
    tied = candidates.ties(held, taught, world.known)
    for number_, question in enumerate(world.questions):
        wanted = question.own < 0 or (question.own // FOLDS) % 6 == 0
        if question.fold == fold and wanted:
            rows.append(Rows(number_, *candidates.gather(held, taught, tied, world.library, question.asked)))
    print("fold", fold, len(rows), flush=True)
    return rows


def learn(world: World, inside: Sequence[Question]) -> Learned:
    mapping = learn_map.learn(pairs(world, inside), world.full)
    seen = [q.asked.vector for q in inside]
    left, right = learn_map.narrow(mapping, np.concatenate([np.array(seen), world.unlabelled]), world.full, WIDTH)
    lexicon = learn_lexicon.ship(learn_lexicon.learn(word_pairs(world, inside)))
    table = Lexicon(*(lexicon[name] for name in ("sources", "starts", "targets", "chances")))  # type: ignore[arg-type]
    space = Space(left.astype(np.float32), right.astype(np.float32), mapping)
    return Learned(known(world, inside), table, space, NO_TREES, Curve((0, 1), (0, 1)))


def pairs(world: World, inside: Sequence[Question]) -> learn_map.Pairs:
    foreign = [q for q in inside if q.own < 0]
    count = len([q for q in world.questions if q.own < 0])
    number_ = {id(q): i for i, q in enumerate(world.questions)}
    ids = [number_[id(q)] for q in foreign]
    own = [q for q in inside if q.own >= 0][::3]
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


def known(world: World, inside: Sequence[Question]) -> Known:
    foreign = [q for q in inside if q.own < 0]
    fields = (
        (1.0, [q.asked.text for q in foreign]),
        (0.7, [q.keywords for q in foreign]),
        (0.5, [q.answer for q in foreign]),
    )
    names = world.shelf.names
    links = [(i, learned.name_hash(*names[place])) for i, q in enumerate(foreign) for place in q.golds]
    vectors = np.array([q.asked.vector for q in foreign], np.float32)
    return Known(
        index.build(*fields),
        vectors,
        np.array([i for i, _ in links], np.int64),
        np.array([h for _, h in links], np.uint64),
    )


def fit(world: World, rows: Sequence[Rows]) -> Trees:
    from catboost import CatBoost, Pool  # pyright: ignore[reportMissingImports]

    truth = [worth(world, row) for row in rows]
    used = [(row, t) for row, t in zip(rows, truth, strict=True) if t.any()]
    pool = Pool(
        np.concatenate([row.features for row, _ in used]),
        np.concatenate([t for _, t in used]),
        group_id=np.repeat(np.arange(len(used)), [len(t) for _, t in used]),
        group_weight=np.repeat(
            [1.0 if world.questions[row.question].own < 0 else 0.5 for row, _ in used], [len(t) for _, t in used]
        ),
    )
    model = CatBoost(PARAMETERS)
    model.fit(pool)
    return exported(model, DEPTH)


def worth(world: World, row: Rows) -> np.ndarray:
    gold = world.questions[row.question].golds
    return np.array([gold.get(int(place), 0.0) for place in row.places])


def exported(model: Any, depth: int) -> Trees:
    """CatBoost's oblivious trees as arrays of one depth; bit i of a leaf's number is split i."""
    file = Path("/tmp") / f"trees-{id(model)}.json"
    model.save_model(str(file), format="json")
    told = json.loads(file.read_text())
    file.unlink()
    features, borders, leaves = [], [], []
    for tree in told["oblivious_trees"]:
        splits = [(s["float_feature_index"], s["border"]) for s in tree["splits"] or []]
        splits += [(0, np.inf)] * (depth - len(splits))
        features.append([f for f, _ in splits])
        borders.append([b for _, b in splits])
        leaves.append(np.resize(tree["leaf_values"], 2**depth))
    return Trees(np.array(features), np.array(borders, np.float32), np.array(leaves, np.float32))


def report(world: World, rows: Sequence[Rows], scores: Sequence[np.ndarray]) -> None:
    for name, own in (("lecoqa", False), ("own", True)):
        chosen = [(r, s) for r, s in zip(rows, scores, strict=True) if (world.questions[r.question].own >= 0) == own]
        results = [
            Ranked([str(p) for p in r.places[np.argsort(-s)]], [str(g) for g in world.questions[r.question].golds])
            for r, s in chosen
        ]
        reach = np.mean([np.isin(list(world.questions[r.question].golds), r.places).mean() for r, _ in chosen])
        size = np.mean([len(r.places) for r, _ in chosen])
        print(evaluate.table([{"set": name, **evaluate.summary(results), "reach": float(reach), "of": float(size)}]))


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
    lexicon = {name: getattr(taught.lexicon, name) for name in ("sources", "starts", "targets", "chances")}
    np.savez_compressed(WEIGHTS / "lexicon.npz", **lexicon)
    space = {name: getattr(taught.space, name).astype(np.float16) for name in ("question", "mapping")}
    np.savez_compressed(WEIGHTS / "space.npz", **space, article=taught.space.article.astype(np.float32))
    _articles(world, taught)
    np.savez_compressed(WEIGHTS / "ranker.npz", features=trees.features.astype(np.uint8), borders=trees.borders,
                        leaves=trees.leaves, raw=curve.raw, right=curve.right)  # fmt: skip


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
