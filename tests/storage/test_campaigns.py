"""A run reaches everybody who asked for it and may be told, once, and nobody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import deliveries
from handlers.deliveries import Closed, Delivery, Lane, Sent, Uncertain
from handlers.education import subscriptions
from handlers.education.campaigns import Audience, Limits, Plan, Run, RunState, State
from handlers.education.subscriptions import Frequency
from handlers.messages import Address
from storage import campaigns as module
from storage.schema import interests, outbox, residents, runs
from storage.schema import subscriptions as asked
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import CHANNELS, NOW, at, claim, rows, waiting
from tests.storage.pushing import PLAN, REACH, REPLY, campaign, externals, fired, publisher, queued, subscriber, wish

RESEND = timedelta(seconds=60)
DAY = 86_400


async def told(store: Store, plan: Plan = PLAN, seconds: float = 0) -> list[str]:
    """To whom a new campaign goes."""
    now = at(seconds)
    author = await publisher(store, f"p{seconds}")
    run = await queued(store, await campaign(store, plan, now, author), now=now)
    return externals([r for r in await rows(store, outbox) if r.run == run.id])


async def settle(store: Store, taken: Sequence[Delivery], receipt: deliveries.Receipt) -> None:
    """Write down what the channel said."""
    await store.outbox.turn([deliveries.settle(d, receipt, NOW, RESEND) for d in taken], CHANNELS, 0, NOW)


class TestAudience:
    async def test_who_did_not_ask_or_stopped_or_rests_is_not_told(self, store: Store) -> None:
        await subscriber(store, "a")
        await subscriber(store, "b", ended_at=NOW)
        await subscriber(store, "c", paused_until_at=at(10))
        await subscriber(store, "d", paused_until_at=at(-10))
        assert await told(store) == ["telegram:a", "telegram:d"]

    async def test_one_who_has_two_addresses_is_told_at_the_one_used_last(self, store: Store) -> None:
        await subscriber(store, "a", "web:w", "telegram:1")
        assert await told(store) == ["web:w"]

    async def test_a_channel_abroad_needs_its_own_consent(self, store: Store) -> None:
        await subscriber(store, "a", "telegram:1", "web:w", consent=0)
        await subscriber(store, "b", "telegram:2", consent=0)
        assert await told(store) == ["web:w"]

    async def test_a_field_goes_to_those_who_chose_it_and_to_those_who_chose_none(self, store: Store) -> None:
        await subscriber(store, "a", fields=frozenset({"劳动", "继承"}))
        await subscriber(store, "b", fields=frozenset({"继承"}))
        await subscriber(store, "c")
        assert await told(store, replace(PLAN, field="劳动")) == ["telegram:a", "telegram:c"]

    async def test_towns_villages_channels_and_when_they_were_seen(self, store: Store) -> None:
        places = await store.people.add_villages([("安居镇", ["一村", "二村"]), ("旧县街道", ["三村"])])
        await subscriber(store, "a", village=places["安居镇一村"])
        await subscriber(store, "b", village=places["旧县街道三村"], seen=at(-40 * DAY))
        await subscriber(store, "c", "web:c", village=places["安居镇二村"])
        await subscriber(store, "d")
        reach = {
            "town": Audience(towns=("安居镇",)),
            "village": Audience(towns=("安居镇",), villages=(places["旧县街道三村"],)),
            "channel": Audience(channels=("web",)),
            "seen": Audience(seen_within_days=30),
        }
        found = {
            name: await store.campaigns.estimate(
                replace(PLAN, audience=audience), replace(REACH, channels=audience.channels or REACH.channels), NOW
            )
            for name, audience in reach.items()
        }
        assert found == {"town": 2, "village": 3, "channel": 1, "seen": 3}

    async def test_nobody_is_told_more_often_in_a_week_than_the_cap(self, store: Store) -> None:
        await subscriber(store, "a")
        assert [await told(store, seconds=n) for n in (1, 2, 3)] == [["telegram:a"], ["telegram:a"], []]
        assert await told(store, seconds=7 * DAY + 2) == ["telegram:a"]

    @pytest.mark.parametrize(("frequency", "days"), [(Frequency.WEEKLY, 7), (Frequency.MONTHLY, 30)])
    async def test_who_wants_it_rarely_is_told_rarely(self, store: Store, frequency: Frequency, days: int) -> None:
        await subscriber(store, "a", frequency=frequency)
        assert await told(store, seconds=1) == ["telegram:a"]
        assert await told(store, seconds=days * DAY - 1) == []
        assert await told(store, seconds=days * DAY + 2) == ["telegram:a"]

    async def test_what_was_called_off_does_not_count(self, store: Store) -> None:
        person = await subscriber(store, "a", frequency=Frequency.MONTHLY)
        await told(store, seconds=1)
        await wish(store, subscriptions.stop(person, at(2)), at(2))
        await wish(store, subscriptions.start("a", person, at(3)), at(3))
        assert await told(store, seconds=4) == ["telegram:a"]


class TestRun:
    async def test_the_words_are_kept_once_and_read_by_every_delivery(self, store: Store) -> None:
        for who in "ab":
            await subscriber(store, who)
        await queued(store, await campaign(store))
        assert {r.words for r in await rows(store, outbox)} == {b""}
        assert [(d.reply, d.lane) for d in await claim(store)] == [(REPLY, Lane.PUSH)] * 2

    async def test_only_one_of_two_workers_fires_it(self, store: Store) -> None:
        one = await campaign(store)
        after = replace(one, state=State.RUNNING, next_at=None)
        run = Run(0, one.id, NOW, RunState.QUEUEING, started_at=NOW)
        again = await asyncio.gather(*(store.campaigns.fire(one, after, run, REPLY) for _ in range(3)))
        assert sorted(again) == [False, False, True]
        assert len(await rows(store, runs)) == 1

    async def test_written_slice_by_slice_by_two_workers_nobody_is_left_out_or_told_twice(
        self, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "SLICE", 7)
        stores = [opened(), opened()]
        for number in range(50):
            await subscriber(stores[0], f"{number:03}")
        one, _ = await fired(stores[0], await campaign(stores[0]))

        async def work(store: Store) -> None:
            while found := [run for _, run in await store.campaigns.under_way() if run.state is RunState.QUEUEING]:
                await store.campaigns.queue(found[0], one.plan, REACH, NOW)

        await asyncio.gather(*map(work, stores))
        assert externals(await rows(stores[0], outbox)) == [f"telegram:{number:03}" for number in range(50)]

    async def test_a_run_that_is_over_is_written_down_with_its_campaign(self, store: Store) -> None:
        await subscriber(store, "a")
        run = await queued(store, await campaign(store))
        assert not await store.campaigns.is_sent(run)
        await settle(store, await claim(store), Sent("1"))
        assert await store.campaigns.is_sent(run)
        before = (await store.campaigns.under_way())[0][0]
        over = replace(run, state=RunState.DONE, finished_at=at(9))
        await store.campaigns.finish(over, before, replace(before, state=State.DONE))
        assert await store.campaigns.under_way() == []
        assert await store.campaigns.runs(before.id) == [over]
        assert (await store.campaigns.every())[0].state is State.DONE

    async def test_the_tally_tells_states_and_reasons(self, store: Store) -> None:
        for who in "abcd":
            await subscriber(store, who)
        run = await queued(store, await campaign(store))
        first, second, third, _ = await claim(store)
        await settle(store, [first], Sent("1"))
        await settle(store, [second], Uncertain("timeout"))
        await settle(store, [third], Closed("Forbidden"))
        tally = await store.campaigns.tally(run.id)
        assert tally.states == {"sent": 1, "uncertain": 1, "closed": 1, "sending": 1}
        assert tally.reasons == {"timeout": 1, "Forbidden": 1}
        assert (tally.waiting, tally.total) == (1, 4)


class TestStopping:
    async def test_who_stops_in_the_middle_of_a_run_is_not_told(self, store: Store) -> None:
        person = await subscriber(store, "a")
        await queued(store, await campaign(store))
        await wish(store, subscriptions.stop(person, NOW))
        assert await claim(store) == []
        assert [(r.state, r.due_at) for r in await rows(store, outbox)] == [("withheld", None)]

    async def test_even_if_the_delivery_was_written_after_the_word_to_stop(self, store: Store) -> None:
        """In PostgreSQL two transactions may pass each other; the claim is what counts."""
        await subscriber(store, "a")
        await subscriber(store, "b")
        await queued(store, await campaign(store))
        async with store.engines.write.begin() as connection:
            await connection.execute(asked.update().where(asked.c.resident == "a").values(ended_at=1))
        assert [d.address.external for d in await claim(store)] == ["b"]
        assert [r.state for r in await rows(store, outbox)] == ["withheld", "sending"]

    async def test_a_resident_who_blocks_us_has_unsubscribed(self, store: Store) -> None:
        await subscriber(store, "a")
        await queued(store, await campaign(store))
        await settle(store, await claim(store), Closed("Forbidden"))
        assert [r.ended_at is not None for r in await rows(store, asked)] == [True]

    async def test_one_in_doubt_is_never_sent_again(self, store: Store) -> None:
        await subscriber(store, "a")
        await queued(store, await campaign(store))
        await claim(store)
        await store.outbox.expire(at(45))
        assert await claim(store, at(DAY)) == []

    async def test_nothing_is_pushed_in_quiet_hours_but_the_rest_goes_on(self, store: Store) -> None:
        await subscriber(store, "a")
        await queued(store, await campaign(store))
        await waiting(store, "答", who="b")
        taken = await store.outbox.turn((), CHANNELS, 9, NOW, lowest=Lane.TICKET)
        assert [d.address.external for d in taken] == ["b"]

    async def test_paused_it_holds_and_resumed_it_goes_on(self, store: Store) -> None:
        for who in "ab":
            await subscriber(store, who)
        run = await queued(store, await campaign(store))
        running = (await store.campaigns.under_way())[0][0]
        await settle(store, await claim(store, limit=1), Sent("1"))
        paused = replace(running, state=State.PAUSED)
        assert await store.campaigns.write(running, paused)
        assert await claim(store) == []
        assert not await store.campaigns.is_sent(run)
        assert await store.campaigns.write(paused, running)
        assert [d.address.external for d in await claim(store)] == ["b"]

    async def test_cancelled_what_waits_is_never_sent(self, store: Store) -> None:
        for who in "ab":
            await subscriber(store, who)
        run = await queued(store, await campaign(store))
        running = (await store.campaigns.under_way())[0][0]
        await claim(store, limit=1)
        assert await store.campaigns.write(running, replace(running, state=State.CANCELLED))
        assert [r.state for r in await rows(store, outbox)] == ["sending", "withheld"]
        assert await store.campaigns.under_way() == []
        assert (await store.campaigns.runs(running.id))[0].state is RunState.CANCELLED
        assert (await store.campaigns.tally(run.id)).reasons == {"called off by the bureau": 1}

    async def test_while_it_is_paused_no_more_is_written(self, store: Store) -> None:
        await subscriber(store, "a")
        running, run = await fired(store, await campaign(store))
        await store.campaigns.write(running, replace(running, state=State.PAUSED))
        assert await store.campaigns.queue(run, PLAN, REACH, NOW) == run
        assert await rows(store, outbox) == []

    async def test_out_of_date_it_is_not_sent(self, store: Store) -> None:
        await subscriber(store, "a")
        run = await queued(store, await campaign(store))
        await store.campaigns.expire(run)
        assert await claim(store) == []

    async def test_of_two_acts_at_once_only_the_first_counts(self, store: Store) -> None:
        one = await campaign(store)
        assert await store.campaigns.write(one, replace(one, state=State.PAUSED, next_at=None))
        assert not await store.campaigns.write(one, replace(one, state=State.CANCELLED, next_at=None))


class TestReading:
    async def test_a_page_shows_a_push_once_it_was_sent(self, store: Store) -> None:
        await subscriber(store, "a", "web:w")
        await queued(store, await campaign(store))
        assert await store.views.transcript(Address("web", "w")) == ()
        await settle(store, await claim(store), Sent("1"))
        shown = await store.views.transcript(Address("web", "w"))
        assert [(s.text, s.options) for s in shown] == [(REPLY.text, REPLY.options)]

    async def test_a_test_goes_to_one_address_and_marks_the_campaign(self, store: Store) -> None:
        one = await store.campaigns.add(replace(await campaign(store), state=State.DRAFT, next_at=None))
        tested = replace(one, state=State.TESTED)
        assert await store.campaigns.try_out(one, tested, REPLY, Address("web", "me"), NOW)
        assert [(d.address.external, d.reply) for d in await claim(store)] == [("me", REPLY)]
        assert await store.campaigns.find(one.id) == tested
        assert await store.campaigns.find(one.id + 1) is None

    async def test_what_was_asked_for_is_read_back_whole(self, store: Store) -> None:
        person = await subscriber(store, "a", fields=frozenset({"劳动"}), frequency=Frequency.WEEKLY)
        assert await store.records.subscriptions(["a", "b"]) == {"a": person}
        assert Limits().weekly == REACH.weekly

    async def test_who_asks_what_is_held_reads_their_subscription_and_the_pushes(self, store: Store) -> None:
        await subscriber(store, "a", "web:w", fields=frozenset({"劳动"}))
        await queued(store, await campaign(store))
        held = await store.privacy.held(Address("web", "w"))
        assert held
        assert [told["内容"] for told in held["收到的回复"]] == [REPLY.text]
        assert held["普法订阅"] == {
            "开始": NOW.isoformat(), "领域": ["劳动"], "频率": "有就发", "自己说的身份": None, "已退订": False
        }  # fmt: skip

    async def test_who_is_erased_is_told_nothing_more(self, store: Store) -> None:
        await subscriber(store, "a", fields=frozenset({"劳动"}))
        await queued(store, await campaign(store))
        async with store.engines.write.begin() as connection:
            await connection.execute(residents.update().values(erase_at=1))
        assert await store.privacy.erase(NOW) == 1
        assert (await rows(store, asked), await rows(store, interests), await claim(store)) == ([], [], [])
