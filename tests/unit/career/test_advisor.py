"""Each kind of advice: what the model is asked, what of its answer comes through, and what never does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.speaker import Nowhere, Speaker
from tests.unit.career import advice
from tests.unit.career.papers import line, pdf

from ace_integrations import InvalidInputError, UnavailableError
from ace_integrations.ai import InvalidAnswerError, TextModel, Turn, said
from ace_integrations.career import (
    Application,
    AsyncCareer,
    Career,
    CareerAdvisor,
    Course,
    Document,
    Grade,
    UserContext,
)
from ace_integrations.core.public_fetch import PublicFetch

PROFILE = UserContext(
    university="Cairo University",
    major="Computer Science",
    degree="BSc",
    gpa=Grade(value=3.4, scale=4),
    graduation_year=2026,
    skills=("Python", "SQL"),
    certifications=("AWS Cloud Practitioner",),
    applications=(Application(title="Junior Developer", status="sent", date="2026-11-02"),),
)


def career(model: TextModel, **options: Any) -> Career:
    return Career(Nowhere(), CareerAdvisor(model, **options))


def asked(model: Speaker) -> str:
    """Give all that the model was asked, as one text."""
    return "\n".join(turn.text for request in model.asked for turn in request.turns)


def test_the_profile_is_told_whole_and_what_is_unset_is_left_out() -> None:
    model = Speaker("Learn SQL.")
    career(model).chat("What suits me?", context=PROFILE)
    data = json.loads(asked(model).split("\n")[1])
    assert data == {
        "university": "Cairo University",
        "major": "Computer Science",
        "degree": "BSc",
        "gpa": {"value": 3.4, "scale": 4.0},
        "graduation_year": 2026,
        "skills": ["Python", "SQL"],
        "certifications": ["AWS Cloud Practitioner"],
        "applications": [{"title": "Junior Developer", "status": "sent", "date": "2026-11-02"}],
    }
    bare = Speaker("Learn SQL.")
    career(bare).chat("What suits me?", context=UserContext(major="Law"))
    assert asked(bare).split("\n")[1] == '{"major":"Law"}'


def test_a_profile_takes_no_name_and_no_address() -> None:
    with pytest.raises(ValueError, match="email"):
        UserContext(email="lina@example.com")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("message", "locale", "spoken"),
    [
        ("What suits me?", None, "English"),
        ("ما المسار المناسب لي؟", None, "Arabic"),
        ("What suits me?", "ar-EG", "Arabic"),
        ("ما المسار المناسب لي؟", "en", "English"),
        ("أريد أن أصبح Data Analyst", "fr", "Arabic"),
        ("12345 ?!", None, "English"),
    ],
)
def test_the_answer_is_in_the_users_language(message: str, locale: str | None, spoken: str) -> None:
    model = Speaker("...")
    answer = career(model).chat(message, locale=locale)
    assert spoken in (model.asked[0].system or "")
    assert answer.about.language == ("ar" if spoken == "Arabic" else "en")


def test_the_newest_ten_messages_are_shown_in_turns() -> None:
    model = Speaker("And now?")
    history = said(*[f"{'q' if number % 2 == 0 else 'a'}{number // 2}" for number in range(14)])
    career(model).chat("new", history=history)
    (request,) = model.asked
    texts = [turn.text for turn in request.turns]
    assert [text.rpartition("\n")[2] for text in texts] == [
        *("q2", "a2", "q3", "a3", "q4", "a4", "q5", "a5", "q6", "a6"),
        "new",
    ]
    assert "BEGIN_DATA profile" in texts[0]
    speakers = [str(turn.speaker) for turn in request.turns]
    assert speakers == ["user", "model"] * 5 + ["user"]


def test_two_messages_of_one_speaker_become_one_and_long_talks_lose_their_oldest_pairs() -> None:
    model = Speaker("...")
    career(model).chat("new", history=[*said("a"), *said("b", "c")])
    assert len(model.asked[0].turns) == 3
    assert "a\n\nb" in model.asked[0].turns[0].text
    long = said(*["x" * 10_000, "y" * 10_000, "recent", "answer"])
    career(model).chat("new", history=long)
    assert len(model.asked[1].turns) == 5
    career(model).chat("new", history=said(*["x" * 20_000, "y" * 10_000, "recent", "answer"]))
    assert len(model.asked[2].turns) == 3


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda c: c.chat("  \u200b "), "message"),
        (lambda c: c.chat("x" * 4001), "message"),
        (lambda c: c.analyse_cv(" "), "cv_text"),
        (lambda c: c.analyse_cv("x" * 50_001), "cv_text"),
        (lambda c: c.analyse_cv("https://files.example.com/cv.pdf"), "cv_text"),
        (lambda c: c.analyse_cv("http://127.0.0.1/cv"), "cv_text"),
        (lambda c: c.analyse_cv(Document(b"<html>", "application/pdf")), "cv"),
        (lambda c: c.learning_path(""), "target_role"),
        (lambda c: c.learning_path("x" * 121), "target_role"),
        (lambda c: c.skills_gap("Data Scientist", [f"skill {n}" for n in range(31)]), "current_skills"),
    ],
)
def test_what_is_empty_or_too_long_is_refused_before_anything_is_sent(
    ask: Callable[[Career], object], field: str
) -> None:
    model = Speaker("...")
    with pytest.raises(InvalidInputError) as caught:
        ask(career(model))
    assert (caught.value.field, model.asked) == (field, [])


def test_a_cv_may_be_a_file_or_an_allowed_address() -> None:
    fetch = PublicFetch(["files.example.com"], media_types=["text/plain"], resolve=lambda _: ["10.0.0.1"])
    model = Speaker(advice.cv_analysis())
    career(model).analyse_cv(Document(pdf(line("Backend developer in Cairo")), "application/pdf"))
    assert "Backend developer in Cairo" in asked(model)
    with pytest.raises(InvalidInputError, match="not fetched from"):
        career(model, fetch=fetch).analyse_cv("https://files.example.com/cv.txt")


def test_evidence_that_the_cv_does_not_hold_is_dropped() -> None:
    made_up = {"evidence": "led a team of fifty engineers at a bank", "point": "Leads."}
    spelt = {"evidence": "BUILT a shop, in Django!", "point": "She ships."}
    model = Speaker(advice.cv_analysis(strengths=[made_up, spelt], weaknesses=[{**made_up, "severity": "high"}]))
    found = career(model).analyse_cv(advice.CV).value
    assert [one.evidence for one in found.strengths] == ["BUILT a shop, in Django!"]
    assert found.weaknesses == ()
    assert found.ats.score == 71


def test_evidence_in_arabic_is_found_however_it_is_spelt() -> None:
    cv = "عملت مهندسة برمجيّات في القاهرة لمدّة سنتين"
    evidence = {"evidence": "مهندسه برمجيات في القاهره", "point": "خبرة عملية واضحة في البرمجة"}
    answer = advice.cv_analysis(
        language="ar",
        summary="سيرة جيدة تحتاج إلى ترتيب أفضل",
        strengths=[evidence],
        weaknesses=[],
        improvements=[
            {
                "section": "skills",
                "suggestion": "اذكري الأدوات التي تعملين بها",
                "example_rewrite": None,
                "priority": "high",
            }
        ],
    )
    found = career(Speaker(answer)).analyse_cv(cv, locale="ar").value
    assert len(found.strengths) == 1


def test_courses_that_the_platform_does_not_have_lose_their_id_and_weeks_are_added_up() -> None:
    model = Speaker(advice.learning_path())
    path = career(model).learning_path("Data Analyst", courses=[Course(course_id="course-1", title="SQL")]).value
    assert [(phase.order, phase.title) for phase in path.phases] == [(1, "First"), (2, "Later")]
    courses = [(course.course_id, course.source) for phase in path.phases for course in phase.courses]
    assert courses == [("course-1", "platform"), (None, "external")]
    assert path.total_weeks == 10


def test_job_ideas_need_nothing_but_the_profile() -> None:
    model = Speaker(advice.job_recommendations())
    found = career(model).job_recommendations(context=PROFILE)
    assert len(found.value.roles) == 3
    assert (found.about.model, found.about.usage.input, found.about.prompt_version) == ("speaker-1", 5, "2026-11-1")


def test_a_skill_that_is_there_is_never_missing_and_gaps_follow_from_the_levels() -> None:
    model = Speaker(advice.skills_gap())
    found = career(model).skills_gap("Data Scientist", ["Python", "SQL"]).value
    assert [(one.skill, one.current, one.gap) for one in found.skills] == [
        ("Python", "basic", "moderate"),
        ("SQL", "expert", "none"),
        ("Spark", "none", "small"),
    ]
    assert found.missing_skills == ("Spark",)


def test_an_answer_that_forgets_a_skill_is_sent_back_once() -> None:
    forgetful = advice.skills_gap(skills=[advice.skill(name, "none", "basic") for name in ("SQL", "Spark", "Kafka")])
    model = Speaker(forgetful, advice.skills_gap())
    found = career(model).skills_gap("Data Scientist", ["Python", "SQL"])
    assert found.about.retried
    assert found.about.usage.input == 10
    assert "'Python' of the request is missing" in model.asked[1].turns[-1].text
    with pytest.raises(InvalidAnswerError):
        career(Speaker(forgetful)).skills_gap("Data Scientist", ["Python", "SQL"])


def test_advice_that_must_be_arabic_and_is_not_is_sent_back_once() -> None:
    arabic = advice.job_recommendations(
        language="ar",
        insights=["المجال ينمو في مصر والخليج كل عام"],
        roles=[{**json.loads(advice.job_recommendations())["roles"][0], "rationale": "يناسب ما درسته من قبل"}] * 3,
    )
    model = Speaker(advice.job_recommendations(), arabic)
    assert career(model).job_recommendations(locale="ar").about.retried
    assert "not in Arabic" in model.asked[1].turns[-1].text


def test_addresses_and_markup_that_a_model_makes_up_are_taken_out() -> None:
    model = Speaker("See https://jobs.example.com/1 or www.example.com <b>now</b>. Learn ASP.NET and Node.js.")
    answer = career(model).chat("Where?")
    assert answer.text == "See or now. Learn ASP.NET and Node.js."
    gap = advice.skills_gap(next_steps=["Read <a href='javascript:x'>this</a> at http://evil.example/x\u202e."])
    found = career(Speaker(gap)).skills_gap("Data Scientist", ["Python"]).value
    assert found.next_steps == ("Read this at",)


# Both colours, and the store of talks.


async def test_both_colours_say_the_same() -> None:
    here, there = Speaker(advice.cv_analysis()), Speaker(advice.cv_analysis())
    awaited = AsyncCareer(Nowhere(), CareerAdvisor(there))  # type: ignore[arg-type]  # it gives no connection at all
    assert career(here).analyse_cv(advice.CV) == await awaited.analyse_cv(advice.CV)
    assert [one.json_schema for one in here.asked] == [one.json_schema for one in there.asked]


def test_the_services_failure_reaches_the_caller() -> None:
    with pytest.raises(UnavailableError):
        career(Speaker(UnavailableError("down"))).job_recommendations()


def test_earlier_turns_are_redacted_too() -> None:
    model = Speaker("...")
    history = [Turn(speaker=turn.speaker, text=turn.text) for turn in said("call 01001234567", "ok lina@example.com")]
    career(model).chat("and now?", history=history)
    assert "0100" not in asked(model)
    assert "lina@" not in asked(model)
