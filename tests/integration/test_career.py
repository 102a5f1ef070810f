"""The advisor on Gemini's twin: every kind of advice, in both languages and both colours."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.ai import ContentBlockedError, EmptyAnswerError, TruncatedError
from ace_integrations.career import AsyncMemoryConversations, Course, MemoryConversations, UserContext
from ace_integrations.career.language import arabic_share
from ace_integrations.sandbox import RunningSandbox

PROFILE = UserContext(
    university="Cairo University", major="Computer Science", skills=("Python", "SQL"), graduation_year=2026
)
CV = "Lina studied at Cairo University.\nShe built a shop in Django.\nlina@example.com, +20 100 123 4567"
COURSES = (Course(course_id="course-1", title="SQL for everyone"),)


class Advisor:
    """`ace.career` in one colour."""

    def __init__(self, ace: Any) -> None:
        self._ace = ace
        self.store = MemoryConversations() if isinstance(ace, Ace) else AsyncMemoryConversations()

    async def ask(self, name: str, *positional: Any, **named: Any) -> Any:
        result = getattr(self._ace.career, name)(*positional, **named)
        return await result if inspect.isawaitable(result) else result

    async def stream(self, message: str, **named: Any) -> list[Any]:
        parts = self._ace.career.stream_talk(message, store=self.store, user="user-1", **named)
        return [part async for part in parts] if hasattr(parts, "__aiter__") else [*parts]


@pytest.fixture(params=["sync", "async"])
async def advisor(request: pytest.FixtureRequest, ace_sandbox: RunningSandbox) -> Any:
    settings = Settings(sandbox_url=ace_sandbox.url)
    if request.param == "sync":
        with Ace(settings) as ace:
            yield Advisor(ace)
    else:
        async with AsyncAce(settings) as awaited:
            yield Advisor(awaited)


ADVICE: dict[str, Callable[[Advisor, str], Any]] = {
    "cv": lambda advisor, locale: advisor.ask("analyse_cv", CV, context=PROFILE, locale=locale),
    "path": lambda advisor, locale: advisor.ask(
        "learning_path", "Data Analyst", context=PROFILE, courses=COURSES, locale=locale
    ),
    "jobs": lambda advisor, locale: advisor.ask("job_recommendations", context=PROFILE, locale=locale),
    "gap": lambda advisor, locale: advisor.ask(
        "skills_gap", "Data Analyst", ["Python", "SQL"], context=PROFILE, locale=locale
    ),
}


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("kind", ADVICE)
async def test_each_kind_of_advice(advisor: Advisor, ace_sandbox: RunningSandbox, kind: str, locale: str) -> None:
    found = await ADVICE[kind](advisor, locale)
    assert (found.value.language, found.about.language, found.about.retried) == (locale, locale, False)
    assert found.about.answered_by == "gemini-3.5-flash-lite"
    assert found.about.cost > 0
    (call,) = ace_sandbox.control.get("gemini/requests")["requests"]
    told = json.dumps(call["body"], ensure_ascii=False)
    assert "lina@example.com" not in told
    assert "100 123" not in told
    assert call["body"]["generationConfig"]["responseMimeType"] == "application/json"


@pytest.mark.parametrize(("message", "is_arabic"), [("What should I learn?", False), ("ماذا أتعلم أولاً؟", True)])
async def test_a_talk_is_in_the_language_of_the_message(advisor: Advisor, message: str, is_arabic: bool) -> None:
    said = await advisor.ask("talk", message, store=advisor.store, user="user-1", context=PROFILE)
    assert (arabic_share(said.text) > 0.5) is is_arabic
    again = await advisor.ask(
        "talk", message, store=advisor.store, user="user-1", conversation=said.conversation, context=PROFILE
    )
    assert again.conversation == said.conversation


async def test_a_streamed_talk_says_piece_by_piece_what_it_stores(advisor: Advisor) -> None:
    *pieces, last = await advisor.stream("What should I learn?", context=PROFILE)
    assert len(pieces) > 1
    assert "".join(part.text for part in pieces).strip() == last.answer.text
    assert last.conversation == 1


@pytest.mark.parametrize(
    ("marker", "error"),
    [
        ("block-prompt", ContentBlockedError),
        ("safety", ContentBlockedError),
        ("max-tokens", TruncatedError),
        ("empty", EmptyAnswerError),
    ],
)
async def test_what_is_no_answer_is_an_error_of_its_own_and_nothing_is_invented(
    advisor: Advisor, marker: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await advisor.ask("talk", f"Hello [[sbx:{marker}]]", store=advisor.store, user="user-1")
    with pytest.raises(error):
        await advisor.stream(f"Hello [[sbx:{marker}]]")


async def test_a_course_of_the_platform_keeps_its_id(advisor: Advisor) -> None:
    found = await advisor.ask(
        "learning_path", "Data Analyst", context=UserContext(major="Law"), courses=COURSES, locale="en"
    )
    ids = {course.course_id for phase in found.value.phases for course in phase.courses}
    assert ids == {"course-1", None}
    assert found.value.total_weeks == sum(phase.weeks for phase in found.value.phases)
