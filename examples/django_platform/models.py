"""What the platform stores: the same tables as `examples/fastapi_platform/tables.py`; times are in UTC."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from ace_integrations.payments import Money
from examples.shared.paying import OPEN


class User(AbstractBaseUser):
    """A student, a teacher, a company or the admin. `status` is pending_verification, active or blocked.

    `company` is the name of a company that somebody acts for. `job_mails` says whether they want mails of new jobs;
    `erased_at` when they erased their account.
    """

    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=16)
    company = models.CharField(max_length=200, null=True)
    password = models.CharField(max_length=200)
    status = models.CharField(max_length=32, default="pending_verification")
    verification_id = models.CharField(max_length=64, null=True, unique=True)
    verification = models.CharField(max_length=16, null=True)
    verification_at = models.BigIntegerField(default=0)
    job_mails = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)

    last_login = None  # type: ignore[assignment]  # nobody asks for it
    objects: "BaseUserManager[User]" = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        db_table = "users"


class Login(AbstractBaseSession):
    """A browser's session, as Django keeps one, and whose it is; None before somebody signed in."""

    user = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        db_table = "logins"

    def __str__(self) -> str:
        return f"user {self.user_id}"


class TeacherApplication(models.Model):
    """That a teacher, whose identity was checked, wants to teach. `state` is waiting, approved or rejected.

    `tries` counts how often they asked; `reason` is why the last time was in vain, in an admin's words.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True)
    state = models.CharField(max_length=16, default="waiting")
    tries = models.BigIntegerField(default=1)
    reason = models.CharField(max_length=500, default="")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "teacher_applications"

    def __str__(self) -> str:
        return f"user {self.pk}: {self.state}"


class Course(models.Model):
    """What is sold. `students` is kept by the enrolment's own transaction; `teacher` is the admin's choice."""

    title_en = models.CharField(max_length=200)
    title_ar = models.CharField(max_length=200)
    lede_en = models.CharField(max_length=500)
    lede_ar = models.CharField(max_length=500)
    points_en: "models.JSONField[list[str]]" = models.JSONField()
    points_ar: "models.JSONField[list[str]]" = models.JSONField()
    weeks = models.BigIntegerField()
    price = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    students = models.BigIntegerField(default=0)
    teacher = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        db_table = "courses"

    def __str__(self) -> str:
        return self.title_en

    @property
    def money(self) -> Money:
        return Money(Decimal(self.price), self.currency)


class Revenue(models.Model):
    """What a course brought in one currency, refunds deducted; in minor units, kept with each payment."""

    pk = models.CompositePrimaryKey("course_id", "currency")
    course = models.ForeignKey(Course, models.PROTECT)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "course_revenue"

    def __str__(self) -> str:
        return f"{self.minor} {self.currency}"


class StoredQuote(models.Model):
    """A price in another currency, as it was shown to one user for one course: never changed, used once."""

    id = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(User, models.PROTECT)
    course = models.ForeignKey(Course, models.PROTECT)
    quote: "models.JSONField[dict[str, object]]" = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "quotes"

    def __str__(self) -> str:
        return self.id


class Payment(models.Model):
    """One user's payment for one course: at most one open at a time.

    `books` is the `StoredPayment` that `Checkout` decides on; the other columns are what is searched for. `price` is
    what the course cost, `amount` what is charged: another one where a quote changed the currency. Gateways know a
    payment by its number, and Django gives none twice.
    """

    user = models.ForeignKey(User, models.PROTECT)
    course = models.ForeignKey(Course, models.PROTECT)
    gateway = models.CharField(max_length=32)
    gateway_id = models.CharField(max_length=255, null=True, unique=True)
    capture_id = models.CharField(max_length=255, null=True, unique=True)
    quote = models.OneToOneField(StoredQuote, models.PROTECT, null=True)
    price = models.CharField(max_length=20)
    price_currency = models.CharField(max_length=3)
    amount = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=32, default="pending")
    books: "models.JSONField[dict[str, object] | None]" = models.JSONField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "course"], condition=models.Q(status__in=OPEN), name="one_open_payment_per_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    @property
    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)

    @property
    def priced(self) -> Money:
        return Money(Decimal(self.price), self.price_currency)


class Refund(models.Model):
    """Money that an admin sends back. `part` is of the price, `amount` what goes back of what was charged.

    The row is written before the gateway is asked, and its id makes the idempotency key: a refund whose answer was
    lost is asked for again and made once. `status` is asked, pending, succeeded, failed, canceled or refused.
    """

    payment = models.ForeignKey(Payment, models.PROTECT)
    admin = models.ForeignKey(User, models.PROTECT)
    part = models.CharField(max_length=20)
    amount = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, default="asked")
    gateway_id = models.CharField(max_length=255, default="")
    reason = models.CharField(max_length=100, default="")
    asked_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "refunds"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"

    @property
    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)


class Enrollment(models.Model):
    """A user's place in a course."""

    user = models.ForeignKey(User, models.PROTECT)
    course = models.ForeignKey(Course, models.PROTECT)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "course_enrollments"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "course"], name="one_place_per_course")
        ]

    def __str__(self) -> str:
        return f"user {self.user_id}, course {self.course_id}"


class Job(models.Model):
    """A job that a company of the platform offers, in the words of `JobPosting`.

    `places` names its place in every way that somebody may search for it, in both languages. `university_id` is whose
    students were told of it; None where all may find it by themselves.
    """

    title = models.CharField(max_length=200)
    company = models.CharField(max_length=200)
    location = models.CharField(max_length=200)
    places = models.CharField(max_length=300)
    description = models.TextField()
    salary_min = models.BigIntegerField(null=True)
    salary_max = models.BigIntegerField(null=True)
    salary_period = models.CharField(max_length=8, null=True)
    salary_currency = models.CharField(max_length=3, null=True)
    employment_type = models.CharField(max_length=16, null=True)
    experience_level = models.CharField(max_length=16, null=True)
    remote = models.BooleanField(default=False)
    posted_at = models.DateTimeField(default=timezone.now)
    university_id = models.CharField(max_length=64, null=True)
    university = models.CharField(max_length=200, null=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "jobs"

    def __str__(self) -> str:
        return self.title


class Application(models.Model):
    """One student's application for one job. `status` is pending, interview, accepted or rejected."""

    user = models.ForeignKey(User, models.PROTECT)
    job = models.ForeignKey(Job, models.PROTECT)
    status = models.CharField(max_length=16, default="pending")
    cv_text = models.TextField(default="")
    cv_url = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "applications"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "job"], name="one_application_per_job")
        ]

    def __str__(self) -> str:
        return f"user {self.user_id}, job {self.job_id}"


class Profile(models.Model):
    """What a student tells the advisor of their studies; who they are stands elsewhere."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True)
    university = models.CharField(max_length=120, null=True)
    university_id = models.CharField(max_length=64, null=True, db_index=True)
    major = models.CharField(max_length=120, null=True)
    gpa = models.FloatField(null=True)
    gpa_scale = models.FloatField(null=True)
    graduation_year = models.BigIntegerField(null=True)
    skills: "models.JSONField[list[str]]" = models.JSONField()
    certifications: "models.JSONField[list[str]]" = models.JSONField()

    class Meta:
        db_table = "profiles"

    def __str__(self) -> str:
        return f"user {self.pk}"


class AiConsent(models.Model):
    """That a user is an adult and agreed to what leaves the platform; `wording` says to which words."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True)
    wording = models.CharField(max_length=16)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ai_consents"

    def __str__(self) -> str:
        return f"user {self.pk}"


class LiveSession(models.Model):
    """One live class. What may become of it, `LiveClass` decides; `version` tells whether another change came between.

    `offset_min` is the zone that its time was given in, in minutes before UTC. `reach` is how far putting everybody
    out reached after the end: "server", "page", or None while that is still to be done.
    """

    course = models.ForeignKey(Course, models.PROTECT)
    teacher = models.ForeignKey(User, models.PROTECT)
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    offset_min = models.BigIntegerField()
    lasts_s = models.BigIntegerField()
    status = models.CharField(max_length=16, default="scheduled")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0)
    room = models.CharField(max_length=64, null=True, unique=True)
    reach = models.CharField(max_length=16, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "live_sessions"

    def __str__(self) -> str:
        return self.title


class SessionEvent(models.Model):
    """That somebody came into a class or left it, as the provider or ("page") their own page told it; told once.

    `person` is as the provider knows them, `order` is the provider's own, `stayed_s` where it says so.
    """

    session = models.ForeignKey(LiveSession, models.PROTECT)
    provider = models.CharField(max_length=32)
    person = models.CharField(max_length=255)
    connection = models.CharField(max_length=255)
    order = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()
    reason = models.CharField(max_length=16, null=True)
    stayed_s = models.FloatField(null=True)

    class Meta:
        db_table = "session_events"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["session", "provider", "person", "connection", "order", "kind"], name="told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.kind}"


class SessionAttendance(models.Model):
    """One person's part in one class, reckoned anew with each event. `left_at` is None while they are there."""

    session = models.ForeignKey(LiveSession, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    duration_s = models.BigIntegerField()
    told_by = models.CharField(max_length=32)

    class Meta:
        db_table = "session_attendances"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "user"], name="one_attendance_per_class")
        ]

    def __str__(self) -> str:
        return f"user {self.user_id}, class {self.session_id}"


class News(models.Model):
    """An event as it was told on one channel, kept for an hour: pages without a live connection ask for it."""

    event_id = models.CharField(max_length=64)
    channel = models.CharField(max_length=164)
    name = models.CharField(max_length=200)
    data: "models.JSONField[dict[str, object]]" = models.JSONField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "news"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event_id", "channel"], name="news_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["channel", "told_at"], name="news_of_channel")]

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"


class Notice(models.Model):
    """An event as one person was told it, kept until they read it or erase their account; told once."""

    user = models.ForeignKey(User, models.PROTECT)
    event_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    data: "models.JSONField[dict[str, Any]]" = models.JSONField()
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "event_id"], name="one_notice_per_event")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "id"], name="notices_of_user")]

    def __str__(self) -> str:
        return f"{self.name} to user {self.user_id}"
