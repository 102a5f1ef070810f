"""What the twin makes of a prompt as a career adviser: the facts in it, a talk, and four kinds of structured advice.

All of it is imitation: a small fixed world of roles and their skills, compared with what the prompt says.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ace_integrations.gemini.sandbox.json_value import Json, as_list, as_object
from ace_integrations.gemini.sandbox.words import ROLES, SOFT, TOOLS, WORDS, Language, Role

_BLOCK = re.compile(r"BEGIN_DATA\s+(\w+)[^\n]*\n(.*?)\n?END_DATA\s+\1", re.DOTALL)
_STATED = re.compile(
    r"\b(?:answer|reply|respond)\s+in\s+(?:[a-z-]+\s+){0,4}?(arabic|english)\b|\blanguage:\s*(ar|en)\b", re.IGNORECASE
)
_NAMED_ROLE = re.compile(r"\btarget[ _]role\W{1,3}([^\n.;,\"]{2,60})", re.IGNORECASE)
_ROLE_KEYS = ("target_role", "target_career", "target_job", "desired_role", "career_goal", "role")
_SKILL_KEYS = ("current_skills", "skills")
_INJECTION = re.compile(
    r"ignore\s+(?:all\s+|any\s+)?(?:previous|above|prior)|score\s+(?:of\s+)?(?:9\d|100)|تجاهل\s+(?:كل\s+)?التعليمات",
    re.IGNORECASE,
)
_ARABIC = re.compile(r"[\u0621-\u064a]")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_EVIDENCE_WORDS = 14
_MOST_BRACES = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What a prompt says.

    Attributes:
        language: ar or en: as the prompt states it, else that of the newest message.
        role: the target, in the prompt's own words.
        required: skills of that role in the twin's world.
        skills: those that the student has.
        courses: of the platform, where the prompt lists them.
        cv: the text to be judged; "" where none came.
    """

    language: Language
    major: str
    role: str
    required: tuple[str, ...]
    skills: tuple[str, ...]
    courses: tuple[Json, ...]
    cv: str

    @property
    def lacking(self) -> list[str]:
        """Required and not there."""
        had = {skill.casefold() for skill in self.skills}
        return [skill for skill in self.required if skill.casefold() not in had]

    @property
    def matched(self) -> list[str]:
        """Required and there."""
        lacking = self.lacking
        return [skill for skill in self.required if skill not in lacking]

    def say(self, key: str, **values: object) -> str:
        """Give one of the adviser's sentences."""
        return WORDS[self.language][key].format(**{"role": self.role, **values})


def read_facts(system: str, turns: Sequence[str]) -> Facts:
    """Read a prompt.

    Args:
        turns: the texts of the user's turns, oldest first.
    """
    written = "\n".join(turns)
    blocks = _BLOCK.findall(written)
    data = list(_objects_in(written))
    free = _BLOCK.sub("", written)
    newest = _BLOCK.sub("", turns[-1]) if turns else ""
    cv = next((inner for _, inner in blocks if not inner.lstrip().startswith("{")), "")
    major = _text_at(data, ("major", "field_of_study"))
    role = _text_at(data, _ROLE_KEYS) or _role_in(free)
    known = _known(role) or _by_major(major)
    language = _language(f"{system}\n{free}", newest)
    return Facts(
        language=language,
        major=major or WORDS[language]["unknown_major"],
        role=role or (known.arabic if language == "ar" else known.name),
        required=known.skills,
        skills=_skills(data) or _mentioned(f"{cv}\n{free}"),
        courses=_courses(data),
        cv=cv,
    )


def talk(facts: Facts) -> str:
    """Give a turn of the career chat: two paragraphs that name major and target role, and one question."""
    first, second = (*facts.lacking, *facts.matched)[:2]
    return facts.say("chat", major=facts.major, first=first, second=second)


def advice(title: str, facts: Facts) -> Json | None:
    """Give the content for a schema of one of the four known titles; None for another."""
    write = _WRITERS.get(title)
    return None if write is None else {"language": facts.language, **write(facts)}


def _language(stated: str, newest: str) -> Language:
    found = _STATED.findall(stated)
    if found:
        return "".join(found[-1])[:2].lower()
    letters = _LETTER.findall(newest)
    return "ar" if letters and len(_ARABIC.findall(newest)) >= 0.3 * len(letters) else "en"


def _objects_in(text: str) -> Iterator[Json]:
    """Give the JSON objects of a text that are in no other; a text of many braces is left after some."""
    at = 0
    for _ in range(_MOST_BRACES):
        at = text.find("{", at)
        if at < 0:
            return
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            value, at = {}, at + 1
        yield value


def _text_at(data: Sequence[Json], names: Sequence[str]) -> str:
    found = (one.get(name) for name in names for one in data)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")


def _role_in(text: str) -> str:
    named = _NAMED_ROLE.search(text)
    if named:
        return named[1].strip()
    folded = text.casefold()
    for role in ROLES:
        if role.name.casefold() in folded:
            return role.name
        if role.arabic in text:
            return role.arabic
    return ""


def _known(name: str) -> Role | None:
    folded = name.casefold()
    return next((role for role in ROLES if folded and (role.name.casefold() in folded or role.arabic in folded)), None)


def _by_major(major: str) -> Role:
    folded = major.casefold()
    return next((role for role in ROLES if any(word in folded for word in role.majors)), ROLES[0])


def _skills(data: Sequence[Json]) -> tuple[str, ...]:
    found = (_names(one[name]) for name in _SKILL_KEYS for one in data if name in one)
    return tuple(dict.fromkeys(next((names for names in found if names), list[str]())))


def _names(value: object) -> list[str]:
    """Read skills as a list of names, a list of objects, or an object by name."""
    listed: Sequence[object] = as_list(value) or list(as_object(value) or {})
    held = [inner.get("skill") or inner.get("name") if (inner := as_object(one)) else one for one in listed]
    return [one for one in held if isinstance(one, str) and one]


def _mentioned(text: str) -> tuple[str, ...]:
    known = dict.fromkeys(skill for role in ROLES for skill in role.skills)
    return tuple(
        skill for skill in known if re.search(rf"(?<!\w){re.escape(skill)}(?!\w)", text, re.IGNORECASE | re.ASCII)
    )


def _courses(data: Sequence[Json]) -> tuple[Json, ...]:
    listed = next((found for one in data if (found := as_list(one.get("courses")))), list(data))
    titled = [course for one in listed if (course := as_object(one)) and "title" in course]
    return tuple(course for course in titled if "id" in course or "course_id" in course)


# The four kinds.


def _cv_analysis(facts: Facts) -> Json:
    lines = _evidence(facts)
    missing = facts.lacking
    improvements = [
        _improvement("experience", facts.say("improve"), "high"),
        *(_improvement("skills", facts.say("add_skill", skill=skill), "medium") for skill in missing[:3]),
        _improvement("formatting", facts.say("format"), "low"),
    ]
    return {
        "summary": facts.say("summary"),
        "strengths": [{"evidence": line, "point": facts.say("strength")} for line in lines[:2]],
        "weaknesses": [{"evidence": line, "point": facts.say("weakness"), "severity": "medium"} for line in lines[-1:]],
        "improvements": improvements,
        "ats": {"missing_keywords": missing, "formatting_issues": [facts.say("format")], "score": _match(facts)},
        "suspected_injection": bool(_INJECTION.search(facts.cv)),
    }


def _evidence(facts: Facts) -> list[str]:
    """Give lines of the CV as they stand there."""
    lines = [line.strip(" \t-•*") for line in facts.cv.splitlines()]
    held = [" ".join(line.split()[:_MOST_EVIDENCE_WORDS]) for line in lines if len(line.split()) > 1]
    return [line for line in held if not _INJECTION.search(line)] or [facts.say("no_text")]


def _improvement(section: str, suggestion: str, priority: str) -> Json:
    return {"section": section, "suggestion": suggestion, "example_rewrite": None, "priority": priority}


def _learning_path(facts: Facts) -> Json:
    lacking = facts.lacking or list(facts.required)
    pairs = [lacking[at : at + 2] for at in range(0, len(lacking), 2)]
    phases = [_phase(facts, order, skills) for order, skills in enumerate(pairs, 1)]
    return {
        "target_role": facts.role,
        "readiness": ("beginner", "developing", "nearly_ready", "ready")[_match(facts) * 3 // 100],
        "gaps": [_gap(skill) for skill in facts.lacking],
        "phases": phases,
        "resources": [_resource(facts, skill) for skill in lacking[:3]],
        "total_weeks": sum(phase["weeks"] for phase in phases),
    }


def _phase(facts: Facts, order: int, skills: Sequence[str]) -> Json:
    listed = ", ".join(skills)
    return {
        "order": order,
        "title": facts.say("phase", skills=listed),
        "weeks": 4 * len(skills),
        "skills": list(skills),
        "courses": [_course(facts, skill) for skill in skills],
        "milestone": facts.say("milestone", skills=listed),
    }


def _course(facts: Facts, skill: str) -> Json:
    ours = next((one for one in facts.courses if skill.casefold() in str(one["title"]).casefold()), None)
    why = facts.say("why", skill=skill)
    if ours is None:
        return {"title": facts.say("course", skill=skill), "source": "external", "course_id": None, "why": why}
    found = ours.get("course_id", ours.get("id"))
    return {"title": ours["title"], "source": "platform", "course_id": found, "why": why}


def _gap(skill: str) -> Json:
    return {"skill": skill, "current_level": "none", "target_level": "intermediate"}


def _resource(facts: Facts, skill: str) -> Json:
    return {
        "title": facts.say("course", skill=skill),
        "kind": "course",
        "search_query": f"{skill} course for beginners",
    }


def _job_recommendations(facts: Facts) -> Json:
    target = _known(facts.role) or _by_major(facts.major)
    others = sorted((role for role in ROLES if role is not target), key=lambda role: -len(_had(facts, role)))
    roles = [target, *others[:2]]
    steps = [("intern", "entry"), ("entry", "junior"), ("junior", "mid")]
    return {
        "roles": [_job(facts, role) for role in roles],
        "progression": [
            {
                "from_role": f"{_name(facts, target)} ({start})",
                "to_role": f"{_name(facts, target)} ({end})",
                "years_min": at,
                "years_max": at + 2,
                "key_skills": list(target.skills[at : at + 2]),
            }
            for at, (start, end) in enumerate(steps)
        ],
        "insights": [facts.say("insight", skill=skill) for skill in target.skills[:2]],
    }


def _job(facts: Facts, role: Role) -> Json:
    had = _had(facts, role)
    return {
        "title": _name(facts, role),
        "level": "entry" if had else "intern",
        "matched_skills": had,
        "missing_skills": [skill for skill in role.skills if skill not in had],
        "rationale": facts.say("rationale", count=len(had)),
        "fit_score": 100 * len(had) // len(role.skills),
        "market": "local",
        "search_query": f"{role.name.lower()} entry level",
    }


def _had(facts: Facts, role: Role) -> list[str]:
    skills = {skill.casefold() for skill in facts.skills}
    return [skill for skill in role.skills if skill.casefold() in skills]


def _name(facts: Facts, role: Role) -> str:
    return role.arabic if facts.language == "ar" else role.name


def _skills_gap(facts: Facts) -> Json:
    lacking = facts.lacking
    skills = list(dict.fromkeys((*facts.skills, *lacking)))[:15]
    return {
        "target_role": facts.role,
        "skills": [_skill(facts, skill, had=skill not in lacking) for skill in skills],
        "missing_skills": lacking,
        "overall_match": _match(facts),
        "next_steps": [facts.say("next", skill=skill) for skill in lacking[:3]] or [facts.say("nothing")],
    }


def _skill(facts: Facts, skill: str, *, had: bool) -> Json:
    category = "soft" if skill in SOFT else "tool" if skill in TOOLS else "technical"
    return {
        "skill": skill,
        "category": category,
        "current": "intermediate" if had else "none",
        "required": "intermediate",
        "gap": "none" if had else "moderate",
        "priority": "low" if had else "high",
        "resources": [] if had else [_resource(facts, skill)],
    }


def _match(facts: Facts) -> int:
    return 100 * len(facts.matched) // len(facts.required)


_WRITERS: Mapping[str, Callable[[Facts], dict[str, Any]]] = {
    "CvAnalysis": _cv_analysis,
    "LearningPath": _learning_path,
    "JobRecommendations": _job_recommendations,
    "SkillsGap": _skills_gap,
}
