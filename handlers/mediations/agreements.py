"""Hold what parties to a mediation agreed, and say what it still lacks."""

from collections.abc import Collection
from dataclasses import dataclass

from knowledge.guides import confirmation
from knowledge.guides.confirmation import Obstacle
from knowledge.guides.disputes import disputes


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a stake in the dispute; `agrees` to mediation is None until it was said.

    `also` is what else a paper says of them (sex, age, trade); `resident` is whom we can write to.
    """

    id: str
    name: str
    address: str = ""
    phone: str = ""
    agrees: bool | None = None
    also: str = ""
    resident: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The draft, element by element (人民调解法29); `settles` are names in the rules of mediation."""

    facts: str = ""
    issue: str = ""
    duties: str = ""
    terms: tuple[str, ...] = ()
    manner: str = ""
    due: str = ""
    settles: tuple[str, ...] = ()
    is_oral: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signed, sealed or set a fingerprint, whether the mediator did, and whether the committee's seal is there."""

    parties: frozenset[str]
    mediator: bool = False
    seal: bool = False


def missing(agreement: Agreement, parties: Collection[Party]) -> tuple[str, ...]:
    """What it must say and does not, in the words of the rules."""
    people = (f"{party.name or party.id}的{what}" for party in parties for what in _unknown(party))
    blank = (label for name, label in disputes().elements.items() if not _written(getattr(agreement, name)))
    return (*people, *blank)


def unsigned(signatures: Signatures, parties: Collection[Party], *, is_oral: bool) -> tuple[str, ...]:
    """Whose signature or seal it lacks; one made by word of mouth needs none (人民调解法29, 30)."""
    if is_oral:
        return ()
    names = tuple(f"{party.name}的签名" for party in parties if party.id not in signatures.parties)
    mediator = () if signatures.mediator else ("人民调解员的签名",)
    return (*names, *mediator, *(() if signatures.seal else ("人民调解委员会的印章",)))


def obstacles(agreement: Agreement) -> tuple[Obstacle, ...]:
    """What in it keeps a court from confirming it."""
    return confirmation.obstacles(agreement.settles, (*agreement.terms, agreement.manner, agreement.due))


def barred(agreement: Agreement) -> tuple[Obstacle, ...]:
    """Those for which a court takes no application at all."""
    return tuple(one for one in obstacles(agreement) if one.refuses)


def _unknown(party: Party) -> tuple[str, ...]:
    known = {"姓名": party.name, "住址": party.address}
    return tuple(what for what, value in known.items() if not value.strip())


def _written(value: str | tuple[str, ...]) -> bool:
    return any(part.strip() for part in ((value,) if isinstance(value, str) else value))
