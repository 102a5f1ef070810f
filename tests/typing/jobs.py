"""Only type-checked: what a board and its source give in each colour."""

from typing import assert_type

from ace_integrations import Ace, AsyncAce
from ace_integrations.core import Call
from ace_integrations.jobs import JobPage, JobPosting, JobSource, SearchResult
from ace_integrations.jsearch import AsyncJSearch, JSearch, JSearchCalls, JSearchSettings, JSearchSource, SalaryEstimate


def blocking(ace: Ace, jsearch: JSearch) -> None:
    assert_type(ace.jobs.search(job_source="local"), SearchResult)
    assert_type(next(ace.jobs.pages(most_pages=1)), JobPage)
    assert_type(jsearch.search("developer"), JobPage)
    assert_type(jsearch.job_details(job_ids=["a"]), tuple[JobPosting, ...])


async def awaited(ace: AsyncAce, jsearch: AsyncJSearch) -> None:
    assert_type(await ace.jobs.search(), SearchResult)
    async for page in ace.jobs.pages(most_pages=1):
        assert_type(page, JobPage)
    assert_type(await jsearch.estimated_salary(job_title="a", location="b"), tuple[SalaryEstimate, ...])


def described() -> Call[JobPage]:
    source: JobSource = JSearchSource(JSearchSettings())
    assert_type(JSearchCalls().search("developer"), Call[JobPage])
    del source
    return JSearchCalls().search("developer")
