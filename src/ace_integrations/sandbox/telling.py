"""What a twin tells the platform: at once, twice, or held back and told later in another order."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import control, is_on

T = TypeVar("T")


class Telling(Generic[T]):
    """Events on their way to the platform.

    Args:
        post: sends one, if the platform has an address.

    Attributes:
        told: what was told so far, oldest first.
        doubles: whether each is sent twice, as services now and then do.
    """

    def __init__(self, post: Callable[[T], None]) -> None:
        self._post = post
        self.reset()

    def reset(self) -> None:
        """Forget what was told, and hold nothing back."""
        self.told: list[T] = []
        self.doubles = False
        self._held: list[T] | None = None

    def tell(self, event: T) -> None:
        """Send an event, or keep it while events are held back."""
        self.told.append(event)
        for _ in range(2 if self.doubles else 1):
            if self._held is None:
                self._post(event)
            else:
                self._held.append(event)

    def hold(self) -> None:
        """Hold back what is told from now on."""
        self._held = self._held or []

    def release(self, *, newest_first: bool) -> int:
        """Send what was held back, and hold no more; give how many. Services promise no order."""
        held, self._held = self._held or [], None
        for event in reversed(held) if newest_first else held:
            self._post(event)
        return len(held)

    def repeat(self) -> None:
        """Send the last event once more, even while others are held back.

        Raises:
            KeyError: nothing was told yet.
        """
        if not self.told:
            raise KeyError("event")
        self._post(self.told[-1])

    def controls(self, below: str) -> list[BaseRoute]:
        """Give the controls: `hold`, `release` (`order`: newest_first), `repeat`, `double` (`on`).

        Args:
            below: where, as in "/events".
        """
        acts = {"hold": self._hold, "release": self._release, "repeat": self._repeat, "double": self._double}
        return [Route(f"{below}/{name}", control(act), methods=["POST"]) for name, act in acts.items()]

    def _hold(self, fields: Mapping[str, Any]) -> None:
        del fields
        self.hold()

    def _release(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"sent": self.release(newest_first=fields.get("order") == "newest_first")}

    def _repeat(self, fields: Mapping[str, Any]) -> None:
        del fields
        self.repeat()

    def _double(self, fields: Mapping[str, Any]) -> None:
        self.doubles = is_on(fields)
