"""Name what the API refuses, in the numbers and words that the real one uses."""

from typing import Any

Json = dict[str, Any]

# https://developers.weixin.qq.com/doc/service/guide/dev/api/error_code.html
WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40018: "invalid button name size",
    40023: "invalid sub button size",
    40025: "invalid sub button name size",
    40032: "invalid openid list size",
    40037: "invalid template_id",
    40014: "invalid access_token",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    40097: "invalid args",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    47001: "data format error",
    48001: "api unauthorized",
    48002: "api forbidden",
    60020: "not allow to access from your ip",
    81013: "user & party & tag all invalid",
}


class Refused(Exception):
    """An answer whose errcode is not 0; `more` is what else the answer holds."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(WORDS.get(code, "error"))
        self.code = code
        self.more = more

    @property
    def body(self) -> Json:
        """Give the JSON that a caller reads."""
        return {"errcode": self.code, "errmsg": f"{self} rid: 65f0-fake", **self.more}
