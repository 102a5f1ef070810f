"""Who may listen on which channel: rules of the platform, and nobody where no rule says so.

    rules = ChannelRules[User]()

    @rules.on("private-user.{id}")
    def own(user: User, *, id: str) -> Member | None:
        return Member(user.id) if user.id == id else None

A rule is found by the channel's name after its prefix.
"""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime.channels import Channel, ChannelKind

U = TypeVar("U")
D = TypeVar("D", bound=Callable[..., "Member | Awaitable[Member | None] | None"])

LONGEST_MEMBER_ID = 128
"""Characters of a member's id."""

LARGEST_QUESTION = 16 * 1024
"""Bytes of what a browser sends to ask whether it may listen."""

_PLACE = re.compile(r"\\\{([a-z_][a-z0-9_]*)\\\}")


@dataclass(frozen=True, slots=True)
class Member:
    """Whom a channel is open to.

    Attributes:
        id: your own stable id of them.
        info: what the others of a presence channel see, as in {"name": "سارة", "role": "student"}; keep it small.

    Raises:
        InvalidInputError: the id is empty or too long.
    """

    id: str
    info: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def __post_init__(self) -> None:
        if not self.id or len(self.id) > LONGEST_MEMBER_ID:
            raise InvalidInputError(f"has between 1 and {LONGEST_MEMBER_ID} characters", field="id")


@dataclass(frozen=True, slots=True)
class _Rule:
    is_presence: bool
    pattern: re.Pattern[str]
    decide: Callable[..., Member | Awaitable[Member | None] | None]

    def match(self, channel: Channel) -> Mapping[str, str] | None:
        """Give what stands in the places of the pattern; None for a channel that it does not name."""
        if channel.is_public or self.is_presence is not (channel.kind is ChannelKind.PRESENCE):
            return None
        found = self.pattern.fullmatch(channel.bare)
        return None if found is None else found.groupdict()


class ChannelRules(Generic[U]):
    """Rules by patterns; the first that names a channel decides, with your own object of the user who asks."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def on(self, pattern: str) -> Callable[[D], D]:
        """Register who decides about the channels of a pattern: "private-user.{id}" or "presence-session.{id}".

        What stands after the prefix is compared, so a private rule holds for encrypted and cached channels of the same
        name too. A place takes anything but a dot. The function takes the user, and each place by its name; it gives a
        `Member`, or None to refuse.

        Raises:
            InvalidInputError: the pattern is of a public channel, where nobody is asked.
        """
        example = Channel(re.sub(r"\{[a-z_][a-z0-9_]*\}", "0", pattern))
        if example.is_public:
            raise InvalidInputError("begins with private- or presence-", field="pattern")
        bare = pattern[len(example.name) - len(example.bare) :]
        compiled = re.compile(_PLACE.sub(r"(?P<\1>[^.]+)", re.escape(bare)), re.ASCII)
        is_presence = example.kind is ChannelKind.PRESENCE

        def register(decide: D) -> D:
            self._rules.append(_Rule(is_presence, compiled, decide))
            return decide

        return register

    def decide(self, user: U, channel: Channel) -> Member | None:
        """Give the member as whom a user may listen; None for a user who may not.

        Raises:
            TypeError: the rule is awaited: use `adecide`.
        """
        decided = self._decided(user, channel)
        if isinstance(decided, Member | None):
            return decided
        if inspect.iscoroutine(decided):
            decided.close()
        raise TypeError("the rule must be awaited: use adecide")

    async def adecide(self, user: U, channel: Channel) -> Member | None:
        """Give the member as whom a user may listen, awaited; takes blocking rules too, which must not block long."""
        decided = self._decided(user, channel)
        return decided if isinstance(decided, Member | None) else await decided

    def _decided(self, user: U, channel: Channel) -> Member | Awaitable[Member | None] | None:
        for rule in self._rules:
            places = rule.match(channel)
            if places is not None:
                return rule.decide(user, **places)
        return None


def read_question(body: bytes) -> Mapping[str, str]:
    """Read what a browser's script asks: a form, or JSON where the page has a script of its own.

    Raises:
        InvalidInputError: it is neither, or too large.
    """
    if len(body) > LARGEST_QUESTION:
        raise InvalidInputError(f"has more than {LARGEST_QUESTION} bytes", field="body")
    try:
        text = body.decode()
        if not text.lstrip().startswith("{"):
            return dict(parse_qsl(text, strict_parsing=True, max_num_fields=50))
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInputError("is neither a form nor JSON", field="body") from None
    return {name: value for name, value in found.items() if isinstance(value, str)}
