"""Bearer tokens of PayPal's twin."""

import json
import re

import pytest
from tests.paypal_shop import CLIENT, Shop, order

ORDERS = "/v2/checkout/orders"


def test_a_token_is_lent_for_nine_hours(shop: Shop) -> None:
    lent = shop.lend().json()
    assert (lent["token_type"], lent["expires_in"]) == ("Bearer", 32400)
    assert set(lent) == {"scope", "access_token", "token_type", "app_id", "expires_in", "nonce"}


@pytest.mark.parametrize(
    ("client", "form", "status", "error"),
    [
        (("someone", CLIENT[1]), "grant_type=client_credentials", 401, "invalid_client"),
        ((CLIENT[0], "wrong"), "grant_type=client_credentials", 401, "invalid_client"),
        (CLIENT, "grant_type=password", 400, "unsupported_grant_type"),
        (CLIENT, "", 400, "unsupported_grant_type"),
    ],
)
def test_a_token_is_lent_to_the_sandboxs_client_only(
    shop: Shop, client: tuple[str, str], form: str, status: int, error: str
) -> None:
    refused = shop.http.post("/v1/oauth2/token", auth=client, content=form)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_description"]
    assert refused.headers["paypal-debug-id"]


@pytest.mark.parametrize("header", ["Bearer x", "Basic !!!", "nothing"])
def test_a_token_request_needs_basic_authentication(shop: Shop, header: str) -> None:
    refused = shop.http.post("/v1/oauth2/token", headers={"authorization": header})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_a_call_without_a_token_and_one_with_a_wrong_token_are_told_apart(shop: Shop) -> None:
    without = shop.http.get(f"{ORDERS}/X")
    wrong = shop.http.get(f"{ORDERS}/X", headers={"authorization": "Bearer A21AAnone"})
    assert (without.status_code, without.json()["name"]) == (401, "AUTHENTICATION_FAILURE")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_token")


def test_every_operation_asks_for_a_token(shop: Shop) -> None:
    assert shop.sandbox.sandbox is not None
    routes = shop.sandbox.sandbox.twins["paypal"].routes()
    operations = [
        (method, re.sub(r"{[a-z_]+}", "X", route.path))  # type: ignore[attr-defined]
        for route in routes
        if not route.name.startswith(("page", "get_token", "get_certificate", "_"))  # type: ignore[attr-defined]
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
    ]
    answers = {(method, path): shop.http.request(method, path).status_code for method, path in operations}
    assert len(answers) > 30
    assert set(answers.values()) == {401}


def test_a_token_ends(shop: Shop) -> None:
    assert shop.ask("GET", ORDERS + "/X").status_code == 404
    shop.control.advance(32_401)
    assert shop.ask("GET", ORDERS + "/X").json()["error"] == "invalid_token"


def test_the_next_tokens_can_be_short(shop: Shop) -> None:
    shop.control.post("paypal/tokens/lifetime", seconds=60)
    assert shop.lend().json()["expires_in"] == 60
    shop.ask("GET", ORDERS + "/X")
    shop.control.advance(61)
    assert shop.ask("GET", ORDERS + "/X").status_code == 401


def test_all_tokens_can_be_revoked(shop: Shop) -> None:
    first = shop.ask("POST", ORDERS, json=order())
    assert shop.control.post("paypal/tokens/revoke") == {"revoked": 1}
    again = shop.ask("POST", ORDERS, json=order())
    shop.token = ""
    fresh = shop.ask("POST", ORDERS, json=order())
    assert [each.status_code for each in (first, again, fresh)] == [201, 401, 201]


def test_no_secret_and_no_token_is_in_the_journal(shop: Shop) -> None:
    shop.ask("POST", ORDERS, json=order())
    journal = json.dumps(shop.control.journal(provider="paypal"))
    assert [entry["operation"] for entry in shop.control.journal()] == ["get_token", "create_order"]
    assert not [secret for secret in (CLIENT[1], shop.token) if secret in journal]
