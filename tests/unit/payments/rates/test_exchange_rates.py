"""`ace.rates` against the twin: which source is believed, for how long, and how often one is asked."""

import asyncio
import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.payments.rates.conftest import Colour, Make, Twin, clock_of

from ace_integrations import Ace, AsyncAce, InvalidInputError, Settings
from ace_integrations.core.shared import RedisShared
from ace_integrations.health import examine
from ace_integrations.payments import Money
from ace_integrations.payments.rates import (
    AmountTooSmallError,
    Decision,
    Quote,
    Rate,
    RateKind,
    RateMismatchError,
    RateProblem,
    RateRefusedError,
    SharedLastRates,
    asking,
)
from ace_integrations.payments.rates.sources.frankfurter import FrankfurterSettings
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.sandbox import start as start_sandbox

CHAIN = ("frankfurter", "er-api", "fawazahmed0", "fawazahmed0-pages")
PRICE = Money.of("1000", "EGP")
BOUGHT = {"purpose": "course:42", "user": "user-7"}

HOUR = 3600.0
OTHERS_RATE = ["stale", "future", "inverted", "per_100", "missing"]
REFUSED = ["error_200", "unauthorized", "too_many", "failing"]
BROKEN = ["reset", "truncated", "html"]


class Kept:
    """A shared place in memory that can fail."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.fails = False

    def get(self, key: str) -> bytes | None:
        self._look()
        return self.held.get(key)

    def put(self, key: str, value: bytes, *, seconds: int) -> None:
        self._look()
        assert seconds > 0
        self.held[key] = value

    def claim(self, key: str, *, seconds: int) -> bool:
        self._look()
        is_free = key not in self.held
        self.held[key] = b"taken"
        return is_free

    def _look(self) -> None:
        if self.fails:
            raise OSError("nobody there")


class Row:
    """The last accepted rate as a platform stores it."""

    def __init__(self, rate: Rate | None = None) -> None:
        self.rate = rate

    def get(self, base: str, quote: str) -> Rate | None:
        assert (base, quote) == ("USD", "EGP")
        return self.rate

    def put(self, rate: Rate) -> None:
        self.rate = rate


def test_without_any_configuration_a_thousand_pounds_are_twenty_dollars() -> None:
    with start_sandbox() as running, Ace(Settings(sandbox_url=running.url)) as ace:
        quote = ace.rates.quote(PRICE, to="USD", exponents="paypal", **BOUGHT)
    assert PRICE.convert(quote) == Money.of("20.00", "USD")


# Which source.


async def test_the_first_source_that_can_be_believed_is_the_only_one_asked(rates: Colour, twin: Twin) -> None:
    accepted = await rates.rate()
    assert (accepted.rate.source, accepted.rate.value, accepted.decision) == ("frankfurter", 50, Decision.FRESH)
    assert (twin.asked("frankfurter"), twin.asked()) == (1, 1)


@pytest.mark.parametrize("trouble", [*OTHERS_RATE, *REFUSED, *BROKEN])
async def test_whatever_a_source_suffers_from_the_next_one_is_asked(rates: Colour, twin: Twin, trouble: str) -> None:
    twin.trouble(trouble, "frankfurter")
    accepted = await rates.rate()
    assert (accepted.rate.source, accepted.rate.value, accepted.decision) == ("er-api", 50, Decision.FRESH)
    assert [one.source for one in accepted.skipped] == ["frankfurter"]


@pytest.mark.parametrize("trouble", [*OTHERS_RATE, *REFUSED, *BROKEN])
async def test_where_all_suffer_a_typed_refusal_is_all_that_comes(rates: Colour, twin: Twin, trouble: str) -> None:
    twin.trouble(trouble, *CHAIN)
    with pytest.raises(RateRefusedError) as refused:
        await rates.rate()
    assert refused.value.reason is RateProblem.UNAVAILABLE
    assert [one.source for one in refused.value.skipped] == ["frankfurter", "er-api", "fawazahmed0"]


@pytest.mark.punctual
async def test_a_slow_source_is_left_when_its_time_is_over(
    rates: Colour, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SOURCE_S", 0.3)
    twin.trouble("slow", "frankfurter")
    accepted = await rates.rate()
    assert (accepted.rate.source, accepted.skipped[0].reason) == ("er-api", "error")


async def test_the_chain_as_a_whole_has_an_end_too(rates: Colour, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "CHAIN_S", 0.3)
    twin.trouble("slow", "frankfurter")
    with pytest.raises(RateRefusedError):
        await rates.rate()
    assert twin.asked("fawazahmed0") == 0


async def test_the_second_host_stands_in_for_the_first(make: Make, twin: Twin) -> None:
    twin.trouble("failing", "fawazahmed0")
    accepted = await make(fx_sources=("fawazahmed0",)).rate()
    assert (accepted.rate.source, accepted.skipped) == ("fawazahmed0", ())
    assert (twin.asked("fawazahmed0"), twin.asked("fawazahmed0-pages")) == (1, 1)


async def test_sources_are_asked_in_the_order_of_the_settings(make: Make, twin: Twin) -> None:
    rates = make(fx_sources=("openexchangerates", "exchangerate-api"))
    assert (await rates.rate()).rate.source == "openexchangerates"
    twin.trouble("unauthorized", "openexchangerates")
    assert (await rates.refresh()).rate.source == "exchangerate-api"


@pytest.mark.parametrize("source", ["exchangerate-api", "openexchangerates", "fixer", "fawazahmed0-pages"])
async def test_every_source_can_be_the_only_one(make: Make, twin: Twin, source: str) -> None:
    accepted = await make(fx_sources=(source,)).rate()
    assert (round(accepted.rate.value, 4), twin.asked(source)) == (
        50,
        1,
    )  # crossed from six digits each, at one of them


def test_the_sources_that_are_on_are_named_in_their_order(ace_sandbox: RunningSandbox) -> None:
    settings = Settings(sandbox_url=ace_sandbox.url, fx_sources=("er-api", "frankfurter"))
    assert Ace(settings).rates.sources == AsyncAce(settings).rates.sources == ("er-api", "frankfurter")


@pytest.mark.parametrize(("trouble", "verdict"), [("", "sandbox"), ("unauthorized", "wrong")])
def test_the_doctor_asks_whether_an_app_id_is_good(twin: Twin, trouble: str, verdict: str, ace_sandbox: Any) -> None:
    twin.trouble(trouble, "openexchangerates")
    with Ace(Settings(sandbox_url=ace_sandbox.url, fx_sources=("openexchangerates",))) as ace:
        found = {name: call.run(ace).verdict for name, call in examine(ace)}
    assert found["openexchangerates"] == verdict


async def test_every_source_can_be_asked_beside_each_other(rates: Colour, twin: Twin) -> None:
    twin.trouble("failing", "er-api")
    asked = await rates.survey()
    assert [(one.source, one.rate is not None) for one in asked] == [
        ("frankfurter", True),
        ("er-api", False),
        ("fawazahmed0", True),
    ]
    assert asked[1].error.status == 500


# A day of March.


async def test_a_devaluation_that_one_source_tells_alone_is_disputed_and_passes_when_another_tells_it(
    rates: Colour, twin: Twin
) -> None:
    assert (await rates.rate()).rate.value == 50
    twin.devalue()
    with pytest.raises(RateRefusedError) as refused:
        await rates.refresh()
    assert refused.value.reason is RateProblem.DISPUTED
    with pytest.raises(RateRefusedError):
        await rates.rate()  # the old one would overcharge the buyer
    twin.devalue()
    accepted = await rates.refresh()
    assert (accepted.rate.value, accepted.confirmed_by) == (81, "er-api")


async def test_a_jump_that_nobody_else_can_confirm_is_refused_and_no_fixed_rate_stands_in(
    make: Make, twin: Twin
) -> None:
    rates = make(fx_fixed=Decimal(50))
    await rates.rate()
    twin.devalue()
    twin.trouble("failing", *CHAIN[1:])
    with pytest.raises(RateRefusedError) as refused:
        await rates.refresh()
    assert refused.value.reason is RateProblem.UNCONFIRMED


async def test_without_any_source_the_last_known_rate_serves_and_then_the_fixed_one(make: Make, twin: Twin) -> None:
    rates = make(fx_fixed=Decimal(49))
    await rates.rate()
    twin.trouble("failing", *CHAIN)
    twin.later(2 * HOUR)
    accepted = await rates.rate()
    assert (accepted.rate.kind, accepted.rate.value, accepted.decision) == (RateKind.LAST_KNOWN, 50, Decision.FRESH)
    twin.later(100 * HOUR)
    accepted = await rates.rate()
    assert (accepted.rate.kind, accepted.rate.value, accepted.decision) == (RateKind.FIXED, 49, Decision.FIXED)
    twin.trouble("", *CHAIN)
    twin.later(61)
    assert (await rates.rate()).rate.source == "frankfurter"


async def test_with_no_source_at_all_the_fixed_rate_is_the_rate(make: Make, twin: Twin) -> None:
    rates = make(fx_sources=(), fx_fixed=Decimal(50))
    await rates.rate()
    twin.later(50)
    quote = await rates.quote(PRICE, to="USD", **BOUGHT)
    assert (quote.target, quote.decision, twin.asked()) == (Money.of("20", "USD"), Decision.FIXED, 0)


# For how long.


async def test_a_rate_is_kept_for_an_hour_where_its_source_does_not_say_when_it_has_another(
    rates: Colour, twin: Twin
) -> None:
    await rates.rate()
    twin.later(0.7 * HOUR)
    await rates.rate()
    assert twin.asked() == 1
    twin.later(0.4 * HOUR)
    await rates.rate()
    assert twin.asked() == 2


async def test_a_rate_is_kept_until_its_source_says_that_it_has_another(make: Make, twin: Twin) -> None:
    rates = make(fx_sources=("er-api",))
    await rates.rate()  # at noon; the next one comes twelve minutes after midnight
    twin.later(9 * HOUR)
    await rates.rate()
    assert twin.asked() == 1
    twin.later(3.3 * HOUR)
    await rates.rate()
    assert twin.asked() == 2


async def test_near_its_end_a_rate_is_renewed_behind_the_callers_backs(rates: Colour, twin: Twin) -> None:
    await rates.rate()
    twin.market("52.05")
    twin.later(0.85 * HOUR)
    assert (await rates.rate()).rate.value == 50
    await rates.renewed()
    assert ((await rates.rate()).rate.value, twin.asked()) == (Decimal("52.05"), 2)


async def test_a_renewal_that_fails_is_not_tried_again_at_once_and_hurts_nobody(rates: Colour, twin: Twin) -> None:
    await rates.rate()
    twin.trouble("failing", *CHAIN)
    twin.later(0.85 * HOUR)
    for _ in range(5):
        assert (await rates.rate()).rate.value == 50
        await rates.renewed()
    assert twin.asked("frankfurter") == 2


async def test_a_kept_rate_grows_old_without_being_asked_for(make: Make, twin: Twin) -> None:
    twin.market("50", hours_ago=35)
    rates = make(fx_sources=("openexchangerates",), fx_warn_age=timedelta(hours=35.5))
    assert (await rates.rate()).decision is Decision.FRESH
    twin.later(0.7 * HOUR)
    assert (await rates.rate()).decision is Decision.AGED
    assert twin.asked() == 1


async def test_a_kept_rate_that_became_too_old_is_asked_for_again(make: Make, twin: Twin) -> None:
    twin.market("50", hours_ago=10)
    rates = make(fx_sources=("openexchangerates",), fx_warn_age=timedelta(hours=1), fx_max_age=timedelta(hours=10.5))
    await rates.rate()
    twin.later(0.7 * HOUR)
    with pytest.raises(RateRefusedError):
        await rates.rate()
    assert twin.asked() == 2


async def test_a_source_that_failed_is_left_in_peace_for_a_minute(rates: Colour, twin: Twin) -> None:
    twin.trouble("failing", *CHAIN)
    for _ in range(5):
        with pytest.raises(RateRefusedError):
            await rates.rate()
    assert twin.asked("frankfurter") == 1
    twin.later(61)
    with pytest.raises(RateRefusedError):
        await rates.rate()
    assert twin.asked("frankfurter") == 2


async def test_a_source_that_names_a_pause_is_left_in_peace_so_long(make: Make, twin: Twin) -> None:
    rates = make(fx_sources=("er-api", "frankfurter"))
    twin.trouble("too_many", "er-api")
    await rates.rate()
    twin.trouble("", "er-api")
    twin.later(1000)
    assert (await rates.refresh()).rate.source == "frankfurter"
    twin.later(201)
    assert (await rates.refresh()).rate.source == "er-api"
    assert twin.asked("er-api") == 2


async def test_a_mark_saves_an_answer_that_has_not_changed(make: Make, twin: Twin, ace_sandbox: RunningSandbox) -> None:
    rates = make(fx_sources=("openexchangerates",))
    first, second = await rates.refresh(), await rates.refresh()
    assert [entry["status"] for entry in ace_sandbox.control.journal(provider="openexchangerates")] == [200, 304]
    assert first.rate.value == second.rate.value
    assert second.rate.fetched_at >= first.rate.fetched_at


# How often.


@pytest.mark.parametrize("trouble", ["", "failing"])
def test_fifty_threads_make_one_request(ace_sandbox: RunningSandbox, twin: Twin, trouble: str) -> None:
    twin.trouble(trouble, "frankfurter")
    with (
        Ace(Settings(sandbox_url=ace_sandbox.url), clock=clock_of(ace_sandbox)) as ace,
        ThreadPoolExecutor(50) as pool,
    ):
        found = list(pool.map(lambda _: ace.rates.rate(), range(50)))
    assert {one.rate.value for one in found} == {50}
    assert twin.asked("frankfurter") == 1
    assert twin.asked("er-api") == bool(trouble)


async def test_two_hundred_tasks_make_one_request(ace_sandbox: RunningSandbox, twin: Twin) -> None:
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url), clock=clock_of(ace_sandbox)) as ace:
        found = await asyncio.gather(*(ace.rates.rate() for _ in range(200)))
        twin.later(0.85 * HOUR)
        await asyncio.gather(*(ace.rates.rate() for _ in range(200)))
        await Colour(ace.rates).renewed()
    assert {one.rate.value for one in found} == {50}
    assert twin.asked() == 2


def test_an_awaited_object_serves_several_event_loops(ace_sandbox: RunningSandbox, twin: Twin) -> None:
    ace = AsyncAce(Settings(sandbox_url=ace_sandbox.url), clock=clock_of(ace_sandbox))

    async def once() -> Any:
        try:
            return await ace.rates.rate()
        finally:
            await ace.aclose()

    assert asyncio.run(once()).rate.value == asyncio.run(once()).rate.value == 50
    assert twin.asked() == 1


# What other processes know.


PROCESS = """
from ace_integrations import Ace
with Ace() as ace:
    print(ace.rates.rate().rate.value)
"""


def test_two_processes_find_each_others_rate_in_redis(
    ace_sandbox: RunningSandbox, twin: Twin, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACE_SANDBOX_URL", ace_sandbox.url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    # Rules of their own: what other tests left in the same Redis is not theirs.
    monkeypatch.setenv("ACE_FX_BOUNDS", f"20,200.{datetime.now().microsecond:06}1")  # noqa: DTZ005 - a number
    with Ace() as ace:
        assert ace.rates.rate().rate.value == 50
    there = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True, check=True)
    assert (there.stdout.strip(), twin.asked()) == ("50", 1)


async def test_a_rate_of_another_process_is_taken_and_its_refusal_too(make: Make, twin: Twin) -> None:
    shared = Kept()
    one, other, third = (make(shared=shared) for _ in range(3))
    await one.rate()
    assert (await other.rate()).rate.value == 50
    assert twin.asked() == 1
    twin.devalue()
    with pytest.raises(RateRefusedError):
        await one.refresh()
    with pytest.raises(RateRefusedError):
        await third.rate()  # which learned from the first one what was accepted last


async def test_one_process_renews_for_all(make: Make, twin: Twin) -> None:
    shared = Kept()
    one, other = make(shared=shared), make(shared=shared)
    await one.rate()
    await other.rate()
    twin.later(0.85 * HOUR)
    for rates in (one, other):
        await rates.rate()
        await rates.renewed()
    assert twin.asked() == 2


async def test_a_shared_place_that_fails_is_told_and_done_without(
    make: Make, twin: Twin, caplog: pytest.LogCaptureFixture
) -> None:
    shared = Kept()
    shared.fails = True
    rates = make(shared=shared)
    with caplog.at_level(logging.WARNING, "ace_integrations.rates"):
        assert (await rates.rate()).rate.value == 50
        twin.later(0.85 * HOUR)
        await rates.rate()
        await rates.renewed()
    assert "not shared: OSError" in caplog.text
    assert twin.asked() == 2


async def test_nonsense_in_the_shared_place_is_asked_anew(make: Make, twin: Twin) -> None:
    shared = Kept()
    await make(shared=shared).rate()
    shared.held = dict.fromkeys(shared.held, b'{"accepted": 1}')
    assert (await make(shared=shared).rate()).rate.value == 50
    assert twin.asked() == 2


async def test_the_last_accepted_rate_outlives_the_process_in_a_row_of_the_platform(make: Make, twin: Twin) -> None:
    row = Row()
    await make(last_rates=row).rate()
    assert row.rate is not None
    assert (row.rate.source, row.rate.value) == ("frankfurter", 50)
    twin.trouble("failing", *CHAIN)
    accepted = await make(last_rates=row).rate()
    assert (accepted.rate.kind, accepted.rate.value) == (RateKind.LAST_KNOWN, 50)
    assert row.rate.kind is RateKind.AGGREGATE


@pytest.mark.parametrize("first", ["rate", "refresh"])
async def test_a_new_process_holds_its_first_rate_to_the_last_one_of_another(
    make: Make, twin: Twin, first: str
) -> None:
    row = Row()
    await make(last_rates=row).rate()
    twin.devalue()
    with pytest.raises(RateRefusedError) as refused:
        await getattr(make(last_rates=row), first)()
    assert refused.value.reason is RateProblem.DISPUTED


def test_the_last_accepted_rate_is_kept_in_redis(redis_url: str, ace_sandbox: RunningSandbox) -> None:
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        rate = ace.rates.rate().rate
    realm = f"test-{time.time_ns()}"
    SharedLastRates(RedisShared(redis_url), realm=realm).put(rate)
    assert SharedLastRates(RedisShared(redis_url), realm=realm).get("USD", "EGP") == rate
    assert SharedLastRates(RedisShared(redis_url), realm=realm).get("EUR", "EGP") is None
    assert SharedLastRates(RedisShared(redis_url), realm="live").get("USD", "EGP") is None


async def test_a_sandboxs_rate_never_reaches_a_live_platform_through_the_same_place(
    make: Make, twin: Twin, ace_sandbox: RunningSandbox
) -> None:
    shared = Kept()
    await make(shared=shared).rate()
    elsewhere = FrankfurterSettings(base_url="https://rates.example.com")
    live = Ace(Settings(fx_sources=("frankfurter",), providers=(elsewhere,)), clock=clock_of(ace_sandbox))
    live.assembly.__dict__["_shared"] = shared
    keeper = live.rates._keeper
    keeper.learn()
    assert keeper.borrowed() is None
    assert keeper._last is None


# What is said.


@pytest.mark.parametrize(
    ("trouble", "level", "words"),
    [
        ((), logging.INFO, "USD/EGP 50 from frankfurter as of"),
        (CHAIN, logging.WARNING, "USD/EGP 50 from fixed as of"),
    ],
)
async def test_the_log_says_source_value_time_age_and_decision(
    make: Make, twin: Twin, caplog: pytest.LogCaptureFixture, trouble: tuple[str, ...], level: int, words: str
) -> None:
    twin.trouble("failing", *trouble)
    with caplog.at_level(logging.INFO, "ace_integrations.rates"):
        accepted = await make(fx_fixed=Decimal(50)).rate()
    record = caplog.records[-1]
    assert (record.levelno, record.getMessage().startswith(words)) == (level, True)
    assert record.getMessage().endswith(f" h old: {accepted.decision}")
    assert record.__dict__["accepted"] == accepted


async def test_what_is_aged_held_or_refused_is_a_warning(
    rates: Colour, twin: Twin, caplog: pytest.LogCaptureFixture
) -> None:
    twin.market("50", hours_ago=60)
    with caplog.at_level(logging.WARNING, "ace_integrations.rates"):
        await rates.rate()
        twin.market("81")
        await rates.refresh()
        twin.tell("50", "frankfurter")
        with pytest.raises(RateRefusedError):
            await rates.refresh()
    told = [record.getMessage() for record in caplog.records]
    assert told[0].endswith(": aged")
    assert told[1].endswith("held and confirmed by er-api")
    assert told[2].startswith("no rate: rate_disputed")


# Quotes.


async def test_a_quote_has_the_terms_of_the_settings(make: Make, twin: Twin) -> None:
    rates = make(fx_markup=Decimal("0.02"), fx_quote_ttl=timedelta(minutes=5))
    quote = await rates.quote(PRICE, to="USD", exponents="paypal", **BOUGHT)
    assert (quote.target, quote.markup, quote.exponents) == (Money.of("20.40", "USD"), Decimal("0.02"), "paypal")
    assert quote.expires_at - quote.created_at == timedelta(minutes=5)


async def test_a_stored_quote_explains_itself_whatever_the_gateway(make: Make, twin: Twin) -> None:
    twin.market("52.05019502")
    rates = make(fx_sources=("fawazahmed0",))
    for exponents, to, price in (
        ("iso", "USD", PRICE),
        ("paypal", "USD", PRICE),
        ("stripe", "EGP", Money.of("20", "USD")),
    ):
        quote = await rates.quote(price, to=to, exponents=exponents, **BOUGHT)
        stored = Quote.model_validate_json(quote.model_dump_json())
        assert stored == quote
        assert stored.again() == quote.target
        assert stored.record()["rate"] == "52.05019502"


async def test_a_quote_of_less_than_the_gateway_takes_is_refused(rates: Colour) -> None:
    small = Money.of("49.74", "EGP")
    with pytest.raises(AmountTooSmallError, match=r"1\.00 USD is the least"):
        await rates.quote(small, to="USD", exponents="paypal", **BOUGHT)
    assert (await rates.quote(small, to="USD", exponents="stripe", **BOUGHT)).target == Money.of("0.99", "USD")
    with pytest.raises(AmountTooSmallError, match=r"5\.00 USD is the least"):
        await rates.quote(PRICE - Money.of("800", "EGP"), to="USD", smallest=Money.of("5", "USD"), **BOUGHT)


async def test_a_quote_is_between_dollars_and_pounds_only_and_of_a_known_gateway(rates: Colour) -> None:
    with pytest.raises(RateMismatchError):
        await rates.quote(PRICE, to="EUR", **BOUGHT)
    with pytest.raises(InvalidInputError, match="exponents"):
        await rates.quote(PRICE, to="USD", exponents="pigeon", **BOUGHT)
