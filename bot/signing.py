"""Sign certificates with the key of this installation, and check what was signed."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from handlers.education.certificates import Sign, Verify


def signer(secret: bytes) -> Sign:
    """Signatures (Ed25519, RFC 8032) under the key that the secret gives."""
    return _private(secret).sign


def desk(secret: bytes) -> Sign:
    """Signatures on the buttons and codes of advisers; nothing else that this secret guards passes for one."""
    return signer(secret + b":desk")


def public(secret: bytes) -> str:
    """What agencies need to check certificates: 64 hexadecimal digits, no secret."""
    return _private(secret).public_key().public_bytes_raw().hex()


def verifier(public_key: str) -> Verify:
    """Whether a signature is of a message; raises ValueError where that is no key."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))

    def verify(message: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


def _private(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(secret).digest())
