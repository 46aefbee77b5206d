"""Frames say what was written in them, and nothing that a parser could be made to fetch or swell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import frames
from bot.channels.frames import Malformed

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n]>")))
def test_what_is_written_is_read(words: str) -> None:
    read = frames.read(frames.write({"Content": words, "CreateTime": 17}))
    assert (read["Content"], read["CreateTime"]) == (words, "17")


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert frames.read(frames.write({"Content": "a\0b\x0b\ud83dc\ufffe"}))["Content"] == "abc"


@pytest.mark.parametrize(
    "body",
    [
        f"<!DOCTYPE x [{LAUGHS}]><xml><Content>&l9;</Content></xml>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]><xml><Content>&e;</Content></xml>',
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
        "<json/>",
        "<xml><a>1</a><a>2</a></xml>",
        "{}",
        "",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_frame_is_refused(body: str | bytes) -> None:
    with pytest.raises(Malformed):
        frames.read(body)
