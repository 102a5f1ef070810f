import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.core import Redactor

SECRET = 's3cr3t/with+signs=&"quotes"'


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        base64.b64encode(b"api:" + SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode() + b":").decode().rstrip("="),
        SECRET.replace('"', '\\"'),
    ],
)
def test_every_spelling_of_a_configured_secret_goes(spelling: str) -> None:
    assert spelling not in Redactor([SECRET]).text(f"before {spelling} after")


@pytest.mark.parametrize(
    "shape",
    [
        "sk_live_51H0EXAMPLE",
        "whsec_test_4eC39HqLyjW",
        "pi_3SAbc0_secret_Qm7wLr2y",
        "AIzaSyExampleExampleExampleExample",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "007eJxTYPg4ZTm3YegWo2SLJUcPNRsWJT5WsWJT5WsWJT5WsWJT5WsWJT5==",
        "4242 4242 4242 4242",
        "4242424242424242",
    ],
)
def test_what_looks_like_a_key_or_a_card_goes_unconfigured_too(shape: str) -> None:
    assert Redactor().text(f"<{shape}>") == "<[redacted]>"


def test_secret_headers_lose_their_value_and_others_what_is_secret_in_them() -> None:
    kept = Redactor([SECRET]).headers({"Authorization": "Basic eA==", "X-Note": f"a {SECRET} b", "Accept": "text/html"})
    assert kept == {"Authorization": "[redacted]", "X-Note": "a [redacted] b", "Accept": "text/html"}


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=8, max_size=60), st.text(max_size=20))
def test_no_secret_survives_in_any_text(secret: str, around: str) -> None:
    assert secret not in Redactor([secret]).text(f"{around}{secret}{around}") or secret in "[redacted]"


def test_repr_counts_and_names_nothing() -> None:
    assert SECRET not in repr(Redactor([SECRET]))


def test_words_are_found_whole_and_may_come_later() -> None:
    words: set[str] = set()
    redactor = Redactor(words=words)
    assert redactor.text("/pay/abcDEF-123_xyz") == "/pay/abcDEF-123_xyz"
    words.add("abcDEF-123_xyz")
    assert redactor.text('/pay/abcDEF-123_xyz?a=abcDEF-123_xyz "abcDEF-123_xyz9"') == (
        '/pay/[redacted]?a=[redacted] "abcDEF-123_xyz9"'
    )
