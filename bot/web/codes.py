"""Check the codes of an authenticator app (TOTP, RFC 6238), and draw what such an app reads."""

import hmac
import re
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup
from pyotp.totp import TOTP

ISSUER = "铜梁公共法律服务"
PERIOD = 30  # seconds a code is shown
DRIFT = 1  # steps that a telephone's clock may be off
_SECRET = re.compile(r"[A-Z2-7]{32}")
_CODE = re.compile(r"[0-9]{6}")


def fresh() -> str:
    """A new secret of 160 bits."""
    return pyotp.random_base32()


def is_secret(given: str) -> bool:
    """Has it the form of a secret?"""
    return _SECRET.fullmatch(given) is not None


def step(secret: str, given: str, now: datetime) -> int | None:
    """The number of the period whose code this is; None if it is none of now."""
    code = re.sub(r"\s", "", given)
    if not _CODE.fullmatch(code):
        return None
    present = int(now.timestamp()) // PERIOD
    totp = TOTP(secret, interval=PERIOD)
    steps = range(present - DRIFT, present + DRIFT + 1)
    return next((n for n in steps if hmac.compare_digest(totp.generate_otp(n), code)), None)


def picture(secret: str, login: str) -> Markup:
    """The QR code of the secret, as SVG that stands in a page."""
    address = TOTP(secret, interval=PERIOD).provisioning_uri(name=login, issuer_name=ISSUER)
    drawn = segno.make(address, micro=False).svg_inline(scale=5, border=3, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - drawn from numbers; the address is not in it as text


def grouped(secret: str) -> str:
    """The secret as one types it."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
