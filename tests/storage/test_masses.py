"""What goes to many in one call is taken together, by no other send, and within its own quota, on both databases."""

from datetime import timedelta

from handlers import deliveries
from handlers.deliveries import Lane, Later, Mass, Sent, State
from handlers.education import subscriptions
from handlers.education.campaigns import Reach
from storage.claims import FULL, STOPPED
from storage.schema import outbox
from storage.store import Store
from tests.storage.given import NOW, at, rows, waiting
from tests.storage.pushing import campaign, queued, subscriber, wish

REACH = Reach(("wechat",), frozenset(), 100)
MASS = Mass(3, 2, NOW - timedelta(days=1))
RESEND = timedelta(seconds=60)


async def test_pushes_of_one_run_go_together_and_answers_their_own_way(store: Store) -> None:
    for who in ("a", "b", "c", "d"):
        await subscriber(store, who, f"wechat:o{who}")
    await queued(store, await campaign(store), REACH)
    await waiting(store, "答复", who="oa", channel="wechat", lane=Lane.TICKET)
    alone = await store.outbox.turn((), ("wechat",), 100, NOW)
    assert [(d.lane, d.address.external) for d in alone] == [(Lane.TICKET, "oa")]
    first = await store.outbox.take_mass("wechat", MASS, NOW)
    second = await store.outbox.take_mass("wechat", MASS, NOW)
    assert [[d.address.external for d in told] for told in (first, second)] == [["oa", "ob", "oc"], ["od"]]
    assert {d.state for d in (*first, *second)} == {State.SENDING}
    assert not await store.outbox.take_mass("wechat", MASS, NOW)


async def test_who_stopped_and_who_had_all_of_this_month_is_left_out(store: Store) -> None:
    asked = [await subscriber(store, who, f"wechat:o{who}") for who in ("a", "b")]
    first = await campaign(store)
    for day in range(2):
        run = first if not day else await campaign(store, author=first.author)
        await queued(store, run, REACH, at(day))
        told = await store.outbox.take_mass("wechat", MASS, at(day))
        assert len(told) == 2
        await store.outbox.turn([deliveries.settle(d, Sent("mass"), at(day), RESEND) for d in told], (), 0, at(day))
    await subscriber(store, "c", "wechat:oc")
    await queued(store, await campaign(store, author=first.author), REACH, at(9))
    await wish(store, subscriptions.stop(asked[1], at(9)), at(9))
    assert [d.address.external for d in await store.outbox.take_mass("wechat", MASS, at(9))] == ["oc"]
    left = {r.external: r.reason for r in await rows(store, outbox) if r.state == State.WITHHELD}
    assert left == {"oa": FULL, "ob": STOPPED}


async def test_what_was_refused_for_today_waits(store: Store) -> None:
    await subscriber(store, "a", "wechat:oa")
    await queued(store, await campaign(store), REACH)
    told = await store.outbox.take_mass("wechat", MASS, NOW)
    later = [deliveries.settle(d, Later(timedelta(hours=1), "errcode 45028"), NOW, RESEND) for d in told]
    await store.outbox.turn(later, (), 0, NOW)
    assert not await store.outbox.take_mass("wechat", MASS, at(3599))
    assert len(await store.outbox.take_mass("wechat", MASS, at(3600))) == 1
