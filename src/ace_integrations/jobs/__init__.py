"""Job postings in neutral words; which service brings those from outside is a setting."""

from ace_integrations.jobs.board import JobBoard, JobOrigin, LocalJobs, SearchMeta, SearchResult
from ace_integrations.jobs.facade import AsyncJobs, Jobs
from ace_integrations.jobs.filters import DatePosted, SearchFilters
from ace_integrations.jobs.posting import ApplyOption, EmploymentType, ExperienceLevel, JobPosting, SalaryPeriod
from ace_integrations.jobs.source import JobPage, JobSource, Missing, RateLimit

__all__ = [
    "ApplyOption",
    "AsyncJobs",
    "DatePosted",
    "EmploymentType",
    "ExperienceLevel",
    "JobBoard",
    "JobOrigin",
    "JobPage",
    "JobPosting",
    "JobSource",
    "Jobs",
    "LocalJobs",
    "Missing",
    "RateLimit",
    "SalaryPeriod",
    "SearchFilters",
    "SearchMeta",
    "SearchResult",
]
