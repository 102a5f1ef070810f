"""Faults that others reported, which must not happen here."""

import asyncio
import gc
import json
import threading
import warnings

import pytest

from ace_integrations import AsyncAce, Settings
from ace_integrations.core.http_call import Headers
from ace_integrations.didit import AsyncDidit, DiditSignature
from ace_integrations.didit.sandbox.pages import returning
from ace_integrations.errors import NotFoundError, SignatureError, UnavailableError
from ace_integrations.identity import VerificationStatus
from ace_integrations.webhooks import explain

SECRET = "didit-sandbox-webhook-secret"
UNKNOWN = "99999999-2222-4333-8444-555555555555"


def test_case_c13_what_the_callback_claims_changes_nothing_that_is_read(ace, didit, ace_sandbox):
    session = didit.create_session(vendor_data="student-9", callback="http://127.0.0.1:8000/done")
    twin = ace_sandbox.sandbox.twins["didit"]
    forged = returning(twin._sessions.get(session.session_id)).replace("Not+Started", "Approved")
    assert "status=Approved" in forged
    assert ace.identity.check(verification_id=session.session_id).status is VerificationStatus.PENDING


def test_case_c13_the_answer_names_the_user_so_that_a_foreign_session_shows(ace, didit, decide):
    other = didit.create_session(vendor_data="student-8")
    decide(other, "approve")
    assert ace.identity.check(verification_id=other.session_id).user == "student-8"


def test_case_c13_an_unknown_session_is_not_found(ace):
    with pytest.raises(NotFoundError):
        ace.identity.check(verification_id=UNKNOWN)


def test_case_c13_an_outage_is_an_error_and_never_a_status(ace, didit, control):
    session = didit.create_session(vendor_data="student-9")
    control.fail("status", provider="didit", operation="get_decision", status=503, times=None)
    with pytest.raises(UnavailableError):
        ace.identity.check(verification_id=session.session_id)


def test_case_c13_a_review_is_no_approval(ace, didit, decide):
    session = didit.create_session(vendor_data="student-9")
    decide(session, "review")
    assert ace.identity.check(verification_id=session.session_id).status is VerificationStatus.REVIEW


def test_case_c01_a_body_that_a_framework_wrote_again_is_named_for_what_it_is(ace_webhooks):
    made = ace_webhooks.make("didit", "status.updated", metadata={"name": "طالبة"})
    again = json.dumps(json.loads(made.body), ensure_ascii=False).encode()
    raw = Headers({"X-Signature": made.headers["X-Signature"]})
    now = json.loads(made.body)["timestamp"]
    with pytest.raises(SignatureError):
        DiditSignature().verify(raw, again, secrets=[SECRET], now=now)
    assert explain(DiditSignature(), raw, again, secrets=[SECRET], now=now).mistake == "body re-serialised"
    DiditSignature().verify(Headers(made.headers), again, secrets=[SECRET], now=now)


def test_case_c24_one_client_serves_many_event_loops_without_a_word(ace_sandbox):
    ace = AsyncAce(Settings(sandbox_url=ace_sandbox.url))
    didit = ace.client(AsyncDidit)
    problems: list[BaseException] = []

    async def two_operations() -> None:
        session = await didit.create_session(vendor_data="user-9")
        assert (await didit.get_decision(session_id=session.session_id)).vendor_data == "user-9"

    def in_a_fresh_loop() -> None:
        try:
            asyncio.run(two_operations())
        except BaseException as error:  # told to the main thread, whatever it is
            problems.append(error)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(10):
            asyncio.run(two_operations())
            gc.collect()
        for _ in range(5):
            worker = threading.Thread(target=in_a_fresh_loop)
            worker.start()
            worker.join()
            gc.collect()
    assert problems == []
    assert len(ace.connection("didit")._pool._lives) == 1
