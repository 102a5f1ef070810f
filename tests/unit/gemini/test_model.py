"""Gemini as the platform's language model: what it sends, when it asks once more, and what it adds up."""

import logging
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import BaseModel
from tests.unit.gemini.conftest import MODEL, said

from ace_integrations.ai import (
    BrokenStreamError,
    ContentBlockedError,
    Effort,
    EmptyAnswerError,
    InvalidAnswerError,
    TextModel,
    TextRequest,
    TokenUsage,
    TruncatedError,
    Turn,
)
from ace_integrations.ai import said as conversation
from ace_integrations.errors import UnavailableError
from ace_integrations.gemini import GeminiModel, GeminiSettings, models
from ace_integrations.gemini import model as language_model
from ace_integrations.gemini.model import OWN_WORDS

GUIDE = {"maxOutputTokens": 2048, "thinkingConfig": {"thinkingLevel": "MINIMAL"}}


class Gap(BaseModel):
    """Something to learn."""

    skill: str
    level: Literal["none", "basic"]
    note: str | None = None


def request(text="Hello", **changes):
    return TextRequest(turns=(Turn(speaker="user", text=text),), **changes)


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(language_model, "_told", set())


def test_it_is_a_text_model():
    model: TextModel = GeminiModel(GeminiSettings(model="gemini-4-hydrogen"))
    assert (model.provider, model.model) == ("gemini", "gemini-4-hydrogen")


async def test_a_conversation_is_sent_with_its_roles_its_system_and_the_four_filters(asker, twin):
    turns = tuple(conversation("Hi", "Hello!", "And now?"))
    await asker.generate(TextRequest(turns=turns, system="Be brief."))
    (sent,) = twin.bodies
    assert [(turn["role"], turn["parts"][0]["text"]) for turn in sent["contents"]] == [
        ("user", "Hi"),
        ("model", "Hello!"),
        ("user", "And now?"),
    ]
    assert sent["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert [one["category"].removeprefix("HARM_CATEGORY_") for one in sent["safetySettings"]] == [
        "HARASSMENT",
        "HATE_SPEECH",
        "SEXUALLY_EXPLICIT",
        "DANGEROUS_CONTENT",
    ]
    assert {one["threshold"] for one in sent["safetySettings"]} == {"BLOCK_MEDIUM_AND_ABOVE"}
    assert (sent["generationConfig"], sent["store"]) == (GUIDE, False)


async def test_the_guides_sampling_is_sent_where_it_has_an_effect_and_a_call_may_change_it(asker_of, settings_of, twin):
    asker = asker_of(settings_of(model="gemini-3.1-flash-lite"))
    await asker.generate("Hello")
    await asker.generate(request(temperature=0.0))
    first, second = (body["generationConfig"] for body in twin.bodies)
    assert {name: first[name] for name in ("temperature", "topP", "topK")} == {
        "temperature": 0.7,
        "topP": 0.8,
        "topK": 10,
    }
    assert second["temperature"] == 0.0


@pytest.mark.parametrize(
    ("model", "default", "effort", "visible", "level", "tokens"),
    [
        (MODEL, None, None, 1024, "MINIMAL", 1024),
        (MODEL, None, Effort.MEDIUM, 1024, "MEDIUM", 1024 + 8192),
        (MODEL, "low", None, 1024, "LOW", 1024 + 2048),
        (MODEL, "low", Effort.LEAST, 1024, "MINIMAL", 1024),
        ("gemini-4-hydrogen", None, None, 1024, "LOW", 1024 + 2048),
        ("gemini-4-hydrogen", "minimal", None, 1024, "LOW", 1024 + 2048),
        ("gemini-4-hydrogen", "xhigh", None, 1024, "XHIGH", 1024 + 32_768),
        ("gemini-3.8-flash", "xhigh", None, 1024, "HIGH", 1024 + 16_384),
        ("gemini-3.8-flash", None, Effort.HIGH, 60_000, "HIGH", 65_536),
    ],
)
async def test_the_wire_allows_the_visible_answer_and_the_thoughts_of_a_level_that_the_model_takes(
    asker_of, settings_of, twin, model, default, effort, visible, level, tokens
):
    asker = asker_of(settings_of(model=model, thinking_level=default))
    await asker.generate(request(effort=effort, max_tokens=visible))
    (config,) = (body["generationConfig"] for body in twin.bodies)
    assert (config["thinkingConfig"], config["maxOutputTokens"]) == ({"thinkingLevel": level}, tokens)


async def test_an_answer_says_who_gave_it_what_it_used_and_what_it_cost(asker, twin):
    twin.script(said("Learn SQL."))
    answer = await asker.generate("Hello")
    assert (answer.text, answer.model, answer.answered_by) == ("Learn SQL.", MODEL, MODEL)
    assert answer.usage == TokenUsage(input=10, output=5, thinking=3)
    assert answer.cost == (10 * Decimal("0.30") + 8 * Decimal("2.50")) / 1_000_000
    assert (answer.retried, answer.provider_finish) == (False, "STOP")


async def test_an_empty_answer_is_asked_for_once_more_and_both_are_counted(asker, twin):
    twin.script(said())
    twin.script(said("Learn SQL."))
    answer = await asker.generate("Hello")
    assert (answer.text, answer.retried, answer.usage) == (
        "Learn SQL.",
        True,
        TokenUsage(input=20, output=10, thinking=6),
    )
    assert {row.unit: row.units for row in asker.ace.usage.rows()} == {f"{MODEL} input": 20, f"{MODEL} output": 16}


async def test_a_recited_answer_is_asked_for_in_own_words(asker, twin):
    twin.script(said("Quoted", finish="RECITATION"))
    answer = await asker.generate(request(system="Be brief."))
    first, second = twin.bodies
    assert first["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert second["systemInstruction"]["parts"] == [{"text": f"Be brief.\n\n{OWN_WORDS}"}]
    assert "Quoted" not in answer.text


async def test_only_one_more_answer_is_asked_for_whatever_is_wrong_with_it(asker, twin):
    twin.script(said())
    twin.script(said("x", finish="OTHER"))
    with pytest.raises(UnavailableError):
        await asker.generate("Hello")
    assert len(twin.requests) == 2


async def test_a_cut_answer_of_a_schema_is_asked_for_with_twice_the_room_and_less_thought(asker, twin):
    twin.script(said('{"skill": "S', finish="MAX_TOKENS"))
    answer = await asker.ask(request(effort=Effort.MEDIUM, max_tokens=1000), Gap)
    first, second = (body["generationConfig"] for body in twin.bodies)
    assert (first["thinkingConfig"], first["maxOutputTokens"]) == ({"thinkingLevel": "MEDIUM"}, 9192)
    assert (second["thinkingConfig"], second["maxOutputTokens"]) == ({"thinkingLevel": "LOW"}, 18384)
    assert answer.answer.retried
    assert answer.answer.usage.input > 10


async def test_a_schema_is_sent_as_json_schema_and_its_answer_is_read(asker, twin):
    found = await asker.ask("Hello", Gap)
    (config,) = (body["generationConfig"] for body in twin.bodies)
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == {
        "type": "object",
        "title": "Gap",
        "description": "Something to learn.",
        "properties": {
            "skill": {"type": "string", "title": "Skill"},
            "level": {"type": "string", "enum": ["none", "basic"], "title": "Level"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Note"},
        },
        "required": ["skill", "level"],
    }
    assert isinstance(found.value, Gap)


@pytest.mark.parametrize("marker", ["bad-json", "wrong-schema"])
async def test_an_answer_that_does_not_fit_is_sent_back_once(asker, twin, marker):
    found = await asker.ask(f"Hello [[sbx:{marker}]]", Gap)
    assert (found.answer.retried, found.answer.usage.input > 0) == (True, True)
    _, repaired = twin.bodies
    assert [turn["role"] for turn in repaired["contents"]] == ["user", "model", "user"]
    for _ in range(2):
        twin.script(marker=marker)
    with pytest.raises(InvalidAnswerError):
        await asker.ask("Hello", Gap)
    assert len(twin.requests) == 4


async def test_a_fenced_answer_is_read(asker, twin):
    found = await asker.ask("Hello [[sbx:fenced-json]]", Gap)
    assert (found.answer.retried, len(twin.requests)) == (False, 1)


async def test_an_answer_in_several_parts_is_joined_by_its_token(asker_of, settings_of, twin):
    asker = asker_of(settings_of(model="gemini-4-hydrogen"))
    whole = await asker.generate("Hello [[sbx:continuation]]")
    first, second = twin.bodies
    assert "continuationToken" not in first
    assert second == {**first, "continuationToken": second["continuationToken"]}
    assert whole.provider_finish == "STOP"
    assert whole.usage.input == 2 * 7
    assert "\n\n" in whole.text
    assert (await asker.generate("Hello")).text.split()[-1] == whole.text.split()[-1]


async def test_an_answer_that_is_continued_for_ever_is_cut(asker, twin):
    body = said("x", finish="CONTINUATION")
    body["candidates"][0]["continuationToken"] = "dG9rZW4="
    for _ in range(9):
        twin.script(body)
    with pytest.raises(TruncatedError):
        await asker.generate("Hello")
    assert len(twin.requests) == 9


async def test_a_stream_in_several_parts_is_joined_by_its_token(asker_of, settings_of, twin):
    asker = asker_of(settings_of(model="gemini-4-hydrogen"))
    *parts, last = await asker.stream("Hello [[sbx:continuation]]")
    first, second = twin.bodies
    assert second == {**first, "continuationToken": second["continuationToken"]}
    whole = await asker.generate("Hello [[sbx:continuation]]")
    assert "".join(part.text for part in parts) == last.answer.text == whole.text
    assert (last.answer.usage, last.answer.cost) == (whole.usage, whole.cost)
    assert [part.answer for part in parts] == [None] * len(parts)


async def test_a_stream_that_goes_on_and_breaks_is_broken(asker, twin):
    first = said("Learn ", finish="CONTINUATION")
    first["candidates"][0]["continuationToken"] = "dG9rZW4="
    twin.script(chunks=[first])
    twin.script(chunks=[said("SQL", finish=None)])
    heard = []
    with pytest.raises(BrokenStreamError):
        await asker.stream("Hello", heard)
    assert [part.text for part in heard] == ["Learn ", "SQL"]


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_another_model_than_asked_is_named_billed_and_warned_about_once(asker_of, settings_of, caplog, way):
    asker = asker_of(settings_of(model="gemini-3.7-flash"))
    caplog.clear()
    for _ in range(2):
        found = await getattr(asker, way)("Hello")
        answer = found[-1].answer if way == "stream" else found
    assert (answer.model, answer.answered_by) == ("gemini-3.7-flash", "gemini-3.8-flash")
    assert (
        answer.cost
        == (answer.usage.input * Decimal("0.75") + (answer.usage.output + answer.usage.thinking) * Decimal("3.75"))
        / 1_000_000
    )
    assert {row.unit for row in asker.ace.usage.rows()} == {"gemini-3.8-flash input", "gemini-3.8-flash output"}
    told = [one for one in caplog.records if one.name == "ace_integrations.gemini"]
    assert [one.getMessage() for one in told] == [
        "gemini-3.7-flash was asked, and gemini-3.8-flash answered: set GEMINI_MODEL to the model that you mean"
    ]


@pytest.mark.parametrize("answered_by", [MODEL, f"models/{MODEL}", f"{MODEL}-001", f"{MODEL}-09-2026", ""])
async def test_a_revision_of_the_same_model_is_no_other(asker, twin, caplog, answered_by):
    twin.script(said("Hello", modelVersion=answered_by))
    answer = await asker.generate("Hello")
    assert not [one for one in caplog.records if one.name == "ace_integrations.gemini"]
    assert answer.cost == Decimal("0.000023")


async def test_a_model_without_a_price_has_no_cost(asker_of, settings_of, twin):
    asker = asker_of(settings_of(model="gemini-9-helium"))
    twin.script(said("Hello", modelVersion="gemini-9-helium"))
    answer = await asker.generate("Hello")
    assert (answer.cost, answer.usage.output) == (None, 5)
    (config,) = (body["generationConfig"] for body in twin.bodies)
    assert config["thinkingConfig"] == {"thinkingLevel": "LOW"}


async def test_kept_input_is_billed_for_less(asker_of, settings_of, twin):
    asker = asker_of(settings_of(model="gemini-4-hydrogen"))
    usage = {"promptTokenCount": 5000, "cachedContentTokenCount": 4096, "candidatesTokenCount": 10}
    twin.script(said("Hello", modelVersion="gemini-4-hydrogen", usageMetadata=usage))
    answer = await asker.generate("Hello")
    assert answer.usage == TokenUsage(input=5000, cached=4096, output=10)
    assert answer.cost == (904 * Decimal("1.50") + 4096 * Decimal("0.075") + 10 * Decimal("7.50")) / 1_000_000
    assert {row.unit: row.units for row in asker.ace.usage.rows()} == {
        "gemini-4-hydrogen input": 904,
        "gemini-4-hydrogen cached": 4096,
        "gemini-4-hydrogen output": 10,
    }


async def test_tokens_are_counted_with_the_system_instruction(asker):
    assert await asker.count(request(system="Be brief.")) > await asker.count("Hello") > 0


async def test_neither_question_nor_answer_is_in_an_error_a_log_or_a_repr(asker, twin, caplog):
    caplog.set_level(logging.DEBUG)
    answer = await asker.generate("CANARY-QUESTION")
    assert answer.text not in repr(answer)
    for reason in ("SAFETY", "MAX_TOKENS", "UNEXPECTED_TOOL_CALL"):
        twin.script(said("CANARY-ANSWER", finish=reason))
        with pytest.raises(Exception, match=reason) as caught:
            await asker.generate("CANARY-QUESTION")
        assert "CANARY" not in str(caught.value) + repr(caught.value)
    reply = await asker.send("generate_content", "CANARY-QUESTION")
    assert reply.text not in repr(reply)
    assert "CANARY" not in caplog.text


async def test_a_blocked_answer_is_not_asked_for_again(asker, twin):
    with pytest.raises(ContentBlockedError) as caught:
        await asker.generate("Hello [[sbx:safety]]")
    assert caught.value.categories == ("HARM_CATEGORY_DANGEROUS_CONTENT",)
    assert len(twin.requests) == 1


async def test_white_space_is_no_answer(asker, twin):
    for _ in range(2):
        twin.script(said(" \n "))
    with pytest.raises(EmptyAnswerError):
        await asker.generate("Hello")


def test_contents_are_made_of_texts_and_parts():
    content = models.user("Look:", models.Part(inline_data=models.Blob(mime_type="application/pdf", data="JVBERi0=")))
    assert content.as_json() == {
        "role": "user",
        "parts": [{"text": "Look:"}, {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}}],
    }
