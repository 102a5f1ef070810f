"""What the platform tells browsers beyond the package's own events."""

from ace_integrations.realtime import Broadcast, Channel, private_course, private_user


class SessionScheduled(Broadcast):
    """A live class has a date."""

    name = "session.scheduled"

    session_id: str
    course_id: str
    title: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_course(self.course_id),)


class TeacherRejected(Broadcast):
    """An admin did not approve a teacher; why, their mail and their page say."""

    name = "teacher.rejected"

    user_id: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_user(self.user_id),)


class JobSuits(Broadcast):
    """A new job suits one student; pages take it as they take one of the student's university."""

    name = "job.posted"

    job_id: str
    user_id: str
    title: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_user(self.user_id),)


class ApplicationReceived(Broadcast):
    """A student has applied for a company's job."""

    name = "application.received"

    application_id: str
    job_id: str
    user_id: str
    title: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_user(self.user_id),)
