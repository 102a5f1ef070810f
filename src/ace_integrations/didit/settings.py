"""Didit's environment names."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field, SecretStr

from ace_integrations.settings import ProviderSettings, Secret, SecretList

SANDBOX_WORKFLOW = "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7"
"""The workflow that the twin knows from the start."""


LANGUAGES = frozenset((
    "en", "ar", "bg", "bn", "bs", "ca", "cnr", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr", "he", "hi",
    "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk", "mn", "ms", "nl", "no", "pl",
    "pt-BR", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "th", "tr", "uk", "uz", "vi", "zh-CN",
    "zh-TW", "zh",
))  # fmt: skip
"""Languages of the hosted page."""


class DiditSettings(ProviderSettings):
    """Keys for Didit; names as in didit.md §2.

    No key belongs into a browser: it needs the session's `url` only.

    Attributes:
        api_key: the application's key.
        workflow_id: the workflow of every session that names no other; not a secret.
        webhook_secrets: each destination has its own; during a rotation give both, the new one first.
        webhook_tolerance_s: how far the signed time of a webhook may be from now. The last automatic retry comes about
            300 s after the first try, so 600 helps where retries turn out to keep their first time.
        accept_v2_over_ascii: also take `X-Signature-V2` made over ASCII-escaped JSON.
        accept_v2_with_timestamp_prefix: also take `X-Signature-V2` made over the time, a colon and the JSON.
        accept_forgeable_simple_signature: also take `X-Signature-Simple`, which leaves the decision, the user and the
            metadata unsigned: believe nothing but the session id, and ask the API.
    """

    provider: ClassVar[str] = "didit"
    required: ClassVar[tuple[str, ...]] = ("api_key", "workflow_id")
    sandbox_values: ClassVar[Mapping[str, Any]] = {
        "api_key": SecretStr("didit-sandbox-key"),
        "webhook_secrets": (SecretStr("didit-sandbox-webhook-secret"),),
        "workflow_id": SANDBOX_WORKFLOW,
    }

    api_key: Secret | None = Field(default=None, validation_alias="DIDIT_API_KEY")
    workflow_id: str | None = Field(default=None, validation_alias="DIDIT_WORKFLOW_ID")
    webhook_secrets: SecretList = Field(
        default=(), validation_alias=AliasChoices("DIDIT_WEBHOOK_SECRET", "DIDIT_WEBHOOK_SECRETS")
    )
    webhook_tolerance_s: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=300, validation_alias="DIDIT_WEBHOOK_TOLERANCE"
    )
    accept_v2_over_ascii: bool = Field(default=False, validation_alias="DIDIT_INSECURE_ACCEPT_V2_OVER_ASCII")
    accept_v2_with_timestamp_prefix: bool = Field(
        default=False, validation_alias="DIDIT_INSECURE_ACCEPT_V2_WITH_TIMESTAMP_PREFIX"
    )
    accept_forgeable_simple_signature: bool = Field(
        default=False, validation_alias="DIDIT_DANGEROUS_ACCEPT_FORGEABLE_SIMPLE_SIGNATURE"
    )

    def problems(self) -> list[str]:
        """Say what contradicts itself."""
        found = super().problems()
        secrets = [secret.get_secret_value() for secret in self.webhook_secrets]
        if self.api_key is not None and self.api_key.get_secret_value() in secrets:
            found.append("DIDIT_WEBHOOK_SECRET is the API key: take the secret that the webhook destination shows")
        return found
