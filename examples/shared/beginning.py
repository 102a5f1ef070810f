"""What the demonstration begins with: courses, and jobs of companies that do not exist."""

from datetime import datetime, timedelta
from typing import Any

STARTING = 7421
"""The lock of starting processes: any number that nothing else locks in the platform's database."""

COURSES: tuple[dict[str, Any], ...] = (
    {
        "id": 1,
        "title_en": "Data analysis with Python",
        "title_ar": "تحليل البيانات بلغة Python",
        "lede_en": "From a messy table to a chart that settles the question: real data, and a teacher who answers.",
        "lede_ar": "من جدول فوضوي إلى رسم بياني يحسم السؤال. ثمانية أسابيع، بيانات حقيقية، ومعلّمة تجيب عن أسئلتك.",
        "points_en": [
            "Clean and document data",
            "Answer a question with a ten-line table",
            "Choose the chart that tells the truth",
        ],
        "points_ar": [
            "تنظيف البيانات وتوثيق كل تعديل",
            "الإجابة عن سؤال بجدول من عشرة أسطر",
            "اختيار الرسم الذي يقول الحقيقة",
        ],
        "weeks": 8,
        "price": "1490.00",
        "currency": "EGP",
    },
    {
        "id": 2,
        "title_en": "Writing for work",
        "title_ar": "الكتابة للعمل",
        "lede_en": "Letters, reports and applications that are read to the end.",
        "lede_ar": "رسائل وتقارير وطلبات توظيف تُقرأ حتى آخر سطر.",
        "points_en": [
            "Say the point in the first line",
            "Cut a page to half",
            "Write an application that gets an answer",
        ],
        "points_ar": ["ذكر المهم في السطر الأول", "اختصار الصفحة إلى نصفها", "كتابة طلب توظيف يصل إليه رد"],
        "weeks": 4,
        "price": "650.00",
        "currency": "EGP",
    },
    {
        "id": 3,
        "title_en": "Interview practice",
        "title_ar": "التدريب على المقابلات",
        "lede_en": "Six conversations, each recorded, each discussed.",
        "lede_ar": "ستّ محادثات مسجّلة، نناقش كل واحدة منها معًا.",
        "points_en": ["Tell your work in two minutes", "Answer what you did not expect", "Ask what you need to know"],
        "points_ar": ["عرض خبرتك في دقيقتين", "الإجابة عمّا لم تتوقعه", "السؤال عمّا تحتاج إلى معرفته"],
        "weeks": 3,
        "price": "20.00",
        "currency": "USD",
    },
)

_CAIRO = "Cairo القاهرة Egypt مصر"
_ALEXANDRIA = "Alexandria الإسكندرية Egypt مصر"


def first_postings(now: datetime) -> list[dict[str, Any]]:
    """Give the demonstration's postings, by companies that do not exist."""
    return [
        {
            "title": "Junior data analyst",
            "company": "Nilometer Analytics",
            "location": "Cairo, Egypt",
            "places": _CAIRO,
            "description": (
                "You clean sales data of forty shops, answer the questions of their managers, and say when the data "
                "cannot answer them.\n\nYou bring: SQL, a spreadsheet that others can read, one project in Python.\n"
                "You get: a mentor, and Thursdays for learning."
            ),
            "salary_min": 14000,
            "salary_max": 19000,
            "salary_currency": "EGP",
            "salary_period": "MONTH",
            "employment_type": "full_time",
            "experience_level": "entry",
            "remote": False,
            "posted_at": now - timedelta(hours=5),
        },
        {
            "title": "مطوّر واجهات أمامية",
            "company": "ورشة السنديان",
            "location": "الإسكندرية، مصر",
            "places": _ALEXANDRIA,
            "description": (
                "تبني واجهات عربية من اليمين إلى اليسار لمتاجر صغيرة، وتختبرها مع مستخدميها.\n\n"
                "نبحث عمّن يتقن HTML وCSS وJavaScript ويهتم بسهولة الاستخدام.\n"
                "نقدّم ساعات عمل مرنة ويومين من المنزل كل أسبوع."
            ),
            "salary_min": 18000,
            "salary_max": 26000,
            "salary_currency": "EGP",
            "salary_period": "MONTH",
            "employment_type": "full_time",
            "experience_level": "mid",
            "remote": False,
            "posted_at": now - timedelta(days=1),
        },
        {
            "title": "Content editor, Arabic and English",
            "company": "Papyrus Lane",
            "location": "Remote",
            "places": "Remote عن بعد",
            "description": (
                "You edit lessons in both languages so that a tired reader understands them the first time.\n\n"
                "Four hours a day, at hours of your choice. Send two pages that you have edited, with the changes."
            ),
            "salary_min": 150,
            "salary_max": 220,
            "salary_currency": "EGP",
            "salary_period": "HOUR",
            "employment_type": "part_time",
            "experience_level": None,
            "remote": True,
            "posted_at": now - timedelta(days=2),
        },
        {
            "title": "متدرّب في علم البيانات",
            "company": "Nilometer Analytics",
            "location": "القاهرة، مصر",
            "places": _CAIRO,
            "description": (
                "ثلاثة أشهر مع فريق يتنبأ بطلبات المتاجر: تنظيف بيانات، نماذج بسيطة بلغة Python، وعرض في نهايتها.\n\n"
                "مناسب لطلاب السنة الأخيرة. لا نشترط خبرة سابقة."
            ),
            "salary_min": 6000,
            "salary_max": 6000,
            "salary_currency": "EGP",
            "salary_period": "MONTH",
            "employment_type": "internship",
            "experience_level": "entry",
            "remote": False,
            "posted_at": now - timedelta(days=3),
        },
        {
            "title": "Backend engineer, Python",
            "company": "Three Gates Software",
            "location": "Cairo, Egypt",
            "places": _CAIRO,
            "description": (
                "You own two services that schools depend on: enrolment and timetables. Python, PostgreSQL, and people "
                "who read each other's changes.\n\nYou have run something in production and can tell what went wrong."
            ),
            "salary_min": 45000,
            "salary_max": 60000,
            "salary_currency": "EGP",
            "salary_period": "MONTH",
            "employment_type": "full_time",
            "experience_level": "senior",
            "remote": False,
            "posted_at": now - timedelta(days=6),
        },
        {
            "title": "مدرّب لغة إنجليزية للأعمال",
            "company": "بيت الكلمة",
            "location": "القاهرة، مصر",
            "places": _CAIRO,
            "description": (
                "مجموعتان في المساء، ثمانية متدربين في كل مجموعة، والمادة جاهزة.\n\n"
                "عقد لستة أشهر قابل للتجديد. الخبرة في التدريب أهم من الشهادات."
            ),
            "salary_min": None,
            "salary_max": None,
            "salary_currency": None,
            "salary_period": None,
            "employment_type": "contract",
            "experience_level": "mid",
            "remote": False,
            "posted_at": now - timedelta(days=12),
        },
        {
            "title": "Support specialist for schools",
            "company": "Three Gates Software",
            "location": "Alexandria, Egypt",
            "places": _ALEXANDRIA,
            "description": (
                "You answer teachers by mail and phone, in Arabic first, and write down what should be easier.\n\n"
                "Training takes two weeks. Many of our engineers began here."
            ),
            "salary_min": 11000,
            "salary_max": 13500,
            "salary_currency": "EGP",
            "salary_period": "MONTH",
            "employment_type": "full_time",
            "experience_level": "entry",
            "remote": False,
            "posted_at": now - timedelta(days=24),
        },
    ]
