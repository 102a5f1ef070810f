"""Gemini's clients: what they send when nothing is said, which arguments they refuse, how they turn pages."""

import asyncio

import pytest
from tests.unit.gemini.conftest import MODEL, said

from ace_integrations.ai import ModelNotFoundError
from ace_integrations.core import ConfiguredStream
from ace_integrations.core.call import Configured
from ace_integrations.errors import BudgetExceededError, InvalidInputError, UnexpectedReplyError
from ace_integrations.gemini import (
    AsyncGemini,
    FinishReason,
    FunctionCallingConfig,
    FunctionDeclaration,
    FunctionResponse,
    Gemini,
    GeminiCalls,
    GenerationConfig,
    Part,
    Tool,
    ToolConfig,
)
from ace_integrations.gemini.client import probe
from ace_integrations.gemini.models import user
from ace_integrations.gemini.prices import PRICES
from ace_integrations.settings import Settings
from ace_integrations.usage.prices import Scenario

SEARCH = Tool(
    function_declarations=(
        FunctionDeclaration(
            name="search_jobs",
            parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        ),
    )
)


@pytest.mark.parametrize("way", ["send", "follow"])
async def test_nothing_said_is_the_guides_configuration_fitted_to_the_model(asker_of, settings_of, twin, way):
    asker = asker_of(settings_of(model="gemini-3.1-flash-lite", thinking_level="low"))
    await (asker.send("generate_content", "Hello") if way == "send" else asker.follow("Hello"))
    (sent,) = twin.bodies
    assert sent["generationConfig"] == {
        "temperature": 0.7,
        "topP": 0.8,
        "topK": 10,
        "maxOutputTokens": 2048 + 2048,
        "thinkingConfig": {"thinkingLevel": "LOW"},
    }
    assert len(sent["safetySettings"]) == 4
    assert "store" not in sent


async def test_a_call_may_name_another_model(asker, twin):
    answer = await asker.send("generate_content", "Hello", model="models/gemini-3.6-flash")
    assert answer.model_version == "gemini-3.6-flash"
    (sent,) = twin.requests
    assert sent["path"] == "/v1beta/models/gemini-3.6-flash:generateContent"


@pytest.mark.parametrize("model", ["", "Gemini", "../x", "a/b", "gemini-3?key=x", "gemini 3", "x" * 65, "models/"])
@pytest.mark.parametrize("name", ["generate_content", "count_tokens", "get_model"])
async def test_what_is_no_models_id_is_refused_before_anything_is_sent(asker, twin, name, model):
    arguments = () if name == "get_model" else ("Hello",)
    with pytest.raises(InvalidInputError) as caught:
        await asker.send(name, *arguments, model=model)
    assert (caught.value.field, twin.requests) == ("model", [])


@pytest.mark.parametrize("contents", ["", []])
async def test_nothing_asked_is_refused_before_anything_is_sent(asker, twin, contents):
    with pytest.raises(InvalidInputError) as caught:
        await asker.send("generate_content", contents)
    assert (caught.value.field, twin.requests) == ("contents", [])


async def test_a_stream_gives_answers_of_which_the_last_one_says_why_it_ends(asker):
    *first, last = await asker.follow("Hello")
    assert [answer.candidates[0].finish_reason for answer in first] == [None] * len(first)
    assert last.candidates[0].finish_reason is FinishReason.STOP
    whole = await asker.send("generate_content", "Hello")
    assert "".join(answer.text for answer in (*first, last)) == whole.text


async def test_a_function_is_called_and_answered_with_its_turn_sent_back_unchanged(asker):
    calling = ToolConfig(function_calling_config=FunctionCallingConfig(mode="ANY"))
    asked = user("Jobs in Cairo?")
    answer = await asker.send("generate_content", [asked], tools=[SEARCH], tool_config=calling)
    (call,) = answer.function_calls
    assert call.name == "search_jobs"
    assert "city" in call.args
    given = FunctionResponse(id=call.id, name=call.name, response={"jobs": ["Data Analyst"]})
    turns = [asked, answer.candidates[0].content, user(Part(function_response=given))]
    final = await asker.send("generate_content", turns, tools=[SEARCH])
    assert "Data Analyst" in final.text


async def test_every_model_comes_once_whatever_the_size_of_a_page(asker):
    whole = [listed.id for listed in await asker.models()]
    assert MODEL in whole
    assert len(set(whole)) == len(whole)
    assert [listed.id for listed in await asker.models(page_size=3)] == whole


async def test_a_token_that_comes_again_ends_the_pages(asker, twin):
    for _ in range(2):
        twin.script({"models": [{"name": f"models/{MODEL}"}], "nextPageToken": "x"})
    assert [listed.id for listed in await asker.models()] == [MODEL, MODEL]
    assert len(twin.requests) == 2


@pytest.mark.parametrize("size", [0, -1, 1001])
async def test_a_size_that_no_page_has_is_refused(asker, size):
    with pytest.raises(InvalidInputError, match="page_size"):
        await asker.send("list_models", page_size=size)


async def test_a_model_is_described(asker):
    described = await asker.send("get_model")
    assert (described.id, described.input_token_limit, described.output_token_limit) == (MODEL, 1_048_576, 65_536)


async def test_a_model_that_is_gone_is_not_found(asker):
    with pytest.raises(ModelNotFoundError) as caught:
        await asker.send("get_model", model="gemini-2.0-flash")
    assert caught.value.replacement == MODEL


async def test_a_description_without_its_name_is_unexpected(asker, twin):
    twin.script({"version": "001"})
    with pytest.raises(UnexpectedReplyError):
        await asker.send("get_model")


def test_described_calls_send_nothing_and_carry_their_name():
    calls = GeminiCalls()
    call, stream = calls.generate_content("Hello"), calls.stream_generate_content("Hello")
    assert isinstance(call, Configured)
    assert isinstance(stream, ConfiguredStream)
    assert (call.provider, call.operation) == ("gemini", "generate_content")
    assert (stream.provider, stream.operation) == ("gemini", "stream_generate_content")


def test_the_probe_asks_for_the_configured_model(settings_of, twin):
    with Gemini(settings_of().providers[0]) as client:
        client.perform(probe(client.settings))
    (sent,) = twin.requests
    assert (sent["method"], sent["path"]) == ("GET", f"/v1beta/models/{MODEL}")


async def test_many_calls_at_once_get_their_own_answers(settings_of):
    roles = ("Accountant", "UX Designer", "Data Analyst")
    async with AsyncGemini(settings_of().providers[0]) as client:
        asked = [client.generate_content(f"Target role: {role}. What next?") for role in roles]
        answers = [answer.text for answer in await asyncio.gather(*asked)]
    assert [role for role, answer in zip(roles, answers, strict=True) if role in answer] == list(roles)


async def test_a_call_that_may_pass_a_hard_budget_is_not_sent(asker_of, settings_of, twin):
    shared = Settings(hard_budgets=("gemini=0.005 USD",), providers=settings_of().providers)
    asker = asker_of(shared)
    await asker.send("generate_content", "Hello", generation_config=GenerationConfig(max_output_tokens=1000))
    with pytest.raises(BudgetExceededError):
        await asker.send("generate_content", "Hello", generation_config=GenerationConfig(max_output_tokens=2000))
    assert len(twin.requests) == 1


async def test_a_file_is_foreseen_at_a_tenth_of_its_text():
    from ace_integrations.gemini import Blob, GeminiSettings
    from ace_integrations.gemini.request import ContentRequest

    pdf = Part(inline_data=Blob(mime_type="application/pdf", data="A" * 100_000))
    call = ContentRequest([user(pdf)], safety_settings=()).call(GeminiSettings())
    assert call.metered.foreseen[f"{MODEL} input"] < 10_500


async def test_an_answer_that_tells_nothing_of_its_use_counts_as_nothing(asker, twin):
    body = said("Hello")
    del body["usageMetadata"]
    twin.script(body)
    await asker.generate("Hello")
    assert sum(row.units for row in asker.ace.usage.rows()) == 0


def test_prices_are_of_models_that_live_and_a_platform_of_some_size_is_foreseen():
    from ace_integrations.gemini.catalogue import find

    assert {find(unit.partition(" ")[0]).state for unit in PRICES.prices} == {"live"}
    assumed = PRICES.assume(Scenario(users=1000, courses=1, classes=1))
    assert PRICES.cost({one.unit: int(one.units) for one in assumed}) == 8
