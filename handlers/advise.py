"""Do what an adviser asks for on a ticket: claim, answer, close. The desk and every channel call these."""

from datetime import datetime

from handlers import tickets
from handlers.errors import Refused
from handlers.messages import Reply
from handlers.ports import Tickets
from handlers.staff import User
from handlers.tickets import Author, Entry, Ticket
from knowledge import text

ANSWER_LIMIT = 3000  # characters; a longer answer is a letter


async def claim(store: Tickets, ticket: Ticket, adviser: User, now: datetime) -> Ticket:
    """Take the ticket; raises Refused if somebody was faster."""
    claimed = tickets.claim(ticket, adviser.id, now)
    if not await store.claim(claimed):
        raise Refused("这张工单刚刚被别人接了。")
    return claimed


async def answer(store: Tickets, ticket: Ticket, adviser: User, words: str, now: datetime) -> Ticket:
    """Answer the resident, on whichever channel is open; raises Refused."""
    said = text.clean(words, ANSWER_LIMIT + 1)
    if not said:
        raise Refused("答复不能为空。")
    if len(said) > ANSWER_LIMIT:  # never cut: the resident would act on half an answer
        raise Refused(f"答复太长，最多{ANSWER_LIMIT}字，请分几次答。")
    answered = tickets.answer(ticket, adviser.id, now)
    entry = Entry(ticket.receipt, Author.ADVISER, said, now)
    reply = Reply(f"【{adviser.name} 答复 · {ticket.receipt}】\n{said}")
    await store.write(answered, entry, reply, now)
    return answered


async def close(store: Tickets, ticket: Ticket, adviser: User, now: datetime) -> Ticket:
    """Say that the ticket is done; raises Refused."""
    closed = tickets.close(ticket, adviser.id, now)
    await store.write(closed, None, None, now)
    return closed
