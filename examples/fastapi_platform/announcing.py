"""The mail that tells an enrolled student of a live class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue
from ace_integrations.mail import Address
from ace_integrations.mail.notifications import Action, Copy, Fact, Notification, render
from examples.fastapi_platform.classes import shown_start
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, User
from examples.shared.accounts import SENDER


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


async def announce(
    session: AsyncSession, mails: AsyncSqlMailQueue, row: LiveSession, course: Course, *, origin: str
) -> None:
    """Let every enrolled student be mailed when the caller's transaction commits."""
    for student in await _students(session, course):
        notification = LiveClassScheduled(
            name=student.name,
            title=row.title,
            course_en=course.title_en,
            course_ar=course.title_ar,
            when=shown_start(row).strftime("%Y-%m-%d %H:%M %Z"),
            url=f"{origin}/student/live-class/{row.id}",
        )
        to = Address(email=student.email, name=student.name)
        await mails.put(session, render(notification, to=to, sender=SENDER, mail_id=f"class-{row.id}-{student.id}"))


async def _students(session: AsyncSession, course: Course) -> Iterable[User]:
    taken = Enrollment.course_id == course.id, Enrollment.active.is_(True)
    return (await session.scalars(select(User).join(Enrollment, Enrollment.user_id == User.id).where(*taken))).all()
