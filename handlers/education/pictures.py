"""Say which files are pictures that every channel shows."""

from dataclasses import dataclass
from hashlib import sha256

from handlers.errors import Refused

MOST = 1_000_000  # bytes: what a telephone loads in the country
SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}  # how the files begin
REMEDY = "请换一张 PNG 或 JPEG 格式、不超过 1 MB 的图"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it was uploaded; it is named by its digest."""

    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        """What it is named by."""
        return sha256(self.content).hexdigest()


def read(content: bytes) -> Picture:
    """The picture that the bytes are; raises Refused with the remedy."""
    if not content:
        raise Refused("没有选图。先选一张图，再按“配上这张图”")
    if len(content) > MOST:
        raise Refused(f"图太大。{REMEDY}")
    kind = next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), None)
    if kind is None:
        raise Refused(f"这不是图，或格式不对。{REMEDY}")
    return Picture(kind, content)
