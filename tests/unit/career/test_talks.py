"""A talk that is remembered: two messages an exchange, failures marked, nobody else's."""

from typing import Any

import pytest
from tests.speaker import Nowhere, Speaker

from ace_integrations import InvalidInputError, UnavailableError
from ace_integrations.career import (
    AsyncCareer,
    AsyncMemoryConversations,
    Career,
    CareerAdvisor,
    ConversationNotFoundError,
    MemoryConversations,
)


class Talks:
    """One advisor and one store in one colour, spoken to alike."""

    def __init__(self, model: Speaker, colour: str) -> None:
        self.model, self.is_sync = model, colour == "sync"
        self.kept = MemoryConversations()
        self._astore = AsyncMemoryConversations()
        self._astore._talks = self.kept
        self._here = Career(Nowhere(), CareerAdvisor(model))
        self._there = AsyncCareer(Nowhere(), CareerAdvisor(model))  # type: ignore[arg-type]

    async def say(self, message: str, *, user: str = "user-1", conversation: int | None = None) -> Any:
        if self.is_sync:
            return self._here.talk(message, store=self.kept, user=user, conversation=conversation)
        return await self._there.talk(message, store=self._astore, user=user, conversation=conversation)

    async def stream(self, message: str, *, most: int = 99) -> list[Any]:
        found: list[Any] = []
        if self.is_sync:
            parts = self._here.stream_talk(message, store=self.kept, user="user-1")
            for part in parts:
                found.append(part)
                if len(found) == most:
                    break
            parts.close()
            return found
        aparts = self._there.stream_talk(message, store=self._astore, user="user-1")
        async for part in aparts:
            found.append(part)
            if len(found) == most:
                break
        await aparts.aclose()
        return found


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


async def test_a_talk_goes_on_with_what_was_said(colour: str) -> None:
    talks = Talks(Speaker("Hello!", "SQL."), colour)
    first = await talks.say("Hi")
    second = await talks.say("What next?", conversation=first.conversation)
    assert (first.text, second.text, second.conversation) == ("Hello!", "SQL.", first.conversation)
    texts = [turn.text.rpartition("\n")[2] for turn in talks.model.asked[1].turns]
    assert texts == ["Hi", "Hello!", "What next?"]


async def test_a_failed_message_is_kept_as_failed_and_never_shown_again(colour: str) -> None:
    talks = Talks(Speaker("Hello!", UnavailableError("down"), "SQL."), colour)
    talk = (await talks.say("Hi")).conversation
    with pytest.raises(UnavailableError):
        await talks.say("lost", conversation=talk)
    await talks.say("What next?", conversation=talk)
    exchanges = talks.kept.exchanges("user-1", talk)
    assert [(one.message, one.answer is None) for one in exchanges] == [
        ("Hi", False),
        ("lost", True),
        ("What next?", False),
    ]
    assert "lost" not in "".join(turn.text for turn in talks.model.asked[-1].turns)


async def test_a_refused_message_is_not_kept(colour: str) -> None:
    talks = Talks(Speaker("Hello!"), colour)
    with pytest.raises(InvalidInputError):
        await talks.say(" ")
    assert await talks.say("Hi")
    assert len(talks.kept.exchanges("user-1", 1)) == 1


async def test_another_users_talk_is_as_unknown_as_none(colour: str) -> None:
    talks = Talks(Speaker("Hello!"), colour)
    talk = (await talks.say("Hi")).conversation
    for user, conversation in (("user-2", talk), ("user-1", 99)):
        with pytest.raises(ConversationNotFoundError):
            await talks.say("Hi", user=user, conversation=conversation)
    assert len(talks.model.asked) == 1


async def test_a_streamed_answer_comes_in_pieces_and_is_kept_at_the_end(colour: str) -> None:
    talks = Talks(Speaker("Learn SQL first."), colour)
    *pieces, last = await talks.stream("What next?")
    assert "".join(part.text for part in pieces) == "Learn SQL first. "
    assert (last.text, last.conversation, last.answer.text) == ("", 1, "Learn SQL first.")
    assert talks.kept.exchanges("user-1", 1)[0].answer is not None


async def test_who_leaves_a_stream_leaves_an_unanswered_message(colour: str) -> None:
    talks = Talks(Speaker("Learn SQL first."), colour)
    await talks.stream("What next?", most=1)
    assert [one.answer for one in talks.kept.exchanges("user-1", 1)] == [None]


async def test_a_stream_that_breaks_leaves_an_unanswered_message(colour: str) -> None:
    talks = Talks(Speaker(UnavailableError("down")), colour)
    with pytest.raises(UnavailableError):
        await talks.stream("What next?")
    assert [one.answer for one in talks.kept.exchanges("user-1", 1)] == [None]
