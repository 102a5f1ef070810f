"""PayPal's environment names: a pair of keys for each mode, and the mode that chooses."""

from typing import ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr

from ace_integrations.settings import Names, ProviderSettings, Secret

Mode = Literal["sandbox", "live"]

API = {"sandbox": "https://api-m.sandbox.paypal.com", "live": "https://api-m.paypal.com"}
PAGES = {"sandbox": "https://www.sandbox.paypal.com", "live": "https://www.paypal.com"}
SCRIPT = "/web-sdk/v6/core"
"""Where the core of the browser's SDK, version 6, is below the pages' address."""

SANDBOX_CLIENT_ID = "sandbox-paypal-client-id"
SANDBOX_SECRET = "sandbox-paypal-client-secret"  # noqa: S105 - the twin's own
SANDBOX_WEBHOOK_ID = "WH-SANDBOX0001"
SANDBOX_MERCHANT_ID = "SANDBOXMERCH1"

_BY_MODE = ("client_id", "secret", "webhook_ids")


class PayPalSettings(ProviderSettings):
    """Keys for PayPal. Names without a mode in them stand for the mode that is chosen.

    Attributes:
        mode: which pair of keys is used: "sandbox" for PayPal's own test service, "live" for real money.
        sandbox_client_id: of the REST app in PayPal's sandbox; needed while the mode is sandbox.
        sandbox_secret: the same app's secret; needed while the mode is sandbox.
        live_client_id: of the live REST app; needed while the mode is live.
        live_secret: the live app's secret; needed while the mode is live.
        browser_client_id: what the payer's page loads the SDK with; the mode's client id when not given.
        sandbox_webhook_ids: PayPal's ids of the webhooks that the sandbox app sends here; each signature names one.
        live_webhook_ids: likewise of the live app.
        merchant_id: the account that must get the money; reports of another payee are then refused.
    """

    provider = "paypal"
    required = ("client_id", "secret")
    sandbox_values: ClassVar = {
        "sandbox_client_id": SANDBOX_CLIENT_ID,
        "sandbox_secret": SecretStr(SANDBOX_SECRET),
        "sandbox_webhook_ids": (SANDBOX_WEBHOOK_ID,),
        "merchant_id": SANDBOX_MERCHANT_ID,
    }

    mode: Mode = Field(default="sandbox", validation_alias="PAYPAL_MODE")
    sandbox_client_id: str | None = Field(
        default=None, validation_alias=AliasChoices("PAYPAL_SANDBOX_CLIENT_ID", "PAYPAL_CLIENT_ID")
    )
    sandbox_secret: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("PAYPAL_SANDBOX_SECRET", "PAYPAL_SANDBOX_CLIENT_SECRET", "PAYPAL_CLIENT_SECRET"),
    )
    live_client_id: str | None = Field(
        default=None, validation_alias=AliasChoices("PAYPAL_LIVE_CLIENT_ID", "PAYPAL_CLIENT_ID")
    )
    live_secret: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("PAYPAL_LIVE_SECRET", "PAYPAL_LIVE_CLIENT_SECRET", "PAYPAL_CLIENT_SECRET"),
    )
    browser_client_id: str | None = Field(default=None, validation_alias="NEXT_PUBLIC_PAYPAL_CLIENT_ID")
    sandbox_webhook_ids: Names = Field(
        default=(), validation_alias=AliasChoices("PAYPAL_SANDBOX_WEBHOOK_ID", "PAYPAL_WEBHOOK_ID")
    )
    live_webhook_ids: Names = Field(
        default=(), validation_alias=AliasChoices("PAYPAL_LIVE_WEBHOOK_ID", "PAYPAL_WEBHOOK_ID")
    )
    merchant_id: str | None = Field(default=None, validation_alias="PAYPAL_MERCHANT_ID")
    base_url: str | None = Field(default=None, validation_alias="PAYPAL_BASE_URL", exclude=True)

    @property
    def is_live(self) -> bool:
        """Whether payments with these keys are real money."""
        return self.mode == "live"

    @property
    def client_id(self) -> str:
        """The client id of the mode, "" when it is unset."""
        return (self.live_client_id if self.is_live else self.sandbox_client_id) or ""

    @property
    def secret(self) -> SecretStr:
        """The secret of the mode, an empty one when it is unset."""
        return (self.live_secret if self.is_live else self.sandbox_secret) or SecretStr("")

    @property
    def webhook_ids(self) -> tuple[str, ...]:
        """The webhook ids of the mode."""
        return self.live_webhook_ids if self.is_live else self.sandbox_webhook_ids

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return self.base_url or API[self.mode]

    @property
    def browser_script(self) -> str:
        """Where the payer's page loads PayPal's script from."""
        return f"{self.base_url if self.is_sandbox else PAGES[self.mode]}{SCRIPT}"

    def missing(self, *fields: str) -> list[str]:
        """Say which fields are unset, the mode's own of those that each mode has."""
        wanted = fields or self.required
        return super().missing(*(f"{self.mode}_{field}" if field in _BY_MODE else field for field in wanted))

    def in_sandbox(self, url: str) -> Self:
        """Give these settings pointed at the twin, which has no live mode."""
        return super().in_sandbox(url).model_copy(update={"mode": "sandbox"})

    def problems(self) -> list[str]:
        """Say which mode does not go with the address."""
        host = urlsplit(self.base_url or "").hostname or ""
        if self.is_live and (self.is_sandbox or host.endswith(".sandbox.paypal.com")):
            return ["PAYPAL_MODE is live, but PAYPAL_BASE_URL is a sandbox: unset one of them"]
        if not self.is_live and host in ("api-m.paypal.com", "api.paypal.com"):
            return ["PAYPAL_MODE is sandbox, but PAYPAL_BASE_URL is the live service: unset one of them"]
        return []

    def warnings(self, *, production: bool) -> list[str]:
        """Say what is allowed but likely a mistake; for `ace doctor`."""
        found: list[str] = []
        if production and not self.is_live:
            found.append("ACE_ENV is production, but PAYPAL_MODE is sandbox: no payment is real")
        if self.browser_client_id and self.client_id and self.browser_client_id != self.client_id:
            found.append("NEXT_PUBLIC_PAYPAL_CLIENT_ID is another app's than the client id of PAYPAL_MODE")
        if self.is_live and not self.merchant_id:
            found.append("PAYPAL_MERCHANT_ID is not set, so nothing checks which account got the money")
        return found
