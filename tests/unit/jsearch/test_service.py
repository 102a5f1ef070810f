"""How the service says no, what is made of it, and when it is left alone."""

import pytest

from ace_integrations.core import Headers, Reply
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    PausedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.jobs.source import Missing, reason_of
from ace_integrations.jsearch import PathRetiredError, QuotaExhaustedError
from ace_integrations.jsearch.service import SERVICE, quota_of

INVALID_KEY = {"message": "Invalid API key, see docs.example.com"}
NOT_SUBSCRIBED = {"message": "not subscribed"}
RETIRED = {"message": "no such endpoint"}
QUOTA = {"message": "exceeded the MONTHLY quota of BASIC"}
BURST = {"message": "exceeded the rate limit per second of BASIC"}
INVALID = {"status": "ERROR", "request_id": "r-1", "error": {"message": "Bad date_posted", "code": 400}}
GATEWAY = {"x-rapidapi-proxy-response": "true"}
NONE_LEFT = {"x-ratelimit-requests-remaining": "0", "x-ratelimit-requests-reset": "777"}
FOUND = {"status": "OK", "request_id": "r-2", "data": {"jobs": [{"job_title": "Engineer"}], "cursor": None}}

ANSWERS = [
    (401, GATEWAY, INVALID_KEY, AuthenticationError, "invalid_key", 1, 900, Missing.REFUSED),
    (403, GATEWAY, INVALID_KEY, AuthenticationError, "invalid_key", 1, 1800, Missing.REFUSED),
    (403, GATEWAY, NOT_SUBSCRIBED, PermissionDeniedError, "not_subscribed", 1, 1800, Missing.REFUSED),
    (404, GATEWAY, RETIRED, PathRetiredError, "path_retired", 1, 3600, Missing.UNAVAILABLE),
    (404, GATEWAY, {"message": "no such host"}, PathRetiredError, "path_retired", 1, 3600, Missing.UNAVAILABLE),
    (429, {**GATEWAY, **NONE_LEFT}, QUOTA, QuotaExhaustedError, "quota", 1, 777, Missing.QUOTA),
    (429, GATEWAY, QUOTA, QuotaExhaustedError, "quota", 1, 86_400, Missing.QUOTA),
    (429, NONE_LEFT, b"", QuotaExhaustedError, "quota", 1, 777, Missing.QUOTA),
    (429, {"retry-after": "3600"}, b"", QuotaExhaustedError, "quota", 1, 86_400, Missing.QUOTA),
    (402, {}, b"", QuotaExhaustedError, "quota", 1, 86_400, Missing.QUOTA),
    (429, GATEWAY, BURST, RateLimitedError, "burst", 2, 60, Missing.RATE_LIMITED),
    (429, GATEWAY, {"message": "Too many requests"}, RateLimitedError, "burst", 2, 60, Missing.RATE_LIMITED),
    (400, {}, INVALID, InvalidRequestError, "400", 1, None, None),
    (422, {}, b"<html>", InvalidRequestError, "", 1, None, None),
    (500, {}, b"", UnavailableError, "", 2, None, Missing.UNAVAILABLE),
    (502, {"content-type": "text/html"}, b"<html>", UnavailableError, "", 2, None, Missing.UNAVAILABLE),
    (503, {}, {"message": "x"}, UnavailableError, "", 2, None, Missing.UNAVAILABLE),
    (504, {}, b"", UnavailableError, "", 2, None, Missing.UNAVAILABLE),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind", "code", "tries", "pause", "reason"), ANSWERS)
async def test_each_refusal_has_its_error_its_tries_and_its_pause(
    service, status, headers, body, kind, code, tries, pause, reason
):
    service.gives((status, headers, body))
    with pytest.raises(ProviderError) as refused:
        await service.ask(lambda client: client.search("developer in cairo"))
    assert (type(refused.value), refused.value.code, len(service.requests)) == (kind, code, tries)
    if pause is None:
        service.gives((200, FOUND))
        assert (await service.ask(lambda client: client.search("developer in cairo"))).postings
        return
    assert reason_of(refused.value) is reason
    with pytest.raises(PausedError) as paused:
        await service.ask(lambda client: client.search("designer in giza"))
    assert paused.value.retry_after == pytest.approx(pause, abs=2)
    assert (reason_of(paused.value), len(service.requests)) == (reason, tries)


@pytest.mark.parametrize(("status", "headers", "body"), [answer[:3] for answer in ANSWERS])
async def test_no_error_quotes_the_answer_or_the_key(service, status, headers, body):
    service.gives((status, headers, body))
    with pytest.raises(ProviderError) as refused:
        await service.ask(lambda client: client.search("developer in cairo"))
    assert not any(word in str(refused.value) for word in ("example-key", "docs.example", "BASIC", "Bad date", "<html"))


async def test_after_a_burst_it_waits_as_long_as_the_smallest_plan_asks(service):
    service.gives((429, GATEWAY, BURST), (200, FOUND))
    assert (await service.ask(lambda client: client.search("developer in cairo"))).postings
    assert len(service.requests) == 2
    reply = Reply(429, Headers(GATEWAY), b'{"message":"Too many requests"}')
    assert SERVICE.problem(reply).retry_after == 1.1


async def test_the_last_page_of_the_month_is_given_and_nothing_is_sent_after_it(service):
    service.gives((200, NONE_LEFT, FOUND))
    page = await service.ask(lambda client: client.search("developer in cairo"))
    assert (page.rate_limit.remaining, len(page.postings)) == (0, 1)
    with pytest.raises(PausedError, match="used up") as paused:
        await service.ask(lambda client: client.job_details(job_ids=["a"]))
    assert (paused.value.code, len(service.requests)) == ("quota", 1)


async def test_the_gateways_other_limits_are_not_the_plans():
    headers = Headers({"x-ratelimit-rapid-free-plans-hard-limit-remaining": "0", "x-ratelimit-remaining": "0"})
    assert quota_of(headers, 0.0) is None


@pytest.mark.parametrize("text", ["٥", "1_0", "", "many", "1.5"])
async def test_a_quota_that_cannot_be_read_is_unknown(text):
    assert quota_of(Headers({"x-ratelimit-requests-remaining": text}), 0.0) is None


async def test_a_plan_with_overage_counts_below_nothing():
    assert quota_of(Headers({"x-ratelimit-requests-remaining": "-3"}), 0.0).remaining == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (INVALID, InvalidRequestError),
        ({"status": "ERROR", "error": {"message": "x", "code": 500}}, UnavailableError),
        ({"status": "ERROR"}, UnavailableError),
        ({"status": "OK", "data": None}, UnexpectedReplyError),
        ({"status": "OK"}, UnexpectedReplyError),
        ({"status": "OK", "data": {"jobs": {}}}, UnexpectedReplyError),
        ({"status": "OK", "data": "none"}, UnexpectedReplyError),
        ({"message": "hello"}, UnexpectedReplyError),
        ([], UnexpectedReplyError),
        (b"<html>", UnexpectedReplyError),
        (b'{"status":"OK","data":{"jobs":[{"job_ti', UnexpectedReplyError),
        (b"", UnexpectedReplyError),
        (b"[" * 100_000, UnexpectedReplyError),
    ],
)
async def test_a_success_that_is_none_is_an_error_and_asked_once(service, body, kind):
    service.gives((200, body))
    with pytest.raises(kind):
        await service.ask(lambda client: client.search("developer in cairo"))
    assert len(service.requests) == 1


async def test_an_answer_of_more_than_5_mib_is_not_read(service):
    service.gives((200, b'{"status":"OK","data":[],"x":"' + b"a" * (6 * 1024 * 1024) + b'"}'))
    with pytest.raises(UnexpectedReplyError):
        await service.ask(lambda client: client.search("developer in cairo"))


@pytest.mark.parametrize("data", [{"jobs": [{"job_title": "Engineer"}]}, [{"job_title": "Engineer"}]])
async def test_both_shapes_of_an_answer_are_read(service, data):
    service.gives((200, {"status": "OK", "request_id": "r-3", "data": data}))
    page = await service.ask(lambda client: client.search("developer in cairo"))
    assert ([posting.title for posting in page.postings], page.cursor, page.request_id) == (["Engineer"], None, "r-3")


async def test_bad_bytes_half_letters_and_nan_spoil_a_field_and_not_the_page(service):
    rows = rb'{"job_title":"A \ud83d B"},{"job_title":"B' + b"\xff" + rb'","job_salary":NaN},7,{"job_title":null}'
    service.gives((200, b'{"status":"OK","data":[' + rows + b"]}"))
    page = await service.ask(lambda client: client.search("developer in cairo"))
    assert [posting.title for posting in page.postings] == ["A \ufffd B", "B\ufffd"]
    assert page.refused == 2
    assert page.model_dump_json().encode().decode()
