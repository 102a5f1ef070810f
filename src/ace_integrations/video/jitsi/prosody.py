"""What a Jitsi server does with a token, step by step and with its own words. Pure. Source: jitsi.md §3.1."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ace_integrations.video.errors import TokenRefusedError
from ace_integrations.video.jitsi.lua_pattern import compile_pattern

LONGEST_ROOM_BY_PATTERN = 128

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServerRules:
    """How one server is set up.

    Attributes:
        secret: for HS256; `keys` are for RS256, by key id. A server has one of the two.
        accepted_issuers: the app id, unless told otherwise.
        accepted_audiences: "*" takes any.
        verifies_domain: hold `sub` against the domain; Docker's setup does not.
        domain: of XMPP, in small letters.
    """

    secret: str = field(default="", repr=False)
    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict[str, RSAPublicKey], repr=False)
    accepted_issuers: Sequence[str] = ()
    accepted_audiences: Sequence[str] = ("*",)
    allows_empty_token: bool = False
    requires_room: bool = True
    verifies_domain: bool = True
    domain: str = ""

    @property
    def algorithm(self) -> Literal["HS256", "RS256"]:
        """The only one that is taken."""
        return "HS256" if self.secret else "RS256"


def check_login(token: str, rules: ServerRules, *, now: int) -> Claims:
    """Do what the server does as somebody connects; an empty token, where that is allowed, claims nothing.

    Args:
        now: Unix seconds.

    Raises:
        TokenRefusedError: with the server's own words.

    Source: jitsi.md §3.1
    """
    if not token:
        if rules.allows_empty_token:
            return {}
        raise TokenRefusedError("token required")
    claims = _signed_claims(token, rules)
    _check_time(claims, now)
    if "iss" not in claims:
        raise TokenRefusedError("'iss' claim is missing")
    if claims["iss"] not in rules.accepted_issuers:
        raise TokenRefusedError("invalid 'iss' claim")
    if not _is_for(claims.get("aud"), rules.accepted_audiences):
        raise TokenRefusedError("invalid 'aud' claim")
    if rules.requires_room and claims.get("room") is None:
        raise TokenRefusedError("room claim is missing")
    if claims.get("sub") is None:
        raise TokenRefusedError("sub claim is missing")
    return claims


def check_join(claims: Claims, rules: ServerRules, *, room: str, tenant: str = "") -> None:
    """Do what the server does as somebody enters a room. Time is not looked at again.

    Args:
        room: the room's node, as it stands in the address.
        tenant: of `/tenant/room`.

    Raises:
        TokenRefusedError: with the server's own words.

    Source: jitsi.md §3.1
    """
    if not claims and rules.allows_empty_token:
        return
    if "room" in claims or rules.requires_room:
        _check_room(claims, room)
    if rules.verifies_domain and claims.get("sub") not in ("*", tenant.lower() or rules.domain):
        raise TokenRefusedError("Room and token mismatched")


def is_moderator(claims: Claims) -> bool:
    """Whether the module `token_affiliation` makes somebody a moderator; without it everybody with a token is one."""
    user = user_of(claims)
    return user.get("moderator") in (True, "true") or user.get("affiliation") in ("owner", "moderator", "teacher")


def user_of(claims: Claims) -> Mapping[str, Any]:
    """Give what a token says of its person: id, name, email."""
    context = claims.get("context")
    user: Any = cast("dict[str, Any]", context).get("user") if isinstance(context, dict) else None
    return cast("dict[str, Any]", user) if isinstance(user, dict) else {}


def _signed_claims(token: str, rules: ServerRules) -> Claims:
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefusedError("Invalid token")
    header = _object(parts[0])
    if header.get("typ") != "JWT":
        raise TokenRefusedError("Invalid typ")
    if header.get("alg") != rules.algorithm:
        raise TokenRefusedError("Invalid or incorrect alg")
    key = rules.secret or _key(header, rules)
    # The library would take other spellings of one signature: only the one that encoding gives is right.
    _bytes(parts[2])
    try:
        jwt.PyJWS().decode_complete(token, key, algorithms=[rules.algorithm])
    except jwt.PyJWTError:
        raise TokenRefusedError("Invalid signature") from None
    return _object(parts[1])


def _key(header: Claims, rules: ServerRules) -> RSAPublicKey:
    kid = header.get("kid")
    if kid is None:
        raise TokenRefusedError("'kid' claim is missing")
    key = rules.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise TokenRefusedError("could not obtain public key")
    return key


def _check_time(claims: Claims, now: int) -> None:
    for claim in ("exp", "nbf"):
        # Exactly a number: a truth value is an int too.
        if claim in claims and type(claims[claim]) not in (int, float):
            raise TokenRefusedError(f"{claim} must be number")
    if "exp" in claims and now >= claims["exp"]:
        raise TokenRefusedError(f"Not acceptable by exp ({now - claims['exp']})")
    if "nbf" in claims and now < claims["nbf"]:
        raise TokenRefusedError("Not acceptable by nbf")


def _is_for(audience: object, accepted: Sequence[str]) -> bool:
    # Compared as it is: a list equals no text. It must be there even where any would do.
    return audience is not None and ("*" in accepted or audience in accepted)


def _check_room(claims: Claims, room: str) -> None:
    claimed = claims.get("room")
    if not isinstance(claimed, str):
        raise TokenRefusedError("room-mismatch", code="Room and token mismatched")
    if claimed == "*":
        return
    if _is_pattern(claims):
        _check_pattern(claimed, room)
    elif _lower(claimed) != room:
        raise TokenRefusedError("room-mismatch", code="Room and token mismatched")


def _is_pattern(claims: Claims) -> bool:
    context = claims.get("context")
    inner: Any = cast("dict[str, Any]", context).get("room") if isinstance(context, dict) else None
    return isinstance(inner, dict) and cast("dict[str, Any]", inner).get("regex") in (True, "true")


def _check_pattern(claimed: str, room: str) -> None:
    pattern = compile_pattern(claimed)
    if pattern is None or len(room) > LONGEST_ROOM_BY_PATTERN:
        raise TokenRefusedError("invalid-regex", code="Room and token mismatched")
    found = pattern.search(room)
    if found is None or found.group() != room:
        raise TokenRefusedError("room-mismatch", code="Room and token mismatched")


def _lower(text: str) -> str:
    # The server's lower() knows ASCII only, so a claim in Cyrillic capitals fits no room.
    return "".join(character.lower() if character.isascii() else character for character in text)


def _object(part: str) -> Claims:
    try:
        value = json.loads(_bytes(part), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise TokenRefusedError("Invalid token") from None
    if not isinstance(value, dict):
        raise TokenRefusedError("Invalid token")
    return cast("Claims", value)


def _no_constant(name: str) -> None:
    # NaN is later than no moment, so such a token would never end.
    raise ValueError(name)


def _bytes(part: str) -> bytes:
    padded = part + "=" * (-len(part) % 4)
    try:
        decoded = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise TokenRefusedError("Invalid token") from None
    if base64.urlsafe_b64encode(decoded).decode().rstrip("=") != part:
        raise TokenRefusedError("Invalid token")
    return decoded
