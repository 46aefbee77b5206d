"""Read config.toml and the environment, once, into frozen settings; nothing else reads either."""

import contextlib
import os
import re
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

T = TypeVar("T")
FILE = Path("config.toml")
DATABASE = "legalbot.db"  # in the data folder, where no other is named
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class ConfigError(Exception):
    """The configuration cannot be; the message names every problem."""


class Section(BaseModel):
    """A table of config.toml; unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Server(Section):
    """Where to listen."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    trust_proxy: bool = False


class Data(Section):
    """What is kept, where, and for how long."""

    folder: str = Field(default="data", min_length=1)
    keep_words_days: int = Field(default=90, ge=1)
    keep_tickets_days: int = Field(default=730, ge=30)


class Storage(Section):
    """How the database is used."""

    busy_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    readers: int = Field(default=4, ge=1, le=64)


class Inbox(Section):
    """How messages are taken from the inbox."""

    batch: int = Field(default=32, ge=1, le=500)
    lease_seconds: float = Field(default=30, gt=0)
    idle_seconds: float = Field(default=0.5, gt=0)


class Outbox(Section):
    """How deliveries are sent."""

    window: int = Field(default=8, ge=1, le=500)
    lease_seconds: float = Field(default=45, gt=0)
    resend_after_seconds: float = Field(default=60, gt=0)
    idle_seconds: float = Field(default=0.5, gt=0)


class Flood(Section):
    """How much one resident may write."""

    burst: int = Field(default=5, ge=1)
    burst_seconds: float = Field(default=10, gt=0)
    hourly: int = Field(default=60, ge=1)


class Decide(Section):
    """How sure is sure enough."""

    answer: float = Field(default=0.9, ge=0, le=1)
    clarify: float = Field(default=0.15, ge=0, le=1)
    legal: float = Field(default=0.5, ge=0, le=1)


class Reminders(Section):
    """When residents are reminded of a last day."""

    hour: int = Field(default=9, ge=8, le=20)
    look_minutes: float = Field(default=5, gt=0, le=60)


class Shelves(Section):
    """How soon a running server takes what was published."""

    look_seconds: float = Field(default=15, gt=0, le=3600)


class Tickets(Section):
    """What is promised to residents, and what advisers are given."""

    opens: str = Field(default="09:00", pattern=CLOCK)
    shuts: str = Field(default="17:30", pattern=CLOCK)
    first_p0_minutes: int = Field(default=15, ge=1)
    first_p1_hours: float = Field(default=2, gt=0)
    first_workdays: int = Field(default=1, ge=1)
    next_p0_minutes: int = Field(default=15, ge=1)
    next_p1_hours: float = Field(default=2, gt=0)
    next_workdays: int = Field(default=1, ge=1)
    resolution_workdays: int = Field(default=5, ge=1)
    warn_percent: int = Field(default=75, ge=1, le=99)
    quiet_days: int = Field(default=7, ge=1)
    follow_up_days: int = Field(default=7, ge=1)
    cap: int = Field(default=20, ge=1)
    duty: list[str] = Field(default=[])
    sweep_seconds: float = Field(default=20, gt=0)
    news_seconds: float = Field(default=2, gt=0)
    news_any_time: bool = False
    button_hours: float = Field(default=72, gt=0)


class Enclosures(Section):
    """Pictures and files that go with tickets."""

    size_mb: float = Field(default=8, gt=0, le=20)
    per_message: int = Field(default=9, ge=1, le=20)
    per_ticket: int = Field(default=30, ge=1)
    link_minutes: float = Field(default=10, gt=0)
    loose_days: float = Field(default=3, gt=0)
    look_seconds: float = Field(default=2, gt=0)
    uploads_per_hour: int = Field(default=40, ge=1)


class Assessment(Section):
    """How the service of a month is scored."""

    first_reply: int = Field(default=40, ge=0)
    resolution: int = Field(default=30, ge=0)
    stars: int = Field(default=30, ge=0)
    overdue: int = Field(default=2, ge=0)
    returned: int = Field(default=2, ge=0)


class Push(Section):
    """What residents are told unasked."""

    quiet_from: time = time(21)
    quiet_to: time = time(8)
    weekly: int = Field(default=2, ge=1, le=7)
    late_minutes: float = Field(default=120, gt=0)
    channels: list[str] = Field(default=["telegram", "web"], min_length=1)
    look_seconds: float = Field(default=5, gt=0)
    test_addresses: list[Annotated[str, Field(pattern=r"^[a-z]+:\S+$")]] = Field(default=[])
    effect_days: int = Field(default=28, ge=7, le=90)
    questions_days: int = Field(default=400, ge=200)


class Web(Section):
    """The pages."""

    wait_seconds: float = Field(default=3.0, ge=0, le=30)
    posts_per_minute: int = Field(default=10, ge=1)
    logins_per_5_minutes: int = Field(default=5, ge=1)
    second_factor: bool = True
    session_hours: float = Field(default=12, gt=0)
    session_idle_minutes: float = Field(default=30, gt=0)
    file_hours: float = Field(default=2, gt=0)


class Telegram(Section):
    """The Telegram channel."""

    mode: Literal["polling", "webhook"] = "polling"
    api_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://[^\s]+$")
    rate: float = Field(default=25, gt=0)
    chat_interval_seconds: float = Field(default=1.0, ge=0)
    poll_seconds: int = Field(default=25, ge=0, le=50)
    timeout_seconds: float = Field(default=10, gt=0)


class WeChat(Section):
    """The official account of WeChat."""

    app_id: str = Field(default="", pattern=r"^(wx[0-9a-f]{16})?$")
    account: str = Field(default="", pattern=r"^(gh_[0-9a-f]{12})?$")
    mode: Literal["safe", "plain"] = "safe"
    api_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://[^\s]+$")
    answer_seconds: float = Field(default=3.0, gt=0, le=4.5)
    timeout_seconds: float = Field(default=5, gt=0)
    template: str = ""
    template_fields: dict[str, str] = Field(default_factory=dict)


class WeCom(Section):
    """The advisers' app of WeCom."""

    corp_id: str = Field(default="", pattern=r"^(w[wx][0-9a-f]{16})?$")
    agent: int = Field(default=0, ge=0)
    api_url: str = Field(default="https://qyapi.weixin.qq.com", pattern=r"^https?://[^\s]+$")
    timeout_seconds: float = Field(default=5, gt=0)


class Log(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


class File(Section):
    """config.toml as a whole."""

    server: Server = Server()
    data: Data = Data()
    storage: Storage = Storage()
    inbox: Inbox = Inbox()
    outbox: Outbox = Outbox()
    flood: Flood = Flood()
    decide: Decide = Decide()
    reminders: Reminders = Reminders()
    library: Shelves = Shelves()
    tickets: Tickets = Tickets()
    enclosures: Enclosures = Enclosures()
    assessment: Assessment = Assessment()
    push: Push = Push()
    web: Web = Web()
    telegram: Telegram = Telegram()
    wechat: WeChat = WeChat()
    wecom: WeCom = WeCom()
    log: Log = Log()


class Environment(BaseSettings):
    """The secrets, and PORT; also read from .env beside config.toml."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    port: int | None = Field(default=None, ge=0, le=65535)
    database_url: SecretStr | None = Field(default=None)
    telegram_token: SecretStr | None = Field(default=None)
    telegram_webhook_secret: SecretStr | None = Field(default=None)
    wechat_token: SecretStr | None = Field(default=None, min_length=3, max_length=32)
    wechat_secret: SecretStr | None = Field(default=None)
    wechat_aes_key: SecretStr | None = Field(default=None, min_length=43, max_length=43)
    wecom_token: SecretStr | None = Field(default=None, min_length=3, max_length=32)
    wecom_secret: SecretStr | None = Field(default=None)
    wecom_aes_key: SecretStr | None = Field(default=None, min_length=43, max_length=43)
    cookie_key: SecretStr | None = Field(default=None, min_length=32)
    field_key: SecretStr | None = Field(default=None, min_length=64, max_length=64)
    field_key_new: SecretStr | None = Field(default=None, min_length=64, max_length=64)
    quiz_key: SecretStr | None = Field(default=None, min_length=32)

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _as_telegram_wants_it(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("only A-Z a-z 0-9 _ -, 1 to 256 of them")
        return secret

    @field_validator("wechat_aes_key", "wecom_aes_key")
    @classmethod
    def _base64(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[A-Za-z0-9+/]{43}", key.get_secret_value()):
            raise ValueError("43 of A-Z a-z 0-9 + /, as the platform gives it")
        return key

    @field_validator("field_key", "field_key_new")
    @classmethod
    def _hexadecimal(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[0-9a-fA-F]{64}", key.get_secret_value()):
            raise ValueError("64 hexadecimal digits")
        return key

    @field_validator("database_url")
    @classmethod
    def _known_driver(cls, url: SecretStr | None) -> SecretStr | None:
        known = ("sqlite+aiosqlite://", "postgresql+asyncpg://")
        if url and not url.get_secret_value().startswith(known):
            raise ValueError(f"must begin with {' or '.join(known)}")
        return url


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set, and the data folder that relative paths stand in."""

    file: File
    secrets: Environment
    folder: Path

    @property
    def database_url(self) -> str:
        """PostgreSQL if it is named, else SQLite in the data folder."""
        given = self.secrets.database_url
        return given.get_secret_value() if given else f"sqlite+aiosqlite:///{self.folder / DATABASE}"

    @property
    def has_database(self) -> bool:
        """Whether one is named, or was made in the data folder."""
        return bool(self.secrets.database_url) or (self.folder / DATABASE).exists()

    @property
    def port(self) -> int:
        """PORT goes before the file."""
        return self.file.server.port if self.secrets.port is None else self.secrets.port


def load(path: Path = FILE) -> Settings:
    """Read the file and the environment; raises ConfigError with every problem of both."""
    problems: list[str] = []
    file = _checked(problems, str(path), lambda: File.model_validate(_toml(path)))
    dotenv = path.parent / ".env"
    secrets = _checked(problems, "environment", lambda: Environment(_env_file=dotenv))  # pyright: ignore[reportCallIssue] - a parameter of BaseSettings that its type hides
    if file and secrets:
        problems += _contradictions(str(path), file, secrets)
    if file is None or secrets is None or problems:
        raise ConfigError("\n".join(problems))
    return Settings(file, secrets, (path.parent / file.data.folder).resolve())


def _contradictions(source: str, file: File, secrets: Environment) -> list[str]:
    """What cannot be together, though each alone can be."""
    webhook = file.telegram.mode == "webhook"
    secret = secrets.telegram_webhook_secret or not secrets.telegram_token
    wechat = secrets.wechat_token is not None
    wecom = secrets.wecom_token is not None
    found = {
        "WECHAT_TOKEN needs wechat.app_id": wechat and not file.wechat.app_id,
        "WECHAT_TOKEN needs wechat.account, the original id gh_…": wechat and not file.wechat.account,
        "WECHAT_TOKEN needs WECHAT_SECRET": wechat and not secrets.wechat_secret,
        'wechat.mode = "safe" needs WECHAT_AES_KEY': wechat
        and file.wechat.mode == "safe"
        and not secrets.wechat_aes_key,
        "WECOM_TOKEN needs wecom.corp_id": wecom and not file.wecom.corp_id,
        "WECOM_TOKEN needs wecom.agent": wecom and not file.wecom.agent,
        "WECOM_TOKEN needs WECOM_SECRET": wecom and not secrets.wecom_secret,
        "WECOM_TOKEN needs WECOM_AES_KEY": wecom and not secrets.wecom_aes_key,
        'telegram.mode = "webhook" needs server.public_url': webhook and not file.server.public_url,
        'telegram.mode = "webhook" needs TELEGRAM_WEBHOOK_SECRET': webhook and not secret,
        "decide.clarify must not be above decide.answer": file.decide.clarify > file.decide.answer,
        "assessment.first_reply, resolution and stars must add up to 100": sum(
            (file.assessment.first_reply, file.assessment.resolution, file.assessment.stars)
        )
        != 100,
        "tickets.shuts must be after tickets.opens": file.tickets.shuts <= file.tickets.opens,
    }
    return [f"{source}: {problem}" for problem, is_so in found.items() if is_so]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _checked(problems: list[str], source: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except ValidationError as error:
        # the input is left out of the message: it may be a secret
        problems += [f"{source}: {'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{source}: {error}")
    return None


def shown(secret: SecretStr | None) -> str:
    """A secret in clear, for whoever needs it; "" where there is none."""
    return secret.get_secret_value() if secret else ""


def key(settings: Settings, name: str, size: int = 32) -> bytes:
    """The secret of that name: from the environment, else from the data folder, where the first start makes it."""
    given: SecretStr | None = getattr(settings.secrets, name)
    if given is not None:
        text = given.get_secret_value()
        return bytes.fromhex(text) if name == "field_key" else text.encode()
    path = key_file(settings, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, os.urandom(size).hex())
    return bytes.fromhex(path.read_text().strip())


def _write_once(path: Path, text: str) -> None:
    """Make the file whole and private, or leave the one that another process made at the same moment."""
    handle, fresh = tempfile.mkstemp(dir=path.parent)  # readable by the owner only
    with os.fdopen(handle, "w") as file:
        file.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    Path(fresh).unlink()


def key_file(settings: Settings, name: str) -> Path:
    """Where a secret that was not given is kept."""
    return settings.folder / "keys" / name
