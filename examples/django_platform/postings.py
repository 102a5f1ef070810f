"""The platform's own job postings, and how they are searched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from ace_integrations.jobs import JobPosting, SearchFilters
from examples.django_platform.models import Job
from examples.shared.searching import MOST, posting_of, town_of


def finding(clock: Callable[[], float]) -> Callable[[SearchFilters], list[JobPosting]]:
    """Give what finds postings of the database, for `build_ace(local_jobs=...)`.

    Args:
        clock: gives Unix seconds; how old a posting is goes by it.
    """

    def find(filters: SearchFilters) -> list[JobPosting]:
        now = datetime.fromtimestamp(clock(), UTC)
        found = Job.objects.filter(*_conditions(filters, now)).order_by("-posted_at", "pk")[:MOST]
        return [posting_of(job) for job in found]

    return find


def _conditions(filters: SearchFilters, now: datetime) -> list[Q]:
    conditions = [Q(closed_at=None), *(_says(word) for word in (filters.keyword or "").split())]
    if filters.location:
        conditions.append(Q(places__icontains=town_of(filters.location)))
    if filters.remote:
        conditions.append(Q(remote=True))
    if filters.employment_types:
        conditions.append(Q(employment_type__in=filters.employment_types))
    if filters.experience_level is not None:
        unsaid = Q() if filters.strict_level else Q(experience_level=None)
        conditions.append(Q(experience_level=filters.experience_level) | unsaid)
    if filters.date_posted is not None and filters.date_posted.days is not None:
        conditions.append(Q(posted_at__gte=now - timedelta(days=filters.date_posted.days)))
    return conditions


def _says(word: str) -> Q:
    return Q(title__icontains=word) | Q(company__icontains=word) | Q(description__icontains=word)
