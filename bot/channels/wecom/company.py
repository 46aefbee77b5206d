"""Check what is posted to an app of a company: all of it is sealed and signed."""

from dataclasses import dataclass

from starlette.datastructures import QueryParams

from bot.channels import frames
from bot.channels.envelope import Envelope, Forged, unsealed
from bot.channels.frames import Frame


@dataclass(frozen=True, slots=True)
class Company:
    """A company by its id, and one app of it: its number, the token it signs with and the envelope."""

    id: str
    agent: int
    token: str
    envelope: Envelope

    def echo(self, query: QueryParams) -> str:
        """What the platform wants to be shown, to know that we are the app's server; raises Forged."""
        return unsealed(self.envelope, self.token, query, query.get("echostr", ""))

    def opened(self, query: QueryParams, body: bytes) -> Frame:
        """The frame that was posted to us; raises Malformed and Forged."""
        sealed = frames.read(body).get("Encrypt", "")
        frame = frames.read(unsealed(self.envelope, self.token, query, sealed))
        if frame.get("ToUserName") != self.id or frame.get("AgentID", str(self.agent)) != str(self.agent):
            raise Forged("for another company or app")
        return frame
