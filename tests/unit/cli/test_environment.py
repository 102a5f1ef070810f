"""Every variable has words, a state and a row on the page, all from the settings classes."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import AliasChoices, Field

from ace_integrations.cli.environment import Standing, Variable, groups, page, standings, variables
from ace_integrations.hooks import Plugins, Provider, hookimpl, ours
from ace_integrations.settings import ProviderSettings, Secret

PAGE = Path(__file__).parents[3] / "docs" / "environment.md"


class ThingSettings(ProviderSettings):
    """Keys of the service.

    Attributes:
        key: opens the service; a | b,
            and more.
        flavour: sweet or sour.
    """

    provider = "didit"
    required = ("key",)

    key: Secret | None = Field(default=None, validation_alias=AliasChoices("THINGS_KEY", "THINGS_SECRET"))
    flavour: Literal["sweet", "sour"] = Field(default="sweet", validation_alias="THINGS_FLAVOUR")
    long_wait_s: float = Field(default=1.5, validation_alias="NEXT_PUBLIC_THINGS_WAIT")

    def problems(self) -> list[str]:
        return ["THINGS_FLAVOUR is sour, and THINGS_KEY is for sweets"] if self.flavour == "sour" else []


class Strange:
    @hookimpl
    def ace_providers(self) -> list[Provider]:
        return [
            Provider(
                name="didit", capability="identity", title="Things", settings=f"{__name__}:ThingSettings", build=""
            )
        ]


STRANGE = Plugins(Strange())


def state(variable: str) -> tuple[str, str]:
    return next((one.state, one.why) for one in standings(STRANGE) if one.variable.startswith(variable))


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(ours()), "write the page anew: scripts/docs environment"


def test_every_variable_of_ours_has_words_of_its_own_or_a_name_that_says_it() -> None:
    bare = {
        variable.names[0]
        for kind in groups(ours()).values()
        for variable in variables(kind)
        if variable.purpose == variable.field.replace("_", " ")
    }
    assert bare <= {"MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD"}


def test_a_strangers_variables_are_described_from_their_class() -> None:
    key, flavour, wait = variables(ThingSettings)
    names = ("THINGS_KEY", "THINGS_SECRET")
    assert key == Variable(
        "key", names, "opens the service; a | b, and more", needed=True, default="", secrecy="secret"
    )
    assert (flavour.purpose, flavour.default, flavour.secrecy) == ("sweet or sour", "sweet", "")
    assert (wait.purpose, wait.default, wait.secrecy) == ("long wait s", "1.5", "public")
    row = "| `THINGS_KEY`, `THINGS_SECRET` | opens the service; a &#124; b, and more | needed | secret |"
    assert row in page(STRANGE).splitlines()


def test_a_variable_is_set_missing_default_or_invalid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert state("THINGS_KEY") == ("missing", "")
    assert state("THINGS_FLAVOUR") == ("default", "sweet")
    Path(".env").write_text("THINGS_SECRET=planted\nTHINGS_FLAVOUR=\n")
    assert state("THINGS_KEY") == ("set", "THINGS_SECRET in .env")
    assert state("THINGS_FLAVOUR") == ("default", "sweet")
    Path(".env.development").write_text("THINGS_KEY=planted\n")
    assert state("THINGS_KEY") == ("set", "THINGS_KEY in .env.development")
    monkeypatch.setenv("THINGS_KEY", "")
    assert state("THINGS_KEY") == ("missing", "")
    monkeypatch.setenv("THINGS_FLAVOUR", "planted")
    assert state("THINGS_FLAVOUR") == ("invalid", "Input should be 'sweet' or 'sour'")
    monkeypatch.setenv("THINGS_KEY", "planted")
    monkeypatch.setenv("THINGS_FLAVOUR", "sour")
    rule = "THINGS_FLAVOUR is sour, and THINGS_KEY is for sweets"
    assert (state("THINGS_FLAVOUR"), state("THINGS_KEY")) == (("invalid", rule), ("invalid", rule))
    assert state("NEXT_PUBLIC_THINGS_WAIT") == ("default", "1.5")


def test_what_is_missing_but_not_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {one.variable: one for one in standings(ours())}
    host = "MAIL_HOST | SMTP_HOST"
    assert found[host] == Standing("smtp", host, "missing", "smtp is switched off")
    assert found["DIDIT_API_KEY"].why == ""
    monkeypatch.setenv("ACE_SANDBOX", "1")
    found = {one.variable: one for one in standings(ours())}
    assert found["DIDIT_API_KEY"] == Standing("didit", "DIDIT_API_KEY", "missing", "the sandbox stands in")


TYPED = [
    (name, variable.names[-1])
    for name, kind in groups(ours()).items()
    for variable in variables(kind)
    if isinstance(kind.model_fields[variable.field].default, bool | int | float)
]


@pytest.mark.parametrize(("provider", "name"), TYPED)
def test_every_malformed_value_is_invalid_with_its_rule_and_stays_unseen(
    monkeypatch: pytest.MonkeyPatch, provider: str, name: str
) -> None:
    monkeypatch.setenv(name, "planted")
    found = [one for one in standings(ours()) if one.state == "invalid"]
    assert [(one.provider, one.variable.split(" | ")[-1], bool(one.why)) for one in found] == [(provider, name, True)]
    assert "planted" not in str(found)
