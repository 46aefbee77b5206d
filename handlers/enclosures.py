"""Say which pictures and files may go with words, and what is known of each."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from handlers.errors import Refused
from handlers.messages import Address

PNG, JPEG, WEBP, PDF = "image/png", "image/jpeg", "image/webp", "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {PNG: ".png", JPEG: ".jpg", WEBP: ".webp", PDF: ".pdf", WORD: ".docx"}
PICTURES = frozenset({PNG, JPEG, WEBP})
REMEDY = "能收的是图片（JPG、PNG、WebP）、PDF 和 Word（.docx）"
NAMELESS = "图片和文件"
_NAME_LENGTH = 60  # characters
_ENTRIES = 2000  # parts of a Word file at most: a bomb has more
_UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f]")


class State(StrEnum):
    """Where an enclosure stands."""

    NEW = "new"  # its channel has it; it is not fetched before it goes to a ticket
    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"  # it cannot be had, or is none of those that are taken


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What is known of one without opening it; `kind` is "" until its content was seen."""

    mark: str
    name: str
    kind: str
    size: int  # bytes
    state: State

    @property
    def is_picture(self) -> bool:
        """Can a page show it?"""
        return self.kind in PICTURES


@dataclass(frozen=True, slots=True)
class Content:
    """One that is opened."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """One to be fetched, and which try at it this is."""

    mark: str
    address: Address
    receipt: str
    name: str
    reference: str
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken: bytes of one, how many with one message, how many on one ticket."""

    size: int = 8_000_000
    message: int = 9
    ticket: int = 30


def mark(channel: str, external_id: str, number: int) -> str:
    """What the enclosure of that number of a message is called; the same message gives the same, in its order."""
    digest = sha256(f"{channel}\0{external_id}\0{number}".encode()).hexdigest()
    return f"{number:02x}{digest[:30]}"


def checked(content: bytes, most: int) -> str:
    """The kind of the content, by what it holds and not by its name; raises Refused with the remedy."""
    if not content:
        raise Refused("是空的")
    if len(content) > most:
        raise Refused(f"太大了，一个最多{megabytes(most)}")
    if kind := _kind(content):
        return kind
    raise Refused(f"这种收不了，{REMEDY}")


def megabytes(size: int) -> str:
    """8 MB, as people say it."""
    return f"{size / 1_000_000:.0f} MB"


def _kind(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return WORD if content.startswith(b"PK\x03\x04") and _is_word(content) else ""


def _is_word(content: bytes) -> bool:
    """Is the archive a Word file, and one without macros? Nothing of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not macros and len(names) <= _ENTRIES


def named(given: str, kind: str) -> str:
    """A name for the file that no computer stumbles over, with the ending that its content asks for."""
    plain = _UNSAFE.sub(" ", unicodedata.normalize("NFC", given))
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    stem = stem if dot and len(ending) <= 5 and ending.isascii() and ending.isalnum() else shown
    return f"{stem[:_NAME_LENGTH].strip() or ('图片' if kind in PICTURES else '文件')}{ENDINGS.get(kind, '')}"
