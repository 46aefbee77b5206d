"""Be the servers of WeChat official accounts, over real HTTP: the API that we call, the platform that calls us."""

from tests.fakes.wechat.fake import ACCOUNT, AES_KEY, APP_ID, SECRET, TOKEN, FakeWeChat
from tests.fakes.wechat.ledger import Sent
from tests.fakes.wechat.platform import Asked, Pushed

__all__ = ["ACCOUNT", "AES_KEY", "APP_ID", "SECRET", "TOKEN", "Asked", "FakeWeChat", "Pushed", "Sent"]
