"""What `ace plugins` says of a provider's keys."""

import pytest

from ace_integrations import Ace, Settings
from ace_integrations.cli.plugins import mode
from ace_integrations.hooks import ours


@pytest.mark.parametrize(
    ("provider", "environment", "said"),
    [
        ("stripe", {}, "not configured: STRIPE_SECRET_KEY"),
        ("mailgun", {"MAILGUN_DOMAIN": "mg.example.com"}, "not configured: MAILGUN_API_KEY"),
        ("stripe", {"ACE_SANDBOX": "1"}, "sandbox"),
        ("smtp", {"ACE_SANDBOX": "1"}, "not configured: MAIL_HOST"),
        ("stripe", {"STRIPE_SECRET": "sk_test_abcdefgh"}, "test keys"),
        ("stripe", {"STRIPE_SECRET": "_".join(("rk", "live", "abcdefgh")), "ACE_SANDBOX": "1"}, "live"),
        ("didit", {"DIDIT_API_KEY": "k", "DIDIT_WORKFLOW_ID": "w"}, "configured"),
        ("outbox", {}, "configured"),
        ("stripe", {"STRIPE_SECRET": "x"}, "wrong: STRIPE_SECRET_KEY holds no key of Stripe: set it to sk_test_…"),
    ],
)
def test_the_mode_is_told_by_the_settings(
    monkeypatch: pytest.MonkeyPatch, provider: str, environment: dict[str, str], said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Ace(Settings()) as ace:
        assert mode(ace, ours().provider(provider)).startswith(said)


def test_every_provider_of_ours_says_what_it_costs() -> None:
    assert [provider.name for provider in ours().providers.values() if not provider.cost] == []
