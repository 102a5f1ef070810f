"""The table of models: what a call of each meets, and what to ask instead."""

import pytest

from ace_integrations.gemini.catalogue import LEVELS, MODELS, find
from ace_integrations.gemini.settings import DEFAULT_MODEL, model_id


@pytest.mark.parametrize(
    ("name", "levels", "default", "sampling"),
    [
        ("gemini-4-neon", ("low", "medium", "high", "xhigh"), "high", False),
        ("gemini-4-hydrogen", ("low", "medium", "high", "xhigh"), "high", False),
        ("gemini-4-carbon", ("low", "medium", "high"), "medium", False),
        ("gemini-4-argon", ("low", "medium", "high"), "medium", False),
        ("gemini-3.8-flash", ("low", "medium", "high"), "medium", False),
        ("gemini-3.6-flash", ("minimal", "low", "medium", "high"), "medium", False),
        ("gemini-3.5-flash-lite", ("minimal", "low", "medium", "high"), "minimal", False),
        ("gemini-3.5-flash", ("minimal", "low", "medium", "high"), "medium", True),
        ("gemini-3.1-flash-lite", ("minimal", "low", "medium", "high"), "minimal", True),
        ("gemini-2.5-flash-lite", (), None, True),
    ],
)
def test_a_model_thinks_by_its_own_levels(name, levels, default, sampling):
    model = find(name)
    assert (model.levels, model.default_level, model.sampling) == (levels, default, sampling)


@pytest.mark.parametrize(
    ("name", "state", "replacement"),
    [
        ("gemini-2.0-flash-001", "retired", DEFAULT_MODEL),
        ("gemini-1.5-flash", "retired", DEFAULT_MODEL),
        ("gemini-pro", "retired", DEFAULT_MODEL),
        ("gemini-3-pro-preview", "retired", DEFAULT_MODEL),
        ("gemini-2.5-flash", "closed", "gemini-3.5-flash-lite"),
        ("gemini-2.5-pro", "closed", "gemini-3.8-flash"),
        ("gemini-3.7-flash", "deprecated-routed", "gemini-3.8-flash"),
        ("gemini-3.5-flash", "deprecated-routed", "gemini-3.6-flash"),
        ("gemini-flash-latest", "alias", "gemini-4-hydrogen"),
        ("gemini-flash-lite-latest", "alias", "gemini-3.5-flash-lite"),
        ("gemini-pro-latest", "alias", "gemini-3.1-pro-preview"),
    ],
)
def test_a_model_to_leave_names_its_replacement(name, state, replacement):
    model = find(name)
    assert (model.id, model.state, model.replacement) == (name, state, replacement)


@pytest.mark.parametrize("name", ["gemini-9-helium", "gemini-pro-plus", "gemini", "gemini-1", ""])
def test_a_model_that_never_was_is_not_found(name):
    assert find(name) is None


def test_the_default_model_is_live_and_thinks_least():
    model = find(DEFAULT_MODEL)
    assert (model.state, model.default_level, model.replacement) == ("live", LEVELS[0], None)


def test_only_the_fourth_generation_refuses_budgets_and_penalties_and_continues():
    fourth = {model.id for model in MODELS if "gemini-4-" in (model.routed_to or model.id)}
    assert fourth == {model.id for model in MODELS if not model.budget}
    assert fourth == {model.id for model in MODELS if not model.penalties}
    assert fourth == {model.id for model in MODELS if model.continues}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_each_row_agrees_with_itself(model):
    assert model_id(model.id) == model.id
    assert find(model.id) is model
    assert list(model.levels) == [level for level in LEVELS if level in model.levels]
    assert model.default_level in (*model.levels, None)
    assert model.unary_limit <= model.output_limit
    assert model.replacement is None or find(model.replacement).state in ("live", "preview")
    assert model.routed_to in (None, model.replacement)
    assert (model.replacement is None) == (model.state in ("live", "preview"))
