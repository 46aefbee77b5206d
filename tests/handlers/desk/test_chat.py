"""An adviser works in a private chat as at the desk: same acts, same scope, each message served once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.signing import desk
from handlers.deliveries import Lane, Sent, settle
from handlers.desk import advise, chat, links, moves, notify, tickets
from handlers.desk.chat import Chat
from handlers.desk.moves import Deed, Setting
from handlers.desk.states import Act, State
from handlers.desk.sweep import sweep
from handlers.desk.tickets import Author, Entry, Level, Ticket
from handlers.errors import Stale
from handlers.messages import Address, Arrived, Inbound, Kind, Option, Reply
from handlers.staff import Role, Scope, User
from storage.moves import entry_row
from storage.schema import entries, events, inbox, leaves, link_codes, outbox, residents, staff_addresses
from storage.store import Store
from tests.storage.given import LEASE, NOW, arrive, at, inbound, moved, office, opened_ticket, resident, rows, staff

SIGN = desk(b"a secret of the tests")
LI, WANG, STRANGER = (Address("telegram", number) for number in ("71", "72", "99"))
MORNING = NOW + timedelta(hours=17)  # 10:00 of a Wednesday; tickets were opened the day before
WORDS = "老板差我三个月工资，我电话13800138000"


@dataclass
class Town:
    """Two advisers of two villages with a chat each, and a ticket of the first village."""

    store: Store
    chat: Chat
    li: User
    wang: User
    village: int
    receipt: str
    number: int = 0
    now: datetime = MORNING

    async def write(self, words: str, who: Address = LI, kind: Kind = Kind.TEXT, answers: str = "") -> list[Reply]:
        """Send something, and read the answers to it."""
        arrived = await self.arrive(words, who, kind, answers)
        assert await chat.heard(self.chat, arrived, self.now)
        return await self.heard(who)

    async def arrive(self, words: str, who: Address = LI, kind: Kind = Kind.TEXT, answers: str = "") -> Arrived:
        """Keep a message, and claim it."""
        self.number += 1
        sent = Inbound(f"u{self.number}", who, kind, words, self.now, answers=answers)
        await self.store.inbox.put([sent], self.now)
        [arrived] = await self.store.inbox.claim(10, self.now, LEASE)
        return arrived

    async def press(self, option: Option, who: Address = LI) -> list[Reply]:
        """Press a button."""
        return await self.write(option.value, who, Kind.CHOICE)

    async def heard(self, who: Address = LI) -> list[Reply]:
        """What goes to that address now; it is sent under numbers of its own."""
        replies: list[Reply] = []
        while taken := await self.store.outbox.turn((), [who.channel], 10, self.now):
            replies += [d.reply for d in taken if d.address == who]
            sent = [settle(d, Sent(f"n{d.id}"), self.now, LEASE) for d in taken]
            await self.store.outbox.turn(sent, [], 0, self.now)
        return replies

    async def tell(self) -> int:
        """Tell staff what happened."""
        return await notify.tell(self.chat, self.store.bulletin, self.now)

    async def ticket(self) -> Ticket:
        """As it is kept now."""
        held = await self.store.tickets.find(Scope(everywhere=True), self.receipt)
        assert held
        return held.ticket

    async def link(self, user: User, address: Address) -> None:
        """Link the address as its owner does."""
        await self.store.links.issue(user.id, links.digest("34567890", SIGN), self.now)
        assert "连好了" in (await self.write("34567890", address))[0].text


@pytest.fixture
async def town(store: Store) -> Town:
    """A town on a Wednesday morning."""
    places = await store.people.add_villages([("安居镇", ["古城村", "油坊村"])])
    first, second = places["安居镇古城村"], places["安居镇油坊村"]
    li, wang = await staff(store, "li", [first]), await staff(store, "wang", [second])
    ticket = await opened_ticket(store, village=first, field="劳动")
    office_ = office(store)
    served = Chat(office_, store.links, store.casebook, ("劳动", "婚姻家庭"), timedelta(hours=72), SIGN)
    town = Town(store, served, li, wang, first, ticket.receipt)
    await said(town, WORDS)
    await town.link(li, LI)
    await town.link(wang, WANG)
    await town.heard(Address("telegram", "1"))
    return town


async def said(town: Town, words: str) -> None:
    """The resident's words on the ticket, as consent would have brought them there."""
    entry = Entry(town.receipt, Author.RESIDENT, words, MORNING)
    await town.store.writer.write(lambda c: c.execute(entries.insert().values(entry_row(town.store.vault, entry))))


def labels(reply: Reply) -> list[str]:
    return [option.label for option in reply.options]


def named(replies: Sequence[Reply], label: str) -> Option:
    return next(o for o in replies[-1].options if o.label == label)


class TestLinking:
    async def test_a_code_links_once_and_not_after_its_time(self, town: Town) -> None:
        await town.store.links.issue(town.li.id, links.digest("45678901", SIGN), MORNING)
        town.now = MORNING + links.LIFE
        assert (await town.write("/link 45678901", STRANGER))[0].text == chat.WRONG_CODE
        town.now = MORNING
        assert "连好了" in (await town.write("／link 45678901", STRANGER))[0].text
        assert (await town.write("绑定 45678901", Address("telegram", "98")))[0].text == chat.WRONG_CODE
        assert [link.address for link in await town.store.links.of(town.li.id)] == [LI, STRANGER]

    async def test_after_five_wrong_codes_the_right_one_does_nothing_for_an_hour(self, town: Town) -> None:
        await town.store.links.issue(town.li.id, links.digest("45678901", SIGN), MORNING)
        for number in range(links.TRIES):
            await town.write(f"/link 3000000{number}", STRANGER)
        assert (await town.write("/link 45678901", STRANGER))[0].text == chat.WRONG_CODE
        town.now = MORNING + links.SPAN + timedelta(seconds=1)
        await town.store.links.issue(town.li.id, links.digest("45678901", SIGN), town.now)
        assert "连好了" in (await town.write("/link 45678901", STRANGER))[0].text

    async def test_a_number_of_a_resident_s_stays_a_resident_s(self, town: Town) -> None:
        arrived = await town.arrive("34000000", STRANGER)
        assert await chat.sort(town.chat, [arrived]) == {arrived.id}
        assert not await chat.heard(town.chat, arrived, MORNING)
        assert links.typed("20261101") is None, "a day is no code"

    async def test_a_code_is_kept_as_a_digest_only(self, town: Town) -> None:
        await town.store.links.issue(town.li.id, links.digest("45678901", SIGN), MORNING)
        assert "45678901" not in str(await rows(town.store, link_codes))

    @pytest.mark.parametrize("how", ["left", "password", "second"])
    async def test_the_link_ends_with_the_account_and_with_its_password(self, town: Town, how: str) -> None:
        accounts = town.store.accounts
        [account] = [a for a in await accounts.all() if a.id == town.li.id]
        if how == "left":
            await accounts.change(replace(account, is_active=False), town.wang.id, NOW)
        elif how == "password":
            await accounts.reset_password(town.li.id, "digest", None, NOW)
        else:
            await accounts.reset_second(town.li.id, None, NOW)
        assert [r.external for r in await rows(town.store, staff_addresses)] == [WANG.external]
        arrived = await town.arrive("/queue")
        assert await chat.sort(town.chat, [arrived]) == frozenset()

    async def test_who_does_not_answer_tickets_any_more_is_a_resident(self, town: Town) -> None:
        [account] = [a for a in await town.store.accounts.all() if a.id == town.li.id]
        await town.store.accounts.change(replace(account, role=Role.PUBLISHER), town.wang.id, NOW)
        assert await town.store.links.holders([LI, WANG]) == {WANG: town.wang}

    async def test_unlinking_is_one_s_own_only(self, town: Town) -> None:
        await town.store.links.close(town.wang.id, LI, NOW)
        assert len(await rows(town.store, staff_addresses)) == 2
        await town.store.links.close(town.li.id, LI, NOW)
        assert [r.external for r in await rows(town.store, staff_addresses)] == [WANG.external]

    async def test_on_a_channel_of_staff_whoever_is_not_linked_is_told_how_and_is_no_resident(self, town: Town) -> None:
        stranger = Address("wecom", "zhang")
        assert (await town.write("你好", stranger))[0].text == chat.TO_LINK
        assert (await town.write("34000000", stranger))[0].text == chat.WRONG_CODE


class TestActing:
    async def test_an_adviser_claims_reads_answers_and_closes_by_buttons(self, town: Town) -> None:
        await sweep(town.chat.office, town.now)
        assert await town.tell() == 1
        card = await town.heard()
        assert WORDS not in card[0].text
        assert card[0].text.startswith(f"【新工单】{town.receipt}\n紧急程度：P2 一般\n地方：安居镇古城村\n类型：劳动")
        assert labels(card[0]) == ["接单", "查看"]
        claimed = await town.press(named(card, "接单"))
        assert claimed[0].text == f"【已接单】{town.receipt}"
        assert labels(claimed[0]) == ["查看", "答复", "追问", "转交", "转专家"]
        read = await town.press(named(claimed, "查看"))
        assert "老板差我三个月工资" in read[0].text
        assert "13800138000" not in read[0].text
        await town.press(named(read, "答复"))
        answered = await town.write("先去劳动监察投诉")
        assert answered[0].text == f"【答复已发给居民】{town.receipt}"
        closed = await town.press(named(answered, "办结"))
        assert (closed[0].text, closed[0].options) == (f"【已办结，请居民评分】{town.receipt}", ())
        assert (await town.ticket()).state is State.CLOSED
        said_ = [town.store.vault.open(r.words, f"entry:{town.receipt}") for r in await rows(town.store, entries)]
        assert said_ == [WORDS, "先去劳动监察投诉"]

    async def test_answering_a_card_is_the_reply(self, town: Town) -> None:
        await advise.claim(town.chat.office, town.li, town.receipt, NOW)
        await town.write(f"查看 {town.receipt}")
        card = next(r for r in await rows(town.store, outbox) if r.cause.startswith(f"staff:{town.receipt}"))
        said_ = await town.write("可以先投诉", answers=card.reference)
        assert said_[0].text == f"【答复已发给居民】{town.receipt}"
        assert (await town.ticket()).state is State.ANSWERED

    async def test_everything_goes_in_words_too(self, town: Town) -> None:
        assert f"1. {town.receipt}" in (await town.write("/queue"))[0].text
        assert "老板" in (await town.write("1"))[0].text, "a number picks from the list"
        assert "已接单" in (await town.write(f"接单 {town.receipt}"))[0].text
        assert town.receipt in (await town.write("/mine"))[0].text
        assert "已请居民补充" in (await town.write(f"追问 {town.receipt} 有合同吗"))[0].text
        assert (await town.ticket()).state is State.WAITING_RESIDENT
        assert "答复已发给居民" in (await town.write(f"回复 {town.receipt} 可以投诉"))[0].text
        assert "已转首席专家" in (await town.write(f"转专家 {town.receipt} 劳动"))[0].text
        assert (await town.ticket()).state is State.ESCALATED

    async def test_a_ticket_goes_to_a_colleague_who_is_told(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        [choice] = await town.write(f"转交 {town.receipt}")
        assert labels(choice) == [town.wang.name]
        assert "已转交" in (await town.press(choice.options[0]))[0].text
        await town.tell()
        [card] = await town.heard(WANG)
        assert card.text.startswith(f"【同事转给您的工单】{town.receipt}")

    async def test_what_a_channel_without_buttons_shows_can_be_typed(self, town: Town) -> None:
        bare = Address("wechat", "o1")
        await town.link(town.li, bare)
        listed = await town.write("/queue", bare)
        assert "回复数字：" in listed[0].text
        read = await town.write("1", bare)
        assert read[0].options == ()
        assert f"接单 {town.receipt}" in read[0].text

    @pytest.mark.parametrize("words", ["接单", "查看", "回复", "办结", "转交", "转专家"])
    async def test_a_ticket_out_of_scope_does_not_exist(self, town: Town, words: str) -> None:
        before = await town.ticket()
        assert (await town.write(f"{words} {town.receipt} 好", WANG))[0].text == chat.NOT_YOURS
        assert (await town.write(f"{words} TL261124-ZZZZZZ 好"))[0].text == chat.NOT_YOURS
        assert town.receipt not in (await town.write("/queue", WANG))[0].text
        assert await town.ticket() == before

    async def test_what_cannot_be_is_said_and_changes_nothing(self, town: Town) -> None:
        assert "请先接单" in (await town.write(f"回复 {town.receipt} 好"))[0].text
        assert "请先接单" in (await town.write(f"回复 {town.receipt}"))[0].text
        await town.write(f"接单 {town.receipt}")
        assert "已有人接单" in (await town.write(f"接单 {town.receipt}"))[0].text
        assert "先答复居民" in (await town.write(f"办结 {town.receipt}"))[0].text
        assert "没有这个领域" in (await town.write(f"转专家 {town.receipt} 天文"))[0].text
        assert "不能转给这个人" in (await town.write(f"转交 {town.receipt} 某人"))[0].text
        assert "是哪张工单" in (await town.write("回复 好的"))[0].text
        assert (await town.write("你好呀"))[0].text == chat.UNCLEAR
        assert (await town.write("9"))[0].text == chat.UNCLEAR
        assert (await town.write("photo", kind=Kind.MEDIA))[0].text == chat.UNREADABLE
        assert (await town.write("改过的", kind=Kind.EDITED)) == []

    async def test_what_was_asked_for_is_forgotten_after_a_while_or_when_told_to(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        await town.write(f"回复 {town.receipt}")
        assert (await town.write("取消"))[0].text == chat.CANCELLED
        assert (await town.write("这不是答复"))[0].text == chat.UNCLEAR
        await town.write(f"回复 {town.receipt}")
        town.now = MORNING + links.ATTENTION
        assert (await town.write("这不是答复"))[0].text == chat.UNCLEAR
        assert (await town.ticket()).state is State.CLAIMED

    @pytest.mark.parametrize("how", ["forged", "late", "another's"])
    async def test_a_forged_an_old_and_another_s_button_do_nothing(self, town: Town, how: str) -> None:
        read = await town.write(f"查看 {town.receipt}")
        option = named(read, "接单")
        who = LI
        if how == "forged":
            option = replace(option, value=option.value.replace("s:c", "s:a"))
        elif how == "late":
            town.now = MORNING + timedelta(hours=73)
        else:
            who = WANG
        assert "已过期" in (await town.press(option, who))[0].text
        assert (await town.ticket()).state is State.OPEN

    async def test_a_message_that_is_served_again_acts_once(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        arrived = await town.arrive(f"回复 {town.receipt} 可以投诉")
        assert await chat.heard(town.chat, arrived, MORNING)
        with pytest.raises(Stale):
            await chat.heard(town.chat, arrived, MORNING)
        assert [r.author for r in await rows(town.store, entries)] == ["resident", "adviser"]
        assert {r.state for r in await rows(town.store, inbox)} == {"done"}

    async def test_leave_gives_back_what_is_held(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        [when] = await town.write("/leave")
        assert labels(when) == ["今天一天", "明天一天"]
        gone = await town.press(when.options[0])
        assert "1 张工单都退回去了" in gone[0].text
        assert (await town.ticket()).offered == town.wang.id
        assert [r.first for r in await rows(town.store, leaves)] == ["2026-11-25"]
        assert "不能早于" in (await town.write("请假 2026-11-20 2026-11-21"))[0].text
        assert advise.today(MORNING) == date(2026, 11, 25)


class TestTelling:
    async def test_each_event_is_told_once_by_two_who_look_at_once(self, town: Town) -> None:
        await sweep(town.chat.office, town.now)
        assert [await town.tell(), await town.tell()] == [1, 0]
        cards_ = [r for r in await rows(town.store, outbox) if r.cause.startswith("staff:")]
        assert [(r.external, r.lane) for r in cards_] == [(LI.external, Lane.TICKET)]

    async def test_a_warning_reaches_whoever_has_the_ticket(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        await town.tell()
        town.now = MORNING + timedelta(hours=5.5)
        await sweep(town.chat.office, town.now)
        await town.tell()
        assert [r.text.split("】")[0] for r in await town.heard()] == ["【时限快到了"]
        assert await town.heard(WANG) == []

    async def test_what_a_resident_adds_is_told_without_the_words(self, town: Town) -> None:
        await town.write(f"接单 {town.receipt}")
        await town.write(f"追问 {town.receipt} 有合同吗")
        held = await town.store.tickets.find(Scope(everywhere=True), town.receipt)
        assert held
        added = moves.step(held, tickets.add(held.ticket), Deed(Act.ADD), Setting(MORNING, town.chat.office.targets))
        entry = Entry(town.receipt, Author.RESIDENT, "没有合同", MORNING)
        await town.store.tickets.move([moves.saying(added, entry)], MORNING)
        await town.tell()
        [card] = await town.heard()
        assert card.text.startswith(f"【居民补充了】{town.receipt}")
        assert "没有合同" not in card.text

    async def test_what_can_wait_waits_for_the_office_and_must_still_stand_then(self, town: Town) -> None:
        town.now = NOW + timedelta(hours=5)  # 22:00
        await sweep(town.chat.office, town.now)
        assert await town.tell() == 0
        assert await town.heard() == []
        await advise.claim(town.chat.office, town.li, town.receipt, town.now)
        town.now = NOW + timedelta(hours=16)  # 9:00
        assert await town.tell() == 1
        assert await town.heard() == [], "they have it already"

    async def test_who_is_in_danger_is_told_of_at_any_hour(self, town: Town) -> None:
        await opened_ticket(town.store, "2", village=town.village, level=Level.P0, kind="P0-a")
        town.now = NOW + timedelta(hours=5)
        await sweep(town.chat.office, town.now)
        await town.tell()
        [card] = await town.heard()
        assert "P0 特急" in card.text
        assert "人身危险" in card.text

    async def test_nobody_is_told_of_a_ticket_beyond_their_scope(self, town: Town) -> None:
        ticket = await town.ticket()
        await moved(town.store, replace(ticket, offered=town.wang.id))
        barred = replace(await town.ticket(), barred=frozenset({town.wang.id}))
        await moved(town.store, barred)
        await town.store.writer.write(lambda c: c.execute(update(events).values(act="offer", news_at=0)))
        await town.tell()
        assert await town.heard(WANG) == []


async def test_what_advisers_read_of_a_resident_is_erased_with_the_resident(town: Town) -> None:
    await town.write(f"查看 {town.receipt}")
    before = [r for r in await rows(town.store, outbox) if r.cause.startswith(f"staff:{town.receipt}")]
    assert before
    await town.store.writer.write(lambda c: c.execute(update(residents).values(erase_at=0)))
    await town.store.privacy.erase(NOW)
    assert [r for r in await rows(town.store, outbox) if r.cause.startswith(f"staff:{town.receipt}")] == []


async def test_a_resident_s_message_is_left_to_residents(town: Town) -> None:
    theirs = await arrive(town.store, inbound("你好", who="5"), now=at(0))
    assert await chat.sort(town.chat, theirs) == frozenset()
    assert not await chat.heard(town.chat, theirs[0], NOW)
    assert await resident(town.store, "6")
