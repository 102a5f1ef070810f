"""Agora's environment names."""

import hashlib
import hmac
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ace_integrations.settings import ProviderSettings, Secret, SecretList
from ace_integrations.video.agora.token import HEX_32
from ace_integrations.video.rooms import LEAST_KEY

SDK_VERSION = "4.24.8"
"""Of the browser's SDK, `agora-rtc-sdk-ng`."""

SANDBOX_APP_ID = "5a11db0c5a11db0c5a11db0c5a11db0c"


class AgoraSettings(ProviderSettings):
    """Keys for Agora; names as in agora.md §2.

    Attributes:
        app_id: 32 hex digits from the console, their case kept; not a secret.
        certificates: the project's primary certificate; two with a comma while it is replaced, the signing one first.
        customer_id: of the REST API; another pair than App ID and certificate.
        customer_secret: likewise.
        webhook_secrets: of the notifications; several with commas during a rotation.
        webhook_tolerance_s: how far the time of a notification may be from now.
        token_ttl_s: how long a token is good at most, in seconds.
        channel_key: makes names of channels that nobody can guess; made of the certificate when not given.
        channel_prefix: what names of channels begin with.
        base_url: another address of the REST API, as in https://api.sd-rtn.com.
    """

    provider: ClassVar[str] = "agora"
    required: ClassVar[tuple[str, ...]] = ("app_id", "certificates")
    sandbox_values: ClassVar = {
        "app_id": SANDBOX_APP_ID,
        "certificates": (SecretStr("5a11db0ccef71f1ca7e05a11db0ccef7"),),
        "customer_id": "sandbox-agora-customer",
        "customer_secret": SecretStr("sandbox-agora-customer-secret"),
        "webhook_secrets": (SecretStr("sandbox-agora-webhook-secret"),),
    }

    app_id: str | None = Field(default=None, validation_alias="AGORA_APP_ID")
    certificates: SecretList = Field(default=(), validation_alias="AGORA_APP_CERTIFICATE")
    customer_id: str | None = Field(default=None, validation_alias="AGORA_CUSTOMER_ID")
    customer_secret: Secret | None = Field(default=None, validation_alias="AGORA_CUSTOMER_SECRET")
    webhook_secrets: SecretList = Field(default=(), validation_alias="AGORA_WEBHOOK_SECRET")
    webhook_tolerance_s: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=300, validation_alias="AGORA_WEBHOOK_TOLERANCE"
    )
    token_ttl_s: Annotated[int, Field(ge=300, le=86_400)] = Field(default=3600, validation_alias="AGORA_TOKEN_TTL")
    channel_key: Secret | None = Field(default=None, validation_alias="AGORA_CHANNEL_KEY")
    channel_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,7}$")] = Field(
        default="edv", validation_alias="AGORA_CHANNEL_PREFIX"
    )
    base_url: str | None = Field(default=None, validation_alias="AGORA_BASE_URL", exclude=True)

    @property
    def script_url(self) -> str:
        """What the browser's page loads."""
        if self.is_sandbox:
            return f"{self.base_url}/AgoraRTC_N.js"
        return f"https://download.agora.io/sdk/release/AgoraRTC_N-{SDK_VERSION}.js"

    @property
    def names_key(self) -> SecretStr:
        """The key of the channels' names."""
        if self.channel_key is not None or not self.certificates:
            return self.channel_key or SecretStr("")
        certificate = self.certificates[0].get_secret_value().encode()
        return SecretStr(hmac.new(certificate, b"names of channels", hashlib.sha256).hexdigest())

    def problems(self) -> list[str]:
        """Say what contradicts itself."""
        found = super().problems()
        certificates = [certificate.get_secret_value() for certificate in self.certificates]
        if self.app_id is not None and not HEX_32.fullmatch(self.app_id):
            found.append("AGORA_APP_ID is 32 hex digits, as the console shows it")
        if not all(map(HEX_32.fullmatch, certificates)):
            found.append("AGORA_APP_CERTIFICATE is 32 hex digits, as the console shows it")
        if self.app_id in certificates:
            found.append("AGORA_APP_CERTIFICATE is the App ID: take the primary certificate of the project")
        if self.channel_key is not None and len(self.channel_key.get_secret_value()) < LEAST_KEY:
            found.append(f"AGORA_CHANNEL_KEY must have {LEAST_KEY} characters or more")
        return found

    def warnings(self, *, production: bool) -> list[str]:
        """Say what is allowed but likely a mistake; for `ace doctor`."""
        del production
        if self.missing() or (self.customer_id and self.customer_secret):
            return []
        return ["AGORA_CUSTOMER_ID and AGORA_CUSTOMER_SECRET are not both set: no class can be ended for all"]
