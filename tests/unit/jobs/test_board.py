"""A board with and without what comes from outside."""

import inspect
import json
import logging

import pytest
from tests.unit.jobs.conftest import NOW

from ace_integrations import Ace, AsyncAce, Settings, errors
from ace_integrations.core import Call, Result
from ace_integrations.degradation import FAILING
from ace_integrations.errors import InvalidInputError, InvalidRequestError, NotFoundError
from ace_integrations.jobs import JobBoard, JobOrigin, JobPage, Missing, SearchFilters, board
from ace_integrations.jobs.facade import AsyncJobs, Jobs


class Source:
    """Gives a page, or fails."""

    def __init__(self, *postings, error=None, **page):
        self.page = JobPage(postings=postings, fetched_at=NOW, **page)
        self.error = error
        self.asked = []

    def search(self, filters, *, cursor=None):
        self.asked.append((filters, cursor))
        return Failing(self.error) if self.error else Result(self.page)


class Failing(Call):
    """Raises."""

    def __init__(self, error):
        self.error = error

    def run(self, sender):
        raise self.error

    async def arun(self, sender):
        raise self.error


@pytest.fixture(params=["sync", "async"])
def search(request):
    """Search a board in either colour."""

    async def search(source, filters=None, *, find=None, **named):
        described = JobBoard("outside", source, local=find)
        kind = Jobs if request.param == "sync" else AsyncJobs
        result = kind(None, described).search(filters, **named)
        return await result if inspect.isawaitable(result) else result

    return search


@pytest.fixture(autouse=True)
def nobody_was_warned(monkeypatch):
    monkeypatch.setattr(board, "_warned", set())


async def test_both_gives_the_platforms_own_first(search, local, external):
    found = await search(Source(external(1, days=0)), find=lambda filters: [local(2, days=9)])
    assert [posting.id for posting in found.postings] == ["2", "ext_1"]
    assert (found.meta.local, found.meta.external, found.meta.missing) == (1, 1, None)


async def test_local_asks_no_service(search, local, external):
    source = Source(external(1))
    found = await search(source, find=lambda filters: [local(2)], job_source="local")
    assert ([posting.id for posting in found.postings], source.asked) == (["2"], [])


async def test_external_asks_only_the_service(search, external):
    def find(filters):
        raise AssertionError("was asked")

    found = await search(Source(external(1)), find=find, job_source=JobOrigin.EXTERNAL)
    assert [posting.id for posting in found.postings] == ["ext_1"]


async def test_another_origin_is_refused(search):
    with pytest.raises(InvalidInputError, match="job_source"):
        await search(Source(), job_source="internal")


async def test_filters_and_cursor_reach_both_sides(search, local):
    seen, source = [], Source()
    filters = SearchFilters(keyword="tutor")
    await search(source, filters, find=lambda given: seen.append(given) or [], cursor="c")
    assert (seen, source.asked) == ([filters], [(filters, "c")])


REASONS = {
    errors.BudgetExceededError: Missing.QUOTA,
    errors.PausedError: Missing.RATE_LIMITED,
    errors.RateLimitedError: Missing.RATE_LIMITED,
    errors.AuthenticationError: Missing.REFUSED,
    errors.PermissionDeniedError: Missing.REFUSED,
    errors.DeadlineExceededError: Missing.TIMEOUT,
    errors.UnexpectedReplyError: Missing.UNREADABLE,
    errors.ConnectionFailedError: Missing.UNAVAILABLE,
    errors.OverloadedError: Missing.UNAVAILABLE,
    errors.UnavailableError: Missing.UNAVAILABLE,
}


@pytest.mark.parametrize("kind", REASONS)
async def test_a_service_that_fails_costs_a_reason_and_not_the_page(search, local, kind, caplog):
    failing = kind("down", provider="outside", operation="search", retry_after=60.0)
    found = await search(Source(error=failing), find=lambda filters: [local(1)])
    assert [posting.id for posting in found.postings] == ["1"]
    assert (found.meta.missing, found.meta.retry_after) == (REASONS[kind], 60.0)
    assert [record.name for record in caplog.records] == ["ace_integrations.degraded"]


def test_each_way_to_fail_has_a_reason():
    assert all(any(issubclass(kind, failing) for failing in FAILING) for kind in REASONS)
    assert set(FAILING) <= set(REASONS)


@pytest.mark.parametrize("code", ["quota", "refused", "unavailable"])
async def test_a_pause_says_what_it_is_for(search, code):
    found = await search(Source(error=errors.PausedError("later", code=code)))
    assert found.meta.missing == code


@pytest.mark.parametrize("kind", [InvalidRequestError, NotFoundError])
async def test_an_answer_is_not_hidden(search, kind):
    with pytest.raises(kind):
        await search(Source(error=kind("no")))


async def test_without_a_key_there_is_one_warning_a_process(search, local, caplog):
    source = Source(error=errors.ConfigurationError("JSEARCH_API_KEY is not set"))
    for _ in range(3):
        found = await search(source, find=lambda filters: [local(1)])
        assert (found.meta.missing, found.meta.external) == (Missing.NOT_CONFIGURED, 0)
    (record,) = caplog.records
    assert (record.levelno, "JSEARCH_API_KEY" in record.getMessage()) == (logging.WARNING, True)


async def test_an_older_page_is_marked(search, external):
    found = await search(Source(external(1), stale_because=Missing.QUOTA))
    assert (len(found.postings), found.meta.is_stale, found.meta.missing) == (1, True, Missing.QUOTA)


async def test_a_result_is_json(search, local, external):
    found = await search(Source(external(1), cursor="c"), find=lambda filters: [local(2)])
    written = json.loads(found.model_dump_json())
    assert (written["meta"]["job_source"], written["meta"]["cursor"], len(written["postings"])) == ("both", "c", 2)


async def test_a_platform_may_search_its_own_by_a_coroutine(local):
    async def find(filters):
        return [local(1)]

    class Finder:
        async def __call__(self, filters):
            return [local(2)]

    for given, expected in ((find, "1"), (Finder(), "2")):
        found = await AsyncJobs(None, JobBoard("outside", Source(), local=given)).search()
        assert [posting.id for posting in found.postings] == [expected]
    with pytest.raises(InvalidInputError, match="AsyncAce"):
        Jobs(None, JobBoard("outside", Source(), local=find)).search()


async def test_without_a_key_an_ace_shows_the_platforms_own(local, caplog):
    with Ace(Settings(), local_jobs=lambda filters: [local(1)]) as ace:
        found = ace.jobs.search()
    async with AsyncAce(Settings(), local_jobs=lambda filters: [local(1)]) as awaited:
        assert await awaited.jobs.search() == found
    assert (found.meta.missing, len(found.postings), len(caplog.records)) == (Missing.NOT_CONFIGURED, 1, 1)


def test_a_platform_may_have_its_own_postings_only(ace_sandbox, local):
    settings = Settings(sandbox_url=ace_sandbox.url, jobs="", ai="")
    with Ace(settings, local_jobs=lambda filters: [local(1)]) as ace:
        found = ace.jobs.search()
        assert (found.meta.missing, len(found.postings)) == (Missing.NOT_CONFIGURED, 1)
        assert {name for _, name in settings.switched_on}.isdisjoint({"jsearch", "gemini"})
        with pytest.raises(errors.ConfigurationError, match="ACE_AI"):
            ace.ai.generate("Hello")
    assert ace_sandbox.control.journal(kind="call") == []


def test_a_budget_of_the_settings_ends_searches(ace_sandbox, monkeypatch):
    monkeypatch.setenv("JSEARCH_MONTHLY_BUDGET", "2")
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        reasons = [ace.jobs.search(SearchFilters(keyword=word)).meta.missing for word in ("nurse", "tutor", "cook")]
    assert reasons == [None, None, Missing.QUOTA]
