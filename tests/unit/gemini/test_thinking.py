"""Thinking: every model of the table gets a level that it takes, and room for what it thinks."""

import pytest

from ace_integrations.ai import Effort
from ace_integrations.gemini.catalogue import LEVELS, MODELS, find
from ace_integrations.gemini.thinking import HEAD_ROOM, Budget, config_of, fitted, level_of, profile_of


@pytest.mark.parametrize("wanted", [None, *LEVELS])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_no_model_is_asked_for_a_level_that_it_refuses(model, wanted):
    thinking = Budget.of(model, 1024, wanted).thinking().as_json()
    if model.levels:
        assert thinking["thinkingLevel"].lower() in model.levels
    assert ("thinkingBudget" in thinking) is not bool(model.levels)
    assert len(thinking) == 1


@pytest.mark.parametrize("wanted", [None, *LEVELS])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_room_for_thoughts_comes_on_top_of_the_answer_within_the_models_limit(model, wanted):
    budget = Budget.of(model, 1024, wanted)
    assert budget.tokens == min(1024 + HEAD_ROOM[budget.level], model.output_limit)
    assert Budget.of(model, 10**6, wanted).tokens == model.output_limit


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_sampling_is_sent_only_where_it_has_an_effect(model):
    config = config_of(Budget.of(model, 1024, None)).as_json()
    assert ({"temperature", "topP", "topK"} <= config.keys()) is model.sampling


@pytest.mark.parametrize(
    ("model", "wanted", "level"),
    [
        ("gemini-3.5-flash-lite", None, "minimal"),
        ("gemini-3.8-flash", None, "low"),
        ("gemini-3.8-flash", "minimal", "low"),
        ("gemini-3.8-flash", "medium", "medium"),
        ("gemini-3.8-flash", "xhigh", "high"),
        ("gemini-4-neon", "xhigh", "xhigh"),
        ("gemini-2.5-flash-lite", None, "minimal"),
        ("gemini-9-helium", None, "low"),
        ("gemini-9-helium", "xhigh", "high"),
    ],
)
def test_the_nearest_level_is_the_next_deeper_one(model, wanted, level):
    assert fitted(profile_of(model), wanted) == level


@pytest.mark.parametrize(("wanted", "budget"), [(None, 0), ("low", 2048), ("high", 16_384), ("xhigh", 24_576)])
def test_a_model_with_budgets_gets_a_budget(wanted, budget):
    model = find("gemini-2.5-flash-lite")
    assert Budget.of(model, 1024, wanted).thinking().as_json() == {"thinkingBudget": budget}


@pytest.mark.parametrize(
    ("model", "wanted", "level", "tokens"),
    [
        ("gemini-3.5-flash-lite", "medium", "low", 2 * (1000 + 8192)),
        ("gemini-3.5-flash-lite", "minimal", "minimal", 2000),
        ("gemini-3.8-flash", "low", "low", 2 * (1000 + 2048)),
        ("gemini-4-hydrogen", "xhigh", "high", 65_536),
    ],
)
def test_after_a_cut_there_is_twice_the_room_and_less_thought(model, wanted, level, tokens):
    again = Budget.of(find(model), 1000, wanted).after_cut()
    assert (again.level, again.tokens) == (level, tokens)


@pytest.mark.parametrize(
    ("effort", "default", "level"),
    [
        (None, None, None),
        (None, "high", "high"),
        (Effort.LEAST, "high", None),
        (Effort.LOW, "high", "low"),
        (Effort.MEDIUM, None, "medium"),
        (Effort.HIGH, None, "high"),
    ],
)
def test_an_effort_outranks_the_setting(effort, default, level):
    assert level_of(effort, default) == level
