"""Ten ways to spoil a delivery, each named; no answer ever quotes a secret."""

import json
from collections.abc import Callable

import pytest
from tests.things import ThingSignature

from ace_integrations.core import Headers
from ace_integrations.webhooks import explain

NOW, SECRET, OTHER = 1_764_000_000, "whsec_right-secret", "key-of-the-api"
BODY = '{"id":"evt_2","note":"دورة بايثون – café ☕","n":1}'.encode()
GENUINE = Headers(ThingSignature().sign(BODY, secret=SECRET, now=NOW))


def reserialised(**options: object) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(json.loads(body), **options).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spoil", "mistake"),
    [
        (lambda body: body, ""),
        (lambda body: b"\xef\xbb\xbf" + body, "byte order mark added"),
        (lambda body: body + b"\n", "white space changed at the end"),
        (lambda body: b"something else", "another secret or endpoint"),
    ],
)
def test_a_changed_body_is_named(spoil: Callable[[bytes], bytes], mistake: str) -> None:
    found = explain(ThingSignature(), GENUINE, spoil(BODY), secrets=[SECRET], now=NOW)
    assert found.mistake == mistake
    assert SECRET not in found.advice


@pytest.mark.parametrize("options", [{}, {"ensure_ascii": False}, {"sort_keys": True}, {"indent": 2}])
def test_case_c01_a_reserialised_body_is_named(options: dict[str, object]) -> None:
    found = explain(ThingSignature(), GENUINE, reserialised(**options)(BODY), secrets=[SECRET], now=NOW)
    assert found.mistake == "body re-serialised"


@pytest.mark.parametrize(
    ("secrets", "mistake"),
    [
        ([f"{SECRET}\n"], "white space around the secret"),
        ([f'"{SECRET}"'], "quotes around the secret"),
        (["wrong-secret"], "another secret or endpoint"),
    ],
)
def test_a_mistaken_secret_is_named(secrets: list[str], mistake: str) -> None:
    assert explain(ThingSignature(), GENUINE, BODY, secrets=secrets, now=NOW).mistake == mistake


def test_age_a_lost_header_and_another_key_are_named() -> None:
    scheme = ThingSignature()
    assert explain(scheme, GENUINE, BODY, secrets=[SECRET], now=NOW + 900).mistake == "clock skew or replay"
    assert explain(scheme, Headers(), BODY, secrets=[SECRET], now=NOW).mistake == "header lost"
    by_api_key = Headers(scheme.sign(BODY, secret=OTHER, now=NOW))
    found = explain(scheme, by_api_key, BODY, secrets=[SECRET], now=NOW, other_secrets=[("the API key", OTHER)])
    assert found.mistake == "signed with the API key"
    assert OTHER not in found.advice
