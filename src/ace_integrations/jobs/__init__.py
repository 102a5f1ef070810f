"""Job postings in neutral words; which service brings those from outside is a setting."""

from ace_integrations.jobs.filters import DatePosted, SearchFilters
from ace_integrations.jobs.posting import ApplyOption, EmploymentType, ExperienceLevel, JobPosting, SalaryPeriod

__all__ = [
    "ApplyOption",
    "DatePosted",
    "EmploymentType",
    "ExperienceLevel",
    "JobPosting",
    "SalaryPeriod",
    "SearchFilters",
]
