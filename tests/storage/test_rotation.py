"""Under a new key everything opens as before, an interruption does no harm, and no sealed column is left out."""

import secrets

from sqlalchemy import LargeBinary

from handlers.messages import Address
from storage.rotation import PLACES, Turned, rotate
from storage.schema import metadata, users
from storage.store import Spans, Store, open_store
from tests.conftest import KEY
from tests.storage.given import NOW, adviser, answered, arrive, at, inbound, rows

NEW = bytes(reversed(range(32)))
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def test_everything_opens_under_the_new_key_and_nothing_under_the_old(store: Store, url: str) -> None:
    await answered(store, inbound("问的话", who="1"), reply="答的话")
    number = await adviser(store)
    await store.accounts.enrol(number, SECRET, 7, NOW)
    first = await rotate(url, KEY, NEW)
    assert (first.fresh >= 4, first.done, first.lost) == (True, 0, 0)
    assert await rotate(url, KEY, NEW) == Turned(done=first.fresh), "begun again, it finds all done"

    turned = open_store(url, NEW, Spans())
    try:
        said = await turned.views.transcript(Address("telegram", "1"))
        assert [one.text for one in said] == ["问的话", "答的话"]
        assert await turned.accounts.second(number) == SECRET
        again = await arrive(turned, inbound("再问", who="1"), now=at(5))
        assert (await turned.records.gather(again, at(5)))[0].known
    finally:
        await turned.close()
    lost = await rotate(url, secrets.token_bytes(32), KEY)
    assert (lost.fresh, lost.done, lost.lost > first.fresh) == (0, 0, True), "what no key opens stays as it is"
    assert (await rows(store, users))[0].second


PUBLIC = {("pictures", "content")}  # of pushes, shown to everybody


def test_every_sealed_column_has_its_place() -> None:
    kept = {(t.name, c.name) for t in metadata.sorted_tables for c in t.c if isinstance(c.type, LargeBinary)}
    assert {(table.name, place.column) for table, place in PLACES.items()} == kept - PUBLIC
