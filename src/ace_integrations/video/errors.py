"""Why a token admits nobody."""

from ace_integrations.errors import AceError


class TokenRefusedError(AceError):
    """A token is not genuine, not of now, or not for this. Its message never holds the token.

    Attributes:
        code: the provider's own words where it has some, as a browser would be told.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        self.code = code or message
        super().__init__(message)
