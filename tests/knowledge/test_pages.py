"""A topic written as a file is read back as it was, and the shipped files are written as they stand."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import pages, topics
from knowledge.citations import Citation
from knowledge.topics import FIELDS, REGIONS, SOURCES, Topic
from tests.knowledge.test_topics import TOPIC

PATH = Path("labour/wages-unpaid.md")
LINE = st.text(
    st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"], blacklist_characters="\ufeff\ufffe\uffff"), min_size=1
).map(str.strip).filter(bool)  # fmt: skip
ODD = st.sampled_from(["yes", "~", "12", "2026-01-01", "a: b", "- x", "# y", "[z]", '"', "'", "{a}", "!t", "*a", "=1"])
WORDS = LINE | ODD
TEXT = st.lists(WORDS.filter(lambda line: not line.startswith("#")), min_size=1, max_size=3).map("\n".join)
SLUG = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True)
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ARTICLE = st.sampled_from(["1", "1077", "133之一"])


def shaped(topic: Topic) -> dict[str, Any]:
    """Everything in it, the reasons of its citations too, which equality leaves out."""
    whole = {field.name: getattr(topic, field.name) for field in fields(topic)}
    return whole | {"citations": [(c.law, c.article, c.why) for c in topic.citations]}


TOPICS = st.builds(
    Topic, id=st.just("wages-unpaid"), field=st.sampled_from(FIELDS), title=WORDS, path=st.just(PATH),
    questions=st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    citations=st.lists(st.builds(Citation, WORDS, ARTICLE, WORDS), min_size=1, max_size=3).map(tuple),
    rule=TEXT, steps=TEXT, evidence=TEXT, time=TEXT, cost=TEXT, where=TEXT, mistakes=TEXT, adviser=TEXT,
    region=st.sampled_from(REGIONS), source=st.sampled_from(SOURCES), reviewed=DAY, due=DAY,
    valid_from=st.none() | DAY, valid_to=st.none() | DAY, related=st.lists(SLUG, max_size=2).map(tuple),
    named=st.lists(WORDS, max_size=2).map(tuple), differs=st.dictionaries(SLUG, WORDS, max_size=2),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(TOPICS)
def test_whatever_a_topic_holds_comes_back_out_of_its_file(topic: Topic) -> None:
    assert shaped(topics.parse(pages.render(topic), PATH)) == shaped(topic)


def test_a_file_is_written_as_editors_write_it() -> None:
    assert pages.render(topics.parse(TOPIC, PATH)) == TOPIC


def _lines() -> Iterator[tuple[str, str]]:
    for topic in topics.load():
        text = topic.path.read_text("utf-8")
        yield "\n".join(sorted(pages.render(topic).split("\n"))), "\n".join(sorted(text.split("\n")))


def test_the_shipped_files_keep_their_lines() -> None:
    kept = [rendered == shipped for rendered, shipped in _lines()]
    assert sum(kept) > 0.98 * len(kept)


def test_files_are_written_under_the_folder_as_they_lie_under_their_root(tmp_path: Path) -> None:
    topic = topics.parse(TOPIC, tmp_path / "from" / PATH)
    pages.write([topic, replace(topic, id="x", path=Path("far/away/x.md"))], tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to" / PATH).read_text("utf-8") == TOPIC
    assert sorted(p.name for p in (tmp_path / "to").rglob("*") if p.is_file()) == ["wages-unpaid.md", "x.md"]


def test_where_one_file_cannot_be_written_none_is_changed(tmp_path: Path) -> None:
    first = topics.parse(TOPIC, Path("a/wages-unpaid.md"))
    pages.write([first], Path(), tmp_path)
    (tmp_path / "b").write_text("a file where a folder should be", "utf-8")
    other = replace(first, id="wages-site", path=Path("b/wages-site.md"))
    with pytest.raises(OSError, match="b"):
        pages.write([replace(first, cost="改了"), other], Path(), tmp_path)
    assert (tmp_path / "a" / "wages-unpaid.md").read_text("utf-8") == TOPIC
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["b", "wages-unpaid.md"]
