"""Webhooks of PayPal's twin: signatures, certificates, deliveries, management, verification by call."""

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store
from tests.paypal_shop import Json, Shop, issues, unit

from ace_integrations.payments.paypal.sandbox.events import EVENT_TYPES, RETRIES_S
from ace_integrations.payments.paypal.sandbox.raw_json import member
from ace_integrations.payments.paypal.sandbox.signing import signed_text

HOOKS, EVENTS = "/v1/notifications/webhooks", "/v1/notifications/webhooks-events"
VERIFY = "/v1/notifications/verify-webhook-signature"
NAME = "messageverificationcerts.paypal.com"


class Platform(BaseHTTPRequestHandler):
    """Keeps what comes, and answers with what `answers` says, 200 when it is empty."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.path, headers, body))  # type: ignore[attr-defined]
        answers = self.server.answers  # type: ignore[attr-defined]
        self.send_response(answers.pop(0) if answers else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def platform(shop: Shop) -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Platform)
    server.seen, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    shop.control.send_webhooks_to(paypal=f"{server.url}/hook")
    yield server
    assert shop.sandbox.sandbox is not None
    shop.sandbox.sandbox.targets.clear()
    server.shutdown()
    thread.join()
    server.server_close()


def told(shop: Shop, platform: Any) -> list[str]:
    """Give the types of what came, after all that was due was sent."""
    shop.control.advance(0)
    return [json.loads(body)["event_type"] for _, _, body in platform.seen]


def text_of(headers: dict[str, str], body: bytes, webhook_id: str = "WH-SANDBOX0001") -> bytes:
    parts = [headers["paypal-transmission-id"], headers["paypal-transmission-time"], webhook_id, str(zlib.crc32(body))]
    return "|".join(parts).encode()


def check(shop: Shop, headers: dict[str, str], body: bytes, webhook_id: str = "WH-SANDBOX0001") -> None:
    """Verify a delivery as a receiver would that trusts the sandbox's authority.

    Raises:
        InvalidSignature: the signature was made with another key or over another text.
    """
    leaf = x509.load_pem_x509_certificate(shop.http.get(headers["paypal-cert-url"]).content)
    authority = x509.load_pem_x509_certificate(shop.http.get("/_ca.pem").content)
    policy = PolicyBuilder().store(Store([authority])).time(datetime.now(UTC))
    policy.build_server_verifier(x509.DNSName(NAME)).verify(leaf, [])
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(headers["paypal-transmission-sig"])
    key.verify(signature, text_of(headers, body, webhook_id), padding.PKCS1v15(), hashes.SHA256())


VECTORS = [
    (
        '{"id":"WH-2WR32451HC0233532-67976317FL4543714","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":'
        '{"id":"3C679366HH908993F","amount":{"value":"20.00","currency_code":"USD"}}}',
        3741786850,
    ),
    ('{"id":"WH-2","event_type":"CUSTOMER.DISPUTE.CREATED","resource":{"note":"دورة – café ☕"}}', 651688515),
    (
        r'{"id":"WH-2","event_type":"CUSTOMER.DISPUTE.CREATED","resource":{"note":"\u062f\u0648\u0631\u0629"}}',
        4060586502,
    ),
    ("", 0),
    (
        '{"id":"WH-5","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"quantity":1.0,"breakdown":{}}}',
        4084600393,
    ),
    ('{"id":"WH-6"}\n', 288960419),
    ('{"id":"WH-5","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"quantity":1,"breakdown":{}}}', 2853211721),
    (
        '{"id":"WH-5","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"quantity":1.0,"breakdown":[]}}',
        1795811223,
    ),
]
"""Bodies and their CRC-32 in decimal, the last two being re-encodings of the fifth."""


@pytest.mark.parametrize(("body", "crc"), VECTORS)
def test_the_signed_text_has_the_unsigned_decimal_sum_of_the_raw_body(body: str, crc: int) -> None:
    made = signed_text("69cd13f0", "2026-11-24T14:20:35Z", "1JE4291016473214C", body.encode())
    assert made == f"69cd13f0|2026-11-24T14:20:35Z|1JE4291016473214C|{crc}".encode()


RAW = [
    (b'{"a":1,"webhook_event":{"n":1.0,"b":{}},"z":2}', b'{"n":1.0,"b":{}}'),
    (b'{ "webhook_event" : {"t":"}\\" ,"} , "z":[1,{"webhook_event":2}]}', b'{"t":"}\\" ,"}'),
    ('{"webhook_event":{"t":"دورة \\u062f"}}'.encode(), '{"t":"دورة \\u062f"}'.encode()),
    (b'{"webhook_event":1,"webhook_event":{"last":true}}', b'{"last":true}'),
    (b'{"webhook\\u005fevent":{"x":1}}', b'{"x":1}'),
]


@pytest.mark.parametrize(("body", "value"), RAW)
def test_a_member_is_cut_out_byte_by_byte(body: bytes, value: bytes) -> None:
    found = member(body, "webhook_event")
    assert found is not None
    assert found[0] == value


def test_the_white_space_after_a_member_is_kept_apart() -> None:
    assert member(b'{"webhook_event":{"id":1}\n}', "webhook_event") == (b'{"id":1}', b'{"id":1}\n')


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"a":1 "b":2}', b'{"a" 1}', b"{1:2}", b"\xff"])
def test_what_is_no_object_has_no_members(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        member(body, "webhook_event")
    assert member(b'{"a":{}}', "b") is None


def test_a_delivery_verifies_against_the_sandboxs_authority(shop: Shop, platform: Any) -> None:
    held = shop.approved(unit(description="دورة"))
    assert told(shop, platform) == ["CHECKOUT.ORDER.APPROVED"]
    (path, headers, body) = platform.seen[0]
    check(shop, headers, body)
    event = json.loads(body)
    assert path == "/hook"
    assert (headers["paypal-auth-algo"], headers["paypal-auth-version"]) == ("SHA256withRSA", "v2")
    assert headers["paypal-cert-url"] == f"{shop.url}/v1/notifications/certs/CERT-sandbox-1"
    assert (event["resource"]["id"], event["resource_type"]) == (held["id"], "checkout-order")
    assert event["resource"]["purchase_units"][0]["amount"]["breakdown"] == {}
    assert "دورة".encode() in body


def test_another_webhook_id_or_body_does_not_verify(shop: Shop, platform: Any) -> None:
    shop.approved()
    told(shop, platform)
    (_, headers, body) = platform.seen[0]
    for wrong in ((body + b" ", "WH-SANDBOX0001"), (body, "1JE4291016473214C")):
        with pytest.raises(InvalidSignature):
            check(shop, headers, *wrong)


def test_certificates_have_the_services_name_and_outlive_a_moved_clock(shop: Shop) -> None:
    leaf = x509.load_pem_x509_certificate(shop.http.get("/v1/notifications/certs/CERT-sandbox-1").content)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert leaf.subject.rfc4514_string() == f"CN={NAME}"
    assert names.get_values_for_type(x509.DNSName) == [NAME]
    assert leaf.not_valid_after_utc - datetime.now(UTC) > timedelta(days=3650)


def test_keys_are_rotated_and_the_old_certificates_stay(shop: Shop, platform: Any) -> None:
    shop.approved()
    told(shop, platform)
    assert shop.control.post("paypal/certificates/rotate") == {"certificate": "CERT-sandbox-2"}
    shop.approved()
    told(shop, platform)
    urls = [headers["paypal-cert-url"].rpartition("/")[2] for _, headers, _ in platform.seen]
    pems = [shop.http.get(f"/v1/notifications/certs/{name}").content for name in urls]
    assert urls == ["CERT-sandbox-1", "CERT-sandbox-2"]
    assert pems[0] != pems[1]
    for _, headers, body in platform.seen:
        check(shop, headers, body)


def test_a_reset_keeps_the_first_key_for_those_who_kept_its_certificate(shop: Shop) -> None:
    before = shop.http.get("/v1/notifications/certs/CERT-sandbox-1").content
    shop.control.post("paypal/certificates/rotate")
    shop.control.reset()
    assert shop.http.get("/v1/notifications/certs/CERT-sandbox-1").content == before
    assert shop.control.post("paypal/certificates/rotate") == {"certificate": "CERT-sandbox-2"}


@pytest.mark.parametrize("name", ["CERT-sandbox-0", "CERT-sandbox-99", "CERT-sandbox-x", "1", "CERT-sandbox-²"])
def test_there_is_no_other_certificate(shop: Shop, name: str) -> None:
    assert shop.http.get(f"/v1/notifications/certs/{name}").status_code == 404


def test_a_delivery_is_tried_25_times_over_three_days(shop: Shop, platform: Any) -> None:
    platform.answers = [503] * 24 * 3
    shop.paid()
    shop.control.advance(sum(RETRIES_S) + 1)
    ids = {headers["paypal-transmission-id"] for _, headers, _ in platform.seen}
    tries = [(len(one["attempts"]), one["state"]) for one in shop.control.deliveries()]
    assert (tries, len(ids)) == ([(25, "delivered")] * 3, 3)
    assert (len(RETRIES_S), sum(RETRIES_S)) == (24, 3 * 86400)


def test_a_delivery_can_be_tampered_with(shop: Shop, platform: Any) -> None:
    shop.approved()
    told(shop, platform)
    number = shop.control.deliveries()[-1]["id"]
    for part in ("body", "signature"):
        shop.control.post(f"deliveries/{number}/tamper", part=part)
        (_, headers, body) = platform.seen[-1]
        with pytest.raises(InvalidSignature):
            check(shop, headers, body)


def test_events_are_held_and_come_in_the_order_that_is_asked_for(shop: Shop, platform: Any) -> None:
    shop.control.post("paypal/events/hold")
    shop.paid()
    assert told(shop, platform) == []
    assert shop.control.post("paypal/events/release", order="newest_first") == {"sent": 3}
    assert told(shop, platform) == [
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.APPROVED",
    ]


def test_an_event_is_sent_again_with_the_same_id(shop: Shop, platform: Any) -> None:
    shop.approved()
    told(shop, platform)
    event = shop.get(EVENTS)["events"][0]
    assert shop.ask("POST", f"{EVENTS}/{event['id']}/resend").status_code == 202
    assert told(shop, platform) == ["CHECKOUT.ORDER.APPROVED"] * 2
    ids = [json.loads(body)["id"] for _, _, body in platform.seen]
    assert ids == [event["id"]] * 2


# Management.


def add_hook(shop: Shop, url: str, *types: str) -> Any:
    body = {"url": url, "event_types": [{"name": name} for name in types or ("*",)]}
    return shop.ask("POST", HOOKS, json=body)


def test_a_webhook_gets_what_it_asked_for_and_no_more(shop: Shop, platform: Any) -> None:
    made = add_hook(shop, f"{platform.url}/second", "PAYMENT.CAPTURE.COMPLETED")
    shop.paid()
    told(shop, platform)
    (_, headers, body) = next(one for one in platform.seen if one[0] == "/second")
    check(shop, headers, body, made.json()["id"])
    assert made.status_code == 201
    assert [path for path, _, _ in platform.seen].count("/second") == 1
    assert [each["id"] for each in shop.get(HOOKS)["webhooks"]] == ["WH-SANDBOX0001", made.json()["id"]]


def test_a_webhook_is_changed_and_removed(shop: Shop) -> None:
    made = add_hook(shop, "http://127.0.0.1:9/a").json()
    one = f"{HOOKS}/{made['id']}"
    changes = [
        {"op": "replace", "path": "/url", "value": "http://127.0.0.1:9/b"},
        {"op": "replace", "path": "/event_types", "value": [{"name": "PAYMENT.CAPTURE.REFUNDED"}]},
    ]
    changed = shop.ask("PATCH", one, json=changes).json()
    assert (changed["url"], [each["name"] for each in changed["event_types"]]) == (
        "http://127.0.0.1:9/b",
        ["PAYMENT.CAPTURE.REFUNDED"],
    )
    assert shop.get(one) == changed
    assert shop.get(f"{one}/event-types")["event_types"] == changed["event_types"]
    assert shop.ask("DELETE", one).status_code == 204
    assert issues(shop.ask("GET", one)) == (404, ["INVALID_RESOURCE_ID"])
    assert issues(shop.ask("DELETE", one)) == (404, ["INVALID_RESOURCE_ID"])


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({"url": "https://example.com/hook", "event_types": [{"name": "*"}]}, "INVALID_PARAMETER_VALUE"),
        ({"url": f"http://127.0.0.1:9/{'x' * 2048}", "event_types": [{"name": "*"}]}, "INVALID_STRING_LENGTH"),
        ({"event_types": [{"name": "*"}]}, "MISSING_REQUIRED_PARAMETER"),
        ({"url": "http://127.0.0.1:9/"}, "MISSING_REQUIRED_PARAMETER"),
        ({"url": "http://127.0.0.1:9/", "event_types": [{"name": "NOTHING"}]}, "INVALID_PARAMETER_VALUE"),
        ({"url": "http://127.0.0.1:9/", "event_types": [{"name": "*"}] * 501}, "INVALID_ARRAY_MAX_ITEMS"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(shop: Shop, body: Json, issue: str) -> None:
    assert issues(shop.ask("POST", HOOKS, json=body)) == (400, [issue])


def test_there_are_ten_webhooks_at_most_and_none_twice(shop: Shop) -> None:
    for number in range(10):
        assert add_hook(shop, f"http://127.0.0.1:9/{number}").status_code == 201
    assert issues(add_hook(shop, "http://127.0.0.1:9/3")) == (422, ["WEBHOOK_URL_ALREADY_EXISTS"])
    assert issues(add_hook(shop, "http://127.0.0.1:9/10")) == (422, ["WEBHOOK_NUMBER_LIMIT_EXCEEDED"])


def test_the_types_of_events_are_listed(shop: Shop) -> None:
    found = shop.get("/v1/notifications/webhooks-event-types")["event_types"]
    assert [each["name"] for each in found] == list(EVENT_TYPES)


def test_events_are_found_by_type_thing_and_time(shop: Shop) -> None:
    capture = shop.paid()
    shop.advance(3600)
    shop.refund(capture["id"])
    late = datetime.fromtimestamp(shop.control.now() - 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def kinds(**query: Any) -> list[str]:
        return [each["event_type"] for each in shop.get(EVENTS, **query)["events"]]

    assert kinds(event_type="CHECKOUT.ORDER.APPROVED") == ["CHECKOUT.ORDER.APPROVED"]
    assert kinds(transaction_id=capture["id"]) == ["PAYMENT.CAPTURE.COMPLETED"]
    assert kinds(start_time=late) == ["PAYMENT.CAPTURE.REFUNDED"]
    assert len(kinds(end_time=late)) == 3
    assert len(kinds(page_size=1)) == 1
    event = shop.get(EVENTS)["events"][0]
    assert shop.get(f"{EVENTS}/{event['id']}") == event


@pytest.mark.parametrize("size", ["0", "301", "x"])
def test_a_page_of_events_has_its_limits(shop: Shop, size: str) -> None:
    assert issues(shop.ask("GET", f"{EVENTS}?page_size={size}")) == (400, ["INVALID_PARAMETER_VALUE"])


# Verification by call.


def question(headers: dict[str, str], body: bytes, webhook_id: str = "WH-SANDBOX0001", **more: str) -> bytes:
    asked = {
        "auth_algo": headers["paypal-auth-algo"],
        "cert_url": headers["paypal-cert-url"],
        "transmission_id": headers["paypal-transmission-id"],
        "transmission_sig": headers["paypal-transmission-sig"],
        "transmission_time": headers["paypal-transmission-time"],
        "webhook_id": webhook_id,
        **more,
    }
    return json.dumps(asked)[:-1].encode() + b',"webhook_event":' + body + b"}"


def said(shop: Shop, content: bytes) -> str:
    answer: str = shop.ask("POST", VERIFY, content=content).json()["verification_status"]
    return answer


@pytest.fixture
def delivery(shop: Shop, platform: Any) -> tuple[dict[str, str], bytes]:
    shop.approved(unit(description="دورة – café ☕"))
    told(shop, platform)
    (_, headers, body) = platform.seen[0]
    return headers, body


def test_a_delivery_is_confirmed_when_its_bytes_are_passed_on(
    shop: Shop, delivery: tuple[dict[str, str], bytes]
) -> None:
    headers, body = delivery
    assert said(shop, question(headers, body)) == "SUCCESS"


def test_a_delivery_that_was_decoded_and_encoded_again_is_not(
    shop: Shop, delivery: tuple[dict[str, str], bytes]
) -> None:
    headers, body = delivery
    spaced, escaped = json.dumps(json.loads(body), ensure_ascii=False), json.dumps(json.loads(body))
    as_php = body.replace(b'"breakdown":{}', b'"breakdown":[]')
    assert as_php != body
    for other in (spaced.encode(), escaped.encode(), as_php):
        assert said(shop, question(headers, other)) == "FAILURE"


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_id": "1JE4291016473214C"},
        {"auth_algo": "SHA1withRSA"},
        {"transmission_id": "another"},
        {"transmission_time": "2026-11-24T14:20:35Z"},
        {"transmission_sig": "AAAA"},
        {"transmission_sig": "no base64"},
        {"cert_url": "https://api.paypal.com/v1/notifications/certs/CERT-sandbox-1"},
    ],
)
def test_a_delivery_with_other_headers_is_not_confirmed(
    shop: Shop, delivery: tuple[dict[str, str], bytes], changed: dict[str, str]
) -> None:
    headers, body = delivery
    assert said(shop, question(headers, body, **changed)) == "FAILURE"


def test_a_question_needs_all_of_its_parts(shop: Shop) -> None:
    refused = shop.ask("POST", VERIFY, json={"auth_algo": "x" * 101})
    assert refused.status_code == 400
    assert [(each["field"], each["issue"]) for each in refused.json()["details"]] == [
        ("/auth_algo", "INVALID_STRING_LENGTH"),
        *(
            (f"/{name}", "MISSING_REQUIRED_PARAMETER")
            for name in (
                "cert_url",
                "transmission_id",
                "transmission_sig",
                "transmission_time",
                "webhook_id",
                "webhook_event",
            )
        ),
    ]


# The simulator.


@pytest.mark.parametrize("target", ["webhook_id", "url"])
def test_a_simulated_event_is_signed_with_a_word_and_belongs_nowhere(shop: Shop, platform: Any, target: str) -> None:
    where = {"webhook_id": "WH-SANDBOX0001"} if target == "webhook_id" else {"url": f"{platform.url}/hook"}
    answer = shop.ask(
        "POST", "/v1/notifications/simulate-event", json={"event_type": "PAYMENT.CAPTURE.COMPLETED", **where}
    )
    told(shop, platform)
    (_, headers, body) = platform.seen[0]
    check(shop, headers, body, "WEBHOOK_ID")
    assert (answer.status_code, answer.json()["id"]) == (202, json.loads(body)["id"])
    assert [said(shop, question(headers, body, name)) for name in ("WH-SANDBOX0001", "WEBHOOK_ID")] == ["FAILURE"] * 2
    assert shop.events() == []
    assert shop.ask("POST", f"{EVENTS}/{answer.json()['id']}/resend").status_code == 404


KINDS = {
    "CHECKOUT": "checkout-order",
    "PAYMENT.CAPTURE": "capture",
    "PAYMENT.CAPTURE.REFUNDED": "refund",
    "PAYMENT.CAPTURE.REVERSED": "refund",
    "PAYMENT.REFUND": "refund",
    "PAYMENT.AUTHORIZATION": "authorization",
    "CUSTOMER.DISPUTE": "dispute",
}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_of_event_is_simulated_with_a_thing_of_its_kind(shop: Shop, kind: str) -> None:
    body = {"event_type": kind, "url": "http://127.0.0.1:9/hook"}
    event = shop.ask("POST", "/v1/notifications/simulate-event", json=body).json()
    exact = KINDS.get(kind) or next(value for name, value in KINDS.items() if kind.startswith(f"{name}."))
    assert (event["event_type"], event["resource_type"]) == (kind, exact)
    assert event["resource"].get("id") or event["resource"]["dispute_id"]


def test_only_known_events_are_simulated_and_on_this_machine_only(shop: Shop) -> None:
    place = "/v1/notifications/simulate-event"
    for body in ({"event_type": "NOTHING"}, {"event_type": EVENT_TYPES[0], "url": "https://example.com/"}):
        assert issues(shop.ask("POST", place, json=body)) == (400, ["INVALID_PARAMETER_VALUE"])
