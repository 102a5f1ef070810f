"""The engine, its tables, and what the demonstration begins with."""

import os
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from examples.fastapi_platform.postings import first_postings
from examples.fastapi_platform.tables import Base, Course, Job

Sessions = async_sessionmaker[AsyncSession]

COURSES = (
    Course(
        id=1,
        title_en="Data analysis with Python",
        title_ar="تحليل البيانات بلغة Python",
        lede_en="From a messy table to a chart that settles the question: real data, and a teacher who answers.",
        lede_ar="من جدول فوضوي إلى رسم بياني يحسم السؤال. ثمانية أسابيع، بيانات حقيقية، ومعلّمة تجيب عن أسئلتك.",
        points_en=[
            "Clean and document data",
            "Answer a question with a ten-line table",
            "Choose the chart that tells the truth",
        ],
        points_ar=[
            "تنظيف البيانات وتوثيق كل تعديل",
            "الإجابة عن سؤال بجدول من عشرة أسطر",
            "اختيار الرسم الذي يقول الحقيقة",
        ],
        weeks=8,
        price="1490.00",
        currency="EGP",
    ),
    Course(
        id=2,
        title_en="Writing for work",
        title_ar="الكتابة للعمل",
        lede_en="Letters, reports and applications that are read to the end.",
        lede_ar="رسائل وتقارير وطلبات توظيف تُقرأ حتى آخر سطر.",
        points_en=["Say the point in the first line", "Cut a page to half", "Write an application that gets an answer"],
        points_ar=["ذكر المهم في السطر الأول", "اختصار الصفحة إلى نصفها", "كتابة طلب توظيف يصل إليه رد"],
        weeks=4,
        price="650.00",
        currency="EGP",
    ),
    Course(
        id=3,
        title_en="Interview practice",
        title_ar="التدريب على المقابلات",
        lede_en="Six conversations, each recorded, each discussed.",
        lede_ar="ستّ محادثات مسجّلة، نناقش كل واحدة منها معًا.",
        points_en=["Tell your work in two minutes", "Answer what you did not expect", "Ask what you need to know"],
        points_ar=["عرض خبرتك في دقيقتين", "الإجابة عمّا لم تتوقعه", "السؤال عمّا تحتاج إلى معرفته"],
        weeks=3,
        price="20.00",
        currency="USD",
    ),
)


def open_engine(url: str | None = None) -> AsyncEngine:
    """Open the database of DATABASE_URL, or a file of this folder."""
    engine = create_async_engine(url or os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///platform.sqlite3"))
    if engine.dialect.name == "sqlite":
        _make_sqlite_strict(engine)
    return engine


async def prepare(engine: AsyncEngine) -> Sessions:
    """Create the tables, the demonstration's courses and its jobs where they are missing."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        if await session.scalar(select(Course.id).limit(1)) is None:
            session.add_all([Course(**_columns(course)) for course in COURSES])
        if await session.scalar(select(Job.id).limit(1)) is None:
            session.add_all(first_postings())
    return sessions


def _columns(course: Course) -> dict[str, Any]:
    names = (column.name for column in Course.__table__.columns)
    return {name: value for name in names if (value := getattr(course, name)) is not None}


def _make_sqlite_strict(engine: AsyncEngine) -> None:
    """Let a SQLite transaction take the write lock at once, wait for it, and check foreign keys."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON"):
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
