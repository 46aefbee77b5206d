"""Sign and seal as the WeChat platforms do: SHA-1 over sorted parts, AES-256-CBC under the account's key.

https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK = 32  # bytes that the platform pads to, though AES needs 16
SALT = 16  # random bytes before the message
LENGTH = 4  # bytes of its length, the high ones first


class Unsealable(ValueError):
    """It was not sealed for us."""


class Forged(Exception):
    """It does not come from the platform, or is not meant for this account."""


def signature(*parts: str) -> str:
    """The signature of these parts, in whatever order they come."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Is this their signature? Compared byte by byte in constant time, whatever letters it has."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


class Envelope:
    """Seals for one owner: the AppID of an account, or the id of a company."""

    def __init__(self, key: str, owner: str) -> None:
        secret = base64.b64decode(f"{key}=")
        self._cipher = Cipher(AES(secret), CBC(secret[:16]))
        self._owner = owner.encode()

    def seal(self, words: str) -> str:
        """Encrypt."""
        message = words.encode()
        padder, cipher = PKCS7(BLOCK * 8).padder(), self._cipher.encryptor()
        plain = os.urandom(SALT) + len(message).to_bytes(LENGTH, "big") + message + self._owner
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what was signed; raises Unsealable."""
        try:
            cipher, unpadder = self._cipher.decryptor(), PKCS7(BLOCK * 8).unpadder()
            padded = cipher.update(base64.b64decode(sealed, validate=True)) + cipher.finalize()
            plain = unpadder.update(padded) + unpadder.finalize()
            end = SALT + LENGTH + int.from_bytes(plain[SALT : SALT + LENGTH], "big")
            words = plain[SALT + LENGTH : end].decode()
        except ValueError as error:
            raise Unsealable("not sealed under this key") from error
        if plain[end:] != self._owner:
            raise Unsealable("sealed for another owner")
        return words


def unsealed(envelope: Envelope, token: str, query: Mapping[str, str], sealed: str) -> str:
    """What was sealed for us and signed with our token; raises Forged."""
    parts = token, query.get("timestamp", ""), query.get("nonce", ""), sealed
    if not sealed or not is_signed(query.get("msg_signature", ""), *parts):
        raise Forged("not sealed")  # in the open, though the account is in safe mode
    try:
        return envelope.open(sealed)
    except Unsealable as error:
        raise Forged("sealed for another account") from error
