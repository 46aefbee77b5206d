"""Lead a person through what is still to be configured for WeChat and WeCom, and check what can be checked offline."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.channels.wechat.menu import menu
from bot.config import Settings, shown
from bot.findings import Finding

PUBLISH, POSTERS = "python -m bot wechat menu publish", "python -m bot wechat posters 目录"
OWN_DOMAIN = "要用 https 的域名、默认端口，平台才接受；填进 server.public_url"
LISTED = "平台上把本机的出口 IP 加进{where}；没加时，发送会报 {code}"
WECHAT_STEPS = (
    "在微信公众平台申请服务号并认证（没有认证不能主动发客服消息）",
    "把 AppID（wx 开头）填进 wechat.app_id",
    "把原始 ID（gh_ 开头）填进 wechat.account",
    "把 AppSecret 放进环境变量 WECHAT_SECRET",
    "平台上选安全模式，把 EncodingAESKey（43位）放进环境变量 WECHAT_AES_KEY",
    "把对外的 https 域名填进 server.public_url",
    "自己定一个 Token（3到32位字母数字），放进环境变量 WECHAT_TOKEN；有了它才算打开",
    "把本机的出口 IP 加进平台的 IP 白名单",
    "启动，再到平台“服务器配置”填 https://域名/wechat 和同一个 Token，提交时平台会当场验证",
    f"{PUBLISH} 发布菜单；{POSTERS} 做各村的二维码海报，扫了就归那个村",
)
WECOM_STEPS = (
    "在企业微信管理后台“应用管理”里自建一个应用，可见范围选上顾问",
    "把企业ID（ww 开头，在“我的企业”）填进 wecom.corp_id",
    "把应用的 AgentId 填进 wecom.agent",
    "把应用的 Secret 放进环境变量 WECOM_SECRET",
    "在应用的“接收消息”里生成 EncodingAESKey（43位），放进环境变量 WECOM_AES_KEY",
    "把对外的 https 域名填进 server.public_url",
    "“接收消息”里的 Token（3到32位字母数字）放进环境变量 WECOM_TOKEN；有了它才算打开",
    "在应用的“企业可信IP”里加本机的出口 IP",
    "启动，再把“接收消息”的 URL 填成 https://域名/wecom 并保存，平台会当场验证",
    "顾问在网页“我的登录”取一次性码，发到应用里",
)


def wechat(settings: Settings) -> list[Finding]:
    """Is the official account on, and what is left to do?"""
    file, secrets = settings.file.wechat, settings.secrets
    done = (False, file.app_id, file.account, secrets.wechat_secret, secrets.wechat_aes_key, _has_domain(settings))
    if not secrets.wechat_token:
        return [Finding("微信公众号", "关", _steps(WECHAT_STEPS, done))]
    safer = "" if file.mode == "safe" else '平台上改成安全模式，设 wechat.mode = "safe" 和 WECHAT_AES_KEY'
    waits = "平台上选一个模板，把编号和字段填进 wechat.template；没有它，窗口过后的答复等居民再来信才送到"
    return [
        Finding("微信公众号", f"开（{'安全模式' if file.mode == 'safe' else '明文模式'}）", safer),
        *_secrets("微信", shown(secrets.wechat_token), "WECHAT_TOKEN"),
        _address("微信服务器地址", settings, "/wechat"),
        Finding("微信 IP 白名单", "这里查不到", LISTED.format(where="“IP 白名单”", code="40164")),
        _menu(settings),
        Finding("微信模板消息", file.template or "没有设", "" if file.template else waits),
        *_template(file.template_fields),
    ]


def wecom(settings: Settings) -> list[Finding]:
    """Is the advisers' app on, and what is left to do?"""
    file, secrets = settings.file.wecom, settings.secrets
    done = (False, file.corp_id, file.agent, secrets.wecom_secret, secrets.wecom_aes_key, _has_domain(settings))
    if not secrets.wecom_token:
        return [Finding("企业微信", "关", _steps(WECOM_STEPS, done))]
    return [
        Finding("企业微信", f"开（应用 {file.agent}）"),
        *_secrets("企业微信", shown(secrets.wecom_token), "WECOM_TOKEN"),
        _address("企业微信回调地址", settings, "/wecom"),
        Finding("企业微信可信 IP", "这里查不到", LISTED.format(where="应用的“企业可信IP”", code="60020")),
    ]


def _steps(steps: tuple[str, ...], done: tuple[object, ...]) -> str:
    """The steps, those that are done marked so."""
    marks = [*done, *(False for _ in steps[len(done) :])]
    pairs = zip(steps, marks, strict=True)
    lines = (f"      {n}. {'（已做）' if is_done else ''}{s}" for n, (s, is_done) in enumerate(pairs, 1))
    return "\n".join(("要开，一步一步来：", *lines))


def _secrets(name: str, token: str, variable: str) -> Iterator[Finding]:
    """The form of what the platform checks when it verifies us; lengths were checked at the start."""
    if not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        yield Finding(f"{name} Token", "有字母数字以外的字符", f"平台只收字母数字，{variable} 和平台上要一样", bad=True)


def _has_domain(settings: Settings) -> bool:
    parts = urlsplit(settings.file.server.public_url)
    return (
        parts.scheme == "https" and bool(parts.hostname) and parts.port in (None, 443) and not _is_number(parts.netloc)
    )


def _is_number(host: str) -> bool:
    return bool(re.fullmatch(r"[\d.:]+|\[.*\].*", host))


def _address(what: str, settings: Settings, path: str) -> Finding:
    public = settings.file.server.public_url
    state = f"{public}{path}" if public else "还不知道"
    return Finding(what, state, "" if _has_domain(settings) else OWN_DOMAIN)


def _menu(settings: Settings) -> Finding:
    """The menu as the platform would take it: three buttons, five under each, 16 and 60 bytes of name."""
    buttons = menu(settings.file.server.public_url)["button"]
    below = [one for button in buttons for one in button.get("sub_button", [])]
    fits = len(buttons) <= 3 and all(len(b.get("sub_button", [])) <= 5 for b in buttons)
    fits = fits and all(len(b["name"].encode()) <= 16 for b in buttons)
    fits = fits and all(len(one["name"].encode()) <= 60 for one in below)
    state = f"{len(buttons)} 个一级按钮，{len(below)} 个二级按钮"
    if not fits:
        return Finding("微信菜单", state, "名字太长或按钮太多，平台不收", bad=True)
    return Finding("微信菜单和海报", f"{state}；改了菜单、加了村要重做", f"{PUBLISH}；{POSTERS}")


def _template(fields: dict[str, str]) -> Iterator[Finding]:
    long = [name for name, words in fields.items() if len(words) > 20]
    if long:
        yield Finding("微信模板字段", f"{'、'.join(long)} 超过20个字", "改短，平台不收更长的", bad=True)
