"""The twin's controls: scripted answers, limits, the log of requests, and what the console shows."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from ace_integrations.errors import InvalidInputError

PACIFIC = ZoneInfo("America/Los_Angeles")
MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
TOKENS = "GenerateContentInputTokensPerModelPerMinute-FreeTier"


@pytest.fixture
def script(desk):
    def script(**fields):
        return desk.control.post("gemini/scripts", **fields)

    return script


@pytest.fixture
def limit(desk):
    """Set limits at the beginning of a minute of the sandbox's clock."""

    def limit(**fields):
        desk.control.advance(60 - desk.control.now() % 60)
        desk.control.post("gemini/limits", **fields)

    return limit


def post(desk, text="Hello", method="generateContent", **more):
    return desk.post(method, contents=[{"parts": [{"text": text}]}], **more)


# Scripts.


def test_scripts_are_taken_in_order_and_before_all_else(desk, script, said):
    script(text="First")
    script(text="Second")
    answers = [said(post(desk, "Hello [[sbx:503]]").json()) for _ in range(2)]
    assert answers == ["First", "Second"]
    assert post(desk, "Hello [[sbx:503]]").status_code == 503


def test_a_script_waits_for_the_call_that_it_is_for(desk, script, said):
    script(text="For the count", match="السيرة")
    script(text="For the next", match="")
    assert said(post(desk, "Hello").json()) == "For the next"
    assert said(post(desk, "هذه السيرة").json()) == "For the count"


def test_a_scripted_text_is_counted_cut_and_streamed_like_any_other(desk, script, said):
    for _ in range(2):
        script(text="one two three four five six seven eight")
    cut = desk.ask(maxOutputTokens=3)
    frames = desk.stream()
    assert (said(cut), cut["candidates"][0]["finishReason"]) == ("one two thre", "MAX_TOKENS")
    assert [said(frame) for frame in frames] == ["one two ", "three four ", "five six ", "seven eight"]


def test_a_scripted_marker_does_as_if_it_stood_in_the_prompt(desk, script):
    script(marker="safety")
    script(marker="429-day")
    assert desk.ask()["candidates"][0]["finishReason"] == "SAFETY"
    assert (post(desk).status_code, post(desk).status_code) == (429, 200)


def test_scripted_bytes_are_sent_as_they_are(desk, script):
    script(status=418, headers={"x-of": "script", "content-type": "text/plain"}, body="tea")
    script(body={"candidates": []})
    first, second = post(desk), post(desk)
    assert (first.status_code, first.text, first.headers["x-of"]) == (418, "tea", "script")
    assert first.headers["content-type"] == "text/plain"
    assert second.json() == {"candidates": []}


def test_scripted_bytes_come_even_without_a_key_and_for_every_call(desk, script):
    script(status=503, body={"error": {"code": 503}})
    answer = httpx.get(f"{desk.url}/v1beta/models", trust_env=False)
    assert answer.status_code == 503


def test_scripted_chunks_are_events_or_as_written(desk, script):
    script(chunks=[{"a": "ما"}, ": raw\n\n"])
    answer = post(desk, method="streamGenerateContent?alt=sse")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.content == 'data: {"a": "ما"}\r\n\r\n: raw\n\n'.encode()


@pytest.mark.parametrize("fields", [{"chunks": ["ما المسار؟"]}, {"body": "ما المسار؟"}])
def test_scripted_bytes_may_be_split_inside_a_character(desk, script, fields):
    script(**fields, split_every=3)
    answer = post(desk)
    assert (answer.text, "content-length" in answer.headers) == ("ما المسار؟", False)


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        ({"chunks": ["one", "two", "three"], "cut_after": 2}, b"onetwo"),
        ({"chunks": ["one", "two"], "cut_after": 2}, b"onetwo"),
        ({"body": "abcdef", "cut_after": 0}, b"abc"),
    ],
)
def test_a_scripted_connection_is_lost_after_so_many_pieces(desk, script, fields, heard):
    script(**fields)
    got = bytearray()
    url = "/v1beta/models/gemini-3.5-flash-lite:generateContent"
    with desk.http.stream("POST", url, content=b"{}") as answer, pytest.raises(httpx.RemoteProtocolError):
        listen(answer, got)
    assert bytes(got) == heard


def listen(answer, got):
    for chunk in answer.iter_raw():
        got.extend(chunk)


def test_who_waits_less_than_a_scripted_delay_gives_up(desk, script):
    script(text="Late", delay_ms=2)
    answer = post(desk, headers={"x-server-timeout": "0.001"})
    assert answer.json()["error"]["status"] == "DEADLINE_EXCEEDED"


def test_scripts_are_listed_and_taken_away(desk, script):
    first, second, third = (script(text=text)["id"] for text in ("One", "Two", "Three"))
    desk.control.post(f"gemini/scripts/{second}/remove")
    listed = desk.control.get("gemini/scripts")["scripts"]
    assert [(one["id"], one["text"]) for one in listed] == [(first, "One"), (third, "Three")]
    desk.control.post("gemini/scripts/clear")
    assert desk.control.get("gemini/scripts")["scripts"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a", "marker": "503"},
        {"body": {}, "chunks": []},
        {"marker": "unheard-of"},
        {"status": 99},
        {"delay_ms": -1},
        {"unheard": 1},
    ],
)
def test_a_script_that_contradicts_itself_is_refused(script, desk, fields):
    with pytest.raises(InvalidInputError):
        script(**fields)
    assert desk.control.get("gemini/scripts")["scripts"] == []


# Limits.


def violations(answer):
    (failure,) = [one for one in answer.json()["error"]["details"] if one["@type"].endswith("QuotaFailure")]
    return {one["quotaId"]: one.get("quotaValue") for one in failure["violations"]}


def test_a_minutes_requests_are_counted_and_begin_anew(desk, limit):
    limit(rpm=2)
    statuses = [post(desk).status_code for _ in range(3)]
    refused = post(desk)
    assert (statuses, violations(refused)) == ([200, 200, 429], {MINUTE: "2"})
    delay = refused.json()["error"]["details"][-1]["retryDelay"]
    desk.control.advance(int(delay.removesuffix("s")) + 1)
    assert post(desk).status_code == 200


def until_midnight(desk):
    now = datetime.fromtimestamp(desk.control.now(), UTC).astimezone(PACIFIC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() - now.timestamp()


def test_a_days_requests_begin_anew_at_midnight_of_the_pacific(desk, limit):
    desk.control.advance(until_midnight(desk) + 60)
    limit(rpd=1)
    assert (post(desk).status_code, violations(post(desk))) == (200, {DAY: "1"})
    desk.control.advance(until_midnight(desk) - 60)
    assert post(desk).status_code == 429
    desk.control.advance(120)
    assert post(desk).status_code == 200


def test_tokens_of_a_minute_are_counted(desk, limit):
    limit(tpm=5)
    assert (post(desk).status_code, violations(post(desk, "a longer text than that"))) == (200, {TOKENS: "5"})


def test_all_limits_that_are_reached_are_told_with_one_delay(desk, limit):
    limit(rpm=1, rpd=1)
    post(desk)
    assert set(violations(post(desk))) == {MINUTE, DAY}


def test_a_limit_of_zero_is_a_model_that_the_tier_does_not_have(desk, limit):
    limit(rpd=0, model="gemini-4-neon")
    refused = post(desk, model="gemini-4-neon")
    assert violations(refused) == {DAY: None}
    assert "limit: 0, model: gemini-4-neon" in refused.json()["error"]["message"]
    assert post(desk).status_code == 200


def test_each_key_and_each_model_has_its_own_count(desk, limit):
    limit(rpm=1)
    post(desk)
    other_key = post(desk, headers={"x-goog-api-key": "another-key"})
    other_model = post(desk, model="gemini-3.6-flash")
    assert (other_key.status_code, other_model.status_code, post(desk).status_code) == (200, 200, 429)


def test_refused_requests_and_counts_of_tokens_cost_nothing(desk, limit):
    limit(rpm=1)
    post(desk, generationConfig={"candidateCount": 2})
    desk.post("countTokens", contents=[{"parts": [{"text": "Hello"}]}])
    assert post(desk).status_code == 200
    (used,) = desk.control.get("gemini/limits")["used"]
    assert (used["model"], used["requests_of_minute"], used["tokens_of_minute"]) == ("gemini-3.5-flash-lite", 1, 2)
    assert re.fullmatch(r"[0-9a-f]{8}", used["key"])


@pytest.mark.parametrize("fields", [{"rpm": -1}, {"rpm": "many"}, {"rps": 1}])
def test_a_limit_that_cannot_be_is_refused(desk, fields):
    with pytest.raises(InvalidInputError):
        desk.control.post("gemini/limits", **fields)


@pytest.mark.parametrize("fields", [{}, {"strict": True, "other": 1}])
def test_an_unknown_option_is_refused(desk, fields):
    with pytest.raises(InvalidInputError):
        desk.control.post("gemini/options", **fields)


# The log.


def test_the_log_holds_requests_and_answers(desk):
    desk.get("/v1beta/models", pageSize=2)
    post(desk, method="streamGenerateContent?alt=sse")
    listed, streamed = desk.requests()
    assert (listed["operation"], listed["query"], listed["body"]) == ("list_models", {"pageSize": "2"}, None)
    assert streamed["path"] == "/v1beta/models/gemini-3.5-flash-lite:streamGenerateContent"
    assert streamed["body"]["contents"] == [{"parts": [{"text": "Hello"}]}]
    assert (len(streamed["answer"]), streamed["headers"]["x-goog-api-key"]) == (4, "[redacted]")
    assert desk.requests(operation="list_models") == [listed]


def test_a_file_is_kept_in_the_log_by_its_beginning(desk):
    pdf = {"inlineData": {"mimeType": "application/pdf", "data": "JVBE" * 1000}}
    desk.post(contents=[{"parts": [pdf, {"text": "Hello " * 1000}]}])
    (asked,) = desk.requests()
    file, text = asked["body"]["contents"][0]["parts"]
    assert file["inlineData"]["data"].endswith("… (4000 characters)")
    assert len(text["text"]) == 6000


def test_operations_stand_in_the_journal_by_name(desk):
    desk.get("/v1beta/models")
    desk.get("/v1beta/models/gemini-3.5-flash-lite")
    desk.post("countTokens", contents=[{"parts": [{"text": "Hello"}]}])
    post(desk)
    post(desk, method="streamGenerateContent")
    operations = [entry["operation"] for entry in desk.control.journal(provider="gemini")]
    assert operations == ["list_models", "get_model", "count_tokens", "generate_content", "stream_generate_content"]


def test_a_fault_of_the_sandbox_is_aimed_at_an_operation(desk):
    desk.control.fail("status", provider="gemini", operation="stream_generate_content", status=500)
    assert (post(desk).status_code, post(desk, method="streamGenerateContent").status_code) == (200, 500)


def test_a_reset_forgets_everything(desk, script):
    script(text="Waiting", match="never")
    desk.control.post("gemini/limits", rpm=0)
    desk.control.post("gemini/options", strict=True)
    post(desk)
    desk.control.reset()
    assert (desk.requests(), desk.control.get("gemini/scripts")["scripts"]) == ([], [])
    assert desk.control.get("gemini/limits")["used"] == []
    assert post(desk, headers={"x-goog-api-key": "AIza-of-the-old-kind"}).status_code == 200


# The console.


@pytest.fixture
def console(gemini_sandbox):
    with httpx.Client(base_url=gemini_sandbox.url, trust_env=False) as browser:
        yield browser


def test_the_console_says_how_to_begin(console, desk):
    assert "No prompt yet." in console.get("/console/gemini").text


def test_prompts_are_shown_with_their_answers_newest_first(console, desk):
    post(desk, "An older question")
    post(desk, "ما المسار؟")
    page = console.get("/console/gemini").text
    assert page.index("ما المسار؟") < page.index("An older question")
    assert ("With a degree in your field," in page, "Prompt tokens" in page) == (True, True)


@pytest.mark.parametrize(
    ("marker", "word"),
    [
        ("none-such", "Answered"),
        ("max-tokens", "Cut short"),
        ("safety", "Safety"),
        ("block-prompt", "Prohibited content"),
        ("503", "503"),
        ("empty", "Answered"),
    ],
)
def test_a_badge_says_what_became_of_a_prompt(console, desk, marker, word):
    post(desk, f"Hello [[sbx:{marker}]]")
    post(desk, f"Hello [[sbx:{marker}]]", method="streamGenerateContent")
    assert console.get("/console/gemini").text.count(f"</svg><bdi>{word}</bdi>") == 2


def test_the_next_answer_is_written_on_the_console(console, desk, said):
    post(desk)
    page = console.get("/console/gemini").text
    assert re.search(r'<label class="ask">The next answer <input name="text" required dir="auto"></label>', page)
    written = console.post("/_sandbox/gemini/scripts", data={"text": "ابدأ بـ SQL"}, headers={"accept": "text/html"})
    assert (written.status_code, "Scripted" in console.get("/console/gemini").text) == (303, True)
    assert said(post(desk).json()) == "ابدأ بـ SQL"
    assert "Scripted" not in console.get("/console/gemini").text


def test_the_next_call_is_made_to_fail_on_the_console(console, desk):
    post(desk)
    page = console.get("/console/gemini").text
    markers = re.findall(r'name="marker" value="([a-z0-9-]+)"', page)
    for marker in markers:
        console.post("/_sandbox/gemini/scripts", data={"marker": marker}, headers={"accept": "text/html"})
    statuses = [post(desk).status_code for _ in markers]
    assert (markers, statuses) == (["safety", "max-tokens", "503", "429-minute", "429-day"], [200, 200, 503, 429, 429])


def test_a_waiting_answer_is_taken_away_on_the_console(console, desk, script):
    waiting = script(text="Not yet", match="never")
    page = console.get("/console/gemini", params={"item": f"script-{waiting['id']}"}).text
    assert f"/_sandbox/gemini/scripts/{waiting['id']}/remove" in page
    console.post(f"/_sandbox/gemini/scripts/{waiting['id']}/remove", headers={"accept": "text/html"})
    assert "Not yet" not in console.get("/console/gemini").text


@pytest.mark.parametrize("item", ["99", "script-99", "script-", "nobody"])
def test_the_console_stands_a_row_that_is_gone(console, desk, item):
    assert "Choose a row to read it." in console.get("/console/gemini", params={"item": item}).text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b'{"contents": "Hello"}', b'{"contents": [7, {"parts": 7}]}']
)
def test_the_console_shows_what_could_not_be_read(console, desk, content):
    desk.http.post("/v1beta/models/gemini-3.5-flash-lite:generateContent", content=content)
    assert "<bdi>400</bdi>" in console.get("/console/gemini").text
