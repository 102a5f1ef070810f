"""A health route: what a stranger may see, and how often a stranger may have the services asked."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from ace_integrations import AsyncAce, InvalidInputError, Settings
from ace_integrations.contrib.fastapi import health_route
from ace_integrations.core import Result
from ace_integrations.hooks import Plugins, Provider, hookimpl
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.settings import ProviderSettings


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def browser(ace: AsyncAce, clock: Clock | None = None, *, kept_s: float = 10.0) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(health_route(ace, kept_s=kept_s, clock=clock or Clock()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def asked(sandbox: RunningSandbox) -> int:
    return len(sandbox.control.journal(kind="call"))


async def test_all_well_is_200_with_one_word_for_each_chosen_service(ace_sandbox: RunningSandbox) -> None:
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url, fx_sources=())) as ace, browser(ace) as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "services": {
                "didit": "sandbox",
                "gemini": "sandbox",
                "jitsi": "sandbox",
                "jsearch": "sandbox",
                "pusher": "sandbox",
                "mailgun": "sandbox",
                "stripe": "sandbox",
            },
        }
        assert answer.headers["cache-control"] == "no-store"
        assert (await client.head("/healthz")).status_code == 200


async def test_one_failing_service_is_503_and_its_words_stay_here(ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.fail("status", provider="stripe", status=500, times=9)
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url, fx_sources=())) as ace, browser(ace) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    services = answer.json()["services"]
    assert services.pop("stripe") == "unreachable"
    assert set(services.values()) == {"sandbox"}
    assert set(answer.json()) == {"status", "services"}


async def test_however_many_ask_the_services_are_asked_once_until_the_answer_is_old(
    ace_sandbox: RunningSandbox,
) -> None:
    clock = Clock()
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url)) as ace, browser(ace, clock) as client:
        await asyncio.gather(*(client.get("/healthz") for _ in range(50)))
        assert asked(ace_sandbox) == 5
        ace_sandbox.control.fail("status", provider="stripe", status=500, times=9)
        clock.now += 9.9
        assert (await client.get("/healthz")).status_code == 200
        assert asked(ace_sandbox) == 5
        clock.now += 0.2
        assert (await client.get("/healthz")).status_code == 503
        assert asked(ace_sandbox) == 10  # once each, a failing one too: no retry


async def test_who_hangs_up_buys_no_other_examination(ace_sandbox: RunningSandbox) -> None:
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url)) as ace, browser(ace) as client:
        for _ in range(5):
            asking = asyncio.create_task(client.get("/healthz"))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        assert (await client.get("/healthz")).status_code == 200
    assert asked(ace_sandbox) == 5


async def test_a_configuration_that_cannot_be_read_is_503_without_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_TIMEOUT", "s3cr3t")
    async with AsyncAce() as ace, browser(ace) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "services": {"ace": "wrong"}})


async def test_the_worst_finding_of_a_service_is_shown() -> None:
    async with (
        AsyncAce(Settings(mail="outbox", ai="", jobs="", realtime="", video="", fx_sources=())) as ace,
        browser(ace) as client,
    ):
        answer = await client.get("/healthz")
    assert answer.json()["services"] == {"didit": "missing", "outbox": "not asked", "stripe": "missing"}


class ThingSettings(ProviderSettings):
    provider = "things"


def broken_probe(settings: ThingSettings) -> object:
    def fail(value: None) -> None:
        raise ZeroDivisionError("whatever a stranger's package does")

    return Result(None).map(fail)


async def test_a_probe_that_breaks_is_an_answer_too() -> None:
    class Strange:
        @hookimpl
        def ace_providers(self) -> list[Provider]:
            settings, probe = f"{__name__}:ThingSettings", f"{__name__}:broken_probe"
            return [
                Provider(name=name, capability=capability, title="", settings=settings, build=probe, probe=probe)  # type: ignore[arg-type]
                for name, capability in (("didit", "identity"), ("mailgun", "mail"), ("stripe", "payments"))
            ]

    async with (
        AsyncAce(Settings(ai="", jobs="", realtime="", video="", fx_sources=()), loaded=Plugins(Strange())) as ace,
        browser(ace) as client,
    ):
        answer = await client.get("/healthz")
    assert (answer.status_code, set(answer.json()["services"].values())) == (503, {"unreachable"})
    assert "stranger" not in answer.text


def test_an_answer_from_one_event_loop_does_not_hang_another(ace_sandbox: RunningSandbox) -> None:
    ace = AsyncAce(Settings(sandbox_url=ace_sandbox.url))
    client = browser(ace)

    async def interrupted() -> None:
        asking = asyncio.create_task(client.get("/healthz"))
        await asyncio.sleep(0)
        asking.cancel()

    async def again() -> int:
        try:
            return (await client.get("/healthz")).status_code
        finally:
            await ace.aclose()

    asyncio.run(interrupted())
    assert asyncio.run(again()) == 200


def test_an_answer_kept_for_less_than_a_second_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="kept_s"):
        health_route(AsyncAce(Settings()), kept_s=0.5)
