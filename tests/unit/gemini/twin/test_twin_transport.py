"""Gemini's twin, as a stranger sees it: keys, versions, how bodies are read, how it says no, which models it has."""

import base64

import httpx
import pytest

from ace_integrations.gemini.catalogue import MODELS

RPC = "type.googleapis.com/google.rpc."
HELLO = [{"parts": [{"text": "Hello"}], "role": "user"}]


def error_of(answer):
    return answer.status_code, answer.json()["error"]["status"]


# Keys.


@pytest.mark.parametrize("key", ["gemini-sandbox-key", "another-key", "AIza-of-the-old-kind"])
def test_any_other_key_is_accepted_in_a_header_or_a_query(desk, key):
    with httpx.Client(base_url=desk.url, trust_env=False) as bare:
        by_header = bare.get("/v1beta/models", headers={"x-goog-api-key": key})
        by_query = bare.get("/v1beta/models", params={"key": key})
    assert (by_header.status_code, by_query.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("headers", "status", "name", "reason"),
    [
        ({}, 403, "PERMISSION_DENIED", None),
        ({"x-goog-api-key": "invalid-key"}, 400, "INVALID_ARGUMENT", "API_KEY_INVALID"),
        ({"x-goog-api-key": "leaked-key"}, 403, "PERMISSION_DENIED", None),
        ({"authorization": "Bearer token-of-another-kind"}, 401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
        ({"authorization": "Bearer token", "x-goog-api-key": "some-key"}, 400, "INVALID_ARGUMENT", None),
    ],
    ids=["none", "invalid", "leaked", "another kind", "two"],
)
def test_a_bad_credential_is_refused(desk, headers, status, name, reason):
    answer = httpx.get(f"{desk.url}/v1beta/models", headers=headers, trust_env=False)
    details = answer.json()["error"].get("details", [{}])
    assert (error_of(answer), details[0].get("reason")) == ((status, name), reason)


def test_an_invalid_key_comes_with_its_service_and_domain(desk):
    answer = httpx.get(f"{desk.url}/v1beta/models", params={"key": "invalid-key"}, trust_env=False)
    assert answer.json()["error"]["details"] == [
        {
            "@type": f"{RPC}ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        }
    ]


def test_keys_of_the_old_kind_are_refused_when_it_is_strict(desk):
    desk.control.post("gemini/options", strict=True)
    old = {"x-goog-api-key": "AIza-of-the-old-kind"}
    answer = httpx.get(f"{desk.url}/v1beta/models", headers=old, trust_env=False)
    assert error_of(answer) == (401, "UNAUTHENTICATED")
    assert desk.get("/v1beta/models").status_code == 200


def test_no_key_reaches_the_journal_or_the_log(desk):
    for key in ("some-other-key", "invalid-key-of-someone"):
        httpx.get(f"{desk.url}/v1beta/models", params={"key": key}, trust_env=False)
        httpx.get(f"{desk.url}/v1beta/models", headers={"x-goog-api-key": key}, trust_env=False)
    seen = f"{desk.control.journal()} {desk.requests()}"
    assert ("some-other-key" in seen, "invalid-key-of-someone" in seen) == (False, False)


# Addresses.


@pytest.mark.parametrize("path", ["/v1beta/models/v1beta/models/x:generateContent", "/v2/models", "/", "/v1beta/files"])
def test_an_unknown_address_is_a_page_that_says_so(desk, path):
    answer = desk.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_answers_are_indented_json_in_utf_8(desk):
    answer = desk.post(contents=[{"parts": [{"text": "ما المسار؟"}]}])
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.text.startswith('{\n  "candidates": [\n    {\n')
    assert "\\u" not in answer.text


# Bodies.


@pytest.mark.parametrize(
    "body",
    [
        {"contents": HELLO, "generationConfig": {"maxOutputTokens": 64, "topK": 10.0, "seed": "7"}},
        {"contents": HELLO, "generation_config": {"max_output_tokens": "64", "top_k": "10", "seed": 7.0}},
        {"contents": HELLO[0], "generationConfig": {"max_output_tokens": 64, "topK": 10, "seed": 7}, "tools": None},
        {"contents": {"parts": {"text": "Hello"}}, "generation_config": {"maxOutputTokens": 64, "topK": 10, "seed": 7}},
    ],
    ids=["camel", "snake and numbers as texts", "mixed and null", "one for a list"],
)
def test_a_body_is_read_in_every_form_that_protocol_buffers_allow(desk, said, body):
    assert said(desk.post(**body).json()) == said(desk.ask(maxOutputTokens=64, seed=7))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"x": 1}, 'Unknown name "x": Cannot find field.'),
        ({"generationConfig": {"x": 1}}, "Unknown name \"x\" at 'generation_config': Cannot find field."),
        (
            {"contents": [{"parts": [{"txt": ""}]}]},
            "Unknown name \"txt\" at 'contents[0].parts[0]': Cannot find field.",
        ),
        (
            {"generationConfig": {"responseSchema": {"properties": {"a": {"const": 1}}}}},
            "Unknown name \"const\" at 'generation_config.response_schema.properties[0].value': Cannot find field.",
        ),
        ({"generationConfig": {"maxOutputTokens": "many"}}, "'generation_config.max_output_tokens' (TYPE_INT32)"),
        ({"generationConfig": {"topK": 1.5}}, "'generation_config.top_k' (TYPE_INT32)"),
        ({"generationConfig": {"topK": True}}, "'generation_config.top_k' (TYPE_INT32)"),
        ({"safetySettings": [{"category": "HARM"}]}, "'safety_settings[0].category' (HarmCategory)"),
        (
            {"generationConfig": {"responseSchema": {"type": ["STRING", "NULL"]}}},
            '"type": Proto field is not repeating',
        ),
        ({"contents": "Hello"}, "'contents[0]' (Content)"),
        ({"contents": [{"parts": [{"inlineData": {"data": "é"}}]}]}, "inline_data.data' (TYPE_BYTES)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(desk, body, message):
    error = desk.post(**body).json()["error"]
    (told, *_) = error["details"][0]["fieldViolations"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert message in error["message"]
    assert message in told["description"]


def test_every_unknown_field_is_told(desk):
    error = desk.post(x=1, y=2).json()["error"]
    assert [line.split('"')[1] for line in error["message"].splitlines()] == ["x", "y"]


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"text"', b"[" * 100_000])
def test_what_is_no_object_is_refused(desk, content):
    answer = desk.http.post("/v1beta/models/gemini-3.5-flash-lite:generateContent", content=content)
    assert error_of(answer) == (400, "INVALID_ARGUMENT")


def call(**more):
    return {"role": "model", "parts": [{"functionCall": {"name": "find"}, **more}]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"contents": []}, "contents is not specified"),
        ({"contents": None}, "contents is not specified"),
        ({"contents": [{"parts": []}]}, "contents[0].parts: contents.parts must not be empty"),
        ({"contents": [{"parts": [{}]}]}, "contents[0].parts[0].data"),
        ({"contents": [{"parts": [{"text": "a", "inlineData": {"data": ""}}]}]}, "contents[0].parts[0].data"),
        ({"contents": [{"parts": [{"text": "a"}], "role": "system"}]}, "valid role"),
        ({"contents": [*HELLO, {"parts": [{"text": "Hi"}], "role": "model"}]}, "ending with a model turn"),
        ({"contents": [call(), *HELLO]}, "Function call `find` in the 1. content block"),
        ({"contents": [call(thoughtSignature="c2ln"), *HELLO]}, "function response parts"),
        ({"generationConfig": {"candidateCount": 2}}, "Multiple candidates"),
        ({"generationConfig": {"temperature": 2.1}}, "generation_config.temperature"),
        ({"generationConfig": {"topP": 1.1}}, "generation_config.top_p"),
        ({"generationConfig": {"stopSequences": list("abcdef")}}, "generation_config.stop_sequences"),
        ({"generationConfig": {"maxOutputTokens": 65_537}}, "generation_config.max_output_tokens"),
        ({"generationConfig": {"thinkingConfig": {"thinkingLevel": "XHIGH"}}}, "Thinking level XHIGH"),
        ({"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 1}}}, "only set one"),
        ({"generationConfig": {"thinkingConfig": {"thinkingBudget": -2}}}, "thinking budget -2"),
        ({"generationConfig": {"responseMimeType": "text/html"}}, "response_mime_type"),
        ({"generationConfig": {"responseSchema": {"type": "STRING"}}}, "response mime type 'text/plain'"),
        ({"generationConfig": {"responseMimeType": "text/x.enum"}}, "'text/x.enum' needs"),
        ({"tools": [{"functionDeclarations": [{"description": "nameless"}]}]}, "name: missing field"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, "without function_declarations"),
        ({"toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["x"]}}}, "only be set when"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["x"]}}}, "not declared"),
        ({"continuationToken": "bm9uZQ=="}, "continuation token"),
    ],
)
def test_what_the_service_would_not_take_is_refused(desk, body, reason):
    error = desk.post(**{"contents": HELLO, **body}).json()["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert reason in error["message"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"responseSchema": {"type": "ARRAY"}}, "response_schema.items: missing field"),
        ({"responseSchema": {"type": "OBJECT"}}, "response_schema.properties: should be non-empty"),
        (
            {"responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "ARRAY"}}}},
            "response_schema.properties[a].items: missing field",
        ),
        ({"responseSchema": {"anyOf": [{"type": "OBJECT"}]}}, "response_schema.any_of[0].properties: should be"),
        ({"responseSchema": {"type": "STRING"}, "responseJsonSchema": {"type": "string"}}, "Only one of"),
        ({"responseJsonSchema": "string"}, "must be a JSON object"),
        ({"responseJsonSchema": {"$ref": "#/$defs/gone"}}, "#/$defs/gone leads nowhere"),
        ({"responseJsonSchema": {"$ref": "https://example.com/schema"}}, "leads nowhere"),
        ({"responseJsonSchema": {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}}, "leads to itself"),
        (
            {"responseJsonSchema": {"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a", "description": "x"}},
            "description may not stand beside $ref",
        ),
        ({"responseJsonSchema": {"type": "integer", "minimum": 5, "maximum": 4}}, "minimum is above maximum"),
        ({"responseJsonSchema": {"type": "integer", "minimum": 4.2, "maximum": 4.8}}, "bounds cross"),
        ({"responseJsonSchema": {"type": "array", "items": {}, "minItems": 5, "maxItems": 4}}, "minItems is above"),
        (
            {"responseJsonSchema": {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}},
            "has no end",
        ),
    ],
)
def test_a_schema_that_allows_nothing_or_says_too_much_is_refused(desk, config, reason):
    error = desk.refusal(generationConfig={"responseMimeType": "application/json", **config})
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert reason in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"contents": HELLO, "cachedContent": "cachedContents/1"},
        {"contents": [{"parts": [{"fileData": {"fileUri": "https://example.com/files/1"}}]}]},
    ],
)
def test_what_only_the_service_keeps_is_not_there(desk, body):
    assert error_of(desk.post(**body)) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("level", ["LOW", "low"])
def test_a_level_is_read_in_either_case(desk, level):
    usage = desk.ask(thinkingConfig={"thinkingLevel": level})["usageMetadata"]
    assert usage["thoughtsTokenCount"] == 128


@pytest.mark.parametrize("config", [{"thinkingConfig": {"thinkingBudget": 9}}, {"presencePenalty": 0.1}])
def test_the_fourth_generation_takes_less(desk, config):
    fourth = desk.post(model="gemini-4-hydrogen", contents=HELLO, generationConfig=config)
    third = desk.post(model="gemini-3.6-flash", contents=HELLO, generationConfig=config)
    assert (fourth.status_code, third.status_code) == (400, 200)


def test_a_level_is_refused_by_a_model_that_knows_budgets_only(desk):
    config = {"thinkingConfig": {"thinkingLevel": "LOW"}}
    assert error_of(desk.post(model="gemini-2.5-flash-lite", contents=HELLO, generationConfig=config))[0] == 400


# Models.


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize("model", ["gemini-1.5-flash", "gemini-2.0-flash", "gemini-pro", "gemini-9-helium"])
def test_a_model_that_is_gone_is_not_found_in_the_version_that_was_asked(desk, version, model):
    error = desk.post(model=model, version=version, contents=HELLO).json()["error"]
    assert (error["code"], error["status"]) == (404, "NOT_FOUND")
    assert error["message"].startswith(f"models/{model} is not found for API version {version}, ")


def test_a_closed_model_says_that_it_is(desk):
    error = desk.refusal(model="gemini-2.5-pro")
    assert (error["code"], error["status"]) == (404, "NOT_FOUND")
    assert error["message"].startswith("This model models/gemini-2.5-pro is no longer available to new users. ")


def test_a_routed_model_is_answered_by_its_target_and_marked(desk):
    answer = desk.ask(model="gemini-3.7-flash")
    assert answer["modelVersion"] == "gemini-3.8-flash"
    assert answer["modelStatus"] == {"modelStage": "DEPRECATED"}
    assert "modelStatus" not in desk.ask(model="gemini-3.8-flash")


def test_an_alias_leads_on_in_the_newer_version_only(desk):
    assert desk.ask(model="gemini-flash-latest")["modelVersion"] == "gemini-4-hydrogen"
    assert desk.post(model="gemini-flash-latest", version="v1", contents=HELLO).status_code == 404


@pytest.mark.parametrize("size", [1, 5, 16, 1000, 5000])
def test_pages_together_are_the_whole_list(desk, size):
    names, token = [], ""
    while True:
        page = desk.get("/v1beta/models", pageSize=size, pageToken=token).json()
        assert page["models"]
        names += [model["name"] for model in page["models"]]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert names == [f"models/{model.id}" for model in MODELS if model.answers]


def test_the_older_version_lists_neither_aliases_nor_previews(desk):
    listed = {model["name"] for model in desk.get("/v1/models").json()["models"]}
    assert listed == {f"models/{model.id}" for model in MODELS if model.answers and not model.beta_only}


@pytest.mark.parametrize("query", [{"pageSize": -1}, {"pageSize": "many"}, {"pageToken": "bm9uZQ"}])
def test_a_page_that_cannot_be_is_refused(desk, query):
    assert error_of(desk.get("/v1beta/models", **query)) == (400, "INVALID_ARGUMENT")


def test_a_model_is_described_as_it_is_listed(desk):
    found = desk.get("/v1beta/models/gemini-3.5-flash-lite").json()
    assert found in desk.get("/v1beta/models").json()["models"]
    assert (found["inputTokenLimit"], found["outputTokenLimit"]) == (1_048_576, 65_536)
    assert found["supportedGenerationMethods"] == ["generateContent", "countTokens"]


@pytest.mark.parametrize("model", ["gemini-1.5-flash", "gemini-2.5-flash", "gemini-9-helium"])
def test_a_model_that_answers_nobody_is_not_found(desk, model):
    assert error_of(desk.get(f"/v1beta/models/{model}")) == (404, "NOT_FOUND")


# Tokens.


@pytest.mark.parametrize(
    ("contents", "tokens"),
    [
        (HELLO, 2),
        ([{"parts": [{"text": "مرحبا"}]}], 3),
        ([{"parts": [{"text": ""}]}], 1),
        ([{"parts": [{"text": "SQL مرحبا"}]}], 4),
        ([*HELLO, {"parts": [{"text": "Hi"}], "role": "model"}], 3),
    ],
    ids=["latin", "arabic", "empty", "both", "two turns"],
)
def test_texts_are_counted_by_their_letters(desk, contents, tokens):
    answer = desk.post("countTokens", contents=contents).json()
    assert answer == {"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]}


@pytest.mark.parametrize(("size", "tokens"), [(1, 258), (50_000, 258), (50_001, 516)])
def test_a_pdf_is_counted_by_its_size(desk, size, tokens):
    data = base64.b64encode(b"%" * size).decode()
    pdf = {"inlineData": {"mimeType": "application/pdf", "data": data}}
    details = desk.post("countTokens", contents=[{"parts": [pdf, {"text": "Hello"}]}]).json()["promptTokensDetails"]
    assert details == [{"modality": "DOCUMENT", "tokenCount": tokens}, {"modality": "TEXT", "tokenCount": 2}]


def test_a_whole_request_is_counted_as_it_is_billed(desk):
    whole = {
        "contents": HELLO,
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "tools": [{"functionDeclarations": [{"name": "find"}]}],
    }
    request = {"model": "models/gemini-3.5-flash-lite", **whole}
    counted = desk.post("countTokens", generateContentRequest=request).json()["totalTokens"]
    assert counted == desk.post(**whole).json()["usageMetadata"]["promptTokenCount"]
    assert counted > desk.post("countTokens", contents=HELLO).json()["totalTokens"]


@pytest.mark.parametrize(
    "body", [{}, {"contents": HELLO, "generateContentRequest": {"contents": HELLO}}, {"text": "x"}]
)
def test_a_count_of_nothing_or_of_two_things_is_refused(desk, body):
    assert error_of(desk.post("countTokens", **body)) == (400, "INVALID_ARGUMENT")
