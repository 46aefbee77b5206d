"""Certify that a quiz was passed for one matter, in a code that can be checked without asking us."""

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]  # message, signature
PREFIX = "TL1"
_MATTER = re.compile(r"(?=.*\d)[A-Z0-9\u4e00-\u9fff〔〕\[\]()#·-]{5,40}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who holds it answers `right` of `asked` questions of a quiz, for one matter, on one day."""

    quiz: str
    matter: str
    day: str  # ISO 8601
    right: int
    asked: int


def matter(words: str) -> str | None:
    """The number of a notice or of a plate as it is kept, or None if the words are no such number."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).upper()
    return folded if _MATTER.fullmatch(folded) else None


def digest(quiz: str, of: str, sign: Sign) -> str:
    """What is kept of a matter that was tried for: enough to know it again, and too little to read it from."""
    return hashlib.sha256(sign(f"matter:{quiz}:{of}".encode())).hexdigest()  # Ed25519 signs alike each time


def certify(certificate: Certificate, sign: Sign) -> str:
    """The signed code of a certificate."""
    body = json.dumps(asdict(certificate), ensure_ascii=False, separators=(",", ":")).encode()
    return ".".join((PREFIX, _text(body), _text(sign(body))))


def read(code: str, verify: Verify) -> Certificate | None:
    """The certificate of a code, or None if it is not one that we signed."""
    parts = re.sub(r"\s+", "", code).split(".")
    if len(parts) != 3 or parts[0] != PREFIX:
        return None
    try:
        body, signature = _bytes(parts[1]), _bytes(parts[2])
    except (binascii.Error, ValueError):
        return None
    return Certificate(**json.loads(body)) if verify(body, signature) else None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
