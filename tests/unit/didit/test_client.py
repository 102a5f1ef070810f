"""Didit's calls, described and sent to the twin."""

import json
from decimal import Decimal

import pytest
from pydantic import SecretStr

from ace_integrations.core import Headers, Repeat, Reply
from ace_integrations.didit import (
    ContactDetails,
    Didit,
    DiditCalls,
    DiditSettings,
    ExpectedDetails,
    NodeToResubmit,
    SameStatusError,
)
from ace_integrations.didit.service import SERVICE
from ace_integrations.errors import (
    AuthenticationError,
    ConflictError,
    DeadlineExceededError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)

UNKNOWN = "99999999-2222-4333-8444-555555555555"


def with_key(ace_sandbox, key):
    settings = DiditSettings(api_key=SecretStr(key), workflow_id="w", base_url=f"{ace_sandbox.url}/didit")
    return Didit(settings)


# What is sent.


def test_creating_sends_workflow_callback_user_and_key_and_nothing_unset(didit, control):
    didit.create_session(
        vendor_data="user-9",
        callback="https://app.example.com/kyc/done",
        language="ar",
        metadata={"role": "student"},
        contact_details=ContactDetails(email="student@example.com"),
        expected_details=ExpectedDetails(first_name="Test"),
    )
    entry = control.journal(provider="didit", kind="call")[0]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v3/session/", 201)
    assert json.loads(entry["request_body"]) == {
        "workflow_id": "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7",
        "vendor_data": "user-9",
        "callback": "https://app.example.com/kyc/done",
        "language": "ar",
        "metadata": {"role": "student"},
        "contact_details": {"email": "student@example.com", "send_notification_emails": False},
        "expected_details": {"first_name": "Test"},
    }
    assert entry["request_headers"]["x-api-key"] == "[redacted]"


def test_the_journal_shows_neither_key_nor_session_token(didit, control):
    session = didit.create_session(vendor_data="user-9")
    text = json.dumps(control.journal())
    assert session.session_token.get_secret_value() not in text
    assert "didit-sandbox-key" not in text


def test_a_session_shows_neither_token_nor_address_nor_user(didit):
    session = didit.create_session(vendor_data="user-9")
    assert session.session_token.get_secret_value() not in f"{session!r} {session}"
    assert "user-9" not in repr(session)


def test_creating_is_repeated_because_an_unfinished_session_is_given_again():
    call = DiditCalls().create_session(vendor_data="user-9", workflow_id="w")
    assert call.first.describe(DiditSettings()).repeats is Repeat.SAFE


@pytest.mark.parametrize("vendor_data", ["", "  "])
def test_creating_without_a_user_is_refused_here(vendor_data):
    with pytest.raises(InvalidInputError, match="vendor_data"):
        DiditCalls().create_session(vendor_data=vendor_data)


def test_a_portrait_over_2_mib_is_refused_here():
    with pytest.raises(InvalidInputError, match="portrait_image"):
        DiditCalls().create_session(vendor_data="user-9", portrait_image=b"x" * (2 * 1024 * 1024 + 1))


@pytest.mark.parametrize("session_id", ["", "..", "a/../b\n"])
def test_an_id_that_would_change_the_address_is_refused_here(didit, control, session_id):
    with pytest.raises(InvalidInputError):
        didit.get_decision(session_id=session_id)
    assert control.journal() == []


def test_a_workflow_of_the_call_wins_over_the_setting(didit):
    with pytest.raises(InvalidRequestError, match="Invalid workflow_id"):
        didit.create_session(vendor_data="user-9", workflow_id=UNKNOWN)


# What comes back.


def test_an_unfinished_session_is_given_again_with_the_new_callback(didit):
    first = didit.create_session(vendor_data="user-9", callback="https://a.example.com/")
    second = didit.create_session(vendor_data="user-9", callback="https://b.example.com/")
    other = didit.create_session(vendor_data="user-10")
    assert (second.session_id, second.callback) == (first.session_id, "https://b.example.com/")
    assert other.session_id != first.session_id


def test_a_decided_session_is_not_given_again(didit, decide):
    first = didit.create_session(vendor_data="user-9")
    decide(first, "decline")
    assert didit.create_session(vendor_data="user-9").session_id != first.session_id


def test_a_decision_holds_typed_checks_and_keeps_what_is_new(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "approve")
    decision = didit.get_decision(session_id=session.session_id)
    document = decision.id_verifications[0]
    assert (document.full_name, document.full_name_non_latin) == ("Test Student", "طالبة تجريبية")
    assert (decision.liveness_checks[0].score, decision.face_matches[0].score) == (95.0, 97.25)
    assert document.place_of_birth == "Cairo"
    assert decision.warnings == ()


def test_before_the_user_came_every_list_is_empty(didit):
    decision = didit.get_decision(session_id=didit.create_session(vendor_data="user-9").session_id)
    assert (decision.status, decision.checks) == ("Not Started", ())


def test_a_decisions_repr_shows_no_personal_data(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "decline_minimum_age")
    decision = didit.get_decision(session_id=session.session_id)
    assert "Student" not in f"{decision!r} {decision.id_verifications!r} {decision.warnings!r}"


def test_the_balance_is_exact(didit):
    assert didit.balance().balance == Decimal("142.5000")


def test_a_report_is_a_pdf_file(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "approve")
    assert didit.download_pdf(session_id=session.session_id).startswith(b"%PDF")


def test_a_report_of_an_undecided_session_is_refused(didit):
    session = didit.create_session(vendor_data="user-9")
    with pytest.raises(PermissionDeniedError):
        didit.download_pdf(session_id=session.session_id)


def test_what_is_no_pdf_is_an_unexpected_reply(didit, decide, control):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "approve")
    control.fail("html", provider="didit", operation="download_pdf")
    with pytest.raises(UnexpectedReplyError, match="not a PDF"):
        didit.download_pdf(session_id=session.session_id)


def test_a_deleted_session_is_gone(didit):
    session = didit.create_session(vendor_data="user-9")
    assert didit.delete_session(session_id=session.session_id).face_retention_outcome == "deleted"
    with pytest.raises(NotFoundError):
        didit.delete_session(session_id=session.session_id)


def test_a_session_can_be_armed_until_it_is_opened(didit, control):
    session = didit.create_session(vendor_data="user-9")
    ours = {"session_id": session.session_id, "session_token": session.session_token}
    assert didit.arm_scenario(**ours, scenario="decline_aml_hit").scenario == "decline_aml_hit"
    with pytest.raises(InvalidRequestError, match="Unknown sandbox scenario"):
        didit.arm_scenario(**ours, scenario="x")
    with pytest.raises(NotFoundError):
        didit.arm_scenario(**{**ours, "session_token": SecretStr("another")}, scenario="approve")
    control.post(f"didit/sessions/{session.session_id}/open")
    with pytest.raises(ConflictError):
        didit.arm_scenario(**ours, scenario="approve")


# Lists.


def test_a_page_is_filtered_and_counts_everything(didit, decide):
    for number in range(5):
        session = didit.create_session(vendor_data=f"user-{number}")
        decide(session, ["approve", "decline"][number % 2])
    page = didit.list_sessions(status=["Approved"], limit=2)
    assert (page.count, len(page.results), page.next is not None) == (3, 2, True)
    assert [row.vendor_data for row in didit.list_sessions(vendor_data="user-3").results] == ["user-3"]


def test_iterating_turns_the_pages_and_gives_each_session_once(didit, control):
    made = [didit.create_session(vendor_data=f"user-{number}").session_id for number in range(7)]
    found = []
    for row in didit.iterate_sessions(page_size=3):
        found.append(row.session_id)
        if len(found) == 2:
            didit.create_session(vendor_data="user-of-meanwhile")
    assert found == list(reversed(made))
    assert len(control.journal(operation="list_sessions")) == 3


async def test_iterating_awaited_gives_the_same(async_didit):
    made = [(await async_didit.create_session(vendor_data=f"user-{number}")).session_id for number in range(7)]
    assert [row.session_id async for row in async_didit.iterate_sessions(page_size=3)] == list(reversed(made))


@pytest.mark.parametrize("page_size", [0, 1001])
def test_a_page_size_must_make_sense(didit, page_size):
    with pytest.raises(InvalidInputError, match="page_size"):
        list(didit.iterate_sessions(page_size=page_size))


# Reviews.


def test_a_review_is_done_once_and_kept(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "review")
    assert didit.update_status(session_id=session.session_id, new_status="Approved", comment="fine")
    decision = didit.get_decision(session_id=session.session_id)
    review = decision.reviews[0]
    assert (decision.status, review.user, review.comment) == ("Approved", "API Client", "fine")
    with pytest.raises(SameStatusError):
        didit.update_status(session_id=session.session_id, new_status="Approved")


def test_an_undecided_session_takes_no_review(didit):
    session = didit.create_session(vendor_data="user-9")
    with pytest.raises(ConflictError, match="Current status: Not Started"):
        didit.update_status(session_id=session.session_id, new_status="Approved")


def test_asking_for_a_step_again_reopens_the_session(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "decline")
    nodes = [NodeToResubmit(node_id="feature_ocr_1", feature="OCR")]
    didit.update_status(session_id=session.session_id, new_status="Resubmitted", nodes_to_resubmit=nodes)
    assert didit.create_session(vendor_data="user-9").session_id == session.session_id


def test_nested_error_texts_name_their_field(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "decline")
    with pytest.raises(InvalidRequestError) as caught:
        didit.update_status(
            session_id=session.session_id,
            new_status="Resubmitted",
            nodes_to_resubmit=[NodeToResubmit(node_id="n", feature="NOSE")],
        )
    assert caught.value.details == {"nodes_to_resubmit.feature": '"NOSE" is not a valid choice.'}


@pytest.mark.parametrize("fault", ["reset_after", "truncated"])
def test_a_review_whose_answer_was_lost_is_looked_up_and_counts_as_done(didit, decide, control, fault):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "review")
    control.fail(fault, provider="didit", operation="update_status")
    assert didit.update_status(session_id=session.session_id, new_status="Approved").session_id == session.session_id
    assert len(control.journal(operation="update_status")) == 1


def test_a_review_that_was_not_done_stays_unknown_and_is_not_sent_again(didit, decide, control):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "review")
    control.fail("reset_before", provider="didit", operation="update_status")
    with pytest.raises(OutcomeUnknownError):
        didit.update_status(session_id=session.session_id, new_status="Approved")
    assert len(control.journal(operation="update_status")) == 1


# Refusals.


def test_an_unknown_session_is_not_found_before_the_key_is_looked_at(ace_sandbox):
    with pytest.raises(NotFoundError):
        with_key(ace_sandbox, "wrong").get_decision(session_id=UNKNOWN)


def test_a_wrong_key_is_an_authentication_error_in_both_texts(ace_sandbox, didit):
    session = didit.create_session(vendor_data="user-9")
    wrong = with_key(ace_sandbox, "wrong")
    for call in (
        lambda: wrong.create_session(vendor_data="user-9"),
        lambda: wrong.list_sessions(),
        lambda: wrong.balance(),
        lambda: wrong.get_decision(session_id=session.session_id),
    ):
        with pytest.raises(AuthenticationError) as caught:
            call()
        assert caught.value.status == 403


def test_a_good_key_without_the_right_is_denied(ace_sandbox, didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "review")
    with pytest.raises(PermissionDeniedError):
        with_key(ace_sandbox, "didit-sandbox-key-read-only").delete_session(session_id=session.session_id)


def test_a_blocked_user_and_an_empty_account_are_refused_with_their_texts(didit, control):
    control.post("didit/block", vendor_data="user-9")
    with pytest.raises(InvalidRequestError, match="has been blocked"):
        didit.create_session(vendor_data="user-9")
    control.post("didit/balance", balance=0)
    with pytest.raises(InvalidRequestError, match="enough credits"):
        didit.create_session(vendor_data="user-10")


@pytest.mark.parametrize(
    ("body", "message", "details"),
    [
        (b'{"detail":"Text."}', "Text.", {"": "Text."}),
        (b'{"field":["Text."]}', "field: Text.", {"field": "Text."}),
        (b'{"field":"Text."}', "field: Text.", {"field": "Text."}),
        (b'{"a":[{"b":["Text."]}]}', "a.b: Text.", {"a.b": "Text."}),
        (b'["Text."]', "Text.", {"": "Text."}),
        (b"<html>", "status 400 without a readable text", {}),
        (b"", "status 400 without a readable text", {}),
        (b"7", "status 400 without a text", {}),
    ],
)
def test_every_shape_of_an_error_answer_is_read(body, message, details):
    problem = SERVICE.problem(Reply(400, Headers(), body))
    assert (problem.message, problem.details) == (message, details)


def test_401_is_an_authentication_error_too(didit, control):
    control.fail("status", provider="didit", status=401)
    with pytest.raises(AuthenticationError):
        didit.list_sessions()


def test_creating_survives_an_answer_that_was_lost(didit, control):
    control.fail("reset_after", provider="didit", operation="create_session")
    session = didit.create_session(vendor_data="user-9")
    assert didit.list_sessions().count == 1
    assert session.session_id


def test_too_many_reports_are_limited_with_the_services_own_headers(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    decide(session, "approve")
    for _ in range(50):
        didit.download_pdf(session_id=session.session_id)
    with pytest.raises(RateLimitedError) as caught:
        didit.with_options(timeout=5).download_pdf(session_id=session.session_id)
    assert 0 < caught.value.retry_after <= 60


# Waiting.


class Time:
    """A clock that moves only by sleeping."""

    def __init__(self, after=None):
        self.now = 0.0
        self.naps = []
        self._after = after or {}

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.now += seconds
        self._after.get(len(self.naps), lambda: None)()

    async def asleep(self, seconds):
        self.sleep(seconds)


def test_waiting_ends_with_the_decision(didit, decide):
    session = didit.create_session(vendor_data="user-9")
    time = Time({3: lambda: decide(session, "approve")})
    decision = didit.wait_for_decision(session_id=session.session_id, timeout=60, sleep=time.sleep, clock=time.clock)
    assert (decision.status, time.naps) == ("Approved", [2.0, 3.0, 4.5])


async def test_waiting_awaited_is_the_same(async_didit, decide):
    session = await async_didit.create_session(vendor_data="user-9")
    time = Time({3: lambda: decide(session, "approve")})
    decision = await async_didit.wait_for_decision(
        session_id=session.session_id, timeout=60, sleep=time.asleep, clock=time.clock
    )
    assert (decision.status, time.naps) == ("Approved", [2.0, 3.0, 4.5])


@pytest.mark.parametrize("outcome", ["approve", "decline", "abandon", "expire", "x_kyc_expired"])
def test_waiting_ends_on_every_final_status(didit, decide, outcome):
    session = didit.create_session(vendor_data="user-9")
    decide(session, outcome)
    assert didit.wait_for_decision(session_id=session.session_id, timeout=0)


@pytest.mark.parametrize("outcome", ["start", "review"])
def test_waiting_gives_up_at_its_deadline_with_our_error(didit, decide, outcome):
    session = didit.create_session(vendor_data="user-9")
    decide(session, outcome)
    time = Time()
    with pytest.raises(DeadlineExceededError, match="wait_for_decision"):
        didit.wait_for_decision(session_id=session.session_id, timeout=100, sleep=time.sleep, clock=time.clock)
    assert (time.now, max(time.naps)) == (100, 30)


async def test_giving_up_awaited_is_the_same(async_didit):
    session = await async_didit.create_session(vendor_data="user-9")
    time = Time()
    with pytest.raises(DeadlineExceededError):
        await async_didit.wait_for_decision(
            session_id=session.session_id, timeout=100, sleep=time.asleep, clock=time.clock
        )
    assert time.now == 100


def test_trouble_while_waiting_is_the_callers_to_see(didit, control):
    session = didit.create_session(vendor_data="user-9")
    control.fail("status", provider="didit", operation="get_decision", times=None)
    with pytest.raises(UnavailableError):
        didit.wait_for_decision(session_id=session.session_id, timeout=100)


@pytest.mark.parametrize("wrong", [{"timeout": -1}, {"timeout": 1, "poll": 0}])
def test_waiting_needs_sensible_times(didit, wrong):
    with pytest.raises(InvalidInputError):
        didit.wait_for_decision(session_id=UNKNOWN, **wrong)
