"""Messages are kept before they are acknowledged, decided on together, and recorded at once or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from handlers import receive
from handlers.cases import Library, Part, Rules, Situation
from handlers.education.subscriptions import Subscription
from handlers.errors import StorageDown
from handlers.joining import Other
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Address, Arrived, Inbound, Reply
from handlers.outcomes import Decision, Outcome
from handlers.receive import TRIES, Reception
from handlers.residents import Resident, Village
from handlers.talk import phrases
from handlers.talk.dialogue import Dialogue, Stage
from knowledge.engine import danger
from tests.handlers.shelf import NOW, SIGN, VILLAGES, found, inbound, text

BEATEN = "我被老公打了，现在还在打"


@dataclass
class Shell:
    """Inbox, records, engine and emergency in memory, for one test."""

    down: bool = False
    kept: list[Inbound] = field(default_factory=list[Inbound])
    told: list[tuple[Inbound, Reply]] = field(default_factory=list[tuple[Inbound, Reply]])
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    recorded: list[Outcome] = field(default_factory=list[Outcome])
    given_back: list[str] = field(default_factory=list[str])
    buried: list[Reply] = field(default_factory=list[Reply])
    tries: list[str] = field(default_factory=list[str])
    dialogues: dict[int, Dialogue] = field(default_factory=dict[int, Dialogue])

    async def put(self, inbounds: Sequence[Inbound], now: datetime) -> None:
        if self.down:
            raise StorageDown("test")
        self.kept += inbounds

    async def claim(self, limit: int, now: datetime, lease: timedelta) -> Sequence[Arrived]:
        return [Arrived(n, said, 1) for n, said in enumerate(self.kept[:limit], 1)]

    async def give_back(self, arrived: Arrived, reason: str, now: datetime) -> None:
        self.given_back.append(reason)

    async def gather(self, arrived: Sequence[Arrived], now: datetime) -> Sequence[Situation]:
        return [Situation(a, Resident(str(a.id), now), self.dialogues.get(a.id, Dialogue())) for a in arrived]

    async def record(self, outcomes: Sequence[tuple[Situation, Outcome]], now: datetime) -> None:
        self.recorded += [outcome for _, outcome in outcomes]

    async def bury(self, arrived: Arrived, reply: Reply, reason: str, now: datetime) -> None:
        self.buried.append(reply)

    async def subscriptions(self, of: Sequence[str]) -> Mapping[str, Subscription]:
        return {}

    async def other(self, code: str, now: datetime) -> Other | None:
        return None

    async def addresses(self, of: str) -> Sequence[Address]:
        return ()

    async def villages(self) -> Sequence[Village]:
        return VILLAGES

    async def enclosed(self, receipts: Collection[str]) -> Mapping[str, int]:
        return {}

    async def mediation(self, number: str) -> Mediation | None:
        return None

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        self.asked += questions
        return [(Part(words, found(("wages", 0.9))),) for words, _ in questions]

    async def tried(self, quiz: str, matter: str) -> bool:
        return matter in self.tries

    async def tell(self, inbound: Inbound, reply: Reply) -> None:
        self.told.append((inbound, reply))


def _reception(shell: Shell, library: Library) -> Reception:
    return Reception(shell, shell, shell, library, Rules(), timedelta(seconds=30), 32, shell, SIGN)


async def test_a_message_is_kept_and_nobody_is_told_twice() -> None:
    shell = Shell()
    await receive.accept([inbound(BEATEN)], shell, shell, NOW)
    assert shell.kept == [inbound(BEATEN)]
    assert shell.told == []


async def test_without_a_database_the_safety_text_goes_out_and_nothing_is_acknowledged() -> None:
    shell = Shell(down=True)
    with pytest.raises(StorageDown):
        await receive.accept([inbound("老板欠钱"), inbound(BEATEN)], shell, shell, NOW)
    alarm = danger.assess(BEATEN)
    assert alarm is not None
    assert shell.told == [(inbound(BEATEN), Reply(alarm.words))]


async def test_a_batch_asks_the_engine_once_and_is_recorded_once(library: Library) -> None:
    shell = Shell(kept=[inbound(words) for words in ("老板欠钱", "你好", "民法典1", "离婚")])
    shell.dialogues[4] = Dialogue(topic="divorce", question="离婚")
    reception = _reception(shell, library)
    outcomes = await receive.handle(reception, await receive.claim(reception, NOW), NOW)
    assert [o.verdict.decision for o in outcomes] == [
        Decision.ANSWER, Decision.SMALLTALK, Decision.LOOKUP, Decision.ANSWER,
    ]  # fmt: skip
    assert shell.asked == [("老板欠钱", None), ("离婚", "divorce")]
    assert shell.recorded == outcomes


async def test_the_villages_are_fetched_where_one_is_named(library: Library) -> None:
    placing = Dialogue(stage=Stage.PLACING, ticket="TL1", options=(phrases.SKIP,))
    shell = Shell(kept=[inbound("六赢村")], dialogues={1: placing})
    reception = _reception(shell, library)
    (outcome,) = await receive.handle(reception, await receive.claim(reception, NOW), NOW)
    assert outcome.placed[0].village == 8


async def test_why_asks_the_engine_for_the_question_in_hand(library: Library) -> None:
    shell = Shell(kept=[inbound("为什么")], dialogues={1: Dialogue(question="老板欠钱", topic="wages")})
    reception = _reception(shell, library)
    (outcome,) = await receive.handle(reception, await receive.claim(reception, NOW), NOW)
    assert shell.asked == [("老板欠钱", None)]
    assert "wages的问法" in text(outcome)


@pytest.mark.parametrize(("tries", "given_up"), [(1, False), (TRIES - 1, False), (TRIES, True)])
async def test_a_message_that_fails_is_tried_again_and_then_given_up_in_words(
    library: Library, tries: int, given_up: bool
) -> None:
    shell = Shell()
    arrived = Arrived(1, inbound("x"), tries)
    assert await receive.fail(_reception(shell, library), arrived, "KeyError", NOW) is given_up
    assert shell.given_back == ([] if given_up else ["KeyError"])
    assert shell.buried == ([Reply(phrases.SORRY)] if given_up else [])
