"""The known changes of law fall on their days: the right topics stop, old texts stand as long as they hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from handlers import routes
from handlers.cases import Library
from handlers.messages import Kind
from handlers.outcomes import Decision, Outcome
from handlers.routes import To
from handlers.talk import consultation, lookups, phrases
from handlers.talk.dialogue import Admission
from knowledge import topics
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from tests.handlers.shelf import case, inbound, text

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


@pytest.mark.parametrize(
    ("words", "article"),
    [
        ("《民法典》第一千零七十七条", "《民法典》第一千零七十七条"),
        ("民法典1077", "《民法典》第一千零七十七条"),
        ("民典1077", "《民法典》第一千零七十七条"),
        ("第1077条民法典", "《民法典》第一千零七十七条"),
        ("民诉法205", "《民事诉讼法》第二百零五条"),
        ("民诉205", "《民事诉讼法》第二百零五条"),
        ("刑法133条之一", "《刑法》第一百三十三条之一"),
        ("劳动合同法里头第38条", "《劳动合同法》第三十八条"),
        ("治安法养狗那条", "《治安管理处罚法》第八十九条"),
        ("治安法噪音那条", "《治安管理处罚法》第八十八条"),
        ("劳动合同法没签合同双倍工资那条", "《劳动合同法》第八十二条"),
        ("消保法退一赔三那条", "《消费者权益保护法》第五十五条"),
        ("民法典火星移民那条", ""),
        ("公司12人没签合同", ""),
        ("民法典离婚冷静期要等好久啊，我们上个月才递的申请", ""),
    ],
)
def test_any_form_that_a_person_types_finds_the_article(real: Library, words: str, article: str) -> None:
    asked = case(real, words, day=DAYS[1])
    route = routes.pick(asked, Admission.WELCOME)
    assert (route.to is To.LAW) is bool(article)
    if article:
        assert text(lookups.law(asked, words)).startswith(article)


def test_an_older_number_leads_to_where_its_content_stands_now(real: Library) -> None:
    told = text(lookups.law(case(real, "x", day=DAYS[1]), "民诉法205"))
    assert "它在：第四编" in told or "它在：" in told
    assert "以前的这个条号（院长发现错误启动再审，2024-01-01改）现在看《民事诉讼法》第209条。" in told


def test_a_neighbour_that_is_pressed_is_shown(real: Library) -> None:
    shown = lookups.law(case(real, "x", day=DAYS[1]), "民法典1077")
    pressed = case(real, inbound("law:民法典#1078", Kind.CHOICE), day=DAYS[1], dialogue=shown.dialogue)
    route = routes.pick(pressed, Admission.WELCOME)
    assert text(lookups.law(pressed, route.text)).startswith("《民法典》第一千零七十八条")
