"""What the sandbox promises on its own, with a twin of nobody's service."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from tests.things import KEY, WEBHOOK_SECRET, Things, ThingSettings, ThingSignature, ThingTwin

from ace_integrations import ConfigurationError, InvalidInputError, SignatureError
from ace_integrations.core.http_call import Headers
from ace_integrations.sandbox import RunningSandbox, start


class Platform(BaseHTTPRequestHandler):
    """Answers webhooks with what `answers` says, 200 when it is empty."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((dict(self.headers), body))  # type: ignore[attr-defined]
        answers = self.server.answers  # type: ignore[attr-defined]
        self.send_response(answers.pop(0) if answers else 200)
        self.send_header("content-length", "0")
        self.end_headers()
        self.server.arrived.release()  # type: ignore[attr-defined]

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Platform)
    server.seen, server.answers, server.arrived = [], [], threading.Semaphore(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with start(twins=[ThingTwin]) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example.com"},
        {"host": "evil.example.com:8600"},
        {"host": "127.0.0.1:1"},
        {"host": "127.0.0.1.evil.example.com"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/things/things/1", "/_sandbox/status"])
def test_a_foreign_host_or_origin_is_refused(sandbox: RunningSandbox, path: str, headers: dict[str, str]) -> None:
    assert httpx.get(sandbox.url + path, headers=headers, trust_env=False).status_code == 403


@pytest.mark.parametrize("headers", [{"Host": "evil.example.com"}, {"Origin": "https://evil.example.com"}])
@pytest.mark.parametrize("path", ["/things/socket", "/_sandbox/status"])
def test_a_foreign_websocket_is_refused_before_it_is_accepted(
    sandbox: RunningSandbox, path: str, headers: dict[str, str]
) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    answer = httpx.get(sandbox.url + path, headers={**upgrade, **key, **headers}, trust_env=False)
    assert answer.status_code == 403


def test_controls_need_the_token_and_the_consoles_own_origin(sandbox: RunningSandbox) -> None:
    url, token = f"{sandbox.url}/_sandbox/reset", sandbox.sandbox.token  # type: ignore[union-attr]
    with httpx.Client(trust_env=False) as http:
        assert http.post(url).status_code == 403
        assert http.post(url, headers={"x-sandbox-token": "guess"}).status_code == 403
        assert http.post(url, headers={"x-sandbox-token": token, "origin": "http://127.0.0.1:9999"}).status_code == 403
        assert http.post(url, headers={"x-sandbox-token": token, "origin": sandbox.url}).status_code == 200


def test_it_listens_on_loopback_only_unless_told_with_a_frightening_word() -> None:
    with pytest.raises(ConfigurationError, match="not a loopback address"):
        start(host="0.0.0.0", twins=[])  # noqa: S104


def test_it_does_not_run_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ENV", "production")
    with pytest.raises(ConfigurationError, match="production"):
        start(twins=[])


def test_a_taken_port_is_said_in_words_and_closing_frees_it() -> None:
    with start(twins=[]) as running:
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(ConfigurationError, match="cannot listen"):
            start(port=port, twins=[])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_webhooks_go_to_this_machine_only(sandbox: RunningSandbox) -> None:
    with pytest.raises(InvalidInputError, match="this machine"):
        sandbox.control.send_webhooks_to(things="https://example.com/hook")


def test_a_webhook_is_signed_and_tried_again_on_the_sandboxs_clock(sandbox: RunningSandbox, platform: Any) -> None:
    sandbox.control.send_webhooks_to(things=f"http://127.0.0.1:{platform.server_port}/hook")
    platform.answers = [503, 503]
    sandbox.control.post("things/emit")
    assert platform.arrived.acquire(timeout=5)
    first = sandbox.control.now()
    sandbox.control.advance(60)
    sandbox.control.advance(240)
    assert len(platform.seen) == 3
    (sent,) = sandbox.control.deliveries("things")
    assert (sent["state"], [attempt["status"] for attempt in sent["attempts"]]) == ("delivered", [503, 503, 200])
    signed_at = int(platform.seen[-1][0]["x-thing-signature"].partition(".")[0])
    assert signed_at - first == pytest.approx(300, abs=5)


def test_a_webhook_nobody_takes_is_given_up_and_can_be_sent_again(sandbox: RunningSandbox, platform: Any) -> None:
    sandbox.control.send_webhooks_to(things=f"http://127.0.0.1:{platform.server_port}/hook")
    platform.answers = [500, 500, 500]
    sandbox.control.post("things/emit")
    assert platform.arrived.acquire(timeout=5)
    sandbox.control.advance(86400)
    assert sandbox.control.deliveries()[0]["state"] == "given up"
    sandbox.control.post("deliveries/1/resend")
    assert sandbox.control.deliveries()[0]["state"] == "delivered"


@pytest.fixture
def delivered(sandbox: RunningSandbox, platform: Any) -> Any:
    """Give the platform, which took the first delivery."""
    sandbox.control.send_webhooks_to(things=f"http://127.0.0.1:{platform.server_port}/hook")
    sandbox.control.post("things/emit")
    assert platform.arrived.acquire(timeout=5)
    sandbox.control.advance(0)
    return platform


@pytest.mark.parametrize("part", ["body", "signature"])
def test_a_delivery_that_was_tampered_with_does_not_verify_and_its_answer_is_listed(
    sandbox: RunningSandbox, delivered: Any, part: str
) -> None:
    delivered.answers = [400]
    listed = sandbox.control.post("deliveries/1/tamper", part=part)
    headers, body = delivered.seen[-1]
    with pytest.raises(SignatureError, match="no signature matches"):
        ThingSignature().verify(Headers(headers), body, secrets=[WEBHOOK_SECRET], now=int(sandbox.control.now()))
    assert listed["state"] == "delivered"
    ways = [(attempt["way"], attempt["status"]) for attempt in listed["attempts"]]
    assert ways == [("by itself", 200), (f"tampered {part}", 400)]
    assert WEBHOOK_SECRET not in json.dumps(sandbox.control.journal())


def test_what_is_sent_by_hand_takes_no_try_from_the_service(sandbox: RunningSandbox, platform: Any) -> None:
    sandbox.control.send_webhooks_to(things=f"http://127.0.0.1:{platform.server_port}/hook")
    platform.answers = [500, 500, 500, 500, 200]
    sandbox.control.post("things/emit")
    assert platform.arrived.acquire(timeout=5)
    sandbox.control.advance(0)
    sandbox.control.post("deliveries/1/resend")
    sandbox.control.post("deliveries/1/tamper", part="body")
    sandbox.control.advance(300)
    (sent,) = sandbox.control.deliveries()
    ways = [attempt["way"] for attempt in sent["attempts"]]
    assert (sent["state"], ways) == ("delivered", ["by itself", "again", "tampered body", "by itself", "by itself"])


def test_a_forged_delivery_that_the_platform_takes_settles_nothing(sandbox: RunningSandbox, platform: Any) -> None:
    sandbox.control.send_webhooks_to(things=f"http://127.0.0.1:{platform.server_port}/hook")
    platform.answers = [500]
    sandbox.control.post("things/emit")
    assert platform.arrived.acquire(timeout=5)
    sandbox.control.advance(0)
    assert sandbox.control.post("deliveries/1/tamper", part="signature")["state"] == "waiting"
    page = httpx.get(f"{sandbox.url}/console/webhooks", trust_env=False).text
    assert "200 accepted" in page


def test_only_a_known_delivery_and_a_known_part_can_be_tampered_with(sandbox: RunningSandbox, delivered: Any) -> None:
    with pytest.raises(InvalidInputError, match="no such delivery"):
        sandbox.control.post("deliveries/99/tamper", part="body")
    with pytest.raises(InvalidInputError, match="part is one of body, signature"):
        sandbox.control.post("deliveries/1/tamper", part="soul")
    refused = httpx.post(f"{sandbox.url}/_sandbox/deliveries/1/tamper", data={"part": "body"}, trust_env=False)
    assert (refused.status_code, len(delivered.seen)) == (403, 1)


def test_the_journal_names_operations_and_holds_no_secret(sandbox: RunningSandbox) -> None:
    settings = ThingSettings().in_sandbox(sandbox.url)
    with Things(settings) as client:
        client.put_thing(size=1, idempotency_key="k-1")
        client.request("POST", "/echo", json={"leak": f"{KEY} {WEBHOOK_SECRET}"})
    entries = sandbox.control.journal()
    assert [entry["operation"] for entry in entries] == ["put_thing", "echo"]
    assert KEY not in json.dumps(entries)
    assert WEBHOOK_SECRET not in json.dumps(entries)


def test_the_journal_is_filtered_by_service_kind_and_text(sandbox: RunningSandbox, delivered: Any) -> None:
    with Things(ThingSettings().in_sandbox(sandbox.url)) as client:
        client.request("POST", "/echo", json={"name": "Lina Farouk"})
        client.throw_thing(size=7)
    operations = [entry["operation"] for entry in sandbox.control.journal(text="lina FAROUK")]
    assert operations == ["echo"]
    assert [entry["operation"] for entry in sandbox.control.journal(text="application/x-www-form")] == ["throw_thing"]
    assert [entry["operation"] for entry in sandbox.control.journal(kind="webhook")] == ["thing.changed"]
    assert sandbox.control.journal(provider="things", text=KEY) == []
    page = httpx.get(f"{sandbox.url}/console/journal", params={"provider": "things", "text": "farouk"}, trust_env=False)
    assert [path in page.text for path in ("/echo</code>", "/throw</code>", "/hook</code>")] == [True, False, False]
    nothing = httpx.get(f"{sandbox.url}/console/journal", params={"text": "<nobody>"}, trust_env=False)
    assert "Nothing matches." in nothing.text
    assert "<nobody>" not in nothing.text


def test_an_opened_call_shows_headers_and_bodies_of_both_sides_and_no_secret(sandbox: RunningSandbox) -> None:
    with Things(ThingSettings().in_sandbox(sandbox.url)) as client:
        client.request("POST", "/echo", json={"leak": WEBHOOK_SECRET})
    (entry,) = sandbox.control.journal()
    page = httpx.get(f"{sandbox.url}/console/journal/{entry['id']}", trust_env=False).text
    assert 'x-api-key:</span> <span class="pill">[redacted]</span>' in page
    assert page.count("content-type:</span> application/json") == 2
    assert '&#34;leak&#34;: &#34;<span class="pill">[redacted]</span>' in page
    assert not any(secret in page for secret in (KEY, WEBHOOK_SECRET))


def test_an_opened_webhook_can_be_sent_again(sandbox: RunningSandbox, delivered: Any) -> None:
    (entry,) = sandbox.control.journal(kind="webhook")
    page = httpx.get(f"{sandbox.url}/console/journal/{entry['id']}", trust_env=False).text
    assert f'action="/_sandbox/deliveries/{entry["delivery"]}/resend"' in page


def test_reset_makes_everything_new(sandbox: RunningSandbox) -> None:
    with Things(ThingSettings().in_sandbox(sandbox.url)) as client:
        client.throw_thing(size=1)
    sandbox.control.fail("status", times=None)
    sandbox.control.advance(3600)
    sandbox.control.reset()
    assert sandbox.control.get("things/made") == {"made": 0}
    assert (sandbox.control.journal(), sandbox.control.get("faults")["rules"]) == ([], [])


@pytest.mark.parametrize("path", ["/", "/console/things", "/console/webhooks", "/console/journal", "/console/faults"])
def test_each_page_of_the_console_answers_with_a_content_policy_and_no_secret(
    sandbox: RunningSandbox, path: str
) -> None:
    with Things(ThingSettings().in_sandbox(sandbox.url)) as client:
        client.throw_thing(size=1)
    page = httpx.get(sandbox.url + path, trust_env=False)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert not {KEY, WEBHOOK_SECRET, sandbox.sandbox.token} & set(page.text.split('"'))  # type: ignore[union-attr]


def test_the_consoles_theme_is_remembered_before_the_first_paint(sandbox: RunningSandbox) -> None:
    with httpx.Client(trust_env=False, base_url=sandbox.url, follow_redirects=True) as http:
        assert "data-theme" not in http.get("/").text
        form = {"accept": "text/html", "referer": f"{sandbox.url}/console/clock"}
        page = http.post("/_sandbox/theme", data={"theme": "dark"}, headers=form)
        assert page.url.path == "/console/clock"
        assert '<html lang="en" data-theme="dark">' in page.text
        assert "Theme: dark. Change to system" in page.text
        assert http.post("/_sandbox/theme", data={"theme": '"><script>'}).json() == {"theme": "system", "next": "light"}


def test_the_theme_needs_the_token_like_every_control(sandbox: RunningSandbox) -> None:
    assert httpx.post(f"{sandbox.url}/_sandbox/theme", data={"theme": "dark"}, trust_env=False).status_code == 403
