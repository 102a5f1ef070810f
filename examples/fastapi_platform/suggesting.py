"""Whom a new job is told to: by mail, unless they stopped those, and at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.jobs import EmploymentType, ExperienceLevel
from ace_integrations.mail import Address
from ace_integrations.mail.notifications import NewJobPosted, render
from ace_integrations.realtime import JobPosted
from examples.fastapi_platform.tables import Job, Profile, User
from examples.shared.accounts import SENDER
from examples.shared.events import JobSuits
from examples.shared.matching import Candidate, Wanted, match

STOP = "stop-job-mails"
"""The purpose of a signed link that ends the mails of new jobs."""


async def suggest(session: AsyncSession, job: Job, *, state: Any, now: datetime) -> None:
    """Let the students whom a job suits be told when the caller's transaction commits.

    A university's students are told on its channel, so that one event reaches them all.
    """
    students = [user for user, profile in await _students(session) if match(_wanted(job), _of(profile), year=now.year)]
    if job.university_id is not None:
        event = JobPosted(job_id=str(job.id), university_id=job.university_id, title=job.title)
        await state.tell(session, event)
    for student in students:
        if job.university_id is None:
            await state.tell(session, JobSuits(job_id=str(job.id), user_id=str(student.id), title=job.title))
        if student.job_mails:
            await _mail(session, job, student, state=state)


async def _mail(session: AsyncSession, job: Job, student: User, *, state: Any) -> None:
    """Queue one student's own mail: it waits in the transaction, as a batch for all of them could not."""
    notification = NewJobPosted(
        name=student.name,
        job=job.title,
        company=job.company,
        location=job.location,
        apply_url=f"{state.origin}/jobs/{job.id}",
        unsubscribe_url=f"{state.origin}/unsubscribe/{state.links.sign(STOP, student.id)}",
    )
    to = Address(email=student.email, name=student.name)
    mail_id = f"job-{job.id}-{student.id}"
    await state.mails.put(session, render(notification, to=to, sender=SENDER, mail_id=mail_id))


async def _students(session: AsyncSession) -> list[tuple[User, Profile]]:
    known = select(User, Profile).join(Profile, Profile.user_id == User.id)
    found = await session.execute(known.where(User.role == "student", User.status == "active").order_by(User.id))
    return [(user, profile) for user, profile in found]


def _wanted(job: Job) -> Wanted:
    return Wanted(
        title=job.title,
        description=job.description,
        employment_type=EmploymentType(job.employment_type) if job.employment_type else None,
        experience_level=ExperienceLevel(job.experience_level) if job.experience_level else None,
        university_id=job.university_id,
    )


def _of(profile: Profile) -> Candidate:
    return Candidate(profile.university_id, tuple(profile.skills), profile.graduation_year)
