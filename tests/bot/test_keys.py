"""The key is changed by one command, and whoever has only the old one reads nothing any more."""

from pathlib import Path

import pytest

from bot import holding
from tests.bot.terminal import SECRETS, run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return tmp_path


def test_the_key_in_the_folder_is_changed_and_the_old_one_kept(folder: Path) -> None:
    run(folder, "user", "add", "li", "李顾问", "--role", "admin")
    keys = folder / "data" / "keys"
    before = (keys / "field_key").read_text()
    ran = run(folder, "keys", "rotate")
    assert (ran.code, "换好了" in ran.out) == (0, True), ran.err
    assert (keys / "field_key.old").read_text() == before
    assert (keys / "field_key").read_text() != before
    assert not (keys / "field_key_new").exists()
    assert (keys / "field_key").stat().st_mode & 0o777 == 0o600


def test_a_key_of_the_environment_needs_the_new_one_beside_it(folder: Path) -> None:
    env = {"FIELD_KEY": "ab" * 32}
    run(folder, "user", "add", "li", "李顾问", "--role", "admin", env=env)
    refused = run(folder, "keys", "rotate", env=env)
    assert (refused.code, "FIELD_KEY_NEW" in refused.err) == (2, True)
    ran = run(folder, "keys", "rotate", env=env | {"FIELD_KEY_NEW": "cd" * 32})
    assert (ran.code, "请把 FIELD_KEY 改成新的值" in ran.out) == (0, True)


def test_nothing_is_changed_under_a_running_server(folder: Path) -> None:
    run(folder, "user", "add", "li", "李顾问", "--role", "admin")
    with holding.shared(folder / "data"):
        assert run(folder, "keys", "rotate").code == 2
