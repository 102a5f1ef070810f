"""What the twin says as a career adviser, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

Language = str
"""ar or en."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the twin's own small world: its name in both languages, its skills, the words that lead to it."""

    name: str
    arabic: str
    skills: tuple[str, ...]
    majors: tuple[str, ...] = ()


ROLES: tuple[Role, ...] = (
    Role(
        "Data Analyst",
        "محلل بيانات",
        ("SQL", "Excel", "Python", "Power BI", "Statistics", "Data visualization"),
        ("statistics", "economics", "data", "إحصاء", "اقتصاد"),
    ),
    Role(
        "Backend Developer",
        "مطور خلفية",
        ("Python", "SQL", "REST APIs", "Git", "Docker", "Automated testing"),
        ("computer", "software", "information", "حاسب", "برمج", "معلومات"),
    ),
    Role(
        "Frontend Developer",
        "مطور واجهات",
        ("HTML", "CSS", "JavaScript", "React", "Git", "Accessibility"),
    ),
    Role(
        "Data Scientist",
        "عالم بيانات",
        ("Python", "Statistics", "Machine learning", "SQL", "Pandas", "Communication"),
        ("mathematics", "رياضيات"),
    ),
    Role(
        "UX Designer",
        "مصمم تجربة مستخدم",
        ("Figma", "User research", "Prototyping", "Accessibility"),
        ("design", "تصميم"),
    ),
    Role(
        "Accountant",
        "محاسب",
        ("IFRS", "Excel", "Bookkeeping", "Tax law", "ERP systems", "Reporting"),
        ("accounting", "finance", "commerce", "محاسب", "تجار", "مالي"),
    ),
    Role(
        "Marketing Specialist",
        "أخصائي تسويق",
        ("Copywriting", "Search marketing", "Analytics", "Social media", "Excel"),
        ("marketing", "business", "media", "تسويق", "إعلام", "أعمال"),
    ),
    Role(
        "Mechanical Engineer",
        "مهندس ميكانيكا",
        ("AutoCAD", "SolidWorks", "Thermodynamics", "Project planning", "Excel"),
        ("mechanical", "engineering", "ميكانيك", "هندس"),
    ),
)

SOFT = ("Communication", "Reporting", "Project planning", "User research")
TOOLS = ("Excel", "Git", "Docker", "Figma", "Power BI", "AutoCAD", "SolidWorks", "ERP systems")

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "chat": (
            "With a degree in {major}, becoming a {role} is a sound aim. What counts first is {first}, since most "
            "openings at entry level ask for it.\n\nPlan twelve weeks: four for {first}, four for {second}, and four "
            "for one small project that shows both. Put it into your CV with what you did and what came out of it. "
            "How many hours a week can you give to this?"
        ),
        "unknown_major": "your field",
        "answered": "The function {name} answered: {response}. That is what I go by.",
        "thought": "I compare the profile with what the role needs, then choose the next step.",
        "summary": "A readable CV for a {role}, with a clear base and a few gaps to close before applying widely.",
        "strength": "This shows experience that employers of a {role} look for.",
        "weakness": "It says what was done, but not what came out of it.",
        "no_text": "the attached document",
        "improve": "Begin each line with a verb and end it with a result that can be counted.",
        "add_skill": "Add {skill} with an example of where you used it.",
        "format": "Use one column and plain headings, so that a machine reads it whole.",
        "phase": "Build {skills}",
        "milestone": "One small project with {skills} that someone else can open and try.",
        "why": "It covers {skill} from the first steps to practice.",
        "course": "{skill} in practice",
        "rationale": "You bring {count} of the skills that this role needs, and the others can be learned in months.",
        "insight": "Employers in the region ask for proof of {skill}: a project says more than a certificate.",
        "next": "Give four hours a week to {skill}, and show the result in your CV.",
        "nothing": "Keep your skills fresh with one project each season.",
    },
    "ar": {
        "chat": (
            "دراستك في {major} أساس جيد للعمل في وظيفة {role}. ابدأ بمهارة {first}، فمعظم الوظائف للمبتدئين "
            "تطلبها.\n\nخطط لاثني عشر أسبوعا: أربعة أسابيع لمهارة {first}، ثم أربعة لمهارة {second}، ثم أربعة لمشروع "
            "صغير يجمع بينهما. أضف المشروع إلى سيرتك الذاتية واذكر ما فعلته وما حققته. كم ساعة في الأسبوع يمكنك أن "
            "تخصصها لهذا؟"
        ),
        "unknown_major": "مجالك الحالي",
        "answered": "أجابت الأداة {name} بما يلي: {response}. وعلى هذا أبني نصيحتي لك.",
        "thought": "أقارن بين الملف وما تحتاجه الوظيفة ثم أختار الخطوة التالية.",
        "summary": "سيرة ذاتية واضحة تناسب وظيفة {role}، أساسها جيد وبها فجوات قليلة يحسن سدها قبل التقديم الواسع.",
        "strength": "هذا يدل على خبرة يبحث عنها أصحاب العمل في وظيفة {role}.",
        "weakness": "تذكر العبارة ما تم عمله، ولا تذكر النتيجة التي تحققت منه.",
        "no_text": "المستند المرفق",
        "improve": "ابدأ كل سطر بفعل واضح واختمه بنتيجة يمكن قياسها بالأرقام.",
        "add_skill": "أضف مهارة {skill} مع مثال قصير يوضح أين استخدمتها في عملك.",
        "format": "استخدم عمودا واحدا وعناوين بسيطة حتى تقرأ البرامج السيرة كاملة.",
        "phase": "مرحلة لتعلم المهارات الآتية خطوة بخطوة: {skills}",
        "milestone": "مشروع صغير يستخدم {skills} ويستطيع شخص آخر أن يفتحه ويجربه بنفسه.",
        "why": "تغطي هذه الدورة مهارة {skill} من الخطوات الأولى حتى التطبيق العملي.",
        "course": "تطبيقات عملية على {skill}",
        "rationale": "لديك {count} من المهارات التي تحتاجها هذه الوظيفة، ويمكنك تعلم البقية خلال شهور قليلة.",
        "insight": "يطلب أصحاب العمل في المنطقة دليلا على مهارة {skill}، والمشروع أبلغ من الشهادة.",
        "next": "خصص أربع ساعات في الأسبوع لمهارة {skill} ثم أظهر النتيجة في سيرتك الذاتية.",
        "nothing": "حافظ على مهاراتك بمشروع واحد في كل فصل دراسي.",
    },
}
