"""Answers that fit a schema: read strictly, and asked for once more when they do not."""

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.ai.errors import InvalidAnswerError
from ace_integrations.ai.model import Speaker, TextAnswer, TextModel, TextRequest, Turn
from ace_integrations.core.call import Call, Result

M = TypeVar("M", bound=BaseModel)

_FENCE = re.compile(r"\A\s*```(?:json)?[ \t]*\r?\n(?P<inside>.*?)\r?\n?[ \t]*```\s*\Z", re.DOTALL | re.IGNORECASE)

Check = Callable[[Any], list[str]]
"""Finds what a schema cannot say is wrong with an answer: one short sentence each."""


class Structured(BaseModel, Generic[M]):
    """An answer that was read into its model, and how it came about."""

    model_config = ConfigDict(frozen=True)

    value: M
    answer: TextAnswer


def nothing_wrong(value: object) -> list[str]:
    """Find nothing."""
    del value
    return []


def ask(model: TextModel, request: TextRequest, into: type[M], *, check: Check = nothing_wrong) -> Call[Structured[M]]:
    """Ask for an answer that fits `into`; one that does not is sent back once, with what is wrong with it.

    Args:
        request: without a schema; it becomes that of `into`.
        check: what a schema cannot say; what it finds is sent back likewise.

    Raises:
        InvalidAnswerError: the second answer does not fit either.
        TruncatedError: the answer was cut; nothing of it is used.
    """
    shaped = request.model_copy(update={"json_schema": into.model_json_schema()})

    def read_or_repair(answer: TextAnswer) -> Call[Structured[M]]:
        try:
            return Result(_read(answer, into, check))
        except InvalidAnswerError as error:
            return model.generate(_repair(shaped, answer, error)).map(lambda again: _read_again(again, answer))

    def _read_again(again: TextAnswer, first: TextAnswer) -> Structured[M]:
        cost = None if again.cost is None or first.cost is None else again.cost + first.cost
        whole = again.model_copy(update={"usage": first.usage + again.usage, "cost": cost, "retried": True})
        return _read(whole, into, check)

    return model.generate(shaped).then(read_or_repair)


def read_json(text: str, into: type[M]) -> M:
    """Read JSON that a model wrote, within one fence at most; unknown keys are ignored, all else is strict.

    Raises:
        InvalidAnswerError: it is none, or does not fit; the error names the places and quotes nothing.
    """
    fenced = _FENCE.match(text)
    inside = fenced["inside"] if fenced else text
    try:
        return into.model_validate_json(inside, strict=True)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = [f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}" for one in found[:8]]
        raise InvalidAnswerError(
            f"the model's answer does not fit its schema: {'; '.join(problems)}", details={"problems": problems}
        ) from None


def _read(answer: TextAnswer, into: type[M], check: Check) -> Structured[M]:
    value = read_json(answer.text, into)
    if problems := check(value):
        raise InvalidAnswerError(
            f"the model's answer is not usable: {'; '.join(problems)}", details={"problems": problems}
        )
    return Structured(value=value, answer=answer)


def _repair(request: TextRequest, answer: TextAnswer, error: InvalidAnswerError) -> TextRequest:
    problems = "\n".join(f"- {problem}" for problem in error.details["problems"])  # type: ignore[attr-defined]  # ours
    told = f"Your last answer cannot be used:\n{problems}\nAnswer the same task again, as JSON of the schema alone."
    turns = (
        *request.turns,
        *([Turn(speaker=Speaker.MODEL, text=answer.text)] if answer.text else []),
        Turn(speaker=Speaker.USER, text=told),
    )
    return request.model_copy(update={"turns": turns})
