"""Wire the official account of WeChat as it was set."""

from pydantic import SecretStr

from bot.channels.calls import Calls
from bot.channels.envelope import Envelope
from bot.channels.wechat import Account, Api, Notice, WeChat
from bot.channels.wechat.channel import Accept
from bot.config import Settings
from storage.store import Store


def channel(settings: Settings, store: Store, accept: Accept) -> WeChat:
    """The channel."""
    file, secrets = settings.file.wechat, settings.secrets
    envelope = Envelope(_shown(secrets.wechat_aes_key), file.app_id) if file.mode == "safe" else None
    return WeChat(
        Account(file.account, _shown(secrets.wechat_token), envelope),
        api(settings, store),
        accept,
        counted=store.allowances,
        answered=store.views.answered,
        answer_seconds=file.answer_seconds,
        notice=Notice(file.template, file.template_fields, settings.file.server.public_url),
    )


def api(settings: Settings, store: Store) -> Api:
    """The account's side of the API."""
    file = settings.file.wechat
    calls = Calls(file.api_url, file.timeout_seconds)
    return Api(calls, file.app_id, _shown(settings.secrets.wechat_secret), store.tokens)


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
