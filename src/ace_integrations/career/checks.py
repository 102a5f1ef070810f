"""What is looked at in structured advice before anybody reads it: what a schema cannot say, what a model makes up."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel

from ace_integrations.career.cleaning import clean
from ace_integrations.career.language import Language, arabic_share
from ace_integrations.career.schemas import LEVELS, CvAnalysis, LearningPath, Level, SkillGap, SkillsGap

M = TypeVar("M", bound=BaseModel)

_ENGLISH = frozenset((
    "language", "search_query", "course_id", "title", "target_role", "from_role", "to_role", "evidence", "skill",
    "skills", "matched_skills", "missing_skills", "key_skills", "missing_keywords",
))  # fmt: skip
"""Fields that stay English, or are names, in advice in Arabic."""

_URL = re.compile(r"\bhttps?://\S+|\bwww\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}/\S*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,200}>")
_MARK = re.compile(r"(?:BEGIN|END)_DATA(?: \w+)?(?: [0-9a-f]{16})?")
_WORD = re.compile(r"\w+")
_FOLDED = str.maketrans("أإآٱىة", "ااااي" + "ه")

_ASKS = re.compile(
    r"(?:ignore|disregard|forget|override)\W+(?:\w+\W+){0,4}(?:instructions?|prompts?|rules|above|previous|prior)"
    r"|(?:system|developer)\s+(?:prompt|message|instructions?)|you\s+are\s+now\b|new\s+instructions?\s*:"
    # Within one sentence: a CV may well set 100 records and name a score.
    r"|\b(?:give|assign|award|rate|score|set|output)\b(?:[^\w.;!?\n]+\w+){0,8}?[^\w.;!?\n]+(?:"
    r"(?:perfect|highest|maximum|full|top)\s+(?:score|marks?|grade|rating)|(?:candidate|applicant|cv|resume|score|me|it)"
    r"(?:[^\w.;!?\n]+\w+){0,6}?[^\w.;!?\n]+(?:100\b|10\s*/\s*10))"
    r"|(?:as|you(?:'re| are))\s+an?\s+(?:ai|language\s+model|assistant)\b|suspected_injection|(?:BEGIN|END)_DATA"
    r"|(?:تجاهل|تجاهلي|تجاهلوا|انس|تخط)\W+(?:\w+\W+){0,4}(?:التعليمات|الأوامر|القواعد|السابقة|سابق)"
    r"|(?:أعط|اعط|أعطي|اعطي|امنح|ضع)\w*\W+(?:\w+\W+){0,6}(?:100|١٠٠|الدرجة|كاملة|الكاملة|أعلى)"
    r"|أنت\s+الآن\b|تعليمات\s+جديدة|رسالة\s+النظام",
    re.IGNORECASE,
)


def asks_the_model(text: str) -> bool:
    """Whether a document tries to talk to the model that judges it; our own look, beside what the model reports."""
    return _ASKS.search(text) is not None


def nothing_wrong(value: object) -> list[str]:
    """Find nothing."""
    del value
    return []


def as_it_is(value: M) -> M:
    """Change nothing."""
    return value


def wrong_language(value: BaseModel, language: Language) -> list[str]:
    """Find that prose which must be Arabic is not; names and search words may be English."""
    if language != "ar":
        return []
    prose = " ".join(_prose(value.model_dump()))
    return [] if not prose or arabic_share(prose) >= 0.5 else ["the text is not in Arabic"]


def scrubbed(value: M) -> M:
    """Give advice without addresses, markup and marks of data blocks in any of its texts."""
    return type(value).model_construct(**_scrub(dict(value)))


def scrub_text(text: str) -> str:
    """Give a text without addresses, markup and marks of data blocks."""
    return clean(_TAG.sub("", _URL.sub("", _MARK.sub("", text))))


def cv_as_shown(value: CvAnalysis, cv: str) -> CvAnalysis:
    """Give an analysis whose evidence stands in the CV, every piece, without a score where the CV asked for one."""
    known = _words(cv)
    suspected = value.suspected_injection or asks_the_model(cv)
    score = None if suspected else value.ats.score
    return value.model_copy(
        update={
            "strengths": tuple(one for one in value.strengths if _is_found(one.evidence, known)),
            "weaknesses": tuple(one for one in value.weaknesses if _is_found(one.evidence, known)),
            "ats": value.ats.model_copy(update={"score": score}),
            "suspected_injection": suspected,
        }
    )


def path_as_shown(value: LearningPath, courses: Collection[str]) -> LearningPath:
    """Give a path with ids of courses that exist, its phases in order and its weeks added up."""
    phases = tuple(
        phase.model_copy(update={"order": order, "courses": tuple(_existing(one, courses) for one in phase.courses)})
        for order, phase in enumerate(sorted(value.phases, key=lambda phase: phase.order), 1)
    )
    return value.model_copy(update={"phases": phases, "total_weeks": sum(phase.weeks for phase in phases)})


def lacks_given_skills(value: SkillsGap, given: Collection[str]) -> list[str]:
    """Find which of the given skills the answer does not mention."""
    named = {_folded(one.skill) for one in value.skills}
    return [f"skills: {skill!r} of the request is missing" for skill in given if _folded(skill) not in named]


def gap_as_shown(value: SkillsGap, given: Collection[str]) -> SkillsGap:
    """Give a comparison whose gaps follow from its levels; no given skill counts as missing."""
    has = {_folded(skill) for skill in given}
    skills = tuple(_leveled(one, given=_folded(one.skill) in has) for one in value.skills)
    missing = tuple(one.skill for one in skills if one.current == "none" and one.required != "none")
    return value.model_copy(update={"skills": skills, "missing_skills": missing})


def _leveled(one: SkillGap, *, given: bool) -> SkillGap:
    # Who says that they have a skill has some of it.
    current: Level = "basic" if given and one.current == "none" else one.current
    return one.model_copy(update={"current": current, "gap": _gap(current, one.required)})


def _gap(current: Level, required: Level) -> Literal["none", "small", "moderate", "large"]:
    steps = LEVELS.index(required) - LEVELS.index(current)
    return "none" if steps <= 0 else "small" if steps == 1 else "moderate" if steps == 2 else "large"


def _existing(course: Any, courses: Collection[str]) -> Any:
    if course.course_id is None or course.course_id in courses:
        return course
    return course.model_copy(update={"course_id": None, "source": "external"})


def _is_found(evidence: str, known: frozenset[str]) -> bool:
    words = _words(evidence)
    return bool(words) and len(words & known) >= 0.8 * len(words)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_folded(text)))


def _folded(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(sign for sign in marked if not unicodedata.combining(sign)).replace("\u0640", "")
    return " ".join(bare.translate(_FOLDED).split())


def _prose(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _prose(inner, key)
    elif isinstance(value, list | tuple):
        for inner in cast("list[Any]", value):
            yield from _prose(inner, name)
    elif isinstance(value, str) and name not in _ENGLISH and " " in value:
        yield value


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, BaseModel):
        return scrubbed(value)
    if isinstance(value, tuple):
        return tuple(_scrub(inner) for inner in cast("tuple[Any, ...]", value))  # type: ignore[redundant-cast]  # pyright's
    if isinstance(value, dict):
        return {key: _scrub(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return value
