"""PayPal's calls about webhooks and their events, described once."""

from collections.abc import Sequence

from pydantic_core import to_json

from ace_integrations.core import (
    Call,
    Configured,
    Headers,
    HttpCall,
    Repeat,
    ServiceOperations,
    no_content,
    operation,
    require,
    without_none,
)
from ace_integrations.payments.paypal.models import (
    EVENT,
    EVENT_PAGE,
    EVENT_TYPE_LIST,
    VERIFICATION,
    WEBHOOK,
    WEBHOOK_LIST,
    EventPage,
    EventTypeList,
    NotificationEvent,
    Verification,
    Webhook,
    WebhookList,
)
from ace_integrations.payments.paypal.service import SERVICE
from ace_integrations.payments.paypal.settings import PayPalSettings
from ace_integrations.webhooks import read_object, single

_TRANSMITTED = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}


class NotificationOperations(ServiceOperations):
    """Describe PayPal's calls about webhooks. They belong to the app: payments of another app do not arrive."""

    service = SERVICE

    @operation
    def create_webhook(self, *, url: str, event_types: Sequence[str] = ("*",)) -> Call[Webhook]:
        """Have events sent to an address; up to ten an app.

        Args:
            url: https, port 443.
            event_types: "*" is every kind.

        Source: paypal.md §3.7
        """
        body = {"url": url, "event_types": _names(event_types)}
        return HttpCall("POST", "/v1/notifications/webhooks", WEBHOOK, json=body)

    @operation
    def list_webhooks(self) -> Call[WebhookList]:
        """Get all webhooks of the app; the cheapest way to find out whether the keys work.

        Source: paypal.md §3.7
        """
        return HttpCall("GET", "/v1/notifications/webhooks", WEBHOOK_LIST)

    @operation
    def get_webhook(self, *, webhook_id: str) -> Call[Webhook]:
        """Get a webhook.

        Source: paypal.md §3.7
        """
        return HttpCall(
            "GET", "/v1/notifications/webhooks/{webhook_id}", WEBHOOK, path_params={"webhook_id": webhook_id}
        )

    @operation
    def update_webhook(
        self, *, webhook_id: str, url: str | None = None, event_types: Sequence[str] = ()
    ) -> Call[Webhook]:
        """Change where a webhook goes, or what it is told; its id, over which is signed, stays.

        Source: paypal.md §3.7
        """
        changes: list[dict[str, object]] = [{"op": "replace", "path": "/url", "value": url}] if url else []
        if event_types:
            changes.append({"op": "replace", "path": "/event_types", "value": _names(event_types)})
        return HttpCall(
            "PATCH",
            "/v1/notifications/webhooks/{webhook_id}",
            WEBHOOK,
            path_params={"webhook_id": webhook_id},
            json=changes,
            repeat=Repeat.SAFE,
        )

    @operation
    def delete_webhook(self, *, webhook_id: str) -> Call[None]:
        """Delete a webhook.

        Source: paypal.md §3.7
        """
        path_params = {"webhook_id": webhook_id}
        return HttpCall("DELETE", "/v1/notifications/webhooks/{webhook_id}", no_content, path_params=path_params)

    @operation
    def list_event_types(self, *, webhook_id: str | None = None) -> Call[EventTypeList]:
        """Get the kinds of events: all that there are, or those that a webhook is told.

        Source: paypal.md §3.7
        """
        if webhook_id is None:
            return HttpCall("GET", "/v1/notifications/webhooks-event-types", EVENT_TYPE_LIST)
        path = "/v1/notifications/webhooks/{webhook_id}/event-types"
        return HttpCall("GET", path, EVENT_TYPE_LIST, path_params={"webhook_id": webhook_id})

    @operation
    def list_events(
        self,
        *,
        event_type: str | None = None,
        transaction_id: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        page_size: int = 50,
    ) -> Call[EventPage]:
        """Get the newest events that match, to find what no webhook brought.

        Args:
            transaction_id: of a capture, a refund, …
            start_time: as in 2026-11-01T00:00:00Z; it counts itself, as `end_time` does.

        Source: paypal.md §3.7
        """
        query = {
            "event_type": event_type,
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "page_size": str(page_size),
        }
        return HttpCall("GET", "/v1/notifications/webhooks-events", EVENT_PAGE, query=query)

    @operation
    def get_event(self, *, event_id: str) -> Call[NotificationEvent]:
        """Get an event as PayPal keeps it.

        Source: paypal.md §3.7
        """
        path_params = {"event_id": event_id}
        return HttpCall("GET", "/v1/notifications/webhooks-events/{event_id}", EVENT, path_params=path_params)

    @operation
    def resend_event(self, *, event_id: str, webhook_ids: Sequence[str] = ()) -> Call[NotificationEvent]:
        """Have an event sent once more, to these webhooks or to all that are told of its kind.

        Source: paypal.md §3.7
        """
        return HttpCall(
            "POST",
            "/v1/notifications/webhooks-events/{event_id}/resend",
            EVENT,
            path_params={"event_id": event_id},
            json={"webhook_ids": list(webhook_ids)} if webhook_ids else {},
            # The receiver handles an event once, however often it comes.
            repeat=Repeat.SAFE,
        )

    @operation
    def simulate_event(
        self,
        *,
        event_type: str,
        webhook_id: str | None = None,
        url: str | None = None,
        resource_version: str | None = None,
    ) -> Call[NotificationEvent]:
        """Have a mock event sent, to a webhook or to any address.

        It belongs to no app: it is signed over the text WEBHOOK_ID in place of the webhook's id, is in no list, and
        `verify_webhook_signature` refuses it.

        Source: paypal.md §4.1
        """
        given = {
            "event_type": event_type,
            "webhook_id": webhook_id,
            "url": url,
            "resource_version": resource_version,
        }
        return HttpCall("POST", "/v1/notifications/simulate-event", EVENT, json=without_none(given), repeat=Repeat.SAFE)

    @operation
    def verify_webhook_signature(
        self, headers: Headers, body: bytes, *, webhook_id: str | None = None
    ) -> Call[Verification]:
        """Ask PayPal whether it sent a delivery. The receiver checks that without asking; this is for a second opinion.

        Args:
            body: the bytes as they arrived: they are sent on as they stand.
            webhook_id: the first of `PAYPAL_…_WEBHOOK_ID` when not given.

        Raises:
            SignatureError: a header of the signature is missing, or came twice.
            MalformedEventError: the body is no JSON object; nothing was sent.
            ConfigurationError: no webhook id is given or set.

        Source: paypal.md §4.2
        """
        read_object(body)
        transmitted = {name: single(headers, header) for name, header in _TRANSMITTED.items()}

        def describe(settings: PayPalSettings) -> Call[Verification]:
            if webhook_id is None:
                require(settings, "webhook_ids")
            given = {**transmitted, "webhook_id": webhook_id or settings.webhook_ids[0]}
            return HttpCall(
                "POST",
                "/v1/notifications/verify-webhook-signature",
                VERIFICATION,
                content=_spliced(to_json(given), body),
                headers={"content-type": "application/json"},
                repeat=Repeat.SAFE,
            )

        return Configured(describe)


def _spliced(given: bytes, event: bytes) -> bytes:
    """Put the delivered bytes into the question: read and written again, 1.0 would become 1 and {} perhaps []."""
    return given.removesuffix(b"}") + b',"webhook_event":' + event + b"}"


def _names(event_types: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in event_types]
