"""What other programs ask is answered as the chat would, in the promised shape, and leaves no trace."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.ask import Asker
from bot.engine import open_library, whole
from handlers.cases import Library, Rules
from handlers.talk import phrases
from knowledge.engine.match import ArticleFinding, Findings, Matcher
from tests.bot.terminal import process
from tests.handlers import shelf
from tests.handlers.shelf import found

FIELDS = {"id", "decision", "confidence", "topic", "options", "citations", "articles", "text", "why"}
INNER = FIELDS - {"id", "articles", "text"}
OWED = "老板欠钱三个月"


class Told(Matcher):
    """A matcher that finds what it was told to find."""

    def __init__(self, knows: Mapping[str, Findings]) -> None:
        self._knows = knows
        self.days: list[date | None] = []

    def match(self, question: str, *, after: str | None = None) -> Findings:
        return self._knows.get(question, found(legal=0.0))

    def split(self, question: str) -> tuple[str, ...]:
        return tuple(question.split("；"))

    def articles(self, question: str, limit: int = 10, as_of: date | None = None) -> tuple[ArticleFinding, ...]:
        self.days.append(as_of)
        return (ArticleFinding("刑法", "133之一", 0.5), ArticleFinding("民法典", "1", 0.25))


KNOWS = {
    OWED: found(("wages", 0.9), ("divorce", 0.05)),
    "离婚": found(("divorce", 0.95)),
    "都像": found(("wages", 0.5), ("dog", 0.3)),
    "难题": found(("wages", 0.01)),
    "狗伤人": found(("dog", 0.99)),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    statutes = shelf.statutes(tmp_path_factory.mktemp("ask"))
    yield Library(shelf.TOPICS, statutes)
    statutes.close()


@pytest.fixture
def asker(library: Library) -> Asker:
    return Asker(library, Told(KNOWS), Rules())


def _ask(asker: Asker, question: str, **more: Any) -> dict[str, Any]:
    return asker.ask({"id": 1, "question": question, **more})


def _quick(asker: Asker, question: str, **more: Any) -> dict[str, Any]:
    return asker.ask({"question": question, **more}, articles=0)


@pytest.mark.parametrize(
    ("question", "decision", "more"),
    [
        (OWED, "answer", set[str]()),
        ("都像", "clarify", set[str]()),
        ("难题", "escalate", set[str]()),
        ("找人工", "escalate", set[str]()),
        ("我想自杀，活不下去了", "urgent", {"level"}),
        ("民法典1", "lookup", set[str]()),
        ("12348", "lookup", set[str]()),
        ("你好", "smalltalk", set[str]()),
        ("", "smalltalk", set[str]()),
        ("今天天气怎么样", "out_of_scope", set[str]()),
        (f"{OWED}；离婚", "answer", {"parts"}),
    ],
)
def test_every_decision_has_the_promised_fields_and_no_others(
    asker: Asker, question: str, decision: str, more: set[str]
) -> None:
    answer = _ask(asker, question)
    assert answer["decision"] == decision
    assert set(answer) == FIELDS | more
    assert json.loads(json.dumps(answer)) == answer


def test_an_answer_is_shaped_to_the_last_field(asker: Asker) -> None:
    answer = _ask(asker, OWED)
    assert list(answer) == [
        "id", "decision", "confidence", "topic", "options", "citations", "why", "articles", "text",
    ]  # fmt: skip
    wages = [
        {"law": "保障农民工工资支付条例", "article": "30"},
        {"law": "保障农民工工资支付条例", "article": "36"},
        {"law": "民法典", "article": "1"},
    ]
    assert answer["topic"] == {"id": "wages", "title": "欠薪"}
    assert answer["confidence"] == 0.9
    assert answer["options"] == [
        {"id": "wages", "title": "欠薪", "confidence": 0.9, "citations": wages},
        {"id": "divorce", "title": "离婚", "confidence": 0.05, "citations": [{"law": "民法典", "article": "2"}]},
    ]
    assert answer["citations"] == wages
    assert answer["articles"] == [
        {"law": "刑法", "article": "133之一", "confidence": 0.5},
        {"law": "民法典", "article": "1", "confidence": 0.25},
    ]
    assert answer["text"].startswith("【欠薪】")
    assert "wages的问法" in answer["why"]


def test_asking_back_names_the_options_and_no_topic(asker: Asker) -> None:
    answer = _ask(asker, "都像")
    assert (answer["topic"], answer["citations"]) == (None, [])
    assert [option["id"] for option in answer["options"]] == ["wages", "dog"]


def test_danger_names_its_level(asker: Asker) -> None:
    assert _ask(asker, "我想自杀，活不下去了")["level"] == "P0"


def test_several_questions_come_as_parts_and_the_first_stands_on_top(asker: Asker) -> None:
    answer = _ask(asker, f"{OWED}；离婚；都像")
    assert [part["decision"] for part in answer["parts"]] == ["answer", "answer", "clarify"]
    assert all(set(part) == INNER for part in answer["parts"])
    assert {name: answer[name] for name in INNER} == answer["parts"][0]
    assert answer["text"].index("【欠薪】") < answer["text"].index("【离婚】") < answer["text"].index(phrases.CLARIFY)


def test_rows_of_one_resident_share_a_dialogue_and_strangers_share_nothing(asker: Asker) -> None:
    assert _ask(asker, "都像", resident="a")["decision"] == "clarify"
    assert _ask(asker, "1")["decision"] == "smalltalk"
    assert _ask(asker, "1", resident="b")["decision"] == "smalltalk"
    picked = _ask(asker, "1", resident="a")
    assert (picked["decision"], picked["topic"]["id"]) == ("answer", "wages")
    assert _ask(asker, "证据和误区", resident="a")["text"].startswith("【欠薪】\n\n要留的证据")


def test_a_dialogue_reaches_as_far_as_the_ticket(asker: Asker) -> None:
    said = [_ask(asker, words, resident="a")["text"] for words in ("难题", "同意", "不说")]
    assert "受理号 TL" in said[1]
    assert "区里值班的法律顾问" in said[2]


def test_nobody_asks_too_fast_here(asker: Asker) -> None:
    assert {_ask(asker, "你好", resident="a")["text"] for _ in range(100)} == {phrases.SMALLTALK["greeting"]}


def test_the_day_asked_picks_the_law(asker: Asker) -> None:
    then, now = _ask(asker, "狗伤人", as_of="2025-06-01"), _ask(asker, "狗伤人", as_of="2026-11-24")
    assert {"law": "治安管理处罚法", "article": "2"} in now["citations"]
    assert "治安管理处罚法" not in {c["law"] for c in then["citations"]}
    assert "《治安管理处罚法》（2026-01-01以前施行的文本本库没有，不列条号）" in then["text"]


def test_the_articles_are_those_of_the_day_and_can_be_left_out(library: Library) -> None:
    matcher = Told(KNOWS)
    asker = Asker(library, matcher, Rules())
    asker.ask({"question": OWED, "as_of": "2025-06-01"})
    assert matcher.days == [date(2025, 6, 1)]
    assert asker.ask({"question": OWED}, articles=0)["articles"] == []


@pytest.mark.parametrize("row", [{}, {"question": None}, {"question": "a", "as_of": "soon"}])
def test_a_row_that_cannot_be_asked_says_why(asker: Asker, row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"question|as_of"):
        asker.ask(row)


@pytest.fixture(scope="module")
def real(built: Path) -> Iterator[Asker]:
    library, matcher = open_library(built)
    assert whole(matcher)
    yield Asker(library, matcher, Rules())
    library.statutes.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("老板差我三个月工前，包工头电话打不通，我在工地干得", "wages-site"),
        ("离\u200b婚\u200b怎\u200b么\u200b办", "divorce"),
        ("邻居养的狗把我咬伤了怎么赔", "dog-bite"),
    ],
)
def test_residents_words_find_their_topic(real: Asker, question: str, topic: str) -> None:
    ids = [option["id"] for option in _quick(real, question)["options"]]
    assert any(name.startswith(topic) for name in ids), ids


@pytest.mark.slow
def test_traditional_characters_and_zero_width_marks_change_nothing(real: Asker) -> None:
    pairs = [("勞動爭議", "劳动争议"), ("离\u200b婚\u200b怎么办", "离婚怎么办")]
    for odd, plain in pairs:
        seen, meant = _quick(real, odd), _quick(real, plain)
        assert (seen["decision"], seen["topic"], seen["options"]) == (
            meant["decision"],
            meant["topic"],
            meant["options"],
        )


@pytest.mark.slow
def test_the_dog_is_judged_by_the_law_of_the_day(real: Asker) -> None:
    """Story 5."""
    question = "邻居养的狗把我咬伤了怎么赔"
    then, now = _quick(real, question, as_of="2025-06-01"), _quick(real, question, as_of="2026-11-24")
    assert {"law": "治安管理处罚法", "article": "89"} in now["citations"]
    assert "治安管理处罚法" not in {c["law"] for c in then["citations"]}
    assert "《治安管理处罚法》（2026-01-01以前施行的文本本库没有，不列条号）" in then["text"]
    assert "《治安管理处罚法》第" not in then["text"]


@pytest.mark.slow
def test_a_file_is_answered_line_by_line_and_the_database_is_not_touched(tmp_path: Path, built: Path) -> None:
    shutil.copytree(built, tmp_path / "data")
    (tmp_path / "config.toml").write_text("")
    asked = [
        {"id": "b", "question": "民法典1077条"},
        {"id": "a", "question": "你好", "resident": 7},
        {"id": None, "question": "\ud83d"},
        {"id": 4, "question": "邻居养的狗把我咬伤了怎么赔"},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, asked)))
    nowhere = {"DATABASE_URL": "postgresql+asyncpg://no/where"}
    ran = process(tmp_path, "ask", "--file", "q.jsonl", "--json", "--no-articles", env=nowhere)
    assert (ran.code, ran.err) == (0, "")
    answers = [json.loads(line) for line in ran.out.split("\n")[:-1]]
    assert [answer["id"] for answer in answers] == ["b", "a", None, 4]
    assert [answer["decision"] for answer in answers][:2] == ["lookup", "smalltalk"]
    kept = {path.name for path in (tmp_path / "data").iterdir()}
    assert kept == {"statutes.db", "index"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_ten_best_articles_come_with_every_question(built: Path) -> None:
    library, matcher = open_library(built, articles=True)
    answer = _ask(Asker(library, matcher, Rules()), "离婚冷静期多少天，从哪天算")
    library.statutes.close()
    assert len(answer["articles"]) == 10
    assert {"law": "民法典", "article": "1077"} in [
        {"law": a["law"], "article": a["article"]} for a in answer["articles"]
    ]
    sure = [a["confidence"] for a in answer["articles"]]
    assert sorted(sure, reverse=True) == sure
    assert all(0 <= chance <= 1 for chance in sure)
