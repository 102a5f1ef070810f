"""The platform's own job postings, and how they are searched."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from ace_integrations.jobs import JobPosting, SearchFilters
from examples.fastapi_platform.tables import Job
from examples.shared.searching import MOST, posting_of, town_of


def finding(sessions: Any, clock: Callable[[], float]) -> Callable[[SearchFilters], Awaitable[Iterable[JobPosting]]]:
    """Give what finds postings of the database, for `ace.jobs.board.local`.

    Args:
        clock: gives Unix seconds; how old a posting is goes by it.
    """

    async def find(filters: SearchFilters) -> list[JobPosting]:
        now = datetime.fromtimestamp(clock(), UTC)
        found = select(Job).where(*_conditions(filters, now)).order_by(Job.posted_at.desc(), Job.id).limit(MOST)
        async with sessions() as session:
            return [posting_of(job) for job in await session.scalars(found)]

    return find


def _conditions(filters: SearchFilters, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [Job.closed_at.is_(None), *(_says(word) for word in (filters.keyword or "").split())]
    if filters.location:
        conditions.append(Job.places.icontains(town_of(filters.location), autoescape=True))
    if filters.remote:
        conditions.append(Job.remote.is_(True))
    if filters.employment_types:
        conditions.append(Job.employment_type.in_(filters.employment_types))
    if filters.experience_level is not None:
        conditions.append(or_(Job.experience_level == filters.experience_level, _unsaid(filters)))
    if filters.date_posted is not None and filters.date_posted.days is not None:
        conditions.append(Job.posted_at >= now - timedelta(days=filters.date_posted.days))
    return conditions


def _says(word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in (Job.title, Job.company, Job.description)))


def _unsaid(filters: SearchFilters) -> ColumnElement[bool]:
    """A posting that names no level, unless the level is meant strictly."""
    return and_(Job.experience_level.is_(None), not filters.strict_level)
