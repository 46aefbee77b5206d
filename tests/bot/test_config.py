"""What cannot be set stops the start with every problem named at once; secrets are made once and kept private."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import ConfigError, Environment, File
from tests.bot.terminal import ROOT, SECRETS, process, run


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)


def _write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _flat(table: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return found


def test_the_shipped_file_holds_every_setting_with_its_default_and_nothing_else() -> None:
    shipped = _flat(tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8")))
    assert shipped == _flat(File().model_dump())


def test_every_table_and_most_keys_of_the_shipped_file_are_explained() -> None:
    lines = (ROOT / "config.toml").read_text(encoding="utf-8").splitlines()
    keys = [line for line in lines if "=" in line and not line.startswith("#")]
    assert sum("#" in line for line in keys) >= 0.8 * len(keys)


def test_every_secret_is_named_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    missing = [name for name in Environment.model_fields if name != "port" and f"{name.upper()}=" not in example]
    assert missing == []


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    settings = config.load(_write(tmp_path, ""))
    assert settings.file == File()
    assert settings.folder == tmp_path / "data"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path / 'data' / 'legalbot.db'}"
    assert settings.port == 8000


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[server]\nprot = 1", "server.prot"),
        ("[nonsense]\nx = 1", "nonsense"),
        ('[server]\nport = "8000"', "server.port"),
        ("[server]\nport = 8000.5", "server.port"),
        ("[server]\nport = 70000", "server.port"),
        ("[flood]\nburst = 0", "flood.burst"),
        ("[flood]\nburst = true", "flood.burst"),
        ("[decide]\nanswer = 1.1", "decide.answer"),
        ("[decide]\nanswer = nan", "decide.answer"),
        ("[decide]\nanswer = 0.2\nclarify = 0.3", "decide.clarify"),
        ('[log]\nlevel = "loud"', "log.level"),
        ('[telegram]\nmode = "webhook"', "server.public_url"),
        ('[server]\npublic_url = "law.example.cn"', "server.public_url"),
        ("[server\nport = 1", "config.toml"),
        ("server = 1", "server"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named.replace(".", r"\.")):
        config.load(_write(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://root:geheim@host/db"),
        ("TELEGRAM_WEBHOOK_SECRET", "not allowed: geheim!"),
        ("WECHAT_TOKEN", "geheim" * 10),
        ("WECHAT_AES_KEY", "?" * 43),
        ("COOKIE_KEY", "geheim"),
        ("FIELD_KEY", "geheim" * 10),
        ("FIELD_KEY", "g" * 64),
    ],
)
def test_a_secret_that_cannot_be_is_named_but_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        config.load(_write(tmp_path, ""))
    assert name.lower() in str(refused.value)
    assert value not in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_an_account_of_wechat_is_whole_or_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_TOKEN", "token01")
    with pytest.raises(ConfigError) as refused:
        config.load(_write(tmp_path, ""))
    for missing in ("wechat.app_id", "wechat.account", "WECHAT_SECRET", "WECHAT_AES_KEY"):
        assert missing in str(refused.value)


def test_every_problem_of_file_and_environment_is_named_at_once(tmp_path: Path) -> None:
    _write(tmp_path, '[server]\nprot = 1\nport = "x"\n[flood]\nburst = 0\n[log]\nlevel = "loud"\n')
    token = "123456:verysecret"
    env = {"COOKIE_KEY": "short-and-secret", "FIELD_KEY": "deadbeef", "PORT": "-1", "TELEGRAM_TOKEN": token}
    ran = run(tmp_path, "doctor", env=env)
    assert ran.code == 2
    for named in ("server.prot", "server.port", "flood.burst", "log.level", "cookie_key", "field_key", "port"):
        assert named in ran.err
    assert not any(secret in ran.out + ran.err for secret in ("short-and-secret", "deadbeef", token))
    assert "Traceback" not in ran.err


def test_a_process_that_cannot_start_ends_with_code_two_and_no_traceback(tmp_path: Path) -> None:
    _write(tmp_path, "[server]\nprot = 1\n")
    ran = process(tmp_path, "serve", env={"FIELD_KEY": "verysecret"})
    assert (ran.code, ran.out) == (2, "")
    assert "server.prot" in ran.err
    assert "field_key" in ran.err
    assert "verysecret" not in ran.err
    assert "Traceback" not in ran.err


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    ran = run(tmp_path, "kb", "check")
    assert ran.code == 2
    assert "config.toml" in ran.err


def test_the_environment_goes_before_the_file_and_dotenv_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path, "[server]\nport = 9000\n")
    (tmp_path / ".env").write_text(f"PORT=9100\nCOOKIE_KEY={'k' * 40}\nTELEGRAM_TOKEN=\n", encoding="utf-8")
    settings = config.load(path)
    assert settings.port == 9100
    assert config.key(settings, "cookie_key") == b"k" * 40
    assert settings.secrets.telegram_token is None
    monkeypatch.setenv("PORT", "9200")
    assert config.load(path).port == 9200


def test_settings_never_show_their_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456:verysecret")
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://u:verysecret@h/d")
    assert "verysecret" not in repr(config.load(_write(tmp_path, "")))


def test_a_key_that_was_not_given_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = config.load(_write(tmp_path, ""))
    made = config.key(settings, "field_key")
    path = config.key_file(settings, "field_key")
    assert len(made) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert config.key(settings, "field_key") == made != config.key(settings, "cookie_key")


def test_a_key_from_the_environment_is_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD_KEY", "ab" * 32)
    settings = config.load(_write(tmp_path, ""))
    assert config.key(settings, "field_key") == b"\xab" * 32
    assert not config.key_file(settings, "field_key").exists()


RACER = """
import sys, time
from pathlib import Path
from bot import config
settings = config.load(Path("config.toml"))
print("ready", flush=True)
sys.stdin.readline()
print(config.key(settings, "field_key").hex())
"""


def test_of_many_processes_that_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    _write(tmp_path, "")
    env = {name: held for name, held in os.environ.items() if name not in SECRETS} | {"PYTHONPATH": str(ROOT)}
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER], cwd=tmp_path, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    keys = {racer.communicate("go\n", timeout=30)[0] for racer in racers}
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64
    assert [path.name for path in (tmp_path / "data" / "keys").iterdir()] == ["field_key"]
