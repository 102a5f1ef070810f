"""What a browser gets when it asks to listen on a channel, or to be signed in: small JSON objects, signed."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.channels import Channel, ChannelKind
from ace_integrations.realtime.pusher.encryption import required, shared_secret
from ace_integrations.realtime.pusher.settings import PusherSettings, Token
from ace_integrations.realtime.pusher.signature import channel_signature, checked_user_id, user_signature

LARGEST_INFO = 1024
"""Bytes of a member's info as JSON."""

MOST_WATCHED = 100
"""Users whose coming and going one user may be told."""


def channel_grant(settings: PusherSettings, *, socket_id: str, channel: Channel, member: Member) -> dict[str, str]:
    """Give the answer that lets a connection listen on a channel.

    Raises:
        InvalidInputError: the socket's id is none, the channel is public, or the member's info is too large.
        ConfigurationError: a key is unset.

    Source: pusher.md §3.5
    """
    if channel.is_public:
        raise InvalidInputError("is public: nobody is asked there", field="channel")
    token = _token(settings)
    if channel.kind is ChannelKind.PRESENCE:
        data = _json({"user_id": member.id, "user_info": member.info})
        _check_info(member, data)
        auth = channel_signature(token, socket_id=socket_id, channel=channel, channel_data=data)
        return {"auth": auth, "channel_data": data}
    grant = {"auth": channel_signature(token, socket_id=socket_id, channel=channel)}
    if channel.kind is ChannelKind.ENCRYPTED:
        secret = shared_secret(required(settings.master_key), channel)
        return {**grant, "shared_secret": base64.b64encode(secret).decode()}
    return grant


def user_grant(
    settings: PusherSettings, *, socket_id: str, member: Member, watchlist: Sequence[str] = ()
) -> dict[str, str]:
    """Give the answer that signs a connection in as a user.

    Args:
        watchlist: users whose coming and going this one is told.

    Raises:
        InvalidInputError: an id is not of its form, the info is too large, or more than a hundred are watched.
        ConfigurationError: a key is unset.

    Source: pusher.md §3.5
    """
    if len(watchlist) > MOST_WATCHED:
        raise InvalidInputError(f"has more than {MOST_WATCHED}", field="watchlist")
    value: dict[str, Any] = {"id": checked_user_id(member.id)}
    if member.info:
        value["user_info"] = member.info
    if watchlist:
        value["watchlist"] = [checked_user_id(user) for user in watchlist]
    data = _json(value)
    _check_info(member, data)
    return {"auth": user_signature(_token(settings), socket_id=socket_id, user_data=data), "user_data": data}


def _token(settings: PusherSettings) -> Token:
    if settings.key is None or settings.secret is None:
        raise ConfigurationError(*settings.missing("key", "secret"))
    return Token(settings.key, settings.secret)


def _check_info(member: Member, written: str) -> None:
    """Refuse an info that is too large; it is measured alone only where the whole that holds it is that large."""
    if len(written.encode()) > LARGEST_INFO < len(_json(member.info).encode()):
        raise InvalidInputError(f"has more than {LARGEST_INFO} bytes as JSON", field="info")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _json(value: Mapping[str, Any]) -> str:
    try:
        text = _encode(value)
        text.encode()
    except (TypeError, ValueError):
        raise InvalidInputError("holds what has no JSON", field="info") from None
    return text
