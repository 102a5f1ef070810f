"""The models of November 2026: which live, which are routed or gone, how each thinks, and what it refuses."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ace_integrations.gemini.settings import DEFAULT_MODEL, ThinkingLevel

State = Literal["live", "preview", "deprecated-routed", "alias", "closed", "retired"]
"""What a call meets: an answer, an answer of `routed_to`, or 404: closed to new users, or gone for all."""

LEVELS: tuple[ThinkingLevel, ...] = ("minimal", "low", "medium", "high", "xhigh")
"""From the least thinking to the most."""

_WINDOW = 1_048_576
_LONGEST_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        id: as it stands in a path, without `models/`.
        routed_to: the model that answers in its place, maybe at another price; None when it answers itself.
        replacement: what to ask instead of one that is routed or gone; None for one to stay with.
        levels: the thinking levels that it takes, the least first; none where only a budget is known.
        default_level: what it does unasked; None is without thinking.
        budget: whether `thinkingBudget` is taken.
        sampling: whether `temperature`, `topP` and `topK` have an effect.
        penalties: whether `frequencyPenalty` and `presencePenalty` are taken.
        input_limit, output_limit: tokens; the output's include thoughts.
        unary_limit: tokens of one answer that is not streamed.
        beta_only: whether `/v1` does not know it.
        ends: the announced day of its end.
    """

    id: str
    title: str
    state: State
    routed_to: str | None = None
    replacement: str | None = None
    levels: tuple[ThinkingLevel, ...] = ()
    default_level: ThinkingLevel | None = None
    budget: bool = True
    sampling: bool = False
    penalties: bool = True
    input_limit: int = _WINDOW
    output_limit: int = _LONGEST_ANSWER
    unary_limit: int = _LONGEST_ANSWER
    beta_only: bool = False
    ends: date | None = None

    @property
    def answers(self) -> bool:
        """Whether a call is answered, by itself or by the one that it is routed to."""
        return self.state not in ("closed", "retired")

    @property
    def continues(self) -> bool:
        """Whether an answer that reaches its limit ends in `CONTINUATION`, and is continued by a token."""
        return (self.routed_to or self.id).startswith("gemini-4-")


_FOUR_LEVELS: tuple[ThinkingLevel, ...] = ("minimal", "low", "medium", "high")
_NO_MINIMAL: tuple[ThinkingLevel, ...] = ("low", "medium", "high")
_DEEP: tuple[ThinkingLevel, ...] = ("low", "medium", "high", "xhigh")


def _fourth(
    name: str, levels: tuple[ThinkingLevel, ...], default: ThinkingLevel, *, unary_limit: int = _LONGEST_ANSWER
) -> Model:
    return Model(
        f"gemini-4-{name}",
        f"Gemini 4 {name.title()}",
        "live",
        levels=levels,
        default_level=default,
        budget=False,
        penalties=False,
        unary_limit=unary_limit,
    )


_LIVE = (
    _fourth("neon", _DEEP, "high"),
    _fourth("hydrogen", _DEEP, "high"),
    _fourth("carbon", _NO_MINIMAL, "medium"),
    _fourth("argon", _NO_MINIMAL, "medium", unary_limit=32_768),
    Model("gemini-3.8-flash", "Gemini 3.8 Flash", "live", levels=_NO_MINIMAL, default_level="medium"),
    Model("gemini-3.6-flash", "Gemini 3.6 Flash", "live", levels=_FOUR_LEVELS, default_level="medium"),
    Model("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", "live", levels=_FOUR_LEVELS, default_level="minimal"),
    Model(
        "gemini-3.1-flash-lite",
        "Gemini 3.1 Flash-Lite",
        "live",
        levels=_FOUR_LEVELS,
        default_level="minimal",
        sampling=True,
        ends=date(2027, 5, 7),
    ),
    Model("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", "live", sampling=True),
)
_PREVIEWS = (
    Model(
        "gemini-3.1-pro-preview",
        "Gemini 3.1 Pro Preview",
        "preview",
        levels=_NO_MINIMAL,
        default_level="high",
        sampling=True,
        beta_only=True,
    ),
    Model(
        "gemini-3-flash-preview",
        "Gemini 3 Flash Preview",
        "preview",
        levels=_FOUR_LEVELS,
        default_level="high",
        sampling=True,
        beta_only=True,
    ),
)
_ROUTED = (
    Model(
        "gemini-3.7-flash",
        "Gemini 3.7 Flash",
        "deprecated-routed",
        "gemini-3.8-flash",
        "gemini-3.8-flash",
        levels=_NO_MINIMAL,
        default_level="medium",
    ),
    Model(
        "gemini-3.5-flash",
        "Gemini 3.5 Flash",
        "deprecated-routed",
        "gemini-3.6-flash",
        "gemini-3.6-flash",
        levels=_FOUR_LEVELS,
        default_level="medium",
        sampling=True,
    ),
)
_CLOSED = (
    Model("gemini-2.5-flash", "Gemini 2.5 Flash", "closed", replacement="gemini-3.5-flash-lite", sampling=True),
    Model("gemini-2.5-pro", "Gemini 2.5 Pro", "closed", replacement="gemini-3.8-flash", sampling=True),
)
_RETIRED = (
    Model("gemini-3-pro-preview", "Gemini 3 Pro Preview", "retired", replacement=DEFAULT_MODEL),
    Model("gemini-pro", "Gemini Pro", "retired", replacement=DEFAULT_MODEL),
)
_RETIRED_FAMILIES = ("gemini-2.0-", "gemini-1.", "gemini-pro-vision")


def _alias(model_id: str, target: str) -> Model:
    # What it points to moves without notice, so production should name the target.
    model = next(one for one in (*_LIVE, *_PREVIEWS) if one.id == target)
    return replace(model, id=model_id, state="alias", routed_to=target, replacement=target, beta_only=True)


_ALIASES = (
    _alias("gemini-flash-latest", "gemini-4-hydrogen"),
    _alias("gemini-flash-lite-latest", "gemini-3.5-flash-lite"),
    _alias("gemini-pro-latest", "gemini-3.1-pro-preview"),
)

MODELS: tuple[Model, ...] = (*_LIVE, *_PREVIEWS, *_ROUTED, *_ALIASES, *_CLOSED, *_RETIRED)

_BY_ID = {model.id: model for model in MODELS}


def find(model_id: str) -> Model | None:
    """Give the model of an id, a retired family's too; None for one that was never heard of."""
    if model_id in _BY_ID:
        return _BY_ID[model_id]
    if model_id.startswith(_RETIRED_FAMILIES):
        return Model(model_id, model_id, "retired", replacement=DEFAULT_MODEL)
    return None
