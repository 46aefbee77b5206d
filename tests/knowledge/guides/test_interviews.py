"""An interview asks one screen after another, keeps what was said, and always ends."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from knowledge.guides import forms, interviews, paths, slots
from knowledge.guides.forms import Interview
from knowledge.guides.interviews import State
from knowledge.guides.slots import Slot
from knowledge.results import Result, Unclear
from knowledge.rows import RuleError

TODAY = date(2026, 11, 24)
FILE = """\
id: trial
title: 打官司
opens: ['官司.{0,6}多少钱']
result: fee
fixed: {table: 财产}
screens:
  - {name: amount, kind: amount, ask: 多少钱？, example: 3万5, find: yes}
  - name: way
    kind: choice
    ask: 怎么结案？
    choices:
      - {value: easy, label: 简易程序, patterns: [简易, 小额]}
      - {value: usual, label: 普通程序, patterns: [普通]}
    default: usual
    when: {amount: {least: 10000}}
  - name: flags
    kind: many
    ask: 有哪些情形？
    choices: [老人, 残疾, 低保]
    none: 都没有
    passed: no
  - ask: 家里的情况：
    when: {flags: [老人, 低保]}
    slots:
      - {name: people, kind: number, ask: 几口人, example: 4口人, least: 1, most: 30, patterns: ["([0-9]+)口人"]}
      - {name: house, kind: yesno, ask: 有没有房, yes_if: [有房], no_if: [没房], default: }
      - {name: since, kind: day, ask: 哪天起的, default: }
  - {name: town, kind: place, ask: 在哪里？, choices: [铜梁, 绵阳], patterns: ["人在(..)"], passed: no}
"""


def fee(
    *, amount: Decimal, table: str, way: str = "", people: Decimal | None = None, house: bool | None = None,
    since: date | None = None, today: date,
) -> Result:  # fmt: skip
    return Result("fee", "费用", f"{table} {amount:.0f} {way} {people} {house} {since} {today}", "元", ())


def form(folder: Path, text: str = FILE) -> Interview:
    path = folder / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    return forms.parse(path, {"fee": fee})


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Interview:
    return form(tmp_path_factory.mktemp("forms"))


@pytest.fixture
def known(trial: Interview, monkeypatch: pytest.MonkeyPatch) -> Interview:
    monkeypatch.setattr(forms, "interviews", lambda: {"trial": trial})
    monkeypatch.setattr(forms, "results", lambda: {"fee": fee})
    return trial


def after(interview: Interview, *texts: str, said: str = "") -> State:
    state = interviews.start(interview, said, TODAY)
    for text in texts:
        state = interviews.answer(interview, state, text, TODAY)
    return state


def test_the_answers_reach_the_function_by_name(known: Interview) -> None:
    state = after(known, "5万", "1", "老人、低保", "4口人，没有，2026-11-20", "铜梁")
    assert interviews.screen(known, state) is None
    assert interviews.result(known, state, TODAY).value == "财产 50000 easy 4 False 2026-11-20 2026-11-24"


def test_what_is_not_asked_is_not_passed(known: Interview) -> None:
    state = after(known, "9000", "都没有", "绵阳")
    assert interviews.result(known, state, TODAY).value == "财产 9000  None None None 2026-11-24"


def test_a_screen_says_what_it_asks_and_how_far_one_is(trial: Interview) -> None:
    state = interviews.start(trial, "", TODAY)
    first = interviews.screen(trial, state)
    assert first == interviews.Screen("多少钱？（例：3万5）", (), 1, 5)
    state = interviews.answer(trial, state, "3万5", TODAY)
    second = interviews.screen(trial, state)
    assert second == interviews.Screen("怎么结案？", ("简易程序", "普通程序", "不清楚"), 2, 5)
    state = interviews.answer(trial, state, "不清楚", TODAY)
    third = interviews.screen(trial, state)
    assert third
    assert (third.text, third.options) == ("有哪些情形？（可以选几项，例：1、3）", ("老人", "残疾", "低保", "都没有"))
    fourth = interviews.screen(trial, interviews.answer(trial, state, "2", TODAY))
    assert fourth
    assert (fourth.text, fourth.number, fourth.most) == ("在哪里？", 4, 4)


def test_the_opening_sentence_is_not_asked_again(known: Interview) -> None:
    sentence = "人在绵阳，打5万的官司要多少钱，走简易程序"
    assert interviews.opened(sentence, TODAY) is known
    state = interviews.start(known, sentence, TODAY)
    assert interviews.facts(known, state) == {"amount": Decimal(50_000), "way": "easy", "town": "绵阳"}
    asked = interviews.screen(known, state)
    assert asked
    assert (asked.text[:6], asked.number) == ("有哪些情形？", 1)


def test_ordinary_talk_opens_nothing(known: Interview) -> None:
    assert known
    assert interviews.opened("楼上天天半夜蹦迪", TODAY) is None


def test_of_two_claims_neither_is_taken(trial: Interview) -> None:
    assert dict(interviews.start(trial, "简易还是普通", TODAY).turns[0].said) == {}


def test_a_later_answer_may_say_more_than_was_asked(trial: Interview) -> None:
    state = after(trial, "5万，走小额，人在铜梁")
    assert interviews.facts(trial, state) == {"amount": Decimal(50_000), "way": "easy", "town": "铜梁"}
    assert interviews.missing(trial, state)[0].name == "flags"


def test_part_of_a_screen_may_be_answered_and_the_rest_is_asked(trial: Interview) -> None:
    state = after(trial, "5000", "老人", "我们4口人，有房")
    assert [slot.name for slot in interviews.missing(trial, state)] == ["since"]
    asked = interviews.screen(trial, state)
    assert asked
    assert (asked.number, asked.most) == (3, 4)
    assert interviews.facts(trial, after(trial, "5000", "老人", "不清楚，不清楚，3口人"))["people"] == 3


@pytest.mark.parametrize(
    ("texts", "unclear"),
    [
        ((), "一堆钱"), ((), "不到5万"), ((), ""), (("5万",), "随便"), (("5万",), "4"), (("5万",), "简易还是普通"),
        (("5万", "1"), "9"), (("5万", "1"), "也许"), (("5000", "老人"), "一大家人"), (("5000", "老人"), "0"),
        (("5000", "老人", "4口人，有，不清楚"), ""), (("5000", "都没有"), "长" * 31),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_again_and_nothing_is_lost(
    trial: Interview, texts: tuple[str, ...], unclear: str
) -> None:
    state = after(trial, *texts)
    before = interviews.screen(trial, state)
    with pytest.raises(Unclear) as caught:
        interviews.answer(trial, state, unclear, TODAY)
    assert str(caught.value)
    assert interviews.screen(trial, state) == before


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "easy"), ("１", "easy"), ("选2", "usual"), ("第二个", "usual"), ("简易程序", "easy"), ("easy", "easy"),
        ("小额的", "easy"), ("“普通程序”。", "usual"), ("3", "usual"), ("不晓得", "usual"), ("记不清了", "usual"),
    ],
)  # fmt: skip
def test_a_choice_is_answered_by_number_label_value_or_pattern(trial: Interview, text: str, value: str) -> None:
    assert interviews.facts(trial, after(trial, "5万", text))["way"] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", ("老人",)), ("1，3", ("老人", "低保")), ("3 1", ("老人", "低保")), ("老人、残疾", ("老人", "残疾")),
        ("4", ()), ("都没有", ()), ("没得", ()), ("0", ()), ("1和2", ("老人", "残疾")),
    ],
)  # fmt: skip
def test_several_may_be_picked_at_once(trial: Interview, text: str, value: tuple[str, ...]) -> None:
    assert interviews.facts(trial, after(trial, "5000", text))["flags"] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("有", True), ("是的", True), ("1", True), ("没有，卖了", False), ("没得", False), ("2", False), ("我有房", True),
     ("3", None), ("不知道", None)],
)  # fmt: skip
def test_yes_and_no_are_read_as_people_say_them(trial: Interview, text: str, value: bool | None) -> None:
    state = after(trial, "5000", "老人", "4口人", text)
    assert interviews.facts(trial, state)["house"] is value


def test_back_and_restart(trial: Interview) -> None:
    start = interviews.start(trial, "人在铜梁", TODAY)
    one = interviews.answer(trial, start, "5万", TODAY)
    assert interviews.back(one) == start == interviews.back(start)
    assert interviews.facts(trial, interviews.restart(trial)) == {}


def test_a_changed_earlier_answer_leaves_out_what_it_led_to(trial: Interview) -> None:
    state = after(trial, "5000", "老人", said="我们4口人")
    assert "people" in interviews.facts(trial, state)
    again = interviews.answer(trial, interviews.back(state), "都没有", TODAY)
    assert "people" not in interviews.facts(trial, again)


def test_a_state_survives_days_in_a_database(trial: Interview) -> None:
    state = after(trial, "5万", "不清楚", "老人", "4口人，不清楚，2026-11-20")
    kept = json.dumps(asdict(state))
    adapter = TypeAdapter(State)
    assert adapter.validate_json(kept) == adapter.validate_json(adapter.dump_json(state)) == state


def test_a_state_of_an_older_file_is_known_as_such(trial: Interview, tmp_path: Path) -> None:
    state = after(trial, "5万")
    changed = form(tmp_path, FILE.replace("几口人", "一共几口人"))
    assert interviews.holds(trial, state)
    assert not interviews.holds(changed, state)


# --- every interview that is shipped ----------------------------------------------------------------------------------

SAMPLES: Mapping[str, tuple[str, ...]] = {
    "amount": ("5万", "300", "12.5万"), "number": ("1", "3", "8", "20"), "day": ("2026-11-20", "2025-03-05"),
    "text": ("随便写的几个字",), "place": ("铜梁", "绵阳", "广东"),
}  # fmt: skip


def reply(slot: Slot, data: st.DataObject) -> str:
    listed = slots.options(slot)
    if slot.kind == "many":
        labels = [choice.label for choice in slot.choices]
        numbers = st.lists(st.integers(1, len(labels)), min_size=0 if slot.none else 1, max_size=3, unique=True)
        return "、".join(map(str, data.draw(numbers))) or slot.none
    fitting = [text for text in SAMPLES.get(slot.kind, ()) if _within(slot, text)]
    return data.draw(st.sampled_from([*listed, *fitting]))


def _within(slot: Slot, text: str) -> bool:
    if slot.kind != "number":
        return True
    return (slot.least is None or Decimal(text) >= slot.least) and (slot.most is None or Decimal(text) <= slot.most)


@settings(max_examples=60, deadline=None)
@given(name=st.just("legal_aid") | st.sampled_from(sorted(forms.interviews())), data=st.data())
def test_an_interview_ends_within_nine_screens_and_can_be_walked_back(name: str, data: st.DataObject) -> None:
    interview = forms.interviews()[name]
    state = interviews.start(interview, "", TODAY)
    seen: list[tuple[State, str]] = []
    while asked := interviews.missing(interview, state):
        shown = interviews.screen(interview, state)
        assert shown
        assert shown.number <= shown.most <= paths.MOST
        text = reply(asked[0], data) if len(asked) == 1 else "，".join(reply(slot, data) for slot in asked)
        seen.append((state, text))
        state = interviews.answer(interview, state, text, TODAY)
    assert interviews.screen(interview, state) is None
    with suppress(Unclear):  # a function may ask for more than its interview
        assert interviews.result(interview, state, TODAY).steps
    for before, text in reversed(seen):
        assert interviews.back(state) == before
        assert interviews.answer(interview, before, text, TODAY) == state
        state = before


@pytest.mark.parametrize("name", sorted(forms.interviews()))
def test_no_path_of_an_interview_is_longer_than_nine(name: str) -> None:
    groups = forms.interviews()[name].groups
    assert paths.longest(groups, {}) <= paths.MOST
    assert paths.unreached(groups) == ()


# --- files that cannot be used ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: trial", "id: other", 1, "与文件名 trial 不一致"),
        ("title: 打官司\n", "", 1, "缺少 title"),
        ("opens: ['官司.{0,6}多少钱']", "opens: ['官司(']", 3, "写错的正则表达式"),
        ("result: fee", "result: price", 4, "没有叫 price 的结果"),
        ("result: fee\n", "", 1, "缺少 result"),
        ("{table: 财产}", "{}", 4, "fee 要 table"),
        ("name: amount", "name: sum", 4, "fee 要 amount"),
        ("name: people", "name: heads", 4, "fee 不要 heads"),
        ("kind: amount", "kind: money", 7, "kind 只能是"),
        ("example: 3万5", "example: 35000", 7, "example 要是文字"),
        ("value: usual", "value: easy", 11, "way 有重复的选项"),
        ("default: usual", "default: fast", 14, "default 不是这一项能有的值"),
        ("{amount: {least: 10000}}", "{sum: {least: 10000}}", 8, "条件里的 sum 不是前面问过的"),
        ("{amount: {least: 10000}}", "{flags: 老人}", 8, "条件里的 flags 不是前面问过的"),
        ("{amount: {least: 10000}}", "{amount: 很多}", 8, "amount 不会是 很多"),
        ("{amount: {least: 10000}}", "{amount: {near: 3}}", 15, "比较要写成"),
        ("[老人, 低保]}", "[小孩]}", 22, "flags 不会是 小孩"),
        ("{flags: [老人, 低保]}", "{flags: 老人, not: {flags: 老人}}", 25, "没有一条路会问到 people"),
        ("name: town", "name: amount", 28, "名称 amount 用了两次"),
        ('"人在(..)"', '"人在.."', 28, "要有一个括号"),
        ("most: 30", "most: 很多", 25, "most 要是数字"),
        ("    none: 都没有\n", "    nothing: 都没有\n", 20, "不认识的键 nothing"),
        ("choices: [老人, 残疾, 低保]", "choices: []", 16, "choice 和 many 要有 choices"),
        ("choices: [老人, 残疾, 低保]", "choices: [老人, 3]", 19, "choices 的每一项"),
        ("name: way", "name: 方式", 8, "name 只能用小写英文"),
        ("screens:", "pages:", 6, "不认识的键 pages"),
        ("    slots:\n", "    slot:\n", 24, "不认识的键 slot"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in FILE
    with pytest.raises(RuleError) as caught:
        form(tmp_path, FILE.replace(old, new, 1))
    found = [(problem.line, problem.message) for problem in caught.value.problems]
    assert any(at == line and message in words for at, words in found), found


def test_a_path_of_ten_screens_is_refused(tmp_path: Path) -> None:
    more = "".join(f"  - {{name: more_{place}, kind: yesno, ask: 还有吗, passed: no}}\n" for place in range(5))
    with pytest.raises(RuleError, match="最长的一条路要问10屏"):
        form(tmp_path, FILE + more)


def test_all_faulty_files_are_named_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(FILE, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        forms.load(tmp_path, {"fee": fee})
    assert {problem.path.stem for problem in caught.value.problems} == {"one", "two"}
