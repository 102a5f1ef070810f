"""JSearch's environment names."""

import pytest
from pydantic import SecretStr

from ace_integrations import Settings
from ace_integrations.errors import ConfigurationError
from ace_integrations.jsearch import JSearchSettings


def read(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings().of(JSearchSettings)


@pytest.mark.parametrize("name", ["JSEARCH_API_KEY", "RAPIDAPI_KEY"])
def test_the_key_has_two_names(monkeypatch, name):
    assert read(monkeypatch, **{name: "a"}).api_key.get_secret_value() == "a"


def test_defaults_are_of_egypt_and_can_be_set(monkeypatch):
    settings = JSearchSettings()
    assert (settings.default_search, settings.default_location, settings.default_country) == ("developer", "", "eg")
    names = {"JSEARCH_DEFAULT_SEARCH": "tutor", "JSEARCH_DEFAULT_LOCATION": "Riyadh", "JSEARCH_DEFAULT_COUNTRY": " SA "}
    settings = read(monkeypatch, **names)
    assert (settings.default_search, settings.default_location, settings.default_country) == ("tutor", "Riyadh", "sa")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JSEARCH_DEFAULT_COUNTRY", "egypt"),
        ("JSEARCH_LANGUAGE", "arabic"),
        ("JSEARCH_MONTHLY_BUDGET", "-1"),
        ("JSEARCH_TIMEOUT", "0"),
        ("JSEARCH_PROVIDER", "other"),
        ("JSEARCH_BASE_URL", "http://jobs.example.com"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_variable(monkeypatch, name, value):
    with pytest.raises(ConfigurationError, match=name if name != "JSEARCH_BASE_URL" else "https"):
        read(monkeypatch, JSEARCH_API_KEY="a", **{name: value})


def test_a_key_of_the_vendors_own_host_is_not_sent_to_rapidapi(monkeypatch):
    with pytest.raises(ConfigurationError, match="vendor's own host"):
        read(monkeypatch, JSEARCH_API_KEY="ak_a", JSEARCH_PROVIDER="rapidapi")


def test_the_key_tells_the_shop():
    assert JSearchSettings(api_key=SecretStr("ak_a")).is_direct
    assert not JSearchSettings(api_key=SecretStr("a")).is_direct


@pytest.mark.parametrize(("budget", "most"), [(None, None), (0, 0), (200, 200)])
def test_the_budget_is_the_most_credits_of_a_month(budget, most):
    assert JSearchSettings(monthly_budget=budget).most_units == most
