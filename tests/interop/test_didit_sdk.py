"""The community SDK, pointed at the twin, cannot tell."""

import pytest
from didit import AsyncDidit, Didit
from didit.errors import DiditAPIError
from didit.webhooks import verify_webhook_signature

from ace_integrations.didit.webhooks import WEBHOOKS
from ace_integrations.testing import WebhookFactory

KEY = "didit-sandbox-key"
WORKFLOW = "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7"


@pytest.fixture
def sdk(ace_sandbox):
    # It refuses the null lists that the service sends before a check has run.
    ace_sandbox.control.post("didit/options", omit_nulls=True)
    with Didit(api_key=KEY, base_url=f"{ace_sandbox.url}/didit/v3") as client:
        yield client


def decide(ace_sandbox, session, outcome):
    ace_sandbox.control.post(f"didit/sessions/{session.session_id}/decide", outcome=outcome)


def test_it_creates_decides_lists_and_prints(sdk, ace_sandbox):
    session = sdk.sessions.create(workflow_id=WORKFLOW, vendor_data="user-9", callback="https://app.example.com/done")
    assert session.status == "Not Started"
    decide(ace_sandbox, session, "review")
    assert sdk.sessions.get_decision(session.session_id).status == "In Review"
    sdk.sessions.update_status(session.session_id, new_status="Approved", comment="fine")
    decision = sdk.sessions.get_decision(session.session_id)
    assert (decision.status, decision.id_verifications[0].first_name) == ("Approved", "Test")
    assert [row.session_id for row in sdk.sessions.list().results] == [session.session_id]
    assert sdk.sessions.generate_pdf_report(session.session_id).startswith(b"%PDF")


def test_it_reads_the_risk_of_a_decline(sdk, ace_sandbox):
    session = sdk.sessions.create(workflow_id=WORKFLOW, vendor_data="user-9")
    decide(ace_sandbox, session, "decline_document_expired")
    assert sdk.sessions.get_decision(session.session_id).has_warning("DOCUMENT_EXPIRED")


async def test_awaited_it_creates_too(ace_sandbox):
    ace_sandbox.control.post("didit/options", omit_nulls=True)
    async with AsyncDidit(api_key=KEY, base_url=f"{ace_sandbox.url}/didit/v3") as client:
        session = await client.sessions.create(workflow_id=WORKFLOW, vendor_data="user-9")
        assert (await client.sessions.get_decision(session.session_id)).vendor_data == "user-9"


def test_it_raises_on_a_wrong_key(ace_sandbox):
    with Didit(api_key="wrong", base_url=f"{ace_sandbox.url}/didit/v3") as client, pytest.raises(DiditAPIError):
        client.sessions.create(workflow_id=WORKFLOW, vendor_data="user-9")


@pytest.mark.parametrize("event_type", WEBHOOKS.event_types)
def test_it_verifies_what_our_scheme_signs(event_type):
    made = WebhookFactory().make("didit", event_type, metadata={"name": "طالبة", "n": 1.0})
    assert verify_webhook_signature(made.body, made.headers, "didit-sandbox-webhook-secret")
    assert not verify_webhook_signature(made.body, made.headers, "another")
