"""Applications as scripts, mails, events and the audit trail tell of them; all of it is made of stored rows."""

from collections.abc import Collection, Mapping
from typing import Any

from ace_integrations.audit import Audit, AuditEvent
from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import (
    ApplicationStatus,
    ApplicationStatusUpdated,
    NewJobApplication,
    Notification,
    render,
)
from ace_integrations.realtime import ApplicationStatusChanged
from examples.shared.accounts import SENDER, user_key
from examples.shared.events import ApplicationReceived
from examples.shared.links import SignedLinks
from examples.shared.moments import as_utc
from examples.shared.searching import back_to, posting_of
from examples.shared.steps import HIRING, Hiring

STUDENTS_ONLY = "Only students whose identity was checked apply."
APPLIED = "You have applied for this job."
NO_APPLICATION = "No such application."

RESUME = "resume"
"""The purpose of the signed link to what somebody sent with an application."""

RESUME_S = 7 * 24 * 3600
"""Seconds for which the link of a mail leads to it."""

RESUME_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""Of the page that shows it: its address is all that somebody needs, and should not get around."""

_MAILED = {
    Hiring.PENDING: ApplicationStatus.SENT,
    Hiring.INTERVIEW: ApplicationStatus.INTERVIEW,
    Hiring.ACCEPTED: ApplicationStatus.OFFER,
    Hiring.REJECTED: ApplicationStatus.REJECTED,
}


def may_apply(user: Any) -> bool:
    """Whether somebody is a student whose account is open."""
    return bool(user.role == "student" and user.status == "active")


def public(application: Any) -> dict[str, Any]:
    """Give an application as scripts see it."""
    return {
        "application_id": application.id,
        "job_id": application.job_id,
        "status": application.status,
        "applied_at": as_utc(application.created_at).isoformat(),
        "changed_at": as_utc(application.changed_at).isoformat(),
    }


def public_to_student(application: Any, job: Any) -> dict[str, Any]:
    """Give the same to who applied, with what for."""
    return {**public(application), "title": job.title, "company": job.company}


def public_to_company(application: Any, student: Any) -> dict[str, Any]:
    """Give the same to the company, with who applied and what they sent."""
    sent = {"cv_text": application.cv_text, "cv_url": application.cv_url}
    return {**public(application), "name": student.name, "email": student.email, **sent}


def shown_to_company(application: Any, job: Any, student: Any, *, late: bool) -> dict[str, Any]:
    """Give what the company's page of an application says.

    Args:
        late: whether an answer came after another one.
    """
    following = HIRING.after(Hiring(application.status))
    return {"application": application, "job": job, "who": student, "following": following, "late": late}


def shown_again(job: Any, values: Mapping[str, str], wrong: Collection[str]) -> dict[str, Any]:
    """Give what the page of a job says to who sent something with their application that means nothing."""
    about = {"job": posting_of(job), "closed": job.closed_at is not None, "application": None, "back": back_to("")}
    return {**about, "values": values, "wrong": wrong}


def mail_to_company(
    application: Any, job: Any, student: Any, owner: Any, *, origin: str, links: SignedLinks
) -> Message | None:
    """Give the mail about a new application; None where the account of the job's owner was erased."""
    notification = NewJobApplication(
        company=job.company,
        applicant=student.name,
        job=job.title,
        resume_url=f"{origin}/resumes/{links.sign(RESUME, application.id, lasts_s=RESUME_S)}",
        review_url=f"{origin}/company/applications/{application.id}",
    )
    return _mail(notification, owner, mail_id=f"application-{application.id}")


def mail_to_student(application: Any, job: Any, student: Any, *, origin: str) -> Message | None:
    """Give the mail about a company's answer; None where the student's account was erased."""
    notification = ApplicationStatusUpdated(
        name=student.name,
        job=job.title,
        company=job.company,
        status=_MAILED[Hiring(application.status)],
        url=f"{origin}/applications",
    )
    return _mail(notification, student, mail_id=f"application-{application.id}-{application.status}")


def received(application: Any, job: Any) -> ApplicationReceived:
    """Give what the pages of the job's owner are told of a new application."""
    about = {"application_id": str(application.id), "job_id": str(job.id), "user_id": str(job.owner_id)}
    return ApplicationReceived(title=job.title, **about)


def answered(application: Any) -> ApplicationStatusChanged:
    """Give what the student's pages are told of an answer."""
    return ApplicationStatusChanged(
        application_id=str(application.id),
        user_id=str(application.user_id),
        job_id=str(application.job_id),
        status=application.status,
    )


def noted(audit: Audit, what: str, application: Any, *, by: Any, address: str) -> AuditEvent:
    """Give the line of the audit trail about what somebody did with an application."""
    about = {"application": application.id, "job": application.job_id, "status": application.status}
    details = {name: str(value) for name, value in about.items()}
    return audit.event(
        what, user=user_key(application.user_id), actor=user_key(by.id), address=address, details=details
    )


def _mail(notification: Notification, to: Any, *, mail_id: str) -> Message | None:
    if to.erased_at is not None:
        return None
    return render(notification, to=Address(email=to.email, name=to.name), sender=SENDER, mail_id=mail_id)
