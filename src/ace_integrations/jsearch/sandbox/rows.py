"""A posting as the service writes it: the row of a search, and the longer one of the details. Pure."""

import re
from datetime import UTC, datetime
from typing import Any

from ace_integrations.jsearch.sandbox import texts
from ace_integrations.jsearch.sandbox.corpus import Job, pick
from ace_integrations.jsearch.sandbox.places import OWN_SITE
from ace_integrations.jsearch.sandbox.words import employment, glued, relative

Row = dict[str, Any]

_CAMPAIGN = "utm_campaign=google_jobs_apply&utm_source=google_jobs_apply&utm_medium=organic"
_DIRECT = ("Indeed",)
"""Whose postings are answered on their own page, which the service calls direct."""

_NOT_IN_A_HOST = re.compile(r"[^a-z0-9]+")


def row(job: Job, *, job_id: str, language: str, posted: int, now: int) -> Row:
    """Give the row of a search.

    Args:
        job_id: the id of this answer.
        language: of the display texts; title and description stay in the posting's own.
        posted, now: Unix seconds.
    """
    return {
        "job_id": job_id,
        "job_uid": f"{pick(job.index, 'uid', 2**31):08x}",
        "job_title": texts.title(job),
        "employer_name": job.name(),
        "employer_logo": None,
        "employer_website": f"https://{host(job.employer.en)}",
        "employer_reviews": None,
        "job_publisher": job.publisher,
        "job_employment_type": employment(job.types, language),
        "job_employment_types": list(job.types),
        "job_apply_link": _apply_link(job, job.publisher),
        "job_apply_is_direct": job.publisher in _DIRECT,
        "apply_options": _options(job),
        "job_description": texts.description(job),
        "job_is_remote": job.is_remote,
        "job_posted_at": relative(now - posted, language),
        **_dates(job, posted),
        **_place(job, language),
        "job_benefits": ["health_insurance"] if job.has_highlights else None,
        "job_benefits_strings": texts.benefits(job) if job.has_highlights else None,
        "job_google_link": f"https://postings.example/?docid={job.docid}",
        **_salary(job, language),
        "job_highlights": texts.highlights(job),
        "job_onet_soc": job.occupation.soc,
        "job_onet_job_zone": str(min(2 + job.years // 2, 5)),
    }


def details(job: Job, found: Row) -> Row:
    """Give the row of the details: that of a search, and what only they tell."""
    return {
        **found,
        "employer_reviews": [_review(job)],
        "work_arrangement": "onsite" if job.remote in ("no", "titled") else "remote",
        "seniority_level": "senior" if job.years >= 5 else "mid" if job.years >= 2 else "entry",
        "required_experience_years": job.years,
        "education_required": {"level": "bachelor", "field": None} if job.needs_degree else None,
        "visa_sponsorship": None,
        "relocation_required": None,
        "relocation_assistance": None,
        "contract_duration": None,
        "start_date": None,
        "required_technologies": list(job.occupation.skills),
        "preferred_technologies": [],
        "methodologies": [],
        "industry": job.occupation.field,
        "job_function": job.occupation.title.en,
        "has_management_responsibilities": "Manager" in job.occupation.title.en,
        "ai_ml_involved": "Machine Learning" in job.occupation.title.en,
        "benefits_extended": texts.benefits(job),
        "soft_skills": [],
    }


def host(name: str) -> str:
    """Give the invented host of a publisher or an employer."""
    return f"{_NOT_IN_A_HOST.sub('-', name.lower()).strip('-')}.example"


def _apply_link(job: Job, publisher: str) -> str:
    return f"https://{host(publisher)}/jobs/{job.docid[:-8]}?{_CAMPAIGN}"


def _options(job: Job) -> list[Row]:
    """Give one to six ways to apply, the posting's own publisher first."""
    named = [job.employer.en if each == OWN_SITE else each for each in job.country.publishers]
    publishers = [job.publisher, *(each for each in named if each != job.publisher), "BeBee"]
    return [
        {"publisher": each, "apply_link": _apply_link(job, each), "is_direct": each in _DIRECT}
        for each in publishers[: job.options]
    ]


def _dates(job: Job, posted: int) -> Row:
    moment = datetime.fromtimestamp(posted, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "job_posted_at_timestamp": posted if job.is_dated else None,
        "job_posted_at_datetime_utc": moment if job.is_dated else None,
    }


def _place(job: Job, language: str) -> Row:
    text = texts.place(job)
    latitude, longitude = job.country.at if job.city is None else job.city.at
    told = None if job.is_glued else job.city
    return {
        "job_location": glued(text, job.publisher, language) if job.is_glued else text,
        "job_city": told.name.told(arabic=job.is_arabic) if told else None,
        "job_state": told.state or None if told else None,
        "job_country": None if job.is_glued else job.country.code.upper(),
        "job_latitude": latitude,
        "job_longitude": longitude,
    }


def _salary(job: Job, language: str) -> Row:
    """Egypt's postings tell their pay in words only; the currency is nowhere else in any."""
    pay = job.pay
    in_numbers = pay if job.country.currency != "EGP" else None
    return {
        "job_salary": None,
        "job_salary_string": texts.salary(job, pay, language) if pay else None,
        "job_min_salary": in_numbers.low if in_numbers else None,
        "job_max_salary": in_numbers.high if in_numbers else None,
        "job_salary_period": in_numbers.period if in_numbers else None,
    }


def _review(job: Job) -> Row:
    count = pick(job.index, "reviews", 400) + 1
    return {
        "publisher": "Indeed",
        "employer_name": job.name(),
        "score": 3 + pick(job.index, "score", 20) / 10,
        "num_stars": 4,
        "review_count": count,
        "max_score": 5,
        "reviews_link": f"https://{host('Indeed')}/reviews/{host(job.employer.en)}",
    }
