"""From the command line a topic is drafted, approved by another, published, and taken back."""

import asyncio
import shutil
from pathlib import Path

import pytest

from bot import config, people
from knowledge import topics
from knowledge.statutes import build
from tests.bot.terminal import SECRETS, Ran, run

TOPIC = topics.TOPICS / "family" / "adoption.md"


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    return path


@pytest.fixture
def place(tmp_path: Path, statutes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an editor and a lawyer, and the adoption topic with another title."""
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copy(statutes, tmp_path / "data")
    settings = config.load(tmp_path / "config.toml")
    for login, role in (("bian", "kb_editor"), ("lv", "expert")):
        asyncio.run(people.add(settings, login, f"{login}的名字", role, ""))
    text = TOPIC.read_text("utf-8").replace("title: ", "title: 新的标题：", 1)
    (tmp_path / "new.md").write_text(text, encoding="utf-8")
    return tmp_path


def kb(place: Path, *words: str, by: str = "bian") -> Ran:
    return run(place, "kb", *words, "--by", by)


def published(place: Path, number: int) -> None:
    assert kb(place, "draft", "adoption", "--file", "new.md").code == 0
    assert kb(place, "approve", "adoption", str(number), by="lv").code == 0
    assert kb(place, "publish", "adoption", str(number)).code == 0


@pytest.mark.slow
def test_a_topic_goes_from_a_draft_to_residents_and_back_and_all_of_it_is_told(place: Path) -> None:
    assert "没有改过" in run(place, "kb", "history", "adoption").out
    seen = (("show", "adoption"), ("due", "--day", "2027-12-01"))
    published(place, 1)
    assert "已发布" in run(place, "kb", "history", "adoption").out
    assert all("新的标题：" in run(place, "kb", *words).out for words in seen)
    assert not any("新的标题：" in run(place, "kb", *words, "--shipped").out for words in seen)
    published(place, 2)
    assert "回到第 1 版" in kb(place, "rollback", "adoption").out
    assert "随软件带的文本" in kb(place, "rollback", "adoption").out
    first, second = run(place, "kb", "history", "adoption").out.splitlines()
    assert all(word in first for word in ("第 1 版", "已停用", "bian的名字", "起草", "lv的名字", "审核", "发布"))
    assert "第 2 版" in second


@pytest.mark.slow
def test_what_is_not_approved_by_another_is_not_published(place: Path) -> None:
    assert kb(place, "draft", "adoption", "--file", "new.md", "--from", "TL261124-000001").code == 0
    for refused in (
        kb(place, "approve", "adoption", "1"),
        kb(place, "publish", "adoption", "1"),
        kb(place, "publish", "adoption", "7"),
        kb(place, "approve", "adoption", "1", by="nobody"),
    ):
        assert refused.code != 0
        assert "没有做" in refused.err
    told = run(place, "kb", "history", "adoption").out
    assert "待审核" in told
    assert "TL261124-000001" in told


@pytest.mark.slow
def test_a_draft_that_cannot_be_read_is_not_kept(place: Path) -> None:
    (place / "new.md").write_text("没有头部", encoding="utf-8")
    refused = kb(place, "draft", "adoption", "--file", "new.md")
    assert (refused.code, "adoption.md:1" in refused.err) == (1, True)
    assert kb(place, "draft", "no-such", "--withdraw").code == 1
    assert kb(place, "draft", "adoption").code != 0
    assert "没有改过" in run(place, "kb", "history", "adoption").out


@pytest.mark.slow
def test_a_version_that_would_harm_the_library_is_not_published(place: Path) -> None:
    text = (place / "new.md").read_text("utf-8").replace('article: "1093"', 'article: "9093"', 1)
    (place / "new.md").write_text(text, encoding="utf-8")
    assert kb(place, "draft", "adoption", "--file", "new.md").code == 0
    assert kb(place, "approve", "adoption", "1", by="lv").code == 0
    refused = kb(place, "publish", "adoption", "1")
    assert (refused.code, "没有这一条" in refused.err) == (1, True)
    assert "待发布" in run(place, "kb", "history", "adoption").out


@pytest.mark.slow
def test_a_topic_that_others_lead_to_is_not_taken_away(place: Path) -> None:
    assert kb(place, "draft", "legal-aid", "--withdraw").code == 0
    assert kb(place, "approve", "legal-aid", "1", by="lv").code == 0
    refused = kb(place, "publish", "legal-aid", "1")
    assert (refused.code, "没有编号为 legal-aid 的主题" in refused.err) == (1, True)
