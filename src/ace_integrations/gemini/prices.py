"""What Gemini's tokens cost, by model: what is read, what of it was kept, what is written and thought."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.ai.model import TokenUsage
from ace_integrations.gemini.models import UsageMetadata
from ace_integrations.gemini.settings import DEFAULT_MODEL
from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

_MILLION = Decimal(1_000_000)

# US dollars for a million tokens: read, written, read from what was kept. Where nothing is known of the last one, a
# kept token counts as a read one. From 2026-12-01 carbon and argon cost twice as much, from 2027-01-01 3.8-flash does.
_PER_MILLION: Mapping[str, tuple[str, str, str]] = {
    "gemini-3.5-flash-lite": ("0.30", "2.50", "0.30"),
    "gemini-3.1-flash-lite": ("0.25", "1.50", "0.025"),
    "gemini-2.5-flash-lite": ("0.10", "0.40", "0.10"),
    "gemini-3.6-flash": ("1.50", "7.50", "1.50"),
    "gemini-3.8-flash": ("0.75", "3.75", "0.75"),
    "gemini-4-hydrogen": ("1.50", "7.50", "0.075"),
    "gemini-4-neon": ("3", "15", "0.15"),
    "gemini-4-argon": ("2", "10", "2"),
    "gemini-4-carbon": ("2", "10", "2"),
}
_KINDS = ("input", "output", "cached")


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    turns = Decimal(scenario.users) * 4
    return (
        Assumption(f"{DEFAULT_MODEL} input", turns * 2_500, "every user asks four times, 2500 tokens with the context"),
        Assumption(f"{DEFAULT_MODEL} output", turns * 500, "and gets 500 tokens each time"),
    )


PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="gemini.md §5",
    prices={
        f"{model} {kind}": Price(Decimal(price) / _MILLION)
        for model, prices in _PER_MILLION.items()
        for kind, price in zip(_KINDS, prices, strict=True)
    },
    assume=_assume,
    is_metered=True,
)


def units(model: str, usage: TokenUsage) -> dict[str, int]:
    """Give what one answer is billed for, by the units of `PRICES`; what is zero is left out."""
    counts = {
        f"{model} input": usage.input - usage.cached,
        f"{model} cached": usage.cached,
        f"{model} output": usage.output + usage.thinking,
    }
    return {unit: count for unit, count in counts.items() if count > 0}


def cost(model: str, usage: TokenUsage) -> Decimal | None:
    """Give what one answer cost in US dollars; None for a model without a price."""
    return PRICES.cost(units(model, usage)) if model in _PER_MILLION else None


def billed_model(asked: str, answered_by: str) -> str:
    """Name the model that is billed: the one that answered, where it has a price."""
    return answered_by if answered_by in _PER_MILLION else asked


def usage_of(metadata: UsageMetadata | None) -> TokenUsage:
    """Give the usage in neutral words; what tools put into the prompt is read like the rest of it."""
    if metadata is None:
        return TokenUsage()
    return TokenUsage(
        input=metadata.prompt_token_count + metadata.tool_use_prompt_token_count,
        cached=metadata.cached_content_token_count,
        output=metadata.candidates_token_count,
        thinking=metadata.thoughts_token_count,
    )
