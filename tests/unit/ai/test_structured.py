"""Answers that fit a schema: read strictly, sent back once, never half."""

import asyncio
from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.ai import (
    InvalidAnswerError,
    Speaker,
    TextAnswer,
    TextRequest,
    TokenUsage,
    TruncatedError,
    Turn,
    ask,
    read_json,
    said,
)
from ace_integrations.core import Options, Result

LIST = '{"score": 71, "skills": ["Python"]}'


class Found(BaseModel):
    model_config = ConfigDict(extra="ignore")

    score: int = Field(ge=0, le=100)
    skills: list[str]


class Scripted:
    """A language model that says what it was told to, and remembers what it was asked."""

    provider = "scripted"
    model = "scripted-1"

    def __init__(self, *answers):
        self._answers = list(answers)
        self.asked = []

    def generate(self, request):
        self.asked.append(request)
        said = self._answers.pop(0)
        if isinstance(said, Exception):
            return Result(None).map(lambda _: fail(said))
        usage = TokenUsage(input=10, output=5)
        answer = TextAnswer(text=said, model=self.model, answered_by=self.model, usage=usage, cost=Decimal("0.1"))
        return Result(answer)


def fail(error):
    raise error


class Nowhere:
    options = Options()


REQUEST = TextRequest(turns=(Turn(speaker=Speaker.USER, text="Analyse"),))


@pytest.fixture(params=["sync", "async"])
def perform(request):
    return {"sync": lambda call: call.run(Nowhere()), "async": lambda call: asyncio.run(call.arun(Nowhere()))}[
        request.param
    ]


@pytest.mark.parametrize(
    "text",
    [
        LIST,
        f"\n {LIST} \n",
        f"```json\n{LIST}\n```",
        f"```\n{LIST}\n```",
        f"```JSON\r\n{LIST}\r\n```\n",
        '{"score": 71, "skills": ["Python"], "more": 1}',
    ],
    ids=["plain", "white space", "json fence", "fence", "CRLF", "unknown key"],
)
def test_json_is_read_within_one_fence_at_most(text):
    assert read_json(text, Found) == Found(score=71, skills=["Python"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "``````",
        "```json\n```",
        '{"score": 71, "skills": ["Pyth',
        f"Here it is:\n```json\n{LIST}\n```",
        f"```json\n{LIST}\n```\nGood luck!",
        f"```json\n{LIST}\n```\n```json\n{LIST}\n```",
        f"Sure: {LIST}",
        '{"score": "71", "skills": []}',
        '{"score": 171, "skills": []}',
        '{"score": 71.5, "skills": []}',
        '{"score": true, "skills": []}',
        '{"score": 71}',
        "null",
        "[]",
        f"{LIST}{LIST}",
    ],
)
def test_anything_else_is_refused_without_being_quoted(text):
    with pytest.raises(InvalidAnswerError) as caught:
        read_json(text, Found)
    assert caught.value.details["problems"]
    assert "Pyth" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_schema_of_the_model_is_asked_for(perform):
    model = Scripted(LIST)
    found = perform(ask(model, REQUEST, Found))
    assert (found.value.score, found.answer.retried) == (71, False)
    assert [request.json_schema for request in model.asked] == [Found.model_json_schema()]


def test_what_does_not_fit_is_sent_back_once_with_what_is_wrong(perform):
    model = Scripted('{"score": 171, "skills": []}', LIST)
    found = perform(ask(model, REQUEST, Found))
    assert (found.value.score, found.answer.retried) == (71, True)
    assert (found.answer.usage, found.answer.cost) == (TokenUsage(input=20, output=10), Decimal("0.2"))
    _, again = model.asked
    assert [turn.speaker for turn in again.turns] == ["user", "model", "user"]
    assert "score" in again.turns[-1].text
    assert again.json_schema == Found.model_json_schema()


def test_a_second_one_that_does_not_fit_is_an_error(perform):
    model = Scripted("{}", '{"score": 171, "skills": []}')
    with pytest.raises(InvalidAnswerError, match="score"):
        perform(ask(model, REQUEST, Found))
    assert len(model.asked) == 2


def test_what_a_schema_cannot_say_is_sent_back_likewise(perform):
    model = Scripted('{"score": 1, "skills": []}', LIST)
    found = perform(ask(model, REQUEST, Found, check=lambda value: [] if value.skills else ["skills: name some"]))
    assert found.value.skills == ["Python"]
    assert "skills: name some" in model.asked[1].turns[-1].text


def test_a_cut_answer_is_never_read(perform):
    model = Scripted(TruncatedError("cut", partial=LIST))
    with pytest.raises(TruncatedError):
        perform(ask(model, REQUEST, Found))
    assert len(model.asked) == 1


def test_a_conversation_is_made_of_its_texts():
    assert [(turn.speaker.value, turn.text) for turn in said("Hi", "Hello!", "And now?")] == [
        ("user", "Hi"),
        ("model", "Hello!"),
        ("user", "And now?"),
    ]


def test_what_was_asked_and_said_is_in_no_repr():
    answer = TextAnswer(text="CANARY", model="m", answered_by="m", usage=TokenUsage())
    request = TextRequest(turns=tuple(said("CANARY")), system="CANARY", json_schema={"CANARY": 1})
    assert "CANARY" not in repr(answer) + repr(request)


@pytest.mark.parametrize(
    "fields",
    [{"turns": ()}, {"max_tokens": 0}, {"temperature": 2.5}, {"effort": "deepest"}],
)
def test_a_question_that_cannot_be_is_refused(fields):
    with pytest.raises(ValueError, match=next(iter(fields))):
        TextRequest(**{"turns": REQUEST.turns, **fields})
