"""Change the key that seals what residents say."""

import os
from pathlib import Path

from bot import holding
from bot.config import ConfigError, Settings, key, key_file
from storage import rotation

NEW = "field_key_new"


async def rotate(settings: Settings) -> str:
    """Seal all anew; the new key is in force at the end. Raises ConfigError, also while a server runs."""
    with holding.alone(settings.folder):
        given = settings.secrets.field_key is not None
        if given and settings.secrets.field_key_new is None:
            raise ConfigError("密钥来自环境变量：请把新的放进 FIELD_KEY_NEW（64位十六进制数），再运行一次")
        if not given and not key_file(settings, "field_key").exists():
            raise ConfigError("还没有密钥，没有可换的")
        # kept in a file until all is done, so that after an interruption the same key goes on
        old, new = key(settings, "field_key"), bytes.fromhex(_hex(settings))
        turned = await rotation.rotate(settings.database_url, old, new)
        if not given:
            _put_in_force(key_file(settings, "field_key"), key_file(settings, NEW))
        kept = "旧密钥留在 field_key.old，换之前的备份要用它才打得开" if not given else "请把 FIELD_KEY 改成新的值"
        lost = f"，{turned.lost} 条两把密钥都打不开" if turned.lost else ""
        return f"换好了：{turned.fresh} 条重新加密，{turned.done} 条先前已换{lost}。{kept}"


def _hex(settings: Settings) -> str:
    given = settings.secrets.field_key_new
    return given.get_secret_value() if given else key(settings, NEW).hex()


def _put_in_force(current: Path, new: Path) -> None:
    old = current.with_suffix(".old")
    old.unlink(missing_ok=True)
    os.link(current, old)
    new.replace(current)  # at once: there is never no key
