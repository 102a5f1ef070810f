"""The twin's channels: who may join with which token, who is in, and when a token ends. No HTTP, no clock of its own.

The order of the checks and their codes are the service's: agora.md §3.4.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ace_integrations.video.agora.token import AccessToken, RtcPrivilege, RtcService, read
from ace_integrations.video.errors import TokenRefusedError

Payload = Mapping[str, Any]
Heard = Callable[[int, "Channel", "Member | None", Payload], None]
"""Is told what happens, by the number of the notification: 101 to 112."""

CHANNEL = re.compile(r"[a-zA-Z0-9 !#$%&()+\-:;<=.>?@\[\]^_{}|~,]{1,64}")
LONGEST_S = 86_400
AHEAD_S = 60
"""Seconds that a token's issue may lie ahead of the twin's clock."""

WARNS_S = 30
"""Seconds before a token's end at which its page is told."""


class JoinRefusedError(Exception):
    """Nobody gets in with this; `code` and `text` are the gateway's."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text}")


NO_APP = (5, "invalid vendor key, can not find appid")
NO_CHANNEL = (7, "invalid channel name")
NO_RIGHT = (9, "invalid token, authorized failed")
TOO_OLD = (10, "dynamic key or token timeout")
TOKEN_TOO_MUCH = (14, "static use dynamic key")
TOKEN_MISSING = (15, "dynamic use static key")
UID_BANNED = (14, "K_UID_BANNED")
CHANNEL_BANNED = (16, "K_CHANNEL_BANNED")


@dataclass(slots=True)
class App:
    """A project as its console has it.

    Attributes:
        certificates: the current ones; none is a project without tokens.
        has_cohost_auth: whether who may not publish by their token cannot; off as with most projects.
    """

    app_id: str
    certificates: tuple[str, ...]
    has_cohost_auth: bool = False


@dataclass(slots=True)
class Member:
    """Somebody in a channel.

    Attributes:
        client: the twin's own id of their page.
        user: as their token names them: a uid as text, or an account.
        token: the one they came with, or renewed; None where the project has none.
        told: what their page has not fetched yet.
        serial: rises with every notice of them.
    """

    client: str
    uid: int
    account: str
    is_host: bool
    joined_at: float
    ends_at: float | None
    may_publish: bool
    token: AccessToken | None = None
    told: list[tuple[str, Payload]] = field(default_factory=list[tuple[str, Payload]])
    serial: int = 0
    was_warned: bool = False
    is_publishing: bool = False

    @property
    def user(self) -> str:
        """Give who they are, as others see it."""
        return self.account or str(self.uid)


@dataclass(slots=True)
class Channel:
    """One channel while somebody is in it.

    Attributes:
        is_live: whether hosts and audience differ.
    """

    name: str
    is_live: bool
    members: dict[str, Member] = field(default_factory=dict[str, Member])


@dataclass(frozen=True, slots=True)
class Rule:
    """A ban: of a channel, of a user, or of a user in a channel."""

    id: int
    channel: str
    uid: int | None
    privileges: tuple[str, ...]
    made_at: float
    ends_at: float

    def bans(self, channel: str, uid: int) -> bool:
        """Whether somebody may not be in a channel by it."""
        fits = (not self.channel or self.channel == channel) and (self.uid is None or self.uid == uid)
        return fits and "join_channel" in self.privileges


class Channels:
    """Every channel of one project.

    Args:
        now: gives Unix seconds.
        heard: is told what happens.

    Attributes:
        people: every page that came, by its id: who was put out still has to be told so, and is forgotten then.
        rang: is told whose page has something to fetch.
    """

    def __init__(self, app: App, *, now: Callable[[], float], heard: Heard) -> None:
        self.app = app
        self._certificates = app.certificates
        self.open: dict[str, Channel] = {}
        self.people: dict[str, Member] = {}
        self.rules: dict[int, Rule] = {}
        self.rang: Callable[[str], None] = lambda _: None
        self._now = now
        self._heard = heard
        self._clients = itertools.count(1)
        self._uids = itertools.count(2**31 + 1)
        self._rule_ids = itertools.count(1953)

    def join(
        self, app_id: str, channel: str, token: str | None, user: int | str | None, *, is_host: bool, is_live: bool
    ) -> Member:
        """Let somebody in.

        Raises:
            JoinRefusedError: with the gateway's code.
        """
        self.check_name(app_id, channel)
        uid, account = self._numbered(user)
        admitted = self._admitted(token, channel, account or str(uid))
        for rule in self.rules.values():
            if rule.bans(channel, uid) and rule.ends_at > self._now():
                raise JoinRefusedError(*(UID_BANNED if rule.uid is not None else CHANNEL_BANNED))
        self._replace(channel, uid, account)
        may_publish = admitted is None or _may(admitted, RtcPrivilege.PUBLISH_AUDIO, self._now())
        found = self.open.get(channel)
        if found is None:
            found = self.open[channel] = Channel(channel, is_live)
            self._heard(101, found, None, {})
        ends_at = None if admitted is None else float(_ends(admitted))
        client = f"agora-{next(self._clients)}"
        member = Member(client, uid, account, is_host or not is_live, self._now(), ends_at, may_publish, admitted)
        self.people[client] = found.members[client] = member
        self._tell(found, "user-joined", {"uid": member.user}, but=member)
        for other in found.members.values():
            if other is not member:
                member.told.append(("user-joined", {"uid": other.user}))
                if other.is_publishing:
                    member.told.append(("user-published", {"uid": other.user, "mediaType": "video"}))
        self._notify(_joined(found, member), found, member)
        return member

    def check_name(self, app_id: str, channel: str) -> None:
        """Refuse an App ID that is not there and a name that is none."""
        if app_id != self.app.app_id:
            raise JoinRefusedError(*NO_APP)
        if not CHANNEL.fullmatch(channel):
            raise JoinRefusedError(*NO_CHANNEL)

    def leave(self, channel: str, client: str, *, reason: int = 1) -> None:
        """Take somebody out: 1 who goes, 2 whose page is gone, 3 whom a rule puts out, 5 who came by another device."""
        found = self.open.get(channel)
        member = found.members.pop(client, None) if found else None
        if found is None or member is None:
            return
        self._tell(found, "user-left", {"uid": member.user, "reason": "Quit" if reason == 1 else "ServerTimeOut"})
        stayed = int(self._now() - member.joined_at)
        self._notify(_joined(found, member) + 1, found, member, reason=reason, duration=stayed)
        if not found.members:
            del self.open[channel]
            self._heard(102, found, member, {"lastUid": member.uid})

    def forget(self, client: str) -> None:
        """Know nothing more of a page that is in no channel."""
        if not any(client in found.members for found in self.open.values()):
            self.people.pop(client, None)

    def publish(self, channel: str, client: str) -> bool:
        """Send sound and pictures; False where the project holds people to their tokens and this one says no."""
        found, member = self._in(channel, client)
        if found is None or member is None or not member.is_host:
            return False
        if self.app.has_cohost_auth and not member.may_publish:
            return False
        member.is_publishing = True
        self._tell(found, "user-published", {"uid": member.user, "mediaType": "video"}, but=member)
        return True

    def unpublish(self, channel: str, client: str) -> None:
        """Send nothing any more."""
        found, member = self._in(channel, client)
        if found is not None and member is not None and member.is_publishing:
            member.is_publishing = False
            self._tell(found, "user-unpublished", {"uid": member.user, "mediaType": "video"}, but=member)

    def take_role(self, channel: str, client: str, *, is_host: bool) -> bool:
        """Become host or audience; False in a channel without these, or while somebody of the audience would send."""
        found, member = self._in(channel, client)
        if found is None or member is None or not found.is_live or (member.is_publishing and not is_host):
            return False
        if member.is_host != is_host:
            member.is_host = is_host
            self._notify(111 if is_host else 112, found, member)
        return True

    def renew(self, channel: str, client: str, token: str) -> None:
        """Go on with another token.

        Raises:
            JoinRefusedError: it is for another channel or another person.
        """
        _, member = self._in(channel, client)
        if member is None:
            raise JoinRefusedError(*NO_RIGHT)
        admitted = member.token = self._admitted(token, channel, member.user)
        member.ends_at, member.was_warned = (None if admitted is None else float(_ends(admitted))), False

    def forbid(self, *, channel: str, uid: int | None, privileges: Sequence[str], seconds: float) -> Rule:
        """Make a rule, and put out whom it bans. Zero seconds put out and ban nobody."""
        now = self._now()
        rule = Rule(next(self._rule_ids), channel, uid, tuple(privileges), now, now + seconds)
        if seconds:
            self.rules[rule.id] = rule
        for found in list(self.open.values()):
            for member in list(found.members.values()):
                if rule.bans(found.name, member.uid):
                    self._put_out(found, member, "CHANNEL_BANNED" if uid is None else "UID_BANNED", reason=3)
        return rule

    def kick(self, channel: str, member: Member) -> None:
        """Put one person out, who may come back at once."""
        self.forbid(channel=channel, uid=member.uid, privileges=("join_channel",), seconds=0)

    def expire(self, member: Member) -> None:
        """Let somebody's token end now."""
        member.ends_at = 0.0
        self.tick()

    def take_tokens(self, *, on: bool) -> None:
        """Take tokens, and nobody without one; or, as a project without a certificate does, nobody with one."""
        self.app.certificates = self._certificates if on else ()

    def prolong(self, rule_id: int, seconds: float) -> Rule:
        """Let a rule end that many seconds from now."""
        rule = self.rules[rule_id] = replace(self.rules[rule_id], ends_at=self._now() + seconds)
        return rule

    def reset(self) -> None:
        """Forget everybody and every rule; nobody is told."""
        self.app.has_cohost_auth = False
        self.take_tokens(on=True)
        self.open.clear()
        self.people.clear()
        self.rules.clear()

    def tick(self) -> None:
        """Warn whose token ends soon, and put out whose has ended; when it is called is the caller's."""
        now = self._now()
        for found in list(self.open.values()):
            for member in list(found.members.values()):
                if member.ends_at is None:
                    continue
                if now >= member.ends_at:
                    self._say(member, "token-privilege-did-expire", {})
                    self._put_out(found, member, "TOKEN_EXPIRE", reason=3)
                elif now >= member.ends_at - WARNS_S and not member.was_warned:
                    member.was_warned = True
                    self._say(member, "token-privilege-will-expire", {})

    def _admitted(self, token: str | None, channel: str, user: str) -> AccessToken | None:
        """Check a token as the gateway does; None where the project has none."""
        if not self.app.certificates:
            if token:
                raise JoinRefusedError(*TOKEN_TOO_MUCH)
            return None
        if not token:
            raise JoinRefusedError(*TOKEN_MISSING)
        try:
            found = read(token, certificates=self.app.certificates)
            service = found.service(RtcService)
        except TokenRefusedError:
            raise JoinRefusedError(*NO_RIGHT) from None
        fits = found.app_id == self.app.app_id and service.channel == channel and service.user in ("", user)
        if not fits or found.issued_at > self._now() + AHEAD_S or RtcPrivilege.JOIN not in service.privileges:
            raise JoinRefusedError(*NO_RIGHT)
        if found.lasts_s > LONGEST_S or self._now() >= _ends(found):
            raise JoinRefusedError(*TOO_OLD)
        return found

    def _in(self, channel: str, client: str) -> tuple[Channel | None, Member | None]:
        found = self.open.get(channel)
        return found, found.members.get(client) if found else None

    def _numbered(self, user: int | str | None) -> tuple[int, str]:
        """Give somebody's number and account: who gives an account gets a number, and who gives nothing too."""
        if isinstance(user, str) and user:
            return next(self._uids), user
        return (int(user), "") if user else (next(self._uids), "")

    def _replace(self, channel: str, uid: int, account: str) -> None:
        found = self.open.get(channel)
        for member in list(found.members.values()) if found else ():
            if found and (member.uid == uid or (account and member.account == account)):
                self._put_out(found, member, "UID_CONFLICT", reason=5)

    def _put_out(self, found: Channel, member: Member, why: str, *, reason: int) -> None:
        state = {"cur": "DISCONNECTED", "prev": "CONNECTED", "reason": why}
        self._say(member, "connection-state-change", state)
        self.leave(found.name, member.client, reason=reason)

    def _notify(self, number: int, found: Channel, member: Member, **more: Any) -> None:
        member.serial += 1
        self._heard(number, found, member, more)

    def _tell(self, found: Channel, event: str, payload: Payload, *, but: Member | None = None) -> None:
        for member in found.members.values():
            if member is not but:
                self._say(member, event, payload)

    def _say(self, member: Member, event: str, payload: Payload) -> None:
        member.told.append((event, payload))
        self.rang(member.client)


def _joined(found: Channel, member: Member) -> int:
    if not found.is_live:
        return 107
    return 103 if member.is_host else 105


def _ends(token: AccessToken) -> int:
    """Give when a token admits nobody any more: at its own end, or at that of the right to join."""
    joins = token.service(RtcService).privileges.get(RtcPrivilege.JOIN, 0)
    return min(token.expires_at, token.issued_at + joins) if joins else token.expires_at


def _may(token: AccessToken, privilege: RtcPrivilege, now: float) -> bool:
    seconds = token.service(RtcService).privileges.get(privilege)
    if seconds is None:
        return False
    return now < (token.issued_at + seconds if seconds else token.expires_at)
