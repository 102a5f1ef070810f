"""The twin's answers, held against the vendor's own OpenAPI description."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator, FormatChecker

from ace_integrations.didit.sandbox import DiditTwin
from ace_integrations.didit.sandbox.states import OUTCOMES
from ace_integrations.sandbox import RunningSandbox

WORKFLOW = "5a4db0c5-7d1e-4c3a-9b2f-a1c5e8d0f3b7"
UNDESCRIBED = ("/v1/sandbox/scenarios", "/v3/webhook/destinations/{}/deliveries")
"""Paths of the real service that its description leaves out, with what is below them."""

NULL_TOO = re.compile(r"\.(?:back_image|marital_status|video_url|score|reference_image): None is not of type")
"""Fields of a decision that are null where there is nothing to say; only their neighbours are described so."""

Api = Callable[..., Any]


@pytest.fixture(scope="module")
def description(didit_openapi_path: Path) -> dict[str, Any]:
    return _as_json_schema(json.loads(didit_openapi_path.read_text()))


@pytest.fixture
def api(ace_sandbox: RunningSandbox, description: dict[str, Any]) -> Any:
    """Give what asks the twin and checks the answer; it gives the JSON."""
    headers = {"x-api-key": "didit-sandbox-key"}
    with httpx.Client(base_url=f"{ace_sandbox.url}/didit", headers=headers, trust_env=False) as http:

        def ask(method: str, template: str, *ids: str, expect: int = 200, **options: Any) -> Any:
            response = http.request(method, re.sub(r"\{[^}]*\}", "{}", template).format(*ids), **options)
            assert response.status_code == expect, response.text
            described = description["paths"][template][method.lower()]["responses"]
            assert str(expect) in described, f"{template} answers {', '.join(described)}"
            content = described[str(expect)].get("content", {})
            if "application/json" not in content:
                return response
            schema = {**content["application/json"].get("schema", {}), "components": description["components"]}
            value = response.json()
            errors = Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(value)
            found = [f"{error.json_path}: {error.message[:200]}" for error in errors]
            assert [error for error in found if not NULL_TOO.search(error)] == []
            return value

        yield ask


@pytest.fixture
def session(api: Api) -> str:
    fields = {"workflow_id": WORKFLOW, "vendor_data": "user-9", "callback": "https://app.example.com/done"}
    return str(api("POST", "/v3/session/", json=fields, expect=201)["session_id"])


DECISION = "/v3/session/{sessionId}/decision/"


def test_each_path_of_the_twin_is_described(description: dict[str, Any], ace_sandbox: RunningSandbox) -> None:
    assert ace_sandbox.sandbox is not None
    twin = ace_sandbox.sandbox.twins["didit"]
    assert isinstance(twin, DiditTwin)
    described = {(_bare(path), verb.upper()) for path, verbs in description["paths"].items() for verb in verbs}
    ours = {
        (_bare(route.path), method)  # type: ignore[attr-defined]
        for route in twin.routes()
        if getattr(route, "name", "") and not route.name.startswith("page")
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
    }
    missing = {path for path, method in ours if (path, method) not in described}
    assert {path for path in missing if not path.startswith(UNDESCRIBED)} == set()


def test_a_session_is_created_listed_and_deleted_as_described(api: Api, session: str) -> None:
    assert api("GET", "/v3/sessions/")["results"][0]["session_id"] == session
    api("DELETE", "/v3/session/{sessionId}/delete/", session)
    api("GET", DECISION, session, expect=404)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_has_a_decision_as_described(
    api: Api, session: str, ace_sandbox: RunningSandbox, outcome: str
) -> None:
    api("GET", DECISION, session)
    ace_sandbox.control.post(f"didit/sessions/{session}/status", status="In Progress")
    api("GET", DECISION, session)
    if outcome == "kyc_expire":
        ace_sandbox.control.post(f"didit/sessions/{session}/decide", outcome="approve")
    ace_sandbox.control.post(f"didit/sessions/{session}/decide", outcome=outcome)
    api("GET", DECISION, session)


def test_a_review_by_hand_answers_as_described(api: Api, session: str, ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.post(f"didit/sessions/{session}/decide", outcome="review")
    update = "/v3/session/{sessionId}/update-status/"
    api("PATCH", update, session, json={"new_status": "Approved", "comment": "fine"})
    api("PATCH", update, session, json={"new_status": "Teleported"}, expect=400)
    api("GET", DECISION, session)


def test_an_armed_scenario_answers_as_described(api: Api) -> None:
    made = api("POST", "/v3/session/", json={"workflow_id": WORKFLOW}, expect=201)
    arm, opened_by = "/v3/session/{sessionId}/sandbox/arm/", {"session-token": made["session_token"]}
    api("POST", arm, made["session_id"], json={"scenario": "approve"}, headers=opened_by)
    api("POST", arm, made["session_id"], json={"scenario": "nothing"}, headers=opened_by, expect=400)


def test_refusals_are_as_described(api: Api) -> None:
    api("POST", "/v3/session/", json={"vendor_data": "user-9"}, expect=400)
    api("POST", "/v3/session/", json={"workflow_id": WORKFLOW}, headers={"x-api-key": "wrong"}, expect=403)
    api("GET", DECISION, "00000000-0000-4000-8000-000000000000", expect=404)


def test_the_account_is_as_described(api: Api) -> None:
    api("GET", "/v3/billing/balance/")
    workflow = api("GET", "/v3/workflows/")["results"][0]
    api("GET", "/v3/workflows/{settings_uuid}/", workflow["uuid"])


def test_a_destination_of_webhooks_is_kept_as_described(api: Api) -> None:
    listed, one = "/v3/webhook/destinations/", "/v3/webhook/destinations/{destination_uuid}/"
    fields = {"label": "ours", "url": "http://127.0.0.1:9/hook", "webhook_version": "v3"}
    made = api("POST", listed, json={**fields, "subscribed_events": ["status.updated"]}, expect=201)
    api("GET", listed)
    api("GET", one, made["uuid"])
    api("PATCH", one, made["uuid"], json={"enabled": False})
    api("DELETE", one, made["uuid"], expect=204)


def _bare(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _as_json_schema(node: Any) -> Any:
    """Give OpenAPI 3.0 in the words of JSON Schema: `nullable` becomes the type null."""
    if isinstance(node, list):
        return [_as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    rest = {name: _as_json_schema(value) for name, value in node.items() if name not in ("nullable", "example")}
    if node.get("nullable") is not True:
        return rest
    if "enum" in rest:
        rest["enum"] = [*rest["enum"], None]
    return {**rest, "type": [rest["type"], "null"]} if "type" in rest else {"anyOf": [rest, {"enum": [None]}]}
