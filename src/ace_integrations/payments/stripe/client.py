"""The operations of Stripe that a platform needs, described once over the official SDK."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ace_integrations.core import (
    AsyncClient,
    AsyncConnection,
    Call,
    Connection,
    Describer,
    Endpoint,
    Service,
    SyncClient,
    operation,
    require,
    secret_of,
)
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.money import Money
from ace_integrations.payments.stripe import models
from ace_integrations.payments.stripe.call import StripeCall
from ace_integrations.payments.stripe.currencies import to_units
from ace_integrations.payments.stripe.customers import CustomerOperations
from ace_integrations.payments.stripe.errors import read_problem, retry_hint
from ace_integrations.payments.stripe.metadata import LONGEST_VALUE, checked_metadata
from ace_integrations.payments.stripe.settings import LIVE_URL, StripeSettings

if TYPE_CHECKING:
    from stripe import StripeClient

API_VERSION = "2026-10-28.endive"
"""The version that our own models were written against; the SDK sends its own, which a test keeps equal."""

CancelReason = Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"]
RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]


def _endpoint(settings: StripeSettings) -> Endpoint:
    require(settings)
    headers = {"authorization": f"Bearer {secret_of(settings, 'secret_key')}", "stripe-version": API_VERSION}
    return Endpoint((settings.base_url or LIVE_URL).rstrip("/"), headers)


SERVICE = Service(
    "stripe",
    StripeSettings,
    _endpoint,
    problem=read_problem,
    retry_hint=retry_hint,
    request_id_header="request-id",
    idempotency_header="idempotency-key",
)


class StripeOperations(CustomerOperations):
    """Describe Stripe's calls. Amounts go in as `Money` and come back in Stripe's units beside their currency."""

    service = SERVICE

    @operation
    def create_payment_intent(
        self,
        *,
        amount: Money,
        idempotency_key: str,
        metadata: Mapping[str, str] | None = None,
        description: str | None = None,
        allowed: Sequence[str] = (),
        capture: bool = True,
        payment_method: str | None = None,
        confirm: bool = False,
        return_url: str | None = None,
        receipt_email: str | None = None,
    ) -> Call[models.PaymentIntent]:
        """Ask for a payment; the payer's browser completes it with the intent's client secret.

        Args:
            idempotency_key: ours, one per payment and try; sent again, it returns the first answer for a day.
            metadata: ids of ours that every report brings back: no personal data. At most 50, values to 500.
            allowed: kinds of payment methods, as in "card"; none leaves it to the account's dashboard.
            capture: False only reserves the money, for about seven days; see `capture_payment_intent`.
            payment_method: Stripe's id; with `confirm` it is charged at once, for tests and saved cards.
            return_url: where a redirect of the payer ends; needed with `confirm`.
            receipt_email: with live keys Stripe mails a receipt there, whatever the dashboard says.

        Raises:
            InvalidInputError: Stripe has no such amount: too many decimals or digits.
            InvalidRequestError: below Stripe's minimum (code `amount_too_small`), or another argument refused.
            CardDeclinedError: confirmed at once, and the issuer refused.

        Source: stripe.md §3.1
        """
        how = {"allowed_payment_method_types": list(allowed)} if allowed else {"automatic_payment_methods": _AUTOMATIC}
        params: dict[str, Any] = {
            "amount": to_units(amount),
            "currency": amount.currency.lower(),
            **how,
            "capture_method": None if capture else "manual",
            "metadata": checked_metadata(metadata),
            "description": description,
            "payment_method": payment_method,
            "confirm": confirm or None,
            "return_url": return_url if confirm else None,
            "receipt_email": receipt_email,
            "expand": _CHARGE,
        }
        return StripeCall(
            "payment_intents", "create", models.PAYMENT_INTENT, params=params, idempotency_key=idempotency_key
        )

    @operation
    def retrieve_payment_intent(self, *, payment_intent_id: str) -> Call[models.PaymentIntent]:
        """Ask where a payment is, its latest charge and that charge's refunds included.

        Args:
            payment_intent_id: Stripe's, from `create_payment_intent`.

        Raises:
            NotFoundError: no such payment, or one of the other mode.

        Source: stripe.md §3.1
        """
        return self._intent("retrieve", payment_intent_id)

    @operation
    def confirm_payment_intent(
        self,
        *,
        payment_intent_id: str,
        idempotency_key: str,
        payment_method: str | None = None,
        return_url: str | None = None,
        off_session: bool = False,
    ) -> Call[models.PaymentIntent]:
        """Try to pay from the server; a browser does this itself with Stripe.js.

        Args:
            payment_method: Stripe's id of a card that it already holds; never a card number.
            return_url: where a redirect of the payer ends; needed unless redirects were switched off.
            off_session: the payer is not there to pass 3-D Secure.
            idempotency_key: one per try: after a decline the same key would only repeat the decline.

        Raises:
            CardDeclinedError: the issuer refused, or 3-D Secure is needed and nobody is there.
            ConflictError: it was paid or ended before.

        Source: stripe.md §3.1
        """
        params = {"payment_method": payment_method, "return_url": return_url, "off_session": off_session or None}
        return self._intent("confirm", payment_intent_id, params, idempotency_key)

    @operation
    def capture_payment_intent(
        self, *, payment_intent_id: str, idempotency_key: str, amount: Money | None = None
    ) -> Call[models.PaymentIntent]:
        """Take what was reserved.

        Args:
            amount: None is all; what is not taken is released.

        Raises:
            ConflictError: nothing is reserved, or it was taken before.
            InvalidRequestError: more than was reserved (code `amount_too_large`).

        Source: stripe.md §3.1
        """
        params = {"amount_to_capture": None if amount is None else to_units(amount)}
        return self._intent("capture", payment_intent_id, params, idempotency_key)

    @operation
    def cancel_payment_intent(
        self, *, payment_intent_id: str, idempotency_key: str, reason: CancelReason | None = None
    ) -> Call[models.PaymentIntent]:
        """End a payment that was not made; reserved money is released.

        Raises:
            ConflictError: it was paid or ended before.

        Source: stripe.md §3.1
        """
        return self._intent("cancel", payment_intent_id, {"cancellation_reason": reason}, idempotency_key)

    @operation
    def update_payment_intent_amount(
        self, *, payment_intent_id: str, amount: Money, idempotency_key: str
    ) -> Call[models.PaymentIntent]:
        """Change what is asked for, while nobody has paid.

        Raises:
            ConflictError: it is under way, paid or ended.

        Source: stripe.md §3.1
        """
        params = {"amount": to_units(amount), "currency": amount.currency.lower()}
        return self._intent("update", payment_intent_id, params, idempotency_key)

    @operation
    def search_payment_intents(
        self, *, reference: str, page: str | None = None, limit: int = 10
    ) -> Call[models.SearchPage[models.PaymentIntent]]:
        """Find payments by our own id, `metadata.payment_id`; about a minute behind what was written.

        Args:
            page: `next_page` of the answer before.
            limit: 1 to 100.

        Raises:
            InvalidInputError: the reference is no metadata value.

        Source: stripe.md §3.1
        """
        if not reference or len(reference) > LONGEST_VALUE:
            raise InvalidInputError("is empty or too long", field="reference")
        quoted = reference.replace("\\", "\\\\").replace("'", "\\'")
        params = {"query": f"metadata['payment_id']:'{quoted}'", "limit": limit, "page": page}
        return StripeCall("payment_intents", "search", models.PAYMENT_INTENTS, params=params)

    @operation
    def create_refund(
        self,
        *,
        payment_intent_id: str,
        idempotency_key: str,
        amount: Money | None = None,
        reason: RefundReason | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Call[models.Refund]:
        """Send money back.

        Args:
            amount: None is all that is left.
            idempotency_key: one per refund; sent again, it returns the first answer and no second refund.

        Raises:
            InvalidRequestError: more than is left, refunded (code `charge_already_refunded`) or disputed
                (`charge_disputed`) before.

        Source: stripe.md §3.2
        """
        params = {
            "payment_intent": payment_intent_id,
            "amount": None if amount is None else to_units(amount),
            "reason": reason,
            "metadata": checked_metadata(metadata),
        }
        return StripeCall("refunds", "create", models.REFUND, params=params, idempotency_key=idempotency_key)

    @operation
    def retrieve_refund(self, *, refund_id: str) -> Call[models.Refund]:
        """Ask where a refund is.

        Raises:
            NotFoundError: no such refund.

        Source: stripe.md §3.2
        """
        return StripeCall("refunds", "retrieve", models.REFUND, ids=(refund_id,))

    @operation
    def list_refunds(
        self, *, payment_intent_id: str, limit: int = 100, starting_after: str | None = None
    ) -> Call[models.Page[models.Refund]]:
        """List the refunds of one payment, newest first.

        Source: stripe.md §3.2
        """
        params = {"payment_intent": payment_intent_id, "limit": limit, "starting_after": starting_after}
        return StripeCall("refunds", "list", models.REFUNDS, params=params)

    @operation
    def retrieve_dispute(self, *, dispute_id: str) -> Call[models.Dispute]:
        """Ask where a dispute is and until when to answer it.

        Raises:
            NotFoundError: no such dispute.

        Source: stripe.md §3.3
        """
        return StripeCall("disputes", "retrieve", models.DISPUTE, ids=(dispute_id,))

    @operation
    def list_disputes(
        self, *, payment_intent_id: str | None = None, limit: int = 100, starting_after: str | None = None
    ) -> Call[models.Page[models.Dispute]]:
        """List disputes, newest first; of one payment or of the account.

        Source: stripe.md §3.3
        """
        params = {"payment_intent": payment_intent_id, "limit": limit, "starting_after": starting_after}
        return StripeCall("disputes", "list", models.DISPUTES, params=params)

    @operation
    def list_events(
        self,
        *,
        types: Sequence[str] = (),
        undelivered: bool = False,
        limit: int = 100,
        starting_after: str | None = None,
        ending_before: str | None = None,
    ) -> Call[models.Page[models.EventRecord]]:
        """List events of the last 30 days, newest first, to recover what no webhook brought.

        Args:
            types: as in "payment_intent.succeeded"; none is all.
            undelivered: only those that some endpoint has not acknowledged.
            ending_before: the id of the last event that was handled: gives what came after it.

        Source: stripe.md §3.3
        """
        params = {
            "types": list(types) or None,
            "delivery_success": False if undelivered else None,
            "limit": limit,
            "starting_after": starting_after,
            "ending_before": ending_before,
        }
        return StripeCall("events", "list", models.EVENTS, params=params)

    @operation
    def retrieve_balance(self) -> Call[models.Balance]:
        """Ask what the account holds: the cheapest way to check a key.

        Raises:
            AuthenticationError: Stripe does not accept the key.

        Source: stripe.md §3.3
        """
        return StripeCall("balance", "retrieve", models.BALANCE)

    @operation
    def create_webhook_endpoint(
        self, *, url: str, events: Sequence[str], idempotency_key: str, description: str | None = None
    ) -> Call[models.WebhookEndpoint]:
        """Have events sent to an address; the answer holds the signing secret, which is never shown again.

        Args:
            events: as in "payment_intent.succeeded", or "*" alone.

        Source: stripe.md §3.4
        """
        params = {
            "url": url,
            "enabled_events": list(events),
            "api_version": API_VERSION,
            "description": description,
        }
        return StripeCall(
            "webhook_endpoints", "create", models.WEBHOOK_ENDPOINT, params=params, idempotency_key=idempotency_key
        )

    @operation
    def list_webhook_endpoints(self, *, limit: int = 100) -> Call[models.Page[models.WebhookEndpoint]]:
        """List the addresses that events are sent to.

        Source: stripe.md §3.4
        """
        return StripeCall("webhook_endpoints", "list", models.WEBHOOK_ENDPOINTS, params={"limit": limit})

    @operation
    def delete_webhook_endpoint(self, *, webhook_endpoint_id: str) -> Call[models.Deleted]:
        """Send no more events to an address.

        Raises:
            NotFoundError: no such endpoint.

        Source: stripe.md §3.4
        """
        return StripeCall("webhook_endpoints", "delete", models.DELETED, ids=(webhook_endpoint_id,))

    def _intent(
        self,
        verb: str,
        payment_intent_id: str,
        params: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> StripeCall[models.PaymentIntent]:
        return StripeCall(
            "payment_intents",
            verb,
            models.PAYMENT_INTENT,
            ids=(payment_intent_id,),
            params={**(params or {}), "expand": _CHARGE},
            idempotency_key=idempotency_key,
        )


_AUTOMATIC = {"enabled": True}
_CHARGE = ["latest_charge.refunds", "latest_charge.balance_transaction"]


class Stripe(StripeOperations, SyncClient[StripeSettings]):
    """Stripe, blocking."""

    @property
    def sdk(self) -> "StripeClient":
        """The official SDK's client on this connection, for what has no operation here; errors stay this package's."""
        from ace_integrations.payments.stripe.sdk import client_over

        connection: Connection = self._sender.connection("stripe")
        return client_over(connection, self._sender.options)


class AsyncStripe(StripeOperations, AsyncClient[StripeSettings]):
    """Stripe, awaited."""

    @property
    def sdk(self) -> "StripeClient":
        """The official SDK's client on this connection: its methods that end in `_async`."""
        from ace_integrations.payments.stripe.sdk import async_client_over

        connection: AsyncConnection = self._sender.connection("stripe")
        return async_client_over(connection, self._sender.options)


class StripeCalls(StripeOperations, Describer):
    """Stripe's calls, described."""


def probe(settings: StripeSettings) -> Call[object]:
    """Ask one harmless question that needs the key, for `ace doctor`."""
    del settings
    return StripeCalls().retrieve_balance()
