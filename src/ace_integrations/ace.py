"""`Ace` and `AsyncAce`: one object, one attribute per capability, each made on first use from the settings."""

import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ace_integrations.core.account import Account, Options
from ace_integrations.core.client import AsyncClient, SyncClient
from ace_integrations.core.connection import AsyncConnection, Connection
from ace_integrations.core.telemetry import CallRecord
from ace_integrations.errors import ConfigurationError
from ace_integrations.hooks import Plugins, Provider, plugins
from ace_integrations.settings import ProviderSettings, Settings
from ace_integrations.usage.budget import Budget, read_budgets
from ace_integrations.usage.meter import Usage
from ace_integrations.usage.prices import PriceList, corrected

if TYPE_CHECKING:
    from ace_integrations.ai import AsyncText, Text, TextModel
    from ace_integrations.audit import Audit
    from ace_integrations.career import AsyncCareer, Career, CareerAdvisor
    from ace_integrations.core.shared import Shared
    from ace_integrations.identity import AsyncIdentity, Identity, IdentityVerifier
    from ace_integrations.jobs import AsyncJobs, JobBoard, Jobs, LocalJobs
    from ace_integrations.mail import AsyncMail, Mail, MailTransport, SuppressionList
    from ace_integrations.mail.notifications import AsyncNotifier, Channel, Notification, Notified, Notifier, Person
    from ace_integrations.payments import AsyncPayments, PaymentGateway, Payments
    from ace_integrations.payments.rates import AsyncExchangeRates, ExchangeRates, LastRates, RateTerms
    from ace_integrations.privacy import AsyncPrivacy, DataMap, Privacy, Services
    from ace_integrations.realtime import AsyncRealtime, Broadcaster, Realtime
    from ace_integrations.realtime.broadcaster import BrowserConfig
    from ace_integrations.throttle import Throttle
    from ace_integrations.usage.allowance import Allowances
    from ace_integrations.video import AsyncVideo, Video, VideoProvider
    from ace_integrations.webhooks import AsyncReceiver, AsyncStore, Doors, Receiver, Store

SyncC = TypeVar("SyncC", bound=SyncClient[Any])
AsyncC = TypeVar("AsyncC", bound=AsyncClient[Any])


class _Watch:
    """Shows every call to the plugins and to the meter, which may each forbid it."""

    def __init__(self, loaded: Plugins, usage: Usage) -> None:
        self._plugins = loaded
        self._usage = usage

    def before_call(self, record: CallRecord) -> None:
        self._plugins.before_call(record)
        # Last: it sets units aside, which only an ended call gives back.
        self._usage.before_call(record)

    def after_call(self, record: CallRecord) -> None:
        self._usage.after_call(record)
        self._plugins.after_call(record)


class _Assembly:
    """What `Ace` and `AsyncAce` share: settings, plugins, and how a capability's provider is built from them."""

    def __init__(self, settings: Settings, loaded: Plugins, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.plugins = loaded
        self._clock = clock

    @cached_property
    def usage(self) -> Usage:
        return Usage(
            budgets=self._budgets(),
            prices=self.prices(),
            clock=self._clock,
            crossed=self.plugins.budget_crossed,
        )

    @cached_property
    def allowances(self) -> "Allowances | None":
        from ace_integrations.usage.allowance import Allowances, read_allowances

        given = read_allowances(self.settings.user_budgets, self.usage.prices)
        if not given:
            return None
        url = self.settings.redis_url
        redis_url = url.get_secret_value() if url else None
        return Allowances(given, prices=self.usage.prices, clock=self._clock, redis_url=redis_url)

    @cached_property
    def throttle(self) -> "Throttle":
        from ace_integrations.throttle import Throttle, read_limits

        url = self.settings.redis_url
        return Throttle(read_limits(self.settings.limits), redis_url=url.get_secret_value() if url else None)

    def prices(self) -> Mapping[str, PriceList]:
        """Give every price list: the providers' own, corrected by the file of the settings."""
        ours = {name: each.load("prices") for name, each in self.plugins.providers.items() if each.prices}
        return corrected(ours, self.settings.prices)

    def account(self, name: str) -> Account:
        """Give the account of one service.

        Raises:
            ConfigurationError: no plugin brings it, it does no HTTP, or its settings contradict themselves.
        """
        provider = self.plugins.provider(name)
        service = provider.load("service")
        if service is None:
            raise ConfigurationError(f"{name} is not reached over HTTP")
        return Account(
            service,
            self.settings.of(provider.load("settings")),
            defaults=Options(self.settings.timeout_s, self.settings.max_retries),
            observer=self._watch,
            guard=self.allowances,
            shared=self._shared,
            clock=self._clock,
        )

    def verifier(self) -> "IdentityVerifier":
        verifier: IdentityVerifier = self._build(self.settings.identity, "identity")
        return verifier

    def transport(self) -> "MailTransport":
        transport: MailTransport = self._build(self.settings.mail, "mail")
        return transport

    def job_board(self, local_jobs: "LocalJobs | None") -> "JobBoard":
        from ace_integrations.jobs import JobBoard
        from ace_integrations.jobs.source import NoSource

        name = self.settings.jobs
        return JobBoard(name, self._build(name, "jobs") if name else NoSource(), local=local_jobs)

    def text_model(self) -> "TextModel":
        if not self.settings.ai:
            raise ConfigurationError("ACE_AI is empty: name the provider of a language model, as in gemini")
        model: TextModel = self._build(self.settings.ai, "ai")
        return model

    def video_provider(self) -> "VideoProvider":
        if not self.settings.video:
            raise ConfigurationError("ACE_VIDEO is empty: name the provider of live classes, as in jitsi")
        provider: VideoProvider = self._build(self.settings.video, "video")
        return provider

    def advisor(self) -> "CareerAdvisor":
        from ace_integrations.career import CareerAdvisor
        from ace_integrations.career.document import MEDIA_TYPES
        from ace_integrations.core.public_fetch import PublicFetch

        hosts = self.settings.cv_hosts
        fetch = PublicFetch(hosts, media_types=MEDIA_TYPES) if hosts else None
        return CareerAdvisor(self.text_model(), fetch=fetch, keep_s=self.settings.ai_cache.total_seconds())

    def broadcaster(self) -> "Broadcaster":
        if not self.settings.realtime:
            raise ConfigurationError("ACE_REALTIME is empty: name the provider of live messages, as in pusher")
        broadcaster: Broadcaster = self._build(self.settings.realtime, "realtime")
        return broadcaster

    def gateways(self) -> "Mapping[str, PaymentGateway]":
        return {name: self._build(name, "payments") for name in self.settings.payments}

    def rate_terms(self, last_rates: "LastRates | None") -> "RateTerms":
        from ace_integrations.payments.rates import RateTerms

        chosen = [self.plugins.provider(name, "rates") for name in self.settings.fx_sources]
        return RateTerms(
            self.settings,
            {provider.name: self._build(provider.name, "rates") for provider in chosen},
            providers=[self.settings.of(provider.load("settings")) for provider in chosen],
            clock=self._clock,
            shared=self._shared,
            last_rates=last_rates,
        )

    def channels(self, mail: "Mail | AsyncMail") -> "Mapping[str, Channel]":
        from ace_integrations.mail import Address, MailOperations
        from ace_integrations.mail.notifications import MailChannel

        address = self.settings.mail_from
        if address is None:
            raise ConfigurationError("MAIL_FROM_ADDRESS is not set: notifications by mail need somebody to be from")
        sender = Address(email=address, name=self.settings.mail_from_name)
        return {"mail": MailChannel(lambda message: MailOperations.send.describe(mail, message), sender)}

    def doors(self, http: Any = None) -> "Doors":
        from ace_integrations.webhooks import Doors

        sources = (provider.load("webhooks") for provider in self.plugins.providers.values() if provider.webhooks)
        return Doors(sources, self.settings, http=http)

    def holders(self) -> "Services":
        from ace_integrations.privacy import Services

        known = tuple(self.plugins.providers)
        return Services(tuple(dict.fromkeys(provider.name for provider in self.chosen())), known, self._data_map)

    def chosen(self) -> list[Provider]:
        """Give the providers that the settings switch on."""
        on: Any = self.settings.switched_on
        return [self.plugins.provider(name, capability) for capability, name in on]

    def check(self) -> None:
        """Raise one `ConfigurationError` that lists everything missing or contradictory for what is switched on."""
        problems: list[str] = []
        try:
            self.settings.check(*(provider.load("settings") for provider in self.chosen()))
        except ConfigurationError as error:
            problems += error.problems
        try:
            _ = self.usage, self.allowances, self.throttle
        except ConfigurationError as error:
            problems += error.problems
        if problems:
            raise ConfigurationError(*problems)

    def public_config(self) -> "dict[str, str | BrowserConfig]":
        gateways = self.gateways().values()
        config: dict[str, str | BrowserConfig] = {}
        config.update((key, value) for gateway in gateways for key, value in gateway.browser_config().items())
        if self._tells_browsers:
            config["realtime"] = self.broadcaster().browser_config()
        return config

    @property
    def _tells_browsers(self) -> bool:
        """Whether a service of live messages is switched on and has its keys."""
        if not self.settings.realtime:
            return False
        provider = self.plugins.provider(self.settings.realtime, "realtime")
        return not self.settings.of(provider.load("settings")).missing()

    @cached_property
    def _shared(self) -> "Shared | None":
        from ace_integrations.core.shared import RedisShared

        return RedisShared(self.settings.redis_url.get_secret_value()) if self.settings.redis_url else None

    @cached_property
    def _watch(self) -> _Watch:
        return _Watch(self.plugins, self.usage)

    def _budgets(self) -> list[Budget]:
        soft = read_budgets(self.settings.budgets, hard=False)
        return [*soft, *read_budgets(self.settings.hard_budgets, hard=True), *self._own_budgets()]

    def _own_budgets(self) -> Iterator[Budget]:
        """Give the budgets that providers have settings of their own for."""
        for provider in self.plugins.providers.values():
            settings: type[ProviderSettings] = provider.load("settings")
            if settings.most_units is not ProviderSettings.most_units:
                most = self.settings.of(settings).most_units
                if most is not None:
                    yield Budget(provider.name, Decimal(most), in_dollars=False, hard=True)

    def _data_map(self, name: str) -> "DataMap | None":
        provider = self.plugins.provider(name)
        build = provider.load("privacy")
        return build(self.settings.of(provider.load("settings"))) if build else None

    def _build(self, name: str, capability: Any) -> Any:
        provider = self.plugins.provider(name, capability)
        return provider.load("build")(self.settings.of(provider.load("settings")))


class _Front:
    """What `Ace` and `AsyncAce` have in common: how they are made, and what does no I/O."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        http: Any = None,
        clock: Callable[[], float] = time.time,
        loaded: Plugins | None = None,
        last_rates: "LastRates | None" = None,
        local_jobs: "LocalJobs | None" = None,
        suppressions: "SuppressionList | None" = None,
    ) -> None:
        self._given = settings
        self._http = http
        self._last_rates = last_rates
        self._local_jobs = local_jobs
        self._suppressions = suppressions
        self._clock = clock
        self._loaded = loaded
        self._options = Options()
        self._owned: Any = None

    @classmethod
    def from_env(cls) -> Self:
        """Read the settings from the environment and `.env`, now.

        Raises:
            ConfigurationError: a value is malformed or contradicts another.
        """
        return cls(Settings())

    @classmethod
    def sandbox(cls, **options: Any) -> Self:
        """Start a sandbox on this machine, or join the one that `ACE_SANDBOX_URL` names, and talk to it.

        Closing this object ends a sandbox that it started. Needs the extra `sandbox`.
        """
        from ace_integrations.sandbox import join_or_start

        running = join_or_start()
        ace = cls(Settings(sandbox=True, sandbox_url=running.url), **options)
        ace._owned = running
        return ace

    @cached_property
    def assembly(self) -> _Assembly:
        """Settings and plugins; for commands and tests."""
        return _Assembly(self._given or Settings(), self._loaded or plugins(), self._clock)

    @property
    def settings(self) -> Settings:
        """What all providers share, and each provider's own by `settings.of(...)`."""
        return self.assembly.settings

    @property
    def usage(self) -> Usage:
        """What was sent to which service for whom, and what it may cost."""
        return self.assembly.usage

    @property
    def allowances(self) -> "Allowances | None":
        """What each user may use of a service; None where no user budget is set."""
        return self.assembly.allowances

    @property
    def throttle(self) -> "Throttle":
        """The named limits on what one user may ask for."""
        return self.assembly.throttle

    @cached_property
    def audit(self) -> "Audit":
        """Builds audit events."""
        from ace_integrations.audit import Audit

        return Audit(address_key=self.settings.audit_address_key, clock=self._clock)

    def check(self) -> None:
        """Raise one `ConfigurationError` that lists everything missing or contradictory for what is switched on."""
        self.assembly.check()

    def public_config(self) -> "dict[str, str | BrowserConfig]":
        """Give what a browser may see, and nothing else: one text for each name, and `realtime` for its script."""
        return self.assembly.public_config()

    @property
    def clock(self) -> Callable[[], float]:
        """Gives Unix seconds: what was given, for queues and stores that must tell the same time."""
        return self._clock

    @property
    def options(self) -> Options:
        """What this object changes for its calls; part of what a call is sent through."""
        return self._options

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Ace(_Front):
    """Every capability, blocking. Make one per process, at import time if you like: nothing is opened or read yet.

    Args:
        settings: read from the environment when not given.
        webhook_store: where handled events are remembered; in memory when not given.
        http: one `httpx.Client` or `httpx2.Client` of yours for all services; you close it.
        clock: gives Unix seconds; a sandbox's clock in tests.
        last_rates: where the last accepted exchange rate is remembered; in Redis where that is set, else not.
        local_jobs: finds the platform's own postings, for `jobs`.
        suppressions: whom `mail` does not write to; in memory when not given.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        webhook_store: "Store | None" = None,
        http: Any = None,
        clock: Callable[[], float] = time.time,
        loaded: Plugins | None = None,
        last_rates: "LastRates | None" = None,
        local_jobs: "LocalJobs | None" = None,
        suppressions: "SuppressionList | None" = None,
    ) -> None:
        super().__init__(
            settings,
            http=http,
            clock=clock,
            loaded=loaded,
            last_rates=last_rates,
            local_jobs=local_jobs,
            suppressions=suppressions,
        )
        self._store = webhook_store
        self._connections: dict[str, Connection] = {}

    @cached_property
    def identity(self) -> "Identity":
        """Identity verification."""
        from ace_integrations.identity import Identity

        return Identity(self, self.assembly.verifier())

    @cached_property
    def mail(self) -> "Mail":
        """Mail."""
        from ace_integrations.mail import Mail

        return Mail(self, self.assembly.transport(), suppressions=self._suppressions)

    @cached_property
    def jobs(self) -> "Jobs":
        """Job postings: the platform's own, and those from outside."""
        from ace_integrations.jobs import Jobs

        return Jobs(self, self.assembly.job_board(self._local_jobs))

    @cached_property
    def ai(self) -> "Text":
        """A language model."""
        from ace_integrations.ai import Text

        return Text(self, self.assembly.text_model())

    @cached_property
    def video(self) -> "Video":
        """Live classes."""
        from ace_integrations.video import Video

        return Video(self, self.assembly.video_provider())

    @cached_property
    def career(self) -> "Career":
        """The career advisor on that model."""
        from ace_integrations.career import Career

        return Career(self, self.assembly.advisor())

    @cached_property
    def realtime(self) -> "Realtime":
        """Live messages to browsers."""
        from ace_integrations.realtime import Realtime

        return Realtime(self, self.assembly.broadcaster())

    @cached_property
    def notifier(self) -> "Notifier":
        """The channels that notifications go by; `notify` uses them."""
        from ace_integrations.mail.notifications import Notifier

        return Notifier(self, self.assembly.channels(self.mail))

    def notify(self, to: "Person", notification: "Notification", *, key: str) -> "tuple[Notified, ...]":
        """Send a notification by every channel of its `via`; see `Notifier.notify`."""
        return self.notifier.notify(to, notification, key=key)

    @cached_property
    def payments(self) -> "Payments":
        """Payments by every gateway that is switched on."""
        from ace_integrations.payments import Payments

        return Payments(self, self.assembly.gateways())

    @cached_property
    def rates(self) -> "ExchangeRates":
        """Exchange rates, and quotes for prices that a gateway cannot take."""
        from ace_integrations.payments.rates import ExchangeRates

        return ExchangeRates(self, self.assembly.rate_terms(self._last_rates))

    @cached_property
    def privacy(self) -> "Privacy":
        """One person's data at every service."""
        from ace_integrations.privacy import Privacy

        return Privacy(self, self.assembly.holders())

    @cached_property
    def webhooks(self) -> "Receiver":
        """The receiver of every provider's webhooks."""
        from ace_integrations.webhooks import Receiver

        return Receiver(self.assembly.doors(self._http), self._store, clock=self._clock)

    def client(self, kind: type[SyncC]) -> SyncC:
        """Give a provider's own client on the same connection, as in `ace.client(Didit)`."""
        return kind.on(self.connection(kind.service.name))

    def connection(self, provider: str) -> Connection:
        """Give the one connection of a service; part of what a call is sent through."""
        found = self._connections.get(provider)
        if found is None:
            # setdefault: two threads may make one each, but only one is ever used.
            found = self._connections.setdefault(provider, Connection(self.assembly.account(provider), self._http))
        return found

    def close(self) -> None:
        """Close every connection, and the sandbox if this object started it."""
        for connection in self._connections.values():
            connection.close()
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncAce(_Front):
    """Every capability, awaited; the arguments are those of `Ace`. Usable from several event loops."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        webhook_store: "AsyncStore | None" = None,
        http: Any = None,
        clock: Callable[[], float] = time.time,
        loaded: Plugins | None = None,
        last_rates: "LastRates | None" = None,
        local_jobs: "LocalJobs | None" = None,
        suppressions: "SuppressionList | None" = None,
    ) -> None:
        super().__init__(
            settings,
            http=http,
            clock=clock,
            loaded=loaded,
            last_rates=last_rates,
            local_jobs=local_jobs,
            suppressions=suppressions,
        )
        self._store = webhook_store
        self._connections: dict[str, AsyncConnection] = {}

    @cached_property
    def identity(self) -> "AsyncIdentity":
        """Identity verification."""
        from ace_integrations.identity import AsyncIdentity

        return AsyncIdentity(self, self.assembly.verifier())

    @cached_property
    def mail(self) -> "AsyncMail":
        """Mail."""
        from ace_integrations.mail import AsyncMail

        return AsyncMail(self, self.assembly.transport(), suppressions=self._suppressions)

    @cached_property
    def jobs(self) -> "AsyncJobs":
        """Job postings: the platform's own, and those from outside."""
        from ace_integrations.jobs import AsyncJobs

        return AsyncJobs(self, self.assembly.job_board(self._local_jobs))

    @cached_property
    def ai(self) -> "AsyncText":
        """A language model."""
        from ace_integrations.ai import AsyncText

        return AsyncText(self, self.assembly.text_model())

    @cached_property
    def video(self) -> "AsyncVideo":
        """Live classes."""
        from ace_integrations.video import AsyncVideo

        return AsyncVideo(self, self.assembly.video_provider())

    @cached_property
    def career(self) -> "AsyncCareer":
        """The career advisor on that model."""
        from ace_integrations.career import AsyncCareer

        return AsyncCareer(self, self.assembly.advisor())

    @cached_property
    def realtime(self) -> "AsyncRealtime":
        """Live messages to browsers."""
        from ace_integrations.realtime import AsyncRealtime

        return AsyncRealtime(self, self.assembly.broadcaster())

    @cached_property
    def notifier(self) -> "AsyncNotifier":
        """The channels that notifications go by; `notify` uses them."""
        from ace_integrations.mail.notifications import AsyncNotifier

        return AsyncNotifier(self, self.assembly.channels(self.mail))

    async def notify(self, to: "Person", notification: "Notification", *, key: str) -> "tuple[Notified, ...]":
        """Send a notification by every channel of its `via`; see `Notifier.notify`."""
        return await self.notifier.notify(to, notification, key=key)

    @cached_property
    def payments(self) -> "AsyncPayments":
        """Payments by every gateway that is switched on."""
        from ace_integrations.payments import AsyncPayments

        return AsyncPayments(self, self.assembly.gateways())

    @cached_property
    def rates(self) -> "AsyncExchangeRates":
        """Exchange rates, and quotes for prices that a gateway cannot take."""
        from ace_integrations.payments.rates import AsyncExchangeRates

        return AsyncExchangeRates(self, self.assembly.rate_terms(self._last_rates))

    @cached_property
    def privacy(self) -> "AsyncPrivacy":
        """One person's data at every service."""
        from ace_integrations.privacy import AsyncPrivacy

        return AsyncPrivacy(self, self.assembly.holders())

    @cached_property
    def webhooks(self) -> "AsyncReceiver":
        """The receiver of every provider's webhooks."""
        from ace_integrations.webhooks import AsyncReceiver

        return AsyncReceiver(self.assembly.doors(self._http), self._store, clock=self._clock)

    def client(self, kind: type[AsyncC]) -> AsyncC:
        """Give a provider's own client on the same connection, as in `ace.client(AsyncDidit)`."""
        return kind.on(self.connection(kind.service.name))

    def connection(self, provider: str) -> AsyncConnection:
        """Give the one connection of a service; part of what a call is sent through."""
        found = self._connections.get(provider)
        if found is None:
            found = self._connections.setdefault(provider, AsyncConnection(self.assembly.account(provider), self._http))
        return found

    async def aclose(self) -> None:
        """Close the connections of the running event loop, and the sandbox if this object started it."""
        for connection in self._connections.values():
            await connection.aclose()
        if self._owned is not None:
            self._owned.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()
