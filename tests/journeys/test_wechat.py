"""What people do on Telegram they do on WeChat: ask, pick by number, reach a human, be led through an interview."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, time

import pytest

from handlers.desk import advise
from handlers.desk.tickets import Author, Level, State
from handlers.talk import phrases
from knowledge.statutes.store import Kind
from tests.fakes.wechat import FakeWeChat
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Shelf, receipt_in
from tests.journeys.test_education import pushed
from tests.journeys.test_stories import BEATEN, BITTEN, TODAY, WAGES

ANNA = "oAnna-of-the-journeys"


@pytest.fixture(params=["plain", "safe"])
async def wechat(request: pytest.FixtureRequest) -> AsyncGenerator[FakeWeChat]:
    async with FakeWeChat(safe=request.param == "safe", patience=60) as fake:
        yield fake


@pytest.fixture
async def house(opens: Opens, wechat: FakeWeChat) -> AsyncGenerator[House]:
    async with opens(wechat=wechat, served=True) as opened:
        yield opened


async def test_a_worker_gets_the_rule_the_law_and_an_advisers_word(house: House, shelf: Shelf) -> None:
    follower = house.follower(ANNA)
    title = shelf.library.topics["wages-site"].title
    heard = await follower.say(WAGES)
    if heard.text.startswith(phrases.CLARIFY):
        assert heard.labels[0] == title
        heard = await follower.say("1")
    assert heard.text.startswith(f"【{title}】")
    cited = [*shelf.library.statutes.find(heard.text)]
    assert cited
    assert all(shelf.library.statutes.standing(c, TODAY).kind in (Kind.VERIFIED, Kind.LISTED) for c in cited)

    assert (await follower.pick("找人工")).labels == ("同意", "不同意")
    assert house.count("tickets") == 0, "nothing is passed on before consent"
    receipt = receipt_in(await follower.say("1"))
    assert receipt in (await follower.say("安居镇示例一村")).text
    file = await house.file(receipt)
    assert (file.ticket.level, file.ticket.topic, file.place) == (Level.P2, "wages-site", "安居镇示例一村")
    assert [(line.author, line.text) for line in file.lines] == [(Author.RESIDENT, WAGES)]

    answer = "您好，请带身份证和记工本，明天上午到安居司法所。"
    heard = await follower.after(house.answer("adviser1", receipt, answer, close=True))
    assert heard.texts[0] == f"【李顾问 答复 · {receipt}】\n{answer}"
    assert (await house.file(receipt)).ticket.state is State.CLOSED
    assert WAGES.encode() not in house.disk(), "what lies on the disk is sealed"


async def test_what_is_asked_back_is_picked_by_number(house: House, shelf: Shelf) -> None:
    follower = house.follower(ANNA)
    heard = await follower.say("我要离婚")
    assert heard.text.startswith(phrases.CLARIFY)
    assert (await follower.say("2")).text.startswith(f"【{heard.labels[1]}】")
    assert shelf.library.topics


async def test_somebody_in_danger_reads_what_to_do_before_anything_else(house: House) -> None:
    told = await house.follower(ANNA).say(BEATEN)
    assert "110" in told.texts[0]
    assert told.labels == ("同意", "不同意")
    assert [ticket.level for ticket in await house.tickets()] == [Level.P0]


async def test_an_interview_is_led_by_numbers_to_its_result(house: House) -> None:
    follower = house.follower(ANNA)
    heard = await follower.say("算一下诉讼费")
    assert heard.text.startswith("【算诉讼费】")
    assert heard.labels
    await follower.say("1")
    heard = await follower.say("10万")
    heard = await follower.say(str(len(heard.labels)))  # none of them
    assert "2300" in heard.text.replace(",", ""), heard.text


async def test_two_who_ask_the_same_are_two(house: House) -> None:
    for openid in ("oOne", "oTwo"):
        assert (await house.follower(openid).say(BITTEN)).texts
    assert house.count("residents") == 2


@pytest.mark.slow
async def test_what_began_on_a_telephone_goes_on_in_wechat_and_comes_back(house: House) -> None:
    phone = await house.phone(77).agree()
    await phone.say("找人工")
    await phone.say(BITTEN)
    receipt = receipt_in(await phone.pick("同意"))
    await phone.say("跳过")
    shown = re.search(r"合并 (\d{4} \d{4})", (await phone.say("合并")).text)
    assert shown
    follower = house.follower(ANNA)
    assert (await follower.say("合并 0000 0000")).text == phrases.JOIN_WRONG
    assert "Telegram" in (await follower.say(f"合并 {shown[1]}")).text
    assert phone.texts[-1].startswith("您的微信和这里合并了")
    assert (house.count("residents"), house.count("addresses")) == (1, 2)
    assert receipt in (await follower.say("我的工单")).text
    heard = await follower.after(house.answer("expert1", receipt, "带上病历来。"))
    assert heard.texts[0].endswith("带上病历来。"), "where they wrote last"
    assert [way.channel for way in (await house.file(receipt)).ways] == ["wechat"]

    assert house.wechat
    house.wechat.shift += 49 * 3600
    await house.change(f"UPDATE allowances SET written_at = written_at - {49 * 3600_000}")
    before = len(phone.texts)
    await advise.answer(house.app.office, house.staff["expert1"], receipt, "别忘了发票。", datetime.now(UTC))
    house.app.waiting.ring()
    await house.settled()
    assert "别忘了发票。" in phone.texts[before], "where it can arrive"
    assert {way.channel for way in (await house.file(receipt)).ways} == {"wechat", "telegram"}

    assert "断开" in (await phone.say("解除合并")).labels[0]
    await phone.pick("断开微信")
    assert "还没有" in (await follower.say("我的工单")).text
    assert receipt in (await phone.say("我的工单")).text


@pytest.mark.slow
async def test_a_push_reaches_followers_in_one_call_of_its_own_and_a_word_ends_it(
    opens: Opens, wechat: FakeWeChat
) -> None:
    awake = {"push": {"look_seconds": 0.1, "quiet_from": time(0), "quiet_to": time(0), "channels": ["wechat"]}}
    async with opens(wechat=wechat, served=True, changes=awake) as house:
        one, two, stops = (house.follower(f"oFollower{n}") for n in range(3))
        for follower in (one, two, stops):
            assert "退订" in (await follower.say("订阅")).text
        await stops.say("退订")
        wechat.fault("/cgi-bin/message/mass/send", lost="drop")  # it is carried out, and nobody hears so
        await pushed(house)
        await wechat.until(lambda: wechat.calls("/cgi-bin/message/mass/send", 45065) == 1, within=30)
        await house.settled()
        for follower in (one, two):
            [told] = wechat.texts(follower.openid, "mass")
            assert told.startswith("【普法】今天是国家宪法日")
            assert "可以回复：“退订”" in told
        assert not wechat.texts(stops.openid, "mass")
        assert house.rows("SELECT reference FROM outbox WHERE run IS NOT NULL") == [("mass",)] * 2
        assert "不再给您发" in (await one.say("退订")).text
        assert house.count("subscriptions", "ended_at IS NULL") == 1


@pytest.mark.slow
async def test_a_quiz_is_answered_by_numbers_to_its_end(house: House) -> None:
    follower = house.follower(ANNA)
    heard = await follower.say("答题")
    assert heard.labels
    heard = await follower.say("1")
    for _ in range(30):
        if "答完了" in heard.text:
            break
        assert "题（共" in heard.text
        heard = await follower.say("1")
    assert "答完了" in heard.text
    assert house.count("quiz_scores") == 1
