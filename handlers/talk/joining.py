"""Let a resident go on elsewhere as the same person, and take an address away again."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from handlers import joining
from handlers.cases import Case
from handlers.deliveries import CHANNEL_NAMES
from handlers.joining import Join, Offer, Part
from handlers.messages import Address, Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import consultation, dialogue, phrases

PART = "part"  # what the values of addresses to be taken away begin with


def offered(case: Case) -> Outcome:
    """A code to type elsewhere."""
    code = joining.code(case.chance)
    words = phrases.JOIN_CODE.format(code=f"{code[:4]} {code[4:]}", minutes=int(joining.LIFE.total_seconds() // 60))
    return replace(_said(case, words), joining=Offer(code, case.now + joining.LIFE))


def typed(case: Case, code: str) -> Outcome:
    """A code was typed: it is good, or it is counted."""
    other = case.other
    if joining.is_shut(case.dialogue, case.now):
        return _said(case, phrases.JOIN_SHUT)
    if other is None:
        return replace(_said(case, phrases.JOIN_WRONG), dialogue=joining.missed(case.dialogue, case.now))
    if other.resident.id == case.resident.id:
        return _said(case, phrases.JOINED_ALREADY)
    here = case.situation.inbound.address.channel
    there = "、".join(dict.fromkeys(CHANNEL_NAMES.get(a.channel, a.channel) for a in other.addresses))
    told = phrases.JOINED_ELSEWHERE.format(channel=CHANNEL_NAMES.get(here, here))
    said = _said(case, phrases.JOINED.format(channels=there))
    return replace(
        said,
        resident=joining.person(case.resident, other.resident),
        dialogue=joining.talk(case.dialogue, other.dialogue),
        subscription=joining.wishes(case.subscription, other.subscription, case.resident.id),
        joining=Join(code, other.resident.id, told),
    )


def asked_to_part(case: Case) -> Outcome:
    """Which of the other addresses is to be taken away?"""
    others = tuple(_options(case))
    if not others:
        return _said(case, phrases.NOTHING_JOINED)
    said = _said(case, phrases.PART_WHICH)
    return replace(
        said,
        replies=(replace(said.replies[0], options=others),),
        dialogue=dialogue.rest(case.dialogue, others),
    )


def parted(case: Case, value: str) -> Outcome:
    """That one goes."""
    gone = next((a for a in _others(case) if _mark(a) == value), None)
    if gone is None:
        return consultation.plain(case, Decision.SMALLTALK, phrases.EXPIRED)
    name = CHANNEL_NAMES.get(gone.channel, gone.channel)
    rested = dialogue.rest(case.dialogue)
    return replace(_said(case, phrases.PARTED.format(channel=name)), joining=Part(gone), dialogue=rested)


def _options(case: Case) -> Iterator[Option]:
    for number, address in enumerate(_others(case), 1):
        name = CHANNEL_NAMES.get(address.channel, address.channel)
        several = sum(a.channel == address.channel for a in _others(case)) > 1
        yield Option(f"断开{name}{number if several else ''}", f"{PART}:{_mark(address)}")


def _others(case: Case) -> list[Address]:
    return [a for a in case.addresses if a != case.situation.inbound.address]


def _mark(address: Address) -> str:
    """What tells it from the others, and tells nobody what it is."""
    return sha256(f"{address.channel}:{address.external}".encode()).hexdigest()[:16]


def _said(case: Case, words: str) -> Outcome:
    """The dialogue goes on where it was."""
    return Outcome(Verdict(Decision.SMALLTALK, why="joining"), (Reply(words),), case.resident, case.dialogue)
