"""Faults that others reported, which must not happen here."""

import base64
import json
import logging
import traceback
from urllib.parse import quote

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, Field
from sentry_sdk import Client
from sentry_sdk.transport import Transport
from sentry_sdk.utils import event_from_exception
from tests.unit.gemini.conftest import said

from ace_integrations import Ace, AceError, ConnectionFailedError, DeadlineExceededError, Settings
from ace_integrations.ai import (
    ContentBlockedError,
    EmptyAnswerError,
    InvalidAnswerError,
    ToolCallError,
    TruncatedError,
)
from ace_integrations.contrib.sentry import before_send
from ace_integrations.errors import InvalidRequestError, UnavailableError
from ace_integrations.gemini import Gemini, GeminiSettings


def candidate(**fields):
    return {"candidates": [{"content": {"role": "model"}, **fields}], "usageMetadata": {"promptTokenCount": 7}}


CALL = {"functionCall": {"name": "search", "args": {"city": "Cairo"}}}
WITHOUT_TEXT = {
    "{}": ({}, UnavailableError),
    "no candidates": ({"candidates": []}, UnavailableError),
    "blocked question": ({"promptFeedback": {"blockReason": "SAFETY"}}, ContentBlockedError),
    "SAFETY": ({"candidates": [{"finishReason": "SAFETY"}]}, ContentBlockedError),
    "RECITATION": ({"candidates": [{"finishReason": "RECITATION"}]}, ContentBlockedError),
    "MAX_TOKENS": ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, TruncatedError),
    "OTHER": ({"candidates": [{"finishReason": "OTHER"}]}, UnavailableError),
    "BLOCKLIST": ({"candidates": [{"finishReason": "BLOCKLIST"}]}, ContentBlockedError),
    "a new word": ({"candidates": [{"finishReason": "BRAND_NEW"}]}, UnavailableError),
    "no parts": (candidate(finishReason="STOP"), EmptyAnswerError),
    "empty parts": (candidate(finishReason="STOP", content={"parts": []}), EmptyAnswerError),
    "an empty part": (candidate(finishReason="STOP", content={"parts": [{}]}), EmptyAnswerError),
    "a call": (candidate(finishReason="STOP", content={"parts": [CALL]}), ToolCallError),
    "a call and no reason": ({"candidates": [{"content": {"parts": [CALL]}}]}, UnavailableError),
}


@pytest.mark.parametrize("case", WITHOUT_TEXT)
async def test_case_c17_an_answer_without_text_is_an_error_that_says_what_it_was(asker, twin, case):
    body, kind = WITHOUT_TEXT[case]
    for _ in range(2):
        twin.script(body)
    with pytest.raises(kind) as caught:
        await asker.generate("Hello")
    assert type(caught.value) is kind
    assert caught.value.code
    (row,) = asker.ace.usage.rows()
    assert row.calls == len(twin.requests)
    assert row.units == 7 * ("usageMetadata" in body) * row.calls


@pytest.mark.parametrize("case", WITHOUT_TEXT)
async def test_case_c17_a_stream_without_text_is_an_error_too(asker, twin, case):
    body, _ = WITHOUT_TEXT[case]
    twin.script(chunks=[body])
    with pytest.raises(AceError):
        await asker.stream("Hello")


class Analysis(BaseModel):
    """Of a CV."""

    model_config = ConfigDict(extra="ignore")

    skills: list[str]
    score: int = Field(ge=0, le=100)


CUT = '{"score": 71, "skills": ["Pyth'
WHOLE = '{"score": 71, "skills": ["Python"]}'
REFUSED = {
    "cut, and said to be whole": CUT,
    "prose around a fence": f"Here it is:\n```json\n{WHOLE}\n```\nGood luck!",
    "two fences": f"```json\n{WHOLE}\n```\n```json\n{WHOLE}\n```",
    "a number as text": '{"score": "71", "skills": []}',
    "a number out of bounds": '{"score": 171, "skills": []}',
    "an empty fence": "```json\n```",
}


async def test_case_c18_a_cut_answer_is_asked_for_once_with_twice_the_room_and_never_read(asker, twin):
    for _ in range(2):
        twin.script(said(CUT, finish="MAX_TOKENS"))
    with pytest.raises(TruncatedError) as caught:
        await asker.ask("Analyse", Analysis)
    first, second = (body["generationConfig"] for body in twin.bodies)
    assert second["maxOutputTokens"] == 2 * first["maxOutputTokens"]
    assert first["thinkingConfig"] == {"thinkingLevel": "MINIMAL"}
    assert "Pyth" not in str(caught.value)
    units = {row.unit.rpartition(" ")[2]: row.units for row in asker.ace.usage.rows()}
    assert units == {"input": 20, "output": 16}


@pytest.mark.parametrize("case", REFUSED)
async def test_case_c18_what_is_no_answer_is_never_read_as_nothing_found(asker, twin, case):
    for _ in range(2):
        twin.script(said(REFUSED[case]))
    with pytest.raises(InvalidAnswerError):
        await asker.ask("Analyse", Analysis)
    assert len(twin.requests) == 2


async def test_case_c18_one_fence_is_read(asker, twin):
    twin.script(said(f"```json\n{WHOLE}\n```"))
    found = await asker.ask("Analyse", Analysis)
    assert (found.value, found.answer.retried) == (Analysis(score=71, skills=["Python"]), False)


KEY = "AIza" + "CASE19" * 5 + "-case"
SPELLINGS = [KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode().rstrip("=")]


class Kept(Transport):
    """Keeps what an error reporter would send."""

    def __init__(self):
        super().__init__()
        self.events = []

    def capture_envelope(self, envelope):
        self.events += [item.payload.json for item in envelope.items if item.payload.json]


def reported(ace, error):
    """Give what an error reporter sends, as a platform sets it up: the variables of every frame with it."""
    kept = Kept()
    client = Client(
        dsn="http://key@127.0.0.1:9/1", transport=kept, default_integrations=False, before_send=before_send(ace)
    )
    event, hint = event_from_exception(error, client_options=client.options)
    client.capture_event(event, hint)
    return json.dumps(kept.events)


def nobody(request):
    raise httpx.ConnectError("refused", request=request)


def silent(request):
    raise httpx.ReadTimeout("silent", request=request)


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_case_c19_the_key_is_in_one_header_and_nowhere_else(asker_of, settings_of, twin, caplog, way):
    assert len(KEY) == 39
    caplog.set_level(logging.DEBUG)
    asker = asker_of(settings_of(api_key=KEY))
    printed = [repr(await getattr(asker, way)("Hello"))]
    twin.script({"error": {"code": 400, "message": f"no {KEY}", "status": "INVALID_ARGUMENT"}}, status=400)
    with pytest.raises(InvalidRequestError) as caught:
        await getattr(asker, way)("Hello")
    connection = asker.ace.connection("gemini")
    account = connection.account
    printed += [seen(caught.value), reported(asker.ace, caught.value), repr(asker.client), repr(asker.ace)]
    printed += [repr(account.settings), account.settings.model_dump_json(), repr(account.endpoint)]
    everything = "\n".join([*printed, caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert [spelling for spelling in SPELLINGS if spelling in everything] == []
    for request in twin.requests:
        assert KEY not in json.dumps({name: request[name] for name in ("path", "query", "body")})
        assert "x-goog-api-key" in request["headers"]


@pytest.mark.parametrize(("fails", "kind"), [(nobody, ConnectionFailedError), (silent, DeadlineExceededError)])
def test_case_c19_an_answer_that_never_came_tells_no_key_either(caplog, fails, kind):
    caplog.set_level(logging.DEBUG)
    sent = []

    def respond(request):
        sent.append(request)
        return fails(request)

    ours = GeminiSettings(api_key=KEY)
    http = httpx.Client(transport=httpx.MockTransport(respond))
    with http, Gemini(ours, http=http) as client, pytest.raises(kind) as caught:
        client.generate_content("Hello")
    ace = Ace(Settings(providers=(ours,)))
    everything = "\n".join([seen(caught.value), reported(ace, caught.value), caplog.text])
    assert [spelling for spelling in SPELLINGS if spelling in everything] == []
    assert all(request.headers["x-goog-api-key"] == KEY for request in sent)
    assert all(KEY not in str(request.url) for request in sent)


def seen(error):
    return "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
