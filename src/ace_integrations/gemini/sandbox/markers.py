"""What a marker in the last text makes of an answer: `[[sbx:safety]]`, `[[sbx:429-day]]` and their kin."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ace_integrations.gemini.sandbox import refusals, tokens
from ace_integrations.gemini.sandbox.asked import Asked
from ace_integrations.gemini.sandbox.generation import Reply, compose, continued, generate, trapped
from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.refusals import RefusedError, Violation

SLOW_S = 5.0
RETRY_S = 25.46

_MARKER = re.compile(r"\[\[sbx:([a-z0-9-]+)\]\]")
_HARM = "HARM_CATEGORY_DANGEROUS_CONTENT"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a request is answered.

    Attributes:
        delay_s: of the sandbox's clock, before anything is sent.
        cut: whether the connection is lost on the way.
        error: told within a stream after its first object, in place of the rest.
    """

    reply: Reply
    delay_s: float = 0.0
    cut: bool = False
    error: RefusedError | None = None


def found_in(text: str) -> str:
    """Give the first known marker of a text, "" for none."""
    return next((name for name in _MARKER.findall(text) if name in NAMES), "")


def plan(asked: Asked, marker: str, *, text: str | None = None) -> Plan:
    """Say how a request is answered.

    Args:
        marker: one of `NAMES`, or "".
        text: said in place of what the twin would say.

    Raises:
        RefusedError: the marker asks for a refusal.
    """
    if marker in _LIMITS:
        raise refusals.exhausted(asked.named.id, [_LIMITS[marker]], retry_s=RETRY_S)
    if marker in _REFUSALS:
        raise _REFUSALS[marker]()
    if marker in _REPLIES:
        return Plan(_REPLIES[marker](asked))
    token = asked.body.get("continuationToken")
    if token and not asked.model.continues:
        raise refusals.bad("The continuation token is invalid.")
    reply = continued(asked) if token else generate(asked, text=text)
    match marker:
        case "cut":
            return Plan(reply, cut=True)
        case "stream-error":
            return Plan(reply, error=refusals.overloaded())
        case "slow":
            return Plan(reply, delay_s=SLOW_S)
        case _:
            return Plan(reply)


_LIMITS: Mapping[str, Violation] = {
    "429-minute": refusals.violation(refusals.REQUESTS_A_MINUTE, 15),
    "429-day": refusals.violation(refusals.REQUESTS_A_DAY, 500),
}
_REFUSALS: Mapping[str, Callable[[], RefusedError]] = {
    "429-bare": refusals.exhausted_somehow,
    "credit": refusals.out_of_credit,
    "500": refusals.internal,
    "503": refusals.overloaded,
    "503x1": refusals.overloaded,
    "504": refusals.too_late,
}
ONCE = frozenset({"429-minute", "503x1"})
"""Refused and answered by turns."""


def _ended(reason: str, more: Callable[[str], Json] | None = None) -> Callable[[Asked], Reply]:
    """Give the maker of an answer that ends without content; a stream has said a little before."""

    def end(asked: Asked) -> Reply:
        said = compose(asked)
        lead = tokens.cut(said, max(1, tokens.count(said) // 4))
        return Reply(asked, thoughts=asked.thoughts, finish=reason, more=more(lead) if more else {}, lead=lead)

    return end


def _ratings(lead: str) -> Json:
    del lead
    return {"safetyRatings": [{"category": _HARM, "probability": "HIGH", "blocked": True}]}


def _citations(lead: str) -> Json:
    source = {"endIndex": len(lead.encode()), "uri": "https://example.com/source", "license": "unknown"}
    return {"citationMetadata": {"citations": [source]}}


def _halved(asked: Asked) -> Reply:
    said = compose(asked)
    return replace(generate(asked, text=said[: len(said) // 2]), finish="MAX_TOKENS")


def _empty(asked: Asked) -> Reply:
    return Reply(asked, thoughts=asked.thoughts)


def _unknown_reason(asked: Asked) -> Reply:
    return replace(generate(asked), finish="FUTURE_REASON")


def _bad_json(asked: Asked) -> Reply:
    # Without its end, and with a sign that ends nothing: a number cut short would still be one.
    return generate(asked, text=f"{_json(asked)[:-1].rstrip()}…")


def _fenced_json(asked: Asked) -> Reply:
    return generate(asked, text=f"```json\n{_json(asked)}\n```")


def _json(asked: Asked) -> str:
    said = compose(asked)
    return said if asked.wants_json else tokens.compact({"answer": said})


def _wrong_schema(asked: Asked) -> Reply:
    # An object where a list is meant, a list elsewhere: good JSON, of a shape that nobody asked for.
    is_list = asked.schema is not None and asked.schema.get("type") == "array"
    return generate(asked, text=tokens.compact({"unexpected": True} if is_list else ["unexpected"]))


def _continuation(asked: Asked) -> Reply:
    return continued(asked) if asked.model.continues else generate(asked)


_REPLIES: Mapping[str, Callable[[Asked], Reply]] = {
    "block-prompt": lambda asked: Reply(asked, blocked="PROHIBITED_CONTENT"),
    "safety": _ended("SAFETY", _ratings),
    "recitation": _ended("RECITATION", _citations),
    "other": _ended("OTHER"),
    "max-tokens": _halved,
    "thinking-trap": trapped,
    "empty": _empty,
    "unknown-enum": _unknown_reason,
    "bad-json": _bad_json,
    "fenced-json": _fenced_json,
    "wrong-schema": _wrong_schema,
    "continuation": _continuation,
}

NAMES = frozenset({*_LIMITS, *_REFUSALS, *_REPLIES, "cut", "stream-error", "slow"})
