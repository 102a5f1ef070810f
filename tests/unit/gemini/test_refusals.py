"""Every refusal of the service: which error, how often the call was sent, and when to come back."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfoNotFoundError

import pytest
from tests.unit.gemini.conftest import MODEL

from ace_integrations import PausedError
from ace_integrations.ai import ModelNotFoundError, QuotaExceededError
from ace_integrations.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.gemini import refusals
from ace_integrations.gemini.refusals import problem_of, read_refusal, until_midnight

NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
HELP = {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": "https://example.com/limits"}]}
DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
TOKENS = "GenerateContentInputTokensPerModelPerMinute-FreeTier"


def refusal(code, message="", *details, status=""):
    error = {"code": code, "message": message, "status": status or NAMES.get(code, ""), "details": list(details)}
    return {"error": error}


def reason(word):
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": word, "domain": "googleapis.com"}


def quota(*ids):
    violations = [{"quotaId": one, "quotaDimensions": {"model": MODEL}} for one in ids]
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations}


def retry(delay):
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


GONE = (
    "models/gemini-1.5-flash is not found for API version v1beta, or is not supported for generateContent. "
    "Call ListModels to see the list of available models and their supported methods."
)
CLOSED = "This model models/gemini-2.5-flash is no longer available to new users. Please use a newer one."
LEAKED = "Your API key was reported as leaked. Please use another API key."
SPENT = "Your prepayment credits are depleted. Please go to AI Studio."
NO_TIER = "You exceeded your current quota.\n* Quota exceeded for metric: x, limit: 0, model: gemini-4-neon"

ROWS = {
    "bad key": (400, refusal(400, "API key not valid.", reason("API_KEY_INVALID")), AuthenticationError, 1),
    "malformed": (400, refusal(400, "Unknown name"), InvalidRequestError, 1),
    "no billing": (400, refusal(400, "no", status="FAILED_PRECONDITION"), PermissionDeniedError, 1),
    "key of the old kind": (401, refusal(401, "no", reason("ACCESS_TOKEN_TYPE_UNSUPPORTED")), AuthenticationError, 1),
    "no credit": (402, refusal(402, "pay"), QuotaExceededError, 1),
    "no credit, as 429": (429, refusal(429, SPENT), QuotaExceededError, 1),
    "no credit, with a delay": (429, refusal(429, SPENT, retry("2s")), QuotaExceededError, 1),
    "leaked key": (403, refusal(403, LEAKED), PermissionDeniedError, 1),
    "forbidden": (403, refusal(403, "API off"), PermissionDeniedError, 1),
    "model gone": (404, refusal(404, GONE), ModelNotFoundError, 1),
    "model closed": (404, refusal(404, CLOSED), ModelNotFoundError, 1),
    "no such address": (404, "<title>Error 404</title>", NotFoundError, 1),
    "day": (429, refusal(429, "quota", quota(DAY), HELP, retry("25s")), QuotaExceededError, 1),
    "day and minute": (429, refusal(429, "quota", quota(MINUTE, DAY), retry("2s")), QuotaExceededError, 1),
    "not in the tier": (429, refusal(429, NO_TIER, quota(MINUTE), retry("9s")), QuotaExceededError, 1),
    "help only": (429, refusal(429, "You exceeded your current quota.", HELP), QuotaExceededError, 1),
    "minute": (429, refusal(429, "quota", quota(MINUTE), retry("25.4657s")), RateLimitedError, 2),
    "tokens of a minute": (429, refusal(429, "quota", quota(TOKENS), retry("25s")), RateLimitedError, 2),
    "a minute that ends too late": (429, refusal(429, "quota", quota(MINUTE), retry("31s")), RateLimitedError, 1),
    "a proxy's 429": (429, "Too Many Requests", RateLimitedError, 2),
    "canceled": (499, refusal(499, "canceled"), ConnectionFailedError, 1),
    "waited too long": (408, "", UnavailableError, 1),
    "internal": (500, refusal(500, "internal"), UnavailableError, 1),
    "bad gateway": (502, "<html>", UnavailableError, 1),
    "high demand": (503, refusal(503, "This model is currently experiencing high demand."), UnavailableError, 2),
    "too late": (504, refusal(504, "deadline"), DeadlineExceededError, 1),
}


@pytest.fixture(params=ROWS)
def row(request):
    return ROWS[request.param]


@pytest.mark.parametrize("way", ["generate", "stream"])
@pytest.mark.parametrize("listed", [False, True], ids=["object", "array"])
async def test_each_refusal_is_its_error_and_is_sent_again_only_where_that_helps(asker, twin, row, way, listed):
    status, body, kind, sent = row
    for _ in range(sent):
        twin.script([body] if listed and isinstance(body, dict) else body, status=status)
    with pytest.raises(kind) as caught:
        await getattr(asker, way)("My secret question")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.provider, len(twin.requests)) == (status, "gemini", sent)
    assert "My secret question" not in str(caught.value)


@pytest.mark.parametrize(
    ("delay", "seconds"), [("25s", 25.0), ("25.4657s", 25.4657), ("0s", 0.0), ("soon", None), ("1e3s", None)]
)
async def test_a_minute_says_when_it_is_over(asker, twin, delay, seconds):
    for _ in range(2):
        twin.script(refusal(429, "quota", quota(MINUTE), retry(delay)), status=429)
    with pytest.raises(RateLimitedError) as caught:
        await asker.generate("Hello")
    assert caught.value.retry_after == seconds
    assert caught.value.details == {"quotas": [MINUTE]}


@pytest.mark.parametrize(("seconds", "sent"), [("30", 2), ("31", 1)])
async def test_a_proxy_that_names_more_than_half_a_minute_is_not_waited_for(asker, twin, seconds, sent):
    for _ in range(2):
        twin.script("Too Many Requests", status=429, headers={"retry-after": seconds})
    with pytest.raises(RateLimitedError) as caught:
        await asker.generate("Hello")
    assert (caught.value.retry_after, len(twin.requests)) == (float(seconds), sent)


@pytest.mark.parametrize(
    ("message", "model", "replacement"),
    [
        (GONE, "gemini-1.5-flash", MODEL),
        (CLOSED, "gemini-2.5-flash", MODEL),
        ("models/gemini-9-helium is not found for API version v1beta", "gemini-9-helium", ""),
    ],
)
async def test_a_model_that_is_gone_names_the_one_to_ask_instead(asker, twin, message, model, replacement):
    twin.script(refusal(404, message), status=404)
    with pytest.raises(ModelNotFoundError) as caught:
        await asker.generate("Hello")
    assert (caught.value.replacement, caught.value.details["model"]) == (replacement, model)
    assert model in str(caught.value)
    assert replacement in str(caught.value)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), \"My CV: born in Cairo\"",
            "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING)",
        ),
        (
            "Invalid JSON payload received. Unknown name \"colour\" at 'generation_config': Cannot find field.",
            "Invalid JSON payload received. Unknown name \"colour\" at 'generation_config': Cannot find field.",
        ),
        ('The text "My CV: born in Cairo" is too long.', "The text '…' is too long."),
        ("The text 'My CV: born in Cairo' is too long.", "The text '…' is too long."),
        ('The text "My CV: born in', "The text '…'"),
        ("Thinking level MINIMAL is not supported for this model.\nMy CV", "Thinking level MINIMAL is not supported"),
        ("", "refused with status 400"),
    ],
)
def test_a_refusal_of_the_arguments_is_shown_without_the_values_that_it_quotes(said, shown):
    problem = problem_of(read_refusal(400, json.dumps(refusal(400, said)).encode()), at=0)
    assert shown in problem.message
    assert "CV" not in problem.message


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"[[]]", b"3", b'{"error":3}', b'{"error":{"details":[3,{}]}}', b"\xff"]
)
@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_whatever_stands_in_a_refusal_it_is_read(status, body):
    problem = problem_of(read_refusal(status, body), at=0)
    assert problem.message
    assert problem.kind is not None


async def test_a_day_pauses_its_model_until_midnight_of_the_pacific_and_no_other(asker_of, settings_of, twin):
    # Eight in the evening of California.
    now = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    asker = asker_of(settings_of(), clock=lambda: now.timestamp())
    twin.script(refusal(429, "quota", quota(DAY), retry("25s")), status=429)
    with pytest.raises(QuotaExceededError) as caught:
        await asker.send("generate_content", "Hello")
    assert caught.value.retry_after == 4 * 3600
    with pytest.raises(PausedError, match="of the day are used up") as paused:
        await asker.send("generate_content", "Hello")
    assert paused.value.retry_after == 4 * 3600
    await asker.send("count_tokens", "Hello")
    await asker.send("generate_content", "Hello", model="gemini-3.6-flash")
    assert len(twin.requests) == 3
    now += timedelta(hours=4)
    assert (await asker.send("generate_content", "Hello")).text


async def test_the_twins_own_quota_of_a_day_is_met_once(asker, twin):
    twin.limit(model=MODEL, rpd=1)
    await asker.generate("Hello")
    with pytest.raises(QuotaExceededError):
        await asker.generate("Hello")
    with pytest.raises(PausedError):
        await asker.generate("Hello")
    assert len(twin.requests) == 2


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2026-11-25T08:00:00+00:00", 24.0),
        ("2026-11-25T07:59:59+00:00", 1 / 3600),
        ("2026-07-01T06:00:00+00:00", 1.0),
        ("2026-11-01T07:00:00+00:00", 25.0),
        ("2026-03-08T08:00:00+00:00", 23.0),
    ],
    ids=["at midnight", "a second before", "in summer", "the day of 25 hours", "the day of 23 hours"],
)
def test_a_day_ends_at_midnight_of_the_pacific(moment, hours):
    assert until_midnight(datetime.fromisoformat(moment).timestamp()) == pytest.approx(hours * 3600)


def test_without_a_zone_database_a_day_ends_an_hour_late_at_most(monkeypatch):
    def missing(name):
        raise ZoneInfoNotFoundError(name)

    refusals.pacific.cache_clear()
    monkeypatch.setattr(refusals, "ZoneInfo", missing)
    try:
        assert refusals.pacific() == timezone(timedelta(hours=-8))
        assert until_midnight(datetime(2026, 7, 1, 6, tzinfo=UTC).timestamp()) == 2 * 3600
    finally:
        refusals.pacific.cache_clear()


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_page_in_place_of_an_answer_is_unexpected_and_not_asked_for_again(asker, twin, way):
    twin.script("<html>maintenance</html>", headers={"content-type": "text/html"})
    with pytest.raises(UnexpectedReplyError):
        await getattr(asker, way)("Hello")
    assert len(twin.requests) == 1


@pytest.mark.parametrize(
    ("key", "kind"),
    [("invalid-key", AuthenticationError), ("leaked-key", PermissionDeniedError), ("AIza-old", AuthenticationError)],
)
async def test_a_bad_key_is_named_for_what_it_is(asker_of, settings_of, gemini_sandbox, key, kind):
    gemini_sandbox.control.post("gemini/options", strict=True)
    asker = asker_of(settings_of(api_key=key))
    with pytest.raises(kind) as caught:
        await asker.generate("Hello")
    assert key not in str(caught.value)
