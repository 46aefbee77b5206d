"""The known changes of law fall on their days: the right topics stop, old texts stand as long as they hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from handlers.cases import Library
from handlers.outcomes import Decision, Outcome
from handlers.talk import consultation, lookups, phrases
from knowledge import topics
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from tests.handlers.shelf import case, text

DAYS = (date(2025, 12, 31), date(2026, 11, 24), date(2027, 1, 2))
WRITTEN = date(2025, 12, 1)  # as if every topic had been reviewed before the laws began to move


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    path = tmp_path_factory.mktemp("days") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield Library({t.id: t for t in topics.load()}, statutes)
    statutes.close()


def _chosen(library: Library, name: str, day: date) -> Outcome:
    """What a resident is told who picks the topic on that day."""
    topic = library.topics[name]
    return consultation.chosen(case(library, topic.title, day=day), topic.title, topic, 1.0, "")


@pytest.mark.parametrize(
    ("law", "on", "name"),
    [
        ("治安管理处罚法", date(2026, 1, 1), "dog-bite"),
        ("治安管理处罚法", date(2026, 1, 1), "theft-report"),
        ("村民委员会组织法", date(2026, 1, 1), "village-election"),
        ("仲裁法", date(2026, 3, 1), "commercial-arbitration"),
        ("社会救助法", date(2026, 7, 1), "minimum-living"),
        ("社会救助法", date(2026, 7, 1), "destitute-support"),
        ("生态环境法典", date(2026, 8, 15), "noise"),
        ("生态环境法典", date(2026, 8, 15), "factory-pollution"),
        ("商标法", date(2027, 1, 1), "trademark-copyright"),
        ("医疗保障法", date(2027, 1, 1), "medical-insurance"),
    ],
)
def test_a_topic_written_before_a_change_is_put_aside_from_its_day(
    real: Library, law: str, on: date, name: str
) -> None:
    topic = replace(real.topics[name], reviewed=WRITTEN, valid_from=None)
    rests = tuple(c for c in topic.citations if c.law == law)
    old = replace(topic, citations=rests, named=(law,))  # of several laws only this one counts here
    shelf = Library({**real.topics, name: old}, real.statutes)
    for day in DAYS:
        outcome = _chosen(shelf, name, day)
        assert (phrases.UPDATING in text(outcome)) is (day >= on), day
        assert (outcome.verdict.decision is Decision.ESCALATE) is (day >= on), day
        assert (f"《{law}》" in outcome.verdict.why) is (day >= on), day


def test_every_topic_answers_today_and_two_stop_with_the_new_year(real: Library) -> None:
    said = {
        day: {n for n in real.topics if _chosen(real, n, day).verdict.decision is Decision.ESCALATE} for day in DAYS
    }
    assert said[DAYS[1]] == set()
    assert said[DAYS[2]] == {"trademark-copyright", "medical-insurance"}
    resting = {"noise", "minimum-living", "factory-pollution", "commercial-arbitration", "home-taxes"}
    assert resting <= said[DAYS[0]], "what rests on a law that had not begun is not told of a day before"
    assert "dog-bite" not in said[DAYS[0]]


def test_of_a_text_that_is_not_held_law_and_version_are_named_and_nothing_is_quoted(real: Library) -> None:
    then, now = (text(_chosen(real, "dog-bite", day)) for day in DAYS[:2])
    assert "《治安管理处罚法》（2026-01-01以前施行的文本本库没有，不列条号）" in then
    assert "《治安管理处罚法》第" not in then
    assert "《治安管理处罚法》第八十九条" in now
    assert "《民法典》第一千二百四十五条" in then, "what is held is cited as ever"


def test_the_old_trademark_law_is_named_with_its_year_until_2027(real: Library) -> None:
    told = text(_chosen(real, "trademark-copyright", DAYS[1]))
    assert "（2019年文本，适用到2026-12-31）" in told


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        ("农业法第10条", "农村土地承包", ""),
        ("商标法57条", "（2019年文本，适用到2026-12-31）", ""),
        ("医疗保障法1条", "《医疗保障法》要到2027-01-01才施行", "《医疗保障法》第一条"),
    ],
)
def test_a_law_that_changes_with_the_year_shows_its_old_text_until_then(
    real: Library, words: str, old: str, new: str
) -> None:
    *before, after = (text(lookups.law(case(real, words, day=day), words)) for day in DAYS)
    for said in before:
        assert old in said
        assert "2027-01-01" in said or "适用到2026-12-31" in said
    assert old not in after
    assert new in after
