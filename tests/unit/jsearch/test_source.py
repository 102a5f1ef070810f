"""JSearch as a platform's source: what filters become, and how long an answer is kept."""

import asyncio
import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import InvalidRequestError
from ace_integrations.jobs import EmploymentType, ExperienceLevel, Missing, SearchFilters
from ace_integrations.jsearch import JSearchSettings, JSearchSource
from ace_integrations.jsearch.query import SearchQuery, key_of

GIVEN = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
ENGINEER = SearchFilters(keyword="engineer", country="eg", date_posted="all")


def query_of(**filters):
    settings = {name: filters.pop(name) for name in list(filters) if name.startswith("default_")}
    return JSearchSource(JSearchSettings(**settings)).query_of(SearchFilters(**filters)).parameters()


def sent(control):
    return len(control.journal(provider="jsearch", kind="call"))


# What filters become.


@pytest.mark.parametrize(
    ("filters", "parameters"),
    [
        ({}, {"query": "developer", "country": "eg", "date_posted": "month"}),
        ({"keyword": "tutor", "location": "Cairo"}, {"query": "tutor in Cairo", "country": "eg"}),
        ({"keyword": "tutor", "location": "chicago"}, {"query": "tutor in chicago", "country": "us"}),
        ({"location": "الرياض"}, {"query": "developer in الرياض", "country": "sa"}),
        ({"location": "Dubai, United Arab Emirates"}, {"country": "ae"}),
        ({"location": "London", "country": "ca"}, {"country": "ca"}),
        ({"location": "Atlantis"}, {"country": "eg"}),
        ({"default_location": "Giza", "default_search": "tutor"}, {"query": "tutor in Giza", "country": "eg"}),
        ({"default_location": "Giza", "location": "Doha"}, {"query": "developer in Doha", "country": "qa"}),
        ({"remote": True}, {"work_from_home": "true"}),
        ({"employment_types": ["full_time"]}, {"employment_types": "FULLTIME"}),
        ({"employment_types": ["internship", "part_time"]}, {"employment_types": "INTERN,PARTTIME"}),
        ({"employment_types": ["contract"]}, {"employment_types": "CONTRACTOR"}),
        ({"date_posted": "all"}, {"date_posted": "all"}),
        ({"date_posted": "today"}, {"date_posted": "today"}),
        ({"date_posted": "3days"}, {"date_posted": "3days"}),
        ({"date_posted": "week"}, {"date_posted": "week"}),
        ({"date_posted": "month"}, {"date_posted": "month"}),
        ({"experience_level": "entry"}, {"job_requirements": "no_experience,under_3_years_experience"}),
        ({"experience_level": "mid"}, {"job_requirements": "more_than_3_years_experience"}),
        ({"experience_level": "senior"}, {"job_requirements": "more_than_3_years_experience"}),
        ({"language": "ar"}, {"language": "ar"}),
        ({"radius_km": 20, "pages": 2}, {"radius": "20", "num_pages": "2"}),
        ({"exclude_publishers": ["B", "A"]}, {"exclude_job_publishers": "A,B"}),
    ],
)
def test_each_filter_changes_what_is_asked(filters, parameters):
    assert query_of(**filters).items() >= parameters.items()


@pytest.mark.parametrize(("parameters", "key"), GIVEN["cache_keys"])
def test_a_key_is_made_of_what_is_sent(parameters, key):
    assert key_of(parameters) == key
    assert key_of(dict(reversed(parameters.items()))) == key


@pytest.mark.parametrize(("parameters", "key"), GIVEN["cache_keys"])
def test_a_search_has_the_key_of_its_parameters(parameters, key):
    fields = {name: value for name, value in parameters.items() if name not in ("path", "query", "employment_types")}
    types = frozenset(reversed(parameters.get("employment_types", [])))
    words = f"  {parameters['query'].upper()} "
    assert SearchQuery(words, employment_types=types, **fields).key() == key


def test_the_accounts_key_is_no_part_of_a_searchs_key():
    keys = {
        JSearchSource(JSearchSettings(api_key=SecretStr(secret))).query_of(ENGINEER).key() for secret in ("one", "two")
    }
    assert len(keys) == 1
    assert keys.pop().startswith("jsearch_")


# How long an answer is kept.


def test_a_second_search_within_the_hour_sends_nothing(ace, control):
    first = ace.jobs.search(ENGINEER)
    control.advance(3599)
    assert ace.jobs.search(SearchFilters(keyword=" Engineer ", country="EG", date_posted="all")) == first
    assert sent(control) == 1
    control.advance(2)
    assert ace.jobs.search(ENGINEER).meta.fetched_at > first.meta.fetched_at
    assert sent(control) == 2


def test_that_nothing_was_found_is_kept_for_a_quarter_of_an_hour(ace, control):
    nothing = SearchFilters(keyword="__empty__")
    for _ in range(3):
        found = ace.jobs.search(nothing)
        assert (found.postings, found.meta.missing) == ((), None)
    control.advance(899)
    ace.jobs.search(nothing)
    assert sent(control) == 1
    control.advance(2)
    ace.jobs.search(nothing)
    assert sent(control) == 2


def test_a_failure_is_not_kept(ace, control):
    control.fail("status", provider="jsearch", operation="search", status=503, times=2)
    assert ace.jobs.search(ENGINEER).meta.missing is Missing.UNAVAILABLE
    assert ace.jobs.search(ENGINEER).postings


def test_an_answer_of_up_to_a_day_stands_in_for_a_failure(ace, control):
    first = ace.jobs.search(ENGINEER)
    control.advance(86_000)
    control.fail("status", provider="jsearch", operation="search", status=500, times=None)
    found = ace.jobs.search(ENGINEER)
    assert (found.postings, found.meta.fetched_at) == (first.postings, first.meta.fetched_at)
    assert (found.meta.is_stale, found.meta.missing) == (True, Missing.UNAVAILABLE)
    control.advance(1000)
    assert (ace.jobs.search(ENGINEER).postings, ace.jobs.search(ENGINEER).meta.is_stale) == ((), False)


def test_arguments_that_are_refused_are_not_hidden_behind_an_older_answer(ace, control):
    page = ace.jobs.search(ENGINEER)
    control.advance(3601)
    with pytest.raises(InvalidRequestError):
        ace.jobs.search(ENGINEER, cursor=page.meta.cursor)


def test_two_hundred_at_once_ask_once_and_after_an_hour_once_more(ace, control):
    for asked in (1, 2):
        with ThreadPoolExecutor(200) as pool:
            found = list(pool.map(lambda _: ace.jobs.search(ENGINEER), range(200)))
        assert (len({result.meta.fetched_at for result in found}), sent(control)) == (1, asked)
        control.advance(3601)


async def test_two_hundred_tasks_at_once_ask_once(async_ace, control):
    found = await asyncio.gather(*(async_ace.jobs.search(ENGINEER) for _ in range(200)))
    assert (len({result.meta.fetched_at for result in found}), sent(control)) == (1, 1)


def _search_100_times(sandbox_url, redis_url, start):
    with Ace(Settings(sandbox_url=sandbox_url, redis_url=SecretStr(redis_url))) as ace:
        start.wait(60)
        with ThreadPoolExecutor(100) as pool:
            found = list(pool.map(lambda _: ace.jobs.search(ENGINEER), range(100)))
    assert len({result.meta.fetched_at for result in found}) == 1
    assert all(result.postings for result in found)


def test_two_processes_of_a_hundred_ask_once_together(ace_sandbox, control, own_redis_url):
    control.reset()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    values = (ace_sandbox.url, own_redis_url, start)
    processes = [spawn.Process(target=_search_100_times, args=values) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(90)
    assert ([process.exitcode for process in processes], sent(control)) == ([0, 0], 1)


def test_a_block_and_what_was_kept_outlive_the_process(ace_sandbox, control, own_redis_url):
    def fresh():
        settings = Settings(sandbox_url=ace_sandbox.url, redis_url=SecretStr(own_redis_url))
        return Ace(settings, clock=ace_sandbox.sandbox.clock.now)

    with fresh() as ace:
        first = ace.jobs.search(ENGINEER)
        control.post("jsearch/quota", remaining=0, reset_s=50_000)
        assert ace.jobs.search(SearchFilters(keyword="tutor")).meta.missing is Missing.QUOTA
    asked = sent(control)
    with fresh() as ace:
        assert ace.jobs.search(SearchFilters(keyword="nurse")).meta.missing is Missing.QUOTA
        again = ace.jobs.search(ENGINEER)
        assert [posting.id for posting in again.postings] == [posting.id for posting in first.postings]
    assert sent(control) == asked


# What is dropped here.


def test_jobs_of_another_country_are_dropped_and_those_of_no_country_stay(ace):
    found = ace.jobs.search(SearchFilters(keyword="engineer __wrongcountry__", country="eg", date_posted="all"))
    assert {posting.country for posting in found.postings} <= {None, "EG"}


def test_old_jobs_are_dropped(ace, ace_sandbox):
    found = ace.jobs.search(SearchFilters(keyword="engineer __stale__", country="eg"))
    ages = [found.meta.fetched_at - posting.posted_at for posting in found.postings if posting.posted_at]
    assert all(age.days <= 31 for age in ages)


@pytest.mark.parametrize("level", ["entry", "mid", "senior"])
def test_a_level_drops_the_others_and_when_strict_those_that_name_none(ace, level):
    asked = {"keyword": "engineer", "country": "eg", "date_posted": "all", "experience_level": level}
    loose = ace.jobs.search(SearchFilters(**asked)).postings
    strict = ace.jobs.search(SearchFilters(**asked, strict_level=True)).postings
    assert {posting.experience_level for posting in loose} <= {ExperienceLevel(level), None}
    assert {posting.experience_level for posting in strict} == {ExperienceLevel(level)}
    assert set(strict) <= set(loose)


def test_kinds_of_employment_are_asked_of_the_service(ace):
    found = ace.jobs.search(SearchFilters(keyword="engineer", country="eg", employment_types=["internship"]))
    assert {posting.employment_type for posting in found.postings} == {EmploymentType.INTERNSHIP}


async def test_both_colours_search_alike(ace, async_ace, control):
    assert isinstance(async_ace, AsyncAce)
    first = ace.jobs.search(ENGINEER)
    second = await async_ace.jobs.search(ENGINEER)
    assert [posting.id for posting in first.postings] == [posting.id for posting in second.postings]
