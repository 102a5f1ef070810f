"""One examination, described once: what the doctor blocks for is what a health route awaits."""

import pytest

from ace_integrations import Ace, AsyncAce, ConfigurationError, Settings
from ace_integrations.core import Call, Result
from ace_integrations.errors import UnavailableError
from ace_integrations.health import Finding, examine
from ace_integrations.hooks import Plugins, Provider, hookimpl
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.settings import ProviderSettings

RATES = ("frankfurter", "er-api", "fawazahmed0")
OTHER_RATES = ("exchangerate-api", "openexchangerates", "fixer", "fawazahmed0-pages")


def verdicts(ace: Ace, *, ask: bool = True) -> dict[str, str]:
    return {name: call.run(ace).verdict for name, call in examine(ace, ask=ask)}


async def test_blocking_and_awaited_examinations_find_the_same(ace_sandbox: RunningSandbox) -> None:
    settings = Settings(sandbox_url=ace_sandbox.url)
    with Ace(settings) as ace:
        blocking = [call.run(ace) for _, call in examine(ace)]
    async with AsyncAce(settings) as ace:
        awaited = [await call.arun(ace) for _, call in examine(ace)]
    assert blocking == awaited
    assert {one.provider: one.verdict for one in blocking} == {
        "didit": "sandbox",
        "mailgun": "sandbox",
        "stripe": "sandbox",
        "gemini": "sandbox",
        "jsearch": "sandbox",
        "pusher": "sandbox",
        "jitsi": "sandbox",
        "agora": "off",
        "paypal": "off",
        "smtp": "off",
        "outbox": "off",
        **dict.fromkeys(RATES, "sandbox"),
        **dict.fromkeys(OTHER_RATES, "off"),
    }


def test_a_service_that_fails_is_unreachable_and_one_that_refuses_the_key_is_wrong(ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.fail("status", provider="didit", status=503, times=9)
    ace_sandbox.control.fail("status", provider="stripe", status=401, times=9)
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        found = verdicts(ace)
    assert (found["didit"], found["stripe"], found["mailgun"]) == ("unreachable", "wrong", "sandbox")


def test_nothing_is_sent_when_no_service_is_to_be_asked(ace_sandbox: RunningSandbox) -> None:
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        assert verdicts(ace, ask=False)["stripe"] == "sandbox"
    assert ace_sandbox.control.journal(kind="call") == []


def test_what_is_missing_or_contradictory_is_found_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "pk_test_public")
    with Ace(Settings(mail="outbox", ai="", jobs="", realtime="", video="", fx_sources=())) as ace:
        found = verdicts(ace)
    assert {found.pop(name) for name in (*RATES, *OTHER_RATES)} == {"off"}
    off = dict.fromkeys(("mailgun", "paypal", "smtp", "gemini", "jsearch", "pusher", "jitsi", "agora"), "off")
    assert found == {"didit": "missing", "stripe": "wrong", "outbox": "not asked", **off}
    with Ace(Settings(env="production", sandbox=True)) as ace:
        assert verdicts(ace) == {"ace": "wrong"}


def test_a_provider_that_nobody_brings_is_an_error() -> None:
    with (
        Ace(Settings(mail="pigeon", ai="", jobs="", realtime="", video="")) as ace,
        pytest.raises(ConfigurationError, match="pigeon"),
    ):
        list(examine(ace))


class ThingSettings(ProviderSettings):
    provider = "things"


class Failing(Call[object]):
    def run(self, sender: object) -> object:
        raise UnavailableError("closed for today")

    async def arun(self, sender: object) -> object:
        raise UnavailableError("closed for today")


def good(settings: ThingSettings) -> Call[object]:
    return Result(None)


def bad(settings: ThingSettings) -> Call[object]:
    return Failing()


@pytest.mark.parametrize(
    ("probe", "finding"),
    [
        ("good", Finding("things", "ok", "the real service answers and accepts the key")),
        ("bad", Finding("things", "unreachable", "closed for today")),
    ],
)
def test_a_strangers_probe_is_asked_like_ours(probe: str, finding: Finding) -> None:
    here = f"{__name__}:"

    class Strange:
        @hookimpl
        def ace_providers(self) -> list[Provider]:
            things = Provider(
                name="things",
                capability="mail",
                title="Things",
                settings=f"{here}ThingSettings",
                build=f"{here}good",
                probe=f"{here}{probe}",
            )
            others = [
                Provider(name=name, capability=capability, title=name, settings=f"{here}ThingSettings", build="x:y")  # type: ignore[arg-type]
                for name, capability in (("didit", "identity"), ("stripe", "payments"))
            ]
            return [things, *others]

    with Ace(
        Settings(mail="things", ai="", jobs="", realtime="", video="", fx_sources=()), loaded=Plugins(Strange())
    ) as ace:
        found = [call.run(ace) for _, call in examine(ace)]
    assert found[0] == finding
    assert (finding.is_failure, found[1].verdict) == (probe == "bad", "not asked")
