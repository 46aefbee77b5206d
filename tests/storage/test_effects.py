"""What a push brought about is counted by village, from what was sent, opened, answered and asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import deliveries
from handlers.deliveries import Sent
from handlers.education.campaigns import Audience, Plan, Run, RunState
from handlers.education.effects import NOWHERE, Asked, Counts, Opening, Taken, Told, window
from handlers.education.intervals import Share
from handlers.messages import Address, Link
from handlers.outcomes import Decision, Outcome, Score, Verdict
from handlers.residents import Resident
from handlers.talk.dialogue import Dialogue
from storage.effects import write
from storage.schema import openings, questions, quiz_scores, residents
from storage.store import Store
from storage.values import row
from tests.handlers.shelf import TOPICS
from tests.storage.given import CHANNELS, NOW, rows
from tests.storage.pushing import PLAN, REACH, REPLY, campaign, queued, subscriber

DAY = timedelta(days=1)
PLACES = {"甲村": "安居镇", "乙村": "安居镇", "丙村": "旧县街道"}
LATER = NOW + 30 * DAY
ASKED = TOPICS["wages"]


@pytest.fixture
async def villages(store: Store) -> Mapping[str, int]:
    """Three villages by their names."""
    made = await store.people.add_villages([("安居镇", ("甲村", "乙村")), ("旧县街道", ("丙村",))])
    return {name: made[f"{town}{name}"] for name, town in PLACES.items()}


async def people(store: Store, villages: Mapping[str, int], **many: int) -> None:
    """So many subscribers in each village, called after it."""
    for name, count in many.items():
        for number in range(count):
            await subscriber(store, f"{name}{number}", village=villages.get(name))


async def sent(store: Store, plan: Plan = PLAN) -> Run:
    """A run of which everything went out."""
    run = await queued(store, await campaign(store, plan))
    while taken := await store.outbox.turn([], CHANNELS, 50, NOW):
        settled = [deliveries.settle(d, Sent("1"), NOW, DAY) for d in taken]
        await store.outbox.turn(settled, CHANNELS, 0, NOW)
    return run


async def counts(store: Store, run: Run, plan: Plan = PLAN) -> Counts:
    """What was counted a month later."""
    return await store.effects.counts(run, plan, window(NOW, LATER, 28 * DAY))


async def keep(store: Store, *outcomes: Outcome, at: timedelta = timedelta()) -> None:
    """Write what residents did."""

    async def work(connection: AsyncConnection) -> None:
        await write(connection, outcomes, NOW + at)

    await store.writer.write(work)


def of(resident: str, **what: Any) -> Outcome:
    """An outcome of that resident's."""
    return replace(Outcome(Verdict(Decision.ANSWER), (), Resident(resident, NOW), Dialogue()), **what)


async def asked(store: Store, resident: str, *days: int) -> None:
    """The resident asked about a topic on these days, counted from the push."""
    said = of(resident, verdict=Verdict(Decision.ANSWER, topic=ASKED))
    for day in days:
        await keep(store, said, at=day * DAY)


async def scored(store: Store, resident: str, quiz: str, right: int, days: int) -> None:
    """The resident finished a quiz of five."""
    score = row(quiz_scores, Score(quiz, right, 5, NOW + days * DAY), resident=resident)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(quiz_scores.insert(), score)

    await store.writer.write(work)


def by_place(found: Sequence[Told | Taken | Asked]) -> dict[str, tuple[int, ...]]:
    """The counts of each place."""
    return {f.place: tuple(getattr(f, name) for name in (*f.__slots__,)[1:]) for f in found}


async def test_what_was_sent_and_opened_is_counted_by_village(store: Store, villages: Mapping[str, int]) -> None:
    await people(store, villages, 甲村=3, 丙村=2, 无=1)
    run = await sent(store)
    await keep(store, of("甲村0", opening=Opening(run.id, NOW)), of("甲村0", opening=Opening(run.id, NOW)))
    await keep(store, of("丙村1", opening=Opening(run.id, NOW)))
    found = by_place((await counts(store, run)).told)
    assert found == {"安居镇甲村": (3, 3, 1), "旧县街道丙村": (2, 2, 1), NOWHERE: (1, 1, 0)}


async def test_who_was_not_told_opened_nothing(store: Store, villages: Mapping[str, int]) -> None:
    await people(store, villages, 甲村=2)
    run = await sent(store)
    await subscriber(store, "other")
    await keep(store, of("other", opening=Opening(run.id, NOW)), of("甲村0", opening=Opening(run.id + 7, NOW)))
    assert await rows(store, openings) == []


async def test_the_link_of_a_delivery_leads_on_and_is_counted_once(store: Store, villages: Mapping[str, int]) -> None:
    await people(store, villages, 甲村=1)
    reply, plan = replace(REPLY, link=Link("https://example.cn/1")), replace(PLAN, link="https://example.cn/1")
    before = await campaign(store, plan)
    run = Run(0, before.id, NOW, RunState.QUEUEING, started_at=NOW)
    assert await store.campaigns.fire(before, before, run, reply)
    [(_, run)] = await store.campaigns.under_way()
    await store.campaigns.queue(run, plan, REACH, NOW)
    [delivery] = await store.outbox.turn([], CHANNELS, 50, NOW)
    assert delivery.reply.link
    number, _, signature = delivery.reply.link.mark.partition("/")
    for counted in (False, True, True):
        href = await store.effects.follow(int(number), signature, NOW, counts=counted)
        assert href == "https://example.cn/1"
    assert [(r.run, r.resident) for r in await rows(store, openings)] == [(run.id, "甲村0")]
    assert await store.effects.follow(int(number), signature[:-1] + "x", NOW, counts=True) is None
    assert await store.effects.follow(int(number) + 1, signature, NOW, counts=True) is None


async def test_the_first_quiz_after_it_counts_for_whom_it_was_sent_to(
    store: Store, villages: Mapping[str, int]
) -> None:
    plan = replace(PLAN, field="劳动", quiz="labour")
    await people(store, villages, 甲村=3, 丙村=2)
    for who, right, days in (("甲村0", 2, -3), ("甲村1", 5, -2), ("甲村1", 1, -1), ("丙村0", 4, -29)):
        await scored(store, who, "labour", right, days)
    run = await sent(store, plan)
    for who, right, days in (("甲村0", 4, 1), ("甲村0", 0, 2), ("甲村1", 3, 1), ("丙村1", 5, 29)):
        await scored(store, who, "labour", right, days)
    await scored(store, "甲村2", "family", 5, 1)
    found = await counts(store, run, plan)
    assert by_place(found.taken) == {"安居镇甲村": (2, 1)}
    assert found.quizzed == Share(1, 2)


async def test_without_a_quiz_those_of_the_field_count(store: Store, villages: Mapping[str, int]) -> None:
    plan = replace(PLAN, field="劳动")
    await people(store, villages, 甲村=1)
    run = await sent(store, plan)
    await scored(store, "甲村0", "labour", 5, 1)
    assert by_place((await counts(store, run, plan)).taken) == {"安居镇甲村": (1, 1)}
    assert (await counts(store, run, PLAN)).taken == []


async def test_who_asks_again_is_counted_where_it_was_told_and_where_not(
    store: Store, villages: Mapping[str, int]
) -> None:
    plan = replace(PLAN, field=ASKED.field, audience=Audience(villages=(villages["甲村"],)))
    await people(store, villages, 甲村=4, 乙村=3, 丙村=2)
    await asked(store, "甲村0", -20, -19, -18, 5)  # again before, and after
    await asked(store, "甲村1", -200, 3)  # so long after the first it is no second
    await asked(store, "甲村2", -60, -5)  # again before
    await asked(store, "乙村0", 2, 2, 4)  # again after, on another day
    await asked(store, "丙村0", 40, 41)  # later than one looks
    run = await sent(store, plan)
    found = await counts(store, run, plan)
    assert by_place(found.asked) == {"安居镇甲村": (4, 2, 1)}
    assert by_place(found.others) == {"安居镇乙村": (3, 0, 1), "旧县街道丙村": (2, 0, 0)}
    assert by_place((await counts(store, run, replace(plan, field="继承"))).asked) == {"安居镇甲村": (4, 0, 0)}


async def test_a_push_to_everybody_has_nobody_to_compare_with_but_a_half_has_the_other(
    store: Store, villages: Mapping[str, int]
) -> None:
    for who in ("0a", "7f", "8a", "ff", "fe"):
        await subscriber(store, who, village=villages["甲村"])
    whole = await sent(store)
    assert (await counts(store, whole)).others == ()
    half = replace(PLAN, audience=Audience(half=1))
    assert await store.campaigns.estimate(half, REACH, NOW) == 2
    assert await store.campaigns.estimate(replace(PLAN, audience=Audience(half=2)), REACH, NOW) == 3
    found = await counts(store, whole, half)
    assert found.is_split
    assert (by_place(found.asked), by_place(found.others)) == (
        {"安居镇甲村": (2, 0, 0)},
        {"安居镇甲村": (3, 0, 0)},
    )


async def test_a_week_must_go_by_before_questions_are_looked_at(store: Store, villages: Mapping[str, int]) -> None:
    plan = replace(PLAN, audience=Audience(towns=("安居镇",)))
    await people(store, villages, 甲村=1)
    run = await sent(store, plan)
    assert (await store.effects.counts(run, plan, window(NOW, NOW + 6 * DAY, 28 * DAY))).asked == ()


async def test_old_questions_are_forgotten(store: Store) -> None:
    await subscriber(store, "a")
    await asked(store, "a", -10, 0)
    assert await store.effects.forget(NOW) == 1
    assert len(await rows(store, questions)) == 1


async def test_residents_see_what_is_held_of_them(store: Store, villages: Mapping[str, int]) -> None:
    await subscriber(store, "a", "web:a", role="worker")
    run = await sent(store)
    await keep(store, of("a", opening=Opening(run.id, NOW), verdict=Verdict(Decision.ANSWER, topic=ASKED)))
    held = await store.privacy.held(Address("web", "a"))
    assert held
    assert held["普法订阅"]["自己说的身份"] == "打工的"
    assert held["打开普法消息的时间"] == [NOW.isoformat()]
    assert held["问过的领域"] == [{"日期": "2026-11-24", "领域": "劳动"}]


async def test_who_is_erased_leaves_no_question_and_no_opening(store: Store, villages: Mapping[str, int]) -> None:
    await people(store, villages, 甲村=1)
    run = await sent(store)
    await keep(store, of("甲村0", opening=Opening(run.id, NOW), verdict=Verdict(Decision.ANSWER, topic=ASKED)))

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(update(residents).values(erase_at=0))

    await store.writer.write(work)
    assert await store.privacy.erase(NOW) == 1
    assert (await rows(store, openings), await rows(store, questions)) == ([], [])


async def test_roles_narrow_the_audience(store: Store) -> None:
    await subscriber(store, "a", role="worker")
    await subscriber(store, "b", role="student")
    await subscriber(store, "c")
    plan = replace(PLAN, audience=Audience(roles=("worker", "elder")))
    assert await store.campaigns.estimate(plan, REACH, NOW) == 1
