"""What Sentry would be sent of every kind of failure: grouped by service and code, and with no planted secret in it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sentry_sdk import Client
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from sentry_sdk.utils import event_from_exception
from tests.integration.test_no_secret_leaves import CANARIES, hits, planted
from tests.operations import CLIENTS, WALKS, taken

from ace_integrations import Ace, AceError, Settings, errors
from ace_integrations.contrib.sentry import before_send
from ace_integrations.didit import AsyncDidit
from ace_integrations.hooks import plugins
from ace_integrations.mail import Address
from ace_integrations.mail.message import Draft
from ace_integrations.sandbox import RunningSandbox

SECRETS = [secret for name in CANARIES for secret in planted(name)]


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [item.payload.json for item in envelope.items if item.payload.json]


class Sentry:
    """Sentry's client as a platform sets it up, except for where it sends to."""

    def __init__(self, **options: Any) -> None:
        self.kept = Kept()
        self.client = Client(
            dsn="http://key@127.0.0.1:9/1",
            transport=self.kept,
            default_integrations=False,
            max_value_length=1_000_000,
            **options,
        )

    def event(self, error: BaseException) -> dict[str, Any]:
        event, hint = event_from_exception(error, client_options=self.client.options)
        self.client.capture_event(event, hint)
        return self.kept.events[-1]


@pytest.fixture
def sentry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sentry]:
    for variables in CANARIES.values():
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("DIDIT_WORKFLOW_ID", "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7")
    with Ace(Settings()) as ace:
        yield Sentry(before_send=before_send(ace))


def fails(send: Callable[[], Any]) -> BaseException:
    try:
        send()
    except Exception as error:
        return error
    raise AssertionError("it was meant to fail")


def client(name: str, url: str, **options: Any) -> Any:
    kind = CLIENTS[name][0]
    settings = kind.service.settings().model_copy(update={"base_url": f"{url}/{name}"})
    return kind(settings, max_retries=0, timeout=2, **options)


def probe(name: str, service: Any) -> Any:
    return plugins().provider(name).load("probe")(service.settings)


def asked(name: str, service: Any) -> Any:
    """Ask a service something: what the doctor asks, or the first thing that it can be asked."""
    if plugins().provider(name).probe is not None:
        return service.perform(probe(name, service))
    walk = next(walk for walk in WALKS if walk.provider == name)
    positional, named = walk.prepare(service)
    return taken(getattr(service, walk.name)(*positional, **named))


def test_without_the_hook_a_key_would_be_sent(sentry: Sentry, ace_sandbox: RunningSandbox) -> None:
    """The tests below look where there is something to find."""
    ace_sandbox.control.fail("status", provider="stripe", times=1)
    with client("stripe", ace_sandbox.url) as stripe:
        error = fails(lambda: stripe.perform(probe("stripe", stripe)))
    frames = Sentry().event(error)["exception"]["values"][-1]["stacktrace"]["frames"]
    assert hits(json.dumps([frame["vars"] for frame in frames if "stripe" in frame["module"]]), planted("stripe"))


FAULTS = ("status", "reset_after", "html", "redirect")
# Of what Jitsi answers the status is all that is read.
FAILURES = [(name, fault) for name in CLIENTS for fault in FAULTS if (name, fault) != ("jitsi", "html")]


@pytest.mark.parametrize(("name", "fault"), FAILURES)
def test_no_secret_is_in_the_event_of_a_failed_call(
    name: str, fault: str, sentry: Sentry, ace_sandbox: RunningSandbox
) -> None:
    with client(name, ace_sandbox.url) as service:
        ace_sandbox.control.fail(fault, provider=name, times=1)
        error = fails(lambda: asked(name, service))
    assert isinstance(error, AceError)
    event = sentry.event(error)
    assert hits(json.dumps(event), SECRETS) == []
    assert event["fingerprint"] == [type(error).__name__, name, error.code]


@pytest.mark.parametrize("name", CLIENTS)
def test_no_secret_is_in_the_event_of_a_refused_argument_or_of_a_foreign_error(
    name: str, sentry: Sentry, ace_sandbox: RunningSandbox
) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError("a bug in a transport of the platform")

    with httpx.Client(transport=httpx.MockTransport(breaks)) as http:
        service = client(name, ace_sandbox.url, http=http)
        foreign = fails(lambda: service.request("GET", "/anything"))
        refused = fails(lambda: service.request("POST", "/anything", json={}, idempotency_key="\u0627"))
    assert (type(foreign), type(refused)) == (ZeroDivisionError, errors.InvalidInputError)
    for error in (foreign, refused):
        event = sentry.event(error)
        assert hits(json.dumps(event), SECRETS) == []
        assert event["exception"]["values"][-1]["type"] == type(error).__name__


async def test_no_secret_is_in_the_event_of_a_call_that_the_platform_cut_off(
    sentry: Sentry, ace_sandbox: RunningSandbox
) -> None:
    settings = AsyncDidit.service.settings().model_copy(update={"base_url": f"{ace_sandbox.url}/didit"})
    ace_sandbox.control.fail("timeout_after", provider="didit", times=1)
    async with AsyncDidit(settings) as didit:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.2):
                await didit.balance()
    assert hits(json.dumps(sentry.event(caught.value)), SECRETS) == []


def test_no_secret_and_no_message_is_in_the_event_of_a_mail_server_that_is_not_there(
    sentry: Sentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PORT", "9")
    sender, to = Address(email="hello@mg.example.com", name="Rihla"), Address(email="lina@example.com", name="Lina")
    draft = Draft(sender=sender, subject="Hello", text="what a person wrote", mail_id="collected-1")
    with Ace(Settings(mail="smtp")) as ace:
        error = fails(lambda: ace.mail.send(draft.to(to)))
    event = sentry.event(error)
    inside = [frame for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"] if "vars" in frame]
    assert hits(json.dumps(event), SECRETS) == []
    assert "what a person wrote" not in json.dumps([f for f in inside if f["module"].startswith("ace_integrations")])


def test_two_places_that_meet_one_failure_are_one_group(sentry: Sentry, ace_sandbox: RunningSandbox) -> None:
    found = []
    with client("stripe", ace_sandbox.url) as stripe:
        for path in ("/v1/charges/ch_1unknown", "/v1/refunds/re_1unknown"):
            found.append(sentry.event(fails(lambda path=path: stripe.request("GET", path)))["fingerprint"])  # type: ignore[misc]
    assert found[0] == found[1]
    assert found[0][1] == "stripe"


def test_every_error_says_its_provider_and_code() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert {(kind("x").provider, kind("x").code) for kind in kinds} == {("", "")}
    assert errors.NotFoundError("x", provider="stripe", code="resource_missing").code == "resource_missing"


def test_a_contradictory_configuration_is_kept_secret_too(sentry: Sentry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET", "canary-of-no-known-shape")
    with Ace(Settings()) as ace:
        event = Sentry(before_send=before_send(ace)).event(fails(lambda: [].index("canary-of-no-known-shape")))
    assert hits(json.dumps(event), ["canary-of-no-known-shape"]) == []
