"""Jobs that companies offer: who may post one, whose it is, and what its row says."""

from typing import Any

from ace_integrations.audit import Audit, AuditEvent
from examples.shared import universities
from examples.shared.accounts import user_key
from examples.shared.forms import JobForm

NO_JOB = "No such job."
CLOSED = "This job is closed."

MOST = 100
"""Jobs of a company's page, the open ones and the newest first."""


class NamelessError(Exception):
    """The admin posts a job and names no company."""

    def __init__(self) -> None:
        super().__init__("Name the company.")


def refused(user: Any) -> tuple[int, str] | None:
    """Say with a status and a sentence why somebody posts no jobs; None for an open company, and for the admin."""
    if user.role not in ("company", "admin"):
        return 404, "Not Found"
    if user.status != "active":
        return 403, "Only companies whose identity was checked do this."
    return None


def owns(user: Any, job: Any) -> bool:
    """Whether a job is a company's own; every one is the admin's."""
    return user.role == "admin" or job.owner_id == user.id


def owner_of(user: Any) -> int | None:
    """Give whose a job is that somebody posts: what the admin posts is nobody's."""
    number: int = user.id
    return number if user.role == "company" else None


def write(job: Any, user: Any, form: JobForm) -> None:
    """Let a row say what a form says. Whose it is and when it was posted no form says.

    Raises:
        NamelessError: neither the form nor the row names a company.
    """
    company = user.company if user.role == "company" else form.company or job.company
    if not company:
        raise NamelessError
    for name, value in form.model_dump(mode="json", exclude={"company"}).items():
        setattr(job, name, value)
    job.company, job.places = company, form.location
    job.university_id = universities.key_of(form.university) if form.university else None


def noted(audit: Audit, what: str, user: Any, job: Any, *, address: str) -> AuditEvent:
    """Give the line of the audit trail about what somebody did with a job."""
    by = user_key(user.id)
    return audit.event(what, user=by, actor=by, address=address, details={"job": str(job.id)})
