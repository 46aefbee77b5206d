"""Act as somebody at a browser without scripts: keep cookies, read forms, send them."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, ClientTimeout, CookieJar, FormData
from multidict import CIMultiDictProxy

from handlers.messages import Address
from storage.store import Store
from storage.views import Said

Fields = Mapping[str, str] | Sequence[tuple[str, str]]
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: CIMultiDictProxy[str]

    @property
    def words(self) -> str:
        """What a person reads: the text without its tags."""
        return unescape(_TAG.sub("", self.text))

    @property
    def nonce(self) -> str:
        """The nonce of the box for questions (the last form but one), or of the only form."""
        found = re.findall(r'name="nonce" value="([^"]+)"', self.text)
        return found[-2] if len(found) > 1 else found[0]

    @property
    def csrf(self) -> str:
        """The token in the forms."""
        return re.findall(r'name="csrf" value="([^"]+)"', self.text)[0]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The buttons that can be pressed in answer: (label, value)."""
        found = re.findall(r'<button [^>]*name="choice" value="([^"]*)">([^<]*)</button>', self.text)
        return [(unescape(label), unescape(value)) for value, label in found]

    @property
    def location(self) -> str:
        """Where it sends the browser."""
        return self.headers["Location"]


class Person:
    """One browser."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def get(self, path: str = "/", **headers: str) -> Page:
        """Open a page."""
        async with self.session.get(self.base + path, headers=_real(headers), allow_redirects=False) as answer:
            return Page(answer.status, await answer.text(errors="replace"), answer.headers)

    async def post(self, path: str, fields: Fields | None = None, **headers: str) -> Page:
        """Send a form."""
        sent = self.session.post(self.base + path, data=fields or {}, headers=_real(headers), allow_redirects=False)
        async with sent as answer:
            return Page(answer.status, await answer.text(), answer.headers)

    async def send(
        self, path: str, fields: Fields, *contents: bytes, names: Sequence[str] = (), **headers: str
    ) -> Page:
        """Send a form with pictures or files."""
        form = FormData(fields, quote_fields=False)
        for number, content in enumerate(contents):
            name = names[number] if names else f"图{number}.png"
            form.add_field("file", BytesIO(content), filename=name, content_type="application/octet-stream")
        if not contents:
            form.add_field("file", BytesIO(), filename="", content_type="application/octet-stream")
        sent = self.session.post(self.base + path, data=form, headers=_real(headers), allow_redirects=False)
        async with sent as answer:
            return Page(answer.status, await answer.text(), answer.headers)

    async def ask(self, words: str) -> Page:
        """Ask with the form on the page, and read what the page shows then."""
        page = await self.get()
        sent = await self.post("/ask", {"nonce": page.nonce, "text": words})
        assert sent.status == 303, sent.words
        return await self.get()

    async def press(self, label: str) -> Page:
        """Press the button of that label, and read what the page shows then."""
        page = await self.get()
        values = dict(page.options)
        sent = await self.post("/ask", {"nonce": page.nonce, "choice": values[label]})
        assert sent.status == 303, sent.words
        return await self.get()

    async def escalate(self, words: str, village: str = "") -> str:
        """Bring a question to a human; returns the receipt number."""
        await self.press("找人工")
        await self.ask(words)
        page = await self.press("同意")
        receipts = re.findall(r"TL\d{6}-[A-Z0-9]{6}", page.words)
        assert receipts, page.words
        await (self.ask(village) if village else self.press("不说/找不到"))
        return str(receipts[-1])

    async def log_in(self, login: str, password: str) -> Page:
        """Send the login form."""
        return await self.post("/login", {"login": login, "password": password})

    def cookie(self, name: str) -> str:
        """The value of a cookie it keeps."""
        return next(c.value for c in self.session.cookie_jar if c.key == name)


def _real(headers: Mapping[str, str]) -> dict[str, str]:
    """X_Forwarded_For as a keyword becomes X-Forwarded-For."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@asynccontextmanager
async def at(base: str, **options: Any) -> AsyncGenerator[Person]:
    """A new browser, without any cookie."""
    jar = CookieJar(unsafe=True)  # the server is known by its number
    async with ClientSession(cookie_jar=jar, timeout=ClientTimeout(total=20), **options) as session:
        yield Person(session, base)


async def said(store: Store, person: Person) -> list[Said]:
    """The conversation as another process reads it."""
    visitor = person.cookie("resident").split(".")[0]
    return list(await store.views.transcript(Address("web", visitor)))
