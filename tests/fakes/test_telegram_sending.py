"""Hold the fake to what the Bot API accepts of a bot and refuses."""

import pytest
from telegram import Bot

from tests.fakes.conftest import Call, Json
from tests.fakes.telegram import FakeTelegram


class TestSending:
    async def test_a_message_is_recorded(self, telegram: FakeTelegram, call: Call) -> None:
        said = telegram.say(1, "问")
        answer = await call("sendMessage", chat_id=1, text="<b>答</b> &amp; 复", parse_mode="HTML")
        sent = telegram.sent[0]
        assert (sent.chat, sent.text, sent.message_id) == (1, "答 & 复", said["message"]["message_id"] + 1)
        assert answer["result"]["entities"] == sent.entities == [{"type": "bold", "offset": 0, "length": 1}]
        assert sent.params["text"] == "<b>答</b> &amp; 复"
        assert telegram.texts(1) == ["答 & 复"]
        assert telegram.texts(2) == []

    @pytest.mark.parametrize(
        ("parameters", "status", "why"),
        [
            ({"text": "法" * 4096}, 200, ""),
            ({"text": "法" * 4097}, 400, "message is too long"),
            ({"text": "😀" * 2048}, 200, ""),
            ({"text": "😀" * 2049}, 400, "message is too long"),
            ({"text": "<b>" + "法" * 4096 + "</b>", "parse_mode": "HTML"}, 200, ""),
            ({"text": ""}, 400, "message text is empty"),
            ({}, 400, "message text is empty"),
            ({"text": " \n\u200b"}, 400, "text must be non-empty"),
            ({"text": "<b></b>", "parse_mode": "HTML"}, 400, "text must be non-empty"),
            ({"text": "a\ud83d b"}, 400, "strings must be encoded in UTF-8"),
            ({"text": "x", "parse_mode": "BBCode"}, 400, "unsupported parse_mode"),
            ({"text": "x", "chat_id": 999}, 400, "chat not found"),
            ({"text": "x", "chat_id": "telegram:1"}, 400, "chat not found"),
            ({"text": "x", "chat_id": ""}, 400, "chat_id is empty"),
        ],
    )
    async def test_a_text_is_checked(
        self, telegram: FakeTelegram, call: Call, parameters: Json, status: int, why: str
    ) -> None:
        answer = await call("sendMessage", **{"chat_id": 1, **parameters})
        assert answer.get("error_code", 200) == status
        assert why in answer.get("description", "")
        assert len(telegram.sent) == (status == 200)

    @pytest.mark.parametrize(
        ("button", "why"),
        [
            ({"text": "是", "callback_data": "x" * 64}, ""),
            ({"text": "是", "callback_data": "法" * 21}, ""),
            ({"text": "是", "url": "https://example.org"}, ""),
            ({"text": "是", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
            ({"text": "是", "callback_data": "法" * 22}, "BUTTON_DATA_INVALID"),
            ({"text": "是", "callback_data": ""}, "BUTTON_DATA_INVALID"),
            ({"text": " ", "callback_data": "x"}, "must be non-empty"),
            ({"text": "是"}, "text buttons are unallowed"),
            ({"text": "是", "url": "example"}, "Wrong HTTP URL"),
        ],
    )
    async def test_a_keyboard_is_checked(self, call: Call, button: Json, why: str) -> None:
        answer = await call("sendMessage", chat_id=1, text="x", reply_markup={"inline_keyboard": [[button]]})
        assert why in answer.get("description", "")
        assert answer["ok"] is not bool(why)

    async def test_who_blocked_the_bot_is_not_reached(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.block(1)
        answer = await call("sendMessage", chat_id=1, text="x")
        assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
        telegram.unblock(1)
        assert (await call("sendMessage", chat_id=1, text="x"))["ok"]

    async def test_a_message_can_be_edited(self, telegram: FakeTelegram, call: Call) -> None:
        number = (await call("sendMessage", chat_id=1, text="旧"))["result"]["message_id"]
        markup = {"inline_keyboard": [[{"text": "是", "callback_data": "yes"}]]}
        assert (await call("editMessageText", chat_id=1, message_id=number, text="新"))["ok"]
        assert (await call("editMessageReplyMarkup", chat_id=1, message_id=number, reply_markup=markup))["ok"]
        assert [(edit.text, edit.markup) for edit in telegram.edited(1)] == [("新", None), ("新", markup)]
        assert telegram.texts(1) == ["旧"]

    async def test_an_edit_without_change_or_object_is_refused(self, telegram: FakeTelegram, call: Call) -> None:
        heard = telegram.say(1, "问")["message"]["message_id"]
        number = (await call("sendMessage", chat_id=1, text="旧"))["result"]["message_id"]
        same = await call("editMessageText", chat_id=1, message_id=number, text="旧")
        missing = await call("editMessageText", chat_id=1, message_id=number + 1, text="新")
        foreign = await call("editMessageText", chat_id=1, message_id=heard, text="新")
        assert "message is not modified" in same["description"]
        assert missing["description"] == "Bad Request: message to edit not found"
        assert foreign["description"] == "Bad Request: message can't be edited"

    async def test_typing_is_shown(self, telegram: FakeTelegram, call: Call) -> None:
        assert (await call("sendChatAction", chat_id=1, action="typing"))["ok"]
        assert not (await call("sendChatAction", chat_id=1, action="thinking"))["ok"]
        assert telegram.ledger.actions == [(1, "typing")]

    async def test_the_menu_is_checked(self, telegram: FakeTelegram, call: Call) -> None:
        assert (await call("setMyCommands", commands=[{"command": "help", "description": "帮助"}]))["ok"]
        assert not (await call("setMyCommands", commands=[{"command": "帮助", "description": "帮助"}]))["ok"]
        assert not (await call("setMyCommands", commands=[{"command": "help", "description": ""}]))["ok"]
        assert (await call("getMyCommands"))["result"] == telegram.ledger.menu

    async def test_a_document_arrives_whole(self, telegram: FakeTelegram) -> None:
        async with Bot(telegram.token, base_url=f"{telegram.base}/bot") as bot:
            message = await bot.send_document(1, b"%PDF" * 400_000, filename="答复.pdf", caption="见附件")
        assert message.document
        assert message.document.file_size == 1_600_000
        file = telegram.sent[0].file
        assert file
        assert (file.name, file.content[:4], telegram.texts(1)) == ("答复.pdf", b"%PDF", ["见附件"])

    async def test_a_picture_is_uploaded_once_and_named_afterwards(self, telegram: FakeTelegram, call: Call) -> None:
        async with Bot(telegram.token, base_url=f"{telegram.base}/bot") as bot:
            first = await bot.send_photo(1, b"\x89PNG\r\n\x1a\n" + bytes(100), caption="看图")
            again = await bot.send_photo(1, first.photo[-1].file_id, caption="再看")
        assert again.photo[-1].file_id == first.photo[-1].file_id
        assert telegram.texts(1) == ["看图", "再看"]
        for photo in ("photo-0", ""):
            assert not (await call("sendPhoto", chat_id=1, photo=photo))["ok"]
        assert not (await call("sendPhoto", chat_id=1, photo=first.photo[-1].file_id, caption="长" * 1025))["ok"]


class TestButtons:
    @pytest.fixture
    async def asked(self, call: Call) -> Json:
        rows = [[{"text": "是", "callback_data": "yes"}, {"text": "否", "callback_data": "no"}]]
        return (await call("sendMessage", chat_id=1, text="对吗", reply_markup={"inline_keyboard": rows}))["result"]

    @pytest.mark.parametrize("button", ["是", "yes"])
    async def test_a_button_is_pressed_by_label_or_data(
        self, telegram: FakeTelegram, call: Call, asked: Json, button: str
    ) -> None:
        query = telegram.press(1, button)["callback_query"]
        assert (query["data"], query["message"]["message_id"]) == ("yes", asked["message_id"])
        assert (await call("answerCallbackQuery", callback_query_id=query["id"], text="好"))["ok"]
        assert [answer["text"] for answer in telegram.queries[query["id"]].answers] == ["好"]

    @pytest.mark.usefixtures("asked")
    async def test_a_button_that_is_not_there_cannot_be_pressed(self, telegram: FakeTelegram) -> None:
        with pytest.raises(LookupError, match="maybe"):
            telegram.press(1, "maybe")
        with pytest.raises(LookupError):
            telegram.press(2, "yes")

    async def test_a_press_may_be_forged(self, telegram: FakeTelegram) -> None:
        query = telegram.forge(1, "ticket:999", sender=2)["callback_query"]
        assert (query["data"], query["from"]["id"], query["message"]["chat"]["id"]) == ("ticket:999", 2, 1)

    async def test_an_old_or_unknown_press_is_not_answered(self, telegram: FakeTelegram, call: Call) -> None:
        query = telegram.forge(1, "x")["callback_query"]
        telegram.expire(query["id"])
        for query_id in (query["id"], "12345"):
            answer = await call("answerCallbackQuery", callback_query_id=query_id)
            assert "query is too old" in answer["description"]
