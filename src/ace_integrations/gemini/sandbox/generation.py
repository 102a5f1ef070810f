"""The answer to a request: a pure function of model, last text, schema and seed, cut where its budget ends."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any

from ace_integrations.gemini.sandbox import tokens
from ace_integrations.gemini.sandbox.asked import Asked
from ace_integrations.gemini.sandbox.career import advice, read_facts, talk
from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.protojson import decoded
from ace_integrations.gemini.sandbox.refusals import bad
from ace_integrations.gemini.sandbox.schema import as_json_schema, instance
from ace_integrations.gemini.sandbox.words import WORDS

TEXT_DELTAS, JSON_DELTAS = 4, 3

_WORD = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, before it is written whole or as a stream.

    Attributes:
        asked: what it answers.
        text: of the answer; None for none.
        call: a function call in its place.
        thoughts: tokens.
        finish: the reason of its end.
        more: what else the candidate has: ratings, citations, a token to go on with.
        blocked: the reason why the prompt was not answered at all.
        lead: what a stream shows before it ends without content.
    """

    asked: Asked
    text: str | None = None
    call: Json | None = None
    thoughts: int = 0
    finish: str = "STOP"
    more: Json = field(default_factory=dict[str, Any])
    blocked: str = ""
    lead: str = ""

    def whole(self) -> Json:
        """Write it as one object."""
        if self.blocked:
            return {"promptFeedback": {"blockReason": self.blocked}, **self._tail("")}
        parts = [*self._summary(), *self._parts(self.text)]
        return {"candidates": [self._last(parts)], **self._tail(self.text or "")}

    def frames(self) -> list[Json]:
        """Write it as the objects of a stream: each has what is new in it, the last one its end."""
        if self.blocked:
            return [self.whole()]
        shown = self.lead if self.text is None else self.text
        deltas = _pieces(shown, json_like=self.asked.wants_json)
        # The last delta comes with the end; an answer without content ends after all of them.
        last = deltas.pop() if deltas and self.text is not None else self.text
        frames = [{"candidates": [_candidate(part)], **self._tail("")} for part in self._summary()]
        for delta, said in zip(deltas, accumulate(deltas), strict=True):
            frames.append({"candidates": [_candidate({"text": delta})], **self._tail(said)})
        return [*frames, {"candidates": [self._last(self._parts(last))], **self._tail(shown)}]

    def _summary(self) -> list[Json]:
        if not (self.asked.shows_thoughts and self.thoughts):
            return []
        return [{"text": WORDS["en"]["thought"], "thought": True}]

    def _parts(self, text: str | None) -> list[Json]:
        if self.call is not None:
            return [self.call]
        return [] if text is None else [{"text": text}]

    def _last(self, parts: list[Json]) -> Json:
        content = {"content": {"parts": parts, "role": "model"}} if parts else {}
        return {**content, "finishReason": self.finish, **self.more}

    def _tail(self, said: str) -> Json:
        model = self.asked.model
        status = {"modelStatus": {"modelStage": "DEPRECATED"}} if self.asked.named.state == "deprecated-routed" else {}
        return {
            "usageMetadata": self._usage(said),
            "modelVersion": model.id,
            **status,
            "responseId": self.asked.id,
        }

    def _usage(self, said: str) -> Json:
        """Count; what is zero is left out."""
        by_modality = self.asked.prompt_tokens
        prompt = sum(by_modality.values())
        written = tokens.compact(self.call["functionCall"]) if self.call is not None else said
        candidates = tokens.count(written) if written else 0
        counts = {
            "promptTokenCount": prompt,
            "candidatesTokenCount": candidates,
            "thoughtsTokenCount": self.thoughts,
            "totalTokenCount": prompt + candidates + self.thoughts,
        }
        details = [{"modality": name, "tokenCount": held} for name, held in by_modality.items()]
        return {**{name: held for name, held in counts.items() if held}, "promptTokensDetails": details}


def generate(asked: Asked, *, text: str | None = None) -> Reply:
    """Answer a request, within its budget.

    Args:
        text: said in place of what the twin would say.
    """
    cap, thoughts = asked.cap, asked.thoughts
    if thoughts >= cap:
        return trapped(asked)
    call = _call(asked) if text is None else None
    if call is not None:
        return Reply(asked, call=call, thoughts=thoughts)
    said = _stopped(text if text is not None else compose(asked), asked.config.get("stopSequences", []))
    fitting = tokens.cut(said, cap - thoughts)
    return Reply(asked, fitting, thoughts=thoughts, finish="STOP" if fitting == said else "MAX_TOKENS")


def trapped(asked: Asked) -> Reply:
    """Think until nothing is left for the answer."""
    return Reply(asked, thoughts=max(0, asked.cap - 4), finish="MAX_TOKENS")


def compose(asked: Asked) -> str:
    """Give the whole text of an answer, whatever its budget."""
    facts = read_facts(asked.system, asked.turns)
    if asked.wants_word:
        return str(asked.words[0])
    if asked.schema is not None:
        wish = advice(str(asked.schema.get("title", "")), facts)
        value = instance(asked.schema, wish=wish, seed=_seed(asked))
        return json.dumps(value, ensure_ascii=False, indent=2)
    if asked.function_responses:
        answered = asked.function_responses[0]
        response = tokens.compact(answered.get("response", {}))
        said = facts.say("answered", name=answered.get("name", ""), response=response)
    else:
        said = talk(facts)
    return tokens.compact({"answer": said}) if asked.wants_json else said


def continued(asked: Asked) -> Reply:
    """Answer in two parts: the first ends with a token, and the request that brings it gets the rest.

    Raises:
        RefusedError: the token is not of this request.
    """
    said = compose(asked)
    half = len(said) // 2
    token = hashlib.sha256(f"{asked.model.id}\n{said}".encode()).digest()
    given = asked.body.get("continuationToken", "")
    if not given:
        first = generate(asked, text=said[:half])
        return replace(first, finish="CONTINUATION", more={"continuationToken": base64.b64encode(token).decode()})
    # Compared as bytes: clients write them again in the other alphabet.
    if decoded(given) != token:
        raise bad("The continuation token is invalid.")
    # It goes on without thinking again.
    return replace(generate(asked, text=said[half:]), thoughts=0)


def _call(asked: Asked) -> Json | None:
    """Choose a function: always the first where one must be called, else one that the last text names."""
    if asked.mode == "NONE" or not asked.functions:
        return None
    named = [one for one in asked.functions if one["name"] in asked.last_text]
    chosen = asked.functions[:1] if asked.mode == "ANY" else named
    if not chosen:
        return None
    function = chosen[0]
    arguments = instance(_parameters(function), seed=_seed(asked))
    digest = hashlib.sha256(f"{asked.id}\n{function['name']}".encode()).digest()
    call = {"id": f"call-{digest.hex()[:8]}", "name": function["name"], "args": arguments}
    return {"functionCall": call, "thoughtSignature": base64.b64encode(digest).decode()}


def _parameters(function: Json) -> Json:
    if "parametersJsonSchema" in function:
        found: Json = function["parametersJsonSchema"]
        return found
    return as_json_schema(function.get("parameters", {"type": "OBJECT"}))


def _seed(asked: Asked) -> str:
    return f"{asked.model.id}\n{asked.last_text}\n{asked.config.get('seed', '')}"


def _stopped(text: str, sequences: list[str]) -> str:
    """End a text before the first stop sequence."""
    ends = [at for sequence in sequences if sequence and (at := text.find(sequence)) >= 0]
    return text[: min(ends)] if ends else text


def _candidate(part: Json) -> Json:
    return {"content": {"parts": [part], "role": "model"}}


def _pieces(text: str, *, json_like: bool) -> list[str]:
    """Cut a text into deltas: JSON anywhere, other text at the ends of words."""
    atoms = list(text) if json_like else (_WORD.findall(text) or ([text] if text else []))
    wanted = min(JSON_DELTAS if json_like else TEXT_DELTAS, len(atoms))
    bounds = [len(atoms) * at // wanted for at in range(wanted + 1)] if wanted else []
    return ["".join(atoms[start:end]) for start, end in pairwise(bounds)]
