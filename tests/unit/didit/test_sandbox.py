"""Didit's twin, as a stranger with a plain HTTP client sees it."""

import json
import re

import httpx
import pytest

from ace_integrations.core.http_call import Headers
from ace_integrations.didit import DiditSignature
from ace_integrations.didit.sandbox.states import SCENARIOS
from ace_integrations.didit.webhooks import parse
from ace_integrations.errors import InvalidInputError, SignatureError, StaleSignatureError

KEY = {"x-api-key": "didit-sandbox-key"}
SECRET = "didit-sandbox-webhook-secret"
WORKFLOW = "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7"
UNKNOWN = "99999999-2222-4333-8444-555555555555"
NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
NO_CREDENTIALS = {"detail": "Authentication credentials were not provided or are invalid."}
DAY = 86_400


@pytest.fixture
def api(ace_sandbox):
    with httpx.Client(base_url=f"{ace_sandbox.url}/didit", headers=KEY, trust_env=False) as client:
        yield client


@pytest.fixture
def create(api):
    def create(user="user-9", **fields):
        return api.post("/v3/session/", json={"workflow_id": WORKFLOW, "vendor_data": user, **fields}).json()

    return create


def path(session, rest="decision/"):
    return f"/v3/session/{session['session_id']}/{rest}"


def arrived(control, platform):
    """Let what is due arrive, and give it."""
    control.advance(0)
    return platform.events()


# Creating.


def test_a_new_session_has_the_ten_keys(create):
    session = create(callback="https://app.example.com/done", language="ar", metadata={"role": "student"})
    assert list(session) == [
        "session_id", "session_number", "session_token", "url", "vendor_data", "metadata", "status", "workflow_id",
        "workflow_version", "callback",
    ]  # fmt: skip
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", session["session_token"])
    assert session["url"].endswith(f"/didit/ar/session/{session['session_token']}")


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({"workflow_id": None}, {"workflow_id": ["This field is required."]}),
        ({"workflow_id": "x"}, {"workflow_id": "Invalid workflow_id."}),
        ({"language": "tlh"}, {"language": ['"tlh" is not a valid choice.']}),
        ({"language": ["ar"]}, {"language": ["\"['ar']\" is not a valid choice."]}),
        ({"callback": "javascript://%0aalert(1)"}, {"callback": ["Enter a valid URL."]}),
        ({"sandbox_scenario": "x"}, {"sandbox_scenario": ["Unknown sandbox scenario: 'x'."]}),
        ({"expected_details": {"gender": "X"}}, {"expected_details": {"gender": ['"X" is not a valid choice.']}}),
    ],
)
def test_a_bad_session_is_refused_in_the_services_shape(api, change, body):
    answer = api.post("/v3/session/", json={"workflow_id": WORKFLOW, "vendor_data": "user-9", **change})
    assert (answer.status_code, answer.json()) == (400, body)


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_what_is_no_object_is_refused(api, content):
    assert api.post("/v3/session/", content=content).status_code == 400


def test_sessions_without_a_user_are_never_the_same(create):
    assert create(None)["session_id"] != create(None)["session_id"]


# Keys, and the order of checks.


@pytest.mark.parametrize("key", [{"x-api-key": ""}, {"x-api-key": "wrong"}])
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/v3/session/"),
        ("GET", "/v3/sessions/"),
        ("GET", "/v3/billing/balance/"),
        ("GET", "/v3/webhook/destinations/"),
        ("GET", "/v3/workflows/"),
    ],
)
def test_trouble_with_the_key_has_one_text_here(api, key, method, address):
    answer = api.request(method, address, headers=key)
    assert (answer.status_code, answer.json()) == (403, NO_PERMISSION)


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", "decision/"), ("PATCH", "update-status/"), ("DELETE", "delete/"), ("GET", "generate-pdf/")],
)
def test_a_session_is_looked_up_before_the_key(api, create, method, rest):
    wrong = {"x-api-key": "wrong"}
    absent = api.request(method, f"/v3/session/{UNKNOWN}/{rest}", headers=wrong)
    present = api.request(method, path(create(), rest), headers=wrong)
    assert (absent.status_code, present.status_code, present.json()) == (404, 403, NO_CREDENTIALS)


@pytest.mark.parametrize(("method", "rest"), [("PATCH", "update-status/"), ("DELETE", "delete/")])
def test_a_key_without_the_right_has_the_other_text(api, create, method, rest):
    answer = api.request(method, path(create(), rest), headers={"x-api-key": "didit-sandbox-key-read-only"})
    assert (answer.status_code, answer.json()) == (403, NO_PERMISSION)


def test_a_list_without_its_slash_is_redirected_with_its_query(api):
    answer = api.get("/v3/sessions?limit=2")
    assert (answer.status_code, answer.headers["location"].endswith("/v3/sessions/?limit=2")) == (301, True)


def test_other_paths_are_not_found_in_the_services_shape(api):
    answer = api.get("/v3/elsewhere/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_the_health_check_needs_no_key(api):
    assert api.get("/system/healthcheck", headers={"x-api-key": ""}).json()["status"] == "ok"


def test_scenarios_can_be_listed_with_a_session_token(api, create):
    rows = api.get("/v1/sandbox/scenarios/", headers={"x-api-key": "", "session-token": create()["session_token"]})
    assert {row["slug"] for row in rows.json()} == set(SCENARIOS)


# Limits.


def test_the_601st_read_of_a_minute_is_refused_and_the_next_minute_is_free(api, control):
    session = api.get("/v3/billing/balance/")
    answers = [api.get("/v3/billing/balance/") for _ in range(600)]
    refused = answers[-1]
    assert [session.status_code, answers[-2].status_code, refused.status_code] == [200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (refused.headers["x-ratelimit-limit"], refused.headers["x-ratelimit-remaining"]) == ("600", "0")
    assert int(refused.headers["x-ratelimit-reset"]) > 1_700_000_000
    control.advance(61)
    assert api.get("/v3/billing/balance/").status_code == 200


def test_the_sandboxs_daily_quota_does_not_tell_what_is_left(api, create, control):
    for _ in range(2):
        for _ in range(250):
            create()
        control.advance(61)
    refused = api.post("/v3/session/", json={"workflow_id": WORKFLOW, "vendor_data": "user-9"})
    assert (refused.status_code, "x-ratelimit-limit" in refused.headers) == (429, False)
    control.post("didit/options", limits=False)
    assert create()["session_id"]


# Reviews.


@pytest.mark.parametrize("outcome", ["approve", "decline", "review", "abandon", "x_kyc_expired"])
def test_a_decided_session_can_be_reviewed(api, create, control, outcome):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome=outcome)
    target = "Declined" if outcome == "approve" else "Resubmitted"
    answer = api.patch(path(session, "update-status/"), json={"new_status": target})
    assert (answer.status_code, answer.json()) == (200, {"session_id": session["session_id"]})
    assert api.get(path(session)).json()["status"] == target


@pytest.mark.parametrize("outcome", ["start", "expire"])
def test_the_state_is_checked_before_the_body(api, create, control, outcome):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome=outcome)
    answer = api.patch(path(session, "update-status/"), json={"new_status": "nonsense"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Only sessions with status Approved, Declined, In Review, Kyc Expired")


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({}, {"new_status": ["This field is required."]}),
        ({"new_status": "In Review"}, {"new_status": ['"In Review" is not a valid choice.']}),
        ({"new_status": "Approved"}, ["The new status is the same as the current status."]),
        (
            {"new_status": "Declined", "send_email": True},
            {"email_address": ["This field is required when send_email is true."]},
        ),
        (
            {
                "new_status": "Resubmitted",
                "nodes_to_resubmit": [{"node_id": "n", "feature": "OCR"}, {"feature": "NOSE"}],
            },
            {"nodes_to_resubmit": [{}, {"feature": ['"NOSE" is not a valid choice.']}]},
        ),
    ],
)
def test_a_bad_review_is_refused_in_the_services_shape(api, create, control, given, body):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="approve")
    answer = api.patch(path(session, "update-status/"), json=given)
    assert (answer.status_code, answer.json()) == (400, body)


# Time.


def test_what_is_never_opened_expires_and_what_is_left_is_abandoned(api, create, control):
    untouched, left = create("user-1"), create("user-2")
    control.post(f"didit/sessions/{left['session_id']}/open")
    control.advance(7 * DAY - 60)
    assert api.get(path(untouched)).json()["status"] == "Not Started"
    control.advance(120)
    assert [api.get(path(one)).json()["status"] for one in (untouched, left)] == ["Expired", "Abandoned"]


def test_a_decided_session_is_not_touched_by_the_timer(api, create, control):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="approve")
    control.advance(8 * DAY)
    assert api.get(path(session)).json()["status"] == "Approved"


def test_asking_for_more_gives_the_whole_time_again(api, create, control):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="decline")
    control.advance(6 * DAY)
    control.post(f"didit/sessions/{session['session_id']}/resubmit")
    control.advance(6 * DAY)
    assert api.get(path(session)).json()["status"] == "Resubmitted"
    control.advance(2 * DAY)
    assert api.get(path(session)).json()["status"] == "Expired"


# The hosted page.


def test_opening_the_page_starts_the_verification_and_names_the_imitation(api, create):
    session = create()
    page = httpx.get(session["url"], trust_env=False)
    assert page.status_code == 200
    assert "imitates</strong> <bdi>Didit</bdi>" in page.text
    assert api.get(path(session)).json()["status"] == "In Progress"


def test_the_arabic_page_is_arabic_and_links_to_the_english_one(create):
    page = httpx.get(create(language="ar")["url"], trust_env=False).text
    assert '<html lang="ar" dir="rtl">' in page
    assert "تحقَّق من هويتك" in page
    assert 'hreflang="en"' in page


def test_a_language_without_words_of_ours_is_shown_in_english(create):
    assert '<html lang="en" dir="ltr">' in httpx.get(create(language="fr")["url"], trust_env=False).text


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("approve", "Approved"),
        ("decline", "Declined"),
        ("review", "In Review"),
        ("abandon", "Abandoned"),
        ("expire", "Expired"),
    ],
)
def test_every_button_decides_and_returns_to_the_callback_with_its_query_kept(api, create, outcome, status):
    session = create(callback="http://127.0.0.1:8000/done?next=%2Fhome#top")
    page = httpx.get(session["url"], trust_env=False).text
    assert f'value="{outcome}"' in page
    answer = httpx.post(session["url"], data={"outcome": outcome}, trust_env=False)
    added = httpx.QueryParams({"verificationSessionId": session["session_id"], "status": status})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://127.0.0.1:8000/done?next=%2Fhome&{added}#top"
    assert api.get(path(session)).json()["status"] == status


def test_a_callback_of_an_app_keeps_its_scheme(create):
    session = create(callback="myapp://verified")
    answer = httpx.post(session["url"], data={"outcome": "approve"}, trust_env=False)
    assert answer.headers["location"].startswith("myapp://verified?verificationSessionId=")


def test_without_a_callback_the_page_says_that_it_is_over(create):
    answer = httpx.post(create()["url"], data={"outcome": "approve"}, trust_env=False)
    assert (answer.status_code, "has ended" in answer.text, 'id="decide"' in answer.text) == (200, True, False)


def test_in_a_frame_the_page_stays_and_tells_its_parent(create):
    session = create(callback="http://127.0.0.1:8000/done")
    answer = httpx.post(session["url"], data={"outcome": "approve", "framed": "yes"}, trust_env=False)
    assert answer.status_code == 200
    assert 'data-status="Approved"' in answer.text


def test_the_user_finishes_as_armed_or_with_any_scenario(api, create):
    armed, chosen = create("user-1", sandbox_scenario="decline_liveness_attack"), create("user-2")
    httpx.post(armed["url"], data={"outcome": "continue"}, trust_env=False)
    httpx.post(chosen["url"], data={"outcome": "scenario", "scenario": "review_aml_possible_match"}, trust_env=False)
    assert api.get(path(armed)).json()["liveness_checks"][0]["warnings"][0]["risk"] == "LIVENESS_FACE_ATTACK"
    assert api.get(path(chosen)).json()["aml_screenings"][0]["status"] == "In Review"


@pytest.mark.parametrize("data", [{}, {"outcome": "bribe"}, {"outcome": "scenario", "scenario": "bribe"}])
def test_an_unknown_outcome_changes_nothing(api, create, data):
    session = create()
    assert httpx.post(session["url"], data=data, trust_env=False).status_code == 409
    assert api.get(path(session)).json()["status"] == "Not Started"


def test_a_closed_page_cannot_be_decided_again(api, create):
    session = create()
    httpx.post(session["url"], data={"outcome": "decline"}, trust_env=False)
    answer = httpx.post(session["url"], data={"outcome": "abandon"}, trust_env=False)
    assert (answer.status_code, api.get(path(session)).json()["status"]) == (409, "Declined")


def test_an_unknown_token_opens_a_page_that_says_so(ace_sandbox):
    page = httpx.get(f"{ace_sandbox.url}/didit/session/unknown-toke", trust_env=False)
    assert (page.status_code, "opens no verification" in page.text) == (404, True)


def test_what_the_platform_names_is_escaped_on_the_page(create):
    page = httpx.get(create('<script>alert("x")</script>')["url"], trust_env=False).text
    assert '<script>alert("x")' not in page


def test_images_work_for_an_hour(api, create, control):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="approve")
    image = api.get(path(session)).json()["id_verifications"][0]["portrait_image"]
    assert httpx.get(image, trust_env=False).headers["content-type"] == "image/png"
    control.advance(3601)
    assert httpx.get(image, trust_env=False).status_code == 403


# Webhooks.


def test_each_change_is_told_in_order_and_signed_three_times(create, control, platform):
    session = create(metadata={"role": "student"})
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="approve")
    control.advance(0)
    assert platform.statuses() == ["Not Started", "In Progress", "Approved"]
    for headers, body in platform.received:
        for one in ("X-Signature", "X-Signature-V2", "X-Signature-Simple"):
            kept = {name: value for name, value in headers if name.lower() in (one.lower(), "x-timestamp")}
            now = json.loads(body)["timestamp"]
            DiditSignature(simple=True).verify(Headers(kept), body, secrets=[SECRET], now=now)
        assert Headers(headers)["User-Agent"].startswith("DiditWebhook/2.0")
        assert body.isascii()


def test_the_decision_comes_along_where_the_service_sends_it(create, control, platform):
    session = create()
    for outcome in ("start", "review", "approve"):
        control.post(f"didit/sessions/{session['session_id']}/decide", outcome=outcome)
    events = arrived(control, platform)
    assert [("decision" in event) for event in events] == [False, False, True, True]
    assert parse(Headers(), platform.received[-1][1]).data.decision.id_verifications[0].full_name == "Test Student"


def test_resubmission_tells_what_to_do_again(create, control, platform):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="decline")
    control.post(f"didit/sessions/{session['session_id']}/resubmit", comment="blurred")
    assert arrived(control, platform)[-1]["resubmit_info"]["reasons"] == {"feature_ocr_1": "blurred"}


@pytest.mark.parametrize("answer", [500, 503, 404])
def test_trouble_is_tried_again_after_one_and_four_minutes_and_then_no_more(create, control, platform, answer):
    platform.answers = [answer] * 9
    create()
    control.advance(1)
    counts = [len(platform.received)]
    for seconds in (58, 3, 236, 6, 7200):
        control.advance(seconds)
        counts.append(len(platform.received))
    assert counts == [1, 1, 2, 2, 3, 3]
    assert control.deliveries("didit")[0]["state"] == "given up"


@pytest.mark.parametrize("answer", [200, 204, 301, 400, 401, 422])
def test_every_other_answer_is_final(create, control, platform, answer):
    platform.answers = [answer]
    create()
    control.advance(7200)
    assert len(platform.received) == 1


def test_a_retry_is_the_same_event(create, control, platform):
    platform.answers = [503]
    create()
    control.advance(100)
    first, second = platform.events()
    assert first["event_id"] == second["event_id"]
    assert second["timestamp"] - first["timestamp"] in (60, 61)


def test_a_retry_can_keep_its_first_time(create, control, platform):
    control.post("didit/options", refresh_timestamps=False)
    platform.answers = [503]
    create()
    control.advance(100)
    first, second = platform.events()
    assert first == second


def test_the_first_event_can_be_left_out(create, control, platform):
    control.post("didit/options", announce_not_started=False)
    create()
    assert arrived(control, platform) == []


def spoiled(create, control, platform, kind):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/decide", outcome="approve")
    control.advance(0)
    platform.received.clear()
    control.post(f"didit/sessions/{session['session_id']}/webhook", kind=kind)
    control.advance(0)
    headers, body = platform.received[0]
    return Headers(headers), body, int(control.now())


@pytest.mark.parametrize("kind", ["reserialise", "v2_singular", "unknown_event", "unknown_status"])
def test_unusual_deliveries_are_genuine(create, control, platform, kind):
    headers, body, now = spoiled(create, control, platform, kind)
    DiditSignature().verify(headers, body, secrets=[SECRET], now=now)
    assert parse(headers, body).environment == "test"


@pytest.mark.parametrize("kind", ["wrong_secret", "simple_only", "unsigned", "v2_ascii", "v2_prefix"])
def test_spoiled_deliveries_are_refused(create, control, platform, kind):
    headers, body, now = spoiled(create, control, platform, kind)
    with pytest.raises(SignatureError):
        DiditSignature().verify(headers, body, secrets=[SECRET], now=now)


def test_a_stale_delivery_is_refused_for_its_age(create, control, platform):
    headers, body, now = spoiled(create, control, platform, "stale")
    with pytest.raises(StaleSignatureError):
        DiditSignature().verify(headers, body, secrets=[SECRET], now=now)


def test_the_consoles_test_delivery_is_marked(control, platform):
    control.post("didit/test-webhook")
    event = arrived(control, platform)[0]
    headers, body = platform.received[0]
    assert ("event_id" in event, Headers(headers)["X-Didit-Test-Webhook"]) == (False, "true")
    assert parse(Headers(headers), body).meaning.is_test


# Destinations.


def test_a_destination_has_its_own_secret_that_a_list_hides(api, create, control, platform):
    made = api.post("/v3/webhook/destinations/", json={"url": platform.url, "subscribed_events": ["status.updated"]})
    assert made.status_code == 201
    assert "secret_shared_key" not in api.get("/v3/webhook/destinations/").json()[0]
    shown = api.get(f"/v3/webhook/destinations/{made.json()['uuid']}/").json()
    create()
    control.advance(0)
    headers, body = platform.received[0]
    now = int(control.now())
    DiditSignature().verify(Headers(headers), body, secrets=[shown["secret_shared_key"]], now=now)
    with pytest.raises(SignatureError):
        DiditSignature().verify(Headers(headers), body, secrets=[SECRET], now=now)
    assert shown["secret_shared_key"] not in json.dumps(control.journal())


def test_a_destination_without_events_never_delivers(api, create, control, platform):
    api.post("/v3/webhook/destinations/", json={"url": platform.url})
    create()
    assert arrived(control, platform) == []


def test_a_destination_can_be_changed_and_removed(api, create, control, platform):
    uuid = api.post("/v3/webhook/destinations/", json={"url": platform.url}).json()["uuid"]
    address = f"/v3/webhook/destinations/{uuid}/"
    assert api.patch(address, json={"subscribed_events": ["data.updated"]}).json()["subscribed_events"] == [
        "data.updated"
    ]
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/data")
    assert [event["webhook_type"] for event in arrived(control, platform)] == ["data.updated"]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({}, {"url": ["This field is required."]}),
        (
            {"url": "http://127.0.0.1:9/x", "subscribed_events": ["foo.bar"]},
            {"subscribed_events": ["Unsupported webhook events: foo.bar"]},
        ),
        ({"url": "https://example.com/x"}, {"url": ["A sandbox sends webhooks to this machine only."]}),
    ],
)
def test_a_bad_destination_is_refused_in_the_services_shape(api, given, body):
    answer = api.post("/v3/webhook/destinations/", json=given)
    assert (answer.status_code, answer.json()) == (400, body)


def test_one_address_is_one_destination(api, platform):
    api.post("/v3/webhook/destinations/", json={"url": platform.url})
    answer = api.post("/v3/webhook/destinations/", json={"url": platform.url})
    assert answer.json() == {"url": ["This webhook destination already exists for the application."]}


def test_the_log_shows_a_delivery_and_can_send_it_again_with_a_fresh_time(api, create, control, platform):
    uuid = api.post(
        "/v3/webhook/destinations/", json={"url": platform.url, "subscribed_events": ["status.updated"]}
    ).json()["uuid"]
    create()
    control.advance(0)
    log = f"/v3/webhook/destinations/{uuid}/deliveries/"
    entry = api.get(log).json()["results"][0]
    assert json.loads(entry["request_body"]) == platform.events()[0]
    assert "X-Signature-V2" in json.loads(entry["request_header"])
    control.advance(1000)
    assert api.post(f"{log}{entry['id']}/resend/").status_code == 201
    control.advance(0)
    first, second = platform.events()
    assert (first["event_id"], second["timestamp"] - first["timestamp"] >= 1000) == (second["event_id"], True)


# Controls and the console.


@pytest.mark.parametrize(
    ("rest", "fields", "text"),
    [
        ("decide", {"outcome": "kyc"}, "missing or unknown"),
        ("webhook", {"kind": "pigeon"}, "missing or unknown"),
        ("resubmit", {}, "cannot be asked for more"),
    ],
)
def test_a_control_says_what_it_refuses(create, control, rest, fields, text):
    with pytest.raises(InvalidInputError, match=text):
        control.post(f"didit/sessions/{create()['session_id']}/{rest}", **fields)


def test_a_control_of_an_unknown_session_or_option_is_refused(control):
    with pytest.raises(InvalidInputError, match="no such session"):
        control.post(f"didit/sessions/{UNKNOWN}/decide", outcome="approve")
    with pytest.raises(InvalidInputError, match="no such option"):
        control.post("didit/options", teleport=True)


def test_a_status_that_nobody_knows_can_be_forced(api, create, control):
    session = create()
    control.post(f"didit/sessions/{session['session_id']}/status", status="Teleported")
    assert api.get(path(session)).json()["status"] == "Teleported"


def test_the_console_lists_sessions_and_offers_what_their_state_allows(create, control, ace_sandbox):
    twin = ace_sandbox.sandbox.twins["didit"]
    session = create()
    item = twin.items()[0]
    assert (item.id, item.title, item.badge.word) == (session["session_id"], "user-9", "Not Started")
    labels = [action.label for action in twin.detail(item.id).actions]
    assert "Approve" in labels
    assert "Ask for the document again" not in labels
    control.post(f"didit/sessions/{item.id}/decide", outcome="approve")
    detail = twin.detail(item.id)
    assert [step.word for step in detail.steps] == ["Not Started", "In Progress", "Approved"]
    assert "Approve" not in [action.label for action in detail.actions]
    assert twin.detail(UNKNOWN) is None


def test_every_action_of_the_console_works(create, control, ace_sandbox):
    twin = ace_sandbox.sandbox.twins["didit"]
    for number in range(len(twin.detail(create("user-0")["session_id"]).actions)):
        item = create(f"user-{number}")["session_id"]
        action = twin.detail(item).actions[number]
        control.post(f"didit/{action.path}", **action.fields)


def test_a_reset_leaves_nothing(create, control, ace_sandbox):
    create()
    control.post("didit/options", omit_nulls=True)
    control.reset()
    assert ace_sandbox.sandbox.twins["didit"].items() == []
    assert None in control.get(f"didit/sessions/{create(None)['session_id']}").values()
