"""Settings that all providers share, and the base of each provider's own."""

import os
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ace_integrations.errors import ConfigurationError

P = TypeVar("P", bound="ProviderSettings")

SANDBOX_PORT = 8600
"""Where a sandbox listens on 127.0.0.1 unless told otherwise."""


def _strip(secret: SecretStr) -> SecretStr:
    # A pasted key often brings a newline, which no service ever signs with.
    return SecretStr(secret.get_secret_value().strip())


def _split(value: object) -> object:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Secret = Annotated[SecretStr, AfterValidator(_strip)]
"""One secret, white space around it dropped."""

SecretList = Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(_split)]
"""Secrets during a rotation, newest first: a comma list in the environment. The first signs, all verify."""

Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list of names."""


class _Environment(BaseSettings):
    """How every settings class reads: `.env` below the environment, frozen, by either name, secrets never shown."""

    model_config = SettingsConfigDict(
        frozen=True,
        validate_by_name=True,
        env_file=".env",
        extra="ignore",
        hide_input_in_errors=True,
        # validate_by_name would also read the bare field names from the environment: Django's SECRET_KEY would be
        # sent to Stripe. The prefix, which aliases do not get, keeps every such name away.
        env_prefix="ACE_NEVER_BY_FIELD_NAME_",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            # The error would quote what was given: say the variable and the rule only.
            found = error.errors(include_input=False, include_url=False, include_context=False)
            problems = [f"{_first(problem['loc'])}: {problem['msg']}" for problem in found]
            raise ConfigurationError(*problems) from None

    @classmethod
    def variables(cls, field: str) -> list[str]:
        """Give the environment names of one field, the preferred one first."""
        alias = cls.model_fields[field].validation_alias
        if isinstance(alias, AliasChoices):
            return [str(choice) for choice in alias.choices]
        return [str(alias or field).upper()]


def _first(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else "settings"


class ProviderSettings(_Environment):
    """The base of one provider's settings: its environment names, what it cannot do without, its sandbox values.

    Attributes:
        required: the fields without which no call can be sent.
        sandbox_values: what the provider's twin expects, by field name.
    """

    provider: ClassVar[str]
    required: ClassVar[tuple[str, ...]] = ()
    sandbox_values: ClassVar[Mapping[str, Any]] = {}

    base_url: str | None = Field(default=None, exclude=True)
    """Another address than the service's own; set by the sandbox."""

    def missing(self, *fields: str) -> list[str]:
        """Say which of `fields` (all required ones by default) are unset: one sentence each."""
        unset = [field for field in fields or self.required if not getattr(self, field)]
        return [f"{' or '.join(self.variables(field))} is not set ({self.provider})" for field in unset]

    def problems(self) -> list[str]:
        """Say what contradicts itself: one sentence each. A provider adds its own."""
        return []

    def in_sandbox(self, url: str) -> Self:
        """Give these settings pointed at the provider's twin, its keys filled in."""
        return self.model_copy(update={**self.sandbox_values, "base_url": f"{url.rstrip('/')}/{self.provider}"})

    @property
    def is_sandbox(self) -> bool:
        """Whether calls go to a twin on this machine."""
        return self.base_url is not None and is_loopback(self.base_url)

    def secrets(self) -> list[str]:
        """Every secret value, for redaction."""
        found: list[str] = []
        for value in (getattr(self, field) for field in type(self).model_fields):
            for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
                if isinstance(item, SecretStr):
                    found.append(item.get_secret_value())
        return found


class Settings(_Environment):
    """What all providers share: which are on, where the sandbox is, how long a call may take.

    Attributes:
        budgets: by the month, as in "mailgun=10000" or "didit=50 USD": a hook is told at 80 % and at 100 %.
        hard_budgets: likewise, and the call that would go past one is refused.
        prices: a TOML file with your own prices, see `ace usage prices`.
        limits: by name, as in "payments=20/minute"; see `ace_integrations.throttle.DEFAULTS`.
        redis_url: where several processes count together; may hold a password.
        audit_address_key: hashes the IP addresses of audit events; None keeps them readable.
        providers: settings of single providers given in code; the others are read from the environment on first use.
    """

    env: Literal["development", "test", "staging", "production"] = Field(
        default="development", validation_alias="ACE_ENV"
    )
    sandbox: bool = Field(default=False, validation_alias="ACE_SANDBOX")
    sandbox_url: str | None = Field(default=None, validation_alias="ACE_SANDBOX_URL")
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(default=30.0, validation_alias="ACE_TIMEOUT")
    max_retries: Annotated[int, Field(ge=0, le=10)] = Field(default=2, validation_alias="ACE_MAX_RETRIES")
    identity: str = Field(default="didit", validation_alias="ACE_IDENTITY")
    mail: str = Field(default="mailgun", validation_alias="MAIL_MAILER")
    mail_from: str | None = Field(default=None, validation_alias="MAIL_FROM_ADDRESS")
    mail_from_name: str = Field(default="", validation_alias="MAIL_FROM_NAME")
    payments: Names = Field(default=("stripe",), validation_alias="ACE_PAYMENTS")
    budgets: Names = Field(default=(), validation_alias="ACE_BUDGETS")
    hard_budgets: Names = Field(default=(), validation_alias="ACE_HARD_BUDGETS")
    prices: str | None = Field(default=None, validation_alias="ACE_PRICES")
    limits: Names = Field(default=(), validation_alias="ACE_LIMITS")
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    audit_address_key: Secret | None = Field(default=None, validation_alias="ACE_AUDIT_ADDRESS_KEY")
    providers: tuple[ProviderSettings, ...] = Field(default=(), exclude=True)

    _loaded: dict[type[ProviderSettings], ProviderSettings] = PrivateAttr(default_factory=lambda: {})

    def of(self, kind: type[P]) -> P:
        """Give one provider's settings: the given ones, else from the environment; at the sandbox where that is on.

        Raises:
            ConfigurationError: a value is malformed or contradicts another.
        """
        loaded = self._loaded.get(kind)
        if loaded is None:
            loaded = self._place(self._given(kind))
            problems = [*loaded.problems(), *self._misplaced(loaded), *_published(loaded)]
            if problems:
                raise ConfigurationError(*problems)
            self._loaded[kind] = loaded
        assert isinstance(loaded, kind)  # noqa: S101 - the key says so
        return loaded

    def check(self, *kinds: type[ProviderSettings]) -> None:
        """Raise one `ConfigurationError` that lists everything missing or contradictory for these providers."""
        problems = self.problems()
        for kind in kinds:
            try:
                problems += self.of(kind).missing()
            except ConfigurationError as error:
                problems += error.problems
        if problems:
            raise ConfigurationError(*problems)

    def problems(self) -> list[str]:
        """Say what is wrong among the shared settings."""
        found: list[str] = []
        if self.env == "production" and self.uses_sandbox:
            found.append("ACE_ENV is production, so ACE_SANDBOX and ACE_SANDBOX_URL must not be set")
        if self.sandbox_url is not None and not is_loopback(self.sandbox_url):
            found.append("ACE_SANDBOX_URL must be an address of this machine, as in http://127.0.0.1:8600")
        return found

    @property
    def uses_sandbox(self) -> bool:
        """Whether services without a key are looked for in a sandbox."""
        return self.sandbox or self.sandbox_url is not None

    @property
    def sandbox_address(self) -> str:
        """Where the sandbox is, set or by default."""
        return (self.sandbox_url or f"http://127.0.0.1:{SANDBOX_PORT}").rstrip("/")

    def _given(self, kind: type[P]) -> P:
        for settings in self.providers:
            if isinstance(settings, kind):
                return settings
        return kind()

    def _place(self, settings: P) -> P:
        problems = self.problems()
        if problems:
            raise ConfigurationError(*problems)
        if self.uses_sandbox and settings.base_url is None and settings.missing():
            return settings.in_sandbox(self.sandbox_address)
        return settings

    def _misplaced(self, settings: ProviderSettings) -> list[str]:
        """Keep sandbox keys from live hosts and live addresses from plain HTTP."""
        url = settings.base_url
        if not settings.is_sandbox and any(
            getattr(settings, field) == value for field, value in settings.sandbox_values.items()
        ):
            return [f"a sandbox key of {settings.provider} is set, but its address is the live service's"]
        if url is None:
            return []
        if not is_loopback(url) and urlsplit(url).scheme != "https":
            return [f"the address of {settings.provider} must start with https:// unless it is on this machine"]
        return []


def _published(settings: ProviderSettings) -> list[str]:
    """Find secrets that a browser gets too: what `NEXT_PUBLIC_` names is built into the pages of a front end."""
    # The twins' own values open nothing, and a front end under test may hold them.
    secrets = [] if settings.is_sandbox else settings.secrets()
    values = {**dotenv_values(str(settings.model_config.get("env_file"))), **os.environ}
    return [
        f"{name} gives a secret of {settings.provider} to every visitor: unset it, and change the key"
        for name, value in sorted(values.items())
        if name.startswith("NEXT_PUBLIC_") and value and value.strip() in secrets
    ]


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, by its text alone: no name is looked up."""
    host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())
