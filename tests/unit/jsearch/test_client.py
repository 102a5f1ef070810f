"""JSearch's calls, described and sent to the twin."""

import json

import pytest
from pydantic import SecretStr

from ace_integrations.core import Headers, Repeat, Reply
from ace_integrations.errors import InvalidInputError, InvalidRequestError
from ace_integrations.jobs import DatePosted, Missing
from ace_integrations.jsearch import JSearch, JSearchCalls, JSearchSettings
from ace_integrations.jsearch.models import read_estimates
from ace_integrations.jsearch.query import SearchQuery
from ace_integrations.jsearch.service import SERVICE


def described(call, **settings):
    return call.describe(JSearchSettings(**settings))


def calls(control):
    return control.journal(provider="jsearch", kind="call")


# What is sent.


@pytest.mark.parametrize(
    ("settings", "url", "headers"),
    [
        (
            {"api_key": "a"},
            "https://jsearch.p.rapidapi.com",
            {"x-rapidapi-key": "a", "x-rapidapi-host": "jsearch.p.rapidapi.com"},
        ),
        ({"api_key": "ak_a"}, "https://api.openwebninja.com/jsearch", {"x-api-key": "ak_a"}),
        ({"api_key": "a", "channel": "openwebninja"}, "https://api.openwebninja.com/jsearch", {"x-api-key": "a"}),
        (
            {"api_key": "ak_a", "channel": "rapidapi", "base_url": "https://gate.example.com"},
            "https://gate.example.com",
            {"x-rapidapi-key": "ak_a", "x-rapidapi-host": "jsearch.p.rapidapi.com"},
        ),
    ],
)
def test_each_shop_has_its_address_and_its_headers(settings, url, headers):
    endpoint = SERVICE.endpoint(JSearchSettings(**{**settings, "api_key": SecretStr(settings["api_key"])}))
    assert (endpoint.base_url, dict(endpoint.headers)) == (url, headers)


def test_a_search_sends_its_arguments_and_nothing_unset():
    call = described(
        JSearchCalls().search(
            "  developer   in Cairo ",
            num_pages=2,
            date_posted=DatePosted.WEEK,
            work_from_home=True,
            employment_types=["INTERN", "FULLTIME"],
            job_requirements=["no_experience"],
            radius=20,
            exclude_job_publishers=["Indeed", "Bayt.com"],
        ),
        language="en",
    )
    assert (call.path, call.query) == (
        "/search-v2",
        {
            "query": "developer in Cairo",
            "num_pages": "2",
            "country": "eg",
            "language": "en",
            "date_posted": "week",
            "work_from_home": "true",
            "employment_types": "FULLTIME,INTERN",
            "job_requirements": "no_experience",
            "radius": "20",
            "exclude_job_publishers": "Bayt.com,Indeed",
        },
    )
    assert described(JSearchCalls().search("developer")).query == {
        "query": "developer",
        "num_pages": "1",
        "country": "eg",
    }


def test_a_call_uses_a_credit_a_page_and_a_credit_a_job():
    assert described(JSearchCalls().search("developer", num_pages=3)).units == 3
    details = described(JSearchCalls().job_details(job_ids=["a", "b"]))
    assert (details.units, details.query["job_id"], details.query["country"]) == (2, "a,b", "eg")


def test_a_call_is_costly_and_has_the_time_of_the_settings():
    call = described(JSearchCalls().search("developer"), timeout_s=12.0)
    assert (call.repeats, call.timeout) == (Repeat.COSTLY, 12.0)


@pytest.mark.parametrize("query", ["", "  ", "x" * 301])
def test_a_search_for_nothing_or_for_a_whole_text_is_refused_here(query):
    with pytest.raises(InvalidInputError, match="query"):
        JSearchCalls().search(query)


@pytest.mark.parametrize("num_pages", [0, 21])
def test_a_number_of_pages_out_of_range_is_refused_here(num_pages):
    with pytest.raises(InvalidInputError, match="num_pages"):
        JSearchCalls().search("developer", num_pages=num_pages)


@pytest.mark.parametrize("job_ids", [[], [""], ["a"] * 21, ["a,b"]])
def test_ids_that_would_be_other_ids_are_refused_here(job_ids):
    with pytest.raises(InvalidInputError, match="job_ids"):
        JSearchCalls().job_details(job_ids=job_ids)


def test_a_publisher_with_a_comma_is_refused_here():
    with pytest.raises(InvalidInputError, match="comma"):
        SearchQuery("developer", exclude_job_publishers=frozenset(["A, B"])).parameters()


def test_the_journal_shows_both_headers_and_no_key(jsearch, control):
    jsearch.search("developer in cairo")
    (entry,) = calls(control)
    assert entry["request_headers"]["x-rapidapi-host"] == "jsearch.p.rapidapi.com"
    assert entry["request_headers"]["x-rapidapi-key"] == "[redacted]"
    assert "sandbox-pro" not in json.dumps(control.journal())


def test_the_vendors_own_host_is_asked_with_its_own_header(ace_sandbox):
    settings = JSearchSettings(api_key=SecretStr("ak_sandbox"), base_url=f"{ace_sandbox.url}/jsearch/jsearch")
    with JSearch(settings) as jsearch:
        assert jsearch.search("developer in cairo").postings


# What comes back.


def test_a_search_gives_postings_and_what_is_left_of_the_plan(jsearch):
    page = jsearch.search("engineer", country="eg")
    assert len(page.postings) == 10
    assert all(posting.id.startswith("ext_") and posting.publisher for posting in page.postings)
    assert (page.rate_limit.limit, page.rate_limit.remaining) == (10_000, 9_999)
    assert page.request_id


async def test_both_colours_find_the_same_under_the_same_ids(jsearch, async_ace, control):
    from ace_integrations.jsearch import AsyncJSearch

    first = jsearch.search("engineer", country="eg")
    second = await async_ace.client(AsyncJSearch).search("engineer", country="eg")
    assert [posting.id for posting in first.postings] == [posting.id for posting in second.postings]
    # The service's own ids change from search to search.
    assert first.postings[0].provider_job_id != second.postings[0].provider_job_id


def test_nothing_found_is_an_empty_page(jsearch):
    page = jsearch.search("__empty__")
    assert (page.postings, page.cursor, page.refused) == ((), None, 0)


def test_details_are_asked_with_the_services_own_id(jsearch):
    posting = jsearch.search("engineer", country="eg").postings[0]
    (again,) = jsearch.job_details(job_ids=[posting.provider_job_id])
    assert (again.id, again.title, again.description) == (posting.id, posting.title, posting.description)


def test_a_job_that_is_gone_is_not_in_the_answer(jsearch):
    assert jsearch.job_details(job_ids=["gone"]) == ()


def test_what_a_job_pays_is_told_in_whole_and_broken_amounts(jsearch):
    (estimate, *_) = jsearch.estimated_salary(job_title="Nodejs Developer", location="Cairo")
    assert (estimate.min_salary, estimate.median_salary, estimate.salary_currency) == (180_000, 282_000.5, "EGP")


def test_a_company_that_nobody_knows_pays_nothing_that_is_known(jsearch):
    assert jsearch.company_job_salary(company="Nodata", job_title="Developer") == ()


def test_an_estimate_of_wrong_types_is_an_estimate_without_them():
    row = {"min_salary": "a", "salary_period": 7, "salary_count": None, "publisher_link": "javascript:alert(1)"}
    body = json.dumps({"status": "OK", "data": [row, "3"]}).encode()
    (estimate,) = read_estimates(Reply(200, Headers(), body))
    assert set(estimate.model_dump().values()) == {None}


@pytest.mark.parametrize(
    "magic",
    [
        "array", "badutf8", "surrogate", "nan", "mojibake", "bidi", "nulls", "missing", "types", "dupes", "stale",
        "wrongcountry", "xss", "flaky", "news",
    ],
)  # fmt: skip
def test_whatever_the_service_gives_becomes_json_that_a_browser_may_have(jsearch, magic):
    page = jsearch.search(f"engineer __{magic}__", country="eg")
    text = page.model_dump_json().encode("utf-8").decode("utf-8")
    assert page.postings
    assert not any(word in text for word in ("\u202e", "javascript:", "NaN"))
    assert not any("<script" in posting.description for posting in page.postings)


def test_a_service_that_fails_once_is_asked_twice(jsearch, control):
    jsearch.search("engineer __flaky__", country="eg")
    assert [entry["status"] for entry in calls(control)] == [500, 200]


# Page after page.


def test_pages_follow_the_cursor_to_the_end(jsearch, control):
    pages = list(jsearch.pages("engineer", most_pages=9, country="eg"))
    assert pages[-1].cursor is None
    assert not any(page.is_partial for page in pages)
    assert len(calls(control)) == len(pages) > 2


def test_no_more_pages_are_asked_for_than_wanted(jsearch, control):
    assert len(list(jsearch.pages("engineer", most_pages=2, country="eg"))) == 2
    assert len(calls(control)) == 2


def test_a_page_is_asked_for_when_it_is_wanted(jsearch, control):
    next(jsearch.pages("engineer", most_pages=9, country="eg"))
    assert len(calls(control)) == 1


def test_no_pages_are_refused_here(jsearch):
    with pytest.raises(InvalidInputError, match="most_pages"):
        list(jsearch.pages("engineer", most_pages=0))


def test_an_old_cursor_is_refused_by_the_service_and_ends_the_pages(jsearch, control):
    pages = jsearch.pages("engineer", most_pages=9, country="eg")
    first = next(pages)
    control.advance(3600)
    with pytest.raises(InvalidRequestError):
        jsearch.search("engineer", cursor=first.cursor, country="eg")
    (last,) = pages
    assert (last.postings, last.stopped_by) == ((), Missing.EXPIRED)
