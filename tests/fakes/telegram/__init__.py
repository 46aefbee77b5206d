"""Be the Bot API server of https://core.telegram.org/bots/api, over real HTTP, for tests and measurements."""

from tests.fakes.telegram.fake import TOKEN, USERNAME, FakeTelegram
from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.ledger import Call, File, Sent
from tests.fakes.telegram.pace import Limits
from tests.fakes.telegram.remote import Remote, launch
from tests.fakes.telegram.text import units

__all__ = ["TOKEN", "USERNAME", "Call", "FakeTelegram", "Fault", "File", "Limits", "Remote", "Sent", "launch", "units"]
