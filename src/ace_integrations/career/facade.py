"""`ace.career`: the career advisor on the configured language model."""

from collections.abc import AsyncGenerator, Generator, Sequence

from pydantic import BaseModel, ConfigDict

from ace_integrations.ai.model import TextAnswer, TextPart, Turn
from ace_integrations.career.advisor import Advice, CareerAdvisor, ChatAnswer, Course, spoken
from ace_integrations.career.context import UserContext
from ace_integrations.career.conversations import AsyncConversations, Conversations, Exchange
from ace_integrations.career.language import language_of
from ace_integrations.career.schemas import CvAnalysis, JobRecommendations, LearningPath, SkillsGap
from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.core.public_fetch import Document
from ace_integrations.core.stream import Streamed, streaming
from ace_integrations.errors import InvalidInputError

_NOBODY = UserContext()


class Said(BaseModel):
    """A part of an answer in a talk that is remembered.

    Attributes:
        text: new since the last part.
        conversation: of the talk, with the last part only: it is stored then.
    """

    model_config = ConfigDict(frozen=True)

    text: str = ""
    conversation: int | None = None
    answer: ChatAnswer | None = None


class CareerOperations:
    """Describe what a student asks of the advisor."""

    provider = ""
    advisor: CareerAdvisor

    @operation
    def chat(
        self, message: str, *, context: UserContext = _NOBODY, history: Sequence[Turn] = (), locale: str | None = None
    ) -> Call[ChatAnswer]:
        """Answer a message; `talk` remembers it too.

        Args:
            message: 4,000 signs at most.
            history: what was said before, oldest first; the last ten messages are shown to the model.
            locale: the language of the answer, as in "ar"; that of the message where none is given.

        Raises:
            InvalidInputError: the message is empty or too long; nothing was sent.
            ContentBlockedError, TruncatedError, EmptyAnswerError: there is no answer that could be shown.
        """
        return self.advisor.chat(message, context=context, history=history, locale=locale)

    @streaming
    def stream_chat(
        self, message: str, *, context: UserContext = _NOBODY, history: Sequence[Turn] = (), locale: str | None = None
    ) -> Streamed[TextPart]:
        """Answer a message piece by piece; `stream_talk` remembers it too."""
        return self.advisor.stream_chat(message, context=context, history=history, locale=locale)

    @operation
    def analyse_cv(
        self, cv: str | Document, *, context: UserContext = _NOBODY, user: str = "", locale: str | None = None
    ) -> Call[Advice[CvAnalysis]]:
        """Judge a CV.

        Args:
            cv: its text, an https address on one of the hosts of ACE_CV_HOSTS, or a file (PDF or text).
            user: your own id of the student: advice is kept for nobody else, where ACE_AI_CACHE keeps it at all.
            locale: "ar" or "en"; the language of the CV says nothing.

        Raises:
            InvalidInputError: it is empty, too long, no text, or at an address that may not be fetched.
            InvalidAnswerError: twice the model's answer could not be used.
        """
        return self.advisor.analyse_cv(cv, context=context, user=user, locale=locale)

    @operation
    def learning_path(
        self,
        target_role: str,
        *,
        context: UserContext = _NOBODY,
        courses: Sequence[Course] = (),
        user: str = "",
        locale: str | None = None,
    ) -> Call[Advice[LearningPath]]:
        """Plan the way to a role.

        Args:
            courses: of the platform, the first 30 of which a path may name; no other id comes through.
        """
        return self.advisor.learning_path(target_role, context=context, courses=courses, user=user, locale=locale)

    @operation
    def job_recommendations(
        self, *, context: UserContext = _NOBODY, user: str = "", locale: str | None = None
    ) -> Call[Advice[JobRecommendations]]:
        """Recommend kinds of jobs that suit a profile."""
        return self.advisor.job_recommendations(context=context, user=user, locale=locale)

    @operation
    def skills_gap(
        self,
        target_role: str,
        current_skills: Sequence[str],
        *,
        context: UserContext = _NOBODY,
        user: str = "",
        locale: str | None = None,
    ) -> Call[Advice[SkillsGap]]:
        """Compare skills with what a role needs; a skill that is there never counts as missing."""
        return self.advisor.skills_gap(target_role, current_skills, context=context, user=user, locale=locale)


class Career(CareerOperations, SyncFacade):
    """The career advisor, blocking."""

    def __init__(self, sender: Sender, advisor: CareerAdvisor) -> None:
        super().__init__(sender)
        self.advisor = advisor

    def talk(
        self,
        message: str,
        *,
        store: Conversations,
        user: str,
        conversation: int | None = None,
        context: UserContext = _NOBODY,
        locale: str | None = None,
    ) -> Said:
        """Answer a message of a talk that is remembered; None begins one. A failed message is stored as failed.

        Raises:
            ConversationNotFoundError: the talk is not this user's; nothing was sent.
        """
        history = store.turns(user, conversation) if conversation is not None else ()
        try:
            answer = self.chat(message, context=context, history=history, locale=locale)
        except BaseException as error:
            # What was refused as it stands is no message of a talk.
            if not isinstance(error, InvalidInputError):
                store.add(user, conversation, Exchange(message=message))
            raise
        talk = store.add(user, conversation, Exchange(message=message, answer=answer.answer))
        return Said(text=answer.text, conversation=talk, answer=answer)

    def stream_talk(
        self,
        message: str,
        *,
        store: Conversations,
        user: str,
        conversation: int | None = None,
        context: UserContext = _NOBODY,
        locale: str | None = None,
    ) -> Generator[Said]:
        """Answer piece by piece, see `talk`; who leaves before the end leaves a message that was not answered."""
        history = store.turns(user, conversation) if conversation is not None else ()
        whole: TextAnswer | None = None
        try:
            for part in self.stream_chat(message, context=context, history=history, locale=locale):
                whole = part.answer
                if part.text:
                    yield Said(text=part.text)
        except BaseException as error:
            # What was refused as it stands is no message of a talk.
            if not isinstance(error, InvalidInputError):
                store.add(user, conversation, Exchange(message=message))
            raise
        answer = _whole(whole, message, locale)
        talk = store.add(user, conversation, Exchange(message=message, answer=answer.answer))
        yield Said(conversation=talk, answer=answer)


class AsyncCareer(CareerOperations, AsyncFacade):
    """The career advisor, awaited."""

    def __init__(self, sender: AsyncSender, advisor: CareerAdvisor) -> None:
        super().__init__(sender)
        self.advisor = advisor

    async def talk(
        self,
        message: str,
        *,
        store: AsyncConversations,
        user: str,
        conversation: int | None = None,
        context: UserContext = _NOBODY,
        locale: str | None = None,
    ) -> Said:
        """Answer a message of a talk that is remembered, see `Career.talk`."""
        history = await store.turns(user, conversation) if conversation is not None else ()
        try:
            answer = await self.chat(message, context=context, history=history, locale=locale)
        except BaseException as error:
            # What was refused as it stands is no message of a talk.
            if not isinstance(error, InvalidInputError):
                await store.add(user, conversation, Exchange(message=message))
            raise
        talk = await store.add(user, conversation, Exchange(message=message, answer=answer.answer))
        return Said(text=answer.text, conversation=talk, answer=answer)

    async def stream_talk(
        self,
        message: str,
        *,
        store: AsyncConversations,
        user: str,
        conversation: int | None = None,
        context: UserContext = _NOBODY,
        locale: str | None = None,
    ) -> AsyncGenerator[Said]:
        """Answer piece by piece, see `Career.stream_talk`."""
        history = await store.turns(user, conversation) if conversation is not None else ()
        whole: TextAnswer | None = None
        try:
            async for part in self.stream_chat(message, context=context, history=history, locale=locale):
                whole = part.answer
                if part.text:
                    yield Said(text=part.text)
        except BaseException as error:
            # What was refused as it stands is no message of a talk.
            if not isinstance(error, InvalidInputError):
                await store.add(user, conversation, Exchange(message=message))
            raise
        answer = _whole(whole, message, locale)
        talk = await store.add(user, conversation, Exchange(message=message, answer=answer.answer))
        yield Said(conversation=talk, answer=answer)


def _whole(whole: TextAnswer | None, message: str, locale: str | None) -> ChatAnswer:
    assert whole is not None  # noqa: S101 - a stream ends with the whole answer, or with an error
    return spoken(whole, language_of(message, locale))
