"""Bearer tokens that a service lends for some hours: asked for once by all who need one, and again when refused."""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from ace_integrations.core.shared import Shared
from ace_integrations.core.turns import Turns

logger = logging.getLogger("ace_integrations.tokens")

EARLY_S = 120
"""Seconds before its end from which a token is no longer used."""


class Token(BaseModel):
    """A token as OAuth 2 services answer it.

    Attributes:
        expires_in: seconds from the answer on.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    expires_in: Annotated[int, Field(ge=0)]


class _Lent(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    text: str
    ends_at: float


_LENT = TypeAdapter(_Lent)


class TokenKeeper:
    """The token of one account in this process, and the locks behind which one caller asks for it.

    Args:
        account: what tells accounts apart: address and client id; only its hash is a key.
        clock: gives Unix seconds.

    Attributes:
        turns: behind which one caller asks for a token.
    """

    def __init__(self, account: str, *, clock: Callable[[], float] = time.time, shared: Shared | None) -> None:
        self._key = f"ace:token:{hashlib.sha256(account.encode()).hexdigest()}"
        self._clock = clock
        self._shared = shared
        self._lent: _Lent | None = None
        self.turns = Turns()

    def current(self) -> str:
        """Give the token that this process holds; "" when there is none that lasts."""
        lent = self._lent
        return lent.text if lent is not None and self._lasts(lent) else ""

    def borrowed(self) -> str:
        """Give the token that another process put into the shared place; "" when there is none that lasts."""
        if self._shared is None:
            return ""
        try:
            found = self._shared.get(self._key)
            lent = _LENT.validate_json(found) if found else None
        except ValidationError:
            return ""
        except Exception as error:  # whatever that place raises, a token can be asked for without it
            logger.warning("the shared tokens cannot be read: %s", type(error).__name__)
            return ""
        refused = self._lent is not None and lent is not None and lent.text == self._lent.text
        if lent is None or refused or not self._lasts(lent):
            return ""
        self._lent = lent
        return lent.text

    def keep(self, token: Token) -> str:
        """Keep a new token, here and in the shared place; give its text."""
        lent = _Lent(text=token.access_token.get_secret_value(), ends_at=self._clock() + token.expires_in)
        self._lent = lent
        seconds = token.expires_in - EARLY_S
        if self._shared is not None and seconds > 0:
            try:
                self._shared.put(self._key, _LENT.dump_json(lent), seconds=seconds)
            except Exception as error:
                logger.warning("the shared tokens cannot be written: %s", type(error).__name__)
        return lent.text

    def drop(self, text: str) -> None:
        """Forget a token that the service refused; one that came since stays."""
        lent = self._lent
        if lent is not None and lent.text == text:
            # It is kept as refused, so that the same one in the shared place is not taken up again.
            self._lent = _Lent(text=lent.text, ends_at=0)

    def _lasts(self, lent: _Lent) -> bool:
        return lent.ends_at - EARLY_S > self._clock()
