"""Filters from a query string, and a result as an answer."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from ace_integrations import AsyncAce, Settings
from ace_integrations.jobs import JobOrigin, JobPosting, SearchFilters, SearchResult


@pytest.fixture
def client(ace_sandbox):
    app = FastAPI()
    ours = JobPosting(id="7", title="Tutor", company="Rihla")
    ace = AsyncAce(Settings(sandbox_url=ace_sandbox.url), local_jobs=lambda filters: [ours])

    @app.get("/api/jobs")
    async def jobs(filters: Annotated[SearchFilters, Query()]) -> SearchResult:
        return await ace.jobs.search(filters)

    @app.get("/api/jobs/{job_source}")
    async def jobs_of(job_source: JobOrigin) -> SearchResult:
        return await ace.jobs.search(job_source=job_source)

    with TestClient(app) as client:
        yield client


def test_a_query_string_becomes_filters_and_a_result_an_answer(client):
    answer = client.get("/api/jobs", params={"keyword": "engineer", "country": "EG", "employment_types": ["full_time"]})
    found = answer.json()
    assert (answer.status_code, found["meta"]["local"], found["postings"][0]["id"]) == (200, 1, "7")
    assert found["meta"]["external"] == len(found["postings"]) - 1 > 0
    assert {posting["employment_type"] for posting in found["postings"][1:]} == {"full_time"}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [("/api/jobs", {"date_posted": "never"}), ("/api/jobs", {"salary": "1"}), ("/api/jobs/internal", {})],
)
def test_what_means_nothing_is_answered_422(client, path, parameters):
    assert client.get(path, params=parameters).status_code == 422


def test_the_description_of_the_route_names_the_fields_of_a_posting(client):
    posting = client.get("/openapi.json").json()["components"]["schemas"]["JobPosting"]["properties"]
    assert list(posting)[:13] == list(JobPosting(id="1", title="Tutor").public())
    assert "raw" not in posting
