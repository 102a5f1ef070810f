"""Keys for Stripe, names old and current."""

from typing import ClassVar

from pydantic import AliasChoices, Field, PositiveInt, SecretStr

from ace_integrations.settings import ProviderSettings, Secret, SecretList

LIVE_URL = "https://api.stripe.com"
BROWSER_SCRIPT = "https://js.stripe.com/endive/stripe.js"
"""Stripe.js of the release train that this package speaks; Stripe does not allow it to be hosted elsewhere."""

SANDBOX_SECRET_KEY = "sk_test_sandbox4eC39HqLyjWDarjt"  # noqa: S105 - the twin's own
SANDBOX_PUBLISHABLE_KEY = "pk_test_sandboxTYooMQauvdEDq54Ni"
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox0123456789abcdef"  # noqa: S105 - the twin's own

_SECRET_PREFIXES = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")
_PUBLIC_PREFIXES = ("pk_test_", "pk_live_")


class StripeSettings(ProviderSettings):
    """Keys for Stripe.

    Attributes:
        secret_key: `sk_…` or a restricted `rk_…`; its prefix alone decides between test and live.
        publishable_key: `pk_…`, for the browser.
        webhook_secrets: `whsec_…`, one per endpoint and mode; several while one is rolled.
        webhook_tolerance_s: how old a delivery's signature may be, in seconds.
    """

    provider = "stripe"
    required = ("secret_key",)
    sandbox_values: ClassVar = {
        "secret_key": SecretStr(SANDBOX_SECRET_KEY),
        "publishable_key": SANDBOX_PUBLISHABLE_KEY,
        "webhook_secrets": (SecretStr(SANDBOX_WEBHOOK_SECRET),),
    }

    secret_key: Secret | None = Field(
        default=None, validation_alias=AliasChoices("STRIPE_SECRET_KEY", "STRIPE_SECRET", "STRIPE_API_KEY")
    )
    publishable_key: str | None = Field(
        default=None,
        validation_alias=AliasChoices("STRIPE_PUBLISHABLE_KEY", "STRIPE_KEY", "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"),
    )
    webhook_secrets: SecretList = Field(default=(), validation_alias="STRIPE_WEBHOOK_SECRET")
    webhook_tolerance_s: PositiveInt = Field(default=300, validation_alias="STRIPE_WEBHOOK_TOLERANCE")
    base_url: str | None = Field(default=None, validation_alias="STRIPE_BASE_URL", exclude=True)

    def problems(self) -> list[str]:
        """Say which keys are swapped, of two modes, or live at a sandbox."""
        secret = self.secret_key.get_secret_value() if self.secret_key else ""
        public = self.publishable_key or ""
        found: list[str] = []
        if secret and not secret.startswith(_SECRET_PREFIXES):
            what = "the publishable key" if secret.startswith(_PUBLIC_PREFIXES) else "no key of Stripe"
            found.append(f"STRIPE_SECRET_KEY holds {what}: set it to sk_test_… or sk_live_…")
        if public and not public.startswith(_PUBLIC_PREFIXES):
            # A secret key in this place would be shown to every browser.
            what = "a secret key" if public.startswith(_SECRET_PREFIXES) else "no key of Stripe"
            found.append(f"STRIPE_PUBLISHABLE_KEY holds {what}: set it to pk_test_… or pk_live_…")
        if not found and secret and public and _is_live(secret) is not _is_live(public):
            found.append("STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of different modes, test and live")
        if self.is_sandbox and (_is_live(secret) or _is_live(public)):
            found.append("a live key of Stripe is set, but its address is a sandbox: unset one of them")
        if any(not each.get_secret_value().startswith("whsec_") for each in self.webhook_secrets):
            found.append("STRIPE_WEBHOOK_SECRET holds something else than whsec_…, the endpoint's signing secret")
        return found

    def warnings(self, *, production: bool) -> list[str]:
        """Say what is allowed but likely a mistake; for `ace doctor`."""
        if production and self.secret_key is not None and not self.is_live:
            return ["ACE_ENV is production, but STRIPE_SECRET_KEY is a test key: no payment is real"]
        return []

    @property
    def is_live(self) -> bool:
        """Whether payments with these keys are real money."""
        return self.secret_key is not None and _is_live(self.secret_key.get_secret_value())

    @property
    def browser_script(self) -> str:
        """Where the payment page loads Stripe.js from."""
        return f"{self.base_url}/endive/stripe.js" if self.base_url and self.is_sandbox else BROWSER_SCRIPT


def _is_live(key: str) -> bool:
    return key[2:8] == "_live_"
