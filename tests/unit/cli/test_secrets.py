"""How old a secret is, where that is recorded, and whether one serves two profiles; no value is ever shown."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import AliasChoices, Field, SecretStr

from ace_integrations.cli.secrets import ages, reused
from ace_integrations.health import Finding
from ace_integrations.settings import ENVIRONMENT, ProviderSettings, Secret, SecretList, places

TODAY = date(2026, 11, 25)


class ThingSettings(ProviderSettings):
    provider = "things"
    required = ("key",)
    sandbox_values = {"key": SecretStr("canary-of-the-twin")}  # noqa: RUF012

    key: Secret | None = Field(default=None, validation_alias=AliasChoices("THINGS_KEY", "THINGS_SECRET"))
    hook_secrets: SecretList = Field(default=(), validation_alias="THINGS_HOOK_SECRET")
    site: str | None = Field(default=None, validation_alias="THINGS_SITE")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Work in a folder of its own, and see afterwards that no value was told."""
    monkeypatch.chdir(tmp_path)
    yield
    told = [finding.what for finding in [*aged("development"), *reused([ThingSettings])]]
    assert "canary" not in " ".join(told)


def aged(profile: str = "development") -> list[Finding]:
    return list(ages([ThingSettings], places(profile), TODAY))


def write(file: str, *lines: str) -> None:
    Path(file).write_text("\n".join(lines) + "\n")


def test_fields_that_hold_secrets_are_known_by_their_type() -> None:
    assert ThingSettings.secret_fields() == ["key", "hook_secrets"]


@pytest.mark.parametrize(
    ("day", "verdict", "what"),
    [
        ("2026-11-25", "ok", "THINGS_KEY was set 0 days ago"),
        (" 2026-08-27 ", "ok", "THINGS_KEY was set 90 days ago"),
        ("2026-08-26", "warning", "THINGS_KEY was set 91 days ago: change it at least every 90 days"),
        ("2026-11-26", "ok", "THINGS_KEY was set 0 days ago"),
        ("2026-11-27", "warning", "THINGS_KEY_SET_ON is in the future"),
        ("25.11.2026", "warning", "THINGS_KEY_SET_ON is no date: write it as in 2026-11-25"),
        ("canary-key-in-the-wrong-place", "warning", "THINGS_KEY_SET_ON is no date: write it as in 2026-11-25"),
        ("2026-02-30", "warning", "THINGS_KEY_SET_ON is no date: write it as in 2026-11-25"),
    ],
)
def test_an_age_is_told_and_a_bad_day_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, day: str, verdict: str, what: str
) -> None:
    monkeypatch.setenv("THINGS_KEY", "canary-key")
    monkeypatch.setenv("THINGS_KEY_SET_ON", day)
    assert [(one.provider, one.verdict, one.what) for one in aged()] == [("things", verdict, what)]


def test_nothing_is_said_of_a_secret_without_a_day_nor_of_a_day_without_a_secret() -> None:
    write(".env", "THINGS_KEY=canary-key", "THINGS_HOOK_SECRET_SET_ON=2026-11-20", "THINGS_SITE_SET_ON=2020-01-01")
    assert aged() == []


def test_a_day_may_stand_beside_any_name_of_the_variable() -> None:
    write(".env", "THINGS_SECRET=canary-key", "THINGS_SECRET_SET_ON=2026-11-20")
    assert aged() == [Finding("things", "ok", "THINGS_SECRET was set 5 days ago")]


def test_the_environment_counts_first_and_a_day_beside_another_value_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    write(".env", "THINGS_KEY=canary-old", "THINGS_KEY_SET_ON=2026-01-01")
    monkeypatch.setenv("THINGS_SECRET", "canary-new")
    assert aged() == []
    monkeypatch.setenv("THINGS_SECRET_SET_ON", "2026-11-24")
    assert [one.what for one in aged()] == ["THINGS_SECRET was set 1 day ago"]


def test_a_day_in_a_file_counts_for_a_secret_that_only_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    write(".env", "THINGS_HOOK_SECRET_SET_ON=2026-11-20")
    monkeypatch.setenv("THINGS_HOOK_SECRET", "canary-new,canary-old")
    assert [one.what for one in aged()] == ["THINGS_HOOK_SECRET was set 5 days ago"]
    assert places("development")[ENVIRONMENT]["THINGS_HOOK_SECRET"] == "canary-new,canary-old"


def test_one_value_in_two_profiles_is_named_with_both_files() -> None:
    write(".env.staging", "THINGS_SECRET=canary-key", "THINGS_HOOK_SECRET=canary-a")
    write(".env.production", "THINGS_KEY= canary-key ", "THINGS_HOOK_SECRET=canary-b,canary-a")
    assert list(reused([ThingSettings])) == [
        Finding("things", "warning", f"{name} has the same value in .env.staging and .env.production: {remedy}")
        for name, remedy in (
            ("THINGS_KEY", "give each profile its own"),
            ("THINGS_HOOK_SECRET", "give each profile its own"),
        )
    ]


def test_a_secret_that_a_profile_leaves_to_the_shared_file_serves_both() -> None:
    write(".env", "THINGS_KEY=canary-key")
    write(".env.staging", "THINGS_KEY=canary-other")
    write(".env.test", "ACE_SANDBOX=1")
    assert [one.what for one in reused([ThingSettings])] == [
        "THINGS_KEY of .env serves development and test: give each profile its own"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {".env": "THINGS_KEY=canary-key"},
        {".env": "THINGS_KEY=canary-key", ".env.example": "THINGS_KEY=canary-key", ".env.bak": "THINGS_KEY=canary-key"},
        {".env": "THINGS_KEY=canary-key", ".env.development": "THINGS_KEY=canary-key"},
        {".env": "ACE_ENV=staging\nTHINGS_KEY=canary-key", ".env.staging": "THINGS_KEY=canary-key"},
        {".env.staging": "THINGS_KEY=canary-a", ".env.production": "THINGS_KEY=canary-b"},
        {".env.staging": "THINGS_SITE=same", ".env.production": "THINGS_SITE=same"},
        {".env.staging": "THINGS_KEY=", ".env.production": "THINGS_KEY="},
        {".env.test": "THINGS_KEY=canary-of-the-twin", ".env.development": "THINGS_KEY=canary-of-the-twin"},
    ],
)
def test_profiles_that_share_no_secret_are_not_blamed(files: dict[str, str]) -> None:
    for file, text in files.items():
        write(file, text)
    assert list(reused([ThingSettings])) == []
