"""What students are told of a new job that suits them: an event at once, and a mail unless they stopped those."""

from collections.abc import Iterable
from typing import Any

from ace_integrations.jobs import EmploymentType, ExperienceLevel
from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import NewJobPosted, render
from ace_integrations.realtime import Broadcast, JobPosted
from examples.shared.accounts import SENDER
from examples.shared.events import JobSuits
from examples.shared.links import SignedLinks
from examples.shared.matching import Candidate, Wanted, match

STOP = "stop-job-mails"
"""The purpose of a signed link that ends the mails of new jobs."""


def suits(job: Any, profile: Any, *, year: int) -> bool:
    """Whether a job suits the student of a profile; see `match`."""
    return match(_wanted(job), _candidate(profile), year=year) is not None


def events(job: Any, students: Iterable[Any]) -> list[Broadcast]:
    """Give what is told at once: a university's students hear of it on its channel, so that one event reaches all."""
    if job.university_id is not None:
        return [JobPosted(job_id=str(job.id), university_id=job.university_id, title=job.title)]
    return [JobSuits(job_id=str(job.id), user_id=str(student.id), title=job.title) for student in students]


def mails(job: Any, students: Iterable[Any], *, origin: str, links: SignedLinks) -> list[Message]:
    """Give a mail for each who wants them: it waits in the transaction, as a batch for all of them could not."""
    return [_mail(job, student, origin, links) for student in students if student.job_mails]


def _mail(job: Any, student: Any, origin: str, links: SignedLinks) -> Message:
    notification = NewJobPosted(
        name=student.name,
        job=job.title,
        company=job.company,
        location=job.location,
        apply_url=f"{origin}/jobs/{job.id}",
        unsubscribe_url=f"{origin}/unsubscribe/{links.sign(STOP, student.id)}",
    )
    to = Address(email=student.email, name=student.name)
    return render(notification, to=to, sender=SENDER, mail_id=f"job-{job.id}-{student.id}")


def _wanted(job: Any) -> Wanted:
    return Wanted(
        title=job.title,
        description=job.description,
        employment_type=EmploymentType(job.employment_type) if job.employment_type else None,
        experience_level=ExperienceLevel(job.experience_level) if job.experience_level else None,
        university_id=job.university_id,
    )


def _candidate(profile: Any) -> Candidate:
    return Candidate(profile.university_id, tuple(profile.skills), profile.graduation_year)
