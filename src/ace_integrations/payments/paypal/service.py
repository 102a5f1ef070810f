"""PayPal as the core must know it: where it is, how a token is asked for, how it says no."""

import base64

from ace_integrations.core import Endpoint, HttpCall, Repeat, Service, Token, from_json, require
from ace_integrations.payments.paypal.errors import read_problem, retry_hint
from ace_integrations.payments.paypal.settings import PayPalSettings

TOKEN = from_json(Token)


def _endpoint(settings: PayPalSettings) -> Endpoint:
    require(settings)
    return Endpoint(settings.api_url)


def _ask_for_token(settings: PayPalSettings) -> HttpCall[Token]:
    pair = f"{settings.client_id}:{settings.secret.get_secret_value()}"
    return HttpCall(
        "POST",
        "/v1/oauth2/token",
        TOKEN,
        form={"grant_type": "client_credentials"},
        headers={"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
        # A second token does no harm; the first stays good.
        repeat=Repeat.SAFE,
    )


SERVICE = Service(
    "paypal",
    PayPalSettings,
    _endpoint,
    read_problem,
    retry_hint,
    request_id_header="paypal-debug-id",
    idempotency_header="paypal-request-id",
    token=_ask_for_token,
)
