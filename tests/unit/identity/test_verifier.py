import itertools

import pytest

from ace_integrations.identity import VerificationStatus as Status


@pytest.mark.parametrize(
    "reports", list(itertools.permutations([(Status.PENDING, 7), (Status.REVIEW, 7), (Status.VERIFIED, 7)]))
)
def test_reports_of_one_second_end_alike_in_every_order(reports: tuple[tuple[Status, int], ...]) -> None:
    stored, at = None, 0
    for status, when in (*reports, *reports):
        if status.replaces(stored, at=when, stored_at=at):
            stored, at = status, when
    assert stored is Status.VERIFIED


def test_an_older_report_and_a_repeat_change_nothing_and_a_newer_one_does() -> None:
    assert not Status.REJECTED.replaces(Status.VERIFIED, at=6, stored_at=7)
    assert not Status.VERIFIED.replaces(Status.VERIFIED, at=8, stored_at=7)
    assert Status.REVERIFY.replaces(Status.VERIFIED, at=8, stored_at=7)
    assert Status.PENDING.replaces(None, at=0, stored_at=0)
