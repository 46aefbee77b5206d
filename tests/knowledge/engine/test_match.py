"""A resident's words find the right topic and the right article, or say how unsure they are."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge.engine.index import Floats
from knowledge.engine.match import Findings, Matcher
from knowledge.engine.semantic import WIDTH, Sentences

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Cited:
    law: str
    article: str


@dataclass(frozen=True)
class Topic:
    id: str
    title: str
    questions: tuple[str, ...]
    citations: tuple[Cited, ...] = ()
    rule: str = ""


@dataclass(frozen=True)
class Article:
    law: str
    number: str
    chapter: str
    text: str


class Statutes:
    stamp = "1"

    def __init__(self) -> None:
        self.read = 0

    def articles(self, as_of: date) -> Iterator[Article]:
        self.read += 1
        yield Article("民法典", "1245", "侵权责任", "饲养的动物造成他人损害的，动物饲养人或者管理人应当承担侵权责任。")
        yield Article(
            "劳动合同法", "30", "劳动合同的履行", "用人单位应当及时足额支付劳动报酬。拖欠劳动报酬的，可以申请支付令。"
        )
        if as_of >= TODAY:
            yield Article("刑法", "133之一", "危害公共安全罪", "醉酒驾驶机动车的，处拘役，并处罚金。")


class Silent(Sentences):
    """The semantic leg when its package is missing."""

    def load(self) -> None:
        self.failure = "missing"


class Letters(Sentences):
    """A stand-in for meaning: texts with the same letters are near."""

    loaded = False

    @property
    def ready(self) -> bool:
        return self.loaded

    def load(self) -> None:
        self.loaded = True

    def encode(self, texts: Sequence[str]) -> Floats | None:
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, [ord(char) % WIDTH for char in text], 1)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


TOPICS = (
    Topic(
        "dog-bite",
        "被狗咬了怎么办",
        ("邻居的狗把我娃儿咬了", "狗咬人要赔多少钱", "遭狗咬了找哪个"),
        rule="动物伤人，饲养人赔",
    ),
    Topic(
        "wages-unpaid",
        "老板拖欠工资怎么要",
        ("老板欠我三个月工资不给", "工资拖起不发", "讨薪去哪里"),
        rule="工资要按时发",
    ),
    Topic(
        "divorce-court", "起诉离婚", ("他不肯离婚怎么办", "离昏要去哪个法院", "分居两年能离吗"), rule="感情破裂可以判离"
    ),
    Topic(
        "bride-price",
        "彩礼能不能退",
        ("彩里钱要得回来不", "没结成婚彩礼退不退", "离婚彩礼怎么算"),
        rule="没共同生活一般要退",
    ),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.build(TOPICS, Statutes(), None, Silent())


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("狗咬了我", "dog-bite"),
        ("老板差我工前", "wages-unpaid"),
        ("怎样要回拖欠的工资", "wages-unpaid"),
        ("離婚去哪個法院", "divorce-court"),
        ("离\u200b婚\u200b怎\u200b么\u200b办，他不肯", "divorce-court"),
        ("cai li tui bu tui", "bride-price"),
        ("采理退不退", "bride-price"),
    ],
)
def test_the_right_topic_comes_first(matcher: Matcher, question: str, topic: str) -> None:
    assert matcher.match(question).topics[0].topic == topic


def test_a_finding_says_why(matcher: Matcher) -> None:
    best = matcher.match("老板欠我工资").topics[0]
    assert best.nearest == "老板欠我三个月工资不给"
    assert {"老板", "欠", "工资"} <= set(best.words)


def test_findings_come_best_first_with_chances(matcher: Matcher) -> None:
    found = [finding.confidence for finding in matcher.match("狗咬了我").topics]
    assert found == sorted(found, reverse=True)
    assert all(0 <= chance <= 1 for chance in found)


def test_without_meaning_words_tell_other_talk(matcher: Matcher) -> None:
    assert not matcher.ready
    assert matcher.match("今天天气怎么样").legal < 0.5 < matcher.match("老板欠我工资").legal


def test_a_question_in_pinyin_is_not_taken_for_other_talk(matcher: Matcher) -> None:
    assert matcher.match("laoban qian wo gongzi").legal == 0.5


@pytest.mark.parametrize(
    "junk",
    [
        "",
        " ",
        "🀄🀄🀄",
        "\x00\x01",
        "\ud83d",
        "法" * 100_000,
        "a" * 100_000,
        "?" * 3000,
        "%",
        "NEAR( * AND ) OR NOT",
        "1",
        "\u202e",
    ],
)
def test_no_input_breaks_it(matcher: Matcher, junk: str) -> None:
    assert isinstance(matcher.match(junk), Findings)
    assert isinstance(matcher.articles(junk, as_of=TODAY), tuple)
    assert matcher.split(junk)


def test_a_follow_up_is_read_in_the_light_of_the_dialogue(matcher: Matcher) -> None:
    assert matcher.match("那要多久？", after="dog-bite").topics[0].topic == "dog-bite"
    assert matcher.match("老板欠我工资", after="dog-bite").topics[0].topic == "wages-unpaid"
    assert matcher.match("那要多久？", after="unknown").topics[:1] != ()


def test_two_subjects_are_split_and_one_is_not(matcher: Matcher) -> None:
    assert len(matcher.split("老板欠我三个月工资不给怎么办？邻居的狗把我娃儿咬了怎么办？")) == 2
    assert len(matcher.split("邻居的狗把我娃儿咬了怎么办？狗咬人要赔多少钱？")) == 1


def test_articles_are_those_of_the_day(matcher: Matcher) -> None:
    assert matcher.articles("醉酒驾驶机动车", as_of=TODAY)[0].article == "133之一"
    assert all(found.law != "刑法" for found in matcher.articles("醉酒驾驶机动车", as_of=date(2000, 1, 1)))


def test_the_article_index_is_kept_on_disk_and_made_again_when_damaged(tmp_path: Path) -> None:
    for damage in (False, False, True):
        for file in tmp_path.glob("articles-*/docs.npy") if damage else ():
            file.write_bytes(file.read_bytes()[:-3])
        found = Matcher.build(TOPICS, Statutes(), tmp_path, Silent()).articles("拖欠劳动报酬", as_of=TODAY)
        assert (found[0].law, found[0].article) == ("劳动合同法", "30")


def test_without_topics_and_statutes_nothing_is_found() -> None:
    empty = Matcher.build((), None, None, Silent())
    assert empty.match("离婚").topics == ()
    assert empty.articles("离婚") == ()


def test_meaning_serves_once_it_is_loaded(tmp_path: Path) -> None:
    matcher = Matcher.build(TOPICS, None, tmp_path, Letters())
    for _ in range(200):
        if matcher.ready:
            break
        matcher.warm(Letters(), tmp_path)
    found = matcher.match("狗咬了我")
    assert found.topics[0].topic == "dog-bite"
    assert 0 <= found.legal <= 1


def test_many_threads_get_the_same_answer(matcher: Matcher) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(matcher.match, ["狗咬了我"] * 64))
    assert len({json.dumps([f.topic for f in answer.topics]) for answer in answers}) == 1


def test_a_changed_topic_costs_the_meaning_of_its_own_new_texts(tmp_path: Path) -> None:
    class Counting(Letters):
        def encode(self, texts: Sequence[str]) -> Floats | None:
            made.append(len(texts))
            return super().encode(texts)

    made: list[int] = []
    assert Matcher.build(TOPICS, None, tmp_path, Counting()).wait(30)
    assert sum(made) >= sum(len(topic.questions) for topic in TOPICS)
    made.clear()
    changed = replace(TOPICS[0], questions=(*TOPICS[0].questions, "没人问过的新问法"))
    assert Matcher.build((changed, *TOPICS[1:]), None, tmp_path, Counting()).wait(30)
    assert sum(made) == 1
