"""Other people's clients of the sources of rates, pointed at the twin."""

import json
from collections.abc import Callable
from typing import Any

import aioopenexchangerates
import exrate
import pytest
from aioopenexchangerates.exceptions import OpenExchangeRatesAuthError, OpenExchangeRatesRateLimitError

from ace_integrations.sandbox import RunningSandbox

Run = Callable[..., str]


@pytest.fixture
def run(ace_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `exrate`, a command for Frankfurter's version 2."""
    monkeypatch.setattr(exrate, "API_BASE", f"{ace_sandbox.url}/frankfurter/v2")

    def ran(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["exrate", *arguments])
        exrate.main()
        return capsys.readouterr().out

    return ran


def test_exrate_reads_a_pair_of_all_banks_and_of_one(run: Run, ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.post("fx/rate", egp_per_usd="52.05019502")
    assert run("rate", "USD", "EGP").split()[1:] == ["1", "USD", "=", "52.05", "EGP"]
    assert run("rate", "usd", "egp", "--providers", "CBE").split()[4] == "52.05019502"


def test_exrate_converts_and_lists(run: Run) -> None:
    assert "5" in run("convert", "100", "USD", "EGP")
    rows = json.loads(run("rates", "--base", "USD", "--quotes", "EGP", "--expand", "--json"))
    assert [bank["key"] for bank in rows[0]["providers"]] == ["CBE"]
    assert "Egyptian Pound" in run("currency", "EGP")
    assert "EGP" in run("currencies")
    assert "CBE" in run("providers")


def test_exrate_is_refused_in_the_services_words(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("rate", "USD", "XAU")
    assert (ended.value.code, capsys.readouterr().err) == (1, "API error 404: not found\n")


@pytest.fixture
def open_exchange_rates(ace_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Give the maker of `aioopenexchangerates`' client."""
    monkeypatch.setattr(aioopenexchangerates.client, "BASE_API_ENDPOINT", f"{ace_sandbox.url}/openexchangerates/api/")
    return aioopenexchangerates.Client


async def test_aioopenexchangerates_reads_rates_and_currencies(open_exchange_rates: Callable[[str], Any]) -> None:
    async with open_exchange_rates("openexchangerates-sandbox-app-id") as client:
        latest = await client.get_latest(symbols=["EGP"])
        assert (latest.base, latest.rates) == ("USD", {"EGP": 50})
        assert (await client.get_currencies())["EGP"] == "Egyptian Pound"


async def test_aioopenexchangerates_tells_a_wrong_id_from_a_used_up_plan(
    open_exchange_rates: Callable[[str], Any], ace_sandbox: RunningSandbox
) -> None:
    async with open_exchange_rates("another") as client:
        with pytest.raises(OpenExchangeRatesAuthError):
            await client.get_latest()
    ace_sandbox.control.post("fx/sources/openexchangerates/trouble", trouble="too_many")
    async with open_exchange_rates("openexchangerates-sandbox-app-id") as client:
        with pytest.raises(OpenExchangeRatesRateLimitError):
            await client.get_latest()
