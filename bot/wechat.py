"""Wire the official account of WeChat as it was set."""

from datetime import timedelta

from bot.channels.calls import Calls
from bot.channels.envelope import Envelope
from bot.channels.wechat import Account, Api, Notice, WeChat
from bot.channels.wechat.channel import Accept
from bot.channels.wechat.links import Links
from bot.config import Settings, key, shown
from storage.store import Store


def channel(settings: Settings, store: Store, accept: Accept) -> WeChat:
    """The channel."""
    file, secrets = settings.file.wechat, settings.secrets
    envelope = Envelope(shown(secrets.wechat_aes_key), file.app_id) if file.mode == "safe" else None
    return WeChat(
        Account(file.account, shown(secrets.wechat_token), envelope),
        api(settings, store),
        accept,
        counted=store.allowances,
        answered=store.views.answered,
        answer_seconds=file.answer_seconds,
        links=links(settings),
        notice=Notice(file.template, file.template_fields, settings.file.server.public_url),
    )


def links(settings: Settings) -> Links:
    """The addresses of files; without a public address of our own, those of this machine."""
    server = settings.file.server
    base = server.public_url or f"http://{server.host}:{settings.port}"
    return Links(base, key(settings, "cookie_key"), timedelta(hours=settings.file.web.file_hours))


def api(settings: Settings, store: Store) -> Api:
    """The account's side of the API."""
    file = settings.file.wechat
    calls = Calls(file.api_url, file.timeout_seconds)
    return Api(calls, file.app_id, shown(settings.secrets.wechat_secret), store.tokens)
