"""A value that was written is read back the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.desk.tickets import Author, Entry, Level, State, Ticket
from handlers.messages import Option, Reply
from handlers.residents import Resident, Village
from handlers.talk.dialogue import Dialogue, Stage
from storage.moments import milliseconds, moment, stamp
from storage.schema import entries, residents, tickets
from storage.values import packed, row, unpacked, value
from tests.storage.given import NOW, at

TEXTS = some.text(some.characters(exclude_categories=["Cs"]))
OPTIONS = some.builds(Option, TEXTS, TEXTS)
DIALOGUES = some.builds(
    Dialogue,
    stage=some.sampled_from(Stage),
    question=TEXTS,
    topic=some.none() | TEXTS,
    options=some.lists(OPTIONS, max_size=3).map(tuple),
    ticket=some.none() | TEXTS,
    reason=TEXTS,
    recent=some.lists(some.integers(0, 2**40), max_size=9).map(tuple),
    noticed=some.booleans(),
)
TICKET = Ticket("TL-1", "r", Level.P0, "violence", "urgent", NOW, State.ANSWERED, 7, "topic", 3, at(1), at(2), None)


class Row:
    """Something with the columns of a database row."""

    def __init__(self, columns: dict[str, object]) -> None:
        self.__dict__.update(columns)
        self._fields = tuple(columns)


@given(DIALOGUES)
def test_a_dialogue_survives_packing(dialogue: Dialogue) -> None:
    assert unpacked(Dialogue, packed(dialogue)) == dialogue


@given(some.builds(Reply, TEXTS, some.lists(OPTIONS, max_size=3).map(tuple)))
def test_a_reply_survives_packing(reply: Reply) -> None:
    assert unpacked(Reply, packed(reply)) == reply


def test_a_dialogue_of_an_earlier_release_is_still_read() -> None:
    assert unpacked(Dialogue, '{"stage": "free", "question": "问"}') == Dialogue(question="问")


@pytest.mark.parametrize(
    ("table", "held"),
    [(tickets, TICKET), (residents, Resident("r", NOW, None, 1, 0)), (entries, Entry("TL-1", Author.ADVISER, "", NOW))],
)
def test_a_row_becomes_the_value_it_was_made_of(table: object, held: Ticket | Resident | Entry) -> None:
    columns = row(table, held)  # type: ignore[arg-type]
    assert all(not isinstance(cell, datetime) for cell in columns.values())
    given_apart = {"text": ""} if isinstance(held, Entry) else {}
    assert value(type(held), Row(columns), **given_apart) == held


def test_columns_that_the_value_lacks_are_left_out() -> None:
    found = value(Village, Row({"id": 1, "name": "古城村", "town": "安居镇", "extra": "x"}))
    assert found == Village(1, "古城村", "安居镇")


@given(some.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC)))  # noqa: DTZ001 — the zone is given beside it
def test_a_time_is_kept_to_the_millisecond(given_time: datetime) -> None:
    kept = moment(stamp(given_time))
    assert timedelta(0) <= given_time - kept < timedelta(milliseconds=1)
    assert stamp(kept) == stamp(given_time)


def test_a_span_is_counted_in_milliseconds() -> None:
    assert milliseconds(timedelta(minutes=1, microseconds=1500)) == 60_001
