"""Whatever the service answers is an answer or a typed error, however its bytes were cut."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.gemini.conftest import said

from ace_integrations.ai import Speaker, TextAnswer, TextRequest, Turn
from ace_integrations.errors import ProviderError
from ace_integrations.gemini import Gemini, GeminiModel, GeminiSettings

HELLO = TextRequest(turns=(Turn(speaker=Speaker.USER, text="Hello"),))
OURS = GeminiSettings(api_key="key-1")

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def mutated(draw, value):
    """Put anything in any one place."""
    if draw(st.integers(0, 4)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        kept = {name: mutated(draw, inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if draw(st.integers(0, 7))}
    if isinstance(value, list):
        return [mutated(draw, inner) for inner in value]
    return value


@st.composite
def answers(draw):
    whole = said("Learn ", "SQL.", finish=draw(st.sampled_from(["STOP", "SAFETY", "MAX_TOKENS", "OTHER", "NEW"])))
    whole["promptFeedback"] = {"blockReason": None, "safetyRatings": [{"category": "X", "blocked": True}]}
    whole["candidates"][0]["safetyRatings"] = [{"category": "X", "probability": "LOW"}]
    return draw(JSON) if draw(st.booleans()) else mutated(draw, whole)


class Pieces(httpx.SyncByteStream):
    """A body in pieces."""

    def __init__(self, pieces):
        self._pieces = pieces

    def __iter__(self):
        return iter(self._pieces)


def client(respond):
    return Gemini(OURS, http=httpx.Client(transport=httpx.MockTransport(respond)), max_retries=0)


def outcome(send):
    try:
        return send()
    except ProviderError as error:
        return error


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(answers(), st.sampled_from([200, 200, 200, 400, 404, 429, 500, 503]))
def test_any_json_is_an_answer_or_a_typed_error(value, status):
    body = json.dumps(value).encode()

    def respond(request):
        return httpx.Response(status, headers={"content-type": "application/json"}, stream=Pieces([body]))

    found = outcome(lambda: client(respond).perform(GeminiModel(OURS).generate(HELLO)))
    assert isinstance(found, TextAnswer | ProviderError)
    assert isinstance(found, ProviderError) or (found.text.strip() and status == 200)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(answers(), max_size=4))
def test_any_stream_of_json_is_an_answer_or_a_typed_error(values):
    body = b"".join(b"data: " + json.dumps(value).encode() + b"\r\n\r\n" for value in values)

    def respond(request):
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces([body]))

    found = outcome(lambda: list(client(respond).follow(GeminiModel(OURS).stream(HELLO))))
    assert isinstance(found, ProviderError) or found[-1].answer.text.strip()


FRAMES = [said("ما ", finish=None), said("هو ", finish=None), said("المسار؟")]


@pytest.mark.parametrize("ending", ["\r\n\r\n", "\n\n"])
@given(cuts=st.lists(st.integers(1, 30), max_size=60))
def test_the_parts_of_a_stream_are_the_same_wherever_its_bytes_were_cut(ending, cuts):
    body = "".join(f"data: {json.dumps(frame, ensure_ascii=False)}{ending}" for frame in FRAMES).encode()
    pieces, at = [], 0
    for size in cuts:
        pieces.append(body[at : at + size])
        at += size
    pieces.append(body[at:])

    def respond(request):
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))

    *parts, last = client(respond).follow(GeminiModel(OURS).stream(HELLO))
    assert [part.text for part in parts] == ["ما ", "هو ", "المسار؟"]
    assert last.answer.text == "ما هو المسار؟"
