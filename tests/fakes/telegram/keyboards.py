"""Check the buttons under a message as the Bot API does."""

from typing import Any

from tests.fakes.telegram.refusals import Json, bad

ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay", "callback_game")


def checked(markup: Any) -> Json | None:
    """Give the keyboard as it will stand under the message.

    Raises Refused for a button without text or action and for data outside 1–64 bytes.
    """
    if markup in (None, ""):
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows: list[list[Json]] = markup.get("inline_keyboard", [])
    for row in rows:
        for button in row:
            _check(button)
    if "inline_keyboard" not in markup:
        return markup
    return {"inline_keyboard": [row for row in rows if row]}


def _check(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if not any(action in button for action in ACTIONS):
        raise bad("text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and ":" not in str(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
