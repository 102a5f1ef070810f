"""What commands need to start: the settings of the environment."""

from ace_integrations.ace import Ace
from ace_integrations.settings import Settings


def open_ace() -> Ace:
    """Give an `Ace` from the environment; use it with `with`.

    Raises:
        ConfigurationError: a value is malformed or contradicts another.
    """
    return Ace(Settings())
