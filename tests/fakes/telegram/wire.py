"""Read a request in any of the forms a Bot API client may use: query string, form, multipart or JSON."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from tests.fakes.telegram.ledger import File
from tests.fakes.telegram.refusals import Json, bad


@dataclass
class Form:
    """The parameters of one call."""

    values: Json = field(default_factory=dict[str, Any])
    files: dict[str, File] = field(default_factory=dict[str, File])

    def text(self, name: str) -> str:
        """Give a string, empty when it is missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Give an integer, the default when it is missing or none."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Give a yes or no."""
        return self.text(name).lower() in ("true", "yes", "1")

    def nested(self, name: str) -> Any:
        """Give an object or array, which forms carry as JSON text."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None

    @property
    def chat(self) -> int | None:
        """Give the chat that is meant, if it is one."""
        return self.number("chat_id") or None

    def file(self, name: str) -> File | None:
        """Give an upload, under its own name or attached under another."""
        return self.files.get(self.text(name).removeprefix("attach://") or name)


async def form(request: web.BaseRequest) -> Form:
    """Read the parameters of a call."""
    values: Json = dict(request.query)
    if not request.body_exists:
        return Form(values)
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _multipart(request, values)
    body = await request.read()
    if kind == "application/json":
        return Form(values | _object(body))
    return Form(values | dict(parse_qsl(body.decode(), keep_blank_values=True)))


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(found, dict):
        raise bad("JSON object expected")
    return found


async def _multipart(request: web.BaseRequest, values: Json) -> Form:
    read = Form(values)
    for name, part in (await request.post()).items():
        if isinstance(part, FileField):
            with part.file:
                read.files[name] = File(part.filename, part.file.read())
        else:
            read.values[name] = part if isinstance(part, str) else bytes(part).decode()
    return read
