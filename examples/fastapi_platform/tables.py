"""What the platform stores. SQLite by default, PostgreSQL by DATABASE_URL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ace_integrations.contrib.sqlalchemy import audit_table, claims_table, mail_tables, usage_tables
from ace_integrations.contrib.sqlalchemy.broadcasts import broadcast_table
from ace_integrations.contrib.sqlalchemy.conversations import conversation_tables
from ace_integrations.contrib.sqlalchemy.privacy import erasure_table
from ace_integrations.payments import Money
from examples.shared.paying import OPEN


def utc_now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Every table; times are in UTC."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSON,
        list[str]: JSON,
        # SQLite numbers rows by itself only in a column of the type INTEGER.
        int: BigInteger().with_variant(Integer, "sqlite"),
    }


class User(Base):
    """A student, a teacher, a company or an admin. `status` is pending_verification, active or blocked.

    `company` is the name of a company that somebody acts for. `job_mails` says whether they want mails of new jobs;
    `erased_at` when they erased their account.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    company: Mapped[str | None] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(32), default="pending_verification")
    verification_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    verification: Mapped[str | None] = mapped_column(String(16))
    verification_at: Mapped[int] = mapped_column(default=0)
    job_mails: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    erased_at: Mapped[datetime | None]


class TeacherApplication(Base):
    """That a teacher, whose identity was checked, wants to teach. `state` is one of `Teaching`.

    `tries` counts how often they asked; `reason` is why the last time was in vain, in an admin's words.
    """

    __tablename__ = "teacher_applications"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_at: Mapped[datetime | None]


class Login(Base):
    """A signed-in browser; only the hash of its cookie is stored."""

    __tablename__ = "logins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]


class Course(Base):
    """What is sold. `students` is kept by the enrolment's own transaction; `teacher_id` is the admin's choice."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    title_en: Mapped[str] = mapped_column(String(200))
    title_ar: Mapped[str] = mapped_column(String(200))
    lede_en: Mapped[str] = mapped_column(String(500))
    lede_ar: Mapped[str] = mapped_column(String(500))
    points_en: Mapped[list[str]]
    points_ar: Mapped[list[str]]
    weeks: Mapped[int]
    price: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    students: Mapped[int] = mapped_column(default=0)
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def money(self) -> Money:
        return Money(Decimal(self.price), self.currency)


class Revenue(Base):
    """What a course brought in one currency, refunds deducted; in minor units, kept with each payment."""

    __tablename__ = "course_revenue"

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    minor: Mapped[int] = mapped_column(default=0)


class StoredQuote(Base):
    """A price in another currency, as it was shown to one user for one course: never changed, used once."""

    __tablename__ = "quotes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    quote: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Payment(Base):
    """One user's payment for one course: at most one open at a time.

    `books` is the `StoredPayment` that `Checkout` decides on; the other columns are what is searched for. `price` is
    what the course cost, `amount` what is charged: another one where a quote changed the currency.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index(
            "one_open_payment_per_course",
            "user_id",
            "course_id",
            unique=True,
            sqlite_where=text(f"status IN {OPEN}"),
            postgresql_where=text(f"status IN {OPEN}"),
        ),
        # Gateways know a payment by its number: none may ever be given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    gateway: Mapped[str] = mapped_column(String(32))
    gateway_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    capture_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    quote_id: Mapped[str | None] = mapped_column(ForeignKey("quotes.id"), unique=True)
    price: Mapped[str] = mapped_column(String(20))
    price_currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(32), default="pending")
    books: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)

    @property
    def priced(self) -> Money:
        return Money(Decimal(self.price), self.price_currency)


class Refund(Base):
    """Money that an admin sends back. `part` is of the price, `amount` what goes back of what was charged.

    The row is written before the gateway is asked, and its id makes the idempotency key: a refund whose answer was
    lost is asked for again and made once. `status` is asked, pending, succeeded, failed, canceled or refused.
    """

    __tablename__ = "refunds"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    admin_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    part: Mapped[str] = mapped_column(String(20))
    amount: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(16), default="asked")
    gateway_id: Mapped[str] = mapped_column(String(255), default="")
    reason: Mapped[str] = mapped_column(String(100), default="")
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)


class Enrollment(Base):
    """A user's place in a course."""

    __tablename__ = "course_enrollments"
    __table_args__ = (UniqueConstraint("user_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Job(Base):
    """A job that a company of the platform offers, in the words of `JobPosting`; `closed_at` ends it.

    `owner_id` is the company's account, None where an admin posted it or the demonstration began with it.
    `places` names its place in every way that somebody may search for it, in both languages. `university_id` is whose
    students were told of it, from `universities.key_of`; None where all may find it by themselves.
    """

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(200))
    location: Mapped[str] = mapped_column(String(200))
    places: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text)
    salary_min: Mapped[int | None]
    salary_max: Mapped[int | None]
    salary_period: Mapped[str | None] = mapped_column(String(8))
    salary_currency: Mapped[str | None] = mapped_column(String(3))
    employment_type: Mapped[str | None] = mapped_column(String(16))
    experience_level: Mapped[str | None] = mapped_column(String(16))
    remote: Mapped[bool] = mapped_column(default=False)
    posted_at: Mapped[datetime] = mapped_column(default=utc_now)
    university_id: Mapped[str | None] = mapped_column(String(64))
    university: Mapped[str | None] = mapped_column(String(200))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    closed_at: Mapped[datetime | None]


class Application(Base):
    """One student's application for one job, with a CV as text or as an address. `status` is one of `Hiring`."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("user_id", "job_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    status: Mapped[str] = mapped_column(String(16), default="pending")
    cv_text: Mapped[str] = mapped_column(Text, default="")
    cv_url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)


class Profile(Base):
    """What a student tells the advisor of their studies; who they are stands elsewhere."""

    __tablename__ = "profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    university: Mapped[str | None] = mapped_column(String(120))
    university_id: Mapped[str | None] = mapped_column(String(64), index=True)
    major: Mapped[str | None] = mapped_column(String(120))
    gpa: Mapped[float | None]
    gpa_scale: Mapped[float | None]
    graduation_year: Mapped[int | None]
    skills: Mapped[list[str]]
    certifications: Mapped[list[str]]


class AiConsent(Base):
    """That a user is an adult and agreed to what leaves the platform; `wording` says to which words."""

    __tablename__ = "ai_consents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    wording: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime] = mapped_column(default=utc_now)


class LiveSession(Base):
    """One live class. What may become of it, `LiveClass` decides; `version` tells whether another change came between.

    `offset_min` is the zone that its time was given in, in minutes before UTC. `reach` is how far putting everybody
    out reached after the end: "server", "page", or None while that is still to be done.
    """

    __tablename__ = "live_sessions"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    offset_min: Mapped[int]
    lasts_s: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default="scheduled")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    room: Mapped[str | None] = mapped_column(String(64), unique=True)
    reach: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version, "version_id_generator": False}


class SessionEvent(Base):
    """That somebody came into a class or left it, as the provider or ("page") their own page told it; told once.

    `person` is as the provider knows them, `order` is the provider's own, `stayed_s` where it says so.
    """

    __tablename__ = "session_events"
    __table_args__ = (UniqueConstraint("session_id", "provider", "person", "connection", "order", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(255))
    connection: Mapped[str] = mapped_column(String(255))
    order: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(16))
    stayed_s: Mapped[float | None]


class SessionAttendance(Base):
    """One person's part in one class, reckoned anew with each event. `left_at` is None while they are there."""

    __tablename__ = "session_attendances"
    __table_args__ = (UniqueConstraint("session_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    duration_s: Mapped[int]
    told_by: Mapped[str] = mapped_column(String(32))


class News(Base):
    """An event as it was told on one channel, kept for an hour: pages without a live connection ask for it."""

    __tablename__ = "news"
    __table_args__ = (UniqueConstraint("event_id", "channel"), Index("news_of_channel", "channel", "told_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(164))
    name: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    told_at: Mapped[datetime]


class Notice(Base):
    """An event as one person was told it, kept until they read it or erase their account; told once."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("user_id", "event_id"), Index("notices_of_user", "user_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    event_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


AUDIT = audit_table(Base.metadata)
BROADCASTS = broadcast_table(Base.metadata)
WEBHOOK_CLAIMS = claims_table(Base.metadata)
MAILS = mail_tables(Base.metadata)
USAGE = usage_tables(Base.metadata)
ERASURES = erasure_table(Base.metadata)
CONVERSATIONS = conversation_tables(Base.metadata)
