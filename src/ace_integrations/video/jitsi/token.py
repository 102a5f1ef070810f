"""Issues Jitsi's tokens: always for one person, one room and some minutes. Source: jitsi.md §3.1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.video.grant import Person
from ace_integrations.video.live_class import Role
from ace_integrations.video.rooms import check_room

LEAST_SECRET = 32
"""Bytes of a secret that HS256 may be keyed with."""
LONGEST_TTL_S = 86_400
EARLY_S = 10
"""Seconds before now from which a token counts: no server allows for a clock that is late."""


class Feature(StrEnum):
    """What the server lets somebody do; it knows no other names."""

    RECORDING = "recording"
    LIVESTREAMING = "livestreaming"
    TRANSCRIPTION = "transcription"
    SCREEN_SHARING = "screen-sharing"
    MODERATION = "moderation"
    LOBBY = "lobby"
    CREATE_POLLS = "create-polls"
    FILE_UPLOAD = "file-upload"
    FLIP = "flip"
    INBOUND_CALL = "inbound-call"
    OUTBOUND_CALL = "outbound-call"
    SIP_INBOUND_CALL = "sip-inbound-call"
    SIP_OUTBOUND_CALL = "sip-outbound-call"
    SEND_GROUPCHAT = "send-groupchat"
    SEND_PRIVATE_MESSAGE = "send-private-message"
    LIST_VISITORS = "list-visitors"
    LIVE_TRANSLATION = "live-translation"
    BRANDING = "branding"
    CALENDAR = "calendar"
    ROOM = "room"


Features = Mapping[Feature, bool]


class JitsiIssuer(Protocol):
    """Gives somebody a token; one for each trust model."""

    def issue(
        self, *, person: Person, room: str, role: Role, now: int, ttl_s: int, features: Features | None = None
    ) -> str:
        """Give one person the right to join one room.

        Args:
            room: its bare name; never a pattern.
            now: Unix seconds.
            ttl_s: seconds from now.
            features: exactly what they may do; those of the role when not given.

        Raises:
            InvalidInputError: the room is no name of a room, or the duration none.
        """
        ...


@dataclass(frozen=True, slots=True)
class SelfHostedIssuer:
    """HS256 with the secret that your Prosody has too.

    Attributes:
        sub: the XMPP domain, or the tenant of `/tenant/room`; in small letters.
    """

    app_id: str
    secret: SecretStr
    sub: str
    audience: str = "jitsi"

    def __post_init__(self) -> None:
        if len(self.secret.get_secret_value().encode()) < LEAST_SECRET:
            raise InvalidInputError(f"has {LEAST_SECRET} bytes or more", field="secret")
        if not self.sub or "*" in self.sub or self.sub != self.sub.lower():
            raise InvalidInputError("is a domain or a tenant in small letters, and never *", field="sub")

    def issue(
        self, *, person: Person, room: str, role: Role, now: int, ttl_s: int, features: Features | None = None
    ) -> str:
        """Give one person the right to join one room; see `JitsiIssuer.issue`.

        Source: jitsi.md §3.1
        """
        is_moderator = role is Role.MODERATOR
        claims = {
            "aud": self.audience,
            "iss": self.app_id,
            "sub": self.sub,
            "room": check_room(room),
            "iat": now,
            **_times(now, ttl_s),
            "context": {
                "user": {
                    "id": person.id,
                    "name": person.name,
                    # Text, always: null makes the server raise an error.
                    "email": person.email or "",
                    "avatar": "",
                    "moderator": is_moderator,
                    "affiliation": "owner" if is_moderator else "member",
                },
                # Said for everybody: where it is absent, a moderator gets all there is.
                "features": _said(features if features is not None else _HERE[role]),
            },
        }
        return jwt.encode(claims, self.secret.get_secret_value(), "HS256")


@dataclass(frozen=True, slots=True)
class JaasIssuer:
    """RS256 with the private half of a key pair, whose public half the JaaS console has.

    Attributes:
        app_id: `vpaas-magic-cookie-` and 32 hex digits.
        key_id: as the console shows it: the app id, a slash, six hex digits.
    """

    app_id: str
    key_id: str
    private_key: RSAPrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if self.key_id.partition("/")[0] != self.app_id or self.key_id == self.app_id:
            raise InvalidInputError("begins with the app id and a slash", field="key_id")

    def issue(
        self, *, person: Person, room: str, role: Role, now: int, ttl_s: int, features: Features | None = None
    ) -> str:
        """Give one person the right to join one room; see `JitsiIssuer.issue`.

        Source: jitsi.md §3.1
        """
        claims = {
            **self._head(),
            # Bare: with the app id before it JaaS refuses the token, although the browser joins with both.
            "room": check_room(room),
            **_times(now, ttl_s),
            "context": {
                "user": {
                    "id": person.id,
                    "name": person.name,
                    "avatar": "",
                    "email": person.email or "",
                    # Text here, as JaaS documents it.
                    "moderator": "true" if role is Role.MODERATOR else "false",
                },
                "features": _said(features if features is not None else _THERE[role]),
                "room": {"regex": False},
            },
        }
        return self._signed(claims)

    def issue_admin(self, *, now: int, ttl_s: int = 60) -> str:
        """Give this server the right to manage meetings; never give it to a browser.

        Source: jitsi.md §3.5
        """
        return self._signed({**self._head(), "admin": True, **_times(now, ttl_s)})

    def _head(self) -> dict[str, Any]:
        return {"aud": "jitsi", "iss": "chat", "sub": self.app_id}

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private_key, "RS256", headers={"kid": self.key_id})


@dataclass(frozen=True, slots=True)
class SystemIssuer:
    """RS256 with the key that your Prosody knows this server by: it ends classes and puts people out."""

    app_id: str
    sub: str
    key_id: str
    private_key: RSAPrivateKey = field(repr=False)
    audience: str = "jitsi"

    def issue(self, *, room: str, now: int, ttl_s: int = 60) -> str:
        """Give this server the right to manage one room; never give it to a browser.

        Source: jitsi.md §3.5
        """
        head = {"aud": self.audience, "iss": self.app_id, "sub": self.sub, "room": check_room(room)}
        return jwt.encode({**head, **_times(now, ttl_s)}, self.private_key, "RS256", headers={"kid": self.key_id})


def private_key(pem: SecretStr, *, variable: str) -> RSAPrivateKey:
    """Read a private key.

    Args:
        variable: named when it cannot be read.

    Raises:
        ConfigurationError: it is no RSA key in PEM.
    """
    key = _read_key(pem.get_secret_value())
    if key is None:
        raise ConfigurationError(f"{variable} is no RSA private key in PEM without a password")
    return key


@lru_cache(maxsize=8)
def _read_key(pem: str) -> RSAPrivateKey | None:
    """Read a key once: checking it takes longer than many signatures with it."""
    try:
        # In one line of a .env file, line breaks are written out.
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _times(now: int, ttl_s: int) -> dict[str, int]:
    # Exactly int: True is an int too.
    if type(ttl_s) is not int or not 1 <= ttl_s <= LONGEST_TTL_S:
        raise InvalidInputError(f"is a number of seconds from now, 1 to {LONGEST_TTL_S}", field="ttl_s")
    return {"nbf": now - EARLY_S, "exp": now + ttl_s}


def _said(features: Features) -> dict[str, bool]:
    return {str(Feature(name)): bool(allowed) for name, allowed in features.items()}


_HERE: Mapping[Role, Features] = {
    Role.MODERATOR: {Feature.RECORDING: True, Feature.LIVESTREAMING: False, Feature.SCREEN_SHARING: True},
    Role.PARTICIPANT: {Feature.RECORDING: False, Feature.LIVESTREAMING: False, Feature.SCREEN_SHARING: True},
}
_BILLED = (Feature.LIVESTREAMING, Feature.RECORDING, Feature.TRANSCRIPTION, Feature.OUTBOUND_CALL)
_THERE: Mapping[Role, Features] = {
    Role.MODERATOR: {feature: feature is Feature.RECORDING for feature in _BILLED},
    Role.PARTICIPANT: dict.fromkeys(_BILLED, False),
}
