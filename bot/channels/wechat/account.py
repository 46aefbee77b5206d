"""Check what is posted to an official account, and answer it, in the open or sealed."""

import secrets
import time
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from bot.channels import frames
from bot.channels.envelope import Envelope, Forged, is_signed, signature, unsealed
from bot.channels.frames import Frame, Malformed


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the platform knows it: its original id, the token it signs with, and in safe mode the envelope."""

    id: str
    token: str
    envelope: Envelope | None = None

    def signed(self, query: QueryParams) -> bool:
        """Do the parameters of a call carry our signature?"""
        parts = self.token, query.get("timestamp", ""), query.get("nonce", "")
        return bool(self.token) and is_signed(query.get("signature", ""), *parts)

    def opened(self, query: QueryParams, body: bytes) -> Frame:
        """The frame that was posted to us; raises Malformed and Forged."""
        frame = frames.read(body)
        if self.envelope:
            frame = frames.read(unsealed(self.envelope, self.token, query, frame.get("Encrypt", "")))
        if frame.get("ToUserName") != self.id:
            raise Forged("for another account")
        return frame

    def answer(self, openid: str, text: str) -> str:
        """The body of a passive answer."""
        said = frames.write(
            {
                "ToUserName": openid,
                "FromUserName": self.id,
                "CreateTime": int(time.time()),
                "MsgType": "text",
                "Content": text,
            }
        )
        return self._sealed(self.envelope, said) if self.envelope else said

    def _sealed(self, envelope: Envelope, said: str) -> str:
        at, nonce, sealed = int(time.time()), secrets.token_hex(8), envelope.seal(said)
        signed = signature(self.token, str(at), nonce, sealed)
        return frames.write({"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": at, "Nonce": nonce})


__all__ = ["Account", "Forged", "Malformed"]
