"""Encrypted channels: NaCl's secretbox, keyed by channel, so that the service between cannot read.

Extra: `encryption`.
"""

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from ace_integrations.errors import ConfigurationError
from ace_integrations.realtime.channels import Channel

if TYPE_CHECKING:
    from nacl.secret import SecretBox

NONCE_BYTES = 24


def shared_secret(master_key: bytes, channel: Channel) -> bytes:
    """Give the key of one channel, which its listeners get when they are let in.

    Source: pusher.md §3.6
    """
    return hashlib.sha256(channel.name.encode() + master_key).digest()


def sealed(text: str, *, master_key: bytes, channel: Channel, nonce: bytes | None = None) -> str:
    """Give a message's data as an encrypted channel carries it.

    Args:
        nonce: 24 bytes, never the same twice; random when not given.

    Raises:
        ImportError: the extra `encryption` is not installed.
    """
    box = _secret_box()(shared_secret(master_key, channel))
    encrypted = box.encrypt(text.encode(), nonce)
    return json.dumps(
        {"nonce": _base64(encrypted.nonce), "ciphertext": _base64(encrypted.ciphertext)}, separators=(",", ":")
    )


def opened(data: str, *, master_key: bytes, channel: Channel) -> str:
    """Give what was sealed.

    Raises:
        ValueError: it was not sealed with this key, or was changed.
        ImportError: the extra `encryption` is not installed.
    """
    from nacl.exceptions import CryptoError

    box = _secret_box()(shared_secret(master_key, channel))
    try:
        parts = json.loads(data)
        nonce, ciphertext = base64.b64decode(parts["nonce"]), base64.b64decode(parts["ciphertext"])
        return box.decrypt(ciphertext, nonce).decode()
    except (CryptoError, KeyError, TypeError, ValueError):
        raise ValueError("the data was not sealed with this key") from None


def required(master_key: bytes | None) -> bytes:
    """Give the master key.

    Raises:
        ConfigurationError: it is unset.
    """
    if master_key is None:
        raise ConfigurationError("PUSHER_ENCRYPTION_MASTER_KEY is not set (pusher): encrypted channels need it")
    return master_key


def _secret_box() -> "type[SecretBox]":
    try:
        from nacl.secret import SecretBox
    except ImportError:
        raise ImportError("encrypted channels need the extra: pip install 'ace-integrations[encryption]'") from None
    return SecretBox


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
