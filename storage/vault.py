"""Seal the words of people, so that a copy of the database tells nobody what they said."""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1


class Sealed(ValueError):
    """The words cannot be opened: another key sealed them, or they belong to another place."""


class Vault:
    """AES-256-GCM under one key; `place` (table and owner) is authenticated, so that words cannot be moved."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key
        self._signing = sha256(b"signing:" + key).digest()

    def seal(self, words: str, place: str) -> bytes:
        """Encrypt; half a surrogate pair, which JSON can carry and UTF-8 cannot, becomes U+FFFD."""
        return self.lock(_encoded(words), place)

    def lock(self, content: bytes, place: str) -> bytes:
        """Encrypt what is no words."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def mark(self, words: str, place: str) -> str:
        """What is kept of words that are only ever compared; without the key nobody can try all of them."""
        return hmac.new(self._key, f"mark:{place}:{words}".encode(), sha256).hexdigest()

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt; raises Sealed."""
        return self.unlock(sealed, place).decode()

    def unlock(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what is no words; raises Sealed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:  # the latter if there is not even a nonce
            raise Sealed(f"words at {place} cannot be opened with this key") from error

    def sign(self, words: str) -> str:
        """What nobody without the key can add to these words: 96 bits, in letters that an address may hold."""
        return hmac.new(self._signing, words.encode(), sha256).hexdigest()[:24]


def _encoded(words: str) -> bytes:
    try:
        return words.encode()
    except UnicodeEncodeError:
        return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
