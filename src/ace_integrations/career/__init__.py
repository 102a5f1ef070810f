"""A career advisor on any language model."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.career.advisor import About, Advice, CareerAdvisor, ChatAnswer, Course
    from ace_integrations.career.context import Application, Grade, UserContext
    from ace_integrations.career.conversations import (
        AsyncConversations,
        AsyncMemoryConversations,
        ConversationNotFoundError,
        Conversations,
        Exchange,
        MemoryConversations,
    )
    from ace_integrations.career.facade import AsyncCareer, Career, Said
    from ace_integrations.career.schemas import CvAnalysis, JobRecommendations, LearningPath, SkillsGap
    from ace_integrations.core.public_fetch import Document

__all__ = [
    "About",
    "Advice",
    "Application",
    "AsyncCareer",
    "AsyncConversations",
    "AsyncMemoryConversations",
    "Career",
    "CareerAdvisor",
    "ChatAnswer",
    "ConversationNotFoundError",
    "Conversations",
    "Course",
    "CvAnalysis",
    "Document",
    "Exchange",
    "Grade",
    "JobRecommendations",
    "LearningPath",
    "MemoryConversations",
    "Said",
    "SkillsGap",
    "UserContext",
]

_MODULES = {
    "advisor": (
        "About",
        "Advice",
        "CareerAdvisor",
        "ChatAnswer",
        "Course",
    ),
    "context": (
        "Application",
        "Grade",
        "UserContext",
    ),
    "conversations": (
        "AsyncConversations",
        "AsyncMemoryConversations",
        "ConversationNotFoundError",
        "Conversations",
        "Exchange",
        "MemoryConversations",
    ),
    "facade": (
        "AsyncCareer",
        "Career",
        "Said",
    ),
    "schemas": (
        "CvAnalysis",
        "JobRecommendations",
        "LearningPath",
        "SkillsGap",
    ),
    "ace_integrations.core.public_fetch": ("Document",),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
