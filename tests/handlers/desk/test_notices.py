"""The resident reads where the ticket is, who has it and until when, in plain Chinese."""

import re
from dataclasses import replace

import pytest

from handlers.desk import notices
from handlers.desk.notices import Change
from handlers.desk.tickets import Referral, State, Ticket, Tier
from tests.handlers.desk.test_tickets import ANSWERED, ASKED, CLAIMED, CLOSED, MERGED, OPEN, REFERRED, TOLD
from tests.handlers.times import at

DUE = at("11-25 17:30")


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (OPEN, "待接单，等李顾问接单，11月25日17:30前答复您。"),
        (CLAIMED, "办理中，由李顾问办理，11月25日17:30前答复您。"),
        (TOLD, "等顾问答复，由李顾问办理，11月25日17:30前答复您。"),
        (ASKED, "等居民回话，李顾问等您回话。"),
        (ANSWERED, "已答复，由李顾问答复。"),
        (CLOSED, "已办结。"),
        (REFERRED, "已转介，人民调解委员会。"),
        (MERGED, "已并案，请看 TL-2。"),
    ],
)
def test_where_a_ticket_is_is_told_in_a_sentence(ticket: Ticket, said: str) -> None:
    assert notices.standing(ticket, "李顾问", DUE) == f"受理号 TL261124-AAAAAA：{said}"


def test_where_nobody_is_named_the_desk_is() -> None:
    risen = replace(OPEN, state=State.ESCALATED, tier=Tier.EXPERT)
    assert notices.standing(risen, "", None) == "受理号 TL261124-AAAAAA：已转专家，等首席专家接单。"


def test_without_a_due_time_none_is_promised() -> None:
    assert notices.standing(CLAIMED, "李顾问", None) == "受理号 TL261124-AAAAAA：办理中，由李顾问办理。"


@pytest.mark.parametrize("change", Change)
def test_every_change_is_told_with_its_receipt_and_no_gap(change: Change) -> None:
    told = notices.told(replace(MERGED, referred_to=Referral.PARTNER, tier=Tier.TOWN), change)
    assert "TL261124-AAAAAA" in told
    assert not re.search(r"[{}]|\bNone\b|_", told)


def test_a_referral_names_the_place_and_does_not_speak_for_it() -> None:
    told = notices.told(REFERRED, Change.REFERRED)
    assert "人民调解委员会" in told
    assert "以机构答复为准" in told
