"""Legal aid: every rule is reached, each view says why, and money is asked only where it decides."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import offices, wording
from knowledge.guides import aid, interviews, rulebook
from knowledge.guides.conditions import Value
from knowledge.guides.interviews import Interview, State
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes

TODAY = date(2026, 11, 24)
PERSONAS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "personas.yaml").read_text(encoding="utf-8"))
ACCUSED: dict[str, Value] = {"proceeding": "刑事被告", "lawyer": False, "place": "铜梁区"}
INJURED: dict[str, Value] = {"proceeding": "民事", "lawyer": False, "matter": "人身损害赔偿", "place": "铜梁区"}
BEGINS = 12  # the line of the first key of the rule file, where a missing section is named
RULES = rulebook.FILE.read_text(encoding="utf-8")


def legal_aid() -> Interview:
    found = interviews.find("legal_aid")
    assert found
    return found


def lived(persona: dict[str, Any]) -> tuple[State, date]:
    """The whole interview, every question answered as the persona does; what is left over was never asked."""
    day: date = persona.get("day", TODAY)
    answers: dict[str, Any] = dict(persona["answers"])
    state = interviews.start(legal_aid(), persona["says"], day)
    while asked := interviews.missing(legal_aid(), state):
        state = interviews.answer(legal_aid(), state, "，".join(str(answers.pop(slot.name)) for slot in asked), day)
    assert answers == {}
    return state, day


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona["id"])
def test_a_persona_gets_the_view_that_the_law_gives(persona: dict[str, Any]) -> None:
    state, day = lived(persona)
    seen = aid.assess(interviews.facts(legal_aid(), state), day)
    result = interviews.result(legal_aid(), state, day)
    words = "\n".join((*(step.words for step in result.steps), *result.notes))
    assert list(seen.ids) == persona["rules"]
    assert persona["status"] in str(result.value)
    assert seen.urgent is ("急件（P1）" in words) is persona.get("urgent", False)
    assert {f"{citation.law}{citation.article}" for citation in result.citations} >= set(persona.get("cites", ()))
    assert all(part in words for part in persona.get("says_back", ()))
    assert all(f"【{name}】" in words for name in seen.ids)
    assert ("people" in seen.facts) is seen.rule.income  # money is asked where it decides, and only there


def test_forty_personas_reach_every_rule() -> None:
    assert len({persona["id"] for persona in PERSONAS}) == len(PERSONAS) >= 40
    reached: set[str] = set()
    for persona in PERSONAS:
        state, day = lived(persona)
        seen = aid.assess(interviews.facts(legal_aid(), state), day)
        reached |= {*seen.ids, *(rule.id for rule in (*seen.filing, *seen.papers, *seen.after))}
    every = {rule.id for rule in rulebook.rulebook().every()}
    assert every - reached == {"LA99", "P1"}  # for answers no interview gives; and the mark of urgency, tested above


def test_answers_that_fit_no_rule_go_to_a_human() -> None:
    assert aid.assess({}, TODAY).ids == ("LA99",)
    assert "请人工核对" in str(aid.view({}, TODAY).value)


def test_the_mother_of_a_detained_minor_is_asked_for_no_income_and_reads_why() -> None:
    state, day = lived(PERSONAS[0])
    result = interviews.result(legal_aid(), state, day)
    first, detained = result.steps[0], result.steps[1]
    assert {"people", "income", "expense", "asset"}.isdisjoint(interviews.facts(legal_aid(), state))
    assert {(c.law, c.article, c.why) for c in first.basis} == {
        ("法律援助法", "25", "第一款第一项"), ("法律援助法", "36", ""), ("刑事诉讼法", "278", ""),
    }  # fmt: skip
    assert "3日内通知" in first.words
    assert "被抓被告的人——未成年人" in first.words
    assert "24小时内转交" in detained.words
    assert result.notes[0].startswith("急件（P1）")


def test_who_receives_and_who_decides_is_said_with_its_source() -> None:
    state, day = lived(PERSONAS[1])
    result = interviews.result(legal_aid(), state, day)
    nearby = next(step for step in result.steps if "【OV5】" in step.words)
    assert "谁收：据报道，川渝两地可以就近交给绵阳的法律援助机构，由它移送" in nearby.words
    assert "谁定：由案子或事情所在地（铜梁区）的法律援助机构审查决定" in nearby.words
    assert "来自报道，没有见到原文，以机构答复为准" in nearby.words
    assert [(c.law, c.article) for c in nearby.basis] == [("法律援助法", "38")]


@pytest.mark.parametrize(
    ("flag", "article"),
    [
        ("未成年人", "刑事诉讼法278"), ("视力听力言语残疾", "刑事诉讼法35"), ("不能完全辨认自己行为", "刑事诉讼法35"),
        ("可能无期或死刑", "刑事诉讼法35"), ("缺席审判", "刑事诉讼法293"),
    ],
)  # fmt: skip
def test_compulsory_defence_rests_on_the_article_of_its_ground(flag: str, article: str) -> None:
    cited = {f"{c.law}{c.article}" for c in aid.view({**ACCUSED, "accused": (flag,)}, TODAY).steps[0].basis}
    assert cited == {"法律援助法25", "法律援助法36", article}


@pytest.mark.parametrize(("days", "urgent"), [(0, True), (6, True), (7, False), (30, False)])
def test_less_than_seven_days_is_urgent(days: int, urgent: bool) -> None:
    seen = aid.assess({**INJURED, "deadline_days": Decimal(days)}, TODAY)
    assert (seen.urgent, "OV1" in seen.ids) == (urgent, urgent)


@pytest.mark.parametrize(
    ("means", "monthly", "poor"),
    [
        ({"people": 4, "income": 60_000, "expense": 20_000, "asset": False}, "833.33", True),
        ({"people": 1, "income": 28_464, "expense": 0, "asset": False}, "2372.00", False),
        ({"people": 1, "income": 28_463, "expense": 0, "asset": False}, "2371.92", True),
        ({"people": 1, "income": 28_463, "expense": 0, "asset": None}, "2371.92", None),
        ({"people": 4, "income": 10_000, "expense": 0, "asset": True}, "208.33", False),
        ({"people": 2, "income": 90_000, "expense": None, "asset": False}, "3750.00", None),
        ({"people": 2, "income": 10_000, "expense": 30_000, "asset": False}, "-833.33", True),
        ({"people": 2, "income": None, "expense": 30_000, "asset": False}, None, None),
    ],
)
def test_the_means_test_divides_by_months_and_heads(means: dict[str, Any], monthly: str | None, poor: bool) -> None:
    answers = {name: Decimal(value) if type(value) is int else value for name, value in means.items()}
    seen = aid.assess({**INJURED, **answers}, TODAY)
    assert seen.means
    assert (seen.means.monthly, seen.means.poor) == (Decimal(monthly) if monthly else None, poor)


def test_a_place_without_a_known_line_leaves_the_means_to_the_office() -> None:
    answers = {**INJURED, "place": "四川省", "people": Decimal(3), "income": Decimal(1000), "asset": False}
    result = aid.view(answers, TODAY)
    assert "经济状况还要由机构核查" in str(result.value)
    assert result.leaves_out == ()


def test_the_line_is_shown_with_its_source_and_what_is_not_settled() -> None:
    answers: dict[str, Value] = {**INJURED, "people": Decimal(4), "income": Decimal(60_000), "expense": Decimal(20_000)}
    result = aid.view(answers, TODAY)
    assert "（60000－20000）÷12个月÷4人＝833.33元" in result.steps[1].words
    assert "2372" in result.steps[1].words
    assert "以机构答复为准" in result.steps[1].words
    assert "价值较大的财产怎么算" in result.leaves_out


@pytest.mark.parametrize(
    ("place", "region"),
    [("绵阳", "四川省"), ("在成都打工", "四川省"), ("潼南区", "重庆市"), ("广东东莞", "其他地方"), ("", None)],
)
def test_a_place_is_known_by_its_name(place: str, region: str | None) -> None:
    assert aid.region(place, rulebook.rulebook()) == region


def test_who_is_far_from_both_provinces_is_not_sent_to_the_nearest_office() -> None:
    assert "OV5" in aid.assess({**ACCUSED, "home": "绵阳"}, TODAY).ids
    assert "OV5" not in aid.assess({**ACCUSED, "home": "东莞"}, TODAY).ids
    assert "OV5" not in aid.assess({**ACCUSED, "home": "绵阳"}, date(2024, 12, 31)).ids


def test_before_2025_a_matter_outside_the_national_list_is_left_to_local_rules() -> None:
    answers: dict[str, Value] = {"proceeding": "民事", "lawyer": False, "matter": "其他", "place": "铜梁区"}
    assert aid.assess(answers, date(2024, 12, 31)).rule.id == "LA12"
    assert aid.assess(answers, date(2025, 1, 1)).rule.id == "LA11"


def test_income_is_asked_exactly_where_it_decides() -> None:
    options = {
        "proceeding": ("刑事被告", "刑事被害", "强制医疗", "民事", "国家赔偿", "劳动仲裁", "申诉再审"),
        "person": ((), ("军人军属",)),
        "retrial": ("已抗诉", "都没有"),
        "cause": ((), ("见义勇为",)),
        "matter": ("人身损害赔偿", "抚恤金", "其他"),
        "place": rulebook.rulebook().facts["place"].values,
        "exempt": ((), *((value,) for value in rulebook.rulebook().facts["exempt"].values)),
    }
    for chosen in product(*options.values()):
        answers: dict[str, Any] = {**dict(zip(options, chosen, strict=True)), "lawyer": False}
        known: dict[str, Value] = {}
        for group in legal_aid().groups:
            known |= {slot.name: answers.get(slot.name) for slot in group.asked(known)}
        assert ("income" in known) is aid.assess(known, TODAY).rule.income, known


@pytest.mark.parametrize(
    ("sentence", "opens"),
    [
        ("我这种情况能不能申请法律援助", True), ("人在绵阳打工，案子在铜梁法院，能在绵阳申请法律援助吗", True),
        ("我儿17岁遭拘留了，请不起律师", True), ("申请法律援助", True), ("我屋头穷，可不可以要个免费律师", True),
        ("法律援助需要什么条件", False), ("法律援助律师能不能换", False), ("打5万的官司要多少钱", False),
        ("楼上天天半夜蹦迪", False),
    ],
)  # fmt: skip
def test_the_interview_begins_where_somebody_asks_for_themselves(sentence: str, opens: bool) -> None:
    assert bool(interviews.opens(legal_aid(), sentence)) is opens


def test_one_sentence_says_who_is_held_how_old_and_who_asks() -> None:
    heard = interviews.start(legal_aid(), "我17岁的儿子被抓了", TODAY)
    assert interviews.facts(legal_aid(), heard) == {
        "proceeding": "刑事被告", "person": ("被羁押", "行为能力受限"), "asker": "近亲属",
    }  # fmt: skip
    state = interviews.answer(legal_aid(), heard, "没有", TODAY)
    assert interviews.facts(legal_aid(), state)["accused"] == ("未成年人",)


def test_who_was_hurt_is_not_taken_for_the_accused() -> None:
    heard = interviews.start(legal_aid(), "打我的人被抓了", TODAY)
    assert "proceeding" not in interviews.facts(legal_aid(), heard)


def test_migrant_work_counts_only_for_pay_and_injury() -> None:
    answers = {**INJURED, "exempt": ("进城务工讨薪或工伤",)}
    assert aid.assess(answers, TODAY).rule.id == "LA09"
    assert aid.assess({**answers, "matter": "赡养抚养扶养费"}, TODAY).rule.id == "LA10"


def test_every_office_has_a_number_and_the_day_it_was_looked_over() -> None:
    assert offices.office("铜梁区").phone == "12348"
    assert offices.office("火星") is offices.office("其他地方")
    assert all(office.mark in "WK" and office.checked and office.phone for office in offices.offices().values())


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


def test_every_citation_stands_in_the_statutes(statutes: Statutes) -> None:
    rules = rulebook.rulebook().every()
    cited = {c for rule in rules for basis in (rule.basis, *(basis for _, basis in rule.also)) for c in basis}
    for citation in cited:
        standing = statutes.standing(citation, TODAY)
        read = standing.kind is Kind.LISTED and standing.listed and standing.listed.articles
        assert standing.kind is Kind.VERIFIED or read, f"{citation}: {standing.reason}"


def test_the_rules_promise_nothing_and_own_up_to_what_was_not_read() -> None:
    for rule in rulebook.rulebook().every():
        assert not wording.FORBIDDEN.search(rule.words + rule.status), rule.id
        assert rule.source != "V" or "据报道" not in rule.words, rule.id


def test_the_interview_offers_what_the_rules_know() -> None:
    asked = {slot.name: slot for group in legal_aid().groups for slot in group.slots}
    facts = rulebook.rulebook().facts
    assert set(asked) == set(facts)
    for name, slot in asked.items():
        values = {True, False} if slot.kind == "yesno" else {choice.value for choice in slot.choices}
        assert values == set(facts[name].values), name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{proceeding: 仅咨询}", "{procceding: 仅咨询}", "条件里的 procceding 不在 facts 里"),
        ("{proceeding: 仅咨询}", "{proceeding: 问问}", "proceeding 不会是 问问"),
        ("{proceeding: 仅咨询}", "{proceeding: {near: 3}}", "proceeding 的比较要写成"),
        ("{lawyer: yes}", "{lawyer: 是}", "lawyer 不会是 是"),
        ("status: 可以免费咨询，不看经济条件", "state: 好", "不认识的键 state"),
        ("- id: LA13", "- id: LA00", "编号 LA00 与第"),
        ("{rules: [LA02, LA02b]}", "{rules: [LA77]}", "前面没有编号为 LA77 的规则"),
        ('article: "23"', "article: 二十三", "条号 二十三 要写成"),
        ('article: "23"', "article: 23", "条号 23 要写成"),
        ("交给{home}的", "交给{town}的", "words 里的 town 填不上"),
        ("line: 2372 ", "line: 很多 ", "line 要是数字"),
        ("since: 2025-01-01\n    about", "since: 去年\n    about", "since 要写成"),
        ("  below: 按你说的数", "  under: 按你说的数", "不认识的键 under"),
        ("otherwise:", "else:", "缺少 otherwise"),
        ("when: *helped\n    words: 派来", "when: *nobody\n    words: 派来", "不是有效的 YAML"),
        ("checked: 2026-11-24", "checked: 昨天", "checked 要写成"),
        ("lawyer: {label: 已经请了律师, values: [yes, no]}", "lawyer: 律师", "lawyer 要写成"),
        ("source: W\n    unknown", "source: W\n    unknow", "缺少 unknown"),
        ("    source: V\n  - id: LA00", "    source: X\n  - id: LA00", "source 只能是"),
    ],
)
def test_a_broken_rule_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in RULES
    path = tmp_path / "legal_aid.yaml"
    path.write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=message) as caught:
        rulebook.read(path)
    changed = RULES[: RULES.index(old)].count("\n") + 1
    lines = {problem.line for problem in caught.value.problems if re.search(message, problem.message)}
    near = range(changed - 6 if message.startswith("缺少") else changed - 1, changed + 4)  # a table begins above
    assert lines & {BEGINS, *near}


def test_a_rule_is_changed_without_code(tmp_path: Path) -> None:
    path = tmp_path / "legal_aid.yaml"
    path.write_text(RULES.replace("{less: 7}", "{less: 10}").replace("line: 2372 ", "line: 2600 "), encoding="utf-8")
    book = rulebook.read(path)
    answers = {**INJURED, "deadline_days": Decimal(9), "people": Decimal(1), "income": Decimal(30_000)}
    seen = aid.assess({**answers, "expense": Decimal(0), "asset": False}, TODAY, book)
    assert (seen.urgent, seen.means and seen.means.poor) == (True, True)
