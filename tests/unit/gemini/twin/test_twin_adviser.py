"""The career advisor's own prompts and checks on the twin's answers: none of them has anything to find."""

import pytest

from ace_integrations.career import checks, prompts
from ace_integrations.career.context import UserContext
from ace_integrations.career.schemas import CvAnalysis, JobRecommendations, LearningPath, SkillsGap

CONTEXT = UserContext(university="Example University", major="Computer Science", skills=("Python", "Excel"))
CV = """Lina Example
Built a booking site in Python and SQL for a student club
Taught two courses of Excel to first-year students"""
COURSES = [{"course_id": "course-7", "title": "SQL for everyone"}]
GIVEN = ["Python", "Public speaking"]
LANGUAGES = ("en", "ar")


@pytest.fixture
def advise(desk, said):
    """Send one of the advisor's prompts as a client would, and give the answer's text."""

    def advise(task, language, kind=None, **what):
        request = prompts.build(task, language, context=CONTEXT, **what)
        schema = {} if kind is None else {"responseMimeType": "application/json"}
        schema |= {} if kind is None else {"responseJsonSchema": kind.model_json_schema()}
        answer = desk.post(
            systemInstruction={"parts": [{"text": request.system}]},
            contents=[{"parts": [{"text": turn.text}]} for turn in request.turns],
            generationConfig={"maxOutputTokens": request.max_tokens, **schema},
        ).json()
        assert answer["candidates"][0]["finishReason"] == "STOP"
        return said(answer) if kind is None else kind.model_validate_json(said(answer))

    return advise


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_talk_is_in_the_language_and_names_the_major(advise, language):
    text = advise(prompts.CHAT, language, message="Where do I begin as a Data Analyst?")
    assert "Computer Science" in text
    assert "Data Analyst" in text
    assert ("؟" in text) is (language == "ar")
    assert len(text.split()) <= 250


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_analysis_keeps_its_evidence_and_its_score(advise, language):
    analysis = advise(prompts.CV, language, CvAnalysis, documents={"cv": CV})
    assert (analysis.language, checks.wrong_language(analysis, language)) == (language, [])
    assert analysis.strengths
    assert checks.cv_as_shown(analysis, CV) == analysis


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_names_courses_that_exist_and_adds_up(advise, language):
    request = {"target_role": "Backend Developer", "courses": COURSES}
    path = advise(prompts.PATH, language, LearningPath, request=request)
    named = [course.course_id for phase in path.phases for course in phase.courses if course.course_id]
    assert (path.language, checks.wrong_language(path, language)) == (language, [])
    assert (path.target_role, named) == ("Backend Developer", ["course-7"])
    assert checks.path_as_shown(path, {"course-7"}) == path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gap_mentions_every_given_skill_and_its_gaps_follow_from_its_levels(advise, language):
    request = {"target_role": "Data Analyst", "current_skills": GIVEN}
    gap = advise(prompts.GAP, language, SkillsGap, request=request)
    assert (gap.language, checks.wrong_language(gap, language)) == (language, [])
    assert checks.lacks_given_skills(gap, GIVEN) == []
    assert checks.gap_as_shown(gap, GIVEN) == gap


@pytest.mark.parametrize("language", LANGUAGES)
def test_jobs_suit_the_profile(advise, language):
    jobs = advise(prompts.JOBS, language, JobRecommendations)
    assert (jobs.language, checks.wrong_language(jobs, language)) == (language, [])
    assert jobs.roles[0].matched_skills == ("Python",)
