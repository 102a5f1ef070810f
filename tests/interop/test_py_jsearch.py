"""Another client of the service against the twin, and a bare HTTP library that walks all of its pages."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ace_integrations.jsearch.sandbox import JSearchTwin
from ace_integrations.jsearch.sandbox.corpus import CORPUS, docid_in
from ace_integrations.jsearch.sandbox.corpus import Job as Posting
from ace_integrations.sandbox import RunningSandbox, start

# It configures its models in a way that pydantic 2 deprecates.
with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
    from py_jsearch import JSearchAsyncClient, JSearchClient
    from py_jsearch._types import (
        CompanySalarySearchParams,
        Job,
        JobDetailsParams,
        JobSalarySearchParams,
        JobSearchParams,
    )
    from py_jsearch.errors import JSearchAuthError, JSearchClientError, JSearchResponseError


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSandbox]:
    with start(twins=[JSearchTwin]) as running:
        yield running


@pytest.fixture
def sandbox(server: RunningSandbox) -> RunningSandbox:
    server.control.reset()
    server.control.post("jsearch/switches", classic=True)
    return server


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[JSearchClient]:
    # It sends the vendor's own header, so it is a client of the vendor's own host.
    with JSearchClient("ak_sandbox", base_url=f"{sandbox.url}/jsearch/jsearch", timeout=5) as client:
        yield client


def wanted(query: str, **more: Any) -> JobSearchParams:
    return JobSearchParams(query=query, **{"country": "eg", "language": "en", **more})


# The other client.


def test_every_posting_of_the_classic_list_is_read(client: JSearchClient) -> None:
    found = list(client.search_jobs(wanted("jobs", num_pages=20)))
    rest = list(client.search_jobs(wanted("jobs", page=21, num_pages=20)))
    expected = {docid for docid, job in CORPUS.items() if job.country.code == "eg"}
    assert {job.job_id for job in [*found, *rest]} == expected
    assert len(found) + len(rest) == len(expected)


async def test_the_awaited_client_reads_the_same(sandbox: RunningSandbox, client: JSearchClient) -> None:
    address = f"{sandbox.url}/jsearch/jsearch"
    async with JSearchAsyncClient("ak_sandbox", base_url=address, timeout=5) as awaited:
        found: list[Job[Any]] = list(await awaited.search_jobs(wanted("accountant")))
    assert [job.job_id for job in found] == [job.job_id for job in client.search_jobs(wanted("accountant"))]
    assert found


def test_its_filters_are_understood(client: JSearchClient) -> None:
    params = wanted(
        "engineer",
        employment_types=["FULLTIME", "PARTTIME"],
        job_requirements=["more_than_3_years_experience"],
        exclude_job_publishers=["LinkedIn"],
        work_from_home=False,
        date_posted="month",
        num_pages=20,
        radius=25.0,
    )
    found = list(client.search_jobs(params))
    assert found
    for job in found:
        assert CORPUS[job.job_id].years >= 3
        assert job.job_publisher != "LinkedIn"
        assert {"FULLTIME", "PARTTIME"} & set(job.job_employment_types)


def test_one_posting_is_read_and_an_unknown_one_is_none(client: JSearchClient) -> None:
    first = next(iter(client.search_jobs(wanted("accountant"))))
    again = client.get_job(JobDetailsParams(job_id=first.job_id, country="eg", language="en"))
    assert (again.job_id, again.job_title, again.job_description) == (
        first.job_id,
        first.job_title,
        first.job_description,
    )
    assert client.get_job(JobDetailsParams(job_id="unknown")) is None


def test_salaries_are_read(client: JSearchClient) -> None:
    of_city = client.get_job_salary(JobSalarySearchParams(job_title="nodejs developer", location="cairo"))
    of_firm = client.get_company_salary(CompanySalarySearchParams(company="Nilecode", job_title="nodejs developer"))
    assert (of_city.median_salary, of_city.salary_currency) == (282000.5, "EGP")
    assert (of_firm.company, of_firm.median_salary) == ("Nilecode", 282000.5)
    assert client.get_job_salary(JobSalarySearchParams(job_title="astronaut", location="cairo")) is None


@pytest.mark.parametrize(
    ("word", "error", "code"),
    [
        ("401", JSearchAuthError, 401),
        ("403", JSearchAuthError, 403),
        ("404", JSearchClientError, 404),
        ("429", JSearchClientError, 429),
        ("500", JSearchClientError, 500),
        ("502_html", JSearchClientError, 502),
        ("503", JSearchClientError, 503),
    ],
)
def test_refusals_are_its_errors(client: JSearchClient, word: str, error: type[JSearchClientError], code: int) -> None:
    with pytest.raises(error) as caught:
        client.search_jobs(wanted(f"__{word}__"))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("word", "error"),
    [("malformed", JSearchResponseError), ("html200", JSearchResponseError), ("error200", JSearchClientError)],
)
def test_what_it_cannot_read_is_its_error_too(
    client: JSearchClient, word: str, error: type[JSearchClientError]
) -> None:
    with pytest.raises(error):
        client.search_jobs(wanted(f"__{word}__"))


def test_a_wrong_key_is_its_error(sandbox: RunningSandbox) -> None:
    address = f"{sandbox.url}/jsearch/jsearch"
    with JSearchClient("ak_wrong", base_url=address, timeout=5) as client, pytest.raises(JSearchAuthError):
        client.search_jobs(wanted("accountant"))


def test_the_retired_path_is_its_error(client: JSearchClient, sandbox: RunningSandbox) -> None:
    sandbox.control.post("jsearch/switches", classic=False)
    with pytest.raises(JSearchClientError) as caught:
        client.search_jobs(wanted("accountant"))
    assert caught.value.code == 404


def test_the_new_shape_is_beyond_it(client: JSearchClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(JSearchClient.url_paths, "search_jobs", "/search-v2")
    with pytest.raises(JSearchResponseError):
        client.search_jobs(wanted("accountant"))


# A bare HTTP library.


def walked(url: str, **query: str) -> list[dict[str, Any]]:
    """Give all postings of all pages, as their documentation says."""
    headers = {"X-RapidAPI-Key": "sandbox-pro", "X-RapidAPI-Host": "jsearch.p.rapidapi.com"}
    found, cursor = [], ""
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
        while True:
            data = http.get("/jsearch/search-v2", params={**query, "cursor": cursor}).json()["data"]
            found += data["jobs"]
            cursor = data["cursor"]
            if not cursor:
                return found


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"query": "jobs", "country": "eg"}, lambda job: True),
        ({"query": "jobs in riyadh", "country": "sa"}, lambda job: job.city and job.city.name.en == "Riyadh"),
        ({"query": "jobs via indeed", "country": "us"}, lambda job: job.publisher == "Indeed"),
        ({"query": "jobs", "country": "eg", "employment_types": "INTERN"}, lambda job: "INTERN" in job.types),
        ({"query": "jobs", "country": "ae", "job_requirements": "no_degree"}, lambda job: not job.needs_degree),
        ({"query": "jobs", "country": "eg", "work_from_home": "true"}, lambda job: job.is_remote is not False),
        (
            {"query": "engineer", "country": "us"},
            lambda job: "Engineer" in job.occupation.title.en,
        ),
        (
            {"query": "مهندس", "country": "eg"},
            lambda job: job.is_arabic and "مهندس" in job.occupation.title.ar,
        ),
    ],
)
def test_all_pages_together_are_exactly_what_fits(
    sandbox: RunningSandbox, query: dict[str, str], fits: Callable[[Posting], bool]
) -> None:
    found = [docid_in(row["job_id"]) for row in walked(sandbox.url, **query)]
    expected = [docid for docid, job in CORPUS.items() if job.country.code == query["country"] and fits(job)]
    assert sorted(found) == sorted(expected)
    assert len(found) > 5
