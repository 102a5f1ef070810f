"""Talks with the career advisor in Django's database: both messages of an exchange in one transaction."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet

from ace_integrations.ai.model import Speaker, Turn
from ace_integrations.career.conversations import MOST_TURNS, ConversationNotFoundError, Exchange
from ace_integrations.contrib.django.models import Conversation, ConversationMessage


class DjangoConversations:
    """Talks in Django's database; implements `career.Conversations`.

    Args:
        using: the alias of the database.
        clock: gives Unix seconds.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS, clock: Callable[[], float] = time.time) -> None:
        self._using = using
        self._clock = clock

    def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        talk = self._owned(user, conversation)
        newest = self._said.filter(conversation=talk, failed=False).order_by("-id")[:MOST_TURNS]
        return [Turn(speaker=Speaker(said.speaker), text=said.text) for said in reversed(newest)]

    def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        with transaction.atomic(using=self._using):
            talk = self._talks.create(user=user, started_at=self._now) if conversation is None else None
            talk = talk or self._owned(user, conversation)
            answer = exchange.answer
            self._say(talk, Speaker.USER, exchange.message, failed=answer is None)
            if answer is not None:
                self._say(talk, Speaker.MODEL, answer.text, about=answer.model_dump(mode="json", exclude={"text"}))
        return int(talk.pk)

    def last(self, user: str) -> int | None:
        """Give a user's newest talk, None for one who never talked."""
        return self._talks.filter(user=user).order_by("-id").values_list("pk", flat=True).first()

    def forget(self, user: str) -> None:
        """Delete everything that a user said and was told."""
        self._talks.filter(user=user).delete()

    def _owned(self, user: str, conversation: int | None) -> Conversation:
        found = self._talks.filter(pk=conversation, user=user).first()
        if found is None:
            raise ConversationNotFoundError(f"there is no conversation {conversation}")
        return found

    def _say(self, talk: Conversation, speaker: Speaker, text: str, **more: Any) -> None:
        # PostgreSQL keeps no NUL in a text.
        self._said.create(conversation=talk, speaker=speaker, text=text.replace("\0", "\ufffd"), at=self._now, **more)

    @property
    def _talks(self) -> QuerySet[Conversation]:
        return Conversation.objects.using(self._using)

    @property
    def _said(self) -> QuerySet[ConversationMessage]:
        return ConversationMessage.objects.using(self._using)

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
