"""Which keys are used, and what contradicts itself."""

from typing import Any

import pytest

from ace_integrations import ConfigurationError, Settings
from ace_integrations.payments.paypal import PayPalSettings
from ace_integrations.payments.paypal.settings import SANDBOX_CLIENT_ID

BOTH = {
    "PAYPAL_SANDBOX_CLIENT_ID": "sandbox-id",
    "PAYPAL_SANDBOX_SECRET": "sandbox-word",
    "PAYPAL_LIVE_CLIENT_ID": "live-id",
    "PAYPAL_LIVE_SECRET": "live-word",
    "PAYPAL_SANDBOX_WEBHOOK_ID": "WH-1, WH-2",
    "PAYPAL_LIVE_WEBHOOK_ID": "WH-3",
}


def of(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> PayPalSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings().of(PayPalSettings)


@pytest.mark.parametrize(
    ("mode", "pair", "webhooks", "live", "api", "script"),
    [
        (
            "sandbox",
            ("sandbox-id", "sandbox-word"),
            ("WH-1", "WH-2"),
            False,
            "https://api-m.sandbox.paypal.com",
            "https://www.sandbox.paypal.com/web-sdk/v6/core",
        ),
        (
            "live",
            ("live-id", "live-word"),
            ("WH-3",),
            True,
            "https://api-m.paypal.com",
            "https://www.paypal.com/web-sdk/v6/core",
        ),
    ],
)
def test_the_mode_picks_keys_webhooks_and_addresses(
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    pair: tuple[str, str],
    webhooks: tuple[str, ...],
    live: bool,
    api: str,
    script: str,
) -> None:
    settings = of(monkeypatch, {**BOTH, "PAYPAL_MODE": mode})
    assert (settings.client_id, settings.secret.get_secret_value()) == pair
    assert (settings.webhook_ids, settings.is_live, settings.api_url, settings.browser_script) == (
        webhooks,
        live,
        api,
        script,
    )


@pytest.mark.parametrize("mode", ["sandbox", "live"])
def test_names_without_a_mode_stand_for_the_chosen_one(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    variables = {"PAYPAL_CLIENT_ID": "id", "PAYPAL_CLIENT_SECRET": "word", "PAYPAL_WEBHOOK_ID": "WH-1"}
    settings = of(monkeypatch, {**variables, "PAYPAL_MODE": mode})
    assert (settings.client_id, settings.secret.get_secret_value(), settings.webhook_ids) == ("id", "word", ("WH-1",))
    assert settings.missing() == []


@pytest.mark.parametrize("mode", ["sandbox", "live"])
def test_one_error_names_all_that_the_mode_lacks(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    other = "LIVE" if mode == "sandbox" else "SANDBOX"
    monkeypatch.setenv("PAYPAL_MODE", mode)
    monkeypatch.setenv(f"PAYPAL_{other}_CLIENT_ID", "id")
    monkeypatch.setenv(f"PAYPAL_{other}_SECRET", "word")
    with pytest.raises(ConfigurationError) as refused:
        Settings().check(PayPalSettings)
    assert len(refused.value.problems) == 2
    assert f"PAYPAL_{mode.upper()}_CLIENT_ID" in str(refused.value)
    assert f"PAYPAL_{mode.upper()}_SECRET" in str(refused.value)
    assert f"PAYPAL_{other}" not in str(refused.value)


@pytest.mark.parametrize(
    ("mode", "address"),
    [
        ("live", "http://127.0.0.1:8600/paypal"),
        ("live", "https://api-m.sandbox.paypal.com"),
        ("sandbox", "https://api-m.paypal.com"),
    ],
)
def test_keys_of_one_mode_do_not_go_to_an_address_of_the_other(
    monkeypatch: pytest.MonkeyPatch, mode: str, address: str
) -> None:
    with pytest.raises(ConfigurationError, match="PAYPAL_BASE_URL"):
        of(monkeypatch, {**BOTH, "PAYPAL_MODE": mode, "PAYPAL_BASE_URL": address})


def test_an_unknown_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="PAYPAL_MODE"):
        of(monkeypatch, {"PAYPAL_MODE": "production"})


def test_the_twins_keys_do_not_go_to_paypal() -> None:
    with pytest.raises(ConfigurationError, match="sandbox key of paypal"):
        Settings(providers=(PayPalSettings(sandbox_client_id=SANDBOX_CLIENT_ID),)).of(PayPalSettings)


def test_the_twin_knows_no_live_mode() -> None:
    settings = PayPalSettings(mode="live").in_sandbox("http://127.0.0.1:8600")
    assert (settings.is_live, settings.missing(), settings.problems()) == (False, [], [])
    assert settings.browser_script == "http://127.0.0.1:8600/paypal/web-sdk/v6/core"


def warned(production: bool, **given: Any) -> str:
    return " ".join(PayPalSettings(**given).warnings(production=production))


def test_the_doctor_is_told_what_is_likely_a_mistake() -> None:
    assert "no payment is real" in warned(True)
    assert warned(False, sandbox_client_id="a", browser_client_id="a") == ""
    assert "another app" in warned(False, sandbox_client_id="a", browser_client_id="b")
    assert "PAYPAL_MERCHANT_ID" in warned(True, mode="live")


def test_a_secret_never_shows() -> None:
    assert "word" not in repr(PayPalSettings(sandbox_secret="live-word"))
    assert "live-word" in PayPalSettings(live_secret="live-word").secrets()
