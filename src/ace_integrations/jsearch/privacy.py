"""What JSearch holds about a person: nothing."""

from ace_integrations.jsearch.settings import JSearchSettings
from ace_integrations.privacy import DataMap, NothingHeld


def build(settings: JSearchSettings) -> DataMap:
    """Give the data map.

    Source: jsearch.md §10
    """
    del settings
    return NothingHeld("Holds nothing about people: searches carry words and places, and nothing of who asks.")
