"""Read what the training scripts learn from, and open the library that they train."""

import json
from pathlib import Path

from knowledge import topics
from knowledge.engine import kernel, library
from knowledge.engine.library import Library
from knowledge.engine.semantic import Sentences


def asked(file: Path) -> list[str]:
    """The questions of a jsonl file."""
    return [json.loads(line)["question"] for line in file.read_text("utf-8").splitlines()]


def said(file: Path) -> list[str]:
    """The lines of a file without comments."""
    return [
        line for file_line in file.read_text("utf-8").splitlines() if (line := file_line.strip()) and line[0] != "#"
    ]


def opened(sentences: Sentences) -> Library:
    """The topics as they are served, with meaning."""
    shelf = library.build(topics.load())
    vectors = sentences.encode(shelf.texts.texts)
    assert vectors is not None
    return shelf.with_meaning(kernel.learn(shelf.texts, shelf.words, vectors, len(shelf.ids)))
