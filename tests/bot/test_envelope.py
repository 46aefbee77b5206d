"""What we seal, others open, and what others seal, we open: two implementations that are not ours agree."""

import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.envelope import Envelope, Unsealable, is_signed, signature
from tests.fakes.wechat import AES_KEY, APP_ID, TOKEN

OURS = Envelope(AES_KEY, APP_ID)
THEIRS = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)


def their_envelope(words: str) -> tuple[str, str]:
    sealed = ElementTree.fromstring(THEIRS.encrypt_message(words, "nonce", "1700000000"))
    return sealed.findtext("Encrypt", ""), sealed.findtext("MsgSignature", "")


@given(WORDS)
def test_what_wechatpy_seals_we_open(words: str) -> None:
    sealed, signed = their_envelope(words)
    assert OURS.open(sealed) == words
    assert is_signed(signed, TOKEN, "1700000000", "nonce", sealed)


@given(WORDS)
def test_what_we_seal_wechatpy_opens(words: str) -> None:
    sealed = OURS.seal(words)
    signed = signature(TOKEN, "1700000000", "nonce", sealed)
    frame = f"<xml><Encrypt>{sealed}</Encrypt></xml>"
    opened = THEIRS.decrypt_message(frame, signed, "1700000000", "nonce")
    assert (opened.decode() if isinstance(opened, bytes) else opened) == words


NODE = """
const [modules, token, key, app, given] = process.argv.slice(1);
const Crypto = require(modules + '/node_modules/wechat-crypto');
const theirs = new Crypto(token, key, app);
const cases = JSON.parse(given);
console.log(JSON.stringify({
  opened: cases.ours.map(sealed => theirs.decrypt(sealed).message),
  sealed: cases.words.map(words => theirs.encrypt(words)),
  signed: cases.ours.map(sealed => theirs.getSignature('1700000000', 'nonce', sealed)),
}));
"""


@pytest.fixture(scope="session")
def modules(pytestconfig: pytest.Config) -> Path:
    """Where the npm package wechat-crypto is, fetched once."""
    if not shutil.which("node") or not (npm := shutil.which("npm")):
        pytest.skip("there is no Node.js on this machine")
    folder = pytestconfig.cache.mkdir("npm")
    if not (folder / "node_modules" / "wechat-crypto").exists():
        asked = [npm, "install", "--silent", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000"]
        asked += ["--prefix", str(folder), "wechat-crypto@0.0.2"]
        if subprocess.run(asked, check=False, timeout=100).returncode:
            pytest.skip("no npm registry can be reached, and wechat-crypto is not here yet")
    return folder


@pytest.mark.slow
def test_the_npm_package_agrees_in_both_directions(modules: Path) -> None:
    node = shutil.which("node")
    assert node
    words = ["", "a", "您好", "👨\u200d👩\u200d👧\u200d👦" * 20, "x" * 31, "x" * 32, "]]></Content>", "法" * 3000]
    ours = [OURS.seal(one) for one in words]
    given_ = json.dumps({"words": words, "ours": ours})
    asked = [node, "-e", NODE, str(modules), TOKEN, AES_KEY, APP_ID, given_]
    found = json.loads(subprocess.run(asked, check=True, capture_output=True, timeout=60).stdout)
    assert found["opened"] == words
    assert [OURS.open(sealed) for sealed in found["sealed"]] == words
    assert found["signed"] == [signature(TOKEN, "1700000000", "nonce", sealed) for sealed in ours]


@pytest.mark.parametrize(
    "sealed",
    ["", "?", "AAAA", "A" * 44, OURS.seal("好")[:-4], OURS.seal("好")[4:]],
    ids=["nothing", "no base64", "short", "noughts", "cut at the end", "cut at the start"],
)
def test_what_was_not_sealed_for_us_is_not_opened(sealed: str) -> None:
    with pytest.raises(Unsealable):
        OURS.open(sealed)


def test_what_was_sealed_for_another_account_is_not_opened() -> None:
    with pytest.raises(Unsealable):
        OURS.open(Envelope(AES_KEY, "wxffffffffffffffff").seal("好"))


def test_a_signature_of_any_letters_is_compared_and_not_an_error() -> None:
    assert not is_signed("签名", "a")
    assert not is_signed("", "a")
    assert is_signed(signature("b", "a"), "a", "b")
