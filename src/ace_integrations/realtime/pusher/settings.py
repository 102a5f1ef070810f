"""Pusher's environment names."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, PositiveInt, SecretStr, model_validator

from ace_integrations.settings import ProviderSettings, Secret, SecretList, is_loopback

SANDBOX_APP_ID = "3"
SANDBOX_KEY = "278d425bdf160c739803"
SANDBOX_SECRET = "7ad3773142a6692b25b8"  # noqa: S105 - printed in the vendor's documentation; the twin's
SANDBOX_MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

MASTER_KEY_BYTES = 32

Scheme = Literal["http", "https"]
Port = Annotated[int, Field(ge=1, le=65535)]


@dataclass(frozen=True, slots=True)
class Token:
    """One pair of keys of the application: the key is in every page, the secret signs."""

    key: str
    secret: SecretStr


class PusherSettings(ProviderSettings):
    """Keys for Pusher, or for any server that speaks its protocol; names as in pusher.md §2.

    Attributes:
        app_id: the application's number.
        key: tells browsers and webhooks which application is meant; public.
        secret: signs.
        previous_tokens: pairs `key:secret` that still sign webhooks during a rotation; with commas.
        cluster: where the application was made, as in eu; only counts while no host is set.
        scheme: http only on this machine.
        host: another server than the service's own; empty for the cluster's.
        port: None for the scheme's own.
        path_prefix: of a server behind a proxy, as in /ws-api; never part of what is signed.
        url: all of these in one address, as hosting services set it: http://key:secret@api-eu.pusher.com/apps/3. What
            is set by itself counts more.
        client_host: where browsers connect, if that is another name than `host`.
        client_port: likewise.
        client_scheme: likewise.
        encryption_master_key: 32 bytes in base64, for encrypted channels.
        webhook_tolerance_s: how far the time in a webhook may be from now. The last retry comes 300 s after the first
            try.
    """

    provider: ClassVar[str] = "pusher"
    required: ClassVar[tuple[str, ...]] = ("app_id", "key", "secret")
    sandbox_values: ClassVar[Mapping[str, Any]] = {
        "key": SANDBOX_KEY,
        "secret": SecretStr(SANDBOX_SECRET),
        "encryption_master_key": SecretStr(SANDBOX_MASTER_KEY),
    }

    app_id: str | None = Field(default=None, validation_alias="PUSHER_APP_ID", pattern=r"^[-a-zA-Z0-9_]+$")
    key: str | None = Field(
        default=None, validation_alias=AliasChoices("PUSHER_APP_KEY", "PUSHER_KEY"), pattern=r"^[-a-zA-Z0-9_]+$"
    )
    secret: Secret | None = Field(default=None, validation_alias=AliasChoices("PUSHER_APP_SECRET", "PUSHER_SECRET"))
    previous_tokens: SecretList = Field(default=(), validation_alias="PUSHER_PREVIOUS_TOKENS")
    cluster: str = Field(
        default="mt1", validation_alias=AliasChoices("PUSHER_APP_CLUSTER", "PUSHER_CLUSTER"), pattern=r"^[a-z0-9-]+$"
    )
    scheme: Scheme = Field(default="https", validation_alias="PUSHER_SCHEME")
    host: str | None = Field(default=None, validation_alias="PUSHER_HOST", pattern=r"^[-a-zA-Z0-9_.:\[\]]+$")
    port: Port | None = Field(default=None, validation_alias="PUSHER_PORT")
    path_prefix: str = Field(default="", validation_alias="PUSHER_PATH_PREFIX", pattern=r"^(/[-a-zA-Z0-9_.~]+)*/?$")
    url: Secret | None = Field(default=None, validation_alias="PUSHER_URL")
    client_host: str | None = Field(default=None, validation_alias="PUSHER_CLIENT_HOST")
    client_port: Port | None = Field(default=None, validation_alias="PUSHER_CLIENT_PORT")
    client_scheme: Scheme | None = Field(default=None, validation_alias="PUSHER_CLIENT_SCHEME")
    encryption_master_key: Secret | None = Field(default=None, validation_alias="PUSHER_ENCRYPTION_MASTER_KEY")
    webhook_tolerance_s: PositiveInt = Field(default=600, validation_alias="PUSHER_WEBHOOK_TOLERANCE")

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, values: dict[str, Any]) -> dict[str, Any]:
        # What is empty is unset: the names of a copied example stand there without values.
        given = {name: value for name, value in values.items() if value != ""}
        url = next((given[name] for name in ("url", *cls.variables("url")) if name in given), None)
        for field, value in _parts(url).items():
            if not any(name in given for name in (field, *cls.variables(field))):
                given[field] = value
        return given

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Every pair of keys that may sign webhooks, the current one first."""
        current = () if self.key is None or self.secret is None else (Token(self.key, self.secret),)
        pairs = (pair.get_secret_value().partition(":") for pair in self.previous_tokens)
        return (*current, *(Token(key.strip(), SecretStr(secret.strip())) for key, _, secret in pairs))

    @property
    def address(self) -> str:
        """The base address of every call, without the application's path."""
        if self.base_url is not None:
            return self.base_url.rstrip("/")
        host = self.host or f"api-{self.cluster}.pusher.com"
        port = "" if self.port in (None, _PORTS[self.scheme]) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path_prefix.rstrip('/')}"

    @property
    def master_key(self) -> bytes | None:
        """The key of encrypted channels."""
        given = self.encryption_master_key
        return None if given is None else base64.b64decode(given.get_secret_value())

    @property
    def is_sandbox(self) -> bool:
        return super().is_sandbox or (self.host is not None and is_loopback(self.host))

    def in_sandbox(self, url: str) -> Self:
        # The twin's number alone is no sign of a sandbox: other servers of the protocol count from one.
        return super().in_sandbox(url).model_copy(update={"app_id": SANDBOX_APP_ID})

    def problems(self) -> list[str]:
        """Say what contradicts itself."""
        found = super().problems()
        if self.scheme == "http" and not is_loopback(self.address):
            found.append("PUSHER_SCHEME must be https unless PUSHER_HOST is on this machine")
        if any(not token.key or not token.secret.get_secret_value() for token in self.tokens):
            found.append("PUSHER_PREVIOUS_TOKENS is pairs of key:secret with commas between them")
        if self.encryption_master_key is not None and not _is_master_key(self.encryption_master_key):
            found.append(f"PUSHER_ENCRYPTION_MASTER_KEY is {MASTER_KEY_BYTES} bytes in base64: openssl rand -base64 32")
        return found


_PORTS: Mapping[str, int] = {"http": 80, "https": 443}


def _parts(url: object) -> dict[str, Any]:
    """Give the settings that stand in an address, those of the service's own clusters as the cluster."""
    text = url.get_secret_value() if isinstance(url, SecretStr) else url
    if not isinstance(text, str):
        return {}
    parts = urlsplit(text.strip())
    host = parts.hostname or ""
    prefix, _, app_id = parts.path.rstrip("/").rpartition("/apps/")
    cluster = host.removeprefix("api-").removesuffix(".pusher.com")
    is_ours = host == f"api-{cluster}.pusher.com"
    found = {
        "app_id": app_id,
        "key": unquote(parts.username or ""),
        "secret": unquote(parts.password or ""),
        # Hosting services still write http: before the service's own hosts, which all take https.
        "scheme": "https" if is_ours else parts.scheme,
        "cluster": cluster if is_ours else "",
        "host": "" if is_ours else host,
        "port": parts.port or "",
        "path_prefix": prefix,
    }
    return {field: value for field, value in found.items() if value}


def _is_master_key(key: SecretStr) -> bool:
    try:
        return len(base64.b64decode(key.get_secret_value(), validate=True)) == MASTER_KEY_BYTES
    except binascii.Error:
        return False
