"""What one interview has settled is not asked again by the one after it."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.guides import conditions, forms, interviews
from knowledge.guides.interviews import State
from knowledge.guides.slots import fits
from knowledge.results import Result
from knowledge.rows import RuleError

TODAY = date(2026, 11, 24)
FIRST = """\
id: first
title: 甲
opens: [甲]
result: fee
screens:
  - {name: people, kind: number, ask: 几口人, example: "4", default: }
  - {name: way, kind: choice, ask: 怎么办, choices: [快, 慢]}
"""
SECOND = """\
id: second
title: 乙
opens: [乙]
result: fee
carried:
  first:
    speed:
      - {when: {way: 快}, say: 马上}
      - say: 随便
    home: [{say: "{people}口人，{way}"}]
screens:
  - {name: speed, kind: text, ask: 多快, example: 马上}
  - {name: home, kind: text, ask: 家里, example: 4口人}
"""


def fee(**_: object) -> Result:
    return Result("fee", "费", None, "", ())


def folder(path: Path, second: str = SECOND) -> Path:
    (path / "first.yaml").write_text(FIRST, encoding="utf-8")
    (path / "second.yaml").write_text(second, encoding="utf-8")
    return path


def led(name: str, *texts: str, said: str = "") -> State:
    interview = forms.interviews()[name]
    state = interviews.start(interview, said, TODAY)
    for words in texts:
        state = interviews.answer(interview, state, words, TODAY)
    return state


@pytest.mark.parametrize(
    ("people", "way", "carried"),
    [("4", "快", {"speed": "马上", "home": "4口人，快"}), ("4", "慢", {"speed": "随便", "home": "4口人，慢"}),
     ("不清楚", "快", {"speed": "马上"})],
)  # fmt: skip
def test_the_first_line_that_fits_and_has_all_its_facts_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: str, way: str, carried: dict[str, str]
) -> None:
    read = forms.load(folder(tmp_path), {"fee": fee})
    monkeypatch.setattr(forms, "interviews", lambda: read)
    before = led("first", people, way)
    assert interviews.facts(read["second"], interviews.start(read["second"], "", TODAY, before)) == carried
    old = State("first", "an older file", before.turns)
    assert interviews.facts(read["second"], interviews.start(read["second"], "", TODAY, old)) == {}
    assert interviews.facts(read["second"], interviews.start(read["second"], "", TODAY, led("second"))) == {}


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{people}口人", "{peple}口人"), ("way: 快", "wy: 快"), ("    speed:", "    sped:"), ("  first:", "  frst:"),
        ("      - say: 随便", "      - {say: 随便, also: 1}"), ('home: [{say: "{people}口人，{way}"}]', "home: 4口人"),
    ],
)  # fmt: skip
def test_what_nobody_has_stops_the_load(tmp_path: Path, broken: str, says: str) -> None:
    with pytest.raises(RuleError, match="carried"):
        forms.load(folder(tmp_path, SECOND.replace(broken, says, 1)), {"fee": fee})


def test_the_application_takes_over_what_the_view_of_legal_aid_knows() -> None:
    before = led("legal_aid", said="老板欠我工资，我在绵阳工地打工，4口人，挣3万，开支1万，请不起律师，案子在铜梁")
    while asked := interviews.missing(forms.interviews()["legal_aid"], before):
        typed = "都不是" if asked[0].kind == "many" else "没有" if asked[0].kind == "yesno" else "1"
        if asked[0].name == "place":
            typed = "铜梁"
        before = interviews.answer(forms.interviews()["legal_aid"], before, typed, TODAY)
    application = forms.interviews()["paper_legal_aid_application"]
    known = interviews.facts(application, interviews.start(application, "填一份法律援助申请表", TODAY, before))
    assert known["office"] == "重庆市铜梁区法律援助机构"
    assert known["matter"] == "请求支付劳动报酬"
    assert known["form"] == "劳动争议仲裁代理"


def test_every_value_that_is_carried_is_one_that_the_interview_before_can_give() -> None:
    for interview in forms.interviews().values():
        for name, carried in interview.carried.items():
            slots = {slot.name: slot for group in forms.interviews()[name].groups for slot in group.slots}
            tests = [test for lines in carried.values() for line in lines for test in conditions.tests(line.when)]
            assert all(fits(slots[test.name], value) for test in tests for value in test.values), interview.id
