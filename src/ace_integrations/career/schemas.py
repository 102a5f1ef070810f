"""The four kinds of structured advice, as the model writes them: evidence before judgement, bounds on every list."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Level = Literal["none", "basic", "intermediate", "advanced", "expert"]
LEVELS: tuple[Level, ...] = ("none", "basic", "intermediate", "advanced", "expert")
Weight = Literal["low", "medium", "high"]
Language = Literal["ar", "en"]
Share = Annotated[int, Field(ge=0, le=100)]
Weeks = Annotated[int, Field(ge=1, le=26)]


class _Advice(BaseModel):
    model_config = ConfigDict(frozen=True)


class Resource(_Advice):
    """Something to learn from: what to search for, never an address, which a model would invent."""

    title: str
    kind: Literal["course", "book", "article", "video", "documentation", "practice"]
    search_query: str


class Strength(_Advice):
    """What speaks for the person; `evidence` stands in the CV word for word."""

    evidence: str
    point: str


class Weakness(_Advice):
    """What speaks against, likewise."""

    evidence: str
    point: str
    severity: Weight


class Improvement(_Advice):
    """One change to the CV."""

    section: Literal[
        "header", "summary", "education", "experience", "projects", "skills", "certifications", "languages",
        "formatting", "other",
    ]  # fmt: skip
    suggestion: str
    example_rewrite: str | None = None
    priority: Weight


class Ats(_Advice):
    """How programs that sort applications would read it.

    Attributes:
        score: an opinion from 0 to 100, no ranking; None where the CV tried to talk to the model.
    """

    missing_keywords: Annotated[tuple[str, ...], Field(max_length=15)]
    formatting_issues: Annotated[tuple[str, ...], Field(max_length=8)]
    score: Annotated[int | None, Field(ge=0, le=100), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 100})]


class CvAnalysis(_Advice):
    """What a CV says well, what it lacks, and how to mend it."""

    language: Language
    summary: str
    strengths: Annotated[tuple[Strength, ...], Field(max_length=8)]
    weaknesses: Annotated[tuple[Weakness, ...], Field(max_length=8)]
    improvements: Annotated[tuple[Improvement, ...], Field(min_length=1, max_length=10)]
    ats: Ats
    suspected_injection: bool


class SkillLevel(_Advice):
    """A skill, as it is and as the role needs it."""

    skill: str
    current_level: Level
    target_level: Level


class Course(_Advice):
    """Something to take.

    Attributes:
        course_id: of a course of the platform; None for one that is elsewhere.
    """

    title: str
    source: Literal["platform", "external", "book", "project"]
    course_id: str | None = None
    why: str


class Phase(_Advice):
    """A part of the way, in weeks."""

    order: Annotated[int, Field(ge=1)]
    title: str
    weeks: Weeks
    skills: tuple[str, ...]
    courses: Annotated[tuple[Course, ...], Field(max_length=4)]
    milestone: str


class LearningPath(_Advice):
    """The way to a role. `total_weeks` is the sum of the phases."""

    language: Language
    target_role: str
    readiness: Literal["beginner", "developing", "nearly_ready", "ready"]
    gaps: Annotated[tuple[SkillLevel, ...], Field(max_length=10)]
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=6)]
    resources: Annotated[tuple[Resource, ...], Field(max_length=8)]
    total_weeks: Annotated[int, Field(ge=1)]


class Role(_Advice):
    """A kind of job that suits the person. `search_query` is English, for a job board."""

    title: str
    level: Literal["intern", "entry", "junior", "mid", "senior"]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    rationale: str
    fit_score: Share
    market: Literal["local", "gulf", "remote", "global"]
    search_query: str


class Step(_Advice):
    """A step of a career, with the years that it takes."""

    from_role: str
    to_role: str
    years_min: Annotated[int, Field(ge=0, le=40)]
    years_max: Annotated[int, Field(ge=0, le=40)]
    key_skills: tuple[str, ...]


class JobRecommendations(_Advice):
    """Kinds of jobs that suit, and where they lead."""

    language: Language
    roles: Annotated[tuple[Role, ...], Field(min_length=3, max_length=6)]
    progression: Annotated[tuple[Step, ...], Field(min_length=1, max_length=5)]
    insights: Annotated[tuple[str, ...], Field(min_length=1, max_length=5)]


class SkillGap(_Advice):
    """One skill of a role. `gap` follows from the two levels."""

    skill: str
    category: Literal["technical", "tool", "soft", "language", "domain"]
    current: Level
    required: Level
    gap: Literal["none", "small", "moderate", "large"]
    priority: Weight
    resources: Annotated[tuple[Resource, ...], Field(max_length=3)]


class SkillsGap(_Advice):
    """What a role needs and the person lacks. `missing_skills` are those of which nothing is there."""

    language: Language
    target_role: str
    skills: Annotated[tuple[SkillGap, ...], Field(min_length=3, max_length=15)]
    missing_skills: tuple[str, ...]
    overall_match: Share
    next_steps: Annotated[tuple[str, ...], Field(min_length=1, max_length=5)]
