"""An answer in parts: read however it was cut, sent again only before its first part, typed when it breaks."""

import asyncio
import time
from contextlib import aclosing

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.teller import (
    AsyncTeller,
    Parts,
    Teller,
    TellerCalls,
    TellerSettings,
    account,
    ateller,
    events,
    teller,
)

from ace_integrations import ConnectionFailedError, DeadlineExceededError, ProviderError, UnexpectedReplyError
from ace_integrations.core import CallRecord, ConfiguredStream, Streamed
from ace_integrations.core.stream import Events

TALE = b"data: once\n\ndata: upon\n\ndata: .\n\n"


class Seen:
    """An observer that remembers how calls ended."""

    def __init__(self) -> None:
        self.ended: list[CallRecord] = []

    def before_call(self, record: CallRecord) -> None:
        pass

    def after_call(self, record: CallRecord) -> None:
        self.ended.append(record)


def both(answers: list[httpx.Response], seen: Seen | None = None) -> tuple[Teller, AsyncTeller]:
    """Give a client of each colour; each takes its own way through the same answers."""
    ways = [iter(answers), iter(answers)]
    here = account(clock=time.time, observer=seen)
    return teller(here, lambda _: next(ways[0])), ateller(here, lambda _: next(ways[1]))


async def words(client: AsyncTeller) -> list[str]:
    return [word async for word in client.narrate(of="x")]


@given(st.lists(st.integers(1, 40), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_events_are_the_same_wherever_the_bytes_were_cut(cuts: list[int], ending: bytes) -> None:
    text = ": a comment\n\nevent: x\ndata: é one\ndata: two\n\ndata:three\nid: 7\n\n\n\ndata: last".encode()
    text = text.replace(b"\n", ending)
    reader, found, at = Events(), [], 0
    for cut in cuts:
        found += reader.feed(text[at : at + cut])
        at += cut
    found += reader.feed(text[at:]) + reader.end()
    assert found == ["é one\ntwo".encode(), b"three", b"last"]


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_parts_come_in_order_and_what_they_used_is_told(colour: str) -> None:
    seen = Seen()
    client, awaited = both([events(TALE[:9], TALE[9:])], seen)
    assert (list(client.narrate(of="x")) if colour == "sync" else await words(awaited)) == ["once", "upon"]
    (record,) = seen.ended
    assert (record.error, record.used, record.status, record.attempts) == ("", {"word": 3}, 200, 1)


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_before_the_first_part_it_is_sent_again_like_any_call(colour: str) -> None:
    client, awaited = both([httpx.Response(503, text="later"), events(TALE)])
    assert (list(client.narrate(of="x")) if colour == "sync" else await words(awaited)) == ["once", "upon"]


BREAKS: list[tuple[bytes, Exception | None, type[ProviderError], str]] = [
    (b"data: once\n\n", None, UnexpectedReplyError, "no end"),
    (b"data: once\n\n", httpx.ReadError("reset"), ConnectionFailedError, "broke"),
    (b"data: once\n\n", httpx.ReadTimeout("silent"), DeadlineExceededError, "no answer"),
    (b"data: once\n\ndata: !no more\n\n", None, ProviderError, "no more"),
]


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize(("body", "end", "error", "text"), BREAKS)
async def test_after_the_first_part_it_is_never_sent_again(
    colour: str, body: bytes, end: Exception | None, error: type[ProviderError], text: str
) -> None:
    client, awaited = both([events(body, *([end] if end else []))])
    if colour == "sync":
        parts = client.narrate(of="x")
        assert next(parts) == "once"
        with pytest.raises(error, match=text) as caught:
            next(parts)
    else:
        aparts = awaited.narrate(of="x")
        assert await anext(aparts) == "once"
        with pytest.raises(error, match=text) as caught:
            await anext(aparts)
    assert (caught.value.provider, caught.value.operation) == ("teller", "narrate")


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_page_in_place_of_a_stream_is_an_unexpected_reply(colour: str) -> None:
    client, awaited = both([httpx.Response(200, html="<p>hello</p>")])
    with pytest.raises(UnexpectedReplyError, match="text/html"):
        _ = list(client.narrate(of="x")) if colour == "sync" else await words(awaited)


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_who_leaves_early_gives_the_connection_back(colour: str) -> None:
    body, seen = Parts(TALE[:12], TALE[12:]), Seen()
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    client, awaited = both([answer], seen)
    if colour == "sync":
        generator = client.narrate(of="x")
        assert next(generator) == "once"
        generator.close()
    else:
        async with aclosing(awaited.narrate(of="x")) as parts:
            assert await anext(parts) == "once"
    assert body.is_closed
    assert [(record.error, record.used) for record in seen.ended] == [("", {"word": 1})]


async def test_a_canceled_reader_leaves_no_connection_open() -> None:
    arrived = asyncio.Event()

    class Endless(Parts):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            yield TALE[:12]
            arrived.set()
            await asyncio.Event().wait()

    body = Endless()
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    reading = asyncio.create_task(words(both([answer])[1]))
    await arrived.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert body.is_closed


def test_a_described_stream_can_be_changed_before_it_is_followed() -> None:
    described = TellerCalls().narrate(of="x")
    assert isinstance(described, Streamed)
    client, _ = both([events(TALE)])
    assert list(client.follow(described.map(str.upper))) == ["ONCE", "UPON"]


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_stream_may_need_a_setting_of_the_account_that_it_is_asked_of(colour: str) -> None:
    asked: list[str] = []

    def describe(settings: TellerSettings) -> Streamed[str]:
        assert settings.key is not None
        asked.append(settings.key.get_secret_value())
        described = TellerCalls().narrate(of="x")
        assert isinstance(described, Streamed)
        return described

    stream = ConfiguredStream(describe).labelled("teller", "narrate").map(str.upper)
    client, awaited = both([events(TALE)])
    assert asked == []
    found = list(client.follow(stream)) if colour == "sync" else [word async for word in awaited.follow(stream)]
    assert (found, asked) == (["ONCE", "UPON"], ["teller-key"])


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize(
    ("error", "used"),
    [(httpx.ConnectError("refused"), {}), (httpx.ReadError("reset"), None), (httpx.ReadTimeout("silent"), None)],
    ids=["not sent", "broke", "silent"],
)
async def test_what_was_sent_and_not_answered_may_have_been_billed(
    colour: str, error: httpx.TransportError, used: object
) -> None:
    def fails(request: httpx.Request) -> httpx.Response:
        raise error

    seen = Seen()
    here = account(clock=time.time, observer=seen)
    with pytest.raises((ConnectionFailedError, DeadlineExceededError)):
        _ = teller(here, fails).tell(of="x") if colour == "sync" else await ateller(here, fails).tell(of="x")
    (record,) = seen.ended
    assert record.used == used


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_stream_may_go_on_in_another_one_which_is_a_call_of_its_own(colour: str) -> None:
    seen = Seen()
    client, awaited = both([events(b"data: once\n\ndata: .more\n\n"), events(TALE)], seen)
    assert (list(client.narrate(of="x")) if colour == "sync" else await words(awaited)) == ["once", "once", "upon"]
    assert [(record.error, record.used) for record in seen.ended] == [("", {"word": 2}), ("", {"word": 3})]


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_changed_stream_goes_on_changed(colour: str) -> None:
    described = TellerCalls().narrate(of="x").map(str.upper)
    client, awaited = both([events(b"data: once\n\ndata: .more\n\n"), events(TALE)])
    found = list(client.follow(described)) if colour == "sync" else [word async for word in awaited.follow(described)]
    assert found == ["ONCE", "ONCE", "UPON"]
