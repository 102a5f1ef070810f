"""Pusher's variables: names old and new, one address for all, what contradicts itself."""

import pytest
from pydantic import SecretStr

from ace_integrations import Settings
from ace_integrations.errors import ConfigurationError
from ace_integrations.realtime.pusher import PusherBroadcaster, PusherSettings, Token

KEYS = {"PUSHER_APP_ID": "17", "PUSHER_APP_KEY": "app-key", "PUSHER_APP_SECRET": "app-secret"}


def of(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings().of(PusherSettings)


def config(settings):
    return PusherBroadcaster(settings).browser_config()


def test_every_variable_is_read(monkeypatch):
    settings = of(
        monkeypatch,
        **KEYS,
        PUSHER_APP_CLUSTER="eu",
        PUSHER_SCHEME="https",
        PUSHER_HOST="ws.example.com",
        PUSHER_PORT="8443",
        PUSHER_PATH_PREFIX="/live/",
        PUSHER_CLIENT_HOST="push.example.com",
        PUSHER_CLIENT_PORT="444",
        PUSHER_CLIENT_SCHEME="https",
        PUSHER_PREVIOUS_TOKENS="old-key:old-secret, older-key:older-secret",
        PUSHER_ENCRYPTION_MASTER_KEY="ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        PUSHER_WEBHOOK_TOLERANCE="300",
    )
    assert settings.address == "https://ws.example.com:8443/live"
    assert settings.master_key == bytes(range(32, 64))
    assert settings.webhook_tolerance_s == 300
    assert settings.tokens == (
        Token("app-key", SecretStr("app-secret")),
        Token("old-key", SecretStr("old-secret")),
        Token("older-key", SecretStr("older-secret")),
    )
    assert config(settings) == {
        "key": "app-key",
        "cluster": "eu",
        "wsHost": "push.example.com",
        "wsPort": 444,
        "wssPort": 444,
        "forceTLS": True,
        "wsPath": "/live",
    }


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "https://api-mt1.pusher.com"),
        ({"PUSHER_APP_CLUSTER": "ap2"}, "https://api-ap2.pusher.com"),
        ({"PUSHER_CLUSTER": "us3"}, "https://api-us3.pusher.com"),
        (dict.fromkeys(("PUSHER_HOST", "PUSHER_PORT", "PUSHER_SCHEME", "PUSHER_APP_CLUSTER"), ""), "https://api-mt1.pusher.com"),
        ({"PUSHER_PORT": "443"}, "https://api-mt1.pusher.com"),
        ({"PUSHER_HOST": "ws.example.com", "PUSHER_APP_CLUSTER": "eu"}, "https://ws.example.com"),
        ({"PUSHER_HOST": "127.0.0.1", "PUSHER_PORT": "6001", "PUSHER_SCHEME": "http"}, "http://127.0.0.1:6001"),
        ({"PUSHER_HOST": "127.0.0.1", "PUSHER_SCHEME": "http", "PUSHER_PORT": "80"}, "http://127.0.0.1"),
    ],
)  # fmt: skip
def test_the_address_is_the_clusters_unless_there_is_a_host(monkeypatch, variables, address):
    assert of(monkeypatch, **KEYS, **variables).address == address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://app-key:app-secret@api-mt1.pusher.com/apps/17", "https://api-mt1.pusher.com"),
        ("https://app-key:app-secret@api-eu.pusher.com/apps/17", "https://api-eu.pusher.com"),
        ("https://app-key:app%2Dsecret@ws.example.com:8443/live/apps/17/", "https://ws.example.com:8443/live"),
        ("http://app-key:app-secret@127.0.0.1:6001/apps/17", "http://127.0.0.1:6001"),
    ],
)
def test_one_address_may_hold_them_all(monkeypatch, url, address):
    settings = of(monkeypatch, PUSHER_URL=url)
    assert (settings.address, settings.app_id, settings.tokens) == (
        address,
        "17",
        (Token("app-key", SecretStr("app-secret")),),
    )
    assert "app-secret" not in repr(settings)
    assert settings.missing() == []


def test_what_is_set_by_itself_counts_more_than_the_address(monkeypatch):
    settings = of(
        monkeypatch,
        PUSHER_URL="https://other-key:other-secret@api-eu.pusher.com/apps/99",
        **KEYS,
        PUSHER_CLUSTER="ap1",
    )
    assert (settings.app_id, settings.key, settings.address) == ("17", "app-key", "https://api-ap1.pusher.com")


def test_settings_can_be_given_in_code():
    settings = PusherSettings(app_id="17", url=SecretStr("https://k:s@api-eu.pusher.com/apps/3"))
    assert (settings.app_id, settings.key, settings.cluster) == ("17", "k", "eu")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PUSHER_SCHEME": "http"}, "PUSHER_SCHEME"),
        ({"PUSHER_SCHEME": "http", "PUSHER_HOST": "ws.example.com"}, "PUSHER_SCHEME"),
        ({"PUSHER_SCHEME": "ftp"}, "PUSHER_SCHEME"),
        ({"PUSHER_PORT": "0"}, "PUSHER_PORT"),
        ({"PUSHER_HOST": "ws.example.com/path"}, "PUSHER_HOST"),
        ({"PUSHER_APP_ID": "3/../4"}, "PUSHER_APP_ID"),
        ({"PUSHER_PATH_PREFIX": "live"}, "PUSHER_PATH_PREFIX"),
        ({"PUSHER_PREVIOUS_TOKENS": "lonely"}, "PUSHER_PREVIOUS_TOKENS"),
        ({"PUSHER_PREVIOUS_TOKENS": "key:"}, "PUSHER_PREVIOUS_TOKENS"),
        ({"PUSHER_ENCRYPTION_MASTER_KEY": "c2hvcnQ="}, "PUSHER_ENCRYPTION_MASTER_KEY"),
        ({"PUSHER_ENCRYPTION_MASTER_KEY": "not base64!"}, "PUSHER_ENCRYPTION_MASTER_KEY"),
        ({"PUSHER_APP_KEY": "278d425bdf160c739803"}, "sandbox key"),
    ],
)
def test_what_contradicts_itself_is_named(monkeypatch, variables, told):
    with pytest.raises(ConfigurationError, match=told) as found:
        of(monkeypatch, **{**KEYS, **variables})
    assert "app-secret" not in str(found.value)


def test_what_is_missing_is_named_by_its_variables(monkeypatch):
    missing = of(monkeypatch).missing()
    assert [name in sentence for name, sentence in zip(KEYS, missing, strict=True)] == [True, True, True]


def test_without_keys_the_sandbox_is_talked_to_and_its_browser_finds_it(monkeypatch):
    monkeypatch.setenv("ACE_SANDBOX_URL", "http://127.0.0.1:8600")
    settings = of(monkeypatch)
    assert (settings.is_sandbox, settings.app_id, settings.address) == (True, "3", "http://127.0.0.1:8600/pusher")
    assert config(settings) == {
        "key": "278d425bdf160c739803",
        "cluster": "mt1",
        "wsHost": "127.0.0.1",
        "wsPort": 8600,
        "wssPort": 8600,
        "forceTLS": False,
        "wsPath": "/pusher",
    }


def test_a_browser_of_the_service_itself_needs_key_and_cluster_only(monkeypatch):
    assert config(of(monkeypatch, **KEYS)) == {"key": "app-key", "cluster": "mt1"}
    monkeypatch.delenv("PUSHER_APP_KEY")
    with pytest.raises(ConfigurationError, match="PUSHER_APP_KEY"):
        config(PusherSettings())


@pytest.mark.parametrize(
    ("variables", "source"),
    [
        ({"PUSHER_APP_CLUSTER": "eu"}, "wss://ws-eu.pusher.com"),
        ({"PUSHER_HOST": "ws.example.com", "PUSHER_PORT": "8443"}, "wss://ws.example.com:8443"),
        ({"PUSHER_HOST": "127.0.0.1", "PUSHER_PORT": "6001", "PUSHER_SCHEME": "http"}, "ws://127.0.0.1:6001"),
        ({"PUSHER_HOST": "10.0.0.2", "PUSHER_CLIENT_HOST": "push.example.com"}, "wss://push.example.com:443"),
    ],
)
def test_a_page_that_listens_connects_to_one_place(monkeypatch, variables, source):
    settings = of(monkeypatch, **KEYS, **variables)
    assert PusherBroadcaster(settings).content_sources() == {"connect-src": (source,)}
