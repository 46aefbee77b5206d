"""A resident shows what happened and an adviser hands over a paper, on every channel and on the desk."""

import re
from datetime import UTC, datetime

from aiohttp import ClientSession

from handlers.desk import advise
from handlers.enclosures import State
from handlers.messages import Enclosed
from handlers.talk import phrases
from tests import files
from tests.fakes.wechat import FakeWeChat
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Phone, receipt_in

PICTURE = files.png()


async def escalated(phone: Phone) -> str:
    """A question that went to a person."""
    await phone.say("找人工")
    await phone.say("邻居占了我家的地坝")
    receipt = receipt_in(await phone.pick("同意"))
    await phone.say("安居镇示例一村")
    return receipt


async def collected(house: House) -> None:
    """Wait until all that was put to tickets was fetched, or cannot be."""
    await house.settled()
    await house.telegram.until(lambda: house.count("enclosures", "due_at IS NOT NULL") == 0)
    await house.settled()


def states(house: House) -> list[tuple[State, str]]:
    """Where each stands: (state, kind)."""
    return sorted((State(s), kind) for s, kind in house.rows("SELECT state, kind FROM enclosures"))


FETCHING = {"enclosures": {"look_seconds": 0.1}}


async def test_pictures_on_telegram_reach_the_ticket(opens: Opens) -> None:
    async with opens(changes=FETCHING) as house:
        phone = await house.phone(7).agree()
        house.telegram.show(7, PICTURE)
        await house.settled()
        assert phone.texts[-1] == phrases.FILES_KEPT
        assert house.telegram.ledger.counts["getfile", 200] == 0, "nothing is fetched before it goes to somebody"
        receipt = await escalated(phone)
        for n in range(3):
            house.telegram.show(7, files.png(colour=(n, 0, 0)), caption="界址在这里" if n == 0 else "", album="13")
        house.telegram.hand(7, files.PDF, "承包合同.pdf")
        await collected(house)
        assert states(house) == [(State.KEPT, "application/pdf")] + [(State.KEPT, "image/png")] * 4
        file = await house.file(receipt)
        assert [(line.text, [one.name for one in line.enclosed]) for line in file.lines] == [
            ("邻居占了我家的地坝", ["图片.png"]),
            ("界址在这里", ["图片.png"]),
            ("", ["图片.png"]),
            ("", ["图片.png"]),
            ("", ["承包合同.pdf"]),
        ]
        assert sum("界址" in text or "收到" in text or "这句交给" in text for text in phone.texts[-2:]) == 2
        assert PICTURE not in house.disk()
        found = await house.views.enclosures.sent(file.lines[0].enclosed[0].mark)
        assert found
        assert found.content == PICTURE


async def test_what_telegram_does_not_hand_out_and_what_is_none_of_ours_is_said(opens: Opens) -> None:
    async with opens(changes=FETCHING) as house:
        phone = await house.phone(7).agree()
        receipt = await escalated(phone)
        before = len(phone.texts)
        house.telegram.hand(7, files.HTML, "网页.pdf")
        house.telegram.hand(7, b"\xff\xd8\xff" + b"x" * (20 * 2**20), "大图.jpg")
        house.telegram.show(7, files.JPEG)
        house.telegram.ledger.files.popitem()
        house.telegram.fault("getFile", status=500, times=2)
        await collected(house)
        refused = [text for text in phone.texts[before:] if "没有收下" in text]
        assert len(refused) == 3
        assert all(receipt in text for text in refused)
        assert {state for state, _ in states(house)} == {State.REFUSED}
        assert house.count("contents") == 0


async def test_danger_under_a_picture_is_heard(opens: Opens) -> None:
    async with opens() as house:
        phone = await house.phone(7).agree()
        house.telegram.show(7, PICTURE, caption="我被老公打了，现在还在打")
        await house.settled()
        assert "110" in phone.texts[-1]
        assert [ticket.level for ticket in await house.tickets()] == ["P0"]


async def test_a_picture_on_wechat_reaches_the_ticket_and_a_paper_comes_back_by_a_link(opens: Opens) -> None:
    async with (
        FakeWeChat(patience=60) as wechat,
        opens(wechat=wechat, served=True, changes=FETCHING) as house,
    ):
        follower = house.follower("oAnna")
        await follower.say("找人工")
        await follower.say("邻居占了我家的地坝")
        receipt = receipt_in(await follower.say("1"))
        await follower.say("安居镇示例一村")
        wechat.shift += 1
        heard = await follower.after(wechat.show("oAnna", PICTURE))
        assert receipt in heard.text
        await collected(house)
        assert states(house) == [(State.KEPT, "image/png")]
        paper = Enclosed("f" * 32, "起诉状.docx", content=files.word())
        adviser = house.staff["adviser1"]
        await advise.claim(house.app.office, adviser, receipt, datetime.now(UTC))
        await advise.answer(house.app.office, adviser, receipt, "请看附件", datetime.now(UTC), enclosed=(paper,))
        house.app.waiting.ring()
        await house.settled()
        [link] = re.findall(r"http://\S+/wechat/files/\S+", follower.texts[-1])
        async with ClientSession() as session, session.get(link) as answer:
            assert (answer.status, await answer.read()) == (200, files.word())


async def test_an_advisers_paper_reaches_telegram(opens: Opens) -> None:
    async with opens() as house:
        phone = await house.phone(7).agree()
        receipt = await escalated(phone)
        paper = Enclosed("f" * 32, "起诉状.docx", content=files.word())
        adviser = house.staff["adviser1"]
        await advise.claim(house.app.office, adviser, receipt, datetime.now(UTC))
        await advise.answer(house.app.office, adviser, receipt, "长" * 2900, datetime.now(UTC), enclosed=(paper,))
        house.app.waiting.ring()
        await house.settled()
        answer, handed = house.telegram.said(7)[-2:]
        assert answer.text.endswith("长" * 2900)
        assert handed.file
        assert (handed.text, handed.file.name, handed.file.content) == (
            "附件：起诉状.docx",
            "起诉状.docx",
            files.word(),
        )
