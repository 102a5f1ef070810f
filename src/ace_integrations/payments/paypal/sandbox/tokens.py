"""Bearer tokens of the twin: lent for some hours of the sandbox's clock, revoked on demand."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from ace_integrations.payments.paypal.sandbox.http import Json
from ace_integrations.payments.paypal.sandbox.objects import moment

CLIENT_ID = "sandbox-paypal-client-id"
CLIENT_SECRET = "sandbox-paypal-client-secret"  # noqa: S105 - the sandbox's own
LIFETIME_S = 32_400


class TokenError(Exception):
    """The token endpoint says no, in the words of OAuth.

    Attributes:
        code: as in invalid_client.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        self.status = status
        self.body: Json = {"error": code, "error_description": text}
        super().__init__(code)


class Tokens:
    """What was lent.

    Attributes:
        lifetime_s: of the next tokens.
    """

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[str, float] = {}
        self.lifetime_s = LIFETIME_S

    def reset(self) -> None:
        """Forget them, and how short they were."""
        self._until.clear()
        self.lifetime_s = LIFETIME_S

    def revoke(self) -> int:
        """Let none of them be good any more; give how many."""
        count = len(self._until)
        self._until.clear()
        return count

    def lend(self, authorization: str, form: str) -> Json:
        """Answer a request for a token.

        Raises:
            TokenError: the client or its secret is unknown, or the grant is another one.
        """
        if not _knows(authorization):
            raise TokenError(401, "invalid_client", "Client Authentication failed")
        if parse_qs(form).get("grant_type") != ["client_credentials"]:
            raise TokenError(400, "unsupported_grant_type", "The twin grants client_credentials only")
        # The journal knows a token by this form.
        token = f"A21AA{secrets.token_urlsafe(48)}"
        self._until[token] = self._now() + self.lifetime_s
        return {
            "scope": "https://uri.paypal.com/services/payments/payment",
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-SANDBOX0001",
            "expires_in": self.lifetime_s,
            "nonce": f"{moment(self._now())}{secrets.token_urlsafe(16)}",
        }

    def check(self, authorization: str) -> None:
        """Refuse a token that was never lent, was revoked, or is over.

        Raises:
            TokenError: it is.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or self._until.get(token.strip(), 0.0) <= self._now():
            raise TokenError(401, "invalid_token", "The token is unknown, revoked or over")


def _knows(authorization: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(given, f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
