"""Markers in the last text: what each makes of a plain answer, and of a stream."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

DAY, MINUTE = "PerDay", "PerMinute"


def marked(name):
    return f"Hello [[sbx:{name}]]"


def last(frames):
    return frames[-1]["candidates"][0]


@pytest.mark.parametrize("way", ["ask", "stream"])
def test_a_blocked_prompt_has_no_candidates(desk, way):
    answer = getattr(desk, way)(marked("block-prompt"))
    (only,) = [answer] if way == "ask" else answer
    assert only["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT"}
    assert "candidates" not in only
    assert only["usageMetadata"]["totalTokenCount"] == only["usageMetadata"]["promptTokenCount"]


@pytest.mark.parametrize("reason", ["safety", "recitation", "other"])
def test_an_answer_that_is_stopped_has_no_content_and_a_stream_said_a_little_before(desk, said, reason):
    (candidate,) = desk.ask(marked(reason))["candidates"]
    frames = desk.stream(marked(reason))
    assert (candidate["finishReason"], "content" in candidate) == (reason.upper(), False)
    assert last(frames) == candidate
    assert said(*frames)
    assert said(desk.ask(marked("none-such"))).startswith(said(*frames))


def test_a_stopped_answer_says_what_was_wrong_with_it(desk):
    safety, recitation = (desk.ask(marked(name))["candidates"][0] for name in ("safety", "recitation"))
    assert safety["safetyRatings"] == [
        {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    ]
    assert recitation["citationMetadata"]["citations"][0]["uri"] == "https://example.com/source"


def test_half_an_answer_is_the_beginning_of_the_whole(desk, said):
    half = desk.ask(marked("max-tokens"))
    whole = said(desk.ask(marked("none-such")))
    assert half["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert whole.startswith(said(half))
    assert 0 < len(said(half)) < len(whole)
    frames = desk.stream(marked("max-tokens"))
    assert (said(*frames), last(frames)["finishReason"]) == (said(half), "MAX_TOKENS")


def test_a_trap_of_thoughts_leaves_nothing_for_the_answer(desk):
    text = marked("thinking-trap")
    for answer in (desk.ask(text, maxOutputTokens=100), *desk.stream(text, maxOutputTokens=100)):
        assert answer["candidates"] == [{"finishReason": "MAX_TOKENS"}]
        assert answer["usageMetadata"]["thoughtsTokenCount"] == 96
        assert "candidatesTokenCount" not in answer["usageMetadata"]


def test_an_empty_answer_stops_without_parts(desk):
    assert desk.ask(marked("empty"))["candidates"] == [{"finishReason": "STOP"}]
    assert last(desk.stream(marked("empty"))) == {"finishReason": "STOP"}


def test_an_unknown_reason_comes_with_the_text(desk, said):
    answer, frames = desk.ask(marked("unknown-enum")), desk.stream(marked("unknown-enum"))
    assert answer["candidates"][0]["finishReason"] == last(frames)["finishReason"] == "FUTURE_REASON"
    assert said(answer) == said(*frames) != ""


SCHEMA = {
    "responseMimeType": "application/json",
    "responseJsonSchema": {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]},
}


def as_json(**schema):
    return {"responseMimeType": "application/json", "responseJsonSchema": schema}


@pytest.mark.parametrize(
    "config",
    [SCHEMA, as_json(type="integer", minimum=10), as_json(enum=["a"]), {"responseMimeType": "application/json"}, {}],
)
@pytest.mark.parametrize("way", ["ask", "stream"])
def test_bad_json_cannot_be_read(desk, said, way, config):
    answer = getattr(desk, way)(marked("bad-json"), **config)
    frames = [answer] if way == "ask" else answer
    assert last(frames)["finishReason"] == "STOP"
    with pytest.raises(json.JSONDecodeError):
        json.loads(said(*frames))


def test_fenced_json_is_whole_within_its_fence(desk, said):
    text = said(desk.ask(marked("fenced-json"), **SCHEMA))
    assert text.startswith("```json\n")
    assert list(json.loads(text.removeprefix("```json\n").removesuffix("\n```"))) == ["score"]
    assert said(*desk.stream(marked("fenced-json"), **SCHEMA)) == text


@pytest.mark.parametrize("schema", [SCHEMA["responseJsonSchema"], {"type": "array", "items": {"type": "integer"}}])
def test_a_wrong_schema_is_good_json_of_another_shape(desk, said, schema):
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    value = json.loads(said(desk.ask(marked("wrong-schema"), **config)))
    assert isinstance(value, list) is (schema["type"] != "array")
    assert value == json.loads(said(*desk.stream(marked("wrong-schema"), **config)))


# Refusals.


def quota(error):
    failure = next(one for one in error["details"] if one["@type"].endswith("QuotaFailure"))
    return failure["violations"][0]


@pytest.mark.parametrize(("name", "window"), [("429-minute", MINUTE), ("429-day", DAY)])
def test_a_used_up_quota_is_told_with_its_window_and_a_delay(desk, name, window):
    error = desk.refusal(marked(name))
    kinds = [one["@type"].rpartition(".")[2] for one in error["details"]]
    violation = quota(error)
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert kinds == ["QuotaFailure", "Help", "RetryInfo"]
    assert violation["quotaMetric"] == "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    assert violation["quotaId"] == f"GenerateRequests{window}PerProjectPerModel-FreeTier"
    assert violation["quotaDimensions"] == {"location": "global", "model": "gemini-3.5-flash-lite"}
    assert (error["details"][2]["retryDelay"], "Please retry in 25.46s." in error["message"]) == ("25s", True)


def test_a_minute_is_over_after_one_refusal_and_a_day_is_not(desk):
    minute = [desk.post(contents=[{"parts": [{"text": marked("429-minute")}]}]).status_code for _ in range(3)]
    day = [desk.post(contents=[{"parts": [{"text": marked("429-day")}]}]).status_code for _ in range(3)]
    assert (minute, day) == ([429, 200, 429], [429, 429, 429])


def test_a_bare_refusal_names_no_quota(desk):
    error = desk.refusal(marked("429-bare"))
    assert [one["@type"].rpartition(".")[2] for one in error["details"]] == ["Help"]


def test_used_up_credit_is_told_in_words_only(desk):
    error = desk.refusal(marked("credit"))
    assert (error["code"], "details" in error) == (429, False)
    assert "prepayment credits are depleted" in error["message"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("500", "INTERNAL"), ("503", "UNAVAILABLE"), ("503x1", "UNAVAILABLE"), ("504", "DEADLINE_EXCEEDED")],
)
def test_a_failure_has_its_status(desk, name, status):
    assert desk.refusal(marked(name))["status"] == status


def test_once_busy_then_it_works(desk):
    answers = [desk.post(contents=[{"parts": [{"text": marked("503x1")}]}]).status_code for _ in range(2)]
    assert answers == [503, 200]


@pytest.mark.parametrize(("query", "listed"), [("?alt=sse", False), ("", True)])
def test_a_refused_stream_has_a_status_and_its_body_is_a_list_without_events(desk, query, listed):
    answer = desk.post(f"streamGenerateContent{query}", contents=[{"parts": [{"text": marked("503")}]}])
    assert answer.status_code == 503
    body = answer.json()
    assert (body[0] if listed else body)["error"]["status"] == "UNAVAILABLE"


# On the wire.


@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse"])
def test_a_connection_is_lost_on_the_way(desk, method):
    with pytest.raises(httpx.RemoteProtocolError):
        desk.post(method, contents=[{"parts": [{"text": marked("cut")}]}])


def test_a_lost_stream_has_sent_its_first_object(desk):
    url = "/v1beta/models/gemini-3.5-flash-lite:streamGenerateContent?alt=sse"
    heard = bytearray()
    body = {"contents": [{"parts": [{"text": marked("cut")}]}]}
    with desk.http.stream("POST", url, json=body) as answer, pytest.raises(httpx.RemoteProtocolError):
        listen(answer, heard)
    assert heard.count(b"\r\n\r\n") == 1


def listen(answer, heard):
    for chunk in answer.iter_raw():
        heard.extend(chunk)


def test_an_error_comes_within_a_stream_and_in_place_of_a_plain_answer(desk):
    frames = desk.stream(marked("stream-error"))
    assert ["candidates" in frame for frame in frames] == [True, False]
    assert frames[1]["error"]["status"] == desk.refusal(marked("stream-error"))["status"] == "UNAVAILABLE"


def until_it_came(desk):
    assert any(desk.requests() for _ in range(10_000))


@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent?alt=sse"])
def test_a_slow_answer_takes_five_seconds_of_the_sandboxs_clock(desk, said, method):
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(desk.post, method, contents=[{"parts": [{"text": marked("slow")}]}])
        until_it_came(desk)
        desk.control.advance(4)
        assert not answer.done()
        desk.control.advance(2)
        assert answer.result(5).status_code == 200


def test_who_says_how_long_it_waits_is_told_in_time(desk):
    with ThreadPoolExecutor(1) as threads:
        contents = [{"parts": [{"text": marked("slow")}]}]
        answer = threads.submit(desk.post, headers={"x-server-timeout": "3"}, contents=contents)
        until_it_came(desk)
        desk.control.advance(3)
        assert answer.result(5).json()["error"]["status"] == "DEADLINE_EXCEEDED"


# Continuation.


def test_an_answer_goes_on_with_its_token(desk, said):
    asked = {"model": "gemini-4-hydrogen", "contents": [{"parts": [{"text": marked("continuation")}]}]}
    first = desk.post(**asked).json()
    (candidate,) = first["candidates"]
    second = desk.post(**asked, continuationToken=candidate["continuationToken"]).json()
    assert candidate["finishReason"] == "CONTINUATION"
    assert (second["candidates"][0]["finishReason"], "thoughtsTokenCount" in second["usageMetadata"]) == ("STOP", False)
    assert said(first, second) == said(desk.ask(marked("none-such"), model="gemini-4-hydrogen"))


def test_another_token_is_refused(desk):
    error = desk.refusal(marked("continuation"), model="gemini-4-hydrogen", continuationToken="bm9uZQ==")
    assert error["status"] == "INVALID_ARGUMENT"


def test_earlier_generations_do_not_continue(desk):
    assert desk.ask(marked("continuation"))["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize(
    "contents",
    [
        [
            {"parts": [{"text": marked("503")}]},
            {"parts": [{"text": "x"}], "role": "model"},
            {"parts": [{"text": "Hello"}]},
        ],
        [{"parts": [{"text": "Hello [[sbx:unheard-of]] [[503]]"}]}],
    ],
)
def test_what_is_no_marker_of_the_last_text_does_nothing(desk, contents):
    assert desk.post(contents=contents).json()["candidates"][0]["finishReason"] == "STOP"
