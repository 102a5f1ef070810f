"""Didit's environment."""

import pytest

from ace_integrations import Ace
from ace_integrations.didit import Didit, DiditSettings
from ace_integrations.errors import ConfigurationError
from ace_integrations.settings import Settings


def test_each_variable_alone_is_honoured(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", " key-1\n")
    assert DiditSettings().api_key.get_secret_value() == "key-1"
    monkeypatch.setenv("DIDIT_WORKFLOW_ID", "w-1")
    assert DiditSettings().workflow_id == "w-1"
    monkeypatch.setenv("DIDIT_WEBHOOK_SECRET", "new, old")
    assert [secret.get_secret_value() for secret in DiditSettings().webhook_secrets] == ["new", "old"]


def test_nothing_set_and_a_sandbox_on_gives_the_twins_values():
    found = Settings(sandbox=True).of(DiditSettings)
    assert (found.missing(), found.is_sandbox) == ([], True)
    assert found.base_url == "http://127.0.0.1:8600/didit"


def test_what_is_missing_is_named_in_one_error():
    with pytest.raises(ConfigurationError) as caught:
        Settings().check(DiditSettings)
    assert len(caught.value.problems) == 2
    assert "DIDIT_API_KEY" in str(caught.value)
    assert "DIDIT_WORKFLOW_ID" in str(caught.value)


def test_a_missing_key_is_an_error_of_the_first_call_that_names_the_variable():
    client = Didit(DiditSettings())
    with pytest.raises(ConfigurationError, match="DIDIT_API_KEY"):
        client.balance()


def test_a_missing_workflow_is_named_before_anything_is_sent(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "key-1")
    with pytest.raises(ConfigurationError, match="DIDIT_WORKFLOW_ID"):
        Didit().create_session(vendor_data="user-9")


def test_a_missing_webhook_secret_is_named_by_the_receiver(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "key-1")
    with pytest.raises(ConfigurationError, match="DIDIT_WEBHOOK_SECRET"):
        Ace(Settings()).webhooks.receive("didit", {}, b"{}")


def test_the_api_key_for_a_webhook_secret_is_a_mistake(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "key-1")
    monkeypatch.setenv("DIDIT_WEBHOOK_SECRET", "key-1")
    with pytest.raises(ConfigurationError, match="is the API key"):
        Settings().of(DiditSettings)


def test_a_key_in_the_browser_is_refused(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "key-1-of-the-account")
    monkeypatch.setenv("NEXT_PUBLIC_DIDIT_API_KEY", "key-1-of-the-account")
    with pytest.raises(ConfigurationError, match="NEXT_PUBLIC_DIDIT_API_KEY"):
        Settings().of(DiditSettings)


def test_a_sandbox_key_at_the_live_service_is_refused(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "didit-sandbox-key")
    monkeypatch.setenv("DIDIT_WORKFLOW_ID", "w-1")
    with pytest.raises(ConfigurationError, match="sandbox key"):
        Settings().of(DiditSettings)


def test_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("DIDIT_API_KEY", "canary-key")
    monkeypatch.setenv("DIDIT_WEBHOOK_SECRET", "canary-secret")
    assert "canary" not in repr(DiditSettings())
