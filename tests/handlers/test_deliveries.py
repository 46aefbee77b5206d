"""What the channel said decides what becomes of a delivery; a long reply is cut where nobody minds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as some

from handlers import deliveries
from handlers.deliveries import (
    LIMITS,
    RESEND_MARK,
    Closed,
    Delivery,
    Lane,
    Later,
    Limit,
    Receipt,
    Refused,
    Sent,
    State,
    Uncertain,
    parts,
    settle,
    split,
    utf8_bytes,
    utf16_units,
    wording,
)
from handlers.messages import Address, Calendar, Link, Option, Reply

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
TALK = Delivery(7, Address("telegram", "1"), Lane.TALK, Reply("答"), State.SENDING, 1, NOW, due_at=NOW + MINUTE)
TICKET, PUSH = replace(TALK, lane=Lane.TICKET), replace(TALK, lane=Lane.PUSH)
RESENT = replace(TALK, resent=True, tries=2)


def after(seconds: float) -> datetime:
    """So long after NOW."""
    return NOW + timedelta(seconds=seconds)


class TestSettling:
    @pytest.mark.parametrize(
        ("delivery", "receipt", "state", "due_at"),
        [
            (TALK, Sent("5"), State.SENT, None),
            (TALK, Later(timedelta(seconds=9)), State.READY, after(9)),
            (TALK, Later(), State.READY, after(1)),
            (replace(TALK, tries=3), Later(), State.READY, after(4)),
            (TALK, Refused(), State.DEAD, None),
            (TALK, Closed(), State.CLOSED, None),
            (TALK, Uncertain(), State.UNCERTAIN, after(60)),
            (TICKET, Uncertain(), State.UNCERTAIN, after(60)),
            (PUSH, Uncertain(), State.UNCERTAIN, None),
            (RESENT, Uncertain(), State.UNCERTAIN, None),
            (RESENT, Later(timedelta(seconds=9)), State.UNCERTAIN, after(9)),
            (RESENT, Sent("5"), State.SENT, None),
            (RESENT, Refused(), State.DEAD, None),
        ],
    )
    def test_by_receipt_and_lane(
        self, delivery: Delivery, receipt: Receipt, state: State, due_at: datetime | None
    ) -> None:
        settled = settle(delivery, receipt, NOW, MINUTE)
        assert (settled.state, settled.due_at) == (state, due_at)

    @pytest.mark.parametrize("receipt", [Later(reason="r"), Refused("r"), Closed("r"), Uncertain("r")])
    def test_the_reason_is_kept(self, receipt: Receipt) -> None:
        assert settle(TALK, receipt, NOW, MINUTE).reason == "r"

    def test_the_channels_own_number_is_kept_and_old_reasons_are_not(self) -> None:
        settled = settle(replace(TALK, reason="500"), Sent("5"), NOW, MINUTE)
        assert (settled.reference, settled.reason) == ("5", "")

    @pytest.mark.parametrize(("age", "state"), [(86_400, State.READY), (86_401, State.DEAD)])
    def test_after_a_day_it_is_tried_no_more(self, age: float, state: State) -> None:
        assert settle(TALK, Later(), after(age), MINUTE).state is state

    @given(some.sampled_from([TALK, TICKET, PUSH, RESENT]), some.integers(0, 10**5))
    def test_what_is_ready_has_a_time_to_come_and_what_is_over_has_none(self, delivery: Delivery, age: int) -> None:
        for receipt in (Sent(), Later(), Closed(), Refused(), Uncertain()):
            settled = settle(delivery, receipt, after(age), MINUTE)
            if settled.state is State.READY:
                assert settled.due_at
            if settled.state not in (State.READY, State.UNCERTAIN):
                assert settled.due_at is None
            assert settled.due_at is None or settled.due_at > after(age)


def test_the_pauses_double_up_to_a_minute() -> None:
    found = [deliveries.backoff(tries).total_seconds() for tries in range(10)]
    assert found == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert deliveries.backoff(10**6).total_seconds() == 60


def test_only_a_repetition_is_marked() -> None:
    assert (wording(TALK), wording(RESENT)) == ("答", "（这条可能重复）\n答")


@pytest.mark.parametrize(
    ("text", "units", "octets"), [("", 0, 0), ("a", 1, 1), ("铜梁", 2, 6), ("😀", 2, 4), ("👨‍👩‍👧", 8, 18)]
)
def test_length_is_counted_as_the_channel_counts_it(text: str, units: int, octets: int) -> None:
    assert (utf16_units(text), utf8_bytes(text)) == (units, octets)


ALPHABET = ["a", "铜", "\n", "\r\n", "😀", "👨‍👩‍👧‍👦", "🇨🇳", "é", "ก็", "각", " "]
TEXTS = some.lists(some.sampled_from(ALPHABET), max_size=120).map("".join) | some.text(
    some.characters(exclude_categories=["Cs"]), max_size=120
)
LIMITED = some.builds(Limit, some.integers(25, 80), some.sampled_from([len, utf8_bytes, utf16_units]))


def ends(pieces: tuple[str, ...]) -> set[int]:
    """Where pieces end, counted from the start of the whole."""
    return {sum(map(len, pieces[:n])) for n in range(len(pieces) + 1)}


class TestSplitting:
    @given(TEXTS, LIMITED)
    def test_the_pieces_are_the_whole_and_none_is_too_long_or_empty(self, text: str, limit: Limit) -> None:
        pieces = split(text, limit)
        assert "".join(pieces) == text
        assert all(limit.measure(piece) <= limit.most for piece in pieces)
        assert all(pieces) or pieces == ("",)

    @given(TEXTS, LIMITED)
    def test_no_grapheme_is_cut(self, text: str, limit: Limit) -> None:
        graphemes = tuple(regex.findall(r"\X", text))
        if all(limit.measure(g) <= limit.most for g in graphemes):
            assert ends(split(text, limit)) <= ends(graphemes)

    def test_what_fits_stays_whole(self) -> None:
        assert split("一\n二", Limit(3, len)) == ("一\n二",)

    def test_it_is_cut_at_the_end_of_a_line_where_one_is_near(self) -> None:
        assert split("一二三四五六\n七八九十", Limit(10, len)) == ("一二三四五六\n", "七八九十")

    def test_a_line_that_ended_long_ago_is_not_near(self) -> None:
        assert split("一\n二三四五六七八九十", Limit(8, len)) == ("一\n二三四五六七", "八九十")

    def test_wide_characters_after_the_end_of_a_line_still_fit(self) -> None:
        family = "👨‍👩‍👧‍👦"  # 11 units of UTF-16
        pieces = split(f"aaaaaaaa\n{'😀' * 5}{family}", Limit(20, utf16_units))
        assert pieces == ("aaaaaaaa\n", "😀" * 5, family)

    def test_a_letter_that_no_message_can_hold_is_cut_after_all(self) -> None:
        letter = "e" + "\u0301" * 99
        pieces = split(f"甲{letter}乙", Limit(30, len))
        assert "".join(pieces) == f"甲{letter}乙"
        assert all(0 < len(piece) <= 30 for piece in pieces)

    def test_a_long_text_takes_no_minutes(self) -> None:
        assert len(split("字" * 200_000, LIMITS["telegram"])) == 50


class TestParts:
    def test_options_go_with_the_last(self) -> None:
        options = (Option("为什么", "why"),)
        found = parts(Reply("长" * 9000, options), "telegram")
        assert [len(reply.text) for reply in found] == [4000, 4000, 1000]
        assert [reply.options for reply in found] == [(), (), options]

    def test_a_marked_part_still_fits_into_telegrams_4096(self) -> None:
        longest = parts(Reply("😀" * 9000), "telegram")[0]
        assert utf16_units(RESEND_MARK + longest.text) <= 4096

    def test_the_page_takes_it_whole(self) -> None:
        assert len(parts(Reply("长" * 9000), "web")) == 1

    def test_a_file_goes_with_the_last_part(self) -> None:
        file = Calendar("日.ics", "")
        assert [part.attachment for part in parts(Reply("长" * 9000, (), file), "telegram")] == [None, None, file]


def test_where_there_are_no_buttons_the_options_are_numbered_lines_within_the_limit() -> None:
    options = tuple(Option(f"第{n}个选项" * 6, str(n)) for n in range(1, 8))
    pieces = deliveries.parts(Reply("长" * 600, options), "wechat")
    assert "".join(piece.text for piece in pieces).endswith("7. " + "第7个选项" * 6)
    assert all(len(piece.text.encode()) <= 2000 and not piece.options for piece in pieces)
    assert deliveries.parts(Reply("短"), "wechat") == (Reply("短"),)


def test_what_comes_unasked_offers_no_numbers_where_there_are_no_buttons() -> None:
    reply = Reply("答复", (Option("补充说明", "t:1:add"), Option("办好了", "t:1:done")))
    [ticket] = deliveries.parts(reply, "wechat", Lane.TICKET)
    assert ticket == Reply("答复\n\n发“我的工单”，可以选：“补充说明”、“办好了”")
    [push] = deliveries.parts(Reply("普法", (Option("退订", "unsubscribe"),)), "wechat", Lane.PUSH)
    assert push == Reply("普法\n\n可以回复：“退订”")
    assert deliveries.parts(reply, "telegram", Lane.TICKET) == (reply,)


def test_a_page_to_read_on_is_named_where_there_are_no_buttons() -> None:
    reply = Reply("普法", (Option("退订", "unsubscribe"),), link=Link("https://a.cn/x"))
    [push] = deliveries.parts(reply, "wechat", Lane.PUSH)
    assert push == Reply("普法\n\n详情：https://a.cn/x\n\n可以回复：“退订”")
    assert deliveries.parts(reply, "telegram", Lane.PUSH) == (reply,)


def test_under_a_picture_less_fits_than_in_a_message() -> None:
    shown = Reply("长" * 1500, picture="d" * 64)
    assert len(parts(shown, "telegram")) == 2
    assert len(parts(shown, "web")) == 1
    assert parts(Reply("短", picture="d" * 64), "telegram") == (Reply("短", picture="d" * 64),)
