"""Settings that all providers share, and the base of each provider's own."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ace_integrations.errors import ConfigurationError, InvalidInputError

P = TypeVar("P", bound="ProviderSettings")

SANDBOX_PORT = 8600
"""Where a sandbox listens on 127.0.0.1 unless told otherwise."""

Profile = Literal["development", "test", "staging", "production"]
"""What `ACE_ENV` may name."""

PROFILES: tuple[str, ...] = get_args(Profile)

ENVIRONMENT = "the environment"
"""The strongest of the places where variables are looked up, as `places` names it."""


def _strip(secret: SecretStr) -> SecretStr:
    # A pasted key often brings a newline, which no service ever signs with.
    return SecretStr(secret.get_secret_value().strip())


def _split(value: object) -> object:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def read_number(text: str) -> Decimal:
    """Read a number that a person wrote into a setting: `52.05`, without blanks, exponents or other digits.

    Raises:
        InvalidInputError: it is written otherwise: `Decimal` itself would take 5_2 and ٥٢.
    """
    if not _NUMBER.fullmatch(text):
        raise InvalidInputError("is a number as in 52.05, in digits of ASCII")
    return Decimal(text)


def read_duration(text: str) -> timedelta:
    """Read how long something lasts: `900` seconds, `15m`, `36h` or `4d`.

    Raises:
        InvalidInputError: it is written otherwise.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InvalidInputError("is a number of seconds, or one with m, h or d behind it, as in 36h")
    return timedelta(**{_UNITS[found[2] or "s"]: int(found[1])})


def write_duration(duration: timedelta) -> str:
    """Write it as `read_duration` reads it, in the largest unit that it is a whole number of."""
    return next(
        f"{duration // timedelta(**{unit: 1})}{letter}"
        for letter, unit in reversed(_UNITS.items())
        if duration % timedelta(**{unit: 1}) == timedelta(0) or letter == "s"
    )


_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,18})?", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _exact(value: object) -> object:
    if isinstance(value, float | bool):
        raise ValueError("is text or a Decimal: a float cannot hold 0.1")
    return read_number(value) if isinstance(value, str) else value


def _lasting(value: object) -> object:
    return read_duration(value) if isinstance(value, str) else value


Secret = Annotated[SecretStr, AfterValidator(_strip)]
"""One secret, white space around it dropped."""

SecretList = Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(_split)]
"""Secrets during a rotation, newest first: a comma list in the environment. The first signs, all verify."""

Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list of names."""

Exact = Annotated[Decimal, BeforeValidator(_exact)]
"""A number in plain digits, kept as it is written."""

Bounds = Annotated[tuple[Exact, Exact], NoDecode, BeforeValidator(_split)]
"""The least and the most, with a comma between them."""

Duration = Annotated[timedelta, BeforeValidator(_lasting), Field(ge=timedelta(0))]
"""How long something lasts, as `read_duration` reads it."""


class _Environment(BaseSettings):
    """How every settings class reads: `.env`, the profile's file over it, the environment over both; frozen, by
    either name, secrets never shown.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        validate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
        # validate_by_name would also read the bare field names from the environment: Django's SECRET_KEY would be
        # sent to Stripe. The prefix, which aliases do not get, keeps every such name away.
        env_prefix="ACE_NEVER_BY_FIELD_NAME_",
    )

    def __init__(self, **values: Any) -> None:
        if "_env_file" not in values:
            values["_env_file"] = env_files(chosen_profile())
        try:
            super().__init__(**values)
        except ValidationError as error:
            # The error would quote what was given: say the variable and the rule only.
            found = error.errors(include_input=False, include_url=False, include_context=False)
            problems = [f"{_first(problem['loc'])}: {problem['msg']}" for problem in found]
            raise ConfigurationError(*problems) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read each file by itself: read together, an old name in the weaker file would beat a new one in the stronger.

        What a file leaves empty is unset, so a copied `.env.example` is a good `.env`.
        """
        files = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        names = [files] if isinstance(files, str | os.PathLike) else list(files or ())
        return (
            init_settings,
            env_settings,
            *(
                DotEnvSettingsSource(settings_cls, env_file=name, env_ignore_empty=True)
                for name in reversed(names)
                # One that does not exist would be searched for every field all the same.
                if Path(name).expanduser().exists()
            ),
            file_secret_settings,
        )

    @classmethod
    def variables(cls, field: str) -> list[str]:
        """Give the environment names of one field, the preferred one first."""
        alias = cls.model_fields[field].validation_alias
        if isinstance(alias, AliasChoices):
            return [str(choice) for choice in alias.choices]
        return [str(alias or field).upper()]

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Name the fields that hold a secret, or several."""
        return [field for field, about in cls.model_fields.items() if _holds_secret(about.annotation)]


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(inner) for inner in get_args(annotation))


def _first(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else "settings"


def chosen_profile() -> str:
    """Give the profile that `ACE_ENV` names, in the environment or in `.env`; development when neither does."""
    found = (variables["ACE_ENV"] for variables in places("").values() if "ACE_ENV" in variables)
    return next(found, "development")


def env_files(profile: str) -> tuple[str, ...]:
    """Name the files that a profile reads, the stronger one last; a word that is no profile names none of its own."""
    return (".env", f".env.{profile}") if profile in PROFILES else (".env",)


def places(profile: str) -> dict[str, Mapping[str, str]]:
    """Give the variables of each place that a profile reads, the strongest place first, their names in capitals.

    What a file leaves empty is unset there; what the environment leaves empty hides the files.
    """
    return {
        ENVIRONMENT: {name.upper(): value for name, value in os.environ.items()},
        **{file: in_file(file) for file in reversed(env_files(profile))},
    }


def in_file(name: str) -> Mapping[str, str]:
    """Give the variables that a `.env` file sets; none when it does not exist."""
    return {name.upper(): value for name, value in dotenv_values(name).items() if value}


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

    @field_validator("base_url")
    @classmethod
    def _encrypted(cls, url: str | None) -> str | None:
        # Here, so that settings which are given to a client in code are held to it too.
        if url is not None and not is_loopback(url) and urlsplit(url).scheme != "https":
            raise ValueError("must start with https:// unless it is on this machine")
        if url is not None and urlsplit(url).username is not None:
            raise ValueError("must not hold a user or a password: keys have variables of their own")
        return url

    def missing(self, *fields: str) -> list[str]:
        """Say which of `fields` (all required ones by default) are unset: one sentence each."""
        unset = [field for field in fields or self.required if not getattr(self, field)]
        return [f"{' or '.join(self.variables(field))} is not set ({self.provider})" for field in unset]

    def problems(self) -> list[str]:
        """Say what contradicts itself: one sentence each. A provider adds its own."""
        return []

    def production_problems(self) -> list[str]:
        """Say what must not be in production: one sentence each. A provider adds its own."""
        return []

    def warnings(self, *, production: bool) -> list[str]:
        """Say what is allowed but likely a mistake, for `ace doctor`: one sentence each. A provider adds its own."""
        del production
        return []

    def in_sandbox(self, url: str) -> Self:
        """Give these settings pointed at the provider's twin, its keys filled in."""
        return self.model_copy(update={**self.sandbox_values, "base_url": f"{url.rstrip('/')}/{self.provider}"})

    @property
    def is_sandbox(self) -> bool:
        """Whether calls go to a twin on this machine."""
        return self.base_url is not None and is_loopback(self.base_url)

    @property
    def most_units(self) -> int | None:
        """How much of what the provider bills may be used in a month (UTC); None for no limit."""
        return None

    @property
    def is_live(self) -> bool | None:
        """Whether the keys are live (True) or for tests (False); None where a key does not tell."""
        return None

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
        env: the profile: development, test, staging or production. `.env.<profile>` is read over `.env`.
        sandbox: look for services without a key in the local sandbox.
        sandbox_url: where that sandbox is, on this machine; switches it on.
        timeout_s: seconds that a whole call may take at most, its repeats included; without it 30, or what a service
            that is known to be slow has of its own.
        max_retries: how often a call is sent again at most.
        identity: the provider that verifies identities, as `ace plugins` names it.
        mail: the provider that sends mail.
        ai: the provider of a language model; empty where the platform uses none.
        jobs: the provider of job postings from outside; empty where there are only the platform's own.
        realtime: the provider of live messages to browsers; empty where the platform sends none.
        video: the provider of live classes; empty where the platform has none.
        ai_cache: how long structured advice is kept for the same user and question, as in 24h; 0 keeps none.
        cv_hosts: from which hosts a CV may be fetched, as in "files.example.com"; none refuses every address.
        payments: the providers that take payments, with commas, the default first.
        mail_from: the address that notifications are from.
        mail_from_name: the name beside it.
        budgets: by the month, as in "mailgun=10000" or "didit=50 USD": a hook is told at 80 % and at 100 %.
        hard_budgets: likewise, and the call that would go past one is refused.
        user_budgets: what each user may use, as in "gemini=50 calls/day" or "gemini=0.25 USD/month".
        prices: a TOML file with your own prices, see `ace usage prices`.
        fx_sources: where exchange rates are asked for, with commas, the first one first; none leaves the fixed rate.
        fx_quote_ttl: how long a quote that was shown can be used.
        fx_warn_age: a rate that is older by its source's own time is flagged.
        fx_max_age: an older one is refused.
        fx_max_future: how far ahead a source may date its rate.
        fx_bounds: EGP for one USD, the least and the most; catches what is inverted or of a hundred units.
        fx_band: how far, as a fraction, a rate may be from the last accepted one without another source's word.
        fx_agree: how near, as a fraction, that other source must be.
        fx_markup: a fraction that is added to every quote, 0.02 for 2 %.
        fx_fixed: EGP for one USD when no source answers; never in place of a rate that is disputed.
        limits: by name, as in "payments=20/minute"; see `ace_integrations.throttle.DEFAULTS`.
        redis_url: where several processes count together; may hold a password.
        audit_address_key: hashes the IP addresses of audit events; None keeps them readable.
        providers: settings of single providers given in code; the others are read from the environment on first use.
    """

    env: Profile = Field(default="development", validation_alias="ACE_ENV")
    sandbox: bool = Field(default=False, validation_alias="ACE_SANDBOX")
    sandbox_url: str | None = Field(default=None, validation_alias="ACE_SANDBOX_URL")
    timeout_s: Annotated[float, Field(gt=0, le=600)] | None = Field(default=None, validation_alias="ACE_TIMEOUT")
    max_retries: Annotated[int, Field(ge=0, le=10)] = Field(default=2, validation_alias="ACE_MAX_RETRIES")
    identity: str = Field(default="didit", validation_alias="ACE_IDENTITY")
    mail: str = Field(default="mailgun", validation_alias="MAIL_MAILER")
    mail_from: str | None = Field(default=None, validation_alias="MAIL_FROM_ADDRESS")
    mail_from_name: str = Field(default="", validation_alias="MAIL_FROM_NAME")
    ai: str = Field(default="gemini", validation_alias="ACE_AI")
    jobs: str = Field(default="jsearch", validation_alias="ACE_JOBS")
    realtime: str = Field(default="pusher", validation_alias="ACE_REALTIME")
    video: str = Field(default="jitsi", validation_alias="ACE_VIDEO")
    ai_cache: Duration = Field(default=timedelta(0), validation_alias="ACE_AI_CACHE")
    cv_hosts: Names = Field(default=(), validation_alias="ACE_CV_HOSTS")
    payments: Names = Field(default=("stripe",), validation_alias="ACE_PAYMENTS")
    fx_sources: Names = Field(default=("frankfurter", "er-api", "fawazahmed0"), validation_alias="ACE_FX_SOURCES")
    fx_quote_ttl: Duration = Field(default=timedelta(minutes=15), validation_alias="ACE_FX_QUOTE_TTL")
    fx_warn_age: Duration = Field(default=timedelta(hours=36), validation_alias="ACE_FX_WARN_AGE")
    fx_max_age: Duration = Field(default=timedelta(hours=96), validation_alias="ACE_FX_MAX_AGE")
    fx_max_future: Duration = Field(default=timedelta(hours=26), validation_alias="ACE_FX_MAX_FUTURE")
    fx_bounds: Bounds = Field(default=(Decimal(20), Decimal(200)), validation_alias="ACE_FX_BOUNDS")
    fx_band: Exact = Field(default=Decimal("0.10"), validation_alias="ACE_FX_BAND")
    fx_agree: Exact = Field(default=Decimal("0.02"), validation_alias="ACE_FX_AGREE")
    fx_markup: Exact = Field(default=Decimal(0), validation_alias="ACE_FX_MARKUP")
    fx_fixed: Exact | None = Field(default=None, validation_alias="ACE_FX_FIXED")
    budgets: Names = Field(default=(), validation_alias="ACE_BUDGETS")
    hard_budgets: Names = Field(default=(), validation_alias="ACE_HARD_BUDGETS")
    user_budgets: Names = Field(default=(), validation_alias="ACE_USER_BUDGETS")
    prices: str | None = Field(default=None, validation_alias="ACE_PRICES")
    limits: Names = Field(default=(), validation_alias="ACE_LIMITS")
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    audit_address_key: Secret | None = Field(default=None, validation_alias="ACE_AUDIT_ADDRESS_KEY")
    providers: tuple[ProviderSettings, ...] = Field(default=(), exclude=True)

    _loaded: dict[type[ProviderSettings], ProviderSettings] = PrivateAttr(default_factory=lambda: {})

    def __init__(self, **values: Any) -> None:
        profile = values.get("env") or values.get("ACE_ENV") or chosen_profile()
        chosen_here = "_env_file" not in values
        super().__init__(**{"_env_file": env_files(profile), **values})
        if chosen_here and self.env != profile:
            raise ConfigurationError(f".env.{profile} sets ACE_ENV to {self.env}: a profile's file cannot name another")

    def of(self, kind: type[P]) -> P:
        """Give one provider's settings: the given ones, else from the environment; at the sandbox where that is on.

        Raises:
            ConfigurationError: a value is malformed or contradicts another.
        """
        loaded = self._loaded.get(kind)
        if loaded is None:
            loaded = self._place(self._given(kind))
            problems = [
                *loaded.problems(),
                *(loaded.production_problems() if self.env == "production" else ()),
                *self._misplaced(loaded),
                *self._dangerous(loaded),
                *self._published(loaded),
            ]
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
        if not 0 < self.fx_bounds[0] < self.fx_bounds[1]:
            found.append("ACE_FX_BOUNDS is the least and the most, as in 20,200")
        if self.fx_warn_age > self.fx_max_age:
            found.append("ACE_FX_WARN_AGE must not be longer than ACE_FX_MAX_AGE")
        if self.fx_fixed is not None and not self.fx_bounds[0] <= self.fx_fixed <= self.fx_bounds[1]:
            found.append("ACE_FX_FIXED must be within ACE_FX_BOUNDS")
        return found

    @property
    def switched_on(self) -> tuple[tuple[str, str], ...]:
        """Every capability with the provider that is on for it; one that may have several comes several times."""
        return (
            ("identity", self.identity),
            ("mail", self.mail),
            *((("ai", self.ai),) if self.ai else ()),
            *((("jobs", self.jobs),) if self.jobs else ()),
            *((("realtime", self.realtime),) if self.realtime else ()),
            *((("video", self.video),) if self.video else ()),
            *(("payments", name) for name in self.payments),
            *(("rates", name) for name in self.fx_sources),
        )

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
        # The profile may be chosen in code, so it is this object's and not the environment's.
        chosen: dict[str, Any] = {"_env_file": env_files(self.env)}
        return kind(**chosen)

    def _place(self, settings: P) -> P:
        problems = self.problems()
        if problems:
            raise ConfigurationError(*problems)
        # What needs no key has no other sign that the real service is meant than an address.
        stands_in = settings.missing() or not settings.required
        if self.uses_sandbox and settings.base_url is None and stands_in:
            return settings.in_sandbox(self.sandbox_address)
        return settings

    def _misplaced(self, settings: ProviderSettings) -> list[str]:
        """Keep sandbox keys from live hosts."""
        if not settings.is_sandbox and any(
            getattr(settings, field) == value for field, value in settings.sandbox_values.items()
        ):
            return [f"a sandbox key of {settings.provider} is set, but its address is the live service's"]
        return []

    def _dangerous(self, settings: ProviderSettings) -> list[str]:
        """Keep from production what weakens a signature check: such variables have DANGEROUS in their name."""
        if self.env != "production":
            return []
        kind = type(settings)
        names = {kind.variables(field)[0]: getattr(settings, field) for field in kind.model_fields}
        return [
            f"ACE_ENV is production, so {name} must not be set"
            for name, value in names.items()
            if "_DANGEROUS_" in name and value
        ]

    def _published(self, settings: ProviderSettings) -> list[str]:
        """Find secrets that a browser gets too: what `NEXT_PUBLIC_` names is built into the pages of a front end."""
        # The twins' own values open nothing, and a front end under test may hold them.
        secrets = [] if settings.is_sandbox else settings.secrets()
        names = {
            name
            for variables in places(self.env).values()
            for name, value in variables.items()
            if name.startswith("NEXT_PUBLIC_") and value.strip() in secrets
        }
        return [
            f"{name} gives a secret of {settings.provider} to every visitor: unset it, and change the key"
            for name in sorted(names)
        ]


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, by its text alone: no name is looked up."""
    host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())
