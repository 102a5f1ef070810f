"""Didit's data map: every session of one user, over all pages, and of nobody else."""

import pytest

from ace_integrations import InvalidInputError
from ace_integrations.didit import privacy
from ace_integrations.privacy import Erased, Removed, Subject


def test_sessions_are_found_on_every_page_and_only_the_users_own(ace, didit, control, monkeypatch):
    monkeypatch.setattr(privacy, "PAGE", 2)
    for user in ["user-9"] * 5 + ["user-90", "user-9x"]:
        session = didit.create_session(vendor_data=user)
        control.post(f"didit/sessions/{session.session_id}/decide", outcome="approve")
    report = ace.privacy.erase_at("didit", Subject(user="user-9"))
    assert report.erased == Erased(removed=(Removed(kind="identity check", count=5),))
    left = {session["vendor_data"] for session in control.get("didit/sessions")["sessions"]}
    assert left == {"user-90", "user-9x"}


def test_a_session_that_your_records_name_is_deleted_although_it_has_another_user(ace, didit, control):
    session = didit.create_session(vendor_data="guest-1")
    ace.privacy.erase_at("didit", Subject(user="user-9", ids={"didit": (session.session_id,)}))
    assert control.get("didit/sessions")["sessions"] == []


def test_the_service_is_told_that_the_person_asked(ace, didit, control):
    didit.create_session(vendor_data="user-9")
    ace.privacy.erase_at("didit", Subject(user="user-9"))
    (deleted,) = control.journal(provider="didit", operation="delete_session")
    assert deleted["request_body"] == '{"deletion_instruction":"privacy_erasure"}'


def test_one_session_that_cannot_be_deleted_keeps_no_other_from_it(ace, didit, control):
    for _ in range(3):
        session = didit.create_session(vendor_data="user-9")
        control.post(f"didit/sessions/{session.session_id}/decide", outcome="approve")
    control.fail("status", provider="didit", operation="delete_session", status=400, times=1)
    told = ace.privacy.erase_at("didit", Subject(user="user-9"))
    assert (told.outcome.value, told.error) == ("failed", "InvalidRequestError")
    assert told.erased.removed == (Removed(kind="identity check", count=2),)
    assert len(control.get("didit/sessions")["sessions"]) == 1


async def test_a_deletion_by_an_unknown_instruction_is_refused(async_didit, didit, control):
    session = didit.create_session(vendor_data="user-9")
    answer = await async_didit.request(
        "DELETE", f"/v3/session/{session.session_id}/delete/", json={"deletion_instruction": "privacy_erasure"}
    )
    assert answer.status == 200
    assert control.get("didit/sessions")["sessions"] == []


@pytest.mark.parametrize("changes", [{"user": ""}, {"user": "  "}, {"emails": ("no address",)}, {"emails": ("a b@c",)}])
def test_nobody_in_particular_is_refused(changes):
    with pytest.raises(InvalidInputError):
        Subject(**{"user": "user-9", **changes})
