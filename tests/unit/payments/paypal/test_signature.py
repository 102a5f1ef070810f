"""Which deliveries are taken for PayPal's: the signature, its certificate, and how often that is asked for."""

import base64
import dataclasses
import json
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.paypal.authority import authority, pem, signing_key
from tests.unit.payments.paypal.conftest import Service, keys

from ace_integrations import ConfigurationError, Settings, SignatureError, StaleSignatureError
from ace_integrations.core import Headers
from ace_integrations.payments.paypal import PayPalSettings
from ace_integrations.payments.paypal.certificates import (
    KEPT_S,
    LIVE_HOSTS,
    SANDBOX_HOSTS,
    Certificates,
    Trust,
    believed,
    public_authorities,
)
from ace_integrations.payments.paypal.signature import OLDEST_S, PayPalSignature, Signer, signed_text
from ace_integrations.payments.paypal.webhooks import WEBHOOKS
from ace_integrations.testing import WebhookFactory
from ace_integrations.webhooks import AsyncReceiver, Doors, Receipt, Receiver, explain
from ace_integrations.webhooks.lookup import MOST_LOOKUPS

FILE = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
VECTORS = {each["name"]: each for each in FILE["genuine"]}
NOW = int(datetime.fromisoformat(FILE["transmission_time"]).timestamp())
URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-df8cd2d5"
CERTIFICATE = x509.load_pem_x509_certificate("\n".join(FILE["certificate"]).encode())
BODY = b'{"id":"WH-E1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"3C679366HH908993F"}}'


def vector_headers(name: str, **changes: str) -> Headers:
    fields = {
        "PayPal-Transmission-Id": FILE["transmission_id"],
        "PayPal-Transmission-Time": FILE["transmission_time"],
        "PayPal-Transmission-Sig": VECTORS[name]["signature"],
        "PayPal-Cert-Url": URL,
        "PayPal-Auth-Algo": "SHA256withRSA",
        "PayPal-Auth-Version": "v2",
    }
    return Headers({**fields, **{f"PayPal-{part.replace('_', '-')}": value for part, value in changes.items()}})


def knowing(certificate: x509.Certificate = CERTIFICATE) -> PayPalSignature:
    """Give a scheme to which the certificate of the vectors is no news."""
    trust = dataclasses.replace(Trust.in_paypal(*SANDBOX_HOSTS), known={URL: certificate})
    return PayPalSignature(Certificates(trust))


def verify(headers: Headers, body: bytes, *, webhook_id: str = FILE["webhook_id"], now: int = NOW) -> None:
    knowing().verify(headers, body, secrets=[webhook_id], now=now)


# The text and its signature.


@pytest.mark.parametrize("name", VECTORS)
def test_genuine_deliveries_verify(name: str) -> None:
    body = VECTORS[name]["body"].encode()
    assert (len(body), zlib.crc32(body)) == (VECTORS[name]["bytes"], VECTORS[name]["crc32"])
    verify(vector_headers(name), body)


def test_the_signed_text_is_four_words_in_a_row() -> None:
    text = signed_text(
        FILE["transmission_id"], FILE["transmission_time"], FILE["webhook_id"], VECTORS["P1"]["body"].encode()
    )
    assert text == b"69cd13f0-d67a-11f0-baa3-778b53f4ae55|2026-11-24T14:20:35Z|1JE4291016473214C|3741786850"
    assert signed_text("i", "t", "w", b"") == b"i|t|w|0"


@pytest.mark.parametrize("rewritten", FILE["rewritten"], ids=lambda each: each["name"])
def test_a_body_that_was_read_and_written_again_does_not(rewritten: dict[str, Any]) -> None:
    body = rewritten["body"].encode()
    assert (len(body), zlib.crc32(body)) == (rewritten["bytes"], rewritten["crc32"])
    assert body != VECTORS[rewritten["of"]]["body"].encode()
    with pytest.raises(SignatureError, match="no signature matches a current webhook id"):
        verify(vector_headers(rewritten["of"]), body)


@pytest.mark.parametrize("checksum", ["df0722e2", "DF0722E2", "-553180446", "03741786850", ""])
def test_another_way_to_write_the_checksum_is_another_text(checksum: str) -> None:
    words = (FILE["transmission_id"], FILE["transmission_time"], FILE["webhook_id"], checksum)
    signature = signing_key().sign("|".join(words).encode(), padding.PKCS1v15(), hashes.SHA256())
    headers = vector_headers("P1", Transmission_Sig=base64.b64encode(signature).decode())
    scheme = knowing(authority().issue())
    with pytest.raises(SignatureError, match="no signature matches"):
        scheme.verify(headers, VECTORS["P1"]["body"].encode(), secrets=[FILE["webhook_id"]], now=NOW)


@given(at=st.integers(0, VECTORS["P1"]["bytes"] - 1), byte=st.integers(1, 255))
def test_one_changed_byte_of_the_body_spoils_it(at: int, byte: int) -> None:
    body = bytearray(VECTORS["P1"]["body"].encode())
    body[at] ^= byte
    with pytest.raises(SignatureError):
        verify(vector_headers("P1"), bytes(body))


PARTS = ("Transmission_Id", "Transmission_Time", "Transmission_Sig", "Cert_Url", "Auth_Algo")


@given(part=st.sampled_from(PARTS), at=st.integers(0, 400), character=st.characters(max_codepoint=0x2FF))
def test_one_changed_character_of_a_header_spoils_it(part: str, at: int, character: str) -> None:
    value = vector_headers("P1")[f"PayPal-{part.replace('_', '-')}"]
    at %= len(value)
    changed = value[:at] + character + value[at + 1 :]
    # The last sextet of this signature's base64 has bits that mean nothing; none of the others has.
    if changed != value and not (part == "Transmission_Sig" and at == len(value.rstrip("=")) - 1):
        with pytest.raises(SignatureError):
            verify(vector_headers("P1", **{part: changed}), VECTORS["P1"]["body"].encode())


@pytest.mark.parametrize("part", [part.replace("_", "-") for part in PARTS])
def test_every_header_is_needed_and_may_come_once_only(part: str) -> None:
    fields = [(name, vector_headers("P1")[name]) for name in vector_headers("P1")]
    body, name = VECTORS["P1"]["body"].encode(), f"paypal-{part.lower()}"
    with pytest.raises(SignatureError, match="missing"):
        verify(Headers([each for each in fields if each[0] != name]), body)
    with pytest.raises(SignatureError, match="more than once"):
        verify(Headers([*fields, (name, dict(fields)[name])]), body)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("Auth_Algo", "SHA1withRSA"),
        ("Auth_Algo", "sha256withrsa"),
        ("Transmission_Sig", "not base64!"),
        ("Transmission_Sig", ""),
        ("Transmission_Id", "a|b"),
        ("Transmission_Time", "2026-11-24T14:20:35"),
        ("Transmission_Time", "yesterday"),
        ("Transmission_Time", "1764000000"),
    ],
)
def test_a_header_of_another_form_is_refused(part: str, value: str) -> None:
    with pytest.raises(SignatureError):
        verify(vector_headers("P1", **{part: value}), VECTORS["P1"]["body"].encode())


def test_another_webhooks_id_does_not_verify_and_any_current_one_does() -> None:
    body = VECTORS["P1"]["body"].encode()
    with pytest.raises(SignatureError):
        verify(vector_headers("P1"), body, webhook_id="1JE4291016473214D")
    knowing().verify(vector_headers("P1"), body, secrets=["WH-OLD", FILE["webhook_id"]], now=NOW)
    with pytest.raises(ConfigurationError):
        knowing().verify(vector_headers("P1"), body, secrets=[], now=NOW)


@pytest.mark.parametrize(
    ("later", "genuine"), [(0, True), (-300, True), (-301, False), (OLDEST_S, True), (OLDEST_S + 1, False)]
)
def test_a_delivery_is_good_for_as_long_as_paypal_tries(later: int, genuine: bool) -> None:
    body = VECTORS["P1"]["body"].encode()
    if genuine:
        return verify(vector_headers("P1"), body, now=NOW + later)
    with pytest.raises(StaleSignatureError):
        verify(vector_headers("P1"), body, now=NOW + later)
    return None


# The certificate's address.

REFUSED = [
    "",
    "http://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
    "https://evil.example/?x=.paypal.com",
    "https://evil.example/v1/notifications/certs/CERT-1",
    "https://user@evil.example/v1/notifications/certs/CERT-1",
    "https://paypal.com@evil.example/v1/notifications/certs/CERT-1",
    "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
    "https://notpaypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/../../x",
    "https://api.paypal.com/v1/notifications/certs/..",
    "https://api.paypal.com/v1/notifications/certs/%2e%2e/x",
    "https://api.paypal.com/v1/notifications/certs/",
    "https://api.paypal.com/v1/notifications/certs/CERT-1?a=b",
    "https://api.paypal.com/v1/notifications/certs/CERT-1#a",
    "https://api.paypal.com/v1/notifications/certs/CERT-1 https://evil.example/",
    "https://api.paypal.com/other",
    "https://[::1]/v1/notifications/certs/CERT-1",
    "https://127.0.0.1/v1/notifications/certs/CERT-1",
    "https://API.PAYPAL.COM./v1/notifications/certs/CERT-1",
    "https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1",
    "//api.paypal.com/v1/notifications/certs/CERT-1",
    "file:///v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/" + "C" * 9000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_paypals_is_refused(url: str) -> None:
    with pytest.raises(SignatureError):
        Certificates(Trust.in_paypal(*SANDBOX_HOSTS)).check_address(url)


@pytest.mark.parametrize("host", LIVE_HOSTS)
@pytest.mark.parametrize("port", ["", ":443"])
def test_paypals_own_addresses_are_allowed(host: str, port: str) -> None:
    Certificates(Trust.in_paypal(*LIVE_HOSTS)).check_address(
        f"https://{host}{port}/v1/notifications/certs/CERT-360c-a5"
    )


def test_live_money_is_not_told_by_the_sandboxs_hosts() -> None:
    url = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
    Certificates(Trust.in_paypal(*SANDBOX_HOSTS)).check_address(url)
    with pytest.raises(SignatureError):
        Certificates(Trust.in_paypal(*LIVE_HOSTS)).check_address(url)


# The chain.

AT = datetime.fromtimestamp(NOW, UTC)
ROOT = authority()
BELOW = ROOT.below("Below the root")


@pytest.mark.parametrize("in_order", [True, False])
def test_all_certificates_of_the_file_may_stand_between_leaf_and_authority(in_order: bool) -> None:
    leaf = BELOW.issue()
    chain = [leaf, BELOW.certificate] if in_order else [BELOW.certificate, leaf]
    assert believed(chain, [ROOT.certificate], at=AT) == leaf


@pytest.mark.parametrize(
    "chain",
    [
        [BELOW.issue()],
        [authority("Somebody else's").issue()],
        [ROOT.issue(end=datetime(2026, 11, 1, tzinfo=UTC))],
        [ROOT.issue(begin=datetime(2026, 12, 1, tzinfo=UTC))],
        [ROOT.issue(names=["paypal.com.evil.example"])],
        [ROOT.issue(names=["notpaypal.com"])],
        [ROOT.issue(names=["*.paypal.com"])],
        [ROOT.issue(names=[])],
        [ROOT.certificate],
        [CERTIFICATE],
        [],
    ],
    ids=[
        "no intermediate",
        "unknown authority",
        "expired",
        "not valid yet",
        "other name",
        "other domain",
        "wildcard",
        "no name",
        "an authority",
        "signed by itself",
        "none",
    ],
)
def test_a_certificate_without_an_authority_of_ours_is_not_believed(chain: list[x509.Certificate]) -> None:
    with pytest.raises(SignatureError):
        believed(chain, [ROOT.certificate], at=AT)


def test_public_authorities_are_those_that_browsers_believe() -> None:
    names = {each.subject.rfc4514_string() for each in public_authorities()}
    assert len(names) > 50
    assert any("DigiCert Global Root G2" in name for name in names)
    with pytest.raises(SignatureError, match="no authority"):
        believed([ROOT.issue()], public_authorities(), at=AT)


def test_a_small_key_is_not_believed() -> None:
    small = ROOT.issue(signing_key(9, bits=1024))
    with pytest.raises(SignatureError, match="2048"):
        Certificates(Trust(Trust.in_paypal("api.paypal.com").addresses, known={URL: small})).key(URL, now=NOW)


# Fetching it.


@dataclasses.dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass
class Rig:
    """A receiver of either colour on a service that serves certificates."""

    receive: Callable[..., Any]
    service: Service
    clock: Clock
    key: int = 1

    async def deliver(
        self, event_id: str = "WH-E1", *, key: int | None = None, url: str = URL, **options: Any
    ) -> Receipt:
        body = BODY.replace(b"WH-E1", event_id.encode())
        signer = Signer(signing_key(key or self.key), url)
        headers = signer.headers(body, webhook_id=options.pop("webhook_id", "WH-1"), now=self.clock.now, **options)
        answer = self.receive("paypal", headers, body)
        return answer if isinstance(answer, Receipt) else await answer  # type: ignore[no-any-return]


CERT_CALL = f"GET {httpx.URL(URL).path}"


def serving(*files: bytes) -> list[tuple[int, bytes]]:
    return [(200, each) for each in files]


def source(settings: PayPalSettings) -> PayPalSignature:
    hosts = LIVE_HOSTS if settings.is_live else SANDBOX_HOSTS
    return PayPalSignature(Certificates(Trust.in_paypal(*hosts, anchors=lambda: [ROOT.certificate])))


@pytest.fixture(params=["sync", "async"])
def rig(request: pytest.FixtureRequest, service: Service) -> Rig:
    service.on(CERT_CALL, *serving(pem(ROOT.issue())))
    return make_rig(request.param, service, keys(sandbox_webhook_ids=("WH-1",)))


def make_rig(colour: str, service: Service, settings: PayPalSettings) -> Rig:
    clock, transport = Clock(), httpx.MockTransport(service)
    http: Any = httpx.Client(transport=transport) if colour == "sync" else httpx.AsyncClient(transport=transport)
    doors = Doors([dataclasses.replace(WEBHOOKS, scheme=source)], Settings(providers=(settings,)), http=http)
    receiver = (Receiver if colour == "sync" else AsyncReceiver)(doors, clock=clock)
    return Rig(receiver.receive, service, clock)


async def test_a_certificate_is_fetched_once_for_a_hundred_deliveries(rig: Rig) -> None:
    receipts = [await rig.deliver(f"WH-{number}") for number in range(100)]
    assert {receipt.status for receipt in receipts} == {200}
    assert rig.service.calls == [CERT_CALL]


def test_many_first_deliveries_at_once_fetch_it_once(service: Service) -> None:
    service.on(CERT_CALL, *serving(pem(ROOT.issue())))
    rig = make_rig("sync", service, keys(sandbox_webhook_ids=("WH-1",)))
    signer = Signer(signing_key(), URL)

    def deliver(number: int) -> int:
        body = BODY.replace(b"WH-E1", f"WH-{number}".encode())
        return int(rig.receive("paypal", signer.headers(body, webhook_id="WH-1", now=NOW), body).status)

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(deliver, range(50))) == {200}
    assert service.calls == [CERT_CALL]


async def test_a_certificate_is_asked_for_again_after_a_day(rig: Rig) -> None:
    await rig.deliver("WH-1")
    rig.clock.now += KEPT_S - 1
    await rig.deliver("WH-2")
    assert len(rig.service.calls) == 1
    rig.clock.now += 1
    assert (await rig.deliver("WH-3")).status == 200
    assert len(rig.service.calls) == 2


async def test_a_key_that_was_changed_is_fetched_once_and_then_used(rig: Rig) -> None:
    rig.service.on(CERT_CALL, *serving(pem(ROOT.issue()), pem(ROOT.issue(signing_key(2)))))
    await rig.deliver("WH-1")
    rig.clock.now += 3600
    assert [(await rig.deliver(f"WH-{number}", key=2)).status for number in range(2, 5)] == [200, 200, 200]
    assert len(rig.service.calls) == 2


async def test_forged_signatures_do_not_buy_a_fetch_each(rig: Rig) -> None:
    await rig.deliver("WH-1")
    rig.clock.now += 3600
    forged = [await rig.deliver(f"WH-{number}", key=2) for number in range(30)]
    assert {(each.status, each.refused_signature) for each in forged} == {(400, True)}
    assert len(rig.service.calls) == 2


async def test_made_up_addresses_do_not_buy_a_fetch_each(rig: Rig) -> None:
    for number in range(40):
        rig.service.on(f"GET /v1/notifications/certs/CERT-{number}", (404, b"no"))
    urls = [URL.replace("CERT-360caa42-fca2a594-df8cd2d5", f"CERT-{number}") for number in range(40)]
    statuses = [(await rig.deliver(url=url)).status for url in urls]
    assert statuses == [400] * MOST_LOOKUPS + [503] * (40 - MOST_LOOKUPS)
    rig.clock.now += 60
    assert (await rig.deliver()).status == 200


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((302, b""), 400),
        ((404, b"no"), 400),
        ((200, b"no certificate"), 400),
        ((200, b""), 400),
        ((200, b"x" * 70_000), 400),
        ((200, pem(authority("Somebody else's").issue())), 400),
        ((429, b""), 503),
        ((500, b""), 503),
        (httpx.ReadTimeout("slow"), 503),
        (httpx.ConnectError("down"), 503),
    ],
    ids=["redirect", "absent", "text", "empty", "large", "unknown", "busy", "failing", "slow", "down"],
)
async def test_without_a_certificate_nothing_is_taken(rig: Rig, answer: Any, status: int) -> None:
    rig.service.on(CERT_CALL, answer)
    receipt = await rig.deliver()
    assert (receipt.status, receipt.event, receipt.text) == (status, None, "refused" if status == 400 else "later")
    assert rig.service.calls == [CERT_CALL]


async def test_after_a_failure_the_next_minutes_delivery_is_taken(rig: Rig) -> None:
    rig.service.on(CERT_CALL, httpx.ConnectError("down"), *serving(pem(ROOT.issue())))
    statuses = [(await rig.deliver()).status for _ in range(3)]
    rig.clock.now += 60
    assert (statuses, (await rig.deliver()).status) == ([503] * 3, 200)


async def test_a_failed_check_is_not_asked_of_paypal_instead(rig: Rig) -> None:
    await rig.deliver(webhook_id="WH-OTHER")
    assert rig.service.calls == [CERT_CALL]


async def test_the_simulators_text_stands_for_an_id_in_the_sandbox_only(service: Service) -> None:
    service.on(CERT_CALL, *serving(pem(ROOT.issue())))
    sandbox = make_rig("sync", service, keys(sandbox_webhook_ids=("WH-1",)))
    live = make_rig("sync", service, PayPalSettings(mode="live", live_webhook_ids=("WH-1",)))
    assert (await sandbox.deliver(webhook_id="WEBHOOK_ID")).status == 200
    assert (await live.deliver(webhook_id="WEBHOOK_ID")).status == 400
    assert (await live.deliver(webhook_id="WH-1")).status == 200


async def test_without_a_webhook_id_the_error_names_the_modes_own(service: Service) -> None:
    rig = make_rig("sync", service, PayPalSettings(mode="live"))
    with pytest.raises(ConfigurationError, match="PAYPAL_LIVE_WEBHOOK_ID"):
        await rig.deliver()
    assert service.requests == []


# A twin on this machine, and deliveries made by hand.

TWIN = PayPalSettings().in_sandbox("http://127.0.0.1:8600")
TWIN_URL = "http://127.0.0.1:8600/paypal/v1/notifications/certs/CERT-sandbox-1"


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_twins_certificate_is_believed_by_its_own_authority(service: Service, colour: str) -> None:
    local = authority("A twin's own")
    service.on("GET /paypal/_ca.pem", *serving(pem(local.certificate)))
    service.on("GET /paypal/v1/notifications/certs/CERT-sandbox-1", *serving(pem(local.issue())))
    transport, clock = httpx.MockTransport(service), Clock()
    http: Any = httpx.Client(transport=transport) if colour == "sync" else httpx.AsyncClient(transport=transport)
    doors = Doors([WEBHOOKS], Settings(providers=(TWIN,)), http=http)
    receiver = (Receiver if colour == "sync" else AsyncReceiver)(doors, clock=clock)
    rig = Rig(receiver.receive, service, clock)
    genuine = await rig.deliver(url=TWIN_URL, webhook_id="WH-SANDBOX0001")
    elsewhere = [await rig.deliver(url=url) for url in (URL, TWIN_URL.replace("8600", "8601"), f"{TWIN_URL}/../x")]
    assert (genuine.status, [each.status for each in elsewhere]) == (200, [400] * 3)
    assert len(service.calls) == 2


def test_deliveries_made_by_hand_need_no_twin_and_count_in_the_sandbox_only() -> None:
    made = WebhookFactory(clock=lambda: NOW).make("paypal", "PAYMENT.CAPTURE.COMPLETED")
    receiver = Receiver(Doors([WEBHOOKS], Settings(providers=(TWIN,))), clock=Clock())
    outside = Receiver(
        Doors([WEBHOOKS], Settings(providers=(keys(sandbox_webhook_ids=("WH-SANDBOX0002",)),))), clock=Clock()
    )
    assert receiver.receive("paypal", made.headers, made.body).status == 200
    assert outside.receive("paypal", made.headers, made.body).status == 400


def test_paypal_alone_signs_for_its_real_services() -> None:
    settings = Settings(providers=(keys(sandbox_webhook_ids=("WH-1",)),))
    with pytest.raises(ConfigurationError, match="only PayPal signs"):
        WebhookFactory(settings).make("paypal", "PAYMENT.CAPTURE.COMPLETED")


def test_the_doctor_of_webhooks_knows_paypals_mistakes() -> None:
    made = WebhookFactory(clock=lambda: NOW).make("paypal", "PAYMENT.CAPTURE.COMPLETED")
    scheme: Any = WEBHOOKS.scheme(TWIN)
    rewritten = json.dumps(json.loads(made.body)).encode()

    def mistake(body: bytes, secrets: list[str], now: int = NOW) -> str:
        return explain(scheme, Headers(made.headers), body, secrets=secrets, now=now).mistake

    assert mistake(made.body, ["WH-SANDBOX0001"]) == ""
    assert mistake(rewritten, ["WH-SANDBOX0001"]) == "body re-serialised"
    assert mistake(made.body, [" WH-SANDBOX0001\n"]) == "white space around the secret"
    assert mistake(made.body, ["WH-SANDBOX0001"], NOW + OLDEST_S + 1) == "clock skew or replay"
    assert mistake(made.body, ["WH-OTHER"]) == "another secret or endpoint"
