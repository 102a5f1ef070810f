"""Why an Agora token admits nobody; all are `TokenRefusedError`."""

from ace_integrations.video.errors import TokenRefusedError


class TokenVersionError(TokenRefusedError):
    """It is of another version than 007, or no token at all: the base64 of a JSON object for one."""


class MalformedTokenError(TokenRefusedError):
    """It begins like a token, but was cut, lengthened, or written by something that does not know the format."""


class TokenSignatureError(TokenRefusedError):
    """It was not signed with a certificate of ours, or was changed since."""


class NotForThisError(TokenRefusedError):
    """It is genuine, and for something else: it holds no right of this service."""
