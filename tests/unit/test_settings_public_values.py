"""No secret may reach a browser, whichever provider's it is."""

import pytest
from pydantic import Field

from ace_integrations.errors import ConfigurationError
from ace_integrations.settings import ProviderSettings, Secret, SecretList, Settings


class ThingSettings(ProviderSettings):
    provider = "things"
    required = ("api_key",)

    api_key: Secret | None = Field(default=None, validation_alias="THING_KEY")
    hook_secrets: SecretList = Field(default=(), validation_alias="THING_HOOK_SECRETS")
    site: str | None = Field(default=None, validation_alias="THING_SITE")


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("THING_KEY", "a-secret-key")
    monkeypatch.setenv("THING_HOOK_SECRETS", "first-secret, second-secret")
    monkeypatch.setenv("THING_SITE", "a-public-word")


@pytest.mark.parametrize("value", ["a-secret-key", " a-secret-key\n", "second-secret"])
def test_a_secret_under_a_public_name_is_refused_and_not_quoted(monkeypatch, value):
    monkeypatch.setenv("NEXT_PUBLIC_THING_KEY", value)
    with pytest.raises(ConfigurationError, match="NEXT_PUBLIC_THING_KEY gives a secret of things") as caught:
        Settings().of(ThingSettings)
    assert value.strip() not in str(caught.value)


@pytest.mark.parametrize("value", ["another-key", "a-public-word", ""])
def test_what_is_no_secret_may_be_public(monkeypatch, value):
    monkeypatch.setenv("NEXT_PUBLIC_THING", value)
    assert Settings().of(ThingSettings).site == "a-public-word"


def test_the_file_is_looked_at_too(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("NEXT_PUBLIC_THING_KEY=a-secret-key\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="NEXT_PUBLIC_THING_KEY"):
        Settings().of(ThingSettings)
