"""What the platform tells browsers beyond the package's own events."""

from ace_integrations.realtime import Broadcast, Channel, private_course


class SessionScheduled(Broadcast):
    """A live class has a date."""

    name = "session.scheduled"

    session_id: str
    course_id: str
    title: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_course(self.course_id),)
