"""What a file is says its content, never its name; what is not known to be harmless is not taken."""

import pytest

from handlers import enclosures
from handlers.enclosures import JPEG, PDF, PNG, WEBP, WORD, checked, named
from handlers.errors import Refused
from tests import files

MOST = 100_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.png(), PNG),
        (files.JPEG, JPEG),
        (b"RIFF\x10\0\0\0WEBPVP8 ", WEBP),
        (files.PDF, PDF),
        (files.word(), WORD),
    ],
    ids=["png", "jpeg", "webp", "pdf", "word"],
)
def test_what_is_taken_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert checked(content, MOST) == kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "空"),
        (files.png() + b"x" * MOST, "太大"),
        (files.SVG, "收不了"),
        (files.HTML, "收不了"),
        (b"GIF89a", "收不了"),
        (b"MZ\x90\0", "收不了"),
        (b"PK\x03\x04broken", "收不了"),
        (files.word("word/vbaProject.bin"), "收不了"),
        (files.word(*(f"x{n}" for n in range(2000))), "收不了"),
        (b" \n%PDF-1.4", "收不了"),
    ],
    ids=["empty", "large", "svg", "html", "gif", "program", "broken", "macros", "bomb", "late pdf"],
)
def test_everything_else_is_refused_with_the_remedy(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checked(content, max(MOST, len(content)) if why != "太大" else MOST)


@pytest.mark.parametrize(
    ("given", "kind", "name"),
    [
        ("借条.jpg", JPEG, "借条.jpg"),
        ("借条.exe", PNG, "借条.png"),
        ("../../etc/passwd", PDF, "etc passwd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", PDF, "a  Set-Cookie  x.pdf"),
        ("", PNG, "图片.png"),
        ("", WORD, "文件.docx"),
        ("合同\u202egpj.pdf", PDF, "合同gpj.pdf"),
        ("第1.2版", PDF, "第1.2版.pdf"),
        ("长" * 200 + ".pdf", PDF, "长" * 60 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless_and_ends_as_its_content_says(given: str, kind: str, name: str) -> None:
    assert named(given, kind) == name


def test_the_same_message_gives_the_same_marks() -> None:
    assert enclosures.mark("web", "7", 0) == enclosures.mark("web", "7", 0)
    assert len({enclosures.mark(c, e, n) for c in ("web", "telegram") for e in ("7", "70") for n in (0, 1)}) == 8
    marks = [enclosures.mark("web", "7", n) for n in range(20)]
    assert marks == sorted(marks), "what was sent together is shown in its order"
