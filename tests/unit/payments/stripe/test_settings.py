"""Keys of Stripe."""

import pytest

from ace_integrations import Settings
from ace_integrations.errors import ConfigurationError
from ace_integrations.payments.stripe import StripeSettings
from ace_integrations.payments.stripe.settings import SANDBOX_SECRET_KEY


@pytest.mark.parametrize("name", ["STRIPE_SECRET", "STRIPE_SECRET_KEY", "STRIPE_API_KEY"])
def test_every_name_of_the_secret_key_works(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "sk_test_abc\n")
    key = StripeSettings().secret_key
    assert key is not None
    assert key.get_secret_value() == "sk_test_abc"


@pytest.mark.parametrize("name", ["STRIPE_KEY", "STRIPE_PUBLISHABLE_KEY", "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"])
def test_every_name_of_the_publishable_key_works(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "pk_test_abc")
    assert StripeSettings().publishable_key == "pk_test_abc"


def test_webhook_secrets_are_a_list_and_the_tolerance_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old")
    monkeypatch.setenv("STRIPE_WEBHOOK_TOLERANCE", "60")
    settings = StripeSettings()
    assert [each.get_secret_value() for each in settings.webhook_secrets] == ["whsec_new", "whsec_old"]
    assert settings.webhook_tolerance_s == 60


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"secret_key": "pk_test_a"}, "holds the publishable key"),
        ({"secret_key": "whsec_a"}, "holds no key of Stripe"),
        ({"publishable_key": "sk_test_a"}, "holds a secret key"),
        ({"publishable_key": "other"}, "holds no key of Stripe"),
        ({"secret_key": "sk_live_a", "publishable_key": "pk_test_a"}, "different modes"),
        ({"secret_key": "sk_live_a", "base_url": "http://127.0.0.1:1/stripe"}, "live key"),
        ({"secret_key": "rk_live_a", "base_url": "http://localhost:1/stripe"}, "live key"),
        ({"webhook_secrets": "sk_test_a"}, "STRIPE_WEBHOOK_SECRET"),
    ],
)
def test_swapped_and_mixed_keys_are_told_apart_by_prefix(given: dict[str, str], said: str) -> None:
    problems = StripeSettings(**given).problems()
    assert [said in problem for problem in problems] == [True]
    assert not any(value in problem for value in given.values() for problem in problems)


@pytest.mark.parametrize("key", ["sk_test_a", "sk_live_a", "rk_test_a", "rk_live_a"])
def test_good_keys_have_no_problems(key: str) -> None:
    assert StripeSettings(secret_key=key, webhook_secrets="whsec_a").problems() == []


def test_a_test_key_in_production_is_only_a_warning() -> None:
    test, live = StripeSettings(secret_key="sk_test_a"), StripeSettings(secret_key="sk_live_a")
    assert [len(each.warnings(production=True)) for each in (test, live, StripeSettings())] == [1, 0, 0]
    assert test.warnings(production=False) == []
    assert (test.is_live, live.is_live) == (False, True)


def test_the_sandbox_fills_the_keys_in_and_serves_the_script() -> None:
    settings = Settings(sandbox_url="http://127.0.0.1:8600").of(StripeSettings)
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == SANDBOX_SECRET_KEY
    assert settings.browser_script == "http://127.0.0.1:8600/stripe/endive/stripe.js"
    assert StripeSettings().browser_script == "https://js.stripe.com/endive/stripe.js"


def test_sandbox_keys_never_go_to_the_live_service() -> None:
    with pytest.raises(ConfigurationError, match="sandbox key"):
        Settings(providers=(StripeSettings(secret_key=SANDBOX_SECRET_KEY),)).of(StripeSettings)


def test_secrets_are_never_shown() -> None:
    settings = StripeSettings(secret_key="sk_test_canary", webhook_secrets="whsec_canary")
    assert "canary" not in repr(settings) + str(settings)
