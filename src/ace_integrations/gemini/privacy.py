"""What Gemini holds about a person."""

from ace_integrations.gemini.settings import GeminiSettings
from ace_integrations.privacy import DataMap, Holding, OutOfReach

PROMPT = Holding(
    kind="prompt",
    what="what was asked and answered: questions to the advisor, a CV without address and telephone number",
    where="Google",
    how_long="a limited time, which the terms of the paid service name",
    found_by="nothing: no call lists them",
    kept_because="the service keeps it to look for abuse, and has no call that removes it",
)


def build(settings: GeminiSettings) -> DataMap:
    """Give the data map.

    Source: gemini.md §8
    """
    del settings
    return OutOfReach("Holds no history of yours; prompts stay for a limited time, out of anybody's reach.", (PROMPT,))
