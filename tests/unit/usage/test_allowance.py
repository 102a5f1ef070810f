"""What one user may use is set aside before a call and settled after it, so that no crowd of calls can pass it."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx
import pytest
from tests.teller import account, ateller, teller
from tests.unit.usage.meters import Clock

from ace_integrations import BudgetExceededError, ConfigurationError, UnavailableError
from ace_integrations.core import CallRecord
from ace_integrations.usage import Allowances, Price, PriceList, acting_for
from ace_integrations.usage.allowance import read_allowances

MIDDAY = 1_764_072_000.0  # 2025-11-25 12:00 UTC
PRICES = {
    "teller": PriceList(
        as_of=date(2025, 11, 1), source="nobody's page", prices={"word": Price(Decimal("0.01"))}, is_metered=True
    )
}
Make = Callable[..., Allowances]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Make:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None

    def made(*texts: str, clock: Callable[[], float] = lambda: MIDDAY) -> Allowances:
        return Allowances(read_allowances(texts, PRICES), prices=PRICES, clock=clock, redis_url=url)

    return made


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4()}"


class Teller:
    """Tells tales of some words, and counts what was asked."""

    def __init__(self, words: int, *, status: int = 200) -> None:
        self.words, self.status, self.asked = words, status, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(self.status, json={"text": "once", "words": self.words})


def record(user: str, *, foreseen: int = 10, used: int | None = None, error: str = "") -> CallRecord:
    words = None if used is None else {"word": used}
    return CallRecord(
        "teller", "tell", "POST", "/tell", foreseen={"word": foreseen}, used=words, user=user, error=error
    )


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_the_call_that_would_pass_it_is_never_sent(make: Make, user: str, colour: str) -> None:
    words, guard = Teller(4), make("teller=20 units/day")
    here = account(clock=lambda: MIDDAY, guard=guard)

    async def tell() -> str:
        with acting_for(user):
            if colour == "sync":
                return teller(here, words).tell(of="x").text
            return (await ateller(here, words).tell(of="x")).text

    for _ in range(3):  # 4 of the 10 that each may use: 12 in all
        await tell()
    with pytest.raises(BudgetExceededError, match="20 units a day") as caught:
        await tell()
    assert (words.asked, caught.value.retry_after, caught.value.code) == (3, 12 * 3600, "allowance")
    assert guard.used(user) == {"teller: 20 units a day": Decimal(12)}


@pytest.mark.parametrize("text", ["teller=5 calls/day", "teller=50 units/day", "teller=0.50 USD/month"])
def test_50_workers_at_once_cannot_pass_it_together(make: Make, user: str, text: str) -> None:
    guard = make(text)

    def work(_: int) -> bool:
        try:
            hold = guard.take(record(user))
        except BudgetExceededError:
            return False
        guard.settle(hold, record(user, used=10))
        return True

    with ThreadPoolExecutor(50) as workers:
        passed = list(workers.map(work, range(50)))
    # Two that come together may both be refused in place of the last: never is one too many let through.
    assert 1 <= sum(passed) <= 5
    later = sum(work(0) for _ in range(50))
    assert sum(passed) + later == 5


def test_what_was_surely_not_served_costs_nothing(make: Make, user: str) -> None:
    guard = make("teller=1 calls/day")
    refused = Teller(0, status=400)
    client = teller(account(clock=lambda: MIDDAY, guard=guard), refused)
    for _ in range(3):
        with acting_for(user), pytest.raises(Exception, match="status 400"):
            client.tell(of="x")
    assert refused.asked == 3


def test_what_may_have_been_served_counts_as_the_most_it_may_have_used(make: Make, user: str) -> None:
    guard = make("teller=15 units/day")
    failing = Teller(0, status=500)
    client = teller(account(clock=lambda: MIDDAY, guard=guard), failing)
    with acting_for(user), pytest.raises(UnavailableError):
        client.tell(of="x")
    with acting_for(user), pytest.raises(BudgetExceededError):
        client.tell(of="x")
    assert failing.asked == 1


def test_it_begins_anew_with_the_next_day_or_month(make: Make, user: str) -> None:
    clock = Clock(MIDDAY)
    guard = make("teller=1 calls/day", clock=clock)
    guard.settle(guard.take(record(user)), record(user, used=1))
    with pytest.raises(BudgetExceededError):
        guard.take(record(user))
    clock.now += 12 * 3600
    assert guard.take(record(user)) is not None


def test_every_allowance_of_a_service_holds_and_a_refusal_gives_back_what_it_took(make: Make, user: str) -> None:
    guard = make("teller=100 calls/day", "teller=0.15 USD/month")
    guard.settle(guard.take(record(user)), record(user, used=10))
    with pytest.raises(BudgetExceededError, match="USD a month"):
        guard.take(record(user))
    assert guard.used(user) == {"teller: 100 calls a day": Decimal(1), "teller: 0.15 USD a month": Decimal("0.1")}


def test_users_do_not_use_up_each_others(make: Make, user: str) -> None:
    guard = make("teller=1 calls/day")
    assert guard.take(record(user)) is not None
    assert guard.take(record(f"{user}-other")) is not None


def test_calls_for_nobody_and_of_other_services_are_not_counted(make: Make, user: str) -> None:
    guard = make("teller=1 calls/day")
    assert [guard.take(record("")), guard.take(replace(record(user), provider="other"))] == [None, None]


def test_without_redis_each_process_counts_for_itself(caplog: pytest.LogCaptureFixture, user: str) -> None:
    allowances = read_allowances(["teller=1 calls/day"], PRICES)
    guard = Allowances(allowances, prices=PRICES, clock=lambda: MIDDAY, redis_url="redis://127.0.0.1:9/0")
    guard.settle(guard.take(record(user)), record(user, used=3))
    with pytest.raises(BudgetExceededError):
        guard.take(record(user))
    assert "Redis cannot be reached" in caplog.text


@pytest.mark.parametrize(
    "text", ["teller=5", "teller=5 calls", "teller=٥ calls/day", "other=5 calls/day", "teller=-1 calls/day"]
)
def test_what_is_no_allowance_is_a_configuration_error(text: str) -> None:
    with pytest.raises(ConfigurationError, match="ACE_USER_BUDGETS"):
        read_allowances([text], PRICES)
