"""Flood limits count what was admitted, and options are picked in any script of numbers."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.messages import Option
from handlers.talk import dialogue
from handlers.talk.dialogue import Admission, Dialogue, Flood, Stage
from tests.handlers.shelf import NOW

FLOOD = Flood()
THREE = Dialogue(options=(Option("欠薪", "topic:wages"), Option("离婚", "topic:divorce"), Option("找人工", "human")))


def _admitted(times: list[float]) -> list[Admission]:
    """What becomes of messages sent at these seconds."""
    held, verdicts = Dialogue(), list[Admission]()
    for second in times:
        verdict, held = dialogue.admit(held, FLOOD, NOW + timedelta(seconds=second))
        verdicts.append(verdict)
    return verdicts


def test_five_in_ten_seconds_are_welcome_then_one_notice_then_silence() -> None:
    assert _admitted([0, 1, 2, 3, 4, 5, 6, 7]) == [Admission.WELCOME] * 5 + [
        Admission.NOTICE, Admission.SILENCE, Admission.SILENCE,
    ]  # fmt: skip


def test_sixty_an_hour_are_welcome_however_slow_they_come() -> None:
    minutes = [60.0 * n for n in range(60)]
    assert _admitted([*minutes, 3599, 3600 + 1]) == [Admission.WELCOME] * 60 + [Admission.NOTICE, Admission.WELCOME]


def test_after_calm_the_next_flood_is_told_again() -> None:
    burst = [0.0, 1, 2, 3, 4, 5]
    assert _admitted([*burst, 6, *(20 + b for b in burst)])[5:] == [
        Admission.NOTICE, Admission.SILENCE, *[Admission.WELCOME] * 5, Admission.NOTICE,
    ]  # fmt: skip


def test_what_is_not_admitted_does_not_count() -> None:
    assert _admitted([0, 1, 2, 3, 4, *([5] * 100), 10])[-1] is Admission.WELCOME


def test_the_limits_can_be_set() -> None:
    strict = Flood(burst=1, burst_span=timedelta(seconds=2), hourly=2)
    held, verdicts = Dialogue(), list[Admission]()
    for second in (0, 1, 2, 10):
        verdict, held = dialogue.admit(held, strict, NOW + timedelta(seconds=second))
        verdicts.append(verdict)
    assert verdicts == [Admission.WELCOME, Admission.NOTICE, Admission.WELCOME, Admission.NOTICE]


@pytest.mark.parametrize(
    "words",
    ["1", "１", "①", "一", "1.", "1、", "1）", "第一个", "第1个", "选1", "我选一", " 1 ", "1️⃣", "欠薪", "topic:wages"],
)
def test_the_first_option_is_picked_by_number_label_or_value(words: str) -> None:
    assert dialogue.pick(THREE, words) == THREE.options[0]


@pytest.mark.parametrize("words", ["4", "0", "-1", "2147483648", "十", "一二", "欠", "", "1 2", "⑨"])
def test_what_is_none_of_the_options_picks_nothing(words: str) -> None:
    assert dialogue.pick(THREE, words) is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("-1", True),
        ("+3", True),
        ("2147483648", True),
        ("９９", True),
        ("9" * 13, False),
        ("3个月", False),
        ("", False),
    ],
)
def test_numbers_are_known_without_being_an_option(words: str, number: bool) -> None:
    assert dialogue.is_number(words) is number


def test_resting_forgets_what_was_being_arranged_but_not_what_was_asked() -> None:
    busy = replace(
        THREE, stage=Stage.CONSENTING, question="问", topic="wages", ticket="TL1", reason="asked", recent=(1,)
    )
    rested = dialogue.rest(busy)
    assert (rested.stage, rested.options, rested.ticket, rested.reason) == (Stage.FREE, (), None, "")
    assert (rested.question, rested.topic, rested.recent) == ("问", "wages", (1,))


@pytest.mark.parametrize(
    ("stage", "reason", "minutes", "waits"),
    [
        (Stage.CONSENTING, "P0 P0-a", 5, True),
        (Stage.CONSENTING, "P1 P1-a", 59, True),
        (Stage.CONSENTING, "P0 P0-a", 61, False),
        (Stage.CONSENTING, "low confidence", 5, False),
        (Stage.PLACING, "P0 P0-a", 5, False),
    ],
)
def test_consent_after_danger_is_waited_for_within_the_hour(
    stage: Stage, reason: str, minutes: int, waits: bool
) -> None:
    def at(minute: int) -> datetime:
        return NOW + timedelta(minutes=minute)

    _, held = dialogue.admit(Dialogue(stage=stage, reason=reason), FLOOD, at(0))
    _, held = dialogue.admit(held, FLOOD, at(minutes))
    assert dialogue.awaits(held) is waits
