"""What a provider's twin is: the same API, imitated. The only part of the sandbox that provider folders import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from starlette.routing import BaseRoute

from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.delivery import Deliveries
from ace_integrations.sandbox.journal import Journal


@dataclass(frozen=True, slots=True)
class World:
    """What a twin gets from the sandbox.

    Attributes:
        url: where this twin is mounted, as in http://127.0.0.1:8600/didit, without a trailing slash.
        targets: where the platform receives webhooks by default, by provider; may change while the sandbox runs.
    """

    name: str
    clock: Clock
    journal: Journal
    deliveries: Deliveries
    url: str
    targets: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def webhook_url(self) -> str:
        """Where the platform receives this twin's webhooks, "" when nobody said."""
        return self.targets.get(self.name, "")

    def now(self) -> int:
        """Unix seconds of the sandbox, whole."""
        return int(self.clock.now())


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words; `tone` is one of ok, warn, bad, info, neutral."""

    word: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Action:
    """A button on the console: posts `fields` to `path` below the twin's control address.

    Attributes:
        tone: primary, plain or danger.
        ask: the label of a text that the person types, posted as `text`; "" for none.
    """

    label: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    tone: str = "plain"
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a thing's history; `at` is Unix seconds."""

    word: str
    at: float
    tone: str = "ok"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a twin holds, as a row of the console's list."""

    id: str
    title: str
    subtitle: str
    at: float
    badge: Badge
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing opened in the console's reader.

    Attributes:
        facts: label and value, in order.
        frame: address of a page of the twin to show inside, as a mail's HTML; None for none.
        text: a plain text to show; "" for none.
        payload: a JSON value to show, secrets already out.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    steps: Sequence[Step] = ()
    actions: Sequence[Action] = ()
    frame: str | None = None
    text: str = ""
    payload: Any = None


class Twin(Protocol):
    """One imitated service. `routes` are mounted below `/<name>`, `controls` below `/_sandbox/<name>`.

    A route's `name` is the operation's name in the journal and in fault rules; a name that starts with `page` is a
    hosted page or script, which is neither journaled nor failed. Of a WebSocket the journal has one entry, and faults
    are of its handshake. The control routes are for the console and for tests: the sandbox lets only requests with its
    token reach them, and `control` makes them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    empty: ClassVar[str]
    """What the console says while there is nothing to show, with the way to change that."""

    def __init__(self, world: World) -> None: ...

    def routes(self) -> Sequence[BaseRoute]:
        """Give the service's own routes and its hosted pages."""
        ...

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as the service would: approve, bounce, dispute."""
        ...

    def items(self) -> Sequence[Item]:
        """Give what it holds, newest first."""
        ...

    def detail(self, item_id: str) -> Detail | None:
        """Give one thing; None when there is none of that id."""
        ...

    def reset(self) -> None:
        """Forget everything, and become as new."""
        ...


@runtime_checkable
class SharedTwin(Twin, Protocol):
    """Several services that tell of one thing, imitated with one state: sources of rates, all of one market.

    Each is mounted below its own name, and stands in the journal and in fault rules as a service of its own. The
    plugins of all of them name the same class. `routes` has none, since nothing is below the twin's name.
    """

    def services(self) -> Mapping[str, Sequence[BaseRoute]]:
        """Give the routes of each service, by the name of its provider."""
        ...


def services_of(twin: Twin) -> Mapping[str, Sequence[BaseRoute]]:
    """Give what a twin imitates: by the name of its provider, the routes."""
    return twin.services() if isinstance(twin, SharedTwin) else {twin.name: twin.routes()}
