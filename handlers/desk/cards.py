"""Show tickets to advisers in a chat: cards with buttons, lists, and what is to be read of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import masks
from handlers.deliveries import WITHOUT_BUTTONS
from handlers.desk import clocks, notices, orders
from handlers.desk.clocks import Clock, Targets
from handlers.desk.orders import Do, Order
from handlers.desk.states import DONE, HELD, UNHELD
from handlers.desk.tickets import DUTIES, KIND_NAMES, LEVEL_NAMES, STATE_NAMES, Author, Entry, Ticket
from handlers.education.certificates import Sign
from handlers.messages import Address, Option, Reply
from handlers.staff import User
from knowledge.engine import danger

NO_PLACE = "未说明村（社区）"
EXPIRED = "这个按钮已过期，没有执行。发 /queue 看待接的工单，发 /mine 看手里的工单。"
LISTED = 8  # tickets of a list
SHOWN = 12  # entries of a ticket, the last
LABELS = {
    Do.CLAIM: "接单",
    Do.READ: "查看",
    Do.REPLY: "答复",
    Do.ASK: "追问",
    Do.TRANSFER: "转交",
    Do.EXPERT: "转专家",
    Do.CLOSE: "办结",
}
_IN_WORDS = {
    Do.CLAIM: "接单 {receipt}",
    Do.READ: "查看 {receipt}",
    Do.REPLY: "回复 {receipt} 内容",
    Do.ASK: "追问 {receipt} 内容",
    Do.TRANSFER: "转交 {receipt} 姓名",
    Do.EXPERT: "转专家 {receipt} 领域",
    Do.CLOSE: "办结 {receipt}",
}
HELP = """{name}，您在{channel}办工单，和网页上的工单台是同一份。
/queue 待接的工单
/mine 我手里的工单
/leave 请假
也可以打字：
{ways}
请假 2026-12-01 2026-12-03
引用（回复）一张工单卡片直接写，就是答复居民。"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket with its clock and its place, as a list shows it."""

    ticket: Ticket
    clock: Clock
    place: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Whom a card is for, and until when its buttons are good."""

    user: User
    address: Address
    now: datetime
    targets: Targets
    life: timedelta
    sign: Sign

    def button(self, do: Do, receipt: str, label: str = "", words: str = "") -> Option:
        """A button that only works at this address."""
        value = orders.button(Order(do, receipt, words), self.address, self.now + self.life, self.sign)
        return Option(label or LABELS[do], value)


def card(seen: Seen, headline: str, hand: Hand) -> Reply:
    """A ticket without a word of its resident, and what can be done with it."""
    ticket = seen.ticket
    words = "\n".join((f"【{headline}】{ticket.receipt}", *_facts(seen, hand)))
    return offered(words, ticket, hand)


def offered(words: str, ticket: Ticket, hand: Hand) -> Reply:
    """These words, with what can be done with the ticket: as buttons, or in words where a channel has none."""
    doings = doable(ticket, hand.user)
    if hand.address.channel in WITHOUT_BUTTONS:
        ways = "\n".join(_IN_WORDS[do].format(receipt=ticket.receipt) for do in doings)
        return Reply(f"{words}\n可以发：\n{ways}" if ways else words)
    return Reply(words, tuple(hand.button(do, ticket.receipt) for do in doings))


def doable(ticket: Ticket, user: User) -> tuple[Do, ...]:
    """What this member of staff can do with the ticket as it stands."""
    if ticket.state in DONE or (ticket.state in HELD and ticket.adviser != user.id):
        return (Do.READ,)
    if ticket.state in UNHELD:
        return (Do.CLAIM, Do.READ)
    closing = (Do.CLOSE,) if ticket.answered_at else ()
    return (Do.READ, Do.REPLY, Do.ASK, *closing, Do.TRANSFER, Do.EXPERT)


def _facts(seen: Seen, hand: Hand) -> Iterable[str]:
    ticket = seen.ticket
    yield f"紧急程度：{ticket.level} {LEVEL_NAMES[ticket.level]}"
    yield f"地方：{seen.place or NO_PLACE}"
    yield f"类型：{subject(ticket)}"
    yield f"状态：{STATE_NAMES[ticket.state]}"
    if due := _due(seen, hand):
        yield f"{due}前要答复"


def subject(ticket: Ticket) -> str:
    """The kind of danger or the field of law, in words of ours."""
    return KIND_NAMES.get(ticket.kind, ticket.kind) or ticket.field or "还没有分类"


def _due(seen: Seen, hand: Hand) -> str:
    shown = clocks.readings(seen.clock, seen.ticket, hand.targets, hand.now)
    return notices.clock(shown[0].due_at) if shown else ""


def listing(title: str, found: Sequence[Seen], hand: Hand) -> Reply:
    """Tickets, one line each; the first can be read at once."""
    if not found:
        return Reply(f"{title}：没有。")
    lines = [_line(number, seen, hand) for number, seen in enumerate(found[:LISTED], 1)]
    more = "\n还有更多，请到网页上的工单台看。" if len(found) > LISTED else ""
    shown = (s.ticket.receipt for s in found[:LISTED])
    options = tuple(hand.button(Do.READ, r, f"查看 {r}") for r in shown)
    return Reply("\n".join((f"{title}：", *lines)) + more, options)


def _line(number: int, seen: Seen, hand: Hand) -> str:
    ticket, due = seen.ticket, _due(seen, hand)
    said = f"{number}. {ticket.receipt} {ticket.level} {subject(ticket)}，{seen.place or NO_PLACE}"
    return f"{said}，{STATE_NAMES[ticket.state]}" + (f"，{due}前" if due else "")


def reading(seen: Seen, entries: Sequence[Entry], hand: Hand) -> Reply:
    """What was said on a ticket, numbers masked, and what whoever is on duty must do."""
    ticket = seen.ticket
    parts = [f"【查看】{ticket.receipt}", *_facts(seen, hand)]
    if said := duty(ticket):
        parts.append(f"值班要求：{said}")
    left_out = len(entries) - SHOWN
    parts += [f"（前面还有 {left_out} 条，请到网页上看）"] if left_out > 0 else []
    parts += [_said(entry) for entry in entries[-SHOWN:]]
    if not entries:
        parts.append("居民还没有同意把话转给顾问，所以只有类型和时间。")
    return offered("\n".join(parts), ticket, hand)


def duty(ticket: Ticket) -> str:
    """What whoever is on duty must do, with the article that says so; "" where nothing special is asked."""
    kinds = (kind.duty for kind in danger.load().kinds if kind.name == ticket.kind)
    return next(kinds, DUTIES.get(ticket.kind, ""))


def _said(entry: Entry) -> str:
    files = f"（附{len(entry.enclosed)}个图片或文件，请到网页上看）" if entry.enclosed else ""
    if entry.author is Author.ADVISER:
        return f"顾问（{notices.clock(entry.at)}）：{entry.text}{files}"
    return f"居民（{notices.clock(entry.at)}）：{masks.mask(entry.text)}{files}"


def help_for(hand: Hand, channel: str) -> Reply:
    """How to work here."""
    ways = "\n".join(way.format(receipt="受理号") for way in _IN_WORDS.values())
    return Reply(HELP.format(name=hand.user.name, channel=channel, ways=ways))
