"""What is signed and how: requests, subscriptions, sign-ins and webhooks, all with HMAC-SHA-256 in hexadecimal."""

import hashlib
import hmac
from collections.abc import Iterable


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
    signed = text if isinstance(text, bytes) else text.encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signature(given: str, secret: str, text: str) -> bool:
    """Whether a signature is that of a text; it takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(signature(secret, text).encode(), given.encode("utf-8", "surrogatepass"))
