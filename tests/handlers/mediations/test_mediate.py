"""What is decided is kept and told, and last days are spoken of in time, each once, at a decent hour."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.errors import Refused
from handlers.mediations import mediate, mediation
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from handlers.staff import Scope
from storage.outbox import reply_in
from storage.schema import outbox
from storage.store import Store
from tests.handlers.mediations.test_agreements import SIGNED, WHOLE
from tests.handlers.mediations.test_mediation import AGREED, APPLIED, BEGUN, DAY
from tests.storage.given import adviser, claim, resident, rows

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)  # nine o'clock
BINDING = mediation.sign(mediation.draft(BEGUN, WHOLE), DAY, SIGNED)


async def kept(store: Store, case: Case) -> Case:
    """The mediation of two who are known here, written down."""
    first, second = await resident(store, "1"), await resident(store, "2", "web")
    by = await adviser(store)
    joined = mediation.join(mediation.join(case, "z", first.id), "l", second.id)
    fresh = replace(joined, mediator=joined.mediator and by)
    assert await store.mediations.write(fresh, (), MORNING)
    return replace(fresh, revision=1)


async def told(store: Store, after: int = 0) -> Sequence[str]:
    """What anybody was told, the first so many left out."""
    return [reply_in(store.vault, row).text for row in await rows(store, outbox)][after:]


async def test_both_parties_hear_of_a_change_wherever_they_are(store: Store) -> None:
    case = await kept(store, AGREED)
    accepted = await mediate.record(store.mediations, case, mediation.accept(case), MORNING)
    sent = await claim(store, MORNING)
    assert {delivery.address.channel for delivery in sent} == {"telegram", "web"}
    assert all("已经受理" in delivery.reply.text for delivery in sent)
    assert await store.mediations.find(Scope(everywhere=True), "T1") == accepted


async def test_of_two_mediators_who_act_at_once_the_slower_is_told(store: Store) -> None:
    case = await kept(store, AGREED)
    await mediate.record(store.mediations, case, mediation.accept(case), MORNING)
    with pytest.raises(Refused, match="刚刚被别人改过"):
        await mediate.record(store.mediations, case, mediation.decline(case, "l"), MORNING)
    assert len(await rows(store, outbox)) == 2


async def test_the_last_day_is_spoken_of_20_10_3_and_1_days_before_it_and_then_its_end(store: Store) -> None:
    await kept(store, BINDING)
    heard: dict[int, Sequence[str]] = {}
    for day in range(40):
        for hours in (0, 1, 6):
            now = MORNING + timedelta(days=day, hours=hours)
            await mediate.keep_time(store.mediations, now)
            if said := await told(store, sum(map(len, heard.values()))):
                assert day not in heard
                heard[day] = said
    assert list(heard) == [10, 20, 27, 29, 31], "the thirtieth day is a Thursday"
    assert all(len(said) == 2 for said in heard.values()), "both parties"
    assert all("最后一天是2026年12月24日" in text for text in heard[10])
    assert all("起诉" in text for text in heard[31])
    [case] = await store.mediations.listed(Scope(everywhere=True), ended=True)
    assert case.state is State.EXPIRED


@pytest.mark.parametrize("hour", [0, 3, 7, 21, 23])
async def test_nobody_is_woken(store: Store, hour: int) -> None:
    await kept(store, BINDING)
    assert await mediate.keep_time(store.mediations, datetime(2026, 12, 4, hour, tzinfo=mediate.SHANGHAI)) == 0
    assert await told(store) == []


async def test_what_is_at_court_is_spoken_of_no_more(store: Store) -> None:
    await kept(store, APPLIED)
    assert await mediate.keep_time(store.mediations, MORNING + timedelta(days=29)) == 0
