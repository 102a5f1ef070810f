"""Settings of Mailgun: the guide's names and the current ones."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, PositiveInt, SecretStr

from ace_integrations.settings import ProviderSettings, Secret, SecretList, is_loopback

HOSTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
"""A domain lives in one region, and only its host knows it."""

LONGEST_AGE_S = 9 * 3600
"""A delivery is retried for eight hours, perhaps with its first timestamp."""


def _lower(value: object) -> object:
    return value.strip().lower() or None if isinstance(value, str) else value


def _address(endpoint: str) -> str:
    """Give the base address of what is written as a host or a URL, with or without the version."""
    text = endpoint.strip().rstrip("/")
    host = urlsplit(f"//{text}").hostname if "//" not in text else urlsplit(text).hostname
    if not host:
        raise ValueError("must be a host or an address, as in api.eu.mailgun.net")
    if "//" not in text:
        text = f"{'http' if is_loopback(f'//{text}') else 'https'}://{text}"
    last = text.rpartition("/")[2]
    return text.removesuffix(f"/{last}") if last in ("v1", "v2", "v3", "v4") else text


class MailgunSettings(ProviderSettings):
    """Keys and places of one Mailgun account and one sending domain.

    Attributes:
        domain: the sending domain, as in mg.example.com.
        api_key: an account key, or the domain's own sending key, which can do nothing but send.
        region: where the domain lives; the endpoint says it too.
        endpoint: a host or an address, instead of the region.
        webhook_signing_key: another value than the API key, newest first during a rotation.
        parent_signing_key: of the parent account, where this is a subaccount.
        webhook_max_age_s: how long ago a delivery may have been signed, in seconds.
        webhook_max_future_s: how far ahead of this clock, in seconds.
        tracking: rewrite links and count opens; breaks signed links, so it is off.
        test_mode: Mailgun accepts every mail and delivers none; it is billed all the same.
    """

    provider = "mailgun"
    required = ("domain", "api_key")
    sandbox_values: ClassVar[Mapping[str, Any]] = {
        "domain": "sandbox.example.com",
        "api_key": SecretStr("sandbox-mailgun-api-key"),
        "webhook_signing_key": (SecretStr("sandbox-mailgun-signing-key"),),
    }

    domain: Annotated[str | None, BeforeValidator(_lower)] = Field(default=None, validation_alias="MAILGUN_DOMAIN")
    api_key: Secret | None = Field(default=None, validation_alias=AliasChoices("MAILGUN_API_KEY", "MAILGUN_SECRET"))
    region: Annotated[Literal["us", "eu"] | None, BeforeValidator(_lower)] = Field(
        default=None, validation_alias="MAILGUN_REGION"
    )
    endpoint: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None, validation_alias=AliasChoices("MAILGUN_ENDPOINT", "MAILGUN_API_URL")
    )
    webhook_signing_key: SecretList = Field(default=(), validation_alias="MAILGUN_WEBHOOK_SIGNING_KEY")
    parent_signing_key: SecretList = Field(default=(), validation_alias="MAILGUN_PARENT_WEBHOOK_SIGNING_KEY")
    webhook_max_age_s: PositiveInt = Field(default=LONGEST_AGE_S, validation_alias="MAILGUN_WEBHOOK_MAX_AGE")
    webhook_max_future_s: PositiveInt = Field(default=300, validation_alias="MAILGUN_WEBHOOK_MAX_FUTURE")
    tracking: bool = Field(default=False, validation_alias="MAILGUN_TRACKING")
    test_mode: bool = Field(default=False, validation_alias="MAILGUN_TEST_MODE")

    @property
    def address(self) -> str:
        """The base address of every call."""
        if self.base_url is not None:
            # A twin has one address: it serves the other region below /eu.
            return f"{_address(self.base_url)}{'/eu' if self.region == 'eu' and self.is_sandbox else ''}"
        return self.endpoint or HOSTS[self.region or "us"]

    @property
    def is_sandbox(self) -> bool:
        return super().is_sandbox or (self.endpoint is not None and is_loopback(self.endpoint))

    def problems(self) -> list[str]:
        found = super().problems()
        endpoint = self.endpoint
        if self.domain is not None and "/" in self.domain:
            found.append("MAILGUN_DOMAIN must be a bare domain, as in mg.example.com")
        if endpoint is not None and not is_loopback(endpoint) and not endpoint.startswith("https://"):
            found.append("MAILGUN_ENDPOINT must start with https:// unless it is on this machine")
        if endpoint in HOSTS.values() and self.region is not None and endpoint != HOSTS[self.region]:
            found.append(f"MAILGUN_REGION is {self.region}, but MAILGUN_ENDPOINT is the other region's: unset one")
        if self.api_key is not None and self.api_key in self.webhook_signing_key:
            found.append("MAILGUN_WEBHOOK_SIGNING_KEY is the API key: take the HTTP webhook signing key instead")
        return found
