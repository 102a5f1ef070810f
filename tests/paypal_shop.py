"""A shop that uses PayPal's twin over HTTP, for the tests of the twin."""

from typing import Any

import httpx

from ace_integrations.sandbox import RunningSandbox

CLIENT = ("sandbox-paypal-client-id", "sandbox-paypal-client-secret")
Json = dict[str, Any]


def unit(value: str = "20.00", currency: str = "USD", **more: Any) -> Json:
    return {"amount": {"currency_code": currency, "value": value}, "custom_id": "payment-7", **more}


def order(*units: Json, intent: str = "CAPTURE", **more: Any) -> Json:
    return {"intent": intent, "purchase_units": list(units) or [unit()], **more}


def wallet(**context: Any) -> Json:
    places = {"return_url": "http://127.0.0.1:8000/back?p=7", "cancel_url": "http://127.0.0.1:8000/cancel"}
    return {"paypal": {"experience_context": {**places, **context}}}


class Shop:
    """Asks with a token; gives answers as they come."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control
        self.url = f"{sandbox.url}/paypal"
        self.http = httpx.Client(base_url=self.url, trust_env=False)
        self.token = ""

    def lend(self) -> httpx.Response:
        return self.http.post("/v1/oauth2/token", auth=CLIENT, data={"grant_type": "client_credentials"})

    def ask(self, method: str, path: str, *, key: str = "", whole: bool = True, **options: Any) -> httpx.Response:
        self.token = self.token or self.lend().json()["access_token"]
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        headers |= {"paypal-request-id": key} if key else {}
        headers |= {"prefer": "return=representation"} if whole else {}
        headers |= options.pop("headers", {})
        return self.http.request(method, path, headers=headers, **options)

    def advance(self, seconds: float) -> None:
        """Move the clock, which ends tokens too."""
        self.control.advance(seconds)
        self.token = ""

    def get(self, path: str, **query: Any) -> Json:
        found: Json = self.ask("GET", path, params=query or None).json()
        return found

    def create(self, *units: Json, **more: Any) -> Json:
        answer = self.ask("POST", "/v2/checkout/orders", json=order(*units, **more))
        assert answer.status_code == 201, answer.text
        created: Json = answer.json()
        return created

    def approved(self, *units: Json, **more: Any) -> Json:
        created = self.create(*units, **more)
        self.control.post(f"paypal/orders/{created['id']}/approve")
        return created

    def capture(self, order_id: str, **options: Any) -> httpx.Response:
        return self.ask("POST", f"/v2/checkout/orders/{order_id}/capture", **options)

    def paid(self, *units: Json, **more: Any) -> Json:
        """Give the capture of a paid order."""
        answer = self.capture(self.approved(*units, **more)["id"])
        assert answer.status_code == 201, answer.text
        capture: Json = answer.json()["purchase_units"][0]["payments"]["captures"][0]
        return capture

    def refund(self, capture_id: str, value: str = "", *, currency: str = "USD", **options: Any) -> httpx.Response:
        body = {"amount": {"currency_code": currency, "value": value}} if value else {}
        return self.ask("POST", f"/v2/payments/captures/{capture_id}/refund", json=body, **options)

    def events(self) -> list[str]:
        """Give the types of the events so far, oldest first."""
        found = self.get("/v1/notifications/webhooks-events", page_size=300)["events"]
        return [each["event_type"] for each in reversed(found)]


def issues(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [each["issue"] for each in answer.json().get("details", [])]


def fields(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["issue"], each.get("field", "")) for each in answer.json()["details"]]
