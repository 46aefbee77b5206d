"""An editor finds a topic, changes it as a draft, another person approves, and it is published and taken back."""

import re
from html import unescape

import pytest

from bot.web.topics import PLACE
from handlers.editing.curation import Stage
from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person

TOPIC = f"{PLACE}/graves"
SAID = "先到村里问清楚再动土。"


@pytest.fixture
async def editor(resident: Person, staff: Staff) -> Person:
    return await staff(resident, "editor1")


@pytest.fixture
async def lawyer(other: Person, staff: Staff) -> Person:
    return await staff(other, "expert1")


def _fields(page: Page) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: value for name, value in found if name in {"csrf", "base", "number"}}


async def _text(person: Person, topic: str = TOPIC) -> tuple[str, dict[str, str]]:
    page = await person.get(f"{topic}/edit")
    text = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[0]
    return unescape(text), _fields(page)


async def _act(person: Person, act: str, topic: str = TOPIC) -> Page:
    """Press the button of the topmost version that has it."""
    page = await person.get(topic)
    form = re.findall(rf'action="{topic}/{act}">(.*?)</form>', page.text, re.DOTALL)
    if not form:
        return page
    sent = await person.post(f"{topic}/{act}", dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0])))
    return await person.get(sent.location) if sent.status == 303 else sent


async def test_topics_are_found_by_words_law_field_and_flag(editor: Person) -> None:
    assert f'{TOPIC}"' in (await editor.get(f"{PLACE}?q=迁坟")).text
    by_law = await editor.get(f"{PLACE}?q=商标法")
    assert "trademark-copyright" in by_law.text
    assert "graves" not in by_law.text
    assert "没有符合的主题" in (await editor.get(f"{PLACE}?q=不存在的词句")).words
    stopped = await editor.get(f"{PLACE}?flag=stopped")
    assert "共 0 个主题" in stopped.words, "no law has changed under a topic today"


@pytest.mark.slow
async def test_a_draft_is_looked_at_kept_approved_by_another_published_and_taken_back(
    editor: Person, lawyer: Person, store: Store
) -> None:
    text, fields = await _text(editor)
    changed = re.sub(r"(## 规则\n\n?)", rf"\g<1>{SAID}", text)
    assert changed != text
    look = await editor.post(f"{TOPIC}/edit", {**fields, "text": changed, "look": "1"})
    assert look.status == 200, look.words
    assert "居民会这样看到" in look.words
    assert SAID in look.words
    assert await store.versions.history("graves") == (), "nothing is kept yet"

    kept = await editor.post(f"{TOPIC}/edit", {**fields, "text": changed})
    assert kept.status == 303, kept.words
    assert "草稿已保存" in (await editor.get(kept.location)).words
    assert 'value="open"' in (await editor.get(f"{PLACE}?flag=open")).text
    assert "待审核" in (await editor.get(f"{PLACE}?flag=open")).words
    assert "/approve" not in (await editor.get(TOPIC)).text, "not by whoever wrote it"
    assert "/edit" not in (await lawyer.get(TOPIC)).text, "an expert approves, but does not write"

    assert SAID in (await lawyer.get(f"{TOPIC}?version=1")).words
    assert "已审核" in (await _act(lawyer, "approve")).words
    published = await _act(editor, "publish")
    assert "已发布" in published.words
    [version] = await store.versions.history("graves")
    assert (version.stage, version.author != version.approver) == (Stage.PUBLISHED, True)

    assert "已回退" in (await _act(editor, "rollback")).words
    [version] = await store.versions.history("graves")
    assert version.stage is Stage.RETIRED
    acts = [line.deed.act for line in await store.audit.page(0) if line.deed.subject == "topic:graves"]
    assert set(acts) == {"topic drafted", "topic approved", "topic published", "topic retired"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("law: 民法典", "law: 没有的法", "没有《没有的法》"),
        ("## 规则", "## 规矩", "多余或写错的标题"),
        ("region: ", "regionn: ", "region"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    editor: Person, store: Store, old: str, new: str, said: str
) -> None:
    topic = f"{PLACE}/adoption"
    text, fields = await _text(editor, topic)
    refused = await editor.post(f"{topic}/edit", {**fields, "text": text.replace(old, new, 1)})
    assert refused.status == 409
    assert said in refused.words
    assert new in refused.text, "what was typed stays"
    assert await store.versions.history("adoption") == ()


async def test_a_draft_made_meanwhile_is_not_written_over(editor: Person) -> None:
    topic = f"{PLACE}/weapons"
    text, fields = await _text(editor, topic)
    assert (await editor.post(f"{topic}/edit", {**fields, "text": text})).status == 303
    late = await editor.post(f"{topic}/edit", {**fields, "text": text})
    assert late.status == 409
    assert "别人" in late.words


async def test_a_topic_that_does_not_exist_is_said_so(editor: Person) -> None:
    assert (await editor.get(f"{PLACE}/nonsense")).status == 404
    assert (await editor.get(f"{PLACE}/No_Such/edit")).status == 404


async def test_a_new_topic_begins_with_a_form_that_must_be_filled_in(editor: Person, store: Store) -> None:
    begun = await editor.get(f"{PLACE}?new=tree-fruit")
    assert begun.location == f"{PLACE}/tree-fruit/edit"
    blank, fields = await _text(editor, f"{PLACE}/tree-fruit")
    assert (await editor.post(begun.location, {**fields, "text": blank})).status == 409, "nothing is filled in"

    like, _ = await _text(editor)
    filled = like.replace("id: graves", "id: tree-fruit").replace("title: 坟地祖坟", "title: 果树")
    wrong = await editor.post(begun.location, {**fields, "text": filled, "receipt": "工单三"})
    assert (wrong.status, "受理号写错了" in wrong.words, filled[:40] in unescape(wrong.text)) == (409, True, True)
    kept = await editor.post(begun.location, {**fields, "text": filled, "receipt": "tl261124-7k3m9p"})
    assert kept.status == 303, kept.words
    assert "来自工单 TL261124-7K3M9P" in (await editor.get(kept.location)).words
    [version] = await store.versions.history("tree-fruit")
    assert (version.stage, version.receipt) == (Stage.DRAFT, "TL261124-7K3M9P")


async def test_an_id_that_no_topic_can_have_is_refused(editor: Person) -> None:
    assert "编号只能用" in (await editor.get(f"{PLACE}?new=果树")).words


async def test_citations_are_checked_while_they_are_typed(editor: Person) -> None:
    text, fields = await _text(editor)
    lines = "\n".join(
        f'  - {{law: {law}, article: "{number}", why: 试}}'
        for law, number in (("民法典", "1077"), ("民法典", "9077"), ("不存在的法", "1"), ("民法典", ""))
    )
    asked = await editor.post(f"{TOPIC}/cited", {"csrf": fields["csrf"], "text": lines})
    assert asked.status == 200
    wanted = ("3 条", "✓ 《民法典》第一千零七十七条", "撤回离婚登记申请", "没有这一条")
    assert [words for words in wanted if words not in asked.words] == [], asked.words
    assert asked.text.count("✗") == 2
    assert "✓" in (await editor.post(f"{TOPIC}/edit", {**fields, "text": text, "look": "1"})).words
