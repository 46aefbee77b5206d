"""An agreement says everything that it must, is signed by everybody, or says what it lacks."""

from dataclasses import fields, replace

import pytest

from handlers.mediations import agreements
from handlers.mediations.agreements import Agreement, Party, Signatures
from knowledge.guides.disputes import disputes

ZHANG = Party("z", "张三", "平滩镇一社", "138", agrees=True)
LI = Party("l", "李四", "平滩镇二社", "139", agrees=True)
BOTH = (ZHANG, LI)
WHOLE = Agreement(
    facts="李四修墙占了张三的地坝",
    issue="墙拆不拆",
    duties="李四拆墙，张三让出施工的路",
    terms=("李四于2026年12月31日前拆除围墙", "李四赔偿张三500元"),
    manner="自己拆除，现金支付",
    due="2026年12月31日前",
    settles=("给钱", "做事"),
)
SIGNED = Signatures(frozenset({"z", "l"}), mediator=True, seal=True)


def test_the_elements_of_the_rules_are_those_of_the_draft() -> None:
    assert set(disputes().elements) == {field.name for field in fields(Agreement)} - {"settles", "is_oral"}


def test_a_whole_agreement_lacks_nothing_and_can_be_confirmed() -> None:
    assert agreements.missing(WHOLE, BOTH) == ()
    assert agreements.obstacles(WHOLE) == ()


@pytest.mark.parametrize("name", disputes().elements)
def test_the_missing_element_is_named(name: str) -> None:
    blank: str | tuple[str, ...] = (" ",) if name == "terms" else " "
    lacking = replace(WHOLE, **{name: blank})  # pyright: ignore[reportArgumentType] - the field is named by the rules
    assert agreements.missing(lacking, BOTH) == (disputes().elements[name],)


def test_a_party_whose_particulars_are_missing_is_named() -> None:
    assert agreements.missing(WHOLE, (ZHANG, Party("x", "", ""), Party("y", "王五"))) == (
        "x的姓名",
        "x的住址",
        "王五的住址",
    )


@pytest.mark.parametrize(
    ("signatures", "lacking"),
    [
        (SIGNED, ()),
        (Signatures(frozenset({"z"}), mediator=True, seal=True), ("李四的签名",)),
        (replace(SIGNED, mediator=False), ("人民调解员的签名",)),
        (replace(SIGNED, seal=False), ("人民调解委员会的印章",)),
        (Signatures(frozenset()), ("张三的签名", "李四的签名", "人民调解员的签名", "人民调解委员会的印章")),
    ],
)
def test_a_missing_signature_is_named(signatures: Signatures, lacking: tuple[str, ...]) -> None:
    assert agreements.unsigned(signatures, BOTH, is_oral=False) == lacking
    assert agreements.unsigned(signatures, BOTH, is_oral=True) == ()


def test_a_clause_on_who_owns_bars_the_whole_and_loose_wording_does_not() -> None:
    owns = replace(WHOLE, terms=(*WHOLE.terms, "围墙以东归张三所有"))
    assert [one.clause for one in agreements.barred(owns)] == ["围墙以东归张三所有"]
    loose = replace(WHOLE, due="尽快")
    assert agreements.barred(loose) == ()
    assert len(agreements.obstacles(loose)) == 1
