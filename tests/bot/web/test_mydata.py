"""Residents take all that is held on them as a file, and nobody takes that of another."""

import json

from tests.bot.web.person import Person


async def test_all_that_was_said_is_in_the_file(resident: Person, other: Person) -> None:
    receipt = await resident.escalate("邻居占了我家三尺地", "安居镇示例一村")
    page = await resident.get("/mydata")
    assert page.headers["Content-Disposition"].startswith("attachment;")
    assert page.headers["Cache-Control"] == "no-store"
    held = json.loads(page.text)
    assert held["居民"]["村（社区）"] == "安居镇示例一村"
    assert [ticket["受理号"] for ticket in held["工单"]] == [receipt]
    assert "邻居占了我家三尺地" in page.text
    await other.ask("我想问别的")
    assert "三尺地" not in (await other.get("/mydata")).text


async def test_whoever_is_not_known_gets_nothing(resident: Person, other: Person) -> None:
    await resident.ask("你好")
    signed = resident.cookie("resident")
    assert (await other.get("/mydata")).status == 404
    visitor, _, signature = signed.partition(".")
    for forged in (f"{visitor}.{signature[:-1]}", f"{visitor}.", visitor, f"{visitor[:-1]}.{signature}"):
        assert (await other.get("/mydata", Cookie=f"resident={forged}")).status == 404, forged


async def test_the_day_of_erasing_stands_in_the_file(resident: Person) -> None:
    await resident.ask("删除我的数据")
    await resident.press("确认删除")
    assert json.loads((await resident.get("/mydata")).text)["居民"]["将于何时删除"]
    await resident.ask("不删了")
    assert json.loads((await resident.get("/mydata")).text)["居民"]["将于何时删除"] is None
