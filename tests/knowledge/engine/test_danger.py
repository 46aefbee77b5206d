"""Prove that danger is seen in plain, broken and hidden words, that talk about it is not, and what is then said."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.engine import danger

REDTEAM = Path(__file__).parent / "redteam"
OFFER = "愿意的话，我可以请"


def rows(name: str, half: str) -> list[dict[str, str]]:
    lines = (REDTEAM / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if half in ("all", row["half"])]


def kind_of(text: str) -> str | None:
    alarm = danger.assess(text)
    return alarm.kind if alarm else None


def share(texts: list[str]) -> float:
    return sum(danger.assess(text) is not None for text in texts) / len(texts)


def test_the_red_team_set_is_large_and_holds_sentences_back():
    for name, least in (("urgent", 200), ("nearmiss", 400)):
        texts = [row["text"] for row in rows(name, "all")]
        assert len(set(texts)) == len(texts) >= least
        assert len(rows(name, "test")) >= least / 3
    assert {row["kind"] for row in rows("urgent", "test")} == {"P0-a", "P0-b", "P0-c", "P0-d", "P1-a", "P1-c"}


# The held-back half is measured, never tuned on: two of its 193 sentences are lost.
@pytest.mark.parametrize(("half", "least"), [("all", 0.99), ("tune", 0.99), ("test", 0.985)])
def test_urgent_sentences_raise_an_alarm(half: str, least: float):
    urgent = rows("urgent", half)
    lost = [row["text"] for row in urgent if danger.assess(row["text"]) is None]
    assert 1 - len(lost) / len(urgent) >= least, lost


@pytest.mark.parametrize("half", ["all", "tune", "test"])
def test_near_misses_stay_calm(half: str):
    calm = rows("nearmiss", half)
    false = [row["text"] for row in calm if danger.assess(row["text"])]
    assert len(false) / len(calm) <= 0.02, false


@pytest.mark.parametrize("half", ["all", "tune", "test"])
def test_the_alarm_is_of_the_right_kind(half: str):
    found = [(row["kind"], kind_of(row["text"])) for row in rows("urgent", half)]
    assert sum(kind == seen for kind, seen in found if seen) / len(found) >= 0.94


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("他昨天又打我娃儿也看到了，我怕", "P0-a"),
        ("我被老公打了，现在还在打", "P0-a"),
        ("他关到屋头不让走", "P0-a"),
        ("又打我了，拿起刀的", "P0-a"),
        ("我想自杀，活不下去了", "P0-b"),
        ("不想活了，想喝农药", "P0-b"),
        ("我同学在宿舍被扒衣服拍视频", "P0-c"),
        ("我今年12岁，爸爸打我", "P0-c"),
        ("我刚转了8万给骗子", "P0-d"),
        ("我儿17岁遭拘留了，请不起律师", "P1-a"),
        ("今天挖机来强拆我家房子了", "P1-c"),
        ("他打我，我不想活了", "P0-b"),
    ],
)
def test_a_story_raises_its_kind(text: str, kind: str):
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "家暴的法律规定有哪些",
        "保护令一般多久",
        "诈骗罪判几年",
        "自杀保险赔不赔",
        "朋友问的，家暴能判离吗",
        "写作业：家暴受害者有哪些救济途径",
        "笑死我了",
        "气死我了，物业又停水",
        "想死你了",
        "我妈打我电话没接到",
        "老板差我三个月工钱",
        "被隔壁屋头的狗咬了，他说是我逗的",
    ],
)
def test_talk_about_danger_is_calm(text: str):
    assert danger.assess(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "老公正在打我，拿刀要殺我",
        "我想自殺，不想活了",
        "我刚轉帳給騙子了",
        "他 正 在 打 我",
        "我想自\u200b杀",
        "我想自\u2060\ufeff杀\x00",
        "我*想*自*杀",
        "我想自.杀",
        "我想自沙",
        "老公打窝，现在还在打",
        "我刚刚转了８万给骗子",
        "老公在打我。\n我躲在厕所。",
    ],
)
def test_typos_traditional_characters_and_hidden_marks_do_not_hide_danger(text: str):
    assert danger.assess(text) is not None


@pytest.mark.parametrize(
    "change",
    [" ".join, "\u200b".join, "你好，我想咨询一下，{}".format, "{}😭😭".format],
    ids=["spaces", "zero width", "greeting", "emoji"],
)
def test_decoration_costs_no_recall(change: Callable[[str], str]):
    assert share([change(row["text"]) for row in rows("urgent", "all")]) >= 0.99


def test_danger_at_either_end_of_a_very_long_message_is_seen():
    story = "我和邻居为地界的事说了很多回。" * 2_000
    assert danger.assess("他拿刀追我，快来人。" + story)
    assert danger.assess(story + "他拿刀追我，快来人。")


@pytest.mark.parametrize(
    ("text", "is_child"),
    [
        ("我今年12岁，爸爸打我", True),
        ("爸爸打我，我才十岁", True),
        ("我读五年级，妈妈打我", True),
        ("我是小学生", True),
        ("我上初一", True),
        ("我妈用衣架打我，我12", True),
        ("我今年16岁，老板不给工资", False),
        ("我女儿12岁充游戏花了5000", False),
        ("我12岁那年父母离婚了", False),
        ("我在小学当老师", False),
        ("我今年52岁", False),
        ("我打了12年工", False),
    ],
)
def test_a_child_is_known_by_age_or_school_year(text: str, is_child: bool):
    assert danger.child_writes(text) is is_child


def test_a_child_reads_other_words_than_an_adult():
    child, adult = danger.assess("我今年12岁，爸爸打我"), danger.assess("邻居天天打他家小孩，打得好惨")
    assert child
    assert adult
    assert "你没有错" in child.words
    assert "您" not in child.words
    assert child.words != adult.words


TEXTS = [
    pytest.param(text, lines, id=f"{kind.name} {to}")
    for kind in danger.load().kinds
    for to, text, lines in (("adult", kind.text, kind.lines), ("child", kind.child_text, kind.child_lines))
    if text
]


@pytest.mark.parametrize(("text", "lines"), TEXTS)
def test_a_safety_text_is_short_says_a_number_first_and_asks_nothing(text: str, lines: tuple[str, ...]):
    assert len(text) <= 160
    assert len(lines) <= 4
    assert re.search(r"110|120|值班律师", text)
    assert "？" not in text + "".join(lines)
    assert [OFFER in line for line in lines[-1:]] == [True]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("老公正在打我", ["110", "删除"]),
        ("我不想活了", ["120", "110", "12356"]),
        ("我女儿被老师猥亵了", ["110", "12309", "12355"]),
        ("我刚给骗子转了5万", ["不要再转钱", "110", "96110", "银行"]),
        ("我儿子被刑事拘留了", ["24小时", "值班律师", "12348"]),
        ("我们几十个工人今天堵门讨薪", ["110", "劳动监察", "12345"]),
    ],
)
def test_a_safety_text_names_whom_to_call(message: str, said: list[str]):
    alarm = danger.assess(message)
    assert alarm
    assert all(word in alarm.words for word in said)
    assert alarm.duty
    assert alarm.level == alarm.kind[:2]


def test_no_law_is_told_to_someone_in_despair():
    alarm = danger.assess("我不想活了")
    assert alarm
    assert "法" not in alarm.words


@given(st.text(st.characters(codec=None)))
def test_any_text_gets_an_answer(text: str):
    assert danger.assess(text) is None or danger.assess(text)
    assert danger.child_writes(text) in (True, False)


@given(st.lists(st.sampled_from(sorted(danger.load().groups)), max_size=40).map("".join))
def test_any_heap_of_danger_words_gets_an_answer(text: str):
    assert danger.assess(text) is None or danger.assess(text)


def seconds(text: str) -> float:
    start = time.perf_counter()
    danger.assess(text)
    return time.perf_counter() - start


@pytest.mark.parametrize("unit", ["他昨天又打我，我怕。", "打我", "我今年", "一二三四五六", "1", "我", "几十个"])
def test_two_thousand_characters_are_read_in_time(unit: str):
    text = (unit * 2_000)[:2_000]
    assert min(seconds(text) for _ in range(5)) < 0.05


def test_a_usual_message_costs_well_under_a_millisecond():
    texts = [row["text"] for row in rows("nearmiss", "test")]
    fastest = sorted(min(seconds(text) for _ in range(3)) for text in texts)
    assert fastest[len(fastest) // 2] < 0.001


def changed(tmp_path: Path, *path: str, value: object) -> Path:
    content = yaml.safe_load(danger.FILE.read_text(encoding="utf-8"))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    file = tmp_path / "danger.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("kinds", "P0-a", "level"), "P9", "P0-a, level: P0 or P1 is expected"),
        (("kinds", "P0-a", "text"), "", "P0-a, text: a text is expected"),
        (("kinds", "P0-a", "lines"), "一行", "P0-a, lines: a list is expected"),
        (("kinds", "P0-a", "rules"), [{"find": "没有这组"}], "P0-a, rule 1: unknown group '没有这组'"),
        (("kinds", "P0-a", "rules"), [{"find": "打我", "besides": "怕"}], "P0-a, rule 1: unknown key 'besides'"),
        (("kinds", "P0-a", "rules"), [{"find": "打我", "beside": None}], "P0-a, rule 1, beside: a text is expected"),
        (("kinds", "P0-a", "rules"), ["打我"], "P0-a, rule 1: a table is expected"),
        (("words", "打我"), ["打我"], "words, 打我: a text is expected"),
        (("words", "打我"), "打[我", "words, 打我: '打[我' cannot be written out"),
        (("words", "打我"), "打?", "words, 打我: '打?' cannot be written out"),
        (("shapes", "幼龄"), "(", "shapes, 幼龄: missing )"),
        (("bundles", "急"), "没有这组", "bundles, 急: unknown group '没有这组'"),
        (("fold",), "殺", "fold: '殺' is not two characters"),
        (("child",), None, "child: a text is expected"),
    ],
)
@pytest.mark.slow
def test_a_broken_file_is_refused_with_its_name_and_the_fault(
    tmp_path: Path, path: tuple[str, ...], value: object, fault: str
):
    file = changed(tmp_path, *path, value=value)
    with pytest.raises(danger.LexiconError) as refused:
        danger.read(file)
    assert str(file) in str(refused.value)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("words: [", "while parsing"),
        ("- 打我", "the file: a table is expected"),
        ("words:\n  打我: 打我\n  打我: 揍我\n", "given twice: 打我"),
        ("typo: 1", "the file: unknown key 'typo'"),
    ],
)
def test_a_file_that_is_not_of_this_kind_is_refused(tmp_path: Path, content: str, fault: str):
    file = tmp_path / "danger.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(danger.LexiconError, match=re.escape(fault)):
        danger.read(file)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path):
    with pytest.raises(danger.LexiconError, match=r"nowhere\.yaml"):
        danger.read(tmp_path / "nowhere.yaml")


def test_every_group_of_words_serves_a_rule():
    content = yaml.safe_load(danger.FILE.read_text(encoding="utf-8"))
    lexicon = danger.load()
    used = {group for kind in lexicon.kinds for rule in kind.rules for needs in rule.needs for group in needs}
    used |= {group for kind in lexicon.kinds for rule in kind.rules for group in rule.unless} | lexicon.child
    assert {*content["words"], *content["shapes"]} - used == {danger.HARMLESS}


def test_shapes_repeat_only_within_bounds():
    for name, shape in danger.load().shapes:
        assert not re.search(r"(?<!\\)[*+]", re.sub(r"\[[^]]*\]", "", shape.pattern)), name
