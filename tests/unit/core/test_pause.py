"""A service that asks to be left alone is left alone: by its own words only, by all processes, with one probe after."""

import time
from collections.abc import Callable

import httpx
import pytest
from tests.teller import account, ateller, teller

from ace_integrations import PausedError
from ace_integrations.core.shared import RedisShared

TALE = {"text": "once", "words": 1}


class Line:
    """Answers in turn, and counts what was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def tired(status: int = 429) -> httpx.Response:
    return httpx.Response(status, headers={"x-rest": "600"}, json=TALE)


@pytest.fixture
def now() -> list[float]:
    return [1_764_000_000.0]


@pytest.fixture
def clock(now: list[float]) -> Callable[[], float]:
    return lambda: now[0]


@pytest.mark.parametrize("status", [200, 403, 429])
def test_until_the_pause_ends_nothing_is_sent(clock: Callable[[], float], now: list[float], status: int) -> None:
    line = Line(tired(status), httpx.Response(200, json=TALE))
    client = teller(account(clock=clock), line)
    try:
        client.tell(of="x")
    except Exception as error:
        assert status != 200, error  # noqa: PT017 - a success may ask for a pause too
    for _ in range(100):
        with pytest.raises(PausedError, match="tired; nothing was sent") as caught:
            client.tell(of="x")
    assert (line.asked, caught.value.code, caught.value.retry_after) == (1, "tired", 600)
    now[0] += 601
    assert client.tell(of="x").text == "once"
    assert client.tell(of="x").text == "once"
    assert line.asked == 3


def test_a_refusal_that_asks_for_a_pause_is_not_sent_again(clock: Callable[[], float]) -> None:
    line = Line(tired())
    with pytest.raises(Exception, match="teller tell"):
        teller(account(clock=clock), line).tell(of="x")
    assert line.asked == 1


def test_after_a_pause_one_call_goes_first(clock: Callable[[], float], now: list[float]) -> None:
    line = Line(tired(200), tired(200))
    client = teller(account(clock=clock), line)
    client.tell(of="x")
    now[0] += 601
    client.tell(of="x")
    with pytest.raises(PausedError):
        client.tell(of="x")
    assert line.asked == 2


def test_a_pause_holds_back_its_own_group_only(clock: Callable[[], float]) -> None:
    line = Line(tired(200), httpx.Response(200, json=TALE))
    client = teller(account(clock=clock), line)
    client.tell(of="x")
    assert client.tell(of="y").text == "once"


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_pause_survives_a_restart(redis_url: str, colour: str) -> None:
    shared = RedisShared(redis_url)
    first = account(clock=time.time, shared=shared)
    line = Line(tired(200), httpx.Response(200, json=TALE))
    again = account(clock=time.time, shared=RedisShared(redis_url))
    of = f"restart-{colour}"
    if colour == "sync":
        teller(first, line).tell(of=of)
        with pytest.raises(PausedError):
            teller(again, line).tell(of=of)
    else:
        await ateller(first, line).tell(of=of)
        with pytest.raises(PausedError):
            await ateller(again, line).tell(of=of)
    assert line.asked == 1


def test_without_the_shared_place_a_pause_is_kept_here(caplog: pytest.LogCaptureFixture) -> None:
    line = Line(tired(200))
    client = teller(account(clock=time.time, shared=RedisShared("redis://127.0.0.1:9/0")), line)
    client.tell(of="x")
    with pytest.raises(PausedError):
        client.tell(of="x")
    assert "pauses are not shared" in caplog.text
