"""Issues Agora tokens: always for one person, one channel and some minutes."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from pydantic import SecretStr

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.agora.token import (
    CHAT_APP,
    CHAT_USER,
    RTM_LOGIN,
    AccessToken,
    ChatService,
    RtcPrivilege,
    RtcService,
    RtmService,
    TokenService,
    write,
)

LONGEST_TTL_S = 86_400
"""Agora's servers refuse a token after a day, whatever it says."""
LARGEST_UID = 2**32 - 1
LARGEST_SALT = 99_999_999

_CHANNEL = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,"
)  # fmt: skip

_PUBLISHES, _LISTENS = tuple(map(int, RtcPrivilege)), (int(RtcPrivilege.JOIN),)


class RtcRole(IntEnum):
    """What somebody may do in a channel; held to only with co-host authentication (agora.md §3.2)."""

    PUBLISHER = 1
    SUBSCRIBER = 2


def random_salt() -> int:
    """Give a token's salt."""
    return 1 + secrets.randbelow(LARGEST_SALT)


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Issues tokens of one App ID. Reaches nothing but the clock.

    Attributes:
        clock: gives Unix seconds, asked at every token.
        salt: gives a number from 1 to 99,999,999.
    """

    app_id: str
    certificate: SecretStr
    clock: Callable[[], float] = time.time
    salt: Callable[[], int] = field(default=random_salt)

    def rtc(self, *, channel: str, uid: int, role: RtcRole, ttl_s: int) -> str:
        """Let one number join one channel.

        Args:
            uid: 1 to 4,294,967,295, and the very number that the browser joins with. 0 would admit anybody.
            ttl_s: seconds from now, at most a day; no point in time.

        Raises:
            InvalidInputError: a value that Agora would pack without a word, and refuse or let everybody in with.

        Source: agora.md §3.2
        """
        return self._issue(RtcService(channel_of(channel), str(uid_of(uid)), _granted(role, ttl_s)), ttl_s=ttl_s)

    def rtc_account(self, *, channel: str, account: str, role: RtcRole, ttl_s: int) -> str:
        """Let one account join one channel; the rules that put people out know numbers only.

        Source: agora.md §3.2
        """
        return self._issue(RtcService(channel_of(channel), account_of(account), _granted(role, ttl_s)), ttl_s=ttl_s)

    def rtc_privileges(self, *, channel: str, uid: int, ttl_s: int, privileges: Mapping[RtcPrivilege, int]) -> str:
        """Let one number do each thing for a time of its own, in seconds from now; none longer than the token.

        Source: agora.md §3.2
        """
        granted = {int(privilege): ttl_of(seconds) for privilege, seconds in privileges.items()}
        if RtcPrivilege.JOIN not in granted or max(granted.values()) > ttl_of(ttl_s):
            raise InvalidInputError("hold JOIN, and none outlives the token", field="privileges")
        return self._issue(RtcService(channel_of(channel), str(uid_of(uid)), granted), ttl_s=ttl_s)

    def rtc_with_rtm(self, *, channel: str, account: str, role: RtcRole, ttl_s: int) -> str:
        """Let one account join one channel and send messages.

        Source: agora.md §3.2
        """
        user = account_of(account)
        rtc = RtcService(channel_of(channel), user, _granted(role, ttl_s))
        return self._issue(rtc, RtmService(user, {RTM_LOGIN: ttl_s}), ttl_s=ttl_s)

    def rtm(self, *, user: str, ttl_s: int) -> str:
        """Let one user send messages.

        Source: agora.md §3.2
        """
        return self._issue(RtmService(account_of(user, 64), {RTM_LOGIN: ttl_s}), ttl_s=ttl_s)

    def chat_user(self, *, user: str, ttl_s: int) -> str:
        """Let one user chat; the user must exist there.

        Source: agora.md §3.2
        """
        return self._issue(ChatService(account_of(user, 64), {CHAT_USER: ttl_s}), ttl_s=ttl_s)

    def chat_app(self, *, ttl_s: int) -> str:
        """Let a server manage the whole chat; never give it to a browser.

        Source: agora.md §3.2
        """
        return self._issue(ChatService("", {CHAT_APP: ttl_s}), ttl_s=ttl_s)

    def _issue(self, *services: TokenService, ttl_s: int) -> str:
        now, salt = int(self.clock()), self.salt()
        token = AccessToken(self.app_id, now, ttl_of(ttl_s), salt, services)
        return write(token, self.certificate.get_secret_value())


def ttl_of(seconds: int) -> int:
    """Give a duration back if it is one.

    Raises:
        InvalidInputError: a point in time, milliseconds, a text, a truth value, nothing, or more than a day.
    """
    # Exactly int: True is an int too.
    if type(seconds) is not int or not 1 <= seconds <= LONGEST_TTL_S:
        raise InvalidInputError(f"is a number of seconds from now, 1 to {LONGEST_TTL_S}", field="ttl_s")
    return seconds


def uid_of(uid: int) -> int:
    """Give a uid back if it is one person's.

    Raises:
        InvalidInputError: it is 0, which means anybody, or no number that Agora has.
    """
    if type(uid) is not int or not 1 <= uid <= LARGEST_UID:
        raise InvalidInputError(f"is a whole number from 1 to {LARGEST_UID}; 0 would admit anybody", field="uid")
    return uid


def account_of(account: str, most: int = 255) -> str:
    """Give an account back if it is one.

    Raises:
        InvalidInputError: it is empty, which means anybody, too long, or not of printable ASCII.
    """
    is_text = type(account) is str and account.isascii() and account.isprintable()
    if not is_text or not account.strip() or len(account) > most:
        raise InvalidInputError(f"is 1 to {most} printable ASCII characters", field="account")
    return account


def channel_of(channel: str) -> str:
    """Give a channel's name back if it is one.

    Raises:
        InvalidInputError: it is empty, a wildcard, too long, or has signs that Agora does not take.
    """
    if not channel.strip() or len(channel) > 63 or not _CHANNEL.issuperset(channel):
        raise InvalidInputError("is 1 to 63 of the characters that Agora takes; * is none", field="channel")
    return channel


def _granted(role: RtcRole, ttl_s: int) -> dict[int, int]:
    return dict.fromkeys(_PUBLISHES if role is RtcRole.PUBLISHER else _LISTENS, ttl_of(ttl_s))
