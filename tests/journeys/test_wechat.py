"""What people do on Telegram they do on WeChat: ask, pick by number, reach a human, be led through an interview."""

from collections.abc import AsyncGenerator

import pytest

from handlers.desk.tickets import Author, Level, State
from handlers.talk import phrases
from knowledge.statutes.store import Kind
from tests.fakes.wechat import FakeWeChat
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Shelf, receipt_in
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
