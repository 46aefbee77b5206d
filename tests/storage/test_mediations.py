"""A mediation is kept whole and sealed, seen only where it belongs, and changed by one at a time."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.mediations import mediation
from handlers.mediations.agreements import Party
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from handlers.messages import Address, Reply
from handlers.staff import Scope
from storage.schema import addresses, mediation_parties, mediations, outbox
from storage.store import Store
from tests.handlers.mediations.test_agreements import SIGNED, WHOLE
from tests.handlers.mediations.test_mediation import DAY
from tests.storage.given import NOW, adviser, claim, resident, rows

EVERYWHERE = Scope(everywhere=True)
NUMBER = "TJ261124-ABCDEF"


def asked(number: str = NUMBER, village: int | None = None, applicant: str | None = None) -> Case:
    """Two who quarrel; the second is not asked yet."""
    zhang = Party("z", "张三", "平滩镇一社", "13800001111", agrees=True, resident=applicant)
    li = Party("l", "李四", "平滩镇二社", "13900002222")
    return mediation.take_in(number, "地界", (zhang, li), DAY, village=village, told="吵了半年")


async def binding(store: Store, number: str = NUMBER) -> Case:
    """Two who have agreed, written down at each step."""
    first = await adviser(store, f"a{number}")
    case = mediation.start(mediation.accept(mediation.agree(asked(number), "l")), first)
    signed = mediation.sign(mediation.draft(case, WHOLE), DAY, SIGNED)
    assert await store.mediations.write(signed, (), NOW)
    return replace(signed, revision=1)


async def test_all_of_it_comes_back_and_no_name_lies_open(store: Store) -> None:
    case = await binding(store)
    assert await store.mediations.find(EVERYWHERE, NUMBER) == case
    [row] = await rows(store, mediations)
    assert (row.state, row.mediator, row.revision) == ("in_force", case.mediator, 1)
    told = repr(row)
    assert not [word for word in ("张三", "李四", "13800001111", "围墙") if word in told]
    assert "张三".encode() not in row.body


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(everywhere=True), {"here", "there", "nowhere"}),
        (Scope(user=9, is_expert=True), {"here", "there", "nowhere"}),
        (Scope(nothing=True), set[str]()),
        (Scope(), {"nowhere"}),
    ],
)
async def test_a_mediation_is_seen_within_its_scope_only(store: Store, scope: Scope, seen: set[str]) -> None:
    places = await store.people.add_villages((("安居镇", ("一村", "二村")),))
    for number, village in (("here", places["安居镇一村"]), ("there", places["安居镇二村"]), ("nowhere", None)):
        assert await store.mediations.write(asked(number, village), (), NOW)
    assert {case.number for case in await store.mediations.listed(scope)} == seen
    found = {number for number in ("here", "there", "nowhere") if await store.mediations.find(scope, number)}
    assert found == seen
    own = Scope(villages=frozenset({places["安居镇一村"]}))
    assert {case.number for case in await store.mediations.listed(own)} == {"here", "nowhere"}
    assert await store.mediations.find(own, "there") is None


async def test_of_two_who_change_it_at_once_one_is_told_so(store: Store) -> None:
    assert await store.mediations.write(asked(), (), NOW)
    read = await store.mediations.find(EVERYWHERE, NUMBER)
    assert read is not None
    assert await store.mediations.write(mediation.agree(read, "l"), (), NOW)
    assert not await store.mediations.write(mediation.decline(read, "l"), (), NOW)
    [row] = await rows(store, mediations)
    assert (row.state, row.revision) == ("intake", 2)


async def test_a_number_that_is_taken_opens_nothing(store: Store) -> None:
    assert await store.mediations.write(asked(), (), NOW)
    assert not await store.mediations.write(replace(asked(), told="另一件"), (("nobody", Reply("好")),), NOW)
    assert len(await rows(store, mediations)) == 1
    assert await rows(store, outbox) == []


async def test_those_that_ended_are_listed_apart_and_only_those_in_force_have_a_clock(store: Store) -> None:
    case = await binding(store, "a")
    assert await store.mediations.write(asked("b"), (), NOW)
    assert await store.mediations.write(mediation.decline(asked("c"), "l"), (), NOW)
    assert await store.mediations.binding() == [case]
    assert {one.number for one in await store.mediations.listed(EVERYWHERE)} == {"a", "b"}
    assert [one.number for one in await store.mediations.listed(EVERYWHERE, ended=True)] == ["c"]
    assert State.DECLINED not in {one.state for one in await store.mediations.listed(EVERYWHERE)}


async def test_who_had_everything_erased_is_not_linked_anew(store: Store) -> None:
    gone = await resident(store)

    async def erase(connection: AsyncConnection) -> None:
        await connection.execute(addresses.delete())

    await store.writer.write(erase)
    assert await store.mediations.write(asked(applicant=gone.id), (), NOW)
    assert await rows(store, mediation_parties) == []


async def test_a_party_who_is_known_here_is_told_once(store: Store) -> None:
    first = await resident(store)
    case = asked(applicant=first.id)
    assert await store.mediations.write(case, ((first.id, Reply("已登记")), ("stranger", Reply("没有地址"))), NOW)
    assert [(row.party, row.resident) for row in await rows(store, mediation_parties)] == [("z", first.id)]
    [sent] = await claim(store)
    assert (sent.address, sent.reply.text) == (Address("telegram", "1"), "已登记")
