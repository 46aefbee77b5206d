"""Speak with residents on an official account of WeChat."""

from bot.channels.wechat.account import Account
from bot.channels.wechat.api import Api
from bot.channels.wechat.channel import NAME, Notice, WeChat

__all__ = ["NAME", "Account", "Api", "Notice", "WeChat"]
