"""The meanings of articles are made part by part: what was made before a kill is not made again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.engine.index import Floats
from knowledge.engine.vectors import PART, Vectors

HASHES = np.arange(1, 2 * PART + 11, dtype=np.uint64) * np.uint64(7)


def _row(place: int) -> list[float]:
    return [place % 97, 1.0, place % 5]


def _embed(places: Sequence[int]) -> Floats:
    return np.array([_row(place) for place in places], np.float32)


def test_all_rows_are_made_with_progress_and_found_by_their_hash(tmp_path: Path) -> None:
    held, told = Vectors(tmp_path), list[tuple[int, int]]()
    assert held.missing(HASHES).all()
    assert held.make(HASHES, _embed, lambda done, all_: told.append((done, all_)))
    assert told == [(PART, len(HASHES)), (2 * PART, len(HASHES)), (len(HASHES), len(HASHES))]
    assert not held.missing(HASHES).any()
    assert np.array_equal(held.rows(HASHES[::-1][:3]), _embed([len(HASHES) - 1 - n for n in range(3)]))


def test_after_a_kill_only_the_part_that_was_under_way_is_made_again(tmp_path: Path) -> None:
    asked: list[int] = []

    def killed(places: Sequence[int]) -> Floats:
        if len(asked) >= PART:
            raise KeyboardInterrupt
        asked.extend(places)
        return _embed(places)

    with pytest.raises(KeyboardInterrupt):
        Vectors(tmp_path).make(HASHES, killed)
    (tmp_path / ".partial-x").write_bytes(b"half a part")
    again = Vectors(tmp_path)
    assert int(again.missing(HASHES).sum()) == len(HASHES) - PART
    made: list[int] = []
    again.make(HASHES, lambda places: (made.extend(places), _embed(places))[1])
    assert not set(made) & set(asked)
    assert np.array_equal(again.rows(HASHES), _embed(range(len(HASHES))))


def test_an_encoder_that_gives_up_leaves_what_was_made(tmp_path: Path) -> None:
    assert not Vectors(tmp_path).make(HASHES, lambda _: None)
    assert Vectors(tmp_path).missing(HASHES).all()


def test_one_process_at_a_time_makes_rows(tmp_path: Path) -> None:
    with Vectors(tmp_path).alone() as first, Vectors(tmp_path).alone() as second:
        assert (first, second) == (True, False)
    with Vectors(tmp_path).alone() as again:
        assert again
