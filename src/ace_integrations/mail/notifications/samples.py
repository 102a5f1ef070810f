"""One of each notification, for previews, the lint and tests; everybody in them is invented."""

from collections.abc import Mapping

from ace_integrations.mail.notifications.copy import Notification
from ace_integrations.mail.notifications.kinds import (
    ApplicationStatus,
    ApplicationStatusUpdated,
    NewJobApplication,
    NewJobPosted,
    TeacherApproved,
    TeacherRejected,
    WelcomeNotification,
)

_APP = "https://app.example.com"

SAMPLES: Mapping[str, Notification] = {
    sample.tag: sample
    for sample in (
        WelcomeNotification(name="Lina Example", start_url=f"{_APP}/start"),
        TeacherApproved(name="سامي مثال", next_url=f"{_APP}/teacher/courses"),
        TeacherRejected(name="Lina Example", reason="يلزم إرفاق شهادة التدريس بصيغة PDF"),
        NewJobApplication(
            company="Example Software",
            applicant="لينا مثال",
            job="Junior Python developer",
            resume_url=f"{_APP}/resumes/17?expires=1795600000&signature=example",
            review_url=f"{_APP}/company/applications/17",
        ),
        ApplicationStatusUpdated(
            name="لينا مثال",
            job="Junior Python developer",
            company="Example Software",
            status=ApplicationStatus.INTERVIEW,
            url=f"{_APP}/applications/17",
        ),
        NewJobPosted(
            name="Lina Example",
            job="محلل بيانات",
            company="Example Analytics",
            location="Cairo",
            apply_url=f"{_APP}/jobs/42",
            unsubscribe_url=f"{_APP}/unsubscribe/sample-token",
        ),
    )
}
