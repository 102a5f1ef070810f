"""What the invented employers look for: forty occupations in two languages, and what their postings say of them."""

from dataclasses import dataclass

from ace_integrations.jsearch.sandbox.words import Said


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation.

    Attributes:
        field: a key of `DUTIES`.
        skills: written alike in both languages.
        soc: its code of O*NET, eight digits.
        pay: what a posting of Cairo offers at least, in thousands of EGP a month.
    """

    title: Said
    field: str
    skills: tuple[str, ...]
    soc: str
    pay: int


DUTIES: dict[str, tuple[Said, Said]] = {
    "software": (
        Said("Build and look after services that thousands use each day", "بناء خدمات يستخدمها الآلاف يوميًا وصيانتها"),
        Said("Review the work of colleagues and write tests", "مراجعة عمل الزملاء وكتابة الاختبارات"),
    ),
    "data": (
        Said("Turn figures into reports that people decide by", "تحويل الأرقام إلى تقارير تُبنى عليها القرارات"),
        Said("Keep the tables complete and their meaning written down", "الحفاظ على اكتمال الجداول وتوثيق معانيها"),
    ),
    "office": (
        Said(
            "Plan the week with other teams and keep promises visible",
            "تخطيط الأسبوع مع الفرق الأخرى",
        ),
        Said("Answer customers and colleagues in Arabic and English", "الرد على العملاء والزملاء بالعربية والإنجليزية"),
    ),
    "design": (
        Said("Draft, show and improve what customers see first", "تصميم ما يراه العملاء أولًا وعرضه وتحسينه"),
        Said("Keep one voice and one look across all pages", "الحفاظ على أسلوب واحد وهوية واحدة في كل الصفحات"),
    ),
    "money": (
        Said("Close the books each month and explain what changed", "إقفال الحسابات شهريًا وشرح ما تغير"),
        Said("Check invoices, contracts and payments against each other", "مطابقة الفواتير والعقود والمدفوعات"),
    ),
    "works": (
        Said("Draw, calculate and supervise on site", "الرسم والحساب والإشراف في الموقع"),
        Said("Keep to the safety rules and teach them", "الالتزام بقواعد السلامة وتعليمها"),
    ),
    "care": (
        Said("Look after people with patience and care", "رعاية الناس بصبر وعناية"),
        Said("Write down what was done, the same day", "توثيق ما تم إنجازه في اليوم نفسه"),
    ),
}

OCCUPATIONS: tuple[Occupation, ...] = tuple(
    Occupation(Said(title, arabic), field, tuple(skills.split(", ")), soc, pay)
    for title, arabic, field, skills, soc, pay in (
        ("Backend Engineer", "مهندس برمجيات خلفية", "software", "Python, PostgreSQL, Docker", "15125200", 28),
        ("Frontend Developer", "مطور واجهات أمامية", "software", "TypeScript, React, CSS", "15125400", 22),
        ("Full Stack Developer", "مطور ويب متكامل", "software", "JavaScript, React, SQL", "15125200", 26),
        ("Mobile Developer", "مطور تطبيقات جوال", "software", "Kotlin, Swift, Flutter", "15125200", 25),
        ("DevOps Engineer", "مهندس عمليات تطوير", "software", "Kubernetes, Terraform, Linux", "15124400", 32),
        ("QA Engineer", "مهندس اختبار برمجيات", "software", "Playwright, SQL, Git", "15125300", 18),
        ("PHP Developer", "مطور PHP", "software", "PHP, Laravel, MySQL", "15125200", 18),
        ("Nodejs Developer", "مطور Nodejs", "software", "Node.js, TypeScript, Redis", "15125200", 22),
        ("Data Engineer", "مهندس بيانات", "data", "Python, SQL, Airflow", "15124300", 30),
        ("Data Analyst", "محلل بيانات", "data", "SQL, Excel, Power BI", "15205100", 16),
        ("Data Scientist", "عالم بيانات", "data", "Python, Statistics, SQL", "15205100", 30),
        ("Machine Learning Engineer", "مهندس تعلم آلي", "data", "Python, PyTorch, Docker", "15205100", 36),
        ("Security Analyst", "محلل أمن معلومات", "software", "Linux, SIEM, Networks", "15121200", 27),
        ("Network Engineer", "مهندس شبكات", "software", "Routing, Switching, Firewalls", "15124100", 19),
        ("Systems Administrator", "مسؤول أنظمة", "software", "Linux, Windows Server, Backups", "15124400", 18),
        ("IT Support Specialist", "أخصائي دعم فني", "software", "Windows, Networks, Ticketing", "15123200", 11),
        ("Product Manager", "مدير منتجات", "office", "Roadmaps, Interviews, SQL", "11202100", 34),
        ("Project Manager", "مدير مشروعات", "office", "Planning, Budgets, Jira", "13108200", 28),
        ("Business Analyst", "محلل أعمال", "office", "Processes, SQL, Workshops", "13111100", 20),
        ("UX Designer", "مصمم تجربة مستخدم", "design", "Figma, Interviews, Prototypes", "15125500", 20),
        ("Graphic Designer", "مصمم جرافيك", "design", "Illustrator, Photoshop, Typography", "27102400", 12),
        ("Content Writer", "كاتب محتوى", "design", "Arabic, English, SEO", "27304300", 10),
        ("Digital Marketing Specialist", "أخصائي تسويق رقمي", "design", "SEO, Analytics, Campaigns", "13116100", 14),
        ("Social Media Coordinator", "منسق تواصل اجتماعي", "design", "Video, Copywriting, Analytics", "27303100", 9),
        ("Sales Representative", "مندوب مبيعات", "office", "Negotiation, CRM, Excel", "41401200", 10),
        ("Account Manager", "مدير حسابات", "office", "CRM, Negotiation, Reporting", "41309100", 18),
        ("Customer Service Agent", "موظف خدمة عملاء", "office", "English, CRM, Patience", "43405100", 8),
        ("Accountant", "محاسب", "money", "Excel, VAT, SAP", "13201100", 12),
        ("Financial Analyst", "محلل مالي", "money", "Excel, Valuation, Forecasts", "13205100", 20),
        ("Internal Auditor", "مدقق داخلي", "money", "Audit, Excel, Controls", "13201100", 19),
        ("HR Specialist", "أخصائي موارد بشرية", "office", "Payroll, Labour law, Excel", "13107100", 13),
        ("Recruiter", "مسؤول توظيف", "office", "Sourcing, Interviews, Excel", "13107100", 12),
        ("Office Coordinator", "منسق مكتب", "office", "Scheduling, Excel, Purchasing", "43601400", 9),
        ("Civil Engineer", "مهندس مدني", "works", "AutoCAD, Revit, Concrete", "17205100", 14),
        ("Mechanical Engineer", "مهندس ميكانيكا", "works", "SolidWorks, HVAC, Maintenance", "17214100", 14),
        ("Electrical Engineer", "مهندس كهرباء", "works", "AutoCAD, PLC, Power", "17207100", 14),
        ("Agronomist", "مهندس زراعي", "works", "Irrigation, Soils, Greenhouses", "19101300", 12),
        ("Pharmacist", "صيدلي", "care", "Dispensing, Stock, Counselling", "29105100", 12),
        ("Staff Nurse", "ممرض", "care", "Triage, Records, First aid", "29114100", 10),
        ("English Teacher", "مدرس لغة إنجليزية", "care", "English, Lesson plans, Phonics", "25203100", 10),
    )
)
