"""The platform's mails, each in Arabic and English: typed, rendered to HTML and plain text, and checked by a lint.

Rendering needs the extra `notifications`.
"""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.mail.notifications.copy import Action, Copy, Fact, Notification
    from ace_integrations.mail.notifications.kinds import (
        ApplicationStatus,
        ApplicationStatusUpdated,
        NewJobApplication,
        NewJobPosted,
        TeacherApproved,
        TeacherRejected,
        WelcomeNotification,
    )
    from ace_integrations.mail.notifications.linting import Finding, lint
    from ace_integrations.mail.notifications.notify import (
        AsyncNotifier,
        Channel,
        MailChannel,
        Notified,
        Notifier,
        Person,
    )
    from ace_integrations.mail.notifications.rendering import render, render_batch
    from ace_integrations.mail.notifications.samples import SAMPLES

__all__ = [
    "SAMPLES",
    "Action",
    "ApplicationStatus",
    "ApplicationStatusUpdated",
    "AsyncNotifier",
    "Channel",
    "Copy",
    "Fact",
    "Finding",
    "MailChannel",
    "NewJobApplication",
    "NewJobPosted",
    "Notification",
    "Notified",
    "Notifier",
    "Person",
    "TeacherApproved",
    "TeacherRejected",
    "WelcomeNotification",
    "lint",
    "render",
    "render_batch",
]

_MODULES = {
    "copy": ("Action", "Copy", "Fact", "Notification"),
    "kinds": (
        "ApplicationStatus", "ApplicationStatusUpdated", "NewJobApplication", "NewJobPosted", "TeacherApproved",
        "TeacherRejected", "WelcomeNotification",
    ),
    "linting": ("Finding", "lint"),
    "notify": ("AsyncNotifier", "Channel", "MailChannel", "Notified", "Notifier", "Person"),
    "rendering": ("render", "render_batch"),
    "samples": ("SAMPLES",),
}  # fmt: skip

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
