import pytest

from ace_integrations.errors import ConfigurationError
from ace_integrations.mail.mailgun import MailgunSettings
from ace_integrations.settings import Settings


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "https://api.mailgun.net"),
        ({"MAILGUN_REGION": "us"}, "https://api.mailgun.net"),
        ({"MAILGUN_REGION": "eu"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_REGION": "EU "}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_REGION": ""}, "https://api.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "api.mailgun.net"}, "https://api.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "api.eu.mailgun.net"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "https://api.eu.mailgun.net"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "https://api.eu.mailgun.net/"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "https://api.eu.mailgun.net/v3"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_ENDPOINT": "https://api.eu.mailgun.net/v3/"}, "https://api.eu.mailgun.net"),
        ({"MAILGUN_API_URL": "http://127.0.0.1:8600/mailgun/v3"}, "http://127.0.0.1:8600/mailgun"),
        ({"MAILGUN_ENDPOINT": "localhost:8600/mailgun"}, "http://localhost:8600/mailgun"),
    ],
)
def test_region_and_endpoint_name_one_address_without_a_version(monkeypatch, environment, address):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert MailgunSettings().address == address


@pytest.mark.parametrize("name", ["MAILGUN_SECRET", "MAILGUN_API_KEY"])
def test_the_guides_name_and_the_current_one_both_hold_the_key(monkeypatch, name):
    monkeypatch.setenv(name, "key-example\n")
    assert MailgunSettings().api_key.get_secret_value() == "key-example"


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"MAILGUN_ENDPOINT": "http://api.mailgun.net"}, "https://"),
        ({"MAILGUN_ENDPOINT": "api.mailgun.net", "MAILGUN_REGION": "eu"}, "MAILGUN_REGION"),
        ({"MAILGUN_SECRET": "one", "MAILGUN_WEBHOOK_SIGNING_KEY": "one"}, "signing key"),
        ({"MAILGUN_DOMAIN": "mg.example.com/v3"}, "bare domain"),
        ({"MAILGUN_REGION": "asia"}, "MAILGUN_REGION"),
        ({"MAILGUN_ENDPOINT": "///"}, "MAILGUN_ENDPOINT"),
    ],
)
def test_a_contradiction_is_named(monkeypatch, environment, word):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=word):
        Settings().of(MailgunSettings)


def test_the_signing_key_is_a_list_and_never_falls_back_to_the_api_key(monkeypatch):
    monkeypatch.setenv("MAILGUN_SECRET", "key-example")
    assert MailgunSettings().webhook_signing_key == ()
    monkeypatch.setenv("MAILGUN_WEBHOOK_SIGNING_KEY", "new-one, old-one")
    assert [key.get_secret_value() for key in MailgunSettings().webhook_signing_key] == ["new-one", "old-one"]


def test_without_keys_the_sandbox_fills_everything_in():
    placed = Settings(sandbox=True).of(MailgunSettings)
    assert placed.address == "http://127.0.0.1:8600/mailgun"
    assert placed.missing() == []
    assert "sandbox-mailgun" not in repr(placed)


def test_the_sandbox_serves_the_other_region_below_its_own_path():
    placed = MailgunSettings(region="eu").in_sandbox("http://127.0.0.1:8600")
    assert placed.address == "http://127.0.0.1:8600/mailgun/eu"


def test_a_sandbox_key_may_go_to_an_endpoint_on_this_machine_but_never_to_the_live_one():
    keys = MailgunSettings.sandbox_values
    here = Settings(providers=(MailgunSettings(**keys, endpoint="http://127.0.0.1:8600/mailgun"),))
    assert here.of(MailgunSettings).is_sandbox
    with pytest.raises(ConfigurationError, match="sandbox key"):
        Settings(providers=(MailgunSettings(**keys),)).of(MailgunSettings)
