"""One service with one set of keys, and what a client changes for its calls."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ace_integrations.core.keep import Keep
from ace_integrations.core.limits import LocalLimit
from ace_integrations.core.pause import Pauses
from ace_integrations.core.redaction import Redactor
from ace_integrations.core.service import AnyService, Endpoint, no_rest
from ace_integrations.core.shared import Shared
from ace_integrations.core.telemetry import Guard, Observer
from ace_integrations.core.token import TokenKeeper
from ace_integrations.settings import ProviderSettings

USUAL_S = 30.0
"""Seconds for a whole call where nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """What one client changes for its calls.

    Attributes:
        timeout_s: seconds for a whole call: waiting for a connection, every try, every pause, the body.
        max_retries: repeats after the first try, at most.
    """

    timeout_s: float | None = None
    max_retries: int | None = None

    def over(self, other: "Options") -> "Options":
        """Give these options, with `other`'s where these say nothing."""
        return Options(
            timeout_s=other.timeout_s if self.timeout_s is None else self.timeout_s,
            max_retries=other.max_retries if self.max_retries is None else self.max_retries,
        )


class Account:
    """One service with one set of keys: all that a blocking and an awaited connection have in common."""

    def __init__(
        self,
        service: AnyService,
        settings: ProviderSettings,
        *,
        defaults: Options,
        observer: Observer | None = None,
        guard: Guard | None = None,
        clock: Callable[[], float] = time.time,
        shared: Shared | None = None,
    ) -> None:
        self.service = service
        self.settings = settings
        self.redactor = Redactor(settings.secrets())
        self.observer = observer
        self.guard = guard
        self.clock = clock
        self.budget = RetryBudget()
        self.limit = LocalLimit(service.name, service.rate_limit)
        self._defaults = defaults
        self._endpoint: Endpoint | None = None
        self._shared = shared

    @cached_property
    def tokens(self) -> TokenKeeper:
        """The service's bearer token, where it lends one."""
        return TokenKeeper(self._credentials, clock=self.clock, shared=self._shared)

    @cached_property
    def pauses(self) -> Pauses:
        """The pauses that the service asked for."""
        return Pauses(self._credentials, clock=self.clock, shared=self._shared)

    @cached_property
    def keep(self) -> Keep:
        """Where results of the service are kept."""
        return Keep(
            hashlib.sha256(self.endpoint.base_url.encode()).hexdigest()[:12], clock=self.clock, shared=self._shared
        )

    @property
    def rests(self) -> bool:
        """Whether the service ever asks to be left alone."""
        return self.service.rest is not no_rest

    @property
    def endpoint(self) -> Endpoint:
        """Where calls go; built on first use, so a missing key is an error of the first call and not of an import."""
        if self._endpoint is None:
            self._endpoint = self.service.endpoint(self.settings)
        return self._endpoint

    def options(self, options: Options) -> Options:
        """Give the client's options over the defaults."""
        return options.over(self._defaults)

    def patience(self, options: Options, own: float | None) -> float:
        """Give the seconds that a whole call may take: what its client says, or else the shortest that is known.

        Args:
            own: of the call itself.
        """
        known = (own or self.service.timeout_s, self._defaults.timeout_s)
        return options.timeout_s or min((one for one in known if one is not None), default=USUAL_S)

    @property
    def _credentials(self) -> str:
        return ":".join([self.endpoint.base_url, *self.settings.secrets()])


class RetryBudget:
    """Keeps retries from multiplying an outage: 20 tokens, a retry costs one, ten successes earn one."""

    __slots__ = ("_lock", "_tenths")

    FULL = 200

    def __init__(self) -> None:
        self._tenths = self.FULL
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take one token; False when none is left."""
        with self._lock:
            if self._tenths < 10:
                return False
            self._tenths -= 10
            return True

    def earn(self) -> None:
        """Count one success."""
        if self._tenths < self.FULL:
            with self._lock:
                self._tenths += 1
