"""The requests that the service's own SDK was recorded with, sent by our client field by field."""

import json
import re
from pathlib import Path

import pytest

from ace_integrations.gemini import (
    Blob,
    FunctionCallingConfig,
    FunctionDeclaration,
    GenerationConfig,
    Part,
    SafetySetting,
    ThinkingConfig,
    Tool,
    ToolConfig,
    UrlContext,
)
from ace_integrations.gemini.models import model, user

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())["vectors"]

GAP = {one["name"]: one["body"]["generationConfig"] for one in VECTORS if one["name"] in ("V4", "V5")}


def contents(given):
    if "turns" in given:
        return [{"user": user, "model": model}[role](text) for role, text in given["turns"]]
    if "pdf" in given:
        return [user(Part(inline_data=Blob(mime_type="application/pdf", data=given["pdf"])), given["text"])]
    return given["text"]


def config(given):
    plain = ("temperature", "top_p", "top_k", "max_output_tokens", "stop_sequences", "seed")
    fields = {name: given[name] for name in plain if name in given}
    if "thinking_level" in given:
        fields["thinking_config"] = ThinkingConfig(thinking_level=given["thinking_level"])
    if "response_schema" in given:
        fields |= {"response_mime_type": "application/json", "response_schema": GAP["V4"]["responseSchema"]}
    if "response_json_schema" in given:
        fields |= {"response_mime_type": "application/json", "response_json_schema": GAP["V5"]["responseJsonSchema"]}
    return GenerationConfig(**fields)


def more(given):
    fields = {name: given[name] for name in ("system_instruction", "service_tier") if name in given}
    if "function" in given:
        function = given["function"]
        declared = FunctionDeclaration(
            name=function["name"],
            description=function["description"],
            parameters_json_schema=function["parameters"],
        )
        calling = FunctionCallingConfig(mode=given["mode"], allowed_function_names=(function["name"],))
        fields |= {
            "tools": [Tool(function_declarations=(declared,))],
            "tool_config": ToolConfig(function_calling_config=calling),
        }
    if "url_context" in given:
        fields["tools"] = [Tool(url_context=UrlContext())]
    harms = given.get("block_medium_and_above", ())
    fields["safety_settings"] = [
        SafetySetting(category=f"HARM_CATEGORY_{harm}", threshold="BLOCK_MEDIUM_AND_ABOVE") for harm in harms
    ]
    return fields


async def send(asker, name, given):
    match name:
        case "V6":
            await asker.follow(contents(given), generation_config=config(given), safety_settings=())
        case "V7":
            await asker.send("count_tokens", contents(given))
        case "V10-get":
            await asker.send("get_model", model=given["model"])
        case "V10-list":
            await asker.send("list_models", page_size=given["page_size"])
        case _:
            await asker.send("generate_content", contents(given), generation_config=config(given), **more(given))


def in_camel_case(value):
    """Give a body as the service reads it: one name for each field, and an empty object where nothing is said."""
    if isinstance(value, dict):
        names = {name: re.sub(r"_([a-z])", lambda found: found[1].upper(), name) for name in value}
        kept = {names[name]: in_camel_case(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner != {} or name == "urlContext"}
    return [in_camel_case(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("vector", VECTORS, ids=[one["name"] for one in VECTORS])
async def test_the_client_sends_what_the_sdk_was_recorded_with(asker, twin, vector):
    await send(asker, vector["name"], vector["given"])
    (sent,) = twin.requests
    query = "&".join(f"{field}={value}" for field, value in sent["query"].items())
    assert (sent["method"], f"{sent['path']}?{query}".rstrip("?")) == (vector["method"], vector["path"])
    assert in_camel_case(sent["body"]) == in_camel_case(vector["body"])


async def test_the_key_is_in_its_header_alone_and_the_service_is_told_how_long_we_wait(asker, twin):
    await asker.send("generate_content", "Hello")
    (sent,) = twin.requests
    assert sent["query"] == {}
    assert sent["headers"]["x-server-timeout"] == "90"
    assert sent["headers"]["user-agent"].startswith("ace-integrations/")
