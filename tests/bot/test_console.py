"""Talk in a terminal: lines become Inbounds, answers are printed with their options numbered, and the end is clean."""

import asyncio
import io
import os
import shutil
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import work
from bot.channels.console import ME, NOT_KEPT, Console
from handlers.deliveries import RESEND_MARK, Delivery, Lane, Sent, State
from handlers.errors import StorageDown
from handlers.messages import Calendar, Inbound, Kind, Option, Reply
from handlers.talk import phrases
from tests.bot.process import started


class Typing:
    """A keyboard, a screen, and what was kept of the lines."""

    def __init__(self, folder: Path) -> None:
        self.kept: list[Inbound] = []
        self.is_down = False
        self.screen = io.StringIO()
        self._heard, self.keys = os.pipe()
        self.console = Console(self._accept, folder, self._heard, self.screen)

    async def _accept(self, inbounds: Sequence[Inbound]) -> None:
        if self.is_down:
            raise StorageDown("down")
        self.kept += inbounds

    def close(self) -> None:
        os.close(self._heard)

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self.console.listen())
        yield
        os.close(self.keys)
        await asyncio.wait_for(task, 5)

    @property
    def lines(self) -> list[str]:
        return [inbound.text for inbound in self.kept]


@pytest.fixture
async def typing(tmp_path: Path) -> AsyncGenerator[Typing]:
    made = Typing(tmp_path / "files")
    yield made
    made.close()


TYPED = {
    "a line": ("你好\n".encode(), ["你好"]),
    "two": ("一\n二\n".encode(), ["一", "二"]),
    "as Windows ends them": ("一\r\n二\r\n".encode(), ["一", "二"]),
    "the last without an end": ("一\n二".encode(), ["一", "二"]),
    "nothing": (b"", []),
    "Enter alone": (b"\n\n", []),
    "spaces": (b"  \n", ["  "]),
    "bytes that are no UTF-8": (b"\xff\xd6\n", ["\ufffd\ufffd"]),
    "half a character at the end": ("好".encode()[:2], ["\ufffd"]),
    "a long line": (("法" * 100_000).encode() + b"\n", ["法" * 100_000]),
}


@pytest.mark.parametrize("name", TYPED)
async def test_each_line_is_a_message(typing: Typing, name: str) -> None:
    written, lines = TYPED[name]
    async with typing.listening():
        for start in range(0, len(written), 50_000):
            await asyncio.to_thread(os.write, typing.keys, written[start : start + 50_000])
    assert typing.lines == lines


async def test_a_message_is_text_of_the_one_who_sits_there_under_an_id_of_its_own(typing: Typing) -> None:
    for _ in range(2):
        await typing.console.take("你好")
    assert {(i.kind, i.address) for i in typing.kept} == {(Kind.TEXT, ME)}
    assert len({i.external_id for i in typing.kept}) == 2


async def test_what_could_not_be_kept_is_said_and_the_next_line_is_heard(typing: Typing) -> None:
    typing.is_down = True
    await typing.console.take("一")
    typing.is_down = False
    await typing.console.take("二")
    assert NOT_KEPT in typing.screen.getvalue()
    assert typing.lines == ["二"]


async def test_options_are_numbered_under_the_answer(typing: Typing) -> None:
    reply = Reply("您同意吗？", (Option("同意", "yes"), Option("不同意", "no")))
    receipt = await typing.console.send(delivery(reply))
    assert receipt == Sent()
    assert typing.screen.getvalue() == "\n您同意吗？\n  1. 同意\n  2. 不同意\n\n> "


async def test_a_repetition_is_marked(typing: Typing) -> None:
    await typing.console.send(delivery(Reply("答"), resent=True))
    assert RESEND_MARK.strip() in typing.screen.getvalue()


async def test_a_file_is_written_and_its_path_is_printed(typing: Typing, tmp_path: Path) -> None:
    calendar = Calendar("最后一天.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert await typing.console.send(delivery(Reply("日历在这里：", attachment=calendar))) == Sent()
    path = tmp_path / "files" / "最后一天.ics"
    assert str(path) in typing.screen.getvalue()
    assert path.read_bytes() == calendar.text.encode()
    assert path.stat().st_mode & 0o077 == 0


def delivery(reply: Reply, *, resent: bool = False) -> Delivery:
    return Delivery(1, ME, Lane.TALK, reply, State.SENDING, 1, work.now(), resent)


# -- the command, in a process of its own


@pytest.fixture
def place(tmp_path: Path, built: Path) -> Path:
    """A folder in which the program was started before."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    shutil.copytree(built, tmp_path / "data")
    return tmp_path


async def test_a_talk_from_question_to_end_of_input(place: Path) -> None:
    async with started(place, "chat") as program:
        await program.until("按 Ctrl\\+D 结束")
        await program.type("民法典1077条\n")
        await program.until("三十日内，任何一方不愿意离婚")
        await program.type("找人工\n")
        await program.until("您想问什么")
        await program.type("隔壁占了我家的地界\n")
        await program.until("  1\\. 同意\n  2\\. 不同意\n")
        await program.type("1\n")
        await program.until("受理号 TL")
        code, out, err = await program.end()
    assert code == 0, err
    assert phrases.ASK_VILLAGE in out
    assert "Traceback" not in err


@pytest.mark.slow
async def test_questions_from_a_pipe_are_answered_before_it_ends(place: Path) -> None:
    async with started(place, "chat") as program:
        await program.type("你好\n老板差我三个月工前，我在工地干得\n1\n/帮助")
        code, out, err = await program.end(60)
    assert code == 0, err
    answers = out.split("\n> ")
    assert phrases.SMALLTALK["greeting"] in answers[1]
    assert "工资" in answers[2]
    assert "依据：" in answers[3]
    assert phrases.HELP in answers[4]


@pytest.mark.slow
async def test_an_interrupt_ends_it_at_once_and_telegram_is_left_to_the_server(place: Path) -> None:
    async with started(place, "chat", env={"TELEGRAM_TOKEN": "1:AAAA"}) as program:
        await program.type("你好\n")
        await program.until(phrases.SMALLTALK["greeting"])
        asked = time.monotonic()
        program.process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(program.process.wait(), 20)
        assert time.monotonic() - asked < 8
        _, _, err = await program.end()
    assert code == 0
    assert "Telegram" not in err
