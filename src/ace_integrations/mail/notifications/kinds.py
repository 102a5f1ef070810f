"""The six notifications of the platform.

The Arabic names actions by their nouns, so that it speaks to women and men alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from ace_integrations.mail.notifications.copy import Action, Copy, Fact, Notification


@dataclass(frozen=True, kw_only=True, slots=True)
class WelcomeNotification(Notification):
    """Sent after a successful registration.

    Attributes:
        start_url: of the getting-started guide.
    """

    name: str
    start_url: str

    tag: ClassVar[str] = "welcome"

    def values(self) -> Mapping[str, str]:
        return {"name": self.name}

    def action(self) -> Action:
        return Action("فتح دليل البدء", "Open the getting-started guide", self.start_url)

    def arabic(self) -> Copy:
        return Copy(
            subject="أهلًا وسهلًا بك",
            preheader="حسابك جاهز، وهذه خطوات البداية",
            heading="أهلًا وسهلًا {name}",
            paragraphs=("تم إنشاء حسابك بنجاح، ويسعدنا انضمامك إلينا.", "للبداية نقترح هذه الخطوات:"),
            steps=(
                "استكمال بيانات ملفك الشخصي.",
                "تصفّح الدورات واختيار ما يناسبك منها.",
                "حضور أول حصة مباشرة.",
            ),
        )

    def english(self) -> Copy:
        return Copy(
            subject="Welcome",
            preheader="Your account is ready",
            heading="Welcome, {name}",
            paragraphs=("Your account is ready, and we are glad that you joined us.", "These steps get you started:"),
            steps=(
                "Complete your profile.",
                "Browse the courses and choose what suits you.",
                "Join your first live class.",
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TeacherApproved(Notification):
    """Sent when an administrator approves a teacher.

    Attributes:
        next_url: where the teacher goes on.
    """

    name: str
    next_url: str

    tag: ClassVar[str] = "teacher-approved"

    def values(self) -> Mapping[str, str]:
        return {"name": self.name}

    def action(self) -> Action:
        return Action("إعداد الدورات", "Set up your courses", self.next_url)

    def arabic(self) -> Copy:
        return Copy(
            subject="تم قبول طلبك للتدريس",
            preheader="تم تفعيل حسابك التدريسي",
            heading="تهانينا {name}",
            paragraphs=(
                "تمت الموافقة على طلبك للانضمام إلى هيئة التدريس، وأصبح حسابك التدريسي مفعّلًا.",
                "الخطوات التالية:",
            ),
            steps=(
                "استكمال ملفك التدريسي.",
                "إنشاء أول دورة وإضافة محتواها.",
                "تحديد مواعيد الحصص المباشرة.",
            ),
        )

    def english(self) -> Copy:
        return Copy(
            subject="You are approved to teach",
            preheader="Your teacher account is active",
            heading="Congratulations, {name}",
            paragraphs=(
                "Your application to teach has been approved, and your teacher account is active.",
                "Your next steps:",
            ),
            steps=(
                "Complete your teacher profile.",
                "Create your first course and add its content.",
                "Set the times of your live classes.",
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TeacherRejected(Notification):
    """Sent when an administrator rejects a teacher's application.

    Attributes:
        reason: in the administrator's words, None for none.
        next_url: where the application can be seen or made again, None for nowhere.
    """

    name: str
    reason: str | None = None
    next_url: str | None = None

    tag: ClassVar[str] = "teacher-rejected"

    def values(self) -> Mapping[str, str]:
        return {"name": self.name, **({"reason": self.reason} if self.reason else {})}

    def action(self) -> Action | None:
        return Action("مراجعة الطلب", "Review your application", self.next_url) if self.next_url else None

    def arabic(self) -> Copy:
        return Copy(
            subject="بشأن طلبك للتدريس",
            preheader="تمت مراجعة طلبك للتدريس",
            heading="مرحبًا {name}",
            paragraphs=(
                "نشكرك على اهتمامك بالتدريس معنا. تمت مراجعة طلبك، ونأسف لإبلاغك بأنه لم يُقبل في الوقت الحالي.",
            ),
            facts=(Fact("السبب", "{reason}"),) if self.reason else (),
            closing="يمكن تقديم طلب جديد في أي وقت بعد استكمال المتطلبات.",
        )

    def english(self) -> Copy:
        return Copy(
            subject="Your application to teach",
            preheader="Your application has been reviewed",
            heading="Hello, {name}",
            paragraphs=(
                "Thank you for your interest in teaching with us. We have reviewed your application, and we are sorry "
                "to tell you that it was not accepted at this time.",
            ),
            facts=(Fact("Reason", "{reason}"),) if self.reason else (),
            closing="You are welcome to apply again at any time once the requirements are met.",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NewJobApplication(Notification):
    """Sent to a company's human resources when a student applies for a job.

    Attributes:
        resume_url: signed and expiring: whoever has it can read the resume.
        review_url: of the application, behind the company's login.
    """

    company: str
    applicant: str
    job: str
    resume_url: str
    review_url: str

    tag: ClassVar[str] = "job-application"

    def values(self) -> Mapping[str, str]:
        return {"company": self.company, "applicant": self.applicant, "job": self.job}

    def action(self) -> Action:
        return Action("مراجعة الطلب", "Review the application", self.review_url)

    def arabic(self) -> Copy:
        return Copy(
            subject="طلب توظيف جديد: {job}",
            preheader="وصل طلب توظيف جديد",
            heading="طلب توظيف جديد",
            paragraphs=("وصل إلى {company} طلب توظيف جديد عبر المنصة.",),
            facts=(
                Fact("الاسم", "{applicant}"),
                Fact("الوظيفة", "{job}"),
                Fact("السيرة الذاتية", "تنزيل السيرة الذاتية", link=self.resume_url),
            ),
            closing="رابط السيرة الذاتية مؤقت وينتهي بعد مدة قصيرة، ونرجو عدم مشاركته.",
        )

    def english(self) -> Copy:
        return Copy(
            subject="New application: {job}",
            preheader="A new application has arrived",
            heading="New job application",
            paragraphs=("{company} has received a new application through the platform.",),
            facts=(
                Fact("Name", "{applicant}"),
                Fact("Job", "{job}"),
                Fact("Resume", "Download the resume", link=self.resume_url),
            ),
            closing="The link to the resume expires after a short time; please do not share it.",
        )


class ApplicationStatus(Enum):
    """Where an application is, in both languages."""

    SENT = ("تم الإرسال", "Sent")
    IN_REVIEW = ("قيد المراجعة", "In review")
    INTERVIEW = ("دعوة إلى مقابلة", "Interview")
    OFFER = ("عرض عمل", "Offer")
    REJECTED = ("لم يتم الاختيار", "Not selected")
    WITHDRAWN = ("تم السحب", "Withdrawn")

    @property
    def arabic(self) -> str:
        """In Arabic."""
        return self.value[0]

    @property
    def english(self) -> str:
        """In English."""
        return self.value[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationStatusUpdated(Notification):
    """Sent to a student when the status of an application changes.

    Attributes:
        url: of the application.
    """

    name: str
    job: str
    company: str
    status: ApplicationStatus
    url: str

    tag: ClassVar[str] = "application-status"

    def values(self) -> Mapping[str, str]:
        return {"name": self.name, "job": self.job, "company": self.company}

    def action(self) -> Action:
        return Action("عرض الطلب", "View the application", self.url)

    def arabic(self) -> Copy:
        return Copy(
            subject="تحديث طلبك: {job}",
            preheader="تغيّرت حالة طلبك",
            heading="تغيّرت حالة طلبك",
            paragraphs=("مرحبًا {name}، هذه آخر المستجدات بشأن طلبك.",),
            facts=(
                Fact("الحالة الجديدة", self.status.arabic),
                Fact("الوظيفة", "{job}"),
                Fact("الشركة", "{company}"),
            ),
        )

    def english(self) -> Copy:
        return Copy(
            subject="Application update: {job}",
            preheader="The status of your application changed",
            heading="The status of your application changed",
            paragraphs=("Hello {name}, here is the latest news about your application.",),
            facts=(
                Fact("New status", self.status.english),
                Fact("Job", "{job}"),
                Fact("Company", "{company}"),
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NewJobPosted(Notification):
    """Sent to students whom a new job may suit; by `render_batch`, with `PerRecipient` for name and unsubscribe link.

    Attributes:
        location: of the job, None where it does not matter.
        unsubscribe_url: acts at once on a POST with `List-Unsubscribe=One-Click`, and only asks on a GET.
    """

    name: str
    job: str
    company: str
    location: str | None = None
    apply_url: str
    unsubscribe_url: str

    tag: ClassVar[str] = "job-posted"

    def values(self) -> Mapping[str, str]:
        where = {"location": self.location} if self.location else {}
        return {"name": self.name, "job": self.job, "company": self.company, **where}

    def action(self) -> Action:
        return Action("التقدّم إلى الوظيفة", "Apply for the job", self.apply_url)

    def stop_url(self) -> str:
        return self.unsubscribe_url

    def arabic(self) -> Copy:
        where = (Fact("المكان", "{location}"),) if self.location else ()
        return Copy(
            subject="وظيفة جديدة: {job}",
            preheader="وظيفة جديدة قد تناسبك",
            heading="وظيفة جديدة قد تناسبك",
            paragraphs=("مرحبًا {name}، نُشرت وظيفة جديدة تتوافق مع اهتماماتك.",),
            facts=(Fact("الوظيفة", "{job}"), Fact("الشركة", "{company}"), *where),
            unsubscribe="إيقاف رسائل الوظائف الجديدة",
        )

    def english(self) -> Copy:
        where = (Fact("Location", "{location}"),) if self.location else ()
        return Copy(
            subject="New job: {job}",
            preheader="A new job that may suit you",
            heading="A new job that may suit you",
            paragraphs=("Hello {name}, a new job that matches your interests has been posted.",),
            facts=(Fact("Job", "{job}"), Fact("Company", "{company}"), *where),
            unsubscribe="Stop mails about new jobs",
        )
