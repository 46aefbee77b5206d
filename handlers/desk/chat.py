"""Do what advisers order in a private chat, by the verbs of the desk and within the same scope."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from handlers import ports
from handlers.deliveries import CHANNEL_NAMES
from handlers.desk import advise, cards, links, orders, routing
from handlers.desk.advise import Office
from handlers.desk.cards import Hand, Seen
from handlers.desk.links import NOTHING, STAFF_ONLY, Aim
from handlers.desk.orders import Do, Order
from handlers.desk.routing import Leave
from handlers.desk.tickets import Ticket
from handlers.education.certificates import Sign
from handlers.errors import NotYours, Refused
from handlers.messages import Arrived, Inbound, Kind, Option, Reply
from handlers.staff import Scope, User, scoped
from knowledge import text

COLLEAGUES = 8  # that are named to choose from
TO_LINK = (
    "这里给村居法律顾问办工单用，还没有和您的账号连起来。\n"
    "请在网页的工单台打开“我的登录”，取一个8位的码，10分钟内发到这里。"
)
WRONG_CODE = "这个码不对，或者过期、用过了。请在网页的工单台“我的登录”里另取一个。错太多次要等一小时。"
LINKED = "连好了：{name}。以后工单会发到这里，发 /help 看怎么用。不是您本人连的，请马上在网页上解除。"
UNREADABLE = "这里只看得懂文字和按钮。图片和文件请到网页上的工单台处理。"
UNCLEAR = (
    "没看懂要做什么。引用（回复）一张工单卡片直接写，就是答复居民；也可以发“回复 受理号 内容”。发 /help 看全部用法。"
)
NOT_YOURS = "没有这张工单，或者它不在您负责的范围里。"
NO_RECEIPT = "是哪张工单？请写成“{what} 受理号 内容”，或者引用（回复）那张工单的卡片。"
WRITE = "现在发来的下一条文字，就是{what} {receipt} 居民的话（10分钟内）。不发了，发“取消”。"
CANCELLED = "好的，取消了。"
WHICH_LAW = "属于哪个领域？"
WHO = "转给谁？"
WHEN = "请假从哪天到哪天？发“请假 2026-12-01 2026-12-03”，或者选："
ON_LEAVE = "已记下请假：{first}到{last}。{back}居民会收到通知。祝您休息好。"
DONE = {
    Do.CLAIM: "已接单",
    Do.REPLY: "答复已发给居民",
    Do.ASK: "已请居民补充",
    Do.CLOSE: "已办结，请居民评分",
    Do.TRANSFER: "已转交",
    Do.EXPERT: "已转首席专家",
}
_LISTS: Mapping[Do, tuple[str, Callable[[ports.Casebook, Scope, int], Awaitable[Sequence[Seen]]]]] = {
    Do.QUEUE: ("待接的工单", lambda casebook, scope, most: casebook.waiting(scope, most)),
    Do.MINE: ("您手里的工单", lambda casebook, scope, most: casebook.held(scope, most)),
}
KEPT = frozenset({Do.CLAIM, Do.REPLY, Do.ASK})  # after which the ticket is still in the same hands


@dataclass(frozen=True, slots=True)
class Chat:
    """What is needed to serve advisers in a chat."""

    office: Office
    links: ports.Links
    casebook: ports.Casebook
    fields: tuple[str, ...]  # of law
    life: timedelta  # of a button
    sign: Sign
    any_time: bool = False  # tell what is not urgent also while the office is shut


async def sort(chat: Chat, arrived: Sequence[Arrived]) -> frozenset[int]:
    """The numbers of those messages that are, or may be, from staff."""
    holders = await chat.links.holders({a.inbound.address for a in arrived})
    return frozenset(a.id for a in arrived if a.inbound.address in holders or _may_link(a.inbound))


def _may_link(inbound: Inbound) -> bool:
    return inbound.address.channel in STAFF_ONLY or _code(inbound) is not None


def _code(inbound: Inbound) -> str | None:
    return links.typed(inbound.text) if inbound.kind is Kind.TEXT else None


async def heard(chat: Chat, arrived: Arrived, now: datetime) -> bool:
    """Serve the message; False, and nothing is done, if it is a resident's."""
    inbound = arrived.inbound
    user = (await chat.links.holders([inbound.address])).get(inbound.address)
    code = _code(inbound)
    if code or (code is not None and user is None):  # whoever is linked and gives no code wants something else
        return await _link(chat, arrived, code, user, now)
    if user is None:
        return await _unknown(chat, arrived, now)
    await _Talk(chat, arrived, user, now).serve()
    return True


async def _link(chat: Chat, arrived: Arrived, code: str, before: User | None, now: datetime) -> bool:
    owner = await chat.links.open(arrived.inbound.address, links.digest(code, chat.sign), now)
    ordered = not arrived.inbound.text.strip().isdecimal() or arrived.inbound.address.channel in STAFF_ONLY
    if owner is None and before is None and not ordered:
        return False  # a number that a resident was asked for
    said = LINKED.format(name=owner.name) if owner else WRONG_CODE
    await chat.links.record(arrived, [Reply(said)], NOTHING, now)
    return True


async def _unknown(chat: Chat, arrived: Arrived, now: datetime) -> bool:
    if arrived.inbound.address.channel not in STAFF_ONLY:
        return False
    replies = [] if arrived.inbound.kind is Kind.LEFT else [Reply(TO_LINK)]
    await chat.links.record(arrived, replies, NOTHING, now)
    return True


@dataclass(frozen=True, slots=True)
class _Talk:
    """One message of an adviser, while it is served."""

    chat: Chat
    arrived: Arrived
    user: User
    now: datetime

    @property
    def hand(self) -> Hand:
        """For whom cards are made."""
        chat = self.chat
        return Hand(self.user, self.arrived.inbound.address, self.now, chat.office.targets, chat.life, chat.sign)

    async def serve(self) -> None:
        """Do what is ordered; what cannot be is said."""
        inbound = self.arrived.inbound
        if inbound.kind in (Kind.LEFT, Kind.GROUP, Kind.EDITED):
            return await self.say()  # an answer that went out cannot be changed by editing the order
        if inbound.kind not in (Kind.TEXT, Kind.CHOICE) or inbound.enclosed:
            return await self.say(Reply(UNREADABLE))
        order = await self.order()
        if order is None:
            return await self.say(Reply(cards.EXPIRED))
        try:
            await self.do(order)
        except Refused as refused:
            await self.say(Reply(str(refused)), about=order.receipt)
        except NotYours:
            await self.say(Reply(NOT_YOURS))

    async def order(self) -> Order | None:
        """What is ordered; None by a button that opens nothing any more."""
        inbound, sign = self.arrived.inbound, self.chat.sign
        if inbound.kind is Kind.CHOICE:
            return orders.pressed(inbound.text, inbound.address, self.now, sign)
        about = await self.chat.links.about(inbound.address, inbound.answers) if inbound.answers else ""
        order = orders.read(inbound.text, about)
        if order.receipt or order.do in (Do.QUEUE, Do.MINE, Do.HELP, Do.LEAVE):
            return order
        aim = await self.chat.links.aim(inbound.address)
        if not aim.holds(self.now):
            return order
        if order.do is Do.CANCEL:
            return order
        if aim.do:
            return Order(Do(aim.do), aim.receipt, text.clean(inbound.text, advise.ANSWER_LIMIT + 1))
        if order.do is Do.PICK and 0 < int(order.words) <= len(aim.options):
            return orders.pressed(aim.options[int(order.words) - 1].value, inbound.address, self.now, sign)
        return order

    async def do(self, order: Order) -> None:
        """Carry the order out."""
        match order.do:
            case Do.QUEUE | Do.MINE:
                await self.list(order.do)
            case Do.HELP:
                channel = self.arrived.inbound.address.channel
                await self.say(cards.help_for(self.hand, CHANNEL_NAMES.get(channel, channel)))
            case Do.CANCEL:
                await self.say(Reply(CANCELLED))
            case Do.LEAVE:
                await self.leave(order.words)
            case Do.PICK | Do.UNCLEAR:
                await self.say(Reply(UNCLEAR))
            case _ if not order.receipt:
                await self.say(Reply(NO_RECEIPT.format(what=cards.LABELS[order.do])))
            case Do.READ:
                await self.read(order.receipt)
            case _:
                await self.act(order)

    async def list(self, do: Do) -> None:
        """What can be claimed, or what is held."""
        title, find = _LISTS[do]
        found = await find(self.chat.casebook, scoped(self.user), cards.LISTED + 1)
        await self.say(cards.listing(title, found, self.hand))

    async def read(self, receipt: str) -> None:
        """What was said on the ticket."""
        seen = await self.seen(receipt)
        entries = await self.chat.casebook.entries(scoped(self.user), receipt)
        await self.say(cards.reading(seen, entries, self.hand), about=receipt)

    async def seen(self, receipt: str) -> Seen:
        """The ticket; raises NotYours."""
        found = await self.chat.casebook.seen(scoped(self.user), receipt)
        if found is None:
            raise NotYours(receipt)
        return found

    async def act(self, order: Order) -> None:
        """Change the ticket, or ask for what is still missing."""
        receipt, words, now = order.receipt, order.words, self.now
        await self.seen(receipt)
        office = self.acting(order.do)
        match order.do:
            case Do.CLAIM:
                await advise.claim(office, self.user, receipt, now)
            case Do.CLOSE:
                await advise.close(office, self.user, receipt, now)
            case Do.REPLY if words:
                await advise.answer(office, self.user, receipt, words, now)
            case Do.ASK if words:
                await advise.ask(office, self.user, receipt, words, now)
            case Do.TRANSFER if words:
                await advise.transfer(office, self.user, receipt, await self.colleague(words, receipt), now)
            case Do.EXPERT if words:
                await advise.escalate(office, self.user, receipt, self.field(words), now)
            case _:
                await self.wait_for(order.do, receipt)

    def acting(self, do: Do) -> Office:
        """The office, where an act on a ticket and its answer to this message are one."""

        def tell(ticket: Ticket) -> Reply:
            said = f"【{DONE[do]}】{ticket.receipt}"
            return cards.offered(said, ticket, self.hand) if do in KEPT else Reply(said)

        return replace(self.chat.office, tickets=self.chat.links.acting(self.arrived, tell))

    def field(self, words: str) -> str:
        """The field of law that is named; raises Refused."""
        named = [one for one in self.chat.fields if words.strip() and words.strip() in one]
        if len(named) != 1:
            raise Refused(f"没有这个领域。有这些：{'、'.join(self.chat.fields)}。")
        return named[0]

    async def colleague(self, words: str, receipt: str) -> int:
        """Who is named, by number as on a button or by name; raises Refused."""
        able = await self.colleagues(receipt)
        if words.isdecimal():
            return int(words)
        named = [number for number, name in able if name == words.strip()]
        if len(named) != 1:
            raise Refused("现在不能转给这个人：请写全名，要是在岗的顾问，手里的工单还没满。")
        return named[0]

    async def colleagues(self, receipt: str) -> Sequence[tuple[int, str]]:
        """Who could take the ticket now, those who have the least first."""
        ticket = (await self.seen(receipt)).ticket
        pool = (await advise.setting(self.chat.office, self.now)).pool
        assert pool
        able = [
            (pool.loads.get(a.id, 0), a.id)
            for a in pool.roster.by_id.values()
            if a.id != self.user.id and routing.unfit(a, ticket, pool.loads.get(a.id, 0), pool.day, pool.limits) is None
        ]
        names = await self.chat.casebook.names([number for _, number in able])
        return [(number, names[number]) for _, number in sorted(able)]

    async def wait_for(self, do: Do, receipt: str) -> None:
        """Ask for the words, the colleague or the field."""
        seen, hand = await self.seen(receipt), self.hand
        if do not in cards.doable(seen.ticket, self.user):
            raise Refused("请先接单；别人接的单由接单人办理。")
        match do:
            case Do.TRANSFER:
                able = (await self.colleagues(receipt))[:COLLEAGUES]
                await self.choose(WHO, [hand.button(do, receipt, name, str(number)) for number, name in able])
            case Do.EXPERT:
                await self.choose(WHICH_LAW, [hand.button(do, receipt, one, one) for one in self.chat.fields])
            case _:
                what = "答复" if do is Do.REPLY else "追问"
                await self.say(Reply(WRITE.format(what=what, receipt=receipt)), aim=Aim(do, receipt))

    async def choose(self, words: str, options: Sequence[Option]) -> None:
        """Let one of these be picked."""
        await self.say(Reply(words if options else "现在没有人可以接。", tuple(options)))

    async def leave(self, words: str) -> None:
        """Be away, or ask when."""
        today = advise.today(self.now)
        named = orders.days(words, today)
        if named:
            await self.take(*named)
        else:
            choices = (("今天一天", today), ("明天一天", today + timedelta(days=1)))
            await self.say(
                Reply(WHEN, tuple(self.hand.button(Do.LEAVE, "", label, day.isoformat()) for label, day in choices))
            )

    async def take(self, first: date, last: date) -> None:
        """The leave is written down, and what was theirs goes to others."""
        back = await advise.leave(self.chat.office, self.user, Leave(first, last), self.now)
        said = f"手里的 {back} 张工单都退回去了，" if back else ""
        await self.say(Reply(ON_LEAVE.format(first=first, last=last, back=said)))

    async def say(self, *replies: Reply, aim: Aim = NOTHING, about: str = "") -> None:
        """Answer, and be done with the message."""
        options = replies[-1].options if replies else ()
        kept = replace(aim, options=options, until=self.now + links.ATTENTION) if aim.do or options else NOTHING
        await self.chat.links.record(self.arrived, replies, kept, self.now, about)
