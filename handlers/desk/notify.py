"""Tell staff in their chats what happened to tickets: whose turn it is, what residents added, what is nearly late."""

from collections.abc import Sequence
from datetime import datetime

from handlers import ports
from handlers.desk import cards, news
from handlers.desk.cards import Hand
from handlers.desk.chat import Chat
from handlers.desk.news import HEADLINES, Recent
from handlers.messages import Address, Reply
from handlers.staff import scoped

MOST = 200  # events at once; the rest are still due


async def tell(chat: Chat, bulletin: ports.Bulletin, now: datetime) -> int:
    """Tell what is due; returns how many events were. Two processes that do so at once tell each thing once."""
    done = 0
    for recent in await bulletin.recent(now, MOST):
        until = now if chat.any_time else news.due(recent.seen.ticket.level, chat.office.targets.hours, now)
        if until > now:
            await bulletin.put_off([number for number, _ in recent.events], until)
        elif await bulletin.spread(recent, await _deliveries(chat, bulletin, recent, now), now):
            done += len(recent.events)
    return done


async def _deliveries(
    chat: Chat, bulletin: ports.Bulletin, recent: Recent, now: datetime
) -> Sequence[tuple[Address, Reply]]:
    """What goes to whom: only to those who may see the ticket as it is now."""
    told = news.told(recent.seen.ticket, [event for _, event in recent.events])
    hands = [
        Hand(user, address, now, chat.office.targets, chat.life, chat.sign)
        for user, address in await bulletin.reached(told)
        if await chat.office.tickets.find(scoped(user), recent.seen.ticket.receipt)
    ]
    return [(hand.address, cards.card(recent.seen, HEADLINES[told[hand.user.id]], hand)) for hand in hands]
