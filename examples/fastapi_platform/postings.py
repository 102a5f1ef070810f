"""The platform's own job postings: what the demonstration begins with, and how they are searched."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from ace_integrations.jobs import JobPosting, SearchFilters
from examples.fastapi_platform.tables import Job, as_utc, utc_now

MOST = 50
"""Postings of a search, the newest."""


def finding(sessions: Any, clock: Callable[[], float]) -> Callable[[SearchFilters], Awaitable[Iterable[JobPosting]]]:
    """Give what finds postings of the database, for `ace.jobs.board.local`.

    Args:
        clock: gives Unix seconds; how old a posting is goes by it.
    """

    async def find(filters: SearchFilters) -> list[JobPosting]:
        now = datetime.fromtimestamp(clock(), UTC)
        found = select(Job).where(*_conditions(filters, now)).order_by(Job.posted_at.desc(), Job.id).limit(MOST)
        async with sessions() as session:
            return [posting_of(job) for job in await session.scalars(found)]

    return find


def posting_of(job: Job) -> JobPosting:
    """Give a row in the words that postings from outside have too."""
    return JobPosting(
        id=str(job.id),
        title=job.title,
        company=job.company,
        location=job.location,
        description=job.description,
        salary_min=job.salary_min,
        salary_max=job.salary_max,
        salary_period=job.salary_period,
        salary_currency=job.salary_currency,
        employment_type=job.employment_type,
        experience_level=job.experience_level,
        remote=job.remote,
        posted_at=as_utc(job.posted_at),
    )


def _conditions(filters: SearchFilters, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [Job.closed_at.is_(None), *(_says(word) for word in (filters.keyword or "").split())]
    if filters.location:
        # "Cairo, EG" and "Cairo" are one place here.
        conditions.append(Job.places.icontains(filters.location.replace("،", ",").partition(",")[0], autoescape=True))
    if filters.remote:
        conditions.append(Job.remote.is_(True))
    if filters.employment_types:
        conditions.append(Job.employment_type.in_(filters.employment_types))
    if filters.experience_level is not None:
        conditions.append(or_(Job.experience_level == filters.experience_level, _unsaid(filters)))
    if filters.date_posted is not None and filters.date_posted.days is not None:
        conditions.append(Job.posted_at >= now - timedelta(days=filters.date_posted.days))
    return conditions


def _says(word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in (Job.title, Job.company, Job.description)))


def _unsaid(filters: SearchFilters) -> ColumnElement[bool]:
    """A posting that names no level, unless the level is meant strictly."""
    return and_(Job.experience_level.is_(None), not filters.strict_level)


_CAIRO = "Cairo القاهرة Egypt مصر"
_ALEXANDRIA = "Alexandria الإسكندرية Egypt مصر"


def first_postings() -> list[Job]:
    """Give the demonstration's postings, by companies that do not exist."""
    now = utc_now()
    return [
        Job(
            title="Junior data analyst",
            company="Nilometer Analytics",
            location="Cairo, Egypt",
            places=_CAIRO,
            description=(
                "You clean sales data of forty shops, answer the questions of their managers, and say when the data "
                "cannot answer them.\n\nYou bring: SQL, a spreadsheet that others can read, one project in Python.\n"
                "You get: a mentor, and Thursdays for learning."
            ),
            salary_min=14000,
            salary_max=19000,
            salary_currency="EGP",
            salary_period="MONTH",
            employment_type="full_time",
            experience_level="entry",
            remote=False,
            posted_at=now - timedelta(hours=5),
        ),
        Job(
            title="مطوّر واجهات أمامية",
            company="ورشة السنديان",
            location="الإسكندرية، مصر",
            places=_ALEXANDRIA,
            description=(
                "تبني واجهات عربية من اليمين إلى اليسار لمتاجر صغيرة، وتختبرها مع مستخدميها.\n\n"
                "نبحث عمّن يتقن HTML وCSS وJavaScript ويهتم بسهولة الاستخدام.\n"
                "نقدّم ساعات عمل مرنة ويومين من المنزل كل أسبوع."
            ),
            salary_min=18000,
            salary_max=26000,
            salary_currency="EGP",
            salary_period="MONTH",
            employment_type="full_time",
            experience_level="mid",
            remote=False,
            posted_at=now - timedelta(days=1),
        ),
        Job(
            title="Content editor, Arabic and English",
            company="Papyrus Lane",
            location="Remote",
            places="Remote عن بعد",
            description=(
                "You edit lessons in both languages so that a tired reader understands them the first time.\n\n"
                "Four hours a day, at hours of your choice. Send two pages that you have edited, with the changes."
            ),
            salary_min=150,
            salary_max=220,
            salary_currency="EGP",
            salary_period="HOUR",
            employment_type="part_time",
            experience_level=None,
            remote=True,
            posted_at=now - timedelta(days=2),
        ),
        Job(
            title="متدرّب في علم البيانات",
            company="Nilometer Analytics",
            location="القاهرة، مصر",
            places=_CAIRO,
            description=(
                "ثلاثة أشهر مع فريق يتنبأ بطلبات المتاجر: تنظيف بيانات، نماذج بسيطة بلغة Python، وعرض في نهايتها.\n\n"
                "مناسب لطلاب السنة الأخيرة. لا نشترط خبرة سابقة."
            ),
            salary_min=6000,
            salary_max=6000,
            salary_currency="EGP",
            salary_period="MONTH",
            employment_type="internship",
            experience_level="entry",
            remote=False,
            posted_at=now - timedelta(days=3),
        ),
        Job(
            title="Backend engineer, Python",
            company="Three Gates Software",
            location="Cairo, Egypt",
            places=_CAIRO,
            description=(
                "You own two services that schools depend on: enrolment and timetables. Python, PostgreSQL, and people "
                "who read each other's changes.\n\nYou have run something in production and can tell what went wrong."
            ),
            salary_min=45000,
            salary_max=60000,
            salary_currency="EGP",
            salary_period="MONTH",
            employment_type="full_time",
            experience_level="senior",
            remote=False,
            posted_at=now - timedelta(days=6),
        ),
        Job(
            title="مدرّب لغة إنجليزية للأعمال",
            company="بيت الكلمة",
            location="القاهرة، مصر",
            places=_CAIRO,
            description=(
                "مجموعتان في المساء، ثمانية متدربين في كل مجموعة، والمادة جاهزة.\n\n"
                "عقد لستة أشهر قابل للتجديد. الخبرة في التدريب أهم من الشهادات."
            ),
            salary_min=None,
            salary_max=None,
            salary_currency=None,
            salary_period=None,
            employment_type="contract",
            experience_level="mid",
            remote=False,
            posted_at=now - timedelta(days=12),
        ),
        Job(
            title="Support specialist for schools",
            company="Three Gates Software",
            location="Alexandria, Egypt",
            places=_ALEXANDRIA,
            description=(
                "You answer teachers by mail and phone, in Arabic first, and write down what should be easier.\n\n"
                "Training takes two weeks. Many of our engineers began here."
            ),
            salary_min=11000,
            salary_max=13500,
            salary_currency="EGP",
            salary_period="MONTH",
            employment_type="full_time",
            experience_level="entry",
            remote=False,
            posted_at=now - timedelta(days=24),
        ),
    ]
