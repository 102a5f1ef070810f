"""Talks with the advisor, as they are remembered, and how much of one a model is shown."""

import itertools
import threading
from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.ai.model import Speaker, TextAnswer, Turn
from ace_integrations.errors import AceError

MOST_TURNS = 10
"""Earlier messages that a model is shown."""

MOST_SIGNS = 24_000
"""Signs of earlier messages: at most 12,000 tokens, also in Arabic."""


class ConversationNotFoundError(AceError):
    """There is no such conversation, or it is another user's: answer both alike."""


class Exchange(BaseModel):
    """A message, and what came of it.

    Attributes:
        answer: None where the call failed; such a message is stored, marked, and never shown to a model.
    """

    model_config = ConfigDict(frozen=True)

    message: str = Field(repr=False)
    answer: TextAnswer | None = None


class Conversations(Protocol):
    """Where talks are kept, blocking. An exchange is stored whole: both messages in one transaction."""

    def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        """Give the newest messages of a talk that were answered, oldest first.

        Raises:
            ConversationNotFoundError: there is none, or it is another user's.
        """
        ...

    def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        """Store an exchange; None begins a talk. Give the talk's id."""
        ...


class AsyncConversations(Protocol):
    """Where talks are kept, awaited; see `Conversations`."""

    async def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        """Give the newest messages of a talk that were answered, oldest first."""
        ...

    async def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        """Store an exchange; None begins a talk. Give the talk's id."""
        ...


class MemoryConversations:
    """Talks in this process, lost with it; implements `Conversations`."""

    def __init__(self) -> None:
        self._talks: dict[int, tuple[str, list[Exchange]]] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        return turns_of(self.exchanges(user, conversation))

    def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        with self._lock:
            if conversation is None:
                conversation = next(self._ids)
                self._talks[conversation] = (user, [])
        self.exchanges(user, conversation).append(exchange)
        return conversation

    def exchanges(self, user: str, conversation: int) -> list[Exchange]:
        """Give all that was said, failures included."""
        owner, exchanges = self._talks.get(conversation, ("", []))
        if owner != user or conversation not in self._talks:
            raise ConversationNotFoundError(f"there is no conversation {conversation}")
        return exchanges


class AsyncMemoryConversations:
    """Talks in this process, lost with it; implements `AsyncConversations`."""

    def __init__(self) -> None:
        self._talks = MemoryConversations()

    async def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        return self._talks.turns(user, conversation)

    async def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        return self._talks.add(user, conversation, exchange)


def turns_of(exchanges: Sequence[Exchange]) -> list[Turn]:
    """Give the turns of what was answered, oldest first."""
    answered = [(one.message, one.answer.text) for one in exchanges if one.answer is not None and one.answer.text]
    return [
        turn
        for message, answer in answered
        for turn in (Turn(speaker=Speaker.USER, text=message), Turn(speaker=Speaker.MODEL, text=answer))
    ]


def shown(turns: Sequence[Turn]) -> list[Turn]:
    """Give the part of a talk that a model is shown before the next message: whole pairs, the user's first, the newest.

    Two turns of one speaker become one. Ten messages at most, and 24,000 signs.
    """
    merged: list[Turn] = []
    for turn in turns:
        if merged and merged[-1].speaker is turn.speaker:
            merged[-1] = turn.model_copy(update={"text": f"{merged[-1].text}\n\n{turn.text}"})
        else:
            merged.append(turn)
    if merged and merged[-1].speaker is Speaker.USER:
        merged.pop()
    merged = merged[-MOST_TURNS:]
    if merged and merged[0].speaker is Speaker.MODEL:
        merged.pop(0)
    while sum(len(turn.text) for turn in merged) > MOST_SIGNS:
        merged = merged[2:]
    return merged
