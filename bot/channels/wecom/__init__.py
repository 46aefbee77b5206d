"""Speak with advisers in an app of WeCom (企业微信)."""

from bot.channels.wecom.api import Api
from bot.channels.wecom.channel import NAME, WeCom
from bot.channels.wecom.company import Company

__all__ = ["NAME", "Api", "Company", "WeCom"]
