"""Logs tell what happened and where, never what a resident said, nor a secret."""

import io
import json
import logging
from collections.abc import Generator
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from bot import log
from tests.bot.terminal import process, undisturbed_logs

WORDS = "我叫张三丰电话13800138000，隔壁王二麻子借了我三万不还"
TOKEN = "123456:AAEverysecretverysecretverysecret"


@pytest.fixture
def logged() -> Generator[io.StringIO]:
    """What is written, as JSON."""
    written = io.StringIO()
    with undisturbed_logs(), redirect_stderr(written):
        log.configure("info", "json")
        yield written


def test_an_event_is_one_line_of_json_with_level_time_and_module(logged: io.StringIO) -> None:
    log.logger("here").info("message answered", row=7)
    event = json.loads(logged.getvalue())
    assert (event["event"], event["row"], event["level"], event["module"]) == ("message answered", 7, "info", "here")
    assert event["timestamp"].endswith("Z")


def test_the_level_that_was_set_is_kept(logged: io.StringIO) -> None:
    log.logger("here").debug("too fine")
    assert logged.getvalue() == ""


def test_numbers_of_a_person_that_slip_in_are_masked(logged: io.StringIO) -> None:
    log.logger("here").warning("odd", said="138 0013-8000 和 11010519491231002X")
    assert "138****00" in logged.getvalue()
    assert "110***" in logged.getvalue()
    assert "0013" not in logged.getvalue()


def test_text_for_a_terminal_is_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    with undisturbed_logs():
        log.configure("info", "text")
        log.logger("here").info("answered", row=7)
    shown = capsys.readouterr().err
    assert "answered" in shown
    assert not shown.startswith("{")


def test_an_error_is_told_by_its_kind_and_place_not_by_its_message() -> None:
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        told = log.failure(error)
    assert told.startswith("KeyError at test_log.py:")
    assert WORDS not in told
    assert log.failure(ValueError(WORDS)) == "ValueError"


@pytest.mark.parametrize("name", log.QUIET)
def test_libraries_that_would_log_whole_requests_are_quiet(logged: io.StringIO, name: str) -> None:
    assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING


@pytest.mark.slow
def test_no_failure_puts_words_or_token_into_the_logs(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[storage]\nbusy_timeout_seconds = 0.1\n", encoding="utf-8")
    ran = process(tmp_path, WORDS, TOKEN, module="tests.bot.failing")
    assert ran.code == 0, ran.err
    events = {json.loads(line)["event"] for line in ran.err.splitlines() if line.startswith("{")}
    assert {"message failed", "channel failed", "polling failed", "database cannot be used"} <= events
    shown = ran.out + ran.err
    for secret in (WORDS, "张三丰", "王二麻子", "13800138000", "verysecret", "法律问题"):
        assert secret not in shown
    assert "ValueError at failing.py" in shown
    assert "RuntimeError at failing.py" in shown
