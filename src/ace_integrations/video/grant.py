"""What somebody's browser needs to join one class, in the same form from every provider."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from ace_integrations.video.live_class import Role


class GrantKind(StrEnum):
    """How a browser joins."""

    IFRAME = "iframe"
    """The provider's script puts its own page into ours."""
    SDK = "sdk"
    """The provider's script brings sound and pictures; the page around them is ours."""
    LINK = "link"
    """A page of the provider's, in a tab of its own."""


# Signs that turn the direction of what stands beside them, and control characters: a name could be made to read as
# another one.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """Give a name or a title as it may be shown to others: without signs that cannot be seen."""
    return " ".join(_UNSEEN.sub(" ", text).split())


class Person(BaseModel):
    """Somebody who joins.

    Attributes:
        id: your own and stable; the provider's events name them by it, so never an e-mail address.
        name: as the others see it.
        email: shown to the others by some providers; leave it out unless the class needs it.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    name: Annotated[str, AfterValidator(shown), Field(max_length=200)]
    email: Annotated[str | None, Field(max_length=254, repr=False)] = None


class JoinGrant(BaseModel):
    """The right of one person to join one room for some minutes. Give it to nobody else, and put it into no log.

    Attributes:
        provider: as in "jitsi".
        role: what the provider was told; where it cannot be held to it, the provider's page of the docs says so.
        expires_at: nobody joins with it later. Who is inside may stay, or be put out, by provider.
        renew_after: ask for a new one from then on, while they are there.
        script_url: what the page loads; None for a link.
        options: what the provider's script, or the link, is given; holds the token.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    provider: str
    kind: GrantKind
    room: str
    role: Role
    expires_at: datetime
    renew_after: datetime
    script_url: str | None = None
    options: Mapping[str, JsonValue] = Field(repr=False)

    def for_browser(self) -> dict[str, JsonValue]:
        """Give it as the JSON object that an API answers with."""
        return self.model_dump(mode="json")

    def for_page(self) -> str:
        """Give it as JSON that may stand inside a page's script element or attribute."""
        return html_safe_json(self.for_browser())


_IN_HTML = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&'"})


def html_safe_json(value: JsonValue) -> str:
    """Write JSON in which no browser finds the end of a script element: a name may be `</script>`."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_IN_HTML)
