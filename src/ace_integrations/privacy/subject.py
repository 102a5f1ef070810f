"""Whom an export or an erasure is about."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ace_integrations.errors import InvalidInputError

Email = Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")]
"""Without a name; a space in it would be an operator in some searches."""


class Subject(BaseModel):
    """One person, as your own records know them. Nothing is guessed: what is not named here is not looked for.

    Attributes:
        user: your own stable id, as you gave it to the services.
        emails: every address that mails went to, old ones too.
        ids: what your records hold of them at each service, by the service's name: payments at "stripe" and "paypal",
            verifications at "didit", rooms of live classes. Each service's page says which ids it takes.

    Raises:
        InvalidInputError: the id is empty, or an address is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user: Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
    emails: tuple[Email, ...] = Field(default=(), repr=False)
    ids: Mapping[str, tuple[str, ...]] = Field(default={}, repr=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise InvalidInputError(found["msg"], field=".".join(map(str, found["loc"]))) from None

    def ids_at(self, service: str) -> tuple[str, ...]:
        """Give what your records hold of them at one service, each id once."""
        return tuple(dict.fromkeys(self.ids.get(service, ())))

    def joined(self, other: "Subject") -> "Subject":
        """Give the same person with what either knows: an erasure that is asked for again forgets no id."""
        services = (*self.ids, *other.ids)
        ids = {name: tuple(dict.fromkeys((*self.ids_at(name), *other.ids_at(name)))) for name in services}
        return Subject(user=self.user, emails=tuple(dict.fromkeys((*self.emails, *other.emails))), ids=ids)
