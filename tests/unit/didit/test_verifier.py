"""Didit behind the neutral interface."""

import pytest

from ace_integrations.didit.verifier import hosted_language
from ace_integrations.identity import VerificationStatus


def test_starting_gives_where_the_user_goes(ace):
    started = ace.identity.start(user="user-9", callback="https://app.example.com/done", language="ar-EG")
    assert (started.provider, started.user, started.status) == ("didit", "user-9", VerificationStatus.PENDING)
    assert "/ar/session/" in started.url
    assert started.url not in repr(started)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("approve", VerificationStatus.VERIFIED),
        ("decline", VerificationStatus.REJECTED),
        ("review", VerificationStatus.REVIEW),
        ("abandon", VerificationStatus.EXPIRED),
        ("x_kyc_expired", VerificationStatus.REVERIFY),
    ],
)
def test_checking_gives_the_neutral_status(ace, decide, didit, outcome, status):
    started = ace.identity.start(user="user-9")
    decide(didit.create_session(vendor_data="user-9"), outcome)
    assert ace.identity.check(verification_id=started.id).status is status


@pytest.mark.parametrize(
    ("language", "hosted"),
    [("ar", "ar"), ("ar-EG", "ar"), ("ar_EG", "ar"), ("pt-BR", "pt-BR"), ("EN", "en"), ("tlh", None), (None, None)],
)
def test_a_language_is_the_hosted_pages_or_left_to_it(language, hosted):
    assert hosted_language(language) == hosted


def test_an_email_is_where_the_service_may_write(ace, control):
    ace.identity.start(user="user-9", email="student@example.com")
    assert "student@example.com" in control.journal()[0]["request_body"]
