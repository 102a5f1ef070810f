"""The mail that tells an enrolled student of a live class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import Action, Copy, Fact, Notification, render
from examples.shared.accounts import SENDER
from examples.shared.classes import shown_start


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveClassScheduled(Notification):
    """Sent to each student of a course when a live class has a date.

    Attributes:
        when: with its zone, as in "2026-12-01 18:00 UTC+02:00".
        url: of the class's page.
    """

    name: str
    title: str
    course_en: str
    course_ar: str
    when: str
    url: str

    tag: ClassVar[str] = "class-scheduled"

    def values(self) -> Mapping[str, str]:
        return {
            "name": self.name,
            "title": self.title,
            "course_en": self.course_en,
            "course_ar": self.course_ar,
            "when": self.when,
        }

    def action(self) -> Action:
        return Action("صفحة الحصة", "Open the class", self.url)

    def arabic(self) -> Copy:
        return Copy(
            subject="حصة مباشرة جديدة: {title}",
            preheader="تحدد موعد حصة مباشرة في دورتك",
            heading="حصة مباشرة جديدة",
            paragraphs=("مرحبًا {name}، تحدد موعد حصة مباشرة في دورتك.",),
            facts=(Fact("الحصة", "{title}"), Fact("الدورة", "{course_ar}"), Fact("الموعد", "{when}")),
        )

    def english(self) -> Copy:
        return Copy(
            subject="New live class: {title}",
            preheader="A live class of your course has a date",
            heading="A new live class",
            paragraphs=("Hello {name}, a live class of your course has a date.",),
            facts=(Fact("Class", "{title}"), Fact("Course", "{course_en}"), Fact("When", "{when}")),
        )


def announcement(row: Any, course: Any, student: Any, *, origin: str) -> Message:
    """Give the mail about a class to one student of its course; one in the queue of each."""
    notification = LiveClassScheduled(
        name=student.name,
        title=row.title,
        course_en=course.title_en,
        course_ar=course.title_ar,
        when=shown_start(row).strftime("%Y-%m-%d %H:%M %Z"),
        url=f"{origin}/student/live-class/{row.id}",
    )
    to = Address(email=student.email, name=student.name)
    return render(notification, to=to, sender=SENDER, mail_id=f"class-{row.id}-{student.id}")
