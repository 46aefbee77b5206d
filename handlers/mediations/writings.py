"""Draw up what a mediation leads to on paper: the agreement, and the application to a court to confirm it."""

from collections.abc import Sequence
from decimal import Decimal

from handlers.errors import Refused
from handlers.mediations import agreements
from handlers.mediations.agreements import Agreement, Party
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import BOUND
from handlers.residents import Village
from knowledge import regions
from knowledge.guides.disputes import disputes
from knowledge.guides.papers import Draft, draft, papers

SUFFIX = "人民调解委员会"


def committee(case: Case, villages: Sequence[Village]) -> str:
    """Who mediates, by name where the village is known."""
    village = next((one for one in villages if one.id == case.village), None)
    match case.level:
        case "town" if village:
            return f"{village.town}{SUFFIX}"
        case "district":
            return regions.centres()["district"].name
        case _:
            return f"{village.town}{village.name}{SUFFIX}" if village else ""


def agreement(case: Case, committee: str) -> Draft:
    """The agreement as far as it is written, with blanks where something is missing."""
    said = case.agreement or Agreement()
    first, second = _parties(case)
    answers = {
        "first": first,
        "second": second,
        "facts": said.facts,
        "dispute": said.issue,
        "responsibility": said.duties,
        "terms": said.terms,
        "way": said.manner,
        "term": said.due,
        "committee": committee,
    }
    return draft(papers()["mediation_agreement"], answers)


def application(case: Case, committee: str) -> Draft:
    """What both parties hand in together; raises Refused, with the article, where a court takes no such application."""
    said = case.agreement or Agreement()
    if case.state not in BOUND:
        raise Refused("协议生效以后才能申请司法确认。")
    if bars := agreements.barred(said):
        raise Refused(f"法院不受理确认：{''.join(bar.words for bar in bars)}")
    first, second = _parties(case)
    answers = {
        "first": first,
        "second": second,
        "mediator": committee,
        "effective": case.in_force_on,
        "dispute": said.issue,
        "terms": said.terms,
        "court": disputes().court,
    }
    return draft(papers()["confirmation_application"], answers)


def subject(case: Case) -> str:
    """What it is about, in words of ours: the kind without its examples, and the sum."""
    kind = disputes().disputes[case.kind].label.partition("（")[0]
    return f"{kind}，{_sum(case.amount)}" if case.amount else kind


def _sum(amount: Decimal) -> str:
    return f"{amount:,.2f}元" if amount % 1 else f"{amount:,.0f}元"


def _parties(case: Case) -> tuple[str, str]:
    first, second, *_ = (_line(party) for party in case.parties)
    return first, second


def _line(party: Party) -> str:
    """Who it is, as `knowledge.guides.parties` reads it."""
    told = (party.name, party.also, party.address and f"住{party.address}", party.phone and f"电话{party.phone}")
    return "，".join(part for part in told if part)
