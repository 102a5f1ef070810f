"""The twin's tables."""

import pytest

from ace_integrations.didit.sandbox.states import (
    MOVES,
    OUTCOMES,
    SCENARIOS,
    RefusedMoveError,
    TwinSession,
    decision,
    moment,
    way,
    without_nulls,
)

CHECKED = [scenario for scenario in SCENARIOS.values() if scenario.feature]


def found(scenario, **changed):
    session = TwinSession("s-1", 1, "token", "w", 1, created_at=0.0, expires_at=604_800.0)
    session.found, session.status = SCENARIOS[scenario], SCENARIOS[scenario].status
    return decision(session, address="http://127.0.0.1/session/token", media="http://127.0.0.1/{name}.png") | changed


def items(value):
    return [item for found in value.values() if isinstance(found, list) for item in found if isinstance(item, dict)]


def test_every_outcome_and_scenario_leads_to_a_state_of_the_table():
    states = {status for status, _ in OUTCOMES.values()} | {scenario.status for scenario in SCENARIOS.values()}
    assert states <= set(MOVES)


@pytest.mark.parametrize(
    ("status", "target", "steps"),
    [
        ("Not Started", "In Progress", ["In Progress"]),
        ("Not Started", "Approved", ["In Progress", "Approved"]),
        ("Not Started", "Expired", ["Expired"]),
        ("Resubmitted", "In Review", ["In Progress", "In Review"]),
        ("In Review", "Approved", ["Approved"]),
        ("Approved", "Kyc Expired", ["Kyc Expired"]),
    ],
)
def test_a_way_passes_through_what_lies_between(status, target, steps):
    assert way(status, target) == steps


@pytest.mark.parametrize(
    ("status", "target"),
    [
        ("Approved", "Approved"),
        ("Approved", "In Progress"),
        ("Expired", "Approved"),
        ("Declined", "Abandoned"),
        ("?", "?"),
    ],
)
def test_no_way_leads_back(status, target):
    with pytest.raises(RefusedMoveError):
        way(status, target)


@pytest.mark.parametrize("scenario", CHECKED, ids=lambda scenario: scenario.slug)
def test_a_scenario_puts_one_warning_on_the_failing_check_and_nothing_after_a_decline(scenario):
    value = found(scenario.slug)
    spoiled = [item for item in items(value) if item.get("warnings")]
    assert [warning["risk"] for item in spoiled for warning in item["warnings"]] == [scenario.risk]
    assert spoiled[0]["status"] == value["status"] == scenario.status
    ran = [item for item in items(value) if "node_id" in item]
    assert len([item for item in ran if item["status"] != "Approved"]) == 1


def test_a_decline_leaves_the_later_checks_null():
    value = found("decline_document_expired")
    assert (value["liveness_checks"], value["face_matches"], value["ip_analyses"]) == (None, None, None)


def test_an_abandoned_session_keeps_what_was_finished():
    value = found("x_abandon")
    assert value["id_verifications"][0]["status"] == "Approved"
    assert (value["liveness_checks"][0]["status"], value["liveness_checks"][0]["score"]) == ("Not Finished", None)
    assert value["face_matches"] is None


def test_an_expired_session_found_nothing():
    assert items(found("x_expire")) == []


def test_a_proof_that_ran_out_looks_like_an_approval():
    approved, ran_out = found("approve"), found("x_kyc_expired", status="Approved")
    assert approved == ran_out


def test_a_borderline_face_scores_about_65():
    assert found("review_face_match_borderline")["face_matches"][0]["score"] == 65.0


def test_times_are_written_as_the_service_does():
    assert moment(1795564800) == "2026-11-25T00:00:00.000000Z"


def test_nulls_can_be_left_out_at_every_depth():
    assert without_nulls({"a": None, "b": [{"c": None, "d": 0}], "e": ""}) == {"b": [{"d": 0}], "e": ""}
