"""Gemini's environment."""

import logging

import pytest

from ace_integrations.errors import ConfigurationError
from ace_integrations.gemini import GeminiSettings
from ace_integrations.gemini import settings as module
from ace_integrations.gemini.service import SERVICE
from ace_integrations.settings import Settings


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(module, "_told", set())


def test_each_variable_alone_is_honoured(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", " key-1\n")
    assert GeminiSettings().api_key.get_secret_value() == "key-1"
    monkeypatch.setenv("GEMINI_MODEL", "models/gemini-3.8-flash")
    assert GeminiSettings().model == "gemini-3.8-flash"
    monkeypatch.setenv("GEMINI_API_VERSION", "v1")
    assert GeminiSettings().api_version == "v1"
    monkeypatch.setenv("GEMINI_THINKING_LEVEL", "low")
    assert GeminiSettings().thinking_level == "low"


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize(
    "given",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/v1beta",
        "https://example.com/v1beta/models",
        "https://example.com/v1/models/",
        " https://example.com/models ",
    ],
)
def test_an_address_is_taken_with_or_without_what_the_calls_put_behind_it(given, version):
    settings = GeminiSettings(base_url=given, api_version=version, api_key="key-1")
    assert SERVICE.endpoint(settings).base_url == f"https://example.com/{version}"


def test_the_services_own_address_is_the_default():
    endpoint = SERVICE.endpoint(GeminiSettings(api_key="key-1"))
    assert endpoint.base_url == "https://generativelanguage.googleapis.com/v1beta"
    assert "key-1" not in repr(endpoint)


def test_a_path_of_a_proxy_is_kept():
    settings = GeminiSettings(base_url="https://example.com/gateway/v1beta/models", api_key="key-1")
    assert SERVICE.endpoint(settings).base_url == "https://example.com/gateway/v1beta"


def test_a_missing_key_is_named():
    with pytest.raises(ConfigurationError, match="GEMINI_API_KEY"):
        SERVICE.endpoint(GeminiSettings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GEMINI_MODEL", "../secret"),
        ("GEMINI_API_VERSION", "v2"),
        ("GEMINI_THINKING_LEVEL", "deep"),
        ("GEMINI_BASE_URL", "http://example.com"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        GeminiSettings()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("gemini-1.5-flash", "was retired: set it to gemini-3.5-flash-lite"),
        ("gemini-2.5-pro", "is closed to new users: set it to gemini-3.8-flash"),
        ("gemini-3.7-flash", "is answered by another model: set it to gemini-3.8-flash"),
        ("gemini-flash-latest", "is another model every few months: set it to gemini-4-hydrogen"),
    ],
)
def test_a_model_to_leave_is_told_of_once_before_any_call_and_to_the_doctor(caplog, model, words):
    for _ in range(2):
        settings = GeminiSettings(model=model)
    told = [one.getMessage() for one in caplog.records if one.name == "ace_integrations.gemini"]
    assert told == [f"GEMINI_MODEL is {model}, which {words}"]
    assert settings.warnings(production=False) == told


@pytest.mark.parametrize("model", ["gemini-3.5-flash-lite", "gemini-4-neon", "gemini-9-helium"])
def test_a_model_to_stay_with_is_not(caplog, model):
    caplog.set_level(logging.DEBUG)
    assert GeminiSettings(model=model).warnings(production=True) == []
    assert caplog.records == []


def test_nothing_set_and_a_sandbox_on_gives_the_twins_values():
    found = Settings(sandbox=True).of(GeminiSettings)
    assert (found.missing(), found.base_url) == ([], "http://127.0.0.1:8600/gemini")
