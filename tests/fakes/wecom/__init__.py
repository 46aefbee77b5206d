"""Be the servers of WeCom, over real HTTP: the API that an app calls, the platform that calls the app."""

from tests.fakes.wecom.fake import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom
from tests.fakes.wecom.members import Told

__all__ = ["AES_KEY", "AGENT", "CORP", "SECRET", "TOKEN", "FakeWeCom", "Told"]
