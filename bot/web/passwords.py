"""Check passwords with argon2id, which is slow on purpose and therefore runs in threads, two at once."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHES = PasswordHash((Argon2Hasher(),))
_ROOM = asyncio.Semaphore(2)
# what an unknown login is checked against, so that it takes as long as a known one
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZSBzYWx0IGhlcmU$2r0y0bqkq3rmp3Yk0JmJpS2hP9l1nS6a0m7r3l2m0xE"
SHORTEST = 10  # characters


async def digest(password: str) -> str:
    """What to keep of a password."""
    async with _ROOM:
        return await asyncio.to_thread(_HASHES.hash, password)


async def matches(password: str, kept: str | None) -> bool:
    """Is it the password that was kept? None stands for a login that does not exist."""
    async with _ROOM:
        return await asyncio.to_thread(_verify, password, kept or _NOBODY) and kept is not None


def _verify(password: str, kept: str) -> bool:
    try:
        return _HASHES.verify(password, kept)
    except PwdlibError:
        return False
