"""Agora's REST calls, described once, and its two clients. Tokens need none of them: see `TokenIssuer`."""

from collections.abc import Sequence
from typing import Any, TypeVar

from ace_integrations.core import (
    AsyncClient,
    Call,
    Configured,
    Describer,
    HttpCall,
    Repeat,
    Result,
    ServiceOperations,
    SyncClient,
    operation,
    without_none,
)
from ace_integrations.errors import InvalidInputError, OutcomeUnknownError
from ace_integrations.video.agora.models import (
    CHANNELS,
    KICKING_RULES,
    NOTIFIERS,
    RULE_CHANGED,
    RULE_MADE,
    STATUS,
    USERS,
    ChannelPage,
    ChannelUsers,
    KickedFrom,
    KickingRule,
    KickingRules,
    RuleMade,
    UserStatus,
)
from ace_integrations.video.agora.service import SERVICE
from ace_integrations.video.agora.settings import AgoraSettings

T = TypeVar("T")

RULES = "/dev/v1/kicking-rule"
SHORTEST_RULE_S, LONGEST_RULE_S = 10, 86_430
PATIENCE_S = 30.0
"""The rules need up to 20 s; who gives up sooner does not know whether one was made."""


class AgoraOperations(ServiceOperations):
    """Describe Agora's calls."""

    service = SERVICE

    @operation
    def create_kicking_rule(
        self,
        *,
        channel: str | None = None,
        uid: int | None = None,
        ip: str | None = None,
        time_in_seconds: int,
        privileges: Sequence[KickedFrom] = (KickedFrom.JOIN_CHANNEL,),
    ) -> Call[RuleMade]:
        """Put somebody out and keep them out: of one channel, or everywhere; one number, or everybody.

        After an answer that was lost the rules are read: if one of them does this, the call counts as done.

        Args:
            channel: all channels when not given.
            uid: everybody when not given. Accounts that are text cannot be named.
            time_in_seconds: 10 to 86,430; 0 puts out, and keeps nobody out.

        Raises:
            OutcomeUnknownError: no answer, and no such rule yet.
            AuthenticationError: the customer's id or secret is wrong.

        Source: agora.md §3.5
        """
        if channel is None and uid is None and ip is None:
            raise InvalidInputError("name a channel, a number or an address: nothing is everybody", field="channel")
        if time_in_seconds != 0 and not SHORTEST_RULE_S <= time_in_seconds <= LONGEST_RULE_S:
            raise InvalidInputError(f"is 0, or {SHORTEST_RULE_S} to {LONGEST_RULE_S}", field="time_in_seconds")
        body: dict[str, Any] = {
            "cname": channel,
            "uid": uid,
            "ip": ip,
            "time_in_seconds": time_in_seconds,
            "privileges": [str(privilege) for privilege in privileges],
        }

        def describe(settings: AgoraSettings) -> Call[RuleMade]:
            return _write("POST", settings, body, RULE_MADE)

        def look(unknown: OutcomeUnknownError) -> Call[RuleMade]:
            return Configured(lambda settings: _rules(settings).map(lambda told: _made(told, unknown)))

        def _made(told: KickingRules, unknown: OutcomeUnknownError) -> RuleMade:
            fitting = [rule.id for rule in told.rules if rule.is_for(channel=channel, uid=uid) and not ip]
            if not fitting:
                raise unknown
            return RuleMade(id=max(fitting))

        made: Call[RuleMade] = Configured(describe)
        return made.recover(OutcomeUnknownError, look)

    @operation
    def list_kicking_rules(self) -> Call[KickingRules]:
        """Get the rules that are in force.

        Source: agora.md §3.5
        """
        return Configured(_rules)

    @operation
    def update_kicking_rule(self, *, rule_id: int, time_in_seconds: int) -> Call[KickingRule]:
        """Let a rule last longer or shorter, from now.

        Source: agora.md §3.5
        """
        body = {"id": rule_id, "time_in_seconds": time_in_seconds}
        changed: Call[KickingRule] = Configured(
            lambda settings: _write("PUT", settings, body, RULE_CHANGED, Repeat.SAFE).map(lambda told: told.result)
        )
        return changed

    @operation
    def delete_kicking_rule(self, *, rule_id: int) -> Call[RuleMade]:
        """Lift a rule.

        Raises:
            NotFoundError: there is no such rule.

        Source: agora.md §3.5
        """
        return Configured(lambda settings: _write("DELETE", settings, {"id": rule_id}, RULE_MADE, Repeat.SAFE))

    @operation
    def list_channel_users(self, *, channel: str) -> Call[ChannelUsers]:
        """Get who is in a channel; `channel_exist` is False where nobody is.

        Source: agora.md §3.5
        """
        return _read("/dev/v1/channel/user/{app_id}/{channel}", USERS, channel=channel).map(lambda told: told.data)

    @operation
    def get_user_status(self, *, channel: str, uid: int) -> Call[UserStatus]:
        """Get whether somebody is in a channel, and as what.

        Source: agora.md §3.5
        """
        path = "/dev/v1/channel/user/property/{app_id}/{uid}/{channel}"
        return _read(path, STATUS, uid=str(uid), channel=channel).map(lambda told: told.data)

    @operation
    def list_channels(self, *, page_no: int = 0, page_size: int = 100) -> Call[ChannelPage]:
        """Get one page of the channels that have somebody in them.

        Args:
            page_no: from 0.
            page_size: at most 500.

        Source: agora.md §3.5
        """

        def describe(settings: AgoraSettings) -> Call[ChannelPage]:
            query = {"page_no": str(page_no), "page_size": str(page_size)}
            path_params = {"app_id": str(settings.app_id)}
            call = HttpCall("GET", "/dev/v1/channel/{app_id}", CHANNELS, path_params=path_params, query=query)
            return call.map(lambda told: told.data)

        return Configured(describe)

    @operation
    def list_notifier_addresses(self) -> Call[tuple[str, ...]]:
        """Get the addresses that notifications come from; ask anew every day.

        Source: agora.md §3.5
        """
        call = HttpCall("GET", "/v2/ncs/ip", NOTIFIERS)
        return call.map(lambda told: tuple(host.primary_ip for host in told.data.service.hosts))


class Agora(AgoraOperations, SyncClient[AgoraSettings]):
    """Agora, blocking."""


class AsyncAgora(AgoraOperations, AsyncClient[AgoraSettings]):
    """Agora, awaited."""


class AgoraCalls(AgoraOperations, Describer):
    """Agora's calls, described and not sent."""


def _write(
    method: str, settings: AgoraSettings, body: dict[str, Any], into: Any, repeat: Repeat | None = None
) -> HttpCall[Any]:
    given = without_none({"appid": settings.app_id, **body})
    return HttpCall(method, RULES, into, json=given, repeat=repeat, timeout=PATIENCE_S)


def _rules(settings: AgoraSettings) -> HttpCall[KickingRules]:
    return HttpCall("GET", RULES, KICKING_RULES, query={"appid": settings.app_id}, timeout=PATIENCE_S)


def _read(path: str, into: Any, **path_params: str) -> Call[Any]:
    return Configured(
        lambda settings: HttpCall("GET", path, into, path_params={"app_id": str(settings.app_id), **path_params})
    )


def probe(settings: AgoraSettings) -> Call[object]:
    """Ask one harmless question that needs the customer's pair, for `ace doctor`; none where it is not set."""
    if not settings.customer_id or settings.customer_secret is None:
        return Result("tokens only: AGORA_CUSTOMER_ID and AGORA_CUSTOMER_SECRET are not set")
    return AgoraCalls().list_channels(page_size=1)
