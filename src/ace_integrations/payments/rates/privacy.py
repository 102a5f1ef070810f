"""What the sources of exchange rates hold about a person: nothing."""

from ace_integrations.privacy import DataMap, NothingHeld
from ace_integrations.settings import ProviderSettings


def build(settings: ProviderSettings) -> DataMap:
    """Give the data map of any of them."""
    del settings
    return NothingHeld("Holds nothing about people: it is asked for the price of currencies.")
