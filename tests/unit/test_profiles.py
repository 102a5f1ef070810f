"""`ACE_ENV` names a profile, whose file is read over `.env` and below the environment."""

from pathlib import Path

import pytest
from pydantic import AliasChoices, Field

from ace_integrations import ConfigurationError
from ace_integrations.settings import ENVIRONMENT, ProviderSettings, Secret, Settings, places


class ThingSettings(ProviderSettings):
    provider = "things"
    required = ("key",)

    key: Secret | None = Field(default=None, validation_alias=AliasChoices("THINGS_KEY", "THINGS_SECRET"))
    size: int = Field(default=1, validation_alias="THINGS_SIZE")


def key(settings: ThingSettings) -> str:
    return settings.key.get_secret_value() if settings.key else ""


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("THINGS_KEY=shared-key\nTHINGS_SIZE=5\n")
    Path(".env.staging").write_text("THINGS_SECRET=staging-key\nTHINGS_SIZE=\n")
    Path(".env.development").write_text("THINGS_KEY=development-key\n")


def test_the_file_of_the_profile_is_read_over_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert key(Settings().of(ThingSettings)) == "development-key"
    monkeypatch.setenv("ACE_ENV", "test")
    assert key(Settings().of(ThingSettings)) == "shared-key"
    monkeypatch.setenv("ACE_ENV", "staging")
    assert key(Settings().of(ThingSettings)) == key(ThingSettings()) == "staging-key"
    monkeypatch.setenv("THINGS_SECRET", "exported-key")
    assert key(Settings().of(ThingSettings)) == "exported-key"


def test_the_shared_file_may_name_the_profile() -> None:
    Path(".env").write_text("ACE_ENV=staging\n")
    settings = Settings()
    assert (settings.env, key(settings.of(ThingSettings)), key(ThingSettings())) == ("staging", *["staging-key"] * 2)


def test_a_profile_chosen_in_code_reads_its_own_file() -> None:
    Path(".env.staging").write_text("THINGS_KEY=staging-key\nACE_TIMEOUT=7\n")
    settings = Settings(env="staging")
    assert (settings.timeout_s, key(settings.of(ThingSettings))) == (7, "staging-key")


def test_what_a_file_leaves_empty_is_unset_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ENV", "staging")
    assert ThingSettings().size == 5


def test_a_profiles_file_cannot_name_another_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_SANDBOX", "0")
    Path(".env").write_text("ACE_ENV=staging\n")
    Path(".env.staging").write_text("ACE_ENV=production\n")
    with pytest.raises(ConfigurationError, match=r"\.env\.staging sets ACE_ENV to production"):
        Settings()


def test_a_word_that_is_no_profile_opens_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env.x").mkdir()
    (tmp_path / "elsewhere").write_text("THINGS_KEY=stray-key\n")
    monkeypatch.setenv("ACE_ENV", "x/../elsewhere")
    assert key(ThingSettings()) == "shared-key"
    with pytest.raises(ConfigurationError, match="ACE_ENV"):
        Settings()


def test_places_are_named_the_strongest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("things_size", "9")
    found = places("staging")
    assert list(found) == [ENVIRONMENT, ".env.staging", ".env"]
    assert [variables.get("THINGS_SIZE") for variables in found.values()] == ["9", None, "5"]


def test_a_public_name_in_a_profiles_file_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ENV", "staging")
    Path(".env.staging").write_text("THINGS_KEY=staging-key\nNEXT_PUBLIC_KEY=staging-key\n")
    with pytest.raises(ConfigurationError, match="NEXT_PUBLIC_KEY gives a secret of things"):
        Settings().of(ThingSettings)
