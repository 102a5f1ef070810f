"""Jitsi's environment names: three ways to run it, and which one is on."""

import hashlib
import hmac
import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AliasChoices, Field, SecretStr

from ace_integrations.core.published_key import pem_of_words
from ace_integrations.settings import ProviderSettings, Secret, SecretList
from ace_integrations.video.rooms import LEAST_KEY

Mode = Literal["selfhosted", "jaas", "public"]

PUBLIC_DOMAIN = "meet.jit.si"
JAAS_DOMAIN = "8x8.vc"

SANDBOX_DOMAIN = "meet.sandbox.example.com"
SANDBOX_JAAS_APP_ID = "vpaas-magic-cookie-5a11db0c5a11db0c5a11db0c5a11db0c"
"""The tenant whose deliveries are the sandbox's."""

SANDBOX_KEY: tuple[str, tuple[int, int]] = ("jitsi sandbox", (572, 178))
"""Words and distances of the key pair that the twin knows, for JaaS and for the server's own commands."""

_REQUIRED: dict[str, tuple[str, ...]] = {
    "selfhosted": ("domain", "app_id", "app_secret"),
    "jaas": ("jaas_app_id", "jaas_key_id", "jaas_private_key", "room_key"),
    "public": ("room_key",),
}
_JAAS_APP_ID = re.compile(r"vpaas-magic-cookie-[0-9a-f]{32}")
_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?")


class JitsiSettings(ProviderSettings):
    """Keys for Jitsi Meet; names as in jitsi.md §2.

    Attributes:
        mode: "selfhosted" with a secret of your own, "jaas" by 8x8, or "public" for trials without any protection.
        domain: your server, as in "meet.example.org".
        app_id: the `app_id` of its Prosody.
        app_secret: the `app_secret` of its Prosody, of 32 bytes or more.
        sub: the XMPP domain or tenant that tokens are for; the domain when not given.
        audience: what tokens are for; one of `asap_accepted_audiences`.
        muc_domain: where its rooms are; conference.<domain> when not given, Docker's is muc.meet.jitsi.
        system_key: lets this server end classes on yours: an RSA key in PEM, or the path of a file that holds one.
        system_key_id: under which your server finds the public half.
        jaas_app_id: `vpaas-magic-cookie-…`, from the JaaS console.
        jaas_key_id: of the uploaded key, app id included.
        jaas_private_key: its private half: PEM, or the path of a file that holds it.
        webhook_secrets: `whsec_…` of each JaaS endpoint, whole; several with commas during a rotation.
        webhook_tolerance_s: how far the signed time of a webhook may be from now.
        room_key: makes names of rooms that nobody can guess; made of the app secret when not given.
        room_prefix: what names of rooms begin with.
        token_ttl_s: how long a token is good, in seconds.
        base_url: where your Prosody's own API is; https://<domain> when not given.
    """

    provider: ClassVar[str] = "jitsi"
    required: ClassVar[tuple[str, ...]] = _REQUIRED["selfhosted"]
    sandbox_values: ClassVar = {
        "domain": SANDBOX_DOMAIN,
        "app_id": "sandbox-jitsi-app",
        "app_secret": SecretStr("sandbox-jitsi-app-secret-of-more-than-32-bytes"),
        "system_key_id": "sandbox-system",
        "jaas_app_id": SANDBOX_JAAS_APP_ID,
        "jaas_key_id": f"{SANDBOX_JAAS_APP_ID}/5a11db",
        "webhook_secrets": (SecretStr("whsec_sandbox_jitsi"),),
        "room_key": SecretStr("sandbox-jitsi-names-of-rooms"),
    }

    mode: Mode = Field(default="selfhosted", validation_alias="JITSI_MODE")
    domain: str | None = Field(default=None, validation_alias="JITSI_DOMAIN")
    app_id: str | None = Field(default=None, validation_alias=AliasChoices("JITSI_APP_ID", "JWT_APP_ID"))
    app_secret: Secret | None = Field(default=None, validation_alias=AliasChoices("JITSI_APP_SECRET", "JWT_APP_SECRET"))
    sub: str | None = Field(default=None, validation_alias="JITSI_SUB")
    audience: str = Field(default="jitsi", validation_alias="JITSI_AUDIENCE")
    muc_domain: str | None = Field(default=None, validation_alias="JITSI_MUC_DOMAIN")
    system_key: Secret | None = Field(default=None, validation_alias="JITSI_SYSTEM_KEY")
    system_key_id: str | None = Field(default=None, validation_alias="JITSI_SYSTEM_KEY_ID")
    jaas_app_id: str | None = Field(default=None, validation_alias="JAAS_APP_ID")
    jaas_key_id: str | None = Field(default=None, validation_alias="JAAS_KEY_ID")
    jaas_private_key: Secret | None = Field(default=None, validation_alias="JAAS_PRIVATE_KEY")
    webhook_secrets: SecretList = Field(default=(), validation_alias="JAAS_WEBHOOK_SECRET")
    webhook_tolerance_s: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=300, validation_alias="JAAS_WEBHOOK_TOLERANCE"
    )
    room_key: Secret | None = Field(default=None, validation_alias="JITSI_ROOM_KEY")
    room_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,7}$")] = Field(
        default="edv", validation_alias="JITSI_ROOM_PREFIX"
    )
    token_ttl_s: Annotated[int, Field(ge=300, le=86_400)] = Field(default=600, validation_alias="JITSI_TOKEN_TTL")
    base_url: str | None = Field(default=None, validation_alias="JITSI_API_URL", exclude=True)

    @property
    def host(self) -> str:
        """Where the browser finds Jitsi: a host, in the sandbox with the path of the twin."""
        if self.is_sandbox:
            return str(self.base_url).partition("//")[2]
        if self.mode == "jaas":
            return JAAS_DOMAIN
        return self.domain or (PUBLIC_DOMAIN if self.mode == "public" else "")

    @property
    def origin(self) -> str:
        """The address of that host."""
        return str(self.base_url) if self.is_sandbox else f"https://{self.host}"

    @property
    def script_url(self) -> str:
        """What the browser's page loads."""
        tenant = f"/{self.jaas_app_id}" if self.mode == "jaas" else ""
        return f"{self.origin}{tenant}/external_api.js"

    @property
    def names_key(self) -> SecretStr:
        """The key of the rooms' names."""
        if self.room_key is not None or self.app_secret is None:
            return self.room_key or SecretStr("")
        secret = self.app_secret.get_secret_value().encode()
        return SecretStr(hmac.new(secret, b"names of rooms", hashlib.sha256).hexdigest())

    def missing(self, *fields: str) -> list[str]:
        """Say which fields are unset, of those that the mode needs."""
        return super().missing(*(fields or _REQUIRED[self.mode]))

    def in_sandbox(self, url: str) -> Self:
        """Give these settings pointed at the twin, which stands in for JaaS, or else for a server of your own."""
        words, distances = SANDBOX_KEY
        key = SecretStr(pem_of_words(words, distances=distances))
        mode = "jaas" if self.mode == "jaas" else "selfhosted"
        return super().in_sandbox(url).model_copy(update={"mode": mode, "system_key": key, "jaas_private_key": key})

    def problems(self) -> list[str]:
        """Say what contradicts itself."""
        found = super().problems()
        if self.domain is not None and not _HOST.fullmatch(self.domain):
            found.append("JITSI_DOMAIN is a host alone in small letters, as in meet.example.org")
        if self.app_secret is not None and len(self.app_secret.get_secret_value().encode()) < 32:
            found.append("JITSI_APP_SECRET must have 32 bytes or more")
        if self.sub is not None and (not self.sub or "*" in self.sub or self.sub != self.sub.lower()):
            found.append("JITSI_SUB is a domain or a tenant in small letters; * would share tokens between servers")
        if self.room_key is not None and len(self.room_key.get_secret_value()) < LEAST_KEY:
            found.append(f"JITSI_ROOM_KEY must have {LEAST_KEY} characters or more")
        return found + self._jaas_problems()

    def _jaas_problems(self) -> list[str]:
        found: list[str] = []
        if self.jaas_app_id is not None and not _JAAS_APP_ID.fullmatch(self.jaas_app_id):
            found.append("JAAS_APP_ID is vpaas-magic-cookie- and 32 hex digits")
        if self.jaas_key_id is not None and not self.jaas_key_id.startswith(f"{self.jaas_app_id}/"):
            found.append("JAAS_KEY_ID begins with JAAS_APP_ID and a slash")
        return found

    def production_problems(self) -> list[str]:
        """Say what must not be in production."""
        if self.mode != "public":
            return []
        return ["ACE_ENV is production, so JITSI_MODE must not be public: whoever knows a room's name may join it"]

    def warnings(self, *, production: bool) -> list[str]:
        """Say what is allowed but likely a mistake; for `ace doctor`."""
        del production
        found: list[str] = []
        if self.mode == "public":
            found.append(
                "JITSI_MODE is public: no tokens, the first to come moderates, embedded calls end after 5 minutes"
            )
        if self.mode == "selfhosted" and self.sub is not None and self.sub == self.app_id:
            found.append("JITSI_SUB is the app id: a server that verifies domains refuses every token of it")
        return found


def pem_of(value: SecretStr) -> SecretStr:
    """Give the PEM text of a key setting: itself, or what is in the file that it names."""
    text = value.get_secret_value()
    if text.startswith("-----BEGIN"):
        return value
    try:
        return SecretStr(Path(text).expanduser().read_text("ascii"))
    except (OSError, ValueError):
        # Whoever reads the key says which variable is at fault.
        return SecretStr("")
