"""The rules of mediation are read whole, and whatever is wrong in them is named with file and line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge import regions
from knowledge.citations import Citation
from knowledge.guides import disputes, forms
from knowledge.guides.disputes import DISMISSED, REFUSED
from knowledge.guides.slots import Slot
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes

TODAY = date(2026, 11, 24)
TEXT = disputes.FILE.read_text(encoding="utf-8")


def cited() -> Iterator[Citation]:
    book = disputes.disputes()
    for dispute in book.disputes.values():
        yield from dispute.basis
        yield from (citation for way in dispute.ways for citation in way.basis)
    for rule in (*book.routing, *book.bars):
        yield from rule.basis


def slots(interview: str) -> dict[str, Slot]:
    found = forms.interviews()[interview]
    return {slot.name: slot for group in found.groups for slot in group.slots}


def test_every_article_is_in_force_or_listed(tmp_path: Path) -> None:
    path = tmp_path / "statutes.db"
    build.ensure(path)
    statutes = Statutes(path)
    standings = [statutes.standing(citation, TODAY) for citation in dict.fromkeys(cited())]
    assert not [one for one in standings if one.kind not in (Kind.VERIFIED, Kind.LISTED)]
    statutes.close()


def test_the_interviews_ask_in_the_words_of_the_rules() -> None:
    book = disputes.disputes()
    kinds, settles = slots("mediation")["kind"].choices, slots("confirmation_check")["settles"].choices
    assert {c.value: c.label for c in kinds} == {name: one.label for name, one in book.disputes.items()}
    assert {c.value: c.label for c in settles} == book.settles


def test_every_dispute_has_a_way_beside_mediation() -> None:
    assert all(dispute.ways for dispute in disputes.disputes().disputes.values())
    assert {dispute.id for dispute in disputes.disputes().disputes.values() if not dispute.takes} == {"政府", "犯罪"}


def test_routing_climbs_through_the_three_levels_of_centres() -> None:
    levels = [route.level for route in disputes.disputes().routing]
    assert list(dict.fromkeys(levels)) == ["district", "town", "village"]
    assert set(levels) <= set(regions.centres())


def test_what_no_court_takes_is_told_apart_from_what_it_dismisses() -> None:
    bars = {bar.id: bar.effect for bar in disputes.disputes().bars}
    assert {name for name, effect in bars.items() if effect == REFUSED} == {
        "scope",
        "identity",
        "special",
        "ownership",
    }
    assert {name for name, effect in bars.items() if effect == DISMISSED} == {"unlawful", "others", "vague"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("checked: 2026-11-24", "checked: 昨天", "checked 要写成"),
        ("takes: yes, words: 邻里", "takes: 收, words: 邻里", "takes 要写 yes 或 no"),
        ("centre: labour", "centre: nobody", "没有 nobody"),
        ("ways: [government, sue], papers", "ways: [fight], papers", "ways 里没有 fight"),
        ("basis: [人民调解法 8]", "basis: [人民调解法]", "basis 的每一项要写"),
        ("{reach: [跨镇街, 跨区县]}", "{colour: 红}", "routing 不能问 colour"),
        ("{people: {least: 10}}", "{people: {over: 10}}", "people 的比较"),
        ("words: 人多（暂定", "source: Q, words: 人多（暂定", "source"),
        ("settles: [归属, 知识产权]", "settles: [归属, 风水]", "settles 里没有 风水"),
        ("effect: 驳回\n    reason: 损害", "effect: 烧掉\n    reason: 损害", "effect 只能是"),
        ("      - 确权\n", "      - '(确权'\n", "写错的正则表达式"),
        ("  facts: 纠纷的主要事实", "  facts: 7", "elements 要写成"),
        ("    item: 第（二）项\n", "", "缺少 item"),
        ("  sue: {words: 可以向法院起诉。,", "  sue: {word: 可以向法院起诉。,", "不认识的键 word"),
        ("level: village, words", "level: village, when: {people: {least: 2}}, words", "最后一条不能有 when"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert TEXT.count(old) == 1
    path = tmp_path / "mediation.yaml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        disputes.read(path)
    assert message in str(caught.value)
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert any(abs(problem.line - line) <= 12 for problem in caught.value.problems)


@pytest.mark.parametrize(("old", "new"), [("routing:", "routes:"), ("bars:", "bar:")])
def test_a_file_without_one_of_its_sections_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "mediation.yaml"
    path.write_text(TEXT.replace(f"\n{old}", f"\n{new}"), encoding="utf-8")
    with pytest.raises(RuleError, match="缺少"):
        disputes.read(path)


def test_a_section_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mediation.yaml"
    sections = (
        "checked: 2026-11-24\ncourt: 法院\ndisputes: []\nways: 1\nrouting: {}\nelements: [a]\nsettles: 甲\nbars: 无\n"
    )
    path.write_text(sections, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        disputes.read(path)
    assert "缺少 disputes" in str(caught.value)
