"""The twin's state: keys it has seen, counters, scripts, what was asked; and the checks that come first."""

import re
from collections.abc import Mapping

from ace_integrations.gemini.catalogue import Model, find
from ace_integrations.gemini.sandbox import refusals
from ace_integrations.gemini.sandbox.log import Log
from ace_integrations.gemini.sandbox.markers import ONCE
from ace_integrations.gemini.sandbox.quotas import Quotas
from ace_integrations.gemini.sandbox.scripts import Scripts
from ace_integrations.gemini.settings import SANDBOX_KEY
from ace_integrations.sandbox.twin import World

_WORD = re.compile(r"[A-Za-z0-9_-]{12,}")


class Account:
    """All that a twin remembers.

    Attributes:
        strict: whether keys of the old kind are refused, as the service says it does.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = Log()
        self.scripts = Scripts()
        self.quotas = Quotas(world.clock.now)
        self._hidden: set[str] = set()
        world.journal.hide(SANDBOX_KEY)
        self.reset()

    def reset(self) -> None:
        """Become as new."""
        self.log.clear()
        self.scripts.clear()
        self.quotas.reset()
        self.strict = False
        self._refused: set[tuple[str, str, str]] = set()

    def hide_keys(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        """Keep the keys of a call out of the journal, whatever becomes of it."""
        for key in (headers.get("x-goog-api-key", ""), query.get("key", "")):
            if _WORD.fullmatch(key):
                self.world.journal.hide_token(key)
            elif key not in self._hidden:
                self._hidden.add(key)
                self.world.journal.hide(key)

    def authenticate(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """Give the key of a call.

        Raises:
            RefusedError: there is none or more than one, or it is refused.
        """
        bearer = headers.get("authorization", "")
        self.hide_keys(headers, query)
        given = [one for one in (headers.get("x-goog-api-key"), query.get("key"), bearer) if one]
        if len(given) > 1:
            raise refusals.two_credentials()
        if bearer:
            raise refusals.refused_key_type()
        key = given[0] if given else ""
        self._check(key)
        return key

    def _check(self, key: str) -> None:
        if not key:
            raise refusals.no_key()
        if key.startswith("invalid"):
            raise refusals.invalid_key()
        if key.startswith("leaked"):
            raise refusals.leaked_key()
        if self.strict and key.startswith("AIza"):
            raise refusals.refused_key_type()

    def model(self, model_id: str, version: str, method: str) -> tuple[Model, Model]:
        """Give the model that answers, and the one that was named.

        Raises:
            RefusedError: it is unknown to this version, gone, or closed.
        """
        named = find(model_id)
        if named is None or named.state == "retired" or (named.beta_only and version == "v1"):
            raise refusals.not_found(model_id, version, method)
        if named.state == "closed":
            raise refusals.closed(model_id)
        target = find(named.routed_to) if named.routed_to else None
        return target or named, named

    def by_turns(self, marker: str, key: str, text: str) -> str:
        """Give a marker, or "" where it refuses once and has just done so for this text."""
        if marker not in ONCE:
            return marker
        refusal = (marker, key, text)
        if refusal in self._refused:
            self._refused.discard(refusal)
            return ""
        self._refused.add(refusal)
        return marker
