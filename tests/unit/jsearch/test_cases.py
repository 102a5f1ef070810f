"""Faults that others reported, which must not happen here."""

import inspect
from collections.abc import AsyncIterator

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import PausedError, PermissionDeniedError, ProviderError, RateLimitedError
from ace_integrations.jobs import JobPosting, Missing, SearchFilters
from ace_integrations.jsearch import QuotaExhaustedError

LOCAL = JobPosting(id="7", title="Tutor", company="Rihla", location="Cairo")
ENGINEER = SearchFilters(keyword="engineer", country="eg", date_posted="all")
GATEWAY = {"x-rapidapi-proxy-response": "true"}
NOT_SUBSCRIBED = {"message": "not subscribed"}
BURST = {"message": "Too many requests"}


async def collected(pages):
    if isinstance(pages, AsyncIterator):
        return [page async for page in pages]
    return list(pages)


@pytest.fixture(params=["sync", "async"])
def any_ace(request, ace_sandbox):
    kind = Ace if request.param == "sync" else AsyncAce
    clock = ace_sandbox.sandbox.clock.now
    return kind(Settings(sandbox_url=ace_sandbox.url), clock=clock, local_jobs=lambda filters: [LOCAL])


async def awaited(result):
    return await result if inspect.isawaitable(result) else result


def sent(control):
    return len(control.journal(provider="jsearch", kind="call"))


async def test_case_c20_pages_before_the_quota_ended_are_given_and_marked_partial(any_ace, control):
    control.post("jsearch/quota", remaining=2, reset_s=5000)
    pages = await collected(any_ace.jobs.pages(ENGINEER, most_pages=5))
    assert [len(page.postings) for page in pages] == [10, 10, 0]
    assert [page.is_partial for page in pages] == [False, False, True]
    assert (pages[-1].stopped_by, pages[-1].cursor) == (Missing.QUOTA, pages[1].cursor)
    assert sent(control) == 2


async def test_case_c20_a_third_page_that_is_refused_leaves_the_first_two(service):
    rows = [{"status": "OK", "data": {"jobs": [{"job_title": f"Job {page}"}], "cursor": f"E{page}"}} for page in (1, 2)]
    none_left = {**GATEWAY, "x-ratelimit-requests-remaining": "0", "x-ratelimit-requests-reset": "600"}
    service.gives((200, rows[0]), (200, rows[1]), (429, none_left, BURST))
    pages = await collected(service.client.pages("engineer", most_pages=5))
    assert [[posting.title for posting in page.postings] for page in pages] == [["Job 1"], ["Job 2"], []]
    assert (pages[-1].stopped_by, pages[-1].cursor, len(service.requests)) == (Missing.QUOTA, "E2", 3)


async def test_case_c20_a_first_page_that_is_refused_is_an_error(service):
    service.gives((429, {**GATEWAY, "x-ratelimit-requests-remaining": "0"}, BURST))
    with pytest.raises(QuotaExhaustedError):
        await collected(service.client.pages("engineer", most_pages=5))


async def test_case_c20_a_hundred_searches_send_nothing_until_the_plan_turns(any_ace, control):
    control.post("jsearch/quota", remaining=0, reset_s=5000)
    first = await awaited(any_ace.jobs.search(ENGINEER))
    assert (first.postings, first.meta.missing) == ((LOCAL,), Missing.QUOTA)
    assert first.meta.retry_after == pytest.approx(5000, abs=5)
    asked = sent(control)
    for number in range(100):
        found = await awaited(any_ace.jobs.search(SearchFilters(keyword=f"engineer {number}")))
        assert (found.postings, found.meta.missing) == ((LOCAL,), Missing.QUOTA)
    assert sent(control) == asked == 1
    control.advance(5001)
    assert (await awaited(any_ace.jobs.search(ENGINEER))).meta.missing is None


async def test_case_c20_what_was_kept_is_served_while_the_quota_is_gone(any_ace, control):
    first = await awaited(any_ace.jobs.search(ENGINEER))
    control.post("jsearch/quota", remaining=0, reset_s=30 * 86_400)
    control.advance(6 * 86_400)
    found = await awaited(any_ace.jobs.search(ENGINEER))
    assert found.postings == first.postings
    assert (found.meta.missing, found.meta.is_stale) == (Missing.QUOTA, True)


async def test_case_c20_a_refusal_after_a_burst_is_not_said_to_be_the_key(service):
    service.gives((429, GATEWAY, BURST), (429, GATEWAY, BURST), (403, GATEWAY, NOT_SUBSCRIBED))
    with pytest.raises(RateLimitedError) as burst:
        await service.ask(lambda client: client.search("engineer"))
    assert (burst.value.code, len(service.requests)) == ("burst", 2)
    with pytest.raises(PausedError, match="too many calls"):
        await service.ask(lambda client: client.search("engineer"))
    assert len(service.requests) == 2


async def test_case_c20_not_subscribed_pauses_and_names_both_causes(service):
    service.gives((429, GATEWAY, BURST), (403, GATEWAY, NOT_SUBSCRIBED))
    with pytest.raises(
        PermissionDeniedError, match="throttled for a while, or the account is not subscribed"
    ) as refused:
        await service.ask(lambda client: client.search("engineer"))
    assert "key" not in str(refused.value)
    for _ in range(100):
        with pytest.raises(ProviderError):
            await service.ask(lambda client: client.search("engineer"))
    assert len(service.requests) == 2
