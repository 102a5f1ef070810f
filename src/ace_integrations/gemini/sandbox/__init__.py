"""Gemini's twin: text as a pure function of the prompt, faults by markers, and answers that a test writes itself."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute

from ace_integrations.gemini.sandbox.account import Account
from ace_integrations.gemini.sandbox.api import Api
from ace_integrations.gemini.sandbox.console import Shown
from ace_integrations.gemini.sandbox.controls import Controls
from ace_integrations.sandbox.twin import Detail, Item, World


class GeminiTwin:
    """Imitates Gemini's API to generate content, of the versions v1 and v1beta."""

    name: ClassVar[str] = "gemini"
    title: ClassVar[str] = "Gemini"
    icon: ClassVar[str] = "lines"
    empty: ClassVar[str] = "No prompt yet. Ask one: an app with ACE_SANDBOX on ends here."

    def __init__(self, world: World) -> None:
        self._account = Account(world)
        self._shown = Shown(self._account)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the API."""
        return Api(self._account).routes()

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that write answers, set limits and show what was asked."""
        return Controls(self._account).routes()

    def items(self) -> Sequence[Item]:
        """Give the prompts, newest first, behind the answers that wait."""
        return self._shown.items()

    def detail(self, item_id: str) -> Detail | None:
        """Give one prompt with its answer."""
        return self._shown.detail(item_id)

    def reset(self) -> None:
        """Forget everything."""
        self._account.reset()
