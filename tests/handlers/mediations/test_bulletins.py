"""Parties are told what has become of their mediation, in words that say what they can do now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.mediations import mediation
from handlers.mediations.bulletins import bulletins
from handlers.mediations.mediation import Case
from tests.handlers.mediations.test_agreements import SIGNED, WHOLE
from tests.handlers.mediations.test_mediation import (
    ACCEPTED,
    AGREED,
    APPLIED,
    ASKED,
    BEGUN,
    BINDING,
    CONFIRMED,
    DAY,
    DECLINED,
    DRAFTED,
    EXPIRED,
    FAILED,
    LAST,
    REJECTED,
)

OWNS = mediation.sign(mediation.draft(BEGUN, replace(WHOLE, settles=("归属",))), DAY, SIGNED)


def known(case: Case) -> Case:
    """The same with both parties on some channel."""
    return mediation.join(mediation.join(case, "z", "r1"), "l", "r2")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (AGREED, ACCEPTED, ["已经受理", "村（社区）人民调解委员会"]),
        (BEGUN, mediation.escalate(BEGUN), ["镇街人民调解委员会"]),
        (ACCEPTED, BEGUN, ["可以自己选调解员", "不收任何费用"]),
        (BEGUN, DRAFTED, ["逐字看"]),
        (DRAFTED, BINDING, ["2026年12月24日", "一起去法院"]),
        (DRAFTED, OWNS, ["不能申请司法确认", "第三百五十五条第一款第（五）项"]),
        (BINDING, APPLIED, ["30日内审完"]),
        (APPLIED, mediation.withdraw(APPLIED), ["还可以再申请", "2026年12月24日"]),
        (APPLIED, CONFIRMED, ["申请执行"]),
        (APPLIED, REJECTED, ["变更", "起诉"]),
        (BINDING, EXPIRED, ["30日过了", "起诉", "重新达成一份协议"]),
        (OWNS, mediation.expire(OWNS, LAST + timedelta(1)), ["起诉"]),
        (BEGUN, FAILED, ["没有调成", "起诉"]),
        (ASKED, DECLINED, ["明确不愿意", "起诉"]),
        (EXPIRED, mediation.renew(EXPIRED), ["重新调解"]),
        (BINDING, mediation.perform(BINDING), ["做完"]),
    ],
)
def test_a_change_is_told_to_both(before: Case, after: Case, said: list[str]) -> None:
    told = bulletins(known(before), known(after))
    assert [resident for resident, _ in told] == ["r1", "r2"]
    for _, reply in told:
        assert [words for words in said if words not in reply.text] == []
        assert reply.text.startswith("【人民调解 T1】")


def test_an_agreement_that_no_court_confirms_says_nothing_of_thirty_days() -> None:
    [(_, reply), _] = bulletins(known(OWNS), known(mediation.expire(OWNS, LAST + timedelta(1))))
    assert "30日" not in reply.text


@pytest.mark.parametrize(("before", "after"), [(ASKED, AGREED), (BINDING, mediation.reminded(BINDING, DAY))])
def test_what_changes_nothing_for_them_is_not_told(before: Case, after: Case) -> None:
    assert bulletins(known(before), known(after)) == ()


def test_who_has_no_address_here_is_told_nothing() -> None:
    assert bulletins(AGREED, ACCEPTED) == ()
