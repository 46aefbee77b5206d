"""An editor changes a topic on the page alone, somebody else approves it, and it is published and taken back."""

import re

import pytest
from playwright.async_api import Browser, expect

from handlers.staff import Role
from tests.journeys.conftest import Opens
from tests.journeys.screen import at_desk, shown
from tests.journeys.test_advisers import colleague

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAID = "先到村里问清楚再动土。"


async def test_a_topic_is_changed_approved_published_and_taken_back(opens: Opens, browser: Browser) -> None:
    async with opens(served=True) as house:
        for login, role in (("e1", Role.EDITOR), ("e2", Role.EDITOR)):
            house.staff[login] = await colleague(house, login, role)
        editor = await at_desk(house, browser, "e1", "/bureau/topics")
        await editor.fill("#q", "迁坟")
        await editor.get_by_role("button", name="查找").click()
        await shown(editor, "topics-found")
        await editor.locator("ol.tickets a[href='/bureau/topics/graves']").click()
        await shown(editor, "topic-read")
        await editor.get_by_role("link", name="修改").click()
        text = await editor.locator("textarea").input_value()
        await editor.fill("textarea", text.replace("citations:", 'citations:\n  - {law: 民法典, article: "9077"', 1))
        await expect(editor.locator("#cited .wrong")).to_contain_text("没有这一条")
        await shown(editor, "topic-cited")
        await editor.fill("textarea", re.sub(r"(## 规则\n\n?)", rf"\g<1>{SAID}", text))
        await editor.get_by_role("button", name="看看样子").click()
        await expect(editor.locator("main")).to_contain_text("居民会这样看到")
        await shown(editor, "topic-looked-at")
        await editor.get_by_role("button", name="存为草稿").click()
        await expect(editor.locator("main")).to_contain_text("草稿已保存")
        await shown(editor, "topic-kept")

        approver = await at_desk(house, browser, "e2", "/bureau/topics?flag=open")
        await approver.locator("ol.tickets a").first.click()
        await approver.get_by_role("button", name="审核通过").click()
        await expect(approver.locator("main")).to_contain_text("已审核")
        await approver.get_by_role("button", name="发布").click()
        await expect(approver.locator("main")).to_contain_text("已发布")
        await shown(approver, "topic-published")
        await editor.reload()
        await editor.get_by_role("button", name="回退到上一版").click()
        await expect(editor.locator("main")).to_contain_text("已回退")

        for path, shot in (
            ("/law", "law-find"),
            ("/law?q=治安法养狗那条", "law-found"),
            ("/law/民法典/1077", "law-article"),
        ):
            await approver.goto(house.url + path)
            await shown(approver, shot)
