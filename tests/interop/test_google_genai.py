"""Google's official SDK against the twin: it must not be able to tell. What it sends is what our client is held to."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from ace_integrations.gemini import (
    Blob,
    Content,
    Gemini,
    GeminiSettings,
    GenerationConfig,
    Part,
    SafetySetting,
    ThinkingConfig,
)
from ace_integrations.gemini.models import user
from ace_integrations.gemini.sandbox import GeminiTwin
from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.settings import Settings

# The SDK subclasses aiohttp's session, which aiohttp would rather not have.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

MODEL = "gemini-3.5-flash-lite"
HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
RECORDED = json.loads((Path(__file__).parents[1] / "unit/gemini/vectors.json").read_text())
VECTORS: dict[str, Any] = {one["name"]: one for one in RECORDED["vectors"]}
PDF = types.Part.from_bytes(data=b"%PDF-1.4", mime_type="application/pdf")


class Gap(BaseModel):
    skill: str
    level: Literal["none", "basic"]
    note: str | None = None


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSandbox]:
    with start(twins=[GeminiTwin]) as running:
        yield running


@pytest.fixture
def sandbox(server: RunningSandbox) -> RunningSandbox:
    server.control.reset()
    return server


def connect(sandbox: RunningSandbox, key: str = "gemini-sandbox-key", **options: Any) -> genai.Client:
    where = types.HttpOptions(base_url=f"{sandbox.url}/gemini", api_version="v1beta", **options)
    return genai.Client(api_key=key, http_options=where)


@pytest.fixture(scope="module")
def connected(server: RunningSandbox) -> Iterator[genai.Client]:
    with connect(server) as client:
        yield client


@pytest.fixture
def client(sandbox: RunningSandbox, connected: genai.Client) -> genai.Client:
    return connected


@pytest.fixture
async def async_client(sandbox: RunningSandbox) -> AsyncIterator[Any]:
    async with connect(sandbox).aio as client:
        yield client


def ask(client: genai.Client, contents: Any = "Hello", *, model: str = MODEL, **config: Any) -> Any:
    return client.models.generate_content(
        model=model, contents=contents, config=types.GenerateContentConfig(**config) if config else None
    )


def stream(client: genai.Client, text: str, model: str = MODEL) -> list[Any]:
    return list(client.models.generate_content_stream(model=model, contents=text))


def listen(client: genai.Client, text: str, heard: list[str]) -> None:
    """Keep what a stream says until it breaks."""
    for chunk in client.models.generate_content_stream(model=MODEL, contents=text):
        heard.append(chunk.text)


def script(sandbox: RunningSandbox, **fields: Any) -> None:
    sandbox.control.post("gemini/scripts", **fields)


def asked(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = sandbox.control.get("gemini/requests")["requests"]
    return requests


# What it sends.


def turn(role: str, text: str) -> types.Content:
    return types.Content(role=role, parts=[types.Part(text=text)])


def search_jobs() -> dict[str, Any]:
    declared = types.FunctionDeclaration(
        name="search_jobs",
        description="Find jobs",
        parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    )
    calling = types.FunctionCallingConfig(
        mode=types.FunctionCallingConfigMode.ANY, allowed_function_names=["search_jobs"]
    )
    return {
        "tools": [types.Tool(function_declarations=[declared])],
        "tool_config": types.ToolConfig(function_calling_config=calling),
    }


def settings_of_the_guide() -> dict[str, Any]:
    return {
        "system_instruction": "Be brief.",
        "safety_settings": [
            types.SafetySetting(
                category=types.HarmCategory(f"HARM_CATEGORY_{harm}"),
                threshold=types.HarmBlockThreshold.BLOCK_MEDIUM_AND_ABOVE,
            )
            for harm in HARMS
        ],
        "temperature": 0.7,
        "top_p": 0.8,
        "top_k": 10,
        "max_output_tokens": 2048,
    }


CALLS = {
    "V1": lambda client: ask(client),
    "V2": lambda client: ask(client, "ما المسار؟", **settings_of_the_guide()),
    "V3": lambda client: ask(
        client,
        [turn("user", "Hi"), turn("model", "Hello!"), turn("user", "And now?")],
        stop_sequences=["END"],
        seed=7,
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
    ),
    "V4": lambda client: ask(client, "x", response_mime_type="application/json", response_schema=Gap),
    "V5": lambda client: ask(
        client, "x", response_mime_type="application/json", response_json_schema=Gap.model_json_schema()
    ),
    "V6": lambda client: stream(client, "Hello"),
    "V7": lambda client: client.models.count_tokens(model=MODEL, contents="Hello"),
    "V8": lambda client: ask(client, "jobs?", **search_jobs()),
    "V9": lambda client: ask(
        client, [PDF, "Analyse"], tools=[types.Tool(url_context=types.UrlContext())], service_tier="flex"
    ),
    "V10-get": lambda client: client.models.get(model=MODEL),
    "V10-list": lambda client: list(client.models.list(config={"page_size": 50})),
}


def test_each_recorded_vector_has_a_call() -> None:
    assert set(CALLS) == set(VECTORS)


@pytest.mark.parametrize("name", CALLS)
def test_it_sends_the_recorded_request(client: genai.Client, sandbox: RunningSandbox, name: str) -> None:
    CALLS[name](client)
    (sent,) = asked(sandbox)
    query = "&".join(f"{field}={value}" for field, value in sent["query"].items())
    vector = VECTORS[name]
    assert (sent["method"], f"{sent['path']}?{query}".rstrip("?")) == (vector["method"], vector["path"])
    assert json.dumps(sent["body"]) == json.dumps(vector["body"])
    assert int(sent["headers"].get("content-length", "0")) == vector["bytes"]


def test_it_sends_the_key_in_a_header_and_how_long_it_waits(sandbox: RunningSandbox) -> None:
    with connect(sandbox, timeout=30_500) as client:
        ask(client)
    (sent,) = asked(sandbox)
    names = ("x-goog-api-key", "x-server-timeout", "content-type", "user-agent")
    key, patience, kind, agent = (sent["headers"][name] for name in names)
    assert (key, patience, kind) == ("[redacted]", "31", "application/json")
    assert agent.startswith("google-genai-sdk/3.6.1 ")


# What it makes of answers.


def test_text_is_generated(client: genai.Client) -> None:
    answer = ask(client)
    usage = answer.usage_metadata
    assert answer.text.endswith("?")
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count
    assert (answer.model_version, answer.response_id[:4]) == (MODEL, "sbx-")


async def test_text_is_generated_awaited(async_client: Any, client: genai.Client) -> None:
    answer = await async_client.models.generate_content(model=MODEL, contents="Hello")
    assert answer.text == ask(client).text


def test_a_stream_says_the_same_in_four_deltas(client: genai.Client) -> None:
    chunks = stream(client, "Hello")
    assert "".join(chunk.text for chunk in chunks) == ask(client).text
    assert [chunk.candidates[0].finish_reason for chunk in chunks] == [None, None, None, types.FinishReason.STOP]
    assert chunks[-1].usage_metadata == ask(client).usage_metadata


async def test_a_stream_says_the_same_awaited(async_client: Any, client: genai.Client) -> None:
    chunks = [one async for one in await async_client.models.generate_content_stream(model=MODEL, contents="Hello")]
    assert "".join(chunk.text for chunk in chunks) == ask(client).text


@pytest.mark.parametrize("config", [{"response_schema": Gap}, {"response_json_schema": Gap.model_json_schema()}])
def test_structured_output_fits_its_schema(client: genai.Client, config: dict[str, Any]) -> None:
    answer = ask(client, response_mime_type="application/json", **config)
    assert Gap.model_validate(answer.parsed) == Gap.model_validate_json(answer.text)


async def test_structured_output_fits_its_schema_awaited(async_client: Any) -> None:
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=list[Gap])
    answer = await async_client.models.generate_content(model=MODEL, contents="Hello", config=config)
    assert all(isinstance(gap, Gap) for gap in answer.parsed)
    assert answer.parsed


def test_an_enum_is_one_of_its_words(client: genai.Client) -> None:
    schema = {"type": "STRING", "enum": ["ready", "not_ready"]}
    assert ask(client, response_mime_type="text/x.enum", response_schema=schema).text == "ready"


def test_a_pdf_is_counted_as_a_document(client: genai.Client) -> None:
    details = ask(client, [PDF, "Analyse"]).usage_metadata.prompt_tokens_details
    assert {one.modality.value: one.token_count for one in details} == {"DOCUMENT": 258, "TEXT": 2}


def test_tokens_are_counted_as_they_are_billed(client: genai.Client) -> None:
    counted = client.models.count_tokens(model=MODEL, contents=["Hello", "ما المسار؟"])
    assert counted.total_tokens == ask(client, ["Hello", "ما المسار؟"]).usage_metadata.prompt_token_count


def test_models_are_listed_page_by_page_and_found(client: genai.Client) -> None:
    paged = [model.name for model in client.models.list(config={"page_size": 3})]
    assert paged == [model.name for model in client.models.list()]
    assert f"models/{MODEL}" in paged
    found = client.models.get(model=MODEL)
    assert (found.input_token_limit, found.output_token_limit, found.thinking) == (1_048_576, 65_536, True)


async def test_models_are_listed_and_found_awaited(async_client: Any) -> None:
    names = [model.name async for model in await async_client.models.list(config={"page_size": 5})]
    assert (await async_client.models.get(model=MODEL)).name in names


def test_a_function_is_called_and_its_answer_used(client: genai.Client) -> None:
    tools = search_jobs()
    answer = ask(client, "jobs?", **tools)
    (call,) = answer.function_calls
    assert (call.name, list(call.args)) == ("search_jobs", ["city"])
    response = types.FunctionResponse(id=call.id, name=call.name, response={"jobs": ["Analyst in Giza"]})
    history = [
        turn("user", "jobs?"),
        answer.candidates[0].content,
        types.Content(role="user", parts=[types.Part(function_response=response)]),
    ]
    assert "Analyst in Giza" in ask(client, history, tools=tools["tools"]).text


def test_a_python_function_is_called_by_the_sdk(client: genai.Client) -> None:
    called: list[str] = []

    def find_jobs(city: str) -> dict[str, str]:
        """Find jobs."""
        called.append(city)
        return {"job": "Analyst in Giza"}

    assert "Analyst in Giza" in ask(client, "Use find_jobs please", tools=[find_jobs]).text
    assert len(called) == 1


@pytest.mark.filterwarnings("ignore:.*non-text parts.*:UserWarning")
def test_a_call_without_its_signature_is_refused(client: genai.Client) -> None:
    content = ask(client, "jobs?", **search_jobs()).candidates[0].content
    content.parts[0].thought_signature = None
    response = types.Part(function_response=types.FunctionResponse(name="search_jobs", response={}))
    with pytest.raises(errors.ClientError, match="thought_signature"):
        ask(client, [turn("user", "jobs?"), content, types.Content(role="user", parts=[response])])


def test_a_blocked_prompt_has_no_candidates(client: genai.Client) -> None:
    answer = ask(client, "Hello [[sbx:block-prompt]]")
    assert (answer.text, answer.candidates) == (None, None)
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


def test_a_blocked_answer_has_no_text_and_says_why(client: genai.Client) -> None:
    (candidate,) = ask(client, "Hello [[sbx:safety]]").candidates
    (rating,) = candidate.safety_ratings
    assert (candidate.content, candidate.finish_reason) == (None, types.FinishReason.SAFETY)
    assert (rating.probability.value, rating.blocked) == ("HIGH", True)


def test_an_answer_is_continued_and_its_usage_summed(client: genai.Client, sandbox: RunningSandbox) -> None:
    text = "Hello [[sbx:continuation]]"
    answer = ask(client, text, model="gemini-4-hydrogen")
    first, second = asked(sandbox)
    assert answer.text == ask(client, text).text
    assert second["body"]["contents"] == first["body"]["contents"]
    assert second["body"]["continuationToken"]
    usages = [one["answer"]["usageMetadata"]["candidatesTokenCount"] for one in (first, second)]
    assert answer.usage_metadata.candidates_token_count == sum(usages)


def test_a_stream_is_continued(client: genai.Client) -> None:
    chunks = stream(client, "Hello [[sbx:continuation]]", "gemini-4-hydrogen")
    assert "".join(chunk.text for chunk in chunks) == ask(client, "Hello [[sbx:continuation]]").text


def test_a_continuation_that_is_not_wanted_is_left(client: genai.Client) -> None:
    answer = ask(client, "Hello [[sbx:continuation]]", model="gemini-4-hydrogen", automatic_continuation=False)
    assert answer.candidates[0].finish_reason == types.FinishReason.CONTINUATION
    assert answer.candidates[0].continuation_token


# Errors.


@pytest.mark.parametrize(
    ("key", "code", "status"),
    [
        ("invalid-key", 400, "INVALID_ARGUMENT"),
        ("leaked-key", 403, "PERMISSION_DENIED"),
    ],
)
def test_a_bad_key_is_refused(sandbox: RunningSandbox, key: str, code: int, status: str) -> None:
    with connect(sandbox, key) as client, pytest.raises(errors.ClientError) as caught:
        ask(client)
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize(
    ("marker", "kind", "code", "status"),
    [
        ("429-minute", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("429-day", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("429-bare", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("credit", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("500", errors.ServerError, 500, "INTERNAL"),
        ("503", errors.ServerError, 503, "UNAVAILABLE"),
        ("503x1", errors.ServerError, 503, "UNAVAILABLE"),
        ("504", errors.ServerError, 504, "DEADLINE_EXCEEDED"),
    ],
)
@pytest.mark.parametrize("way", [ask, stream])
def test_an_error_has_its_class_code_and_status(
    client: genai.Client, way: Any, marker: str, kind: type[errors.APIError], code: int, status: str
) -> None:
    with pytest.raises(kind) as caught:
        way(client, f"Hello [[sbx:{marker}]]")
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize(
    ("config", "model"),
    [
        ({"candidate_count": 2}, MODEL),
        ({"thinking_config": types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL)}, "gemini-3.8-flash"),
        ({"thinking_config": types.ThinkingConfig(thinking_budget=100)}, "gemini-4-hydrogen"),
        ({"frequency_penalty": 0.5}, "gemini-4-hydrogen"),
    ],
)
def test_what_a_model_does_not_take_is_refused(client: genai.Client, config: dict[str, Any], model: str) -> None:
    with pytest.raises(errors.ClientError) as caught:
        ask(client, model=model, **config)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("model", ["gemini-1.5-flash", "gemini-2.5-flash", "gemini-9-helium"])
def test_a_model_that_is_gone_is_not_found(client: genai.Client, model: str) -> None:
    with pytest.raises(errors.ClientError) as caught:
        ask(client, model=model)
    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


def test_a_lost_connection_is_a_protocol_error(client: genai.Client) -> None:
    for way in (ask, stream):
        with pytest.raises(httpx2.RemoteProtocolError):
            way(client, "Hello [[sbx:cut]]")


def test_an_error_within_a_stream_comes_after_the_text_so_far(client: genai.Client) -> None:
    heard: list[str] = []
    with pytest.raises(errors.ServerError):
        listen(client, "Hello [[sbx:stream-error]]", heard)
    assert len(heard) == 1


async def test_an_awaited_error_has_its_class(async_client: Any) -> None:
    with pytest.raises(errors.ServerError):
        await async_client.models.generate_content(model=MODEL, contents="Hello [[sbx:503]]")


def test_retries_are_asked_for(sandbox: RunningSandbox) -> None:
    once = types.HttpRetryOptions(initial_delay=0.0, jitter=0.0, attempts=2)
    with connect(sandbox, retry_options=once) as client:
        assert ask(client, "Hello [[sbx:503x1]]").text
    assert [one["status"] for one in asked(sandbox)] == [503, 200]


# The same replies, and what it makes of each.


def said(*texts: str, finish: str = "STOP", **more: Any) -> dict[str, Any]:
    parts = [{"text": text} for text in texts]
    return {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": finish, **more}]}


@pytest.mark.parametrize(
    "body",
    [
        {"promptFeedback": {"blockReason": "SAFETY"}},
        {},
        "",
        [said("Hello")],
        {"candidates": [{"finishReason": "MAX_TOKENS"}]},
        {"candidates": [{"content": {"role": "model"}, "finishReason": "SAFETY"}]},
        {"candidates": [{"finish_reason": "STOP", "content": {"parts": [{"TEXT": "x"}]}}]},
    ],
    ids=["blocked", "empty object", "empty body", "array", "cut short", "without parts", "other keys"],
)
def test_a_reply_without_text_is_no_error(client: genai.Client, sandbox: RunningSandbox, body: Any) -> None:
    script(sandbox, body=body)
    assert ask(client).text is None


def test_a_reason_in_lower_case_is_accepted(client: genai.Client, sandbox: RunningSandbox) -> None:
    script(sandbox, body=said("Hello", finish="stop"))
    assert ask(client).text == "Hello"


@pytest.mark.parametrize(
    "body", [said("Hello", finish="FUTURE_REASON"), {"promptFeedback": {"blockReason": "FUTURE_REASON"}}]
)
def test_an_unknown_reason_is_accepted_with_a_warning(
    client: genai.Client, sandbox: RunningSandbox, body: dict[str, Any]
) -> None:
    script(sandbox, body=body)
    with pytest.warns(UserWarning, match="FUTURE_REASON"):
        ask(client)


def test_the_twins_own_unknown_reason_is_accepted_with_a_warning(client: genai.Client) -> None:
    with pytest.warns(UserWarning, match="FUTURE_REASON"):
        assert ask(client, "Hello [[sbx:unknown-enum]]").text


def test_texts_are_joined_and_thoughts_left_out(client: genai.Client, sandbox: RunningSandbox) -> None:
    body = said("Learn ", "SQL.")
    body["candidates"][0]["content"]["parts"].insert(0, {"text": "Hm", "thought": True})
    script(sandbox, body=body)
    assert ask(client).text == "Learn SQL."


@pytest.mark.parametrize("marker", ["fenced-json", "bad-json", "wrong-schema"])
def test_json_that_does_not_fit_is_silently_not_parsed(client: genai.Client, marker: str) -> None:
    answer = ask(client, f"x [[sbx:{marker}]]", response_mime_type="application/json", response_schema=Gap)
    assert (answer.parsed, bool(answer.text)) == (None, True)


def test_a_page_in_place_of_json_is_a_decoding_error(client: genai.Client, sandbox: RunningSandbox) -> None:
    script(sandbox, body="<html>maintenance</html>", headers={"content-type": "text/html"})
    with pytest.raises(json.JSONDecodeError):
        ask(client)


def test_no_content_is_an_api_error(client: genai.Client, sandbox: RunningSandbox) -> None:
    script(sandbox, status=204)
    with pytest.raises(errors.APIError):
        ask(client)


@pytest.mark.parametrize(
    "body", [[{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}], "Bad Request"]
)
def test_an_error_in_another_form_is_still_one(client: genai.Client, sandbox: RunningSandbox, body: Any) -> None:
    script(sandbox, status=400, body=body)
    with pytest.raises(errors.ClientError) as caught:
        ask(client)
    assert caught.value.code == 400


def test_a_slow_answer_is_a_time_out(sandbox: RunningSandbox) -> None:
    script(sandbox, body=said("Hello"), delay_ms=100_000)
    with connect(sandbox, timeout=50) as client, pytest.raises(httpx2.ReadTimeout):
        ask(client)


def test_nobody_there_is_a_connect_error() -> None:
    where = types.HttpOptions(base_url="http://127.0.0.1:9", api_version="v1beta")
    with genai.Client(api_key="x", http_options=where) as client, pytest.raises(httpx2.ConnectError):
        ask(client)


STREAMED = [said("ما "), said("المسار؟")]


def framed(ending: str) -> list[str]:
    return [f"data: {json.dumps(one, ensure_ascii=False)}{ending}" for one in STREAMED]


@pytest.mark.parametrize(
    "fields",
    [
        {"chunks": STREAMED},
        {"chunks": framed("\n\n")},
        {"chunks": STREAMED, "split_every": 7},
        {"chunks": [*framed("\r\n\r\n")[:1], framed("\r\n\r\n")[1].rstrip()]},
    ],
    ids=["CRLF", "LF", "split inside of characters", "without a blank line at the end"],
)
def test_a_stream_is_read_in_every_lawful_form(
    client: genai.Client, sandbox: RunningSandbox, fields: dict[str, Any]
) -> None:
    script(sandbox, **fields)
    assert "".join(chunk.text for chunk in stream(client, "Hello")) == "ما المسار؟"


@pytest.mark.parametrize(
    "chunks",
    [
        [": comment\r\n\r\n", *framed("\r\n\r\n")],
        ["event: message\r\n", *framed("\r\n\r\n")],
        [one.replace("data: ", "data:") for one in framed("\r\n\r\n")],
        [*framed("\r\n\r\n"), "data: [DONE]\r\n\r\n"],
        [json.dumps(STREAMED, indent=2)],
    ],
    ids=["comment", "event", "data without a space", "DONE", "array"],
)
def test_a_stream_in_a_form_that_the_twin_never_sends_breaks_it(
    client: genai.Client, sandbox: RunningSandbox, chunks: list[str]
) -> None:
    script(sandbox, chunks=chunks)
    with pytest.raises(errors.UnknownApiResponseError):
        stream(client, "Hello")


@pytest.mark.parametrize("written", ["data: {}\r\n\r\n", "{}"], ids=["as an event", "bare"])
def test_an_error_object_in_a_stream_is_raised_after_the_text_so_far(
    client: genai.Client, sandbox: RunningSandbox, written: str
) -> None:
    error = json.dumps({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}})
    script(sandbox, chunks=[STREAMED[0], written.replace("{}", error)])
    heard: list[str] = []
    with pytest.raises(errors.ServerError):
        listen(client, "Hello", heard)
    assert heard == ["ما "]


def test_an_empty_page_after_a_token_breaks_it(client: genai.Client, sandbox: RunningSandbox) -> None:
    script(sandbox, body={"models": [{"name": f"models/{MODEL}"}], "nextPageToken": "x"})
    script(sandbox, body={})
    with pytest.raises(IndexError):
        list(client.models.list())


async def test_many_calls_at_once_get_their_own_answers(async_client: Any) -> None:
    roles = ("Accountant", "UX Designer", "Data Analyst")
    texts = [f"Target role: {role}. What next?" for role in roles]
    calls = [async_client.models.generate_content(model=MODEL, contents=text) for text in texts]
    answers = [answer.text for answer in await asyncio.gather(*calls)]
    assert [role for role, answer in zip(roles, answers, strict=True) if role in answer] == list(roles)


# What our client sends, asked the same.


def ours(sandbox: RunningSandbox) -> Gemini:
    return Gemini(Settings(sandbox_url=sandbox.url).of(GeminiSettings))


NO_FILTERS: tuple[SafetySetting, ...] = ()
TURNS = [("user", "Hi"), ("model", "Hello!"), ("user", "And now?")]

OURS: dict[str, tuple[Any, Any]] = {
    "text": (
        lambda client: ask(client),
        lambda client: client.generate_content(
            "Hello", generation_config=GenerationConfig(), safety_settings=NO_FILTERS
        ),
    ),
    "settings of the guide": (
        lambda client: ask(client, "ما المسار؟", **settings_of_the_guide()),
        lambda client: client.generate_content(
            "ما المسار؟",
            system_instruction="Be brief.",
            generation_config=GenerationConfig(temperature=0.7, top_p=0.8, top_k=10, max_output_tokens=2048),
        ),
    ),
    "history and level": (
        lambda client: ask(
            client,
            [turn(role, text) for role, text in TURNS],
            thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
        ),
        lambda client: client.generate_content(
            [Content(role=role, parts=(Part(text=text),)) for role, text in TURNS],
            generation_config=GenerationConfig(thinking_config=ThinkingConfig(thinking_level="LOW")),
            safety_settings=NO_FILTERS,
        ),
    ),
    "schema": (
        lambda client: ask(
            client, "x", response_mime_type="application/json", response_json_schema=Gap.model_json_schema()
        ),
        lambda client: client.generate_content(
            "x",
            generation_config=GenerationConfig(
                response_mime_type="application/json", response_json_schema=Gap.model_json_schema()
            ),
            safety_settings=NO_FILTERS,
        ),
    ),
    "PDF": (
        lambda client: ask(client, [PDF, "Analyse"]),
        lambda client: client.generate_content(
            [user(Part(inline_data=Blob(mime_type="application/pdf", data="JVBERi0xLjQ=")), "Analyse")],
            generation_config=GenerationConfig(),
            safety_settings=NO_FILTERS,
        ),
    ),
    "stream": (
        lambda client: stream(client, "Hello"),
        lambda client: list(
            client.stream_generate_content("Hello", generation_config=GenerationConfig(), safety_settings=NO_FILTERS)
        ),
    ),
    "count": (
        lambda client: client.models.count_tokens(model=MODEL, contents="Hello"),
        lambda client: client.count_tokens("Hello"),
    ),
    "models": (
        lambda client: client.models.list(config={"page_size": 50}),
        lambda client: client.list_models(page_size=50),
    ),
    "model": (lambda client: client.models.get(model=MODEL), lambda client: client.get_model()),
}


def said_alike(request: dict[str, Any]) -> Any:
    """Give what a request says: in camel case, its whole numbers as such, what is empty left out."""
    return request["method"], request["path"], request["query"], _alike(request["body"])


def _alike(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {re.sub(r"_([a-z])", lambda at: at[1].upper(), name): _alike(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner != {}}
    if isinstance(value, list):
        return [_alike(inner) for inner in value]
    return value


@pytest.mark.parametrize("name", OURS)
def test_our_client_says_what_the_sdk_says(client: genai.Client, sandbox: RunningSandbox, name: str) -> None:
    by_sdk, by_us = OURS[name]
    by_sdk(client)
    with ours(sandbox) as own:
        by_us(own)
    first, second = asked(sandbox)
    assert said_alike(second) == said_alike(first)


@pytest.mark.parametrize("text", ["Hello", "ما المسار؟", "Hello [[sbx:max-tokens]]", "Hello [[sbx:safety]]"])
def test_our_client_hears_what_the_sdk_hears(client: genai.Client, sandbox: RunningSandbox, text: str) -> None:
    heard = ask(client, text)
    with ours(sandbox) as own:
        answer = own.generate_content(text, generation_config=GenerationConfig(), safety_settings=NO_FILTERS)
    assert answer.text == (heard.text or "")
    assert str(answer.candidates[0].finish_reason) == heard.candidates[0].finish_reason.value
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.total_token_count == heard.usage_metadata.total_token_count
    assert answer.model_version == heard.model_version
