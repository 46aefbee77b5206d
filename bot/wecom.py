"""Wire the advisers' app of WeCom as it was set."""

from bot.channels.calls import Calls
from bot.channels.envelope import Envelope
from bot.channels.wecom import Api, Company, WeCom
from bot.channels.wecom.channel import Accept
from bot.config import Settings, shown
from storage.store import Store


def channel(settings: Settings, store: Store, accept: Accept) -> WeCom:
    """The channel."""
    file, secrets = settings.file.wecom, settings.secrets
    company = Company(
        file.corp_id, file.agent, shown(secrets.wecom_token), Envelope(shown(secrets.wecom_aes_key), file.corp_id)
    )
    calls = Calls(file.api_url, file.timeout_seconds)
    api = Api(calls, file.corp_id, shown(secrets.wecom_secret), file.agent, store.tokens)
    return WeCom(company, api, accept)
