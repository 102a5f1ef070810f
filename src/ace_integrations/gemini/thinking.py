"""How much a model thinks, and how many tokens it needs for that beside the answer. Source: gemini.md §4.3.

A model's limit of tokens holds for thought and answer together, so a limit that is meant for the answer alone gets the
room for thoughts on top; and a level is always sent, since the defaults of most models think at length.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ace_integrations.ai.model import Effort
from ace_integrations.gemini.catalogue import LEVELS, Model, find
from ace_integrations.gemini.models import GenerationConfig, ThinkingConfig
from ace_integrations.gemini.settings import ThinkingLevel

HEAD_ROOM: Mapping[ThinkingLevel, int] = {
    "minimal": 0,
    "low": 2_048,
    "medium": 8_192,
    "high": 16_384,
    "xhigh": 32_768,
}
"""Tokens for thoughts at each level."""

LARGEST_BUDGET = 24_576
"""Tokens of thought that a model with budgets takes."""

TEMPERATURE, TOP_P, TOP_K = 0.7, 0.8, 10
"""The guide's, for the models on which they have an effect."""

VISIBLE_TOKENS = 2_048
"""The guide's limit of an answer."""

_LEVEL_OF: Mapping[Effort, ThinkingLevel] = {Effort.LOW: "low", Effort.MEDIUM: "medium", Effort.HIGH: "high"}


def profile_of(model_id: str) -> Model:
    """Give what is known of a model; one that was never heard of counts as one of the newest, which take least."""
    known = find(model_id)
    if known is not None:
        return known
    return Model(model_id, model_id, "live", levels=("low", "medium", "high"), budget=False, penalties=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one request allows.

    Attributes:
        level: a level that the model takes; of a model with budgets the level whose room is its budget.
        tokens: of thought and answer together.
    """

    model: Model
    level: ThinkingLevel
    tokens: int

    @classmethod
    def of(cls, model: Model, visible: int, wanted: ThinkingLevel | None) -> "Budget":
        """Allow so many tokens of visible answer.

        Args:
            wanted: None for the least that the model takes.
        """
        level = fitted(model, wanted)
        return cls(model, level, min(visible + HEAD_ROOM[level], model.output_limit))

    def after_cut(self) -> "Budget":
        """Allow twice as much, with less of it thought, for an answer that was cut."""
        lower = LEVELS[max(0, LEVELS.index(self.level) - 1)]
        level = fitted(self.model, lower)
        return replace(self, level=level, tokens=min(2 * self.tokens, self.model.output_limit))

    def thinking(self) -> ThinkingConfig:
        """Say it in the model's own way: levels, or for those without any a budget."""
        if self.model.levels:
            return ThinkingConfig(thinking_level=self.level.upper())
        return ThinkingConfig(thinking_budget=min(HEAD_ROOM[self.level], LARGEST_BUDGET))


def fitted(model: Model, wanted: ThinkingLevel | None) -> ThinkingLevel:
    """Give the level that a model takes and that is nearest to the wanted one: the next deeper, else its deepest."""
    levels: tuple[ThinkingLevel, ...] = model.levels or LEVELS
    if wanted is None:
        return levels[0]
    for level in levels:
        if LEVELS.index(level) >= LEVELS.index(wanted):
            return level
    return levels[-1]


def level_of(effort: Effort | None, default: ThinkingLevel | None) -> ThinkingLevel | None:
    """Give the level of an effort; None is the least that a model takes.

    Args:
        default: the setting, for no effort in particular.
    """
    return default if effort is None else _LEVEL_OF.get(effort)


def config_of(budget: Budget, *, temperature: float | None = None) -> GenerationConfig:
    """Give the guide's configuration, fitted to the model: what has no effect there is left out.

    Args:
        temperature: another than the guide's.
    """
    config = GenerationConfig(max_output_tokens=budget.tokens, thinking_config=budget.thinking())
    if not budget.model.sampling:
        return config
    heat = TEMPERATURE if temperature is None else temperature
    return config.model_copy(update={"temperature": heat, "top_p": TOP_P, "top_k": TOP_K})
