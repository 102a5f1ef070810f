"""The career advisor: what is asked of the model for each kind of advice, and what becomes of its answer. Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import to_json

from ace_integrations.ai.model import TextAnswer, TextModel, TextPart, TokenUsage, Turn
from ace_integrations.ai.structured import Structured, ask
from ace_integrations.career import checks, prompts
from ace_integrations.career.cleaning import clean, redact
from ace_integrations.career.context import UserContext
from ace_integrations.career.conversations import shown
from ace_integrations.career.document import text_of
from ace_integrations.career.language import Language, language_of
from ace_integrations.career.prompts import PROMPT_VERSION, Task
from ace_integrations.career.schemas import CvAnalysis, JobRecommendations, LearningPath, SkillsGap
from ace_integrations.core.call import BlockingCall, Call, Result
from ace_integrations.core.keep import Cached
from ace_integrations.core.public_fetch import Document, PublicFetch
from ace_integrations.core.stream import Streamed
from ace_integrations.errors import InvalidInputError

M = TypeVar("M", bound=BaseModel)

LONGEST_MESSAGE = 4_000
LONGEST_CV = 50_000
"""Signs; a longer CV is refused."""

SHOWN_CV = 20_000
"""Signs of a CV that a model is shown."""

LONGEST_ROLE = 120
MOST_SKILLS = 30
MOST_COURSES = 30

_NOBODY = UserContext()
_ADDRESS = re.compile(r"\s*https?://\S+\s*", re.IGNORECASE)


class About(BaseModel):
    """How a piece of advice came about: store it with the advice.

    Attributes:
        cost: US dollars by the price list, None where it has no price.
        retried: whether a first answer was thrown away.
    """

    model_config = ConfigDict(frozen=True)

    language: Language
    prompt_version: str
    model: str
    answered_by: str
    usage: TokenUsage
    cost: Decimal | None
    provider_finish: str
    retried: bool


class Advice(BaseModel, Generic[M]):
    """Structured advice, looked over and read into its model."""

    model_config = ConfigDict(frozen=True)

    value: M
    about: About


class ChatAnswer(BaseModel):
    """What the advisor says in a talk: plain text, to be escaped like any."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(repr=False)
    about: About
    answer: TextAnswer = Field(repr=False)


class Course(BaseModel):
    """A course of the platform that a learning path may name."""

    model_config = ConfigDict(frozen=True)

    course_id: str
    title: str


class CareerAdvisor:
    """Advises on careers with any `TextModel`. Describes calls and sends none; `ace.career` sends them.

    What a person wrote goes to the model as fenced data, without mail addresses, phone numbers and hidden signs, and
    never into the instruction. Advice is an opinion: nothing may be decided by its scores alone.

    Args:
        fetch: fetches a CV that is given as an address; None refuses addresses.
        keep_s: seconds for which structured advice is kept for the same user and the same question; 0 keeps none.
    """

    def __init__(self, model: TextModel, *, fetch: PublicFetch | None = None, keep_s: float = 0.0) -> None:
        self._model = model
        self._fetch = fetch
        self._keep_s = keep_s

    def chat(
        self, message: str, *, context: UserContext = _NOBODY, history: Sequence[Turn] = (), locale: str | None = None
    ) -> Call[ChatAnswer]:
        """Answer a message, see `CareerOperations.chat`."""
        language = language_of(message, locale)
        request = self._talk(message, language, context, history)
        return self._model.generate(request).map(lambda answer: spoken(answer, language))

    def stream_chat(
        self, message: str, *, context: UserContext = _NOBODY, history: Sequence[Turn] = (), locale: str | None = None
    ) -> Streamed[TextPart]:
        """Answer a message piece by piece, see `CareerOperations.stream_chat`."""
        return self._model.stream(self._talk(message, language_of(message, locale), context, history))

    def analyse_cv(
        self, cv: str | Document, *, context: UserContext = _NOBODY, user: str = "", locale: str | None = None
    ) -> Call[Advice[CvAnalysis]]:
        """Judge a CV, see `CareerOperations.analyse_cv`."""
        language = language_of("", locale)
        return self._read(cv).then(lambda text: self._analyse(text, language, context, user))

    def learning_path(
        self,
        target_role: str,
        *,
        context: UserContext = _NOBODY,
        courses: Sequence[Course] = (),
        user: str = "",
        locale: str | None = None,
    ) -> Call[Advice[LearningPath]]:
        """Plan the way to a role, see `CareerOperations.learning_path`."""
        role, language = _role(target_role), language_of(target_role, locale)
        listed = [{"course_id": one.course_id, "title": _short(one.title)} for one in courses[:MOST_COURSES]]
        ids = {one.course_id for one in courses[:MOST_COURSES]}
        return self._advise(
            prompts.PATH,
            LearningPath,
            language,
            context=context,
            request={"target_role": role, **({"courses": listed} if listed else {})},
            user=user,
            finish=lambda path: checks.path_as_shown(path, ids),
        )

    def job_recommendations(
        self, *, context: UserContext = _NOBODY, user: str = "", locale: str | None = None
    ) -> Call[Advice[JobRecommendations]]:
        """Recommend kinds of jobs, see `CareerOperations.job_recommendations`."""
        return self._advise(prompts.JOBS, JobRecommendations, language_of("", locale), context=context, user=user)

    def skills_gap(
        self,
        target_role: str,
        current_skills: Sequence[str],
        *,
        context: UserContext = _NOBODY,
        user: str = "",
        locale: str | None = None,
    ) -> Call[Advice[SkillsGap]]:
        """Compare skills with what a role needs, see `CareerOperations.skills_gap`."""
        role, language = _role(target_role), language_of(target_role, locale)
        skills = list(dict.fromkeys(skill for one in current_skills if (skill := _short(one))))
        if len(skills) > MOST_SKILLS:
            raise InvalidInputError(f"has more than {MOST_SKILLS} entries", field="current_skills")
        return self._advise(
            prompts.GAP,
            SkillsGap,
            language,
            context=context,
            request={"target_role": role, "current_skills": skills},
            user=user,
            check=lambda gap: checks.lacks_given_skills(gap, skills),
            finish=lambda gap: checks.gap_as_shown(gap, skills),
        )

    def _talk(self, message: str, language: Language, context: UserContext, history: Sequence[Turn]) -> Any:
        said = redact(clean(_within(message, LONGEST_MESSAGE, "message")))
        if not said:
            raise InvalidInputError("is empty", field="message")
        earlier = [turn.model_copy(update={"text": redact(turn.text)}) for turn in shown(history)]
        return prompts.build(prompts.CHAT, language, context=context, history=earlier, message=said)

    def _read(self, cv: str | Document) -> Call[str]:
        if isinstance(cv, Document):
            return _text(cv)
        if not _ADDRESS.fullmatch(cv):
            return Result(cv)
        if self._fetch is None:
            raise InvalidInputError("is an address, and none is fetched here: send the text", field="cv_text")
        return self._fetch.get(cv.strip()).then(_text)

    def _analyse(self, text: str, language: Language, context: UserContext, user: str) -> Call[Advice[CvAnalysis]]:
        whole = redact(clean(_within(text, LONGEST_CV, "cv_text")))
        if not whole:
            raise InvalidInputError("is empty", field="cv_text")
        cv = whole[:SHOWN_CV]
        return self._advise(
            prompts.CV,
            CvAnalysis,
            language,
            context=context,
            documents={"cv": cv},
            user=user,
            finish=lambda analysis: checks.cv_as_shown(analysis, cv),
        )

    def _advise(
        self,
        task: Task,
        into: type[M],
        language: Language,
        *,
        context: UserContext,
        request: Mapping[str, Any] | None = None,
        documents: Mapping[str, str] | None = None,
        user: str,
        check: Callable[[M], list[str]] = checks.nothing_wrong,
        finish: Callable[[M], M] = checks.as_it_is,
    ) -> Call[Advice[M]]:
        asked = prompts.build(task, language, context=context, request=request, documents=documents)

        def problems(value: M) -> list[str]:
            return [*check(value), *checks.wrong_language(value, language)]

        def read(found: Structured[M]) -> Advice[M]:
            return Advice[M](value=finish(checks.scrubbed(found.value)), about=_about(found.answer, language))

        call = ask(self._model, asked, into, check=problems).map(read)
        if not self._keep_s or not user:
            return call
        parts = [self._model.model, PROMPT_VERSION, task.name, language, user, context.told(), request, documents]
        key = f"career_{hashlib.sha256(to_json(parts)).hexdigest()[:32]}"
        adapter: TypeAdapter[Advice[M]] = TypeAdapter(Advice[into])  # type: ignore[valid-type]  # pyright: ignore[reportInvalidTypeForm] - a class, known when it runs
        kept = Cached(call, key, adapter, fresh_s=lambda _: self._keep_s, provider=self._model.provider)
        return kept.map(lambda found: found.value)


def spoken(answer: TextAnswer, language: Language) -> ChatAnswer:
    """Give an answer of a talk without addresses and markup, which a model makes up."""
    text = checks.scrub_text(answer.text)
    return ChatAnswer(text=text, about=_about(answer, language), answer=answer.model_copy(update={"text": text}))


def _about(answer: TextAnswer, language: Language) -> About:
    return About(
        language=language,
        prompt_version=PROMPT_VERSION,
        model=answer.model,
        answered_by=answer.answered_by,
        usage=answer.usage,
        cost=answer.cost,
        provider_finish=answer.provider_finish,
        retried=answer.retried,
    )


def _role(text: str) -> str:
    role = " ".join(redact(clean(_within(text, LONGEST_ROLE, "target_role"))).split())
    if not role:
        raise InvalidInputError("is empty", field="target_role")
    return role


def _text(document: Document) -> Call[str]:
    # Reading a PDF takes its time: awaited, in a thread.
    return BlockingCall(lambda: text_of(document))


def _short(text: str) -> str:
    return " ".join(redact(clean(text)).split())[:LONGEST_ROLE]


def _within(text: str, most: int, field: str) -> str:
    if len(text) > most:
        raise InvalidInputError(f"is longer than {most} signs", field=field)
    return text
