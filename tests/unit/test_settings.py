import pytest
from pydantic import SecretStr
from tests.things import KEY, ThingSettings

from ace_integrations import ConfigurationError
from ace_integrations.hooks import plugins
from ace_integrations.payments.rates.sources.frankfurter import FrankfurterSettings
from ace_integrations.settings import Settings, is_loopback, read_duration, write_duration


def test_a_secret_list_is_split_stripped_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THINGS_WEBHOOK_SECRET", " new-secret , old-secret\n,")
    settings = ThingSettings()
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == ["new-secret", "old-secret"]
    assert "new-secret" not in f"{settings!r}{settings}{settings.model_dump_json()}"


def test_a_missing_key_names_its_variable_and_with_the_sandbox_on_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ThingSettings().missing() == ["THINGS_KEY is not set (things)"]
    placed = Settings(sandbox=True).of(ThingSettings)
    assert placed.key == SecretStr(KEY)
    assert placed.base_url == "http://127.0.0.1:8600/things"
    monkeypatch.setenv("THINGS_KEY", "a-real-key")
    assert Settings(sandbox=True).of(ThingSettings).base_url is None


def test_a_service_without_a_key_is_the_sandboxs_unless_it_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(sandbox=True).of(FrankfurterSettings).base_url == "http://127.0.0.1:8600/frankfurter"
    assert Settings().of(FrankfurterSettings).base_url is None
    monkeypatch.setenv("FX_FRANKFURTER_BASE_URL", "https://rates.example.com")
    assert Settings(sandbox=True).of(FrankfurterSettings).base_url == "https://rates.example.com"


@pytest.mark.parametrize(
    ("text", "seconds", "written"),
    [("900", 900, "15m"), ("90s", 90, "90s"), ("15m", 900, "15m"), ("36h", 129600, "36h"), ("48h", 172800, "2d")],
)
def test_a_duration_is_read_in_any_unit_and_written_in_the_largest(text: str, seconds: int, written: str) -> None:
    duration = read_duration(text)
    assert (duration.total_seconds(), write_duration(duration)) == (seconds, written)
    assert read_duration(written) == duration


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("ACE_FX_MAX_AGE", "4 days", "ACE_FX_MAX_AGE"),
        ("ACE_FX_MAX_AGE", "-1h", "ACE_FX_MAX_AGE"),
        ("ACE_FX_MAX_AGE", "1h", "ACE_FX_WARN_AGE must not be longer"),
        ("ACE_FX_BOUNDS", "20", "ACE_FX_BOUNDS"),
        ("ACE_FX_BOUNDS", "200,20", "the least and the most"),
        ("ACE_FX_BOUNDS", "0,20", "the least and the most"),
        ("ACE_FX_FIXED", "5_0", "digits of ASCII"),
        ("ACE_FX_FIXED", "٥٠", "digits of ASCII"),
        ("ACE_FX_FIXED", "0.0192", "within ACE_FX_BOUNDS"),
        ("ACE_FX_MARKUP", "2 %", "digits of ASCII"),
    ],
)
def test_a_rule_of_rates_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, rule: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ConfigurationError, match=rule):
        Settings().check()


def test_a_float_is_no_exact_number() -> None:
    with pytest.raises(ConfigurationError, match="a float cannot hold"):
        Settings(fx_markup=0.02)


def test_check_lists_everything_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings(env="production", sandbox_url="http://sandbox.example.com").check(ThingSettings)
    assert len(caught.value.problems) >= 2


def test_a_sandbox_key_at_the_live_service_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a sandbox key of things"):
        Settings(providers=(ThingSettings(key=KEY),)).of(ThingSettings)


def test_production_with_a_sandbox_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ENV", "production")
    monkeypatch.setenv("ACE_SANDBOX", "1")
    with pytest.raises(ConfigurationError, match="ACE_ENV is production"):
        Settings().of(ThingSettings)


def test_a_malformed_value_names_the_variable_and_not_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_TIMEOUT", "s3cr3t")
    with pytest.raises(ConfigurationError, match="ACE_TIMEOUT") as caught:
        Settings()
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8600", True),
        ("http://localhost/x", True),
        ("http://[::1]:1", True),
        ("//127.8.9.1", True),
        ("http://127.0.0.1.example.com", False),
        ("http://example.com#127.0.0.1", False),
        ("http://127.0.0.1@example.com", False),
        ("", False),
    ],
)
def test_loopback_is_told_by_the_host_alone(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_a_bare_field_name_in_the_environment_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "another framework's secret")
    monkeypatch.setenv("API_KEY", "another service's key")
    monkeypatch.setenv("BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KEY", "a bare name")
    for provider in plugins().providers.values():
        settings = provider.load("settings")()
        assert (settings.secrets(), settings.base_url) == ([], None)
    assert ThingSettings().key is None
