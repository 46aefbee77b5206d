"""Hold the fake to the Bot API's reading of HTML and MarkdownV2."""

import pytest

from tests.fakes.conftest import Call
from tests.fakes.telegram import units
from tests.fakes.telegram.text import parse_html, parse_markdown


class TestMarkup:
    @pytest.mark.parametrize(
        ("raw", "plain", "kinds"),
        [
            ("<b>粗</b>", "粗", ["bold"]),
            ("<b>粗<i>斜</i></b>", "粗斜", ["bold", "italic"]),
            ('<a href="https://e.org/?a=1">看</a>', "看", ["text_link"]),
            ("1 > 0 &lt;b&gt; &amp;#60; &#20013; &#x56fd;", "1 > 0 <b> &#60; 中 国", []),
            ("&nbsp;&", "&nbsp;&", []),
            ('<span class="tg-spoiler">秘</span><code>x</code>', "秘x", ["spoiler", "code"]),
        ],
    )
    def test_html_is_read(self, raw: str, plain: str, kinds: list[str]) -> None:
        text, entities = parse_html(raw)
        assert (text, [entity["type"] for entity in entities]) == (plain, kinds)

    def test_offsets_count_utf16_units(self) -> None:
        text, entities = parse_html("😀<b>中😀</b>")
        assert entities == [{"type": "bold", "offset": 2, "length": 3}]
        assert units(text) == 5

    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            ("<b>未闭合 & < >", "Unsupported start tag"),
            ("<b>粗", 'Can\'t find end tag corresponding to start tag "b"'),
            ("粗</b>", "Unexpected end tag at byte offset 3"),
            ("<b><i>x</b></i>", 'expected "</i>", found "</b>"'),
            ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
            ("a < b", "Unclosed start tag at byte offset 2"),
        ],
    )
    async def test_broken_html_is_refused(self, call: Call, raw: str, why: str) -> None:
        answer = await call("sendMessage", chat_id=1, text=raw, parse_mode="HTML")
        assert answer["description"].startswith("Bad Request: can't parse entities: ")
        assert why in answer["description"]

    @pytest.mark.parametrize(
        ("raw", "plain", "kinds"),
        [
            (
                "*粗* _斜_ __下__ ~删~ ||秘||",
                "粗 斜 下 删 秘",
                ["bold", "italic", "underline", "strikethrough", "spoiler"],
            ),
            (r"1\.5\-2 \(万\)", "1.5-2 (万)", []),
            (r"[看](https://e.org/a\)b)", "看", ["text_link"]),
            ("`a.b-c`", "a.b-c", ["code"]),
            (">引用\n>第二行", "引用\n第二行", []),
        ],
    )
    def test_markdown_is_read(self, raw: str, plain: str, kinds: list[str]) -> None:
        text, entities = parse_markdown(raw)
        assert (text, [entity["type"] for entity in entities]) == (plain, kinds)

    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            ("第1.条", "Character '.' is reserved"),
            ("_ * [ ] ( ) ~ ` > # + - = | { } . !", "can't parse entities"),
            ("**没闭合 `代码 [链接](", "Can't find end of Code entity"),
            ("*粗", "Can't find end of Bold entity at byte offset 0"),
            ("[看]", "Can't find end of a URL"),
        ],
    )
    async def test_broken_markdown_is_refused(self, call: Call, raw: str, why: str) -> None:
        answer = await call("sendMessage", chat_id=1, text=raw, parse_mode="MarkdownV2")
        assert answer["error_code"] == 400
        assert why in answer["description"]
