"""The operations behind the gateway: search on both paths, details, both salary endpoints."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ace_integrations.jsearch.sandbox import magic, salaries
from ace_integrations.jsearch.sandbox.corpus import CORPUS, Job, docid_in, job_id_of
from ace_integrations.jsearch.sandbox.parameters import Query, Search, listed, read_ids, read_search
from ace_integrations.jsearch.sandbox.places import own_language
from ace_integrations.jsearch.sandbox.rows import Row, details, row
from ace_integrations.jsearch.sandbox.search import (
    PAGE,
    Ages,
    Switches,
    cursor_to,
    find,
    page_of,
    read_wish,
    start_at,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an operation answers; `hits` is how many there are on all pages."""

    body: dict[str, Any]
    hits: int


Find = Callable[[Query, Sequence[str]], Found]
"""Takes the parameters and the magic words of the query; may refuse."""

NAMES = {
    "/search-v2": "search",
    "/search": "search_classic",
    "/job-details": "job_details",
    "/estimated-salary": "estimated_salary",
    "/company-job-salary": "company_job_salary",
}
"""Paths and the operations that are there, as the client calls them."""


class Api:
    """The service itself."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Become as new: postings as old as they are at first, all switches off."""
        self.switches = Switches()
        self._ages = Ages(self._now())
        self._searches = 0

    def operation_at(self, path: str) -> Find | None:
        """Give what answers at a path; None where nothing is, or not any more."""
        found: dict[str, Find] = {
            "/search-v2": self._search,
            "/job-details": self._job_details,
            "/estimated-salary": _estimated_salary,
            "/company-job-salary": _company_job_salary,
        }
        if self.switches.classic:
            found["/search"] = self._search_classic
        return found.get(path)

    # Search.

    def _search(self, query: Query, words: Sequence[str]) -> Found:
        search, now = read_search(query, classic=False), self._now()
        start = start_at(search, now=now)
        jobs = self._hits(search, words, now)
        shown, following = page_of(jobs, start=start, num_pages=search.num_pages, repeat=self.switches.repeat)
        cursor = None if following is None else cursor_to(following, search, now=now)
        data = {"jobs": self._rows(shown, search, words, now), "cursor": cursor}
        body = {**_ok(), "parameters": search.echo(), "data": data}
        return Found(magic.spoil_body(body, words), len(jobs))

    def _search_classic(self, query: Query, words: Sequence[str]) -> Found:
        search, now = read_search(query, classic=True), self._now()
        jobs = self._hits(search, words, now)
        start = (search.page - 1) * PAGE
        shown, _ = page_of(jobs, start=start, num_pages=search.num_pages, repeat=False)
        echo = {**search.echo(), "page": search.page}
        rows = self._rows(shown, search, words, now, classic=True)
        body = {**_ok(), "parameters": echo, "data": rows}
        return Found(magic.spoil_body(body, words), len(jobs))

    def _hits(self, search: Search, words: Sequence[str], now: float) -> list[Job]:
        if "empty" in words:
            return []
        _, rest = magic.words_in(search.query)
        return find(search, read_wish(rest), self._ages, now=now, switches=self.switches)

    def _rows(
        self, jobs: Sequence[Job], search: Search, words: Sequence[str], now: float, *, classic: bool = False
    ) -> list[Row]:
        nonce = "" if classic else self._nonce()
        rows = [self._row(job, search.language, nonce, now) for job in jobs]
        return _projected(magic.spoil_rows(rows, words), search.fields)

    def _row(self, job: Job, language: str, nonce: str, now: float) -> Row:
        job_id = job_id_of(job.docid, nonce) if nonce else job.docid
        return row(job, job_id=job_id, language=language, posted=self._ages.posted(job, now), now=int(now))

    def _nonce(self) -> str:
        self._searches += 1
        return "n1" if self.switches.stable_ids else f"n{self._searches}"

    # Details.

    def _job_details(self, query: Query, words: Sequence[str]) -> Found:
        del words
        now, ids = self._now(), read_ids(query)
        country = query.get("country", "us").lower()
        language = query.get("language", "").lower() or own_language(country)
        rows = [
            details(job, {**self._row(job, language, "", now), "job_id": each})
            for each in ids
            if (job := CORPUS.get(docid_in(each))) is not None
        ]
        echo = {"job_id": query["job_id"], "country": country, "language": language}
        return Found({**_ok(), "parameters": echo, "data": _projected(rows, listed(query, "fields"))}, len(rows))


def _estimated_salary(query: Query, words: Sequence[str]) -> Found:
    del words
    echo, rows = salaries.estimated(query)
    return Found({**_ok(), "parameters": echo, "data": _projected(rows, listed(query, "fields"))}, len(rows))


def _company_job_salary(query: Query, words: Sequence[str]) -> Found:
    del words
    rows = salaries.at_company(query)
    return Found({**_ok(), "data": rows}, len(rows))


def _ok() -> dict[str, Any]:
    return {"status": "OK", "request_id": str(uuid.uuid4())}


def _projected(rows: Sequence[Row], fields: Sequence[str]) -> list[Row]:
    return [{name: value for name, value in row.items() if not fields or name in fields} for row in rows]
