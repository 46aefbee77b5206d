"""An adviser's acts are written down together with what the resident is told."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from handlers import advise
from handlers.errors import Refused
from handlers.messages import Reply
from handlers.staff import Role, User
from handlers.tickets import Author, Entry, State, Ticket
from tests.handlers.shelf import NOW
from tests.handlers.test_tickets import ANSWERED, CLAIMED, CLOSED, OPEN

LI = User(1, "li", "李顾问", Role.ADVISER, one_time=False)
WANG = User(2, "wang", "王顾问", Role.ADVISER, one_time=False)
Written = tuple[Ticket, Entry | None, Reply | None]


@dataclass
class Desk:
    """A ticket store in memory; `taken` says that somebody else was faster."""

    taken: bool = False
    claimed: list[Ticket] = field(default_factory=list[Ticket])
    written: list[Written] = field(default_factory=list[Written])

    async def claim(self, ticket: Ticket) -> bool:
        self.claimed.append(ticket)
        return not self.taken

    async def write(self, ticket: Ticket, entry: Entry | None, reply: Reply | None, now: datetime) -> None:
        self.written.append((ticket, entry, reply))


async def test_the_faster_claim_wins_and_the_other_is_told() -> None:
    assert (await advise.claim(Desk(), OPEN, LI, NOW)).adviser == 1
    with pytest.raises(Refused, match="刚刚被别人接了"):
        await advise.claim(Desk(taken=True), OPEN, LI, NOW)


async def test_an_answer_is_kept_and_sent_under_the_adviser_s_name() -> None:
    desk = Desk()
    answered = await advise.answer(desk, CLAIMED, LI, "  先去劳动监察。\u200b ", NOW)
    ((ticket, entry, reply),) = desk.written
    assert ticket == answered == replace(CLAIMED, state=State.ANSWERED, answered_at=NOW)
    assert entry == Entry(OPEN.receipt, Author.ADVISER, "先去劳动监察。", NOW)
    assert reply == Reply(f"【李顾问 答复 · {OPEN.receipt}】\n先去劳动监察。")


async def test_closing_says_nothing_to_the_resident() -> None:
    desk = Desk()
    closed = await advise.close(desk, ANSWERED, LI, NOW)
    assert desk.written == [(closed, None, None)]
    assert closed.state is State.CLOSED


@pytest.mark.parametrize(
    ("ticket", "adviser", "words", "reason"),
    [
        (OPEN, LI, "我来", "请先接单"),
        (CLAIMED, WANG, "我来", "请先接单"),
        (CLAIMED, LI, " \u200b\n", "不能为空"),
        (CLAIMED, LI, "长" * 3001, "最多3000字"),
        (CLOSED, LI, "再说", "已办结"),
    ],
)
async def test_an_answer_that_is_refused_is_not_sent(ticket: Ticket, adviser: User, words: str, reason: str) -> None:
    desk = Desk()
    with pytest.raises(Refused, match=reason):
        await advise.answer(desk, ticket, adviser, words, NOW)
    assert desk.written == []


async def test_a_claim_or_close_that_is_refused_changes_nothing() -> None:
    desk = Desk()
    with pytest.raises(Refused, match="已有人接单"):
        await advise.claim(desk, CLAIMED, WANG, NOW)
    with pytest.raises(Refused, match="先答复"):
        await advise.close(desk, CLAIMED, LI, NOW)
    assert (desk.claimed, desk.written) == ([], [])


async def test_an_answer_of_just_the_limit_arrives_whole() -> None:
    desk = Desk()
    await advise.answer(desk, CLAIMED, LI, "长" * 3000, NOW)
    reply = desk.written[0][2]
    assert reply is not None
    assert reply.text.count("长") == 3000
