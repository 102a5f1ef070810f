"""What is signed and how: requests, channels and users, all HMAC-SHA-256 in hex keyed with the secret. Pure.

The twin checks with the same functions; vectors and the official library check both.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

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
        signed["body_md5"] = body_md5(body)
    return {**signed, "auth_signature": _mac(token, request_text(method, path, signed.items()))}


def channel_signature(token: Token, *, socket_id: str, channel: Channel, channel_data: str | None = None) -> str:
    """Give the proof that a connection may listen on a channel: the key, a colon, the signature.

    Args:
        channel_data: the member of a presence channel, byte for byte as the browser gets it.

    Raises:
        InvalidInputError: the socket's id is none: what somebody else chose would sign for another channel.

    Source: pusher.md §3.5
    """
    return f"{token.key}:{_mac(token, channel_text(checked_socket_id(socket_id), channel.name, channel_data))}"


def user_signature(token: Token, *, socket_id: str, user_data: str) -> str:
    """Give the proof that a connection is a user's; see `channel_signature`."""
    return f"{token.key}:{_mac(token, user_text(checked_socket_id(socket_id), user_data))}"


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


def body_md5(body: bytes) -> str:
    """Give the digest of a request's body that stands in its query."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def request_text(method: str, path: str, query: Iterable[tuple[str, str]]) -> str:
    """Give what is signed of a request: its method, its path and the sorted query, nothing of it escaped."""
    pairs = sorted((name.lower(), value) for name, value in query if name.lower() != "auth_signature")
    return "\n".join((method.upper(), path, "&".join(f"{name}={value}" for name, value in pairs)))


def channel_text(socket_id: str, channel: str, channel_data: str | None = None) -> str:
    """Give what is signed of a subscription; a presence channel's member is signed as it was written."""
    return ":".join(part for part in (socket_id, channel, channel_data) if part is not None)


def user_text(socket_id: str, user_data: str) -> str:
    """Give what is signed of a sign-in."""
    return f"{socket_id}::user::{user_data}"


def signature(secret: str, text: str | bytes) -> str:
    """Give the signature of a text, or of a webhook's raw body."""
    return hmac_sha256(secret, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def is_signature(given: str, secret: str, text: str | bytes) -> bool:
    """Whether a signature is that of a text; it takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(signature(secret, text).encode(), given.encode("utf-8", "surrogatepass"))


def _mac(token: Token, text: str) -> str:
    return signature(token.secret.get_secret_value(), text)
