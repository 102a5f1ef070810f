"""Whatever is asked, the twin answers or refuses in the service's words; it never breaks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.gemini.catalogue import MODELS
from ace_integrations.gemini.sandbox.asked import read_asked
from ace_integrations.gemini.sandbox.markers import NAMES, plan
from ace_integrations.gemini.sandbox.protojson import ENUMS, MESSAGES, read
from ace_integrations.gemini.sandbox.refusals import RefusedError

SEARCHED = [model for model in MODELS if model.answers and model.routed_to is None]
TEXTS = st.text(max_size=12) | st.sampled_from(["application/json", "user", "model", "find", "JVBE"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
KEYWORDS = ["type", "properties", "required", "items", "prefixItems", "anyOf", "enum", "minItems", "maximum", "$ref"]
NEARLY_SCHEMAS = st.recursive(
    JSON | st.sampled_from(["string", "object", "array", "integer", "#", "#/properties/a"]),
    lambda inner: st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=8,
)
SCALARS = {
    "string": TEXTS,
    "bool": st.booleans(),
    "int": st.integers(-3, 300) | st.just("10") | st.just(10.0),
    "number": st.floats(-1, 3),
    "bytes": st.sampled_from(["", "JVBE", "c2ln", "?"]),
    "object": st.dictionaries(TEXTS, JSON, max_size=2),
    "any": NEARLY_SCHEMAS,
}


def of_kind(kind, depth):
    if kind.startswith("["):
        return st.lists(of_kind(kind[1:-1], depth), max_size=2)
    if kind.startswith("{"):
        return st.dictionaries(TEXTS, of_kind(kind[1:-1], depth), max_size=2)
    if kind in ENUMS:
        return st.sampled_from(sorted(ENUMS[kind]))
    return message(kind, depth - 1) if kind in MESSAGES else SCALARS[kind]


def message(name, depth):
    if depth == 0:
        return st.just({})
    fields = {field: of_kind(kind, depth) for field, kind in MESSAGES[name].items()}
    return st.fixed_dictionaries({}, optional=fields)


TURN = st.fixed_dictionaries({"parts": st.lists(message("Part", 3), min_size=1, max_size=2)}) | st.just(
    {"parts": [{"text": "Use find"}]}
)
REQUESTS = st.fixed_dictionaries(
    {"contents": st.lists(TURN, min_size=1, max_size=2)},
    optional={
        "generationConfig": message("GenerationConfig", 3),
        "tools": st.lists(message("Tool", 4), max_size=2),
        "toolConfig": message("ToolConfig", 3),
        "systemInstruction": TURN,
        "continuationToken": SCALARS["bytes"],
    },
)
SIMPLE = st.fixed_dictionaries(
    {"contents": st.just([{"parts": [{"text": "Use find"}]}])},
    optional={
        "generationConfig": st.fixed_dictionaries(
            {},
            optional={
                "maxOutputTokens": st.integers(1, 400),
                "seed": st.integers(0, 9),
                "stopSequences": st.lists(TEXTS, max_size=2),
                "thinkingConfig": st.sampled_from([{}, {"includeThoughts": True}, {"thinkingLevel": "LOW"}]),
                "responseMimeType": st.sampled_from(["text/plain", "application/json"]),
            },
        )
    },
)


def planned(body, model, marker):
    """Give how a request is answered, or the refusal."""
    try:
        return plan(read_asked(json.dumps(body).encode(), model, model), marker)
    except RefusedError as refusal:
        return refusal


@given(body=REQUESTS, model=st.sampled_from(SEARCHED), marker=st.sampled_from(["", *sorted(NAMES)]))
def test_whatever_is_asked_is_answered_or_refused(body, model, marker):
    found = planned(body, model, marker)
    if isinstance(found, RefusedError):
        assert found.body()["error"]["code"] in (400, 403, 429, 500, 503, 504)
    else:
        assert json.dumps(found.reply.whole())
        assert found.reply.frames()


@given(schema=NEARLY_SCHEMAS, name=st.sampled_from(["responseJsonSchema", "parametersJsonSchema"]))
def test_whatever_stands_for_a_schema_is_obeyed_or_refused(schema, name):
    contents = [{"parts": [{"text": "Use find"}]}]
    by_name = {
        "responseJsonSchema": {"generationConfig": {"responseMimeType": "application/json", name: schema}},
        "parametersJsonSchema": {"tools": [{"functionDeclarations": [{"name": "find", name: schema}]}]},
    }
    found = planned({"contents": contents, **by_name[name]}, SEARCHED[-1], "")
    assert not isinstance(found, RefusedError) or found.status == 400


@given(body=SIMPLE, model=st.sampled_from(SEARCHED), marker=st.sampled_from(["", "max-tokens", "unknown-enum"]))
def test_a_stream_says_what_a_plain_answer_says_and_ends_as_it_does(body, model, marker):
    found = planned(body, model, marker)
    if isinstance(found, RefusedError):
        assert found.status == 400
        return
    whole, frames = found.reply.whole(), found.reply.frames()
    last = frames[-1]["candidates"][0]
    assert text_of(*frames) == text_of(whole)
    assert last["finishReason"] == whole["candidates"][0]["finishReason"]
    assert frames[-1]["usageMetadata"] == whole["usageMetadata"]


@given(body=SIMPLE, model=st.sampled_from(SEARCHED))
def test_no_answer_costs_more_than_its_budget(body, model):
    found = planned(body, model, "")
    if isinstance(found, RefusedError):
        assert found.status == 400
        return
    usage = found.reply.whole()["usageMetadata"]
    cap = body.get("generationConfig", {}).get("maxOutputTokens", 65_536)
    assert usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0) <= cap


def text_of(*objects):
    parts = [part for one in objects for part in one["candidates"][0].get("content", {}).get("parts", ())]
    return "".join(part["text"] for part in parts if not part.get("thought"))


@given(value=JSON)
def test_any_json_is_read_or_refused(value):
    found = planned(value, SEARCHED[-1], "")
    assert not isinstance(found, RefusedError) or found.status == 400


@pytest.mark.parametrize("depth", [101, 400, 900])
def test_what_is_nested_too_deeply_is_refused(depth):
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    body = b'{"generationConfig":{"responseJsonSchema":' + nested + b"}}"
    with pytest.raises(RefusedError, match="too deep"):
        read("GenerateContentRequest", body)
