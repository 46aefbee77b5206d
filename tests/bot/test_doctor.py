"""The doctor says what is configured, what is missing and what to do, and changes nothing by looking."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from bot import app, config, doctor, people, platforms
from bot.config import Settings
from bot.findings import Finding
from storage.migrate import upgrade
from tests.bot.terminal import SECRETS, run

WEBHOOK = '[server]\npublic_url = "https://law.example.cn"\n[telegram]\nmode = "webhook"'


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)


def _settings(folder: Path, text: str = "") -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    settings = config.load(folder / "config.toml")
    settings.folder.mkdir(exist_ok=True)
    return settings


async def test_before_the_first_start_it_says_how_to_start(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    database = await doctor.database(settings)
    assert ("还没有建" in database.state, "make run" in database.remedy, database.bad) == (True, True, False)
    assert {key.state for key in doctor.keys(settings)} == {"还没有，首次启动时自动生成"}
    assert list(settings.folder.iterdir()) == []


async def test_staff_and_villages_are_counted(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await people.add(settings, "li", "李", "adviser", "")
    empty = await doctor.database(settings)
    assert ("0 个村（社区），1 名工作人员" in empty.state, "user add" in empty.remedy) == (True, True)
    store = app.connect(settings)
    await store.people.add_villages([("安居镇", ["示例一村"])])
    await store.close()
    full = await doctor.database(settings)
    assert ("1 个村（社区），1 名工作人员" in full.state, full.remedy, full.bad) == (True, "", False)


async def test_a_database_whose_key_is_missing_is_not_given_a_new_one(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await upgrade(settings.database_url)
    key = doctor.keys(settings)[1]
    assert key.state == "数据库在，密钥不在"
    assert "放回" in key.remedy
    assert "没有打开" in (await doctor.database(settings)).state
    assert not config.key_file(settings, "field_key").exists()


async def test_a_database_out_of_reach_is_bad_and_its_password_stays_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://u:verysecret@127.0.0.1:1/d")
    found = await doctor.database(_settings(tmp_path))
    assert (found.bad, "PostgreSQL" in found.state) == (True, True)
    assert "verysecret" not in str(found)


def test_a_key_that_others_can_read_is_bad(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    config.key(settings, "cookie_key")
    assert not doctor.keys(settings)[0].bad
    config.key_file(settings, "cookie_key").chmod(0o644)
    found = doctor.keys(settings)[0]
    assert (found.bad, found.remedy.startswith("chmod 600")) == (True, True)


def test_keys_from_the_environment_are_named_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIE_KEY", "verysecret" * 4)
    monkeypatch.setenv("FIELD_KEY", "ab" * 32)
    monkeypatch.setenv("QUIZ_KEY", "alsosecret" * 4)
    found = doctor.keys(_settings(tmp_path))
    assert [key.state for key in found] == [f"来自环境变量 {name}" for name in ("COOKIE_KEY", "FIELD_KEY", "QUIZ_KEY")]


@pytest.mark.parametrize(
    ("text", "env", "state"),
    [
        ("", {}, "关"),
        ("", {"TELEGRAM_TOKEN": "1:x"}, "开（polling）"),
        (WEBHOOK, {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_WEBHOOK_SECRET": "abc"}, "开（webhook）"),
    ],
)
def test_telegram_is_on_with_all_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, env: dict[str, str], state: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    found = doctor.telegram(_settings(tmp_path, text))
    assert (found.state, found.bad) == (state, "缺" in state)


def test_danger_can_be_seen() -> None:
    assert not doctor.danger_words().bad


def test_a_finding_shows_by_its_mark_whether_something_is_to_be_done() -> None:
    marks = [str(f)[0] for f in (Finding("一", "好"), Finding("二", "缺", "补"), Finding("三", "坏", "", True))]
    assert marks == ["✓", "·", "✗"]
    assert str(Finding("二", "缺", "补")).endswith("\n    → 补")


@pytest.mark.slow
def test_a_whole_installation_is_found_sound_by_the_command(tmp_path: Path, built: Path) -> None:
    shutil.copytree(built, tmp_path / "data")
    asyncio.run(people.add(_settings(tmp_path), "li", "李", "adviser", ""))
    ran = run(tmp_path, "doctor", "--json")
    findings = {row["what"]: row for row in json.loads(ran.out)}
    assert ran.code == 0
    assert [what for what, row in findings.items() if row["bad"]] == []
    assert "个主题" in findings["知识库"]["state"]
    assert "条现行法条的句向量已齐" in findings["法条库"]["state"]
    assert findings["语义匹配"]["state"] == "可用"
    assert str(tmp_path / "data") in findings["数据目录"]["state"]


def test_the_way_to_wechat_is_told_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [off] = platforms.wechat(_settings(tmp_path))
    assert (off.state, off.bad, "WECHAT_AES_KEY" in off.remedy) == ("关", False, True)
    for name, secret in (("TOKEN", "token01"), ("SECRET", "s"), ("AES_KEY", "a" * 43)):
        monkeypatch.setenv(f"WECHAT_{name}", secret)
    account = '[wechat]\napp_id = "wx0123456789abcdef"\naccount = "gh_0123456789ab"\n'
    public = '[server]\npublic_url = "https://law.example.cn"\n'
    mode, address, listed, _, template = platforms.wechat(_settings(tmp_path, public + account))
    assert (mode.state, mode.remedy) == ("开（安全模式）", "")
    assert (address.state, address.remedy) == ("https://law.example.cn/wechat", "")
    assert (listed.state, "40164" in listed.remedy) == ("这里查不到", True)
    assert template.remedy
    plain, address, *_ = platforms.wechat(_settings(tmp_path, account + 'mode = "plain"\n'))
    assert plain.remedy
    assert address.remedy


def test_what_is_done_of_the_way_is_marked(tmp_path: Path) -> None:
    [off] = platforms.wechat(_settings(tmp_path, '[wechat]\napp_id = "wx0123456789abcdef"\n'))
    done = [line.strip()[:2] for line in off.remedy.splitlines() if "（已做）" in line]
    assert done == ["2."]


def test_what_the_platform_would_refuse_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in (("TOKEN", "token_01"), ("SECRET", "s"), ("AES_KEY", "a" * 43)):
        monkeypatch.setenv(f"WECHAT_{name}", secret)
    long = f'template = "t"\ntemplate_fields = {{ thing1 = "{"长" * 21}" }}\n'
    account = f'[wechat]\napp_id = "wx0123456789abcdef"\naccount = "gh_0123456789ab"\n{long}'
    found = {f.what: f for f in platforms.wechat(_settings(tmp_path, account))}
    assert [what for what, f in found.items() if f.bad] == ["微信 Token", "微信模板字段"]


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://law.example.cn", True),
        ("http://law.example.cn", False),
        ("https://law.example.cn:8443", False),
        ("https://10.0.0.1", False),
        ("", False),
    ],
)
def test_the_way_to_wecom_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, is_fine: bool) -> None:
    [off] = platforms.wecom(_settings(tmp_path))
    assert (off.state, "企业可信IP" in off.remedy) == ("关", True)
    for name, secret in (("TOKEN", "token01"), ("SECRET", "s"), ("AES_KEY", "a" * 43)):
        monkeypatch.setenv(f"WECOM_{name}", secret)
    app = f'[server]\npublic_url = "{url}"\n[wecom]\ncorp_id = "ww0123456789abcdef"\nagent = 1000002\n'
    on, address, _ = platforms.wecom(_settings(tmp_path, app))
    assert (on.state, address.remedy == "") == ("开（应用 1000002）", is_fine)
