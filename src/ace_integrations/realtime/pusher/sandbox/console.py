"""What the console shows of the twin: channels, what went through them, and a way to publish."""

from collections.abc import Sequence

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.account import Account, Now
from ace_integrations.realtime.pusher.sandbox.channel import Channel
from ace_integrations.realtime.pusher.sandbox.frames import Json, inside
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.log import Sent
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step

SHOWN = 20


class Shown:
    """The console's view of the app."""

    def __init__(self, account: Account, hub: Hub, now: Now) -> None:
        self._account = account
        self._hub = hub
        self._now = now

    def items(self) -> Sequence[Item]:
        """Give the channels, those with the newest messages first."""
        told = [sent.channel for sent in self._hub.log]
        return [self._item(name) for name in dict.fromkeys([*told, *self._hub.channels])]

    def detail(self, name: str) -> Detail | None:
        """Give one channel with its last messages."""
        sent = self._hub.log.of(name)[:SHOWN]
        if name not in self._hub.channels and not sent:
            return None
        channel = self._hub.channel(name)
        return Detail(
            name,
            self._facts(channel),
            [Step(_line(each), each.at, "info" if each.by else "ok") for each in reversed(sent)],
            self._actions(name),
            payload=_payload(channel, sent[0] if sent else None),
        )

    def _item(self, name: str) -> Item:
        channel, sent = self._hub.channel(name), self._hub.log.of(name)
        latest = _line(sent[0]) if sent else "Nothing was sent yet"
        return Item(name, name, latest, sent[0].at if sent else self._now(), _badge(channel))

    def _facts(self, channel: Channel) -> list[tuple[str, str]]:
        facts = [("Kind", _kind(channel.name)), ("Connections", str(len(channel.connections)))]
        if names.is_presence(channel.name):
            facts.append(("Members", ", ".join(channel.members) or "none"))
        return [
            *facts,
            ("All connections", str(len(self._hub.connections))),
            ("Messages of the plan", f"{self._account.messages:,}"),
            ("Dialect", self._account.switches.dialect),
        ]

    def _actions(self, name: str) -> list[Action]:
        allowed = self._account.switches.client_events
        return [
            Action("Publish", "publish", {"channel": name, "event": "message"}, "primary", ask="Message"),
            Action("Deny its next subscription", "subscriptions/deny", {"channel": name}),
            Action("Let all reconnect at once", "close", {"code": "4200"}),
            Action("Close all: over quota", "close", {"code": "4004"}, "danger"),
            Action(
                "Forbid client events" if allowed else "Allow client events",
                "switches",
                {"client_events": "false" if allowed else "true"},
            ),
        ]


def _line(sent: Sent) -> str:
    by = f", by {sent.by}" if sent.by else ""
    return f"{sent.event} to {sent.readers} connection{'' if sent.readers == 1 else 's'}{by}"


def _badge(channel: Channel) -> Badge:
    here = len(channel.connections)
    return Badge(f"{here} here", "ok") if here else Badge("Nobody here")


def _kind(name: str) -> str:
    words = [
        "one user's" if name.startswith(names.SERVER_TO_USER) else "",
        "presence" if names.is_presence(name) else "",
        "encrypted" if names.is_encrypted(name) else "",
        "private" if name.startswith("private-") else "",
        "with cache" if names.is_cache(name) else "",
    ]
    return ", ".join(word for word in words if word) or "public: whoever has the key can read it"


def _payload(channel: Channel, latest: Sent | None) -> Json:
    shown: Json = {}
    if channel.members:
        shown["members"] = {user_id: seen.member.info for user_id, seen in channel.members.items()}
    if latest is not None:
        shown["last"] = {"event": latest.event, "data": inside(latest.data) or latest.data}
    return shown
