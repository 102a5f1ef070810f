"""Advice as a model writes it, in its smallest whole form."""

import json
from typing import Any

CV = "Lina studied at Cairo University. She built a shop in Django and taught SQL to forty students."


def cv_analysis(**changes: Any) -> str:
    value = {
        "language": "en",
        "summary": "A good start.",
        "strengths": [{"evidence": "built a shop in Django", "point": "She ships."}],
        "weaknesses": [{"evidence": "taught SQL", "point": "No tests named.", "severity": "low"}],
        "improvements": [
            {"section": "skills", "suggestion": "Name your tools.", "example_rewrite": None, "priority": "high"}
        ],
        "ats": {"missing_keywords": ["REST"], "formatting_issues": [], "score": 71},
        "suspected_injection": False,
    }
    return json.dumps({**value, **changes}, ensure_ascii=False)


def learning_path(**changes: Any) -> str:
    phase = {"skills": ["SQL"], "milestone": "A small report."}
    course = {"title": "SQL", "source": "platform", "why": "It is used every day."}
    value = {
        "language": "en",
        "target_role": "Data Analyst",
        "readiness": "developing",
        "gaps": [{"skill": "SQL", "current_level": "none", "target_level": "advanced"}],
        "phases": [
            {"order": 2, "title": "Later", "weeks": 6, "courses": [{**course, "course_id": "course-9"}], **phase},
            {"order": 1, "title": "First", "weeks": 4, "courses": [{**course, "course_id": "course-1"}], **phase},
        ],
        "resources": [{"title": "SQL", "kind": "course", "search_query": "sql course"}],
        "total_weeks": 99,
    }
    return json.dumps({**value, **changes}, ensure_ascii=False)


def job_recommendations(**changes: Any) -> str:
    role = {
        "title": "Data Analyst",
        "level": "entry",
        "matched_skills": ["SQL"],
        "missing_skills": [],
        "rationale": "It suits what she did.",
        "fit_score": 80,
        "market": "local",
        "search_query": "data analyst",
    }
    step = {"from_role": "Intern", "to_role": "Analyst", "years_min": 0, "years_max": 2, "key_skills": ["SQL"]}
    value = {"language": "en", "roles": [role] * 3, "progression": [step], "insights": ["It grows."]}
    return json.dumps({**value, **changes}, ensure_ascii=False)


def skill(name: str, current: str, required: str, **changes: Any) -> dict[str, Any]:
    value = {"skill": name, "category": "technical", "current": current, "required": required, "gap": "large"}
    return {**value, "priority": "high", "resources": [], **changes}


def skills_gap(**changes: Any) -> str:
    value = {
        "language": "en",
        "target_role": "Data Scientist",
        "skills": [
            skill("Python", "none", "advanced"),
            skill("SQL", "expert", "basic"),
            skill("Spark", "none", "basic"),
        ],
        "missing_skills": ["Python", "SQL"],
        "overall_match": 40,
        "next_steps": ["Learn Spark."],
    }
    return json.dumps({**value, **changes}, ensure_ascii=False)
