"""Cut a text into the pieces that the sentence model knows, by the most probable cut (Kudo 2018, unigram model)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

START, PADDING, END, UNKNOWN = 0, 1, 2, 3
SPACE = "▁"
_NEVER = -1e30
_FAR = 10.0  # how much less probable a character without a piece is than the rarest piece


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces with their numbers and log-probabilities; `longest` in characters, `unknown` a log-probability."""

    numbers: dict[str, tuple[int, float]]
    longest: int
    unknown: float

    def cut(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between start and end, at most `most` in all."""
        marked = SPACE + SPACE.join(text.split())
        best, came = [0.0] + [_NEVER] * len(marked), [(0, UNKNOWN)] * (len(marked) + 1)
        for begin in range(len(marked)):
            score = best[begin]
            if score + self.unknown > best[begin + 1]:
                best[begin + 1], came[begin + 1] = score + self.unknown, (begin, UNKNOWN)
            for end in range(begin + 1, min(begin + self.longest, len(marked)) + 1):
                found = self.numbers.get(marked[begin:end])
                if found and score + found[1] > best[end]:
                    best[end], came[end] = score + found[1], (begin, found[0])
        numbers, place = [], len(marked)
        while place:
            place, number = came[place]
            numbers.append(number)
        return [START, *numbers[::-1][: most - 2], END]


def pieces(names: Sequence[str], scores: Sequence[float]) -> Pieces:
    """Pieces by number; the first four stand for start, padding, end and anything unknown."""
    own = {name: (number, float(score)) for number, (name, score) in enumerate(zip(names, scores, strict=True))}
    for name in names[: UNKNOWN + 1]:
        del own[name]
    return Pieces(own, max(map(len, own)), min(map(float, scores)) - _FAR)


def read(path: Path) -> Pieces:
    """The pieces as shipped: a line each, its log-probability after a tab."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    return pieces([row[0] for row in rows], [float(row[1]) for row in rows])
