"""`ace paypal` as a person types it, against the twin."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.didit.conftest import Platform
from typer.testing import CliRunner, Result

from ace_integrations import Ace, Settings
from ace_integrations.cli.webhooks import app as webhooks
from ace_integrations.payments import Money, PayPal
from ace_integrations.payments.paypal.cli import app
from ace_integrations.sandbox import RunningSandbox


@pytest.fixture
def paypal(ace_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[PayPal]:
    monkeypatch.setenv("ACE_SANDBOX_URL", ace_sandbox.url)
    with Ace(Settings()) as ace:
        yield ace.client(PayPal)


@pytest.fixture
def platform(ace_sandbox: RunningSandbox) -> Iterator[Platform]:
    platform = Platform()
    ace_sandbox.control.send_webhooks_to(paypal=platform.url)
    yield platform
    ace_sandbox.control.send_webhooks_to(paypal="http://127.0.0.1:9/")
    platform.close()


def ace(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def told(*arguments: str) -> Any:
    done = ace(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def approved(paypal: PayPal) -> str:
    order = paypal.create_order(amount=Money.of("20", "USD"), custom_id="payment-7", idempotency_key="create-7")
    httpx.post(str(order.approval_url), data={"outcome": "approve"}, trust_env=False).raise_for_status()
    return order.id


def test_an_order_is_shown_captured_and_refunded(paypal: PayPal) -> None:
    order_id = approved(paypal)
    assert told("order", order_id)["status"] == "APPROVED"
    taken = told("capture", order_id, "--key", "capture-7")
    capture = taken["purchase_units"][0]["payments"]["captures"][0]
    back = told("refund", capture["id"], "--key", "refund-1", "--amount", "5.00")
    assert (capture["status"], back["amount"]["value"]) == ("COMPLETED", "5.00")


def test_disputes_are_listed(paypal: PayPal, ace_sandbox: RunningSandbox) -> None:
    taken = paypal.capture_order(order_id=approved(paypal), idempotency_key="capture-7")
    capture_id = taken.purchase_units[0].payments.captures[0].id
    made = ace_sandbox.control.post(f"paypal/captures/{capture_id}/dispute")
    assert [each["dispute_id"] for each in told("disputes")] == [made["dispute_id"]]
    assert len(told("disputes", "--capture", capture_id)) == 1
    assert told("disputes", "--capture", "3C679366HH908993F") == []


def test_webhooks_are_made_and_listed(paypal: PayPal) -> None:
    made = told("webhooks", "create", "http://127.0.0.1:9/hook", "--event", "PAYMENT.CAPTURE.COMPLETED")
    assert made["id"] in [each["id"] for each in told("webhooks", "list")]


def test_paypal_is_asked_about_a_delivery(
    paypal: PayPal, ace_sandbox: RunningSandbox, platform: Platform, tmp_path: Path
) -> None:
    approved(paypal)
    ace_sandbox.control.advance(0)
    headers, body = platform.received[0]
    (tmp_path / "body.json").write_bytes(body)
    lines = [part for name, value in headers for part in ("-H", f"{name}: {value}")]
    assert told("webhooks", "verify", str(tmp_path / "body.json"), *lines)["verification_status"] == "SUCCESS"
    (tmp_path / "body.json").write_bytes(body.replace(b"payment-7", b"payment-8"))
    assert ace("webhooks", "verify", str(tmp_path / "body.json"), *lines).exit_code == 1
    # Checked here instead, with the certificate that the delivery names.
    spoiled = CliRunner().invoke(webhooks, ["verify", "paypal", str(tmp_path / "body.json"), *lines])
    (tmp_path / "body.json").write_bytes(body)
    genuine = CliRunner().invoke(webhooks, ["verify", "paypal", str(tmp_path / "body.json"), *lines])
    assert (genuine.exit_code, spoiled.exit_code) == (0, 1)


def test_a_mock_event_is_sent_where_one_says(paypal: PayPal, ace_sandbox: RunningSandbox, platform: Platform) -> None:
    told("webhooks", "simulate", "PAYMENT.CAPTURE.COMPLETED", platform.url)
    ace_sandbox.control.advance(0)
    assert [each["event_type"] for each in platform.events()] == ["PAYMENT.CAPTURE.COMPLETED"]
