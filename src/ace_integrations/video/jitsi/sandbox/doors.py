"""Who may come in: the checks of a self-hosted server, and those of JaaS, told apart by how a token is signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ace_integrations.video.errors import TokenRefusedError
from ace_integrations.video.jitsi.prosody import (
    Claims,
    ServerRules,
    check_join,
    check_login,
    is_moderator,
    user_of,
)
from ace_integrations.video.jitsi.sandbox.rooms import NOT_ALLOWED, PASSWORD_REQUIRED, Entry, EntryRefusedError

DAY_S = 86_400


@dataclass(slots=True)
class Doors:
    """What the deployments know of tokens.

    Attributes:
        hosted: the self-hosted server's setup.
        known: the sandbox's own key pair, which both know from the start, by the ids that they know it by.
        keys: the public halves that were uploaded to JaaS, by key id.
        system_keys: the public halves that manage the self-hosted server, by key id.
        banned: ids of people, and tokens, that JaaS was told to keep out, with the Unix second until which.
    """

    hosted: ServerRules
    now: Callable[[], float]
    known: Mapping[str, RSAPublicKey]
    keys: dict[str, RSAPublicKey] = field(init=False)
    system_keys: dict[str, RSAPublicKey] = field(init=False)
    banned: dict[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        self.reset()

    def enter(self, token: str, room: str) -> Entry:
        """Check a token for a room.

        Raises:
            EntryRefusedError: it does not admit there; in the server's own words.
        """
        try:
            rules, claims = self._login(token)
        except TokenRefusedError as refused:
            raise EntryRefusedError(PASSWORD_REQUIRED, str(refused)) from None
        try:
            check_join(claims, rules, room=room)
        except TokenRefusedError as refused:
            raise EntryRefusedError(NOT_ALLOWED, str(refused)) from None
        user = user_of(claims)
        if self._is_banned(token) or self._is_banned(str(user.get("id", ""))):
            raise EntryRefusedError(NOT_ALLOWED, "banned")
        return Entry(
            name=str(user.get("name") or "Fellow Jitster"),
            user_id=str(user.get("id", "")),
            email=str(user.get("email") or ""),
            avatar=str(user.get("avatar") or ""),
            is_moderator=is_moderator(claims),
            features=_features(claims),
            expires_at=claims.get("exp"),
            is_jaas=rules is not self.hosted,
        )

    def ban(self, whom: str) -> None:
        """Keep a person or a token out for a day."""
        self.banned[whom] = self.now() + DAY_S

    def reset(self) -> None:
        """Forget who was banned, every key that was uploaded, and how the own server was set up otherwise."""
        self.keys, self.system_keys = dict(self.known), dict(self.known)
        self.hosted = replace(self.hosted, verifies_domain=True, allows_empty_token=False, requires_room=True)
        self.banned.clear()

    def manages(self, token: str, *, app_id: str) -> int:
        """Say how JaaS answers who wants to manage an app's meetings: 200, 401 or 403."""
        try:
            claims = check_login(token, self._jaas(requires_room=False), now=int(self.now()))
        except TokenRefusedError:
            return 401
        if claims.get("admin") is not True:
            return 401
        return 200 if claims["sub"] == app_id else 403

    def is_system(self, token: str) -> bool:
        """Whether a token is a platform's server that manages the self-hosted one: its keys are apart from logins."""
        rules = ServerRules(keys=self.system_keys, accepted_issuers=self.hosted.accepted_issuers)
        try:
            check_login(token, rules, now=int(self.now()))
        except TokenRefusedError:
            return False
        return True

    def _login(self, token: str) -> tuple[ServerRules, Claims]:
        now = int(self.now())
        if _algorithm(token) != "RS256":
            return self.hosted, check_login(token, self.hosted, now=now)
        rules = self._jaas(requires_room=True)
        claims = check_login(token, rules, now=now)
        kid = str(jwt.get_unverified_header(token)["kid"])
        if kid.partition("/")[0] != claims["sub"]:
            raise TokenRefusedError("kidMismatch")
        if _features(claims) is None:
            raise TokenRefusedError("featuresNotFound")
        return rules, claims

    def _jaas(self, *, requires_room: bool) -> ServerRules:
        return ServerRules(
            keys=self.keys,
            accepted_issuers=("chat",),
            accepted_audiences=("jitsi",),
            requires_room=requires_room,
            verifies_domain=False,
        )

    def _is_banned(self, whom: str) -> bool:
        return self.banned.get(whom, 0) > self.now()


def _algorithm(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("alg"))
    except jwt.PyJWTError:
        return ""


def _features(claims: Claims) -> Mapping[str, bool] | None:
    context: Any = claims.get("context")
    given: Any = cast("dict[str, Any]", context).get("features") if isinstance(context, dict) else None
    if not isinstance(given, dict):
        return None
    return {name: value in (True, "true") for name, value in cast("dict[str, Any]", given).items()}
