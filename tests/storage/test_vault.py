"""Words can be read with the key and at their place, and in no other way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.desk.tickets import Author, Entry
from handlers.talk.dialogue import Dialogue, Stage
from storage.schema import metadata
from storage.store import Spans, Store, open_store
from storage.vault import Sealed, Vault
from tests.conftest import KEY
from tests.storage.given import NOW, arrive, inbound, moved, outcome, rows, ticket

SECRET = "村东头王老五欠我八万块"  # what nobody may find

vault = Vault(KEY)


@given(some.text(some.characters(exclude_categories=["Cs"])), some.text(some.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_at_its_place(words: str, place: str) -> None:
    assert vault.open(vault.seal(words, place), place) == words


@given(some.text(min_size=1))
def test_any_text_at_all_can_be_sealed(words: str) -> None:
    assert vault.open(vault.seal(words, "p"), "p")


@pytest.mark.parametrize(
    ("words", "kept"), [("a\ud83d b", "a\ufffd b"), ("\ud83d\ude00", "😀"), ("\udc00", "\ufffd")], ids=ascii
)
def test_half_a_character_becomes_a_mark_of_replacement(words: str, kept: str) -> None:
    assert vault.open(vault.seal(words, "p"), "p") == kept


def test_the_same_words_never_look_the_same() -> None:
    assert len({vault.seal(SECRET, "p") for _ in range(100)}) == 100


PLACE = "entry:TL-1"
OTHER_WAYS: dict[str, Callable[[bytes], str]] = {
    "another place": lambda sealed: vault.open(sealed, "entry:TL-2"),
    "another key": lambda sealed: Vault(bytes(32)).open(sealed, PLACE),
    "cut": lambda sealed: vault.open(sealed[:-1], PLACE),
    "changed": lambda sealed: vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE),
    "another nonce": lambda sealed: vault.open(bytes([sealed[0] ^ 1]) + sealed[1:], PLACE),
    "no nonce": lambda sealed: vault.open(sealed[:7], PLACE),
    "nothing": lambda _: vault.open(b"", PLACE),
}


@pytest.mark.parametrize("way", OTHER_WAYS.values(), ids=OTHER_WAYS)
def test_it_opens_in_no_other_way(way: Callable[[bytes], str]) -> None:
    with pytest.raises(Sealed) as told:
        way(vault.seal(SECRET, PLACE))
    assert SECRET not in str(told.value)


async def everywhere(store: Store) -> None:
    """Let the secret go wherever words of a resident go."""
    first = (await store.records.gather(await arrive(store, inbound(SECRET)), NOW))[0]
    opened = ticket(first.resident)
    words = Entry(opened.receipt, Author.RESIDENT, SECRET, NOW)
    held = Dialogue(stage=Stage.CONSENTING, question=SECRET)
    await store.records.record(
        [(first, outcome(first, f"您说：{SECRET}", dialogue=held, opened=(opened,), entries=(words,)))], NOW
    )
    assert await moved(store, opened, f"关于{SECRET}")
    broken = (await arrive(store, inbound(SECRET, who="2")))[0]
    await store.inbox.give_back(broken, "KeyError", NOW)


async def test_nothing_a_resident_wrote_is_in_the_bytes_of_the_database_file(sqlite: str) -> None:
    store = open_store(sqlite, KEY, Spans())
    await everywhere(store)
    folder = Path(sqlite.removeprefix("sqlite+aiosqlite:///")).parent
    while_open = b"".join(p.read_bytes() for p in folder.iterdir())
    await store.close()
    afterwards = b"".join(p.read_bytes() for p in folder.iterdir())
    assert b"telegram" in while_open
    for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        for piece in (SECRET, SECRET[:4], SECRET[-4:]):
            assert piece.encode(code) not in while_open + afterwards


async def test_nothing_a_resident_wrote_is_in_any_column_of_any_table(store: Store) -> None:
    await everywhere(store)
    seen = 0
    for table in metadata.sorted_tables:
        for row in await rows(store, table):
            for value in row:
                held = value if isinstance(value, bytes) else str(value).encode()
                assert SECRET.encode() not in held
                seen += 1
    assert seen > 50
