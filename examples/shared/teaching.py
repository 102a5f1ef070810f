"""Teachers as an admin admits them: the verdict on each, and what it sets going."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import Notification, TeacherApproved, TeacherRejected, render
from ace_integrations.realtime import Broadcast
from ace_integrations.realtime import TeacherApproved as ApprovedLive
from examples.shared.accounts import SENDER
from examples.shared.events import TeacherRejected as RejectedLive
from examples.shared.steps import TEACHING, Teaching
from examples.shared.texts import clean

MOST_DECIDED = 50
"""Decisions that the page shows, the newest."""

UNKNOWN = "No such teacher."
UNCONFIRMED = "The identity of this teacher is not confirmed any more."


class Rejection(BaseModel):
    """Why a teacher is not approved; they are mailed these words. None needs no reason."""

    reason: Annotated[str, AfterValidator(clean), Field(max_length=500)] = ""


@dataclass(frozen=True)
class Verdict:
    """What an admin decides about one teacher."""

    teacher: Any
    state: Teaching
    reason: str
    said: Notification
    live: Broadcast

    @property
    def what(self) -> str:
        """The name of it in the audit trail."""
        return f"teacher.{self.state}"

    def mail(self, *, tries: int) -> Message:
        """Give the mail that says it.

        Args:
            tries: how often the teacher asked: each answer is mailed once.
        """
        to = Address(email=self.teacher.email, name=self.teacher.name)
        return render(self.said, to=to, sender=SENDER, mail_id=f"teacher-{self.state}-{self.teacher.id}-{tries}")


def approval(teacher: Any, *, origin: str) -> Verdict:
    """Decide that somebody may be given courses."""
    said = TeacherApproved(name=teacher.name, next_url=f"{origin}/live")
    return Verdict(teacher, Teaching.APPROVED, "", said, ApprovedLive(user_id=str(teacher.id)))


def rejection(teacher: Any, reason: str, *, origin: str) -> Verdict:
    """Decide that somebody may not, and may ask again."""
    said = TeacherRejected(name=teacher.name, reason=reason or None, next_url=f"{origin}/verify")
    return Verdict(teacher, Teaching.REJECTED, reason, said, RejectedLive(user_id=str(teacher.id)))


def moved(found: Any, then: Teaching) -> bool:
    """Take an application a step on; say whether that changed anything.

    Raises:
        StepRefusedError: it does not follow.
    """
    changes = TEACHING.changes(Teaching(found.state), then)
    found.state = then
    return changes


def public(found: Any) -> dict[str, Any]:
    """Give an application as scripts see it."""
    return {"user_id": found.user_id, "status": found.state, "reason": found.reason or None}
