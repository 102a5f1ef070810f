"""What Pusher wants signed, all HMAC-SHA-256 in hex keyed with the secret: requests, channels, users. Pure."""

import hashlib
import re
from collections.abc import Mapping

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime.channels import Channel
from ace_integrations.realtime.pusher.settings import Token
from ace_integrations.webhooks.scheme import hmac_sha256

_SOCKET_ID = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}", re.ASCII)
_USER_ID = re.compile(r"[-a-zA-Z0-9_=@,.;]+", re.ASCII)

LONGEST_USER_ID = 128
"""Characters of a user's id."""


def signed_query(
    token: Token, *, method: str, path: str, query: Mapping[str, str], body: bytes, timestamp: int
) -> dict[str, str]:
    """Give the query of a request with its signature.

    Args:
        path: as the service sees it, not escaped, as in "/apps/3/events".
        body: the very bytes that are sent.
        timestamp: Unix seconds; the service takes 600 more or less.

    Source: pusher.md §3.1
    """
    signed = {name.lower(): value for name, value in query.items()} | {
        "auth_key": token.key,
        "auth_timestamp": str(timestamp),
        "auth_version": "1.0",
    }
    if body:
        # Never of an empty body, although one official library does so: Reverb would refuse it.
        signed["body_md5"] = hashlib.md5(body, usedforsecurity=False).hexdigest()
    text = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
    return {**signed, "auth_signature": _mac(token, f"{method.upper()}\n{path}\n{text}")}


def channel_signature(token: Token, *, socket_id: str, channel: Channel, channel_data: str | None = None) -> str:
    """Give the proof that a connection may listen on a channel: the key, a colon, the signature.

    Args:
        channel_data: the member of a presence channel, byte for byte as the browser gets it.

    Raises:
        InvalidInputError: the socket's id is none: what somebody else chose would sign for another channel.

    Source: pusher.md §3.5
    """
    text = f"{checked_socket_id(socket_id)}:{channel.name}"
    return f"{token.key}:{_mac(token, text if channel_data is None else f'{text}:{channel_data}')}"


def user_signature(token: Token, *, socket_id: str, user_data: str) -> str:
    """Give the proof that a connection is a user's; see `channel_signature`."""
    return f"{token.key}:{_mac(token, f'{checked_socket_id(socket_id)}::user::{user_data}')}"


def checked_socket_id(socket_id: str) -> str:
    """Give a connection's id, as in "1234.5001".

    Raises:
        InvalidInputError: it is not of that form.
    """
    if not _SOCKET_ID.fullmatch(socket_id):
        raise InvalidInputError("is two numbers with a dot between them, in digits of ASCII", field="socket_id")
    return socket_id


def checked_user_id(user_id: str) -> str:
    """Give a user's id.

    Raises:
        InvalidInputError: it is not of the service's form.
    """
    if not _USER_ID.fullmatch(user_id) or len(user_id) > LONGEST_USER_ID:
        raise InvalidInputError(
            f"is made of 1 to {LONGEST_USER_ID} letters and digits of ASCII and - _ = @ , . ;", field="user_id"
        )
    return user_id


def _mac(token: Token, text: str) -> str:
    return hmac_sha256(token.secret.get_secret_value(), text.encode())
