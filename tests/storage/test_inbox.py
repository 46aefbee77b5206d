"""Every message is kept once, handed out in its resident's order, and never forgotten before it was handled."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.messages import Kind, Reply
from storage.schema import inbox
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import LEASE, NOW, answered, arrive, at, inbound, rows


class TestKeeping:
    async def test_put_twice_is_once(self, store: Store) -> None:
        message = inbound("欠薪")
        await store.inbox.put([message, message], NOW)
        await store.inbox.put([message, replace(message, text="别的话")], at(1))
        assert [a.inbound for a in await store.inbox.claim(10, at(2), LEASE)] == [message]
        assert len(await rows(store, inbox)) == 1

    async def test_putting_nothing_is_allowed(self, store: Store) -> None:
        await store.inbox.put([], NOW)
        assert await rows(store, inbox) == []

    async def test_the_same_number_on_two_channels_is_two_messages(self, store: Store) -> None:
        await store.inbox.put([inbound(external="7"), inbound(external="7", channel="web")], NOW)
        assert len(await rows(store, inbox)) == 2

    @pytest.mark.parametrize("words", ["", "😀‍👩", "a\x00b", "零\u200b宽", "第一行\r\n第二行", "长" * 5000])
    async def test_words_come_back_as_they_were(self, store: Store, words: str) -> None:
        kept = replace(inbound(words), kind=Kind.EDITED, told=True)
        assert [a.inbound for a in await arrive(store, kept)] == [kept]

    async def test_half_a_character_is_kept_as_a_mark_of_replacement(self, store: Store) -> None:
        assert [a.inbound.text for a in await arrive(store, inbound("a\ud83d b"))] == ["a\ufffd b"]


class TestClaiming:
    async def test_one_message_an_address_in_the_order_they_came(self, store: Store) -> None:
        texts = [("1", "一"), ("2", "甲"), ("1", "二"), ("2", "乙"), ("1", "三")]
        await store.inbox.put([inbound(text, who=who) for who, text in texts], NOW)
        heard: list[list[str]] = []
        while arrived := await store.inbox.claim(10, NOW, LEASE):
            heard.append([a.inbound.text for a in arrived])
            situations = await store.records.gather(arrived, NOW)
            for situation in situations:
                await store.records.bury(situation.arrived, Reply("抱歉"), "test", NOW)
        assert heard == [["一", "甲"], ["二", "乙"], ["三"]]

    async def test_the_same_id_on_two_channels_is_two_addresses(self, store: Store) -> None:
        assert len(await arrive(store, inbound(), inbound(channel="web"))) == 2

    async def test_the_oldest_go_first_and_no_more_than_asked_for(self, store: Store) -> None:
        await store.inbox.put([inbound(str(n), who=str(n)) for n in range(9)], NOW)
        assert [a.inbound.text for a in await store.inbox.claim(4, NOW, LEASE)] == ["0", "1", "2", "3"]

    async def test_what_is_claimed_is_not_given_to_another(self, opened: Open) -> None:
        one, other = opened(), opened()
        await arrive(one, inbound())
        assert await other.inbox.claim(10, at(29), LEASE) == []

    async def test_what_is_claimed_is_given_again_when_its_lease_ended(self, opened: Open) -> None:
        one, other = opened(), opened()
        first = (await arrive(one, inbound("问")))[0]
        again = await other.inbox.claim(10, at(30), LEASE)
        assert [(a.id, a.tries) for a in again] == [(first.id, 2)]

    async def test_two_processes_share_the_messages(self, opened: Open) -> None:
        stores = [opened(), opened()]
        await stores[0].inbox.put([inbound(who=str(n)) for n in range(200)], NOW)
        taken: list[int] = []

        async def take(store: Store) -> None:
            while arrived := await store.inbox.claim(7, NOW, LEASE):
                taken.extend(a.id for a in arrived)

        await asyncio.gather(*(take(s) for s in stores for _ in range(4)))
        assert len(taken) == len(set(taken)) == 200


class TestFailing:
    async def test_given_back_it_waits_a_second_for_every_try(self, store: Store) -> None:
        first = (await arrive(store, inbound()))[0]
        await store.inbox.give_back(first, "KeyError", NOW)
        assert await store.inbox.claim(10, at(0.9), LEASE) == []
        second = (await store.inbox.claim(10, at(1), LEASE))[0]
        await store.inbox.give_back(second, "KeyError", at(1))
        assert await store.inbox.claim(10, at(2.9), LEASE) == []
        assert (await store.inbox.claim(10, at(3), LEASE))[0].tries == 3

    async def test_what_its_resident_says_next_waits_for_it(self, store: Store) -> None:
        first = (await arrive(store, inbound("一")))[0]
        await store.inbox.give_back(first, "KeyError", NOW)
        assert await arrive(store, inbound("二"), now=at(0.5)) == []

    async def test_what_is_done_is_not_given_back(self, store: Store) -> None:
        situation = (await answered(store, inbound()))[0]
        await store.inbox.give_back(situation.arrived, "late", at(1))
        assert await store.inbox.claim(10, at(60), LEASE) == []


class TestForgetting:
    async def test_the_words_of_what_was_handled_are_emptied(self, store: Store) -> None:
        await answered(store, inbound("旧的", who="1"), now=at(-100))
        await answered(store, inbound("新的", who="2"), now=NOW)
        await arrive(store, inbound("没办完的", who="3"), now=at(-100))
        assert await store.inbox.forget(at(-50)) == 1
        assert [bool(r.words) for r in await rows(store, inbox)] == [False, True, True]
        assert await store.inbox.forget(at(-50)) == 0

    async def test_what_waits_keeps_its_words_however_old(self, store: Store) -> None:
        await store.inbox.put([inbound("问")], NOW)
        await store.inbox.forget(NOW + timedelta(days=1000))
        assert [a.inbound.text for a in await store.inbox.claim(10, NOW, LEASE)] == ["问"]
